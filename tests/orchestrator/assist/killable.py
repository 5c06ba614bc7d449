"""Assist in an orchestrator that may be killed, on a world that goes on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from starlette.applications import Starlette

from cli.processes import free_socket
from shared.database import Database
from simulators.ollama.app import create_app as create_ollama
from tests.forked import forked
from tests.orchestrator.assist.desk import DESK, DESK_TOKEN, StandInDesk
from tests.orchestrator.assist.world import GLPI_TOKEN, OPERATORS, Accounts, AssistWorld, running_accounts
from tests.orchestrator.conftest import API_TOKEN, WEBHOOK_TOKEN
from tests.system import TOKEN, Serve, System, start_system

DEADLINE_S = 30.0


@dataclass(frozen=True)
class Stop:
    """Where it is killed: in the middle of the next such request. where: glpi, ad or mysecret."""

    where: str
    line: str


@dataclass
class KillableAssist:
    """The world, and how an orchestrator is started on it."""

    system: System
    accounts: Accounts
    ollama: Starlette
    desk: StandInDesk
    database: Database
    public_port: int
    environment: Mapping[str, str]
    root: Path

    @asynccontextmanager
    async def orchestrator(self) -> AsyncIterator[tuple[BaseProcess, AssistWorld]]:
        """Running until the block ends, if nobody kills it before."""
        seen = SimpleNamespace(assist=SimpleNamespace(database=self.database), public_port=self.public_port)
        async with (
            forked("orchestrator", self.environment, self.root) as (process, url),
            httpx.AsyncClient(base_url=url, timeout=DEADLINE_S) as http,
        ):
            assert (await http.get("/healthz")).status_code == 200
            app = SimpleNamespace(state=seen)
            yield process, AssistWorld(self.system, self.accounts, self.ollama, app, http, self.desk)

    async def killed_in(self, stop: Stop, process: BaseProcess, begin: Any = None) -> None:
        """SIGKILL while such a request is under way. begin: what is done first, once it is certain to be noticed."""
        faults = self.faults(stop.where)
        before = faults.count(stop.line)
        faults.add("slow", stop.line, delay_s=0.3)
        if begin is not None:
            await begin
        async with asyncio.timeout(DEADLINE_S):
            while faults.count(stop.line) == before:
                await asyncio.sleep(0.002)
        process.kill()
        await asyncio.to_thread(process.join)

    def faults(self, where: str) -> Any:
        """Those of one system."""
        apps = {"glpi": self.system.glpi, "mysecret": self.accounts.mysecret}
        return self.accounts.directory.faults if where == "ad" else apps[where].state.faults


@asynccontextmanager
async def killable_world(
    serve: Serve, redis_port: int, folder: Path, root: Path, database_url: str
) -> AsyncIterator[KillableAssist]:
    """The world, with no orchestrator yet."""
    (folder / "ad").mkdir()
    (folder / "operators.toml").write_text(OPERATORS)
    listener = free_socket()
    public_port = int(listener.getsockname()[1])
    listener.close()
    system = await start_system(serve, redis_port, folder)
    ollama, desk, database = create_ollama(), StandInDesk(), Database(database_url)
    async with running_accounts(serve, redis_port, folder / "ad") as accounts:
        own = {
            "DATABASE_URL": database_url,
            "API_TOKEN": API_TOKEN,
            "OBSERVIUM_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
            "OBSERVIUM_MCP_URL": system.observium_server,
            "OBSERVIUM_MCP_TOKEN": TOKEN,
            "GLPI_MCP_URL": system.glpi_server,
            "GLPI_MCP_TOKEN": TOKEN,
            "AD_MCP_URL": accounts.ad_server,
            "AD_MCP_TOKEN": TOKEN,
            "MYSECRET_MCP_URL": accounts.mysecret_server,
            "MYSECRET_MCP_TOKEN": TOKEN,
            "GLPI_WEBHOOK_TOKEN": GLPI_TOKEN,
            "GLPI_POLL_S": "3600",
            "PUBLIC_URL": "http://127.0.0.1:1",
            "PUBLIC_PORT": str(public_port),
            "CONFIRMATION_KEY": "confirmation-key-of-the-tests-0123456789",
            "OPERATORS_FILE": str(folder / "operators.toml"),
            "DESK_URL": await serve(desk.app),
            "DESK_TOKEN": DESK_TOKEN,
            "DESK_GLPI_ID": str(DESK),
            "SITES_FILE": str(root / "deploy/demo/sites.toml"),
            "NOC_EMAIL": "noc@widip.example",
            "OLLAMA_BASE_URL": await serve(ollama),
            "REDIS_PORT": str(redis_port),
            "ASSIST_RETRY_S": "0.1",
        }
        environment = {**os.environ, **own}
        yield KillableAssist(system, accounts, ollama, desk, database, public_port, environment, root)
        database.close()
