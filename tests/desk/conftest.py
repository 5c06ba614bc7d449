"""The desk on the whole simulated system: GLPI, the directory, a mailbox, and the MCP servers before them."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from starlette.applications import Starlette

from desk.app import MIGRATIONS, create_app
from desk.parts import Parts
from desk.settings import DeskSettings
from desk.tables import outbox
from servers.ad.app import create_app as create_ad_server
from servers.glpi.app import create_app as create_glpi_server
from shared.database import Database
from shared.engine import Engine
from shared.migrations import migrate
from simulators.glpi.app import create_app as create_glpi
from simulators.smtp.app import MailSink, running_sink
from tests.conftest import running
from tests.directories import DirectoryPlace
from tests.postgres import Postgres
from tests.system import READER, TOKEN, Serve, ad_settings, glpi_settings, utc_now

SECRET = "desk-secret-of-the-tests-0123456789abcdef"
INTERNAL_TOKEN = "widip_test-internal-token"
WEBHOOK_TOKEN = "widip_test-webhook-token"
PROXY_SECRET = "proxy-secret-of-the-tests-0123456789abcdef"
ZOE, CLAIRE, PAUL = "z.obrien@lilas.example", "c.oria@lilas.example", "p.legoff@tilleuls.example"
PRINTER = "Bonjour, l'imprimante de l'accueil ne sort plus rien, bourrage papier depuis ce matin."
DEADLINE_S = 20.0


@dataclass
class Clock:
    """The desk's clock: goes with the real one, and can be put forward."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Watch:
    """Between our server and GLPI: how many tickets are being created at once."""

    app: Any
    line: str = "/apirest.php/Ticket"
    inside: int = 0
    most: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        is_watched = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == self.line
        self.inside += is_watched
        self.most = max(self.most, self.inside)
        try:
            await self.app(scope, receive, send)
        finally:
            self.inside -= is_watched


@dataclass
class Reception:
    """A running desk with everything under it."""

    glpi: Starlette
    glpi_url: str
    watch: Watch
    mailbox: MailSink
    clock: Clock
    url: str
    http: httpx.AsyncClient
    app: Any
    stop: Callable[[], Awaitable[object]]
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def tickets(self) -> list[dict[str, Any]]:
        """GLPI's tickets but the one of the invented world."""
        return [t for t in self.glpi.state.glpi.tickets.values() if t["id"] > 1]

    @property
    def parts(self) -> Parts:
        """What the routes call."""
        parts: Parts = self.app.state.parts
        return parts

    @property
    def followups(self) -> list[dict[str, Any]]:
        """GLPI's followups."""
        return list(self.glpi.state.glpi.followups.values())

    async def until_ready(self) -> None:
        """Until the categories are known."""
        async with asyncio.timeout(DEADLINE_S):
            while not await self.parts.catalog.list():
                await asyncio.sleep(0.02)

    def text(self, value: str) -> str:
        """What GLPI stores, as a person reads it."""
        return html.unescape(str(self.glpi.state.glpi.real(value)))

    async def send(self, step: str, body: dict[str, Any], email: str = ZOE) -> httpx.Response:
        """One step of somebody's conversation."""
        return await self.http.post(f"/api/v1/workflow/{step}", json=body, headers=await self.sign_in(email))

    async def get(self, path: str, email: str = ZOE) -> dict[str, Any]:
        """What somebody reads under /api/v1."""
        answer = await self.http.get(f"/api/v1/{path}", headers=await self.sign_in(email))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def by_hand(self, ticket_id: int, **given: Any) -> None:
        """A technician works on a ticket in GLPI's own pages."""
        answer = await self.http.post(f"{self.glpi_url}/_sim/ticket/{ticket_id}", json=given)
        assert answer.status_code == 200, answer.text

    async def webhook(self, glpi_ticket_id: int, token: str = WEBHOOK_TOKEN) -> httpx.Response:
        """GLPI's plugin tells that a ticket has changed."""
        headers = {"authorization": f"Bearer {token}"}
        path = "/api/v1/glpi/webhook/ticket-updated"
        return await self.http.post(path, headers=headers, json={"ticket_id": glpi_ticket_id})

    async def until(self, ticket_id: int, wanted: Callable[[dict[str, Any]], bool], email: str = ZOE) -> dict[str, Any]:
        """A ticket once it is as wanted."""
        async with asyncio.timeout(DEADLINE_S):
            while not wanted(ticket := await self.get(f"tickets/{ticket_id}", email)):
                await asyncio.sleep(0.02)
        return ticket

    async def until_told(self, ticket_id: int) -> None:
        """Until GLPI has been told everything of a ticket."""
        undone = sa.select(outbox.c.id).where(outbox.c.ticket_id == ticket_id, outbox.c.done_at.is_(None))
        async with asyncio.timeout(DEADLINE_S):
            while await self.parts.services.database.read(lambda c: c.execute(undone).first()):
                await asyncio.sleep(0.02)

    async def until_waiting(self, ticket_id: int) -> None:
        """Until GLPI could not be told something of a ticket."""
        waits = sa.select(outbox.c.id).where(outbox.c.ticket_id == ticket_id, outbox.c.problem != "")
        async with asyncio.timeout(DEADLINE_S):
            while not await self.parts.services.database.read(lambda c: c.execute(waits).first()):
                await asyncio.sleep(0.02)

    async def read_in_glpi(self, ticket_id: int) -> str:
        """A ticket's text as the orchestrator reads it, without the mark at its end."""
        reply = await self.parts.services.toolbox.call("glpi_get_ticket_info", {"ticket_id": ticket_id})
        return str(reply.data["content"]).rpartition("\n\nRéf. ")[0]

    async def ask_code(self, email: str) -> str:
        """Ask for a code; returns the challenge."""
        answer = await self.http.post("/api/v1/sign-in/code", json={"email": email})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["challenge"])

    async def read_code(self, email: str, known: int = 0) -> str:
        """The code in the newest mail to somebody who had `known` before."""
        async with asyncio.timeout(DEADLINE_S), self.mailbox.arrived:
            await self.mailbox.arrived.wait_for(lambda: len(self.mails(email)) > known)
        found = re.search(r"\b(\d{4}) (\d{4})\b", self.mails(email)[-1])
        assert found
        return found[1] + found[2]

    def mails(self, email: str) -> list[str]:
        """The texts of somebody's mails."""
        return [mail.text for mail in self.mailbox.mails if mail.to == [email]]

    async def sign_in(self, email: str = ZOE) -> dict[str, str]:
        """The headers of somebody who has signed in with a code; once a test for each person."""
        if email not in self.tokens:
            known = len(self.mails(email))
            challenge = await self.ask_code(email)
            code = await self.read_code(email, known)
            answer = await self.http.post("/api/v1/sign-in", json={"challenge": challenge, "code": code})
            assert answer.status_code == 200, answer.text
            self.tokens[email] = answer.json()["token"]
            self.http.cookies.clear()
        return {"authorization": f"Bearer {self.tokens[email]}"}


