"""What an outage of GLPI leaves: five hundred tickets, told in turn, while new ones go before them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from desk.analysis import analyze
from desk.lanes import NEW_QUEUE, Kind
from desk.tables import outbox, tickets
from desk.tickets import NewTicket, create_ticket
from shared.engine import Engine
from tests.desk.conftest import PRINTER, Clock, Reception, Start, file

QUEUED, PEOPLE = 500, 100
LONG_S = 240.0


def register(engine: Engine, clock: Clock, connection: sa.Connection) -> None:
    """As the filing of a conversation does it: each person's tickets, turn about."""
    summary = analyze(PRINTER, categories=(), sites=()).model_dump(mode="json")
    for number in range(QUEUED):
        new = NewTicket(
            session_id=f"outage-{number}",
            email=f"p{number % PEOPLE}@lilas.example",
            person=None,
            title=f"Demande {number}",
            description=PRINTER,
            category_id=None,
            category=None,
            priority=3,
            analysis={**summary, "validation": "confirmed", "tries": 1},
        )
        create_ticket(connection, engine, new, entity_id=None, zone=ZoneInfo("Europe/Paris"), now=clock())
    # Without their notes: half the work, and the same turns.
    connection.execute(outbox.delete().where(outbox.c.kind == Kind.NOTE))


async def read(desk: Reception, query: sa.Select[Any]) -> list[Any]:
    return await desk.parts.services.database.read(lambda connection: list(connection.execute(query).all()))


async def count_untold(desk: Reception) -> int:
    return len(await read(desk, sa.select(tickets.c.id).where(tickets.c.glpi_ticket_id.is_(None))))


async def until_none(desk: Reception, wanted: sa.ColumnElement[bool]) -> None:
    """Until no entry of the outbox is so."""
    async with asyncio.timeout(LONG_S):
        while await read(desk, sa.select(outbox.c.id).where(wanted).limit(1)):
            await asyncio.sleep(0.05)


@pytest.mark.requirement("D-72")
async def test_five_hundred_queued_tickets_are_told_in_turn_and_a_new_one_before_them(start: Start) -> None:
    desk = await start(reply_wait_s=10)
    await desk.sign_in()
    engine, database = desk.parts.services.engine, desk.parts.services.database
    desk.glpi.state.glpi.maintenance = True
    await database.write(partial(register, engine, desk.clock))
    engine.nudge(NEW_QUEUE)
    await until_none(desk, outbox.c.state == "started")
    desk.glpi.state.glpi.maintenance = False

    desk.clock.ahead += timedelta(minutes=11)
    started = await desk.parts.outbox.resume()
    before = await count_untold(desk)
    new = await file(desk)
    meanwhile = before - await count_untold(desk)
    await until_none(desk, outbox.c.done_at.is_(None))

    assert started == PEOPLE
    assert new["synced_to_glpi"]
    assert meanwhile < PEOPLE // 2  # it would wait for each of them in one queue
    assert desk.watch.most <= 4 + 1
    assert len(desk.tickets) == QUEUED + 1
    told = await read(desk, sa.select(tickets.c.email, tickets.c.glpi_ticket_id).order_by(tickets.c.id))
    for person in {row.email for row in told}:
        mine = [row.glpi_ticket_id for row in told if row.email == person]
        assert mine == sorted(mine)
