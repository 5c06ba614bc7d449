"""GLPI is asked what changed: what no webhook has told is found all the same."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from orchestrator.assist.polling import CURSOR
from orchestrator.assist.tables import glpi_cursor, ticket
from tests.orchestrator.assist.conftest import HELLO, RESET, Assisted, StartAssist
from tests.orchestrator.assist.test_look import UNLOCK, said

SEARCH = "GET /apirest.php/search/Ticket"


@pytest.mark.both_databases
@pytest.mark.requirement("T-18")
async def test_a_lost_webhook_is_made_up_for_by_the_poll(start_assist: StartAssist) -> None:
    assisted = await start_assist(glpi_poll_s=1)
    await assisted.polled()

    number = await assisted.open(RESET)
    (row,) = await assisted.requested(1)
    await assisted.change(number, followup=UNLOCK)
    rows = await assisted.requested(2)

    assert row["ticket_id"] == number
    assert [plan for _number, plan, _author in said(rows)] == ["PASSWORD_RESET", "UNLOCK"]


@pytest.mark.requirement("T-15")
async def test_at_the_first_start_ever_old_tickets_are_not_even_looked_at(assisted: Assisted) -> None:
    await assisted.polled()
    assisted.glpi.tickets[9] = assisted.glpi.tickets[1] | {"id": 9, "date_mod": "2026-01-05 08:00:00"}
    never_polled = glpi_cursor.delete().where(glpi_cursor.c.name == CURSOR)
    await assisted.line.database.write(lambda c: c.execute(never_polled))

    await assisted.line.polling.run()

    assert await assisted.settled(0) == []
    assert (await assisted.looks(9), len(await assisted.rows(glpi_cursor))) == (0, 2)


@pytest.mark.requirement("T-18")
async def test_a_change_is_told_once_however_often_glpi_is_asked(assisted: Assisted) -> None:
    await assisted.polled()
    number = await assisted.open(HELLO)
    await assisted.line.polling.run()
    await assisted.requested(1)
    looks = await assisted.looks(number)

    for _ in range(2):
        await assisted.line.polling.run()
    await assisted.settled(looks)

    assert await assisted.looks(number) == looks


@pytest.mark.requirement("T-18")
async def test_a_glpi_that_does_not_answer_is_said_once_and_asked_again(assisted: Assisted) -> None:
    await assisted.polled()
    number = await assisted.open(RESET)
    assisted.faults.add("status", "/apirest.php/search", status=500, times=-1)

    with capture_logs() as lines:
        for _ in range(3):
            await assisted.line.polling.run()
        assisted.faults.clear()
        await assisted.line.polling.run()
    (row,) = await assisted.requested(1)

    said_of_it = [line["event"] for line in lines if line["event"].startswith("glpi_poll")]
    assert said_of_it == ["glpi_poll_failed", "glpi_poll_works_again"]
    assert row["ticket_id"] == number


@pytest.mark.requirement("T-17")
async def test_while_glpi_is_known_to_be_down_it_is_not_asked(assisted: Assisted) -> None:
    await assisted.polled()
    assisted.faults.add("down", "/apirest.php", times=-1)
    await assisted.o.health.check()
    before = assisted.faults.count(SEARCH)

    await assisted.line.polling.run()

    assert assisted.faults.count(SEARCH) == before
    assert len(await assisted.rows(ticket)) <= 1
