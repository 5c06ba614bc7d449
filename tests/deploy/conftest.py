"""Every MCP server of this repository on its simulator, found by its folder: a new one needs no line here."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio

from cli.processes import ROOT
from shared.mcp_server import ServerSpec
from tests import system
from tests.conftest import running
from tests.deploy.compose_file import Compose, load_compose
from tests.deploy.gateway import Gateway, open_gateway

SERVERS = sorted(path.parent.name for path in (ROOT / "servers").glob("*/app.py"))
REAL_NAME = "mcp.widip.example"


@dataclass(frozen=True)
class Server:
    """One server, running."""

    name: str
    url: str
    spec: ServerSpec


Home = dict[str, Server]


@pytest.fixture(scope="session")
def compose() -> Compose:
    """compose.yaml."""
    return load_compose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(compose: Compose, redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Home]:
    """All servers, each accepting the Host headers that compose.yaml lets it accept."""
    async with AsyncExitStack() as stack:
        found = {}
        for name in SERVERS:
            app = importlib.import_module(f"servers.{name}.app")
            given = compose.environment(name, {"ALLOWED_HOSTS": f"127.0.0.1:*,{REAL_NAME}"})["ALLOWED_HOSTS"]
            folder = tmp_path_factory.mktemp(name)
            simulated = system.simulated_settings(name, redis_port, folder, allowed_hosts=given)
            settings = await stack.enter_async_context(simulated)
            url = await stack.enter_async_context(running(app.create_app(settings)))
            found[name] = Server(name, url, app.SPEC)
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(home: Home, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """The gateway before all of them."""
    async with open_gateway(tmp_path_factory.mktemp("gateway"), upstreams(home)) as opened:
        yield opened


def upstreams(home: Home) -> dict[str, str]:
    """Where the gateway finds them."""
    return {f"{name.upper()}_UPSTREAM": server.url.removeprefix("http://") for name, server in home.items()}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, home: Home) -> Server:
    """Each server in turn."""
    return home[request.param]
