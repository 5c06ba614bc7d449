"""Orchestrators in processes of their own, on the simulated system: to be killed, or to be several."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette

from cli.processes import free_socket
from simulators.ollama.app import create_app as create_ollama
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
    async def orchestrator(self, **environment: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Orchestrated]]:
        """Running until the block ends, if nobody kills it before. environment: changes of it."""
        listener = free_socket()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "cli", "serve", "orchestrator", "--fd", str(listener.fileno())),
            cwd=self.root,
            env={**self.env, **environment},
            pass_fds=[listener.fileno()],
            stderr=asyncio.subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.close()
        async with httpx.AsyncClient(base_url=url, timeout=DEADLINE_S) as http:
            try:
                assert (await http.get("/healthz")).status_code == 200
                yield process, Orchestrated(self.system, self.ollama, url, http)
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()


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
