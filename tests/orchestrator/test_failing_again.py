"""An alert that fails again in the very moment in which its incident is being ended."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.orchestrator.conftest import Orchestrated, Start
from tests.orchestrator.test_incidents import LONG, NOC, QUICK, TECHNICIAN, are_closed, are_settled, mails_to

pytestmark = pytest.mark.both_databases
SOLUTION, MAIL = "POST /apirest.php/ITILSolution", "POST /apirest.php/QueuedNotification"


def are_told_again(found: list[dict[str, Any]]) -> bool:
    return bool(found) and all(row["round"] == 2 and row["diagnosed_at"] for row in found)


async def seen(o: Orchestrated, request_line: str, times: int = 1) -> None:
    async with asyncio.timeout(20):
        while o.system.glpi.state.faults.count(request_line) < times:
            await asyncio.sleep(0.005)


async def fail_again(o: Orchestrated, alert_id: int) -> None:
    """An hour and a minute after it first failed."""
    o.system.observium.state.observium.set_port(1101, oper="down")
    answer = await o.post(o.delivery(alert_id, at=o.now + LONG + timedelta(minutes=1)))
    assert answer.status_code == 200


@pytest.mark.requirement("P-54")
async def test_failing_again_while_the_solution_is_written_opens_the_ticket_again_and_tells_the_team(
    start: Start,
) -> None:
    o = await start(**QUICK)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_settled)
    o.system.glpi.state.faults.add("slow", SOLUTION, delay_s=0.5)

    await o.recover(alert_id)
    await seen(o, SOLUTION)
    await fail_again(o, alert_id)
    (incident,) = await o.until(are_told_again)

    assert incident["closed_at"] is None
    assert (len(o.tickets), o.tickets[0]["status"]) == (1, 1)
    assert ["Rétabli" in subject for subject in mails_to(o, NOC)] == [False, True, False]


@pytest.mark.requirement("P-54")
async def test_failing_again_while_the_last_mails_wait_for_glpi_opens_the_ticket_again_and_tells_the_team(
    start: Start,
) -> None:
    o = await start(**QUICK)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_settled)
    faults = o.system.glpi.state.faults
    faults.add("error", MAIL, times=-1)

    await o.recover(alert_id)
    await o.until(lambda found: all(row["waits_for"] == "glpi" for row in found))
    await fail_again(o, alert_id)
    faults.clear()
    for _ in range(2):
        await o.health.check()
    (incident,) = await o.until(are_told_again)

    assert incident["closed_at"] is None
    assert (len(o.tickets), o.tickets[0]["status"]) == (1, 1)
    assert not any("Rétabli" in subject for subject in mails_to(o, NOC))


@pytest.mark.requirement("P-54")
async def test_failing_again_in_the_line_of_those_that_waited_for_glpi_is_over_for_nobody(start: Start) -> None:
    o = await start(**QUICK)
    first, second = o.break_port(), o.break_port(21, 2101)
    for alert_id in (first, second):
        await o.post(o.delivery(alert_id))
    await o.until(are_settled)
    faults = o.system.glpi.state.faults
    faults.add("error", MAIL, times=-1)
    for alert_id in (first, second):
        await o.recover(alert_id)
    await o.until(lambda found: all(row["waits_for"] == "glpi" for row in found))
    faults.clear()
    faults.add("slow", MAIL, delay_s=1.5)  # of the first, which goes on before the second

    for _ in range(2):
        await o.health.check()
    await seen(o, MAIL)
    await o.post(o.delivery(second, at=o.now + LONG + timedelta(minutes=1)))
    await o.until(lambda found: any(row["round"] == 2 and row["diagnosed_at"] for row in found))
    found = await o.until(lambda found: any(row["closed_at"] for row in found))

    (again,) = [row for row in found if not row["closed_at"]]
    assert (again["round"], again["waits_for"]) == (2, "")
    over = [subject for subject in mails_to(o, NOC) if "Rétabli" in subject]
    assert [f"#{again['ticket_id']}" in subject for subject in over] == [False]


@pytest.mark.requirement("P-54")
async def test_failing_again_while_it_is_left_to_a_technician_stays_with_him_and_is_followed(start: Start) -> None:
    o = await start(**QUICK)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(are_settled)
    await o.by_hand(incident["ticket_id"], _users_id_assign=TECHNICIAN)
    faults = o.system.glpi.state.faults
    mails = faults.count(MAIL)
    faults.add("slow", MAIL, delay_s=0.5)

    await o.recover(alert_id)
    await seen(o, MAIL, mails + 1)
    await fail_again(o, alert_id)
    (still_open,) = await o.until(lambda found: faults.count(MAIL) == mails + 2)
    await o.recover(alert_id, after=2 * LONG)
    (incident,) = await o.until(are_closed)

    assert (still_open["closed_at"], still_open["round"]) == (None, 1)
    assert incident["closed_why"] == "left_to_technician"
    assert o.tickets[0]["status"] != 5
