"""A simulated GLPI and our server over it, each on a port of its own, and a toolbox as their client."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from servers.glpi.app import create_app
from shared.mcp_client import Endpoint, Toolbox, ToolReply
from simulators.faults import Faults
from simulators.glpi.app import create_app as create_glpi
from simulators.glpi.state import GlpiState, Row
from simulators.glpi.text import Version
from tests.conftest import running
from tests.system import TOKEN, glpi_settings, utc_now

ADMIN, ME, DESK, TECHNICIAN, CLAIRE, ZOE, PAUL = 2, 6, 7, 10, 20, 21, 22
PRINTER_TICKET = 1
VERSIONS: tuple[Version, ...] = ("9.5", "10.0", "11.0")


@dataclass
class World:
    """One GLPI, one server, one client."""

    simulator: Starlette
    server_url: str
    toolbox: Toolbox

    @property
    def state(self) -> GlpiState:
        """What GLPI knows."""
        state: GlpiState = self.simulator.state.glpi
        return state

    @property
    def faults(self) -> Faults:
        """What goes wrong there, and what was asked of it."""
        faults: Faults = self.simulator.state.faults
        return faults

    def start_afresh(self) -> None:
        """GLPI forgets all but its open sessions. Its mail queue no longer runs by itself."""
        fresh: GlpiState = create_glpi(version=self.state.version, clock=utc_now).state.glpi
        fresh.sessions = self.state.sessions
        self.simulator.state.glpi = fresh
        self.faults.clear()

    async def reply(self, tool: str, *, key: str | None = None, **arguments: Any) -> ToolReply:
        """What a tool answers."""
        reply = await self.toolbox.call(f"glpi_{tool}", arguments, key=key)
        assert json.loads(reply.text) == reply.data
        return reply

    async def call(self, tool: str, *, key: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The data that a tool answers."""
        return (await self.reply(tool, key=key, **arguments)).data

    async def open_ticket(self, **changes: Any) -> int:
        """A new ticket's number."""
        asked = {"title": "Écran noir", "description": "Plus d'image", **changes}
        return int((await self.call("create_ticket", **asked))["ticket_id"])

    async def ready(self) -> tuple[int, dict[str, Any]]:
        """What /readyz says."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.server_url}/readyz")
        return answer.status_code, answer.json()

    async def by_hand(self, path: str, **given: Any) -> dict[str, Any]:
        """Somebody works in GLPI's own pages."""
        transport = httpx.ASGITransport(self.simulator)
        async with httpx.AsyncClient(transport=transport, base_url="http://glpi") as http:
            answer = await http.post(path, json=given)
        row: dict[str, Any] = answer.raise_for_status().json()
        return row

    def real(self, table: str, row_id: int) -> Row:
        """A row of GLPI as a person reads it."""
        return {key: self.state.real(value) for key, value in self.state.table(table)[row_id].items()}

    def rows(self, table: str, **wanted: Any) -> list[Row]:
        """The rows of a table that have these values."""
        rows = (self.real(table, row_id) for row_id in self.state.table(table))
        return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


@asynccontextmanager
async def open_world(
    redis_port: int,
    folder: Path,
    *,
    version: Version = "10.0",
    smtp: tuple[str, int] | None = None,
    token: str = TOKEN,
    user_tokens: dict[str, int] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    **changes: Any,
) -> AsyncIterator[World]:
    """Everything started and connected; `changes` are settings of the server."""
    simulator = create_glpi(version=version, smtp=smtp, user_tokens=user_tokens, clock=utc_now)
    async with running(simulator, sock=_listen()) as glpi_url:
        server = create_app(glpi_settings(glpi_url, redis_port, folder, **changes), transport=transport)
        async with running(server, sock=_listen()) as url, Toolbox([Endpoint("glpi", url, token)]) as toolbox:
            yield World(simulator, url, toolbox)


class Recorder(httpx.AsyncHTTPTransport):
    """The network to GLPI; keeps what was posted, because GLPI drops what it does not know without a word."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[dict[str, Any]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Note and pass on."""
        if request.method == "POST":
            self.posted.append(json.loads(request.content)["input"])
        return await super().handle_async_request(request)


async def until(is_true: Callable[[], object]) -> None:
    """Wait for a condition, 5 s at most."""
    async with asyncio.timeout(5):
        while not is_true():
            await asyncio.sleep(0.005)


def _listen() -> socket.socket:
    """A free port. asyncio ends Nagle's delay (40 ms an answer) only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener
