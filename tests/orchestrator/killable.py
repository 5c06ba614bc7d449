"""Orchestrators in processes of their own, on the simulated system: to be killed, or to be several."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
from starlette.applications import Starlette

from simulators.ollama.app import create_app as create_ollama
from tests.forked import forked
from tests.orchestrator.conftest import API_TOKEN, WEBHOOK_TOKEN, Orchestrated
from tests.system import TOKEN, Serve, System, start_system

DEADLINE_S = 30.0


@dataclass
class Killable:
    """The system, and an orchestrator in a process of its own."""

    system: System
    ollama: Starlette
    env: Mapping[str, str]
    root: Path

    @asynccontextmanager
    async def orchestrator(self, **environment: str) -> AsyncIterator[tuple[BaseProcess, Orchestrated]]:
        """Running until the block ends, if nobody kills it before. environment: changes of it."""
        async with (
            forked("orchestrator", {**self.env, **environment}, self.root) as (process, url),
            httpx.AsyncClient(base_url=url, timeout=DEADLINE_S) as http,
        ):
            assert (await http.get("/healthz")).status_code == 200
            yield process, Orchestrated(self.system, self.ollama, url, http)


async def build_killable(serve: Serve, redis_port: int, folder: Path, root: Path, database_url: str) -> Killable:
    """The system, with no orchestrator yet."""
    system = await start_system(serve, redis_port, folder)
    ollama = create_ollama()
    own = {
        "DATABASE_URL": database_url,
        "API_TOKEN": API_TOKEN,
        "OBSERVIUM_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
        "OBSERVIUM_MCP_URL": system.observium_server,
        "OBSERVIUM_MCP_TOKEN": TOKEN,
        "GLPI_MCP_URL": system.glpi_server,
        "GLPI_MCP_TOKEN": TOKEN,
        "SITES_FILE": str(root / "deploy/demo/sites.toml"),
        "NOC_EMAIL": "noc@widip.example",
        "OLLAMA_BASE_URL": await serve(ollama),
        "REDIS_PORT": str(redis_port),
        "NOTE_GAP_S": "0",
    }
    return Killable(system, ollama, {**os.environ, **own}, root)
