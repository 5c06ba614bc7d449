"""An orchestrator alone: what people say yes or no to needs no other system."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from orchestrator.app import create_app
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from shared.engine import Workflow
from tests.conftest import running
from tests.orchestrator.assist.people.gate import KEY, Gate, write_operators
from tests.orchestrator.conftest import API_TOKEN, WEBHOOK_TOKEN

NOWHERE = "http://127.0.0.1:9"
OpenGate = Callable[..., Awaitable[Gate]]


@pytest.fixture
async def open_gate(
    redis: object, redis_port: int, tmp_path: Path, root: Path, database_url: str
) -> AsyncIterator[OpenGate]:
    """`await open_gate(**settings)`: stopped at the end. request_work: what is done for a request."""
    async with AsyncExitStack() as stack:

        async def build(request_work: Callable[[Services], Workflow] | None = None, **changes: Any) -> Gate:
            values: dict[str, Any] = {
                "database_url": SecretStr(database_url),
                "redis_port": redis_port,
                "api_token": SecretStr(API_TOKEN),
                "observium_webhook_token": SecretStr(WEBHOOK_TOKEN),
                "observium_mcp_url": NOWHERE,
                "observium_mcp_token": SecretStr("x"),
                "glpi_mcp_url": NOWHERE,
                "glpi_mcp_token": SecretStr("x"),
                "ollama_base_url": NOWHERE,
                "sites_file": root / "deploy/demo/sites.toml",
                "noc_email": "noc@widip.example",
                "reconcile_s": 3600,
                "public_url": "https://confirmer.widip.example/",
                "public_port": 0,
                "confirmation_key": SecretStr(KEY),
                "operators_file": write_operators(tmp_path),
            }
            settings = OrchestratorSettings(**(values | changes))
            app = create_app(settings, request_work=request_work)
            url = await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=15))
            port = app.state.public_port
            public = NOWHERE if port is None else f"http://127.0.0.1:{port}"
            pages = await stack.enter_async_context(httpx.AsyncClient(base_url=public, timeout=15))
            return Gate(app, url, http, pages, settings)

        yield build


@pytest.fixture
async def gate(open_gate: OpenGate) -> Gate:
    """With public pages and operators."""
    return await open_gate()
