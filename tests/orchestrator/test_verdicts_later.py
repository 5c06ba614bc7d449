"""What a verdict becomes as an outage goes on, comes back and ends: whom time accuses, whom it must not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.orchestrator.conftest import DEADLINE_S, Orchestrated, Start
from tests.orchestrator.test_incidents import (
    CONTACT,
    LONG,
    NOC,
    QUICK,
    are_closed,
    are_diagnosed,
    are_settled,
    are_waiting,
    mails_to,
    notes,
)

pytestmark = pytest.mark.both_databases
EDGE, CLIENTS_SWITCH = 11, 22
MAIL = "POST /apirest.php/QueuedNotification"


async def live_through(o: Orchestrated, device_id: int, **state: Any) -> dict[str, Any]:
    """An hour's alert of a device, from its delivery to its solution; nothing restarts meanwhile."""
    observium = o.system.observium.state.observium
    alert_id = o.break_device(device_id)
    observium.set_device(device_id, status_type=state.pop("status_type", "ping"))
    observium.devices[device_id].update(state)
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)
    return incident


@pytest.mark.requirement("P-65")
@pytest.mark.parametrize(
    ("device_id", "state", "rule"),
    [
        (CLIENTS_SWITCH, {"status_type": "snmp"}, "S1"),
        (EDGE, {"status_type": "dns"}, "M0"),
        (EDGE, {"ignore": "1"}, "M1"),
    ],
)
async def test_what_was_no_dead_site_accuses_no_operator_afterwards(
    start: Start, device_id: int, state: dict[str, Any], rule: str
) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, hold_down_s=0)

    incident = await live_through(o, device_id, **state)

    assert incident["verdict"]["rule"] == rule
    assert not any("Responsabilité après coup" in note for note in notes(o))
    assert "Cause" not in o.text(next(iter(o.system.glpi.state.glpi.solutions.values()))["content"])


@pytest.mark.requirement("P-65")
async def test_a_dead_site_of_which_nothing_restarted_had_lost_its_line(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, hold_down_s=0)
    observium = o.system.observium.state.observium
    for number in (12, 13):
        observium.set_device(number, status=0)
    alert_id = o.break_device(EDGE)
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    for number in (11, 12, 13):
        observium.set_device(number, status=1)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert (incident["verdict"]["rule"], incident["verdict"]["responsible"]) == ("X5", "FAI")


@pytest.mark.requirement("P-66")
async def test_an_hours_outage_that_comes_back_for_a_minute_at_its_end_is_no_micro_outage(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=600)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    await o.recover(alert_id)
    await o.until(lambda _: any("Rétabli le" in note for note in notes(o)))
    again = LONG + timedelta(minutes=5)
    await o.post(o.delivery(alert_id, at=o.now + again))
    await o.until(lambda _: any("de nouveau en panne" in note for note in notes(o)))
    await o.recover(alert_id, after=again + timedelta(minutes=1))
    (incident,) = await o.until(lambda _: any("après 1 h 6 min" in note for note in notes(o)))

    assert incident["verdict"]["rule"] == "F2"


