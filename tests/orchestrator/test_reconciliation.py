"""What webhooks lost is made up for: alerts opened and ended from Observium's list, incidents ended by their ticket."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from orchestrator.tables import delivery, incident
from tests.orchestrator.conftest import Orchestrated, Start
from tests.orchestrator.test_incidents import are_closed, are_diagnosed

pytestmark = pytest.mark.both_databases


async def look(o: Orchestrated, *, urgent: bool = True) -> None:
    """One round, as the loop does it every minute; urgent: without waiting for webhooks on the way."""
    await o.app.state.line.reconciliation.run(urgent=urgent)


@pytest.mark.requirement("P-18")
async def test_an_alert_whose_webhook_was_lost_is_opened_from_the_list(start: Start) -> None:
    o = await start(settle_s=600)
    alert_id = o.break_port()

    await look(o)
    (incident,) = await o.until(are_diagnosed)

    detail = await o.incident(incident["key"])
    assert detail["alerts"][0]["alert_id"] == alert_id
    assert incident["site"] == "LILAS"
    assert incident["verdict"]["rule"] == "F2"


@pytest.mark.requirement("P-18")
async def test_the_webhook_that_comes_after_all_opens_no_second_ticket(start: Start) -> None:
    o = await start(settle_s=600)
    alert_id = o.break_port()
    await look(o)
    await o.until(are_diagnosed)

    assert (await o.post(o.delivery(alert_id))).status_code == 200
    await look(o)
    found = await o.until(are_diagnosed)

    assert len(found) == 1
    assert (len(o.tickets), len(o.mails)) == (1, 1)


async def test_what_has_just_failed_is_left_to_its_webhook(start: Start) -> None:
    o = await start(settle_s=600)
    o.break_port()

    await look(o, urgent=False)

    assert await o.incidents() == []


async def test_what_failed_long_ago_is_not_opened(start: Start) -> None:
    o = await start(settle_s=600)
    row = o.system.observium.state.observium.alerts[o.break_port()]
    row["last_changed"] = str(int((o.now - timedelta(hours=25)).timestamp()))

    await look(o)

    assert await o.incidents() == []


@pytest.mark.requirement("P-18")
async def test_a_lost_recovery_is_seen_when_the_list_has_not_had_it_twice(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, reconcile_s=1)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    await o.recover(alert_id, send=False)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"


async def test_while_observium_is_down_nothing_is_taken_for_recovered(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    o.system.observium.state.faults.add("down", times=1000)
    for _ in range(3):
        await look(o)

    (incident,) = await o.incidents()
    assert (await o.incident(incident["key"]))["alerts"][0]["recovered_at"] is None


@pytest.mark.requirement("P-19")
@pytest.mark.parametrize(("hand", "why"), [({"status": 5}, "closed_in_glpi"), ({"is_deleted": 1}, "deleted_in_glpi")])
async def test_a_ticket_that_a_technician_ends_takes_its_incident_with_it(
    start: Start, hand: dict[str, int], why: str
) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(are_diagnosed)
    written = len(o.followups)

    o.system.glpi.state.glpi.tickets[incident["ticket_id"]].update(hand)
    await look(o)
    (incident,) = await o.until(are_closed)
    await o.recover(alert_id)
    await look(o)

    assert incident["closed_why"] == why
    assert len(o.followups) == written
    assert len(o.tickets) == 1


@pytest.mark.requirement("P-19")
async def test_a_purged_ticket_ends_its_incident_and_fails_nothing(start: Start) -> None:
    o = await start(settle_s=600)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(are_diagnosed)

    del o.system.glpi.state.glpi.tickets[incident["ticket_id"]]
    await o.post(o.delivery(alert_id, state="ALERT REMINDER", at=o.now + timedelta(days=1)))
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "deleted_in_glpi"
    assert (await o.http.get("/readyz")).json()["status"] == "ok"


@pytest.mark.requirement("P-21")
async def test_a_delivery_that_cannot_be_read_is_looked_for_in_the_list_at_once(start: Start) -> None:
    """The poll is an hour away; the unusable delivery is what wakes it."""
    o = await start(settle_s=600)
    o.break_port()

    assert (await o.post(b"[]")).status_code == 422
    (incident,) = await o.until(are_diagnosed)

    assert incident["site"] == "LILAS"


async def test_all_pages_of_the_list_are_read(start: Start) -> None:
    o = await start(settle_s=600)
    observium = o.system.observium.state.observium
    for n in range(130):
        observium.open_alert(11, "port", 1101, f"checker {n}")

    await look(o)
    (incident,) = await o.until(are_diagnosed)

    async with asyncio.timeout(20):
        while len((await o.incident(incident["key"]))["alerts"]) < 130:
            await asyncio.sleep(0.05)


@pytest.mark.requirement("P-73")
async def test_a_ticket_that_cannot_be_read_holds_up_no_other(start: Start) -> None:
    o = await start(settle_s=600)
    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)
    await o.post(o.delivery(o.break_port(21, 2101)))
    unreadable, solved = await o.until(lambda found: len(found) == 2 and are_diagnosed(found))
    o.system.glpi.state.faults.add(
        "error",
        f"GET /apirest.php/Ticket/{unreadable['ticket_id']}",
        times=-1,
        status=403,
        body='["ERROR_RIGHT_MISSING","no"]',
    )
    await o.by_hand(solved["ticket_id"], status=5)

    await look(o)
    found = await o.incidents()

    assert [row["closed_why"] for row in found] == ["", "closed_in_glpi"]


@pytest.mark.requirement("P-73")
async def test_a_ticket_that_times_out_lets_the_others_go_first_the_next_time(start: Start) -> None:
    o = await start(settle_s=600)
    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)
    await o.post(o.delivery(o.break_port(21, 2101)))
    broken, solved = await o.until(lambda found: len(found) == 2 and are_diagnosed(found))
    o.system.glpi.state.faults.add("error", f"GET /apirest.php/Ticket/{broken['ticket_id']}", times=-1, status=500)
    await o.by_hand(solved["ticket_id"], status=5)

    await look(o)
    await look(o)
    found = await o.incidents()

    assert [row["closed_why"] for row in found] == ["", "closed_in_glpi"]


@pytest.mark.requirement("P-73")
async def test_with_observium_away_tickets_are_compared_and_dead_works_are_found(start: Start) -> None:
    o = await start(settle_s=600)
    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)
    await o.post(o.delivery(o.break_port(21, 2101)))
    solved, dead = await o.until(lambda found: len(found) == 2 and are_diagnosed(found))
    await o.by_hand(solved["ticket_id"], status=5)
    long_ago = incident.update().where(incident.c.key == dead["key"])
    values = {"work": "note", "work_at": o.now - timedelta(hours=1)}
    await o.app.state.line.database.write(lambda connection: connection.execute(long_ago.values(**values)))

    o.system.observium.state.faults.add("down", times=1000)
    await look(o)
    found = await o.incidents()

    assert found[0]["closed_why"] == "closed_in_glpi"
    assert found[1]["waits_for"] == "person"


STATES = {"delayed": ("2", "DELAYED"), "suppressed": ("3", "SUPPRESSED")}


async def followed(start: Start) -> tuple[Orchestrated, int, str]:
    """An orchestrator that follows one alert, and has forgotten that it has only just come."""
    o = await start(settle_s=600, solve_after_s=600, reconcile_s=600)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (found,) = await o.until(are_diagnosed)
    await o.let_pass(timedelta(hours=1))
    return o, alert_id, found["key"]


async def recovered_at(o: Orchestrated, key: str) -> str | None:
    found: str | None = (await o.incident(key))["alerts"][0]["recovered_at"]
    return found


async def until_recovered(o: Orchestrated, key: str) -> None:
    async with asyncio.timeout(20):
        while await recovered_at(o, key) is None:
            await asyncio.sleep(0.05)


@pytest.mark.requirement("P-70")
@pytest.mark.parametrize("state", STATES)
async def test_an_alert_that_somebody_suppressed_has_not_recovered(start: Start, state: str) -> None:
    o, alert_id, key = await followed(start)
    status, word = STATES[state]
    o.system.observium.state.observium.alerts[alert_id] |= {"alert_status": status, "status": word}

    for _ in range(3):
        await look(o)
    heard = await o.app.state.line.database.read(lambda c: c.execute(sa.select(delivery.c.kind)).scalars().all())
    o.system.observium.state.observium.alerts[alert_id] |= {"alert_status": "1", "status": "OK"}
    await look(o)
    await look(o)

    assert heard == ["ALERT"]
    await until_recovered(o, key)


@pytest.mark.requirement("P-70")
async def test_an_alert_that_observium_has_no_more_is_over_after_two_looks(start: Start) -> None:
    o, alert_id, key = await followed(start)
    del o.system.observium.state.observium.alerts[alert_id]

    await look(o)
    after_one = await recovered_at(o, key)
    await look(o)

    assert after_one is None
    await until_recovered(o, key)
