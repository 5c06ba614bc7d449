"""An orchestrator that looks at tickets and only writes down what it would do; and the whole system with accounts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from orchestrator.assist.line import AssistLine
from orchestrator.assist.polling import CURSOR
from orchestrator.assist.rows import load_request, update_request
from orchestrator.assist.tables import glpi_cursor, request, ticket
from orchestrator.services import Services
from shared.engine import Workflow
from tests.orchestrator.assist.world import AssistWorld, assist_builder
from tests.orchestrator.conftest import DEADLINE_S, Orchestrated, Start
from tests.system import Serve

SECRET = "webhook-secret-of-the-tests"
TOKEN = "webhook-token-of-the-tests"
ZOE, CLAIRE, PAUL, TECHNICIAN, DESK, OURS = 21, 20, 22, 10, 7, 6
RESET = {"name": "Mot de passe", "content": "<p>Bonjour, j'ai oublié mon mot de passe, merci de le réinitialiser.</p>"}
HELLO = {"name": "Imprimante", "content": "<p>Bonjour, l'imprimante de l'accueil ne marche plus.</p>"}
ARRIVAL = {
    "name": "Nouvelle collègue",
    "content": "<p>Bonjour, merci de créer un compte pour notre nouvelle aide-soignante.</p>",
}
Row = dict[str, Any]


@dataclass
class Recorder:
    """Stands where the work on requests will: it notes the call, and leaves the row as `leaves` says."""

    leaves: Callable[[Row], Row]
    works: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, services: Services) -> Workflow:
        async def work(key: str, number: int) -> None:
            self.works.append((key, number))
            await services.database.write(partial(self._leave, key))

        return work

    def _leave(self, key: str, connection: sa.Connection) -> None:
        row = load_request(connection, key)
        assert row is not None
        update_request(connection, key, {"work": False} | self.leaves(row))


def is_left(_row: Row) -> Row:
    """Closed at once."""
    return {"state": "left", "closed_at": datetime.now(UTC)}


def is_asked(row: Row) -> Row:
    """Open: its author was asked for what is missing, if something is."""
    return {"state": "asked"} if row["asked"]["missing"] else {"state": "confirming"}


@dataclass
class Assisted:
    """The orchestrator, its GLPI, and people who work in that."""

    o: Orchestrated
    recorder: Recorder

    @property
    def line(self) -> AssistLine:
        line: AssistLine = self.o.app.state.assist
        return line

    @property
    def glpi(self) -> Any:
        return self.o.system.glpi.state.glpi

    @property
    def faults(self) -> Any:
        return self.o.system.glpi.state.faults

    async def open(self, what: Row, *, by: int = ZOE) -> int:
        """Somebody opens a ticket in GLPI's own pages."""
        answer = await self.o.http.post(f"{self.o.system.glpi_url}/_sim/ticket", json=what | {"by": by})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    async def change(self, ticket_id: int, *, by: int = ZOE, **given: Any) -> None:
        """Somebody changes it, or writes on it (`followup`)."""
        await self.o.by_hand(ticket_id, by=by, **given)

    async def subscribe(self, **given: Any) -> None:
        """GLPI is told to send its webhooks here, as its administrator would; nothing leaves before `deliver`."""
        for itemtype, event in (("Ticket", "new"), ("Ticket", "update"), ("Ticket", "delete"), ("ITILFollowup", "new")):
            webhook = {"itemtype": itemtype, "event": event, "url": f"{self.o.url}/webhooks/glpi", "secret": SECRET}
            answer = await self.o.http.post(f"{self.o.system.glpi_url}/_sim/webhooks", json=webhook | given)
            assert answer.status_code == 201, answer.text

    async def deliver(self) -> list[int]:
        """GLPI sends what is queued; how each delivery was answered."""
        await self.o.http.post(f"{self.o.system.glpi_url}/_sim/run_webhook_queue", timeout=30)
        queued = (await self.o.http.get(f"{self.o.system.glpi_url}/_sim/webhooks")).json()["queued"]
        return [row["last_status_code"] for row in queued]

    async def hint(self, ticket_id: int) -> httpx.Response:
        """A plugin's delivery, which has a token and no signature."""
        headers = {"authorization": f"Bearer {TOKEN}"}
        return await self.o.http.post("/webhooks/glpi", json={"ticket_id": ticket_id}, headers=headers)

    async def polled(self) -> None:
        """The first poll has ended: what comes now only another one tells."""
        async with asyncio.timeout(DEADLINE_S):
            while not any(
                row["name"] == CURSOR and not row["position"]["is_reading"] for row in await self.rows(glpi_cursor)
            ):
                await asyncio.sleep(0.02)

    async def rows(self, table: sa.Table = request) -> list[Row]:
        order = table.c.created_at if table is request else next(iter(table.primary_key))
        query = sa.select(table).order_by(order)
        return await self.line.database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])

    async def settled(self, looks: int) -> list[Row]:
        """The requests, once so many looks have been started, and nothing is looked at or worked on."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                tickets, requests = await self.rows(ticket), await self.rows()
                is_idle = not any(row["work"] for row in [*tickets, *requests])
                if is_idle and sum(row["work_no"] for row in tickets) >= looks:
                    return requests
                await asyncio.sleep(0.02)

    async def requested(self, requests: int) -> list[Row]:
        """The requests, once there are so many and nothing is looked at or worked on."""
        async with asyncio.timeout(DEADLINE_S):
            while len(found := await self.settled(0)) < requests:
                await asyncio.sleep(0.02)
            return found

    async def looked(self, ticket_id: int) -> list[Row]:
        """Hint at a ticket and wait for the look; the requests."""
        before = sum(row["work_no"] for row in await self.rows(ticket))
        answer = await self.hint(ticket_id)
        assert answer.status_code == 200, answer.text
        return await self.settled(before + 1)

    async def looks(self, ticket_id: int) -> int:
        """How many looks at a ticket were started."""
        return sum(row["work_no"] for row in await self.rows(ticket) if row["ticket_id"] == ticket_id)


StartAssist = Callable[..., Awaitable[Assisted]]


@pytest.fixture
def start_assist(start: Start) -> StartAssist:
    """`await start_assist(**settings)`; leaves: what the recorder makes of a request's row."""

    async def build(*, leaves: Callable[[Row], Row] = is_left, **changes: Any) -> Assisted:
        recorder = Recorder(leaves)
        values: Row = {"glpi_webhook_secret": SECRET, "glpi_webhook_token": TOKEN, "glpi_poll_s": 3600}
        glpi_server = {"glpi_version": "11.0"} | changes.pop("glpi_server", {})
        return Assisted(await start(request_work=recorder, glpi_server=glpi_server, **(values | changes)), recorder)

    return build


@pytest.fixture
async def assisted(start_assist: StartAssist) -> Assisted:
    """With default settings."""
    return await start_assist()


StartWorld = Callable[..., Awaitable[AssistWorld]]


@pytest.fixture
async def start_world(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, database_url: str
) -> AsyncIterator[StartWorld]:
    """`await start_world(mode="on", **settings)`: the whole system with accounts, and Assist as it is."""
    async with assist_builder(serve, redis_port, tmp_path, database_url) as build:
        yield build


@pytest.fixture
async def assist(start_world: StartWorld) -> AssistWorld:
    """One where every plan is on."""
    return await start_world()
