"""kill -9 of the desk anywhere between a click and what GLPI has: one ticket, one note, on both sides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from desk.tables import outbox, tickets
from shared.database import Database
from tests.desk.conftest import ZOE, Reception, Start, analyze
from tests.desk.process import desk_process

pytestmark = pytest.mark.both_databases

DEADLINE_S = 60.0
"""Two processes start meanwhile."""
CREATE, NOTE = "POST /apirest.php/Ticket", "POST /apirest.php/ITILFollowup"


@asynccontextmanager
async def process_of(desk: Reception) -> AsyncIterator[BaseProcess]:
    """The same desk in a process of its own, at desk.http, until the block ends."""
    async with (
        desk_process(desk.parts.services.settings) as (process, url),
        httpx.AsyncClient(base_url=url, timeout=DEADLINE_S) as desk.http,
    ):
        assert (await desk.http.get("/healthz")).status_code == 200
        yield process


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.002)


async def read(url: str, query: sa.Select[Any]) -> list[Any]:
    database = Database(url)
    rows = await database.read(lambda connection: list(connection.execute(query).all()))
    await asyncio.to_thread(database.close)
    return rows


async def until_all_done(url: str) -> None:
    undone = sa.select(outbox.c.id).where(outbox.c.done_at.is_(None))
    async with asyncio.timeout(DEADLINE_S):
        while await read(url, undone):
            await asyncio.sleep(0.05)


MOMENTS: dict[str, Callable[[Reception], int]] = {
    "before GLPI has the ticket": lambda desk: desk.glpi.state.faults.count(CREATE),
    "as soon as GLPI has the ticket": lambda desk: len(desk.tickets),
    "before GLPI has the note": lambda desk: desk.glpi.state.faults.count(NOTE),
    "as soon as GLPI has the note": lambda desk: len(desk.followups),
}
"""What grows by one when the moment has come to kill."""


@pytest.mark.requirement("D-24")
async def test_killed_between_any_two_writes_it_is_one_ticket_on_both_sides(start: Start, database_url: str) -> None:
    desk = await start()
    await desk.sign_in(ZOE)
    steps = [await analyze(desk) for _ in MOMENTS]
    await desk.stop()

    for step, counted in zip(steps, MOMENTS.values(), strict=True):
        async with process_of(desk) as process:
            await until_all_done(database_url)
            for line in (CREATE, NOTE):
                desk.glpi.state.faults.add("slow", line, times=1, delay_s=0.3)
            before = counted(desk)
            click = asyncio.create_task(desk.send("confirm", {"session_id": step["session_id"]}))
            await until(lambda counted=counted, before=before: counted(desk) > before)  # type: ignore[misc]
            process.kill()
            await asyncio.to_thread(process.join)
            await asyncio.gather(click, return_exceptions=True)
    async with process_of(desk):
        await until_all_done(database_url)

    rows = await read(database_url, sa.select(tickets.c.number, tickets.c.glpi_ticket_id).order_by(tickets.c.id))
    in_glpi = sorted(ticket["id"] for ticket in desk.tickets)
    noted = sorted(followup["items_id"] for followup in desk.followups)
    assert [row.number[-5:] for row in rows] == [f"{number:05}" for number in range(1, len(MOMENTS) + 1)]
    assert in_glpi == noted == sorted(row.glpi_ticket_id for row in rows)