@pytest.mark.requirement("P-66")
async def test_a_new_round_lasts_since_its_own_first_failure_whatever_else_had_failed_before(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    edge, switch = o.break_port(), o.break_port(12, 1202)
    await o.post(o.delivery(edge))
    await o.post(o.delivery(switch))
    await o.until(are_diagnosed)
    await o.recover(edge)
    await o.recover(switch)
    await o.until(are_closed)

    again = LONG + timedelta(minutes=5)
    o.break_port()
    await o.post(o.delivery(edge, at=o.now + again))
    await o.until(lambda found: found[0]["round"] == 2 and are_diagnosed(found))
    await o.recover(edge, after=again + timedelta(minutes=1))
    (incident,) = await o.until(are_closed)

    assert (incident["round"], incident["verdict"]["rule"]) == (2, "R1")
    assert any("après 1 min 0 s" in note for note in notes(o))


@pytest.mark.requirement("P-67")
async def test_the_establishment_is_not_written_to_of_what_may_still_be_a_micro_outage(start: Start) -> None:
    """With the default times: four minutes are past the settle window and within the hold-down."""
    o = await start()
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    await o.let_pass(timedelta(minutes=4))
    await o.app.state.line.admission.start_due()
    (in_doubt,) = await o.until(are_diagnosed)
    written_early = mails_to(o, CONTACT)
    await o.let_pass(timedelta(minutes=2))
    await o.until(are_settled)

    assert (in_doubt["settled_at"], written_early) == (None, [])
    assert len(mails_to(o, CONTACT)) == 1


@pytest.mark.requirement("P-20")
async def test_a_label_that_a_port_beyond_the_first_page_bears_too_accuses_nobody(start: Start) -> None:
    o = await start(**QUICK)
    observium = o.system.observium.state.observium
    for number in range(110_001, 110_151):
        label = "wan1" if number == 110_150 else f"vlan{number}"
        own = {"port_id": str(number), "ifIndex": str(number), "port_label": label, "port_label_short": label}
        observium.ports[number] = observium.ports[1102] | own | {"ifName": label, "ifDescr": label}
        observium._port_ids[EDGE].append(number)

    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(are_settled)

    assert (incident["verdict"]["rule"], incident["verdict"]["responsible"]) == ("U1", "UNKNOWN")
    assert "deux ports portent le libellé wan1" in incident["verdict"]["facts"]


async def be_over_before_the_ticket(o: Orchestrated, *, slow_mail_s: float = 0) -> int:
    """An hour's outage that is over when GLPI comes back; returns its alert."""
    faults = o.system.glpi.state.faults
    faults.add("error", "POST /apirest.php/Ticket", times=-1)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_waiting)
    await o.recover(alert_id)
    faults.clear()
    if slow_mail_s:
        faults.add("slow", MAIL, delay_s=slow_mail_s)
    for _ in range(2):
        await o.health.check()
    return alert_id


@pytest.mark.requirement("P-69")
async def test_what_is_over_before_the_team_is_told_is_one_mail_that_says_so(start: Start) -> None:
    o = await start(**QUICK)

    await be_over_before_the_ticket(o)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    subject = f"[WIDIP #{incident['ticket_id']}] Rétabli : EHPAD Les Lilas : Port down (lilas-fw1.widip.example)"
    assert [(m["recipient"], o.text(m["name"])) for m in o.mails] == [(NOC, subject)]
    body = o.text(o.mails[0]["body_html"])
    assert "après 1 h." in body
    assert "provisoire" not in body


@pytest.mark.requirement("P-69")
async def test_what_fails_again_after_the_team_was_told_that_it_is_over_is_told_again(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=600, hold_down_s=0)
    alert_id = await be_over_before_the_ticket(o)
    await o.until(lambda found: are_diagnosed(found) and len(o.mails) == 1)

    o.break_port()
    await o.post(o.delivery(alert_id, at=o.now + 2 * LONG))
    await o.until(lambda found: found[0]["round"] == 2 and are_diagnosed(found))

    assert len(o.tickets) == 1
    assert [("provisoire" in s, "Rétabli" in s) for s in mails_to(o, NOC)] == [(False, True), (True, False)]


@pytest.mark.requirement("P-69")
async def test_what_fails_again_while_the_team_is_told_that_it_is_over_is_told_again(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=600, hold_down_s=0)
    faults = o.system.glpi.state.faults
    alert_id = await be_over_before_the_ticket(o, slow_mail_s=0.5)

    async with asyncio.timeout(DEADLINE_S):
        while not faults.count(MAIL):
            await asyncio.sleep(0.005)
    o.break_port()
    await o.post(o.delivery(alert_id, at=o.now + 2 * LONG))
    await o.until(lambda found: found[0]["round"] == 2 and are_diagnosed(found))

    assert [("provisoire" in s, "Rétabli" in s) for s in mails_to(o, NOC)] == [(False, True), (True, False)]


@pytest.mark.requirement("P-69")
async def test_another_alert_after_the_team_was_told_that_it_is_over_is_an_incident_of_its_own(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=600, hold_down_s=0)
    await be_over_before_the_ticket(o)
    await o.until(lambda found: are_diagnosed(found) and len(o.mails) == 1)

    await o.post(o.delivery(o.break_port(12, 1202)))
    found = await o.until(lambda found: len(found) == 2 and are_diagnosed(found))

    assert len({row["ticket_id"] for row in found}) == 2
    assert "provisoire" in mails_to(o, NOC)[-1]