async def analyze(desk: Reception, message: str = PRINTER, email: str = ZOE) -> dict[str, Any]:
    answer = await desk.send("analyze", {"message": message, "user_email": email}, email)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def file(desk: Reception, message: str = PRINTER, email: str = ZOE) -> dict[str, Any]:
    """Analyze and confirm; the ticket as the person is told of it."""
    step = await analyze(desk, message, email)
    answer = await desk.send("confirm", {"session_id": step["session_id"]}, email)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


Start = Callable[..., Awaitable[Reception]]


@pytest.fixture(scope="session")
def postgres(postgres: Postgres) -> Postgres:
    """One whose databases have all tables from the beginning: ours and the workflow engine's."""
    with ThreadPoolExecutor(1) as outside:  # of any event loop
        return postgres.with_template("desk", lambda url: outside.submit(asyncio.run, _prepare(url)).result())


async def _prepare(url: str) -> None:
    database = Database(url)
    await database.write(partial(migrate, MIGRATIONS))
    engine = Engine(database, name="desk", executor_id="local", queues=())
    await engine.start()
    await engine.stop()
    await asyncio.to_thread(database.close)


def desk_settings(glpi_server: str, ad_server: str, redis_port: int, database_url: str, **changes: Any) -> DeskSettings:
    """Settings of a desk on a running system."""
    root = Path(__file__).resolve().parent.parent.parent
    values: dict[str, Any] = {
        "desk_database_url": SecretStr(database_url),
        "desk_secret": SecretStr(SECRET),
        "internal_token": SecretStr(INTERNAL_TOKEN),
        "glpi_mcp_url": glpi_server,
        "glpi_mcp_token": SecretStr(TOKEN),
        "ad_mcp_url": ad_server,
        "ad_mcp_token": SecretStr(READER),
        "sites_file": root / "deploy/demo/sites.toml",
        "redis_port": redis_port,
    }
    return DeskSettings(**(values | changes))


@pytest.fixture
async def start(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, database_url: str, directory: DirectoryPlace
) -> AsyncIterator[Start]:
    """`await start(**settings)`: a desk, stopped at the end before what it stands on."""
    async with AsyncExitStack() as stack:

        async def build(**changes: Any) -> Reception:
            glpi = create_glpi(clock=utc_now)
            watch = Watch(glpi)
            glpi_url = await serve(watch)
            account = {"glpi_user_token": SecretStr("sim-desk-token")}
            glpi_server = await serve(create_glpi_server(glpi_settings(glpi_url, redis_port, tmp_path, **account)))
            place = f"ldaps://{directory.host}:{directory.port}"
            ad_server = create_ad_server(ad_settings(place, redis_port, tmp_path, ca_file=directory.ca_file))
            mailbox, (host, port) = await stack.enter_async_context(running_sink())
            changes = {"glpi_webhook_token": WEBHOOK_TOKEN, "glpi_poll_s": 3600, **changes}
            smtp = {"smtp_host": host, "smtp_port": port}
            settings = desk_settings(glpi_server, await serve(ad_server), redis_port, database_url, **(smtp | changes))
            clock = Clock()
            app = create_app(settings, clock=clock)
            own = await stack.enter_async_context(AsyncExitStack())
            base = await own.enter_async_context(running(app, proxy_headers=False))
            http = await own.enter_async_context(httpx.AsyncClient(base_url=base, timeout=15))
            desk = Reception(glpi, glpi_url, watch, mailbox, clock, base, http, app, own.aclose)
            await desk.until_ready()
            return desk

        yield build


@pytest.fixture
async def desk(start: Start) -> Reception:
    """A desk with default settings."""
    return await start()
