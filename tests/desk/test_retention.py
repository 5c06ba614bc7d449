"""What is old goes, what one person asks to be told is told, and what to forget is forgotten."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from desk.retention import export_person, forget_person
from desk.tables import analysis_sessions, metadata, outbox, sign_in, sign_in_code, tickets
from tests.desk.conftest import CLAIRE, PRINTER, ZOE, Reception, analyze, file

TECHNICIAN = 10
pytestmark = pytest.mark.both_databases


async def rows(desk: Reception, table: sa.Table) -> list[Any]:
    return await desk.parts.services.database.read(lambda c: list(c.execute(sa.select(table)).all()))


async def filed(desk: Reception, email: str, *, status: int = 2) -> int:
    """A ticket that GLPI has, in this state, and that we have looked at."""
    made = await file(desk, email=email)
    await desk.until_told(made["ticket_id"])
    await desk.by_hand(made["glpi_ticket_id"], status=status)
    await desk.parts.sync.pull(made["ticket_id"])
    return int(made["ticket_id"])


@pytest.mark.requirement("D-09")
async def test_closed_tickets_and_what_was_given_up_go_after_their_days(desk: Reception) -> None:
    is_open, _closed = await filed(desk, ZOE), await filed(desk, CLAIRE, status=6)
    await analyze(desk)
    await desk.ask_code(ZOE)
    await desk.read_code(ZOE, known=1)

    early = await desk.parts.retention.run()
    desk.clock.ahead = timedelta(days=91)
    late = await desk.parts.retention.run()

    assert {name: early[name] for name in ("ticket", "session", "code", "sign_in")} == dict.fromkeys(
        ("ticket", "session", "code", "sign_in"), 0
    )
    assert (late["ticket"], late["session"], late["code"], late["sign_in"]) == (1, 1, 1, 2)
    assert [row.id for row in await rows(desk, tickets)] == [is_open]
    assert len(await rows(desk, analysis_sessions)) == 1
    assert await rows(desk, sign_in) == await rows(desk, sign_in_code) == []
    assert {row.ticket_id for row in await rows(desk, outbox)} == {is_open}


@pytest.mark.requirement("D-126")
async def test_whoever_was_forgotten_stays_so_when_glpi_is_looked_at_again(desk: Reception) -> None:
    number = await filed(desk, ZOE)
    await desk.parts.services.database.write(partial(forget_person, ZOE))
    (ticket,) = desk.tickets
    await desk.by_hand(ticket["id"], by=TECHNICIAN, followup=f"<p>Bonjour, {PRINTER}</p>", status=4)

    await desk.parts.sync.pull(number)

    (row,) = await rows(desk, tickets)
    assert (row.email, row.title, row.description, row.timeline) == ("", "[effacé]", "[effacé]", [])
    assert row.status == "pending"
    left = {table.name: str(await rows(desk, table)) for table in metadata.sorted_tables}
    assert [name for name, text in left.items() if PRINTER[:40] in text] == []
    assert (await desk.get("tickets", CLAIRE))["tickets"] == []


@pytest.mark.requirement("D-09")
async def test_person_is_told_everything_and_then_forgotten_everywhere(desk: Reception) -> None:
    await filed(desk, CLAIRE)
    number = await filed(desk, ZOE)
    database = desk.parts.services.database

    told = await database.read(partial(export_person, ZOE.upper()))
    counts = await database.write(partial(forget_person, ZOE.upper()))

    assert {name for name, found in told.items() if not found} == {"feedback", "photos"}
    assert told["tickets"][0]["description"] == PRINTER
    assert counts["waiting"] == 0
    left = {table.name: str(await rows(desk, table)) for table in metadata.sorted_tables}
    assert [name for name, text in left.items() if ZOE in text] == []
    (mine,) = [row for row in await rows(desk, tickets) if row.id == number]
    assert (mine.email, mine.description, mine.glpi_ticket_id is not None) == ("", "[effacé]", True)
    assert CLAIRE in left["tickets"]
    assert PRINTER in left["tickets"]


@pytest.mark.requirement("D-09")
async def test_what_glpi_has_yet_to_be_told_is_forgotten_after_that(desk: Reception) -> None:
    await desk.sign_in(ZOE)
    desk.glpi.state.glpi.maintenance = True
    await file(desk)
    database = desk.parts.services.database

    first = await database.write(partial(forget_person, ZOE))
    desk.glpi.state.glpi.maintenance = False
    desk.clock.ahead = timedelta(minutes=11)
    await desk.parts.outbox.resume()
    await desk.until_told(1)
    second = await database.write(partial(forget_person, ZOE))

    assert (first["waiting"], second["waiting"], second["tickets"]) == (1, 0, 1)
    assert PRINTER in desk.text(desk.tickets[0]["content"])
