"""The life of an incident after its first mail: what joins it, what settles it, what ends it, who is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.sites import load_sites
from tests.orchestrator.conftest import Orchestrated, Start

pytestmark = pytest.mark.both_databases

NOC = "noc@widip.example"
CONTACT = "accueil@lilas.example"
QUICK: dict[str, Any] = {"settle_s": 0.05, "solve_after_s": 0.05, "hold_down_s": 0}
LONG, SHORT = timedelta(hours=1), timedelta(seconds=40)
TECHNICIAN = 10


def notes(orchestrated: Orchestrated) -> list[str]:
    """The followups of all tickets, as a person reads them, oldest first."""
    return [orchestrated.text(row["content"]) for row in orchestrated.followups]


def mails_to(orchestrated: Orchestrated, recipient: str) -> list[str]:
    """The subjects of what was written to an address."""
    return [orchestrated.text(m["name"]) for m in orchestrated.mails if m["recipient"] == recipient]


def are_settled(found: list[dict[str, Any]]) -> bool:
    return bool(found) and all(row["settled_at"] for row in found)


def are_closed(found: list[dict[str, Any]]) -> bool:
    return bool(found) and all(row["closed_at"] for row in found)


def are_diagnosed(found: list[dict[str, Any]]) -> bool:
    return bool(found) and all(row["diagnosed_at"] for row in found)


def are_waiting(found: list[dict[str, Any]]) -> bool:
    return bool(found) and all(row["waits_for"] == "glpi" for row in found)


@pytest.mark.requirement("P-11")
async def test_from_alert_to_solution_everybody_is_told_once(start: Start) -> None:
    o = await start(**QUICK)
    alert_id = o.break_port()

    await o.post(o.delivery(alert_id))
    await o.until(are_settled)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert o.tickets[0]["status"] == 5
    assert mails_to(o, NOC) == [
        f"[WIDIP #{incident['ticket_id']}] provisoire : EHPAD Les Lilas : Port down (lilas-fw1.widip.example)",
        f"[WIDIP #{incident['ticket_id']}] Rétabli : EHPAD Les Lilas",
    ]
    assert mails_to(o, CONTACT) == [
        f"[WIDIP #{incident['ticket_id']}] Incident réseau en cours : EHPAD Les Lilas",
        f"[WIDIP #{incident['ticket_id']}] Rétabli : EHPAD Les Lilas",
    ]
    solution = o.text(next(iter(o.system.glpi.state.glpi.solutions.values()))["content"])
    assert "après 1 h" in solution
    assert "Cause identifiée : le lien de votre opérateur (Fibrelys)." in solution
    assert any("Rétabli le" in note and "rétabli : lilas-fw1" in note for note in notes(o))


@pytest.mark.requirement("P-14")
async def test_the_establishment_is_written_to_only_after_the_settle_window(start: Start) -> None:
    o = await start(settle_s=600)

    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(are_diagnosed)

    assert mails_to(o, CONTACT) == []
    assert "provisoire" in mails_to(o, NOC)[0]
    assert "Verdict provisoire" in o.text(o.mails[0]["body_html"])
    assert incident["settled_at"] is None
    assert incident["due_at"] is not None


@pytest.mark.requirement("P-14")
async def test_below_the_threshold_nobody_outside_is_written_to_and_no_party_named(start: Start) -> None:
    o = await start(**QUICK)
    alert_id = o.break_device(11)
    for number in (12, 13):
        o.system.observium.state.observium.set_device(number, status=0)

    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(are_settled)
    o.system.observium.state.observium.set_device(12, status=1, rebooted=True)  # neither the power nor the line
    await o.recover(alert_id)
    await o.until(are_closed)

    assert incident["verdict"]["rule"] == "X1"
    assert {m["recipient"] for m in o.mails} == {NOC}
    assert "Cause" not in o.text(next(iter(o.system.glpi.state.glpi.solutions.values()))["content"])


async def test_nobody_but_the_team_and_the_sites_own_people_is_ever_written_to(start: Start, root: Path) -> None:
    """An operator has no address in the registry, and what the registry has is all that is used."""
    o = await start(**QUICK)
    first, second = o.break_port(), o.break_port(31, 3101)

    await o.post(o.delivery(first))
    await o.post(o.delivery(second))
    await o.until(lambda found: len(found) == 2 and are_settled(found))

    registry = load_sites(root / "deploy/demo/sites.toml")
    people = {p.email for site in registry for p in (*site.contacts, *site.referents)}
    assert {m["recipient"] for m in o.mails} <= people | {NOC}


async def test_a_verdict_that_changes_in_the_window_is_corrected_by_one_mail(start: Start) -> None:
    o = await start(settle_s=600)
    alert_id = o.break_device(11)
    for number in (12, 13):
        o.system.observium.state.observium.set_device(number, status=0)
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    for number in (12, 13):
        o.system.observium.state.observium.set_device(number, status=1)
    await o.let_pass(timedelta(minutes=20))
    (incident,) = await o.until(are_settled)

    assert incident["verdict"]["rule"] == "E1"
    subjects = mails_to(o, NOC)
    assert [("provisoire" in s, "correction" in s) for s in subjects] == [(True, False), (False, True)]
    assert any("Verdict corrigé" in note for note in notes(o))


@pytest.mark.requirement("P-10")
async def test_alerts_of_one_site_within_minutes_share_a_ticket_and_a_mail(start: Start) -> None:
    o = await start(settle_s=600)
    edge, switch = o.break_device(11), o.break_device(12)

    await o.post(o.delivery(edge))
    await o.post(o.delivery(switch))
    await o.until(lambda found: are_diagnosed(found) and len(notes(o)) == 2 + len(o.mails))
    (incident,) = await o.incidents()

    detail = await o.incident(incident["key"])
    assert [row["alert_id"] for row in detail["alerts"]] == [edge, switch]
    assert (len(o.tickets), len(o.mails)) == (1, 1)
    assert any("nouvelle alerte : lilas-sw1" in note for note in notes(o))


@pytest.mark.requirement("P-10")
async def test_two_sites_are_two_incidents_and_so_are_two_unknown_devices(start: Start) -> None:
    o = await start(settle_s=600)
    known, other = o.break_port(), o.break_port(21, 2101)
    body = o.delivery(known).replace(b'"DEVICE_ID":"11"', b'"DEVICE_ID":"%d"')
    strangers = [body.replace(b'"ALERT_ID":"%d"' % known, b'"ALERT_ID":"7%d"' % n) % (900 + n) for n in (1, 2)]

    for delivery in (o.delivery(known), o.delivery(other), *strangers):
        assert (await o.post(delivery)).status_code == 200
    found = await o.until(lambda found: len(found) == 4 and are_diagnosed(found))

    assert [row["site"] for row in found].count("LILAS") == 1 or all(row["ticket_id"] for row in found)
    assert len({row["ticket_id"] for row in found}) == 4


async def test_the_incident_is_over_when_all_its_alerts_are(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    edge, switch = o.break_device(11), o.break_device(12)
    await o.post(o.delivery(edge))
    await o.post(o.delivery(switch))
    await o.until(are_diagnosed)

    await o.recover(edge)
    (half,) = await o.until(lambda _: any("rétabli : lilas-fw1" in note for note in notes(o)))
    await o.recover(switch)
    (whole,) = await o.until(are_closed)

    assert half["closed_at"] is None
    assert whole["closed_why"] == "solved"


async def test_a_reminder_is_noted_and_opens_no_second_ticket(start: Start) -> None:
    o = await start(settle_s=600)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    await o.post(o.delivery(alert_id, state="ALERT REMINDER", at=o.now + timedelta(days=1)))
    await o.until(lambda _: any("toujours en panne, rappel" in note for note in notes(o)))

    assert (len(o.tickets), len(o.mails)) == (1, 1)


async def test_a_reminder_of_what_nobody_knows_opens_a_ticket(start: Start) -> None:
    o = await start(settle_s=600)

    await o.post(o.delivery(o.break_port(), state="ALERT REMINDER"))
    (incident,) = await o.until(are_diagnosed)

    assert incident["ticket_id"] == o.tickets[0]["id"]


@pytest.mark.requirement("P-13")
async def test_a_recovery_without_an_incident_is_recorded_and_opens_nothing(start: Start) -> None:
    o = await start(**QUICK)
    alert_id = o.break_port()

    await o.recover(alert_id)
    late = await o.post(o.delivery(alert_id))
    await o.post(o.delivery(o.break_port(21, 2101)))
    (incident,) = await o.until(are_diagnosed)

    assert late.status_code == 200
    assert incident["site"] == "TILLEULS"
    assert len(o.tickets) == 1


@pytest.mark.requirement("P-15")
async def test_a_micro_outage_is_nobodys_and_the_establishment_hears_nothing(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, hold_down_s=60)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    await o.recover(alert_id, after=SHORT)
    (incident,) = await o.until(are_closed)

    assert incident["verdict"]["responsible"] == "NONE"
    assert incident["verdict"]["rule"] == "R1"
    assert mails_to(o, CONTACT) == []
    assert len(mails_to(o, NOC)) == 2


@pytest.mark.requirement("P-15")
async def test_what_is_over_before_anybody_was_told_makes_no_mail(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, hold_down_s=60)
    o.system.glpi.state.faults.add("error", "POST /apirest.php/Ticket", times=-1)
    alert_id = o.break_port()

    await o.post(o.delivery(alert_id))
    await o.until(are_waiting)
    await o.recover(alert_id, after=SHORT)
    o.system.glpi.state.faults.clear()
    await o.health.check()
    await o.health.check()
    (incident,) = await o.until(are_closed)

    assert incident["verdict"]["rule"] == "R1"
    assert (len(o.tickets), o.mails) == (1, [])


@pytest.mark.requirement("P-12")
@pytest.mark.parametrize("hand", [{"followup": "Je regarde."}, {"_users_id_assign": TECHNICIAN}])
async def test_a_ticket_that_a_person_has_in_hand_is_left_to_him(start: Start, hand: dict[str, Any]) -> None:
    o = await start(settle_s=600)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(are_diagnosed)

    await o.by_hand(incident["ticket_id"], **hand)
    await o.recover(alert_id)
    await o.until(lambda _: any("Rétabli le" in note for note in notes(o)))
    await o.let_pass(timedelta(minutes=20))
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "left_to_technician"
    assert o.tickets[0]["status"] != 5
    assert len(mails_to(o, NOC)) == 2
    assert "reste ouvert" in o.text(o.mails[-1]["body_html"])
    assert any("laissé au technicien" in note for note in notes(o))


async def test_failing_again_within_the_hold_is_the_same_incident(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=600)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    await o.recover(alert_id)
    await o.until(lambda _: any("Rétabli le" in note for note in notes(o)))
    await o.post(o.delivery(alert_id, at=o.now + 2 * LONG))
    (incident,) = await o.until(lambda _: any("de nouveau en panne" in note for note in notes(o)))

    detail = await o.incident(incident["key"])
    assert detail["alerts"][0]["recovered_at"] is None
    assert detail["alerts"][0]["flaps"] == 1
    assert (len(o.tickets), len(o.mails)) == (1, 1)


async def test_back_within_half_an_hour_of_its_solution_it_is_the_same_ticket_and_the_team_is_told(
    start: Start,
) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)
    await o.recover(alert_id)
    await o.until(are_closed)

    o.break_port()
    await o.post(o.delivery(alert_id, at=o.now + 2 * LONG))
    await o.until(lambda found: found[0]["round"] == 2 and are_diagnosed(found))

    assert len(o.tickets) == 1
    assert o.tickets[0]["status"] == 1
    assert [("provisoire" in s, "Rétabli" in s) for s in mails_to(o, NOC)] == [
        (True, False),
        (False, True),
        (True, False),
    ]


async def test_glpi_sends_no_notification_of_its_own_in_the_whole_life_of_an_incident(start: Start) -> None:
    o = await start(**QUICK)
    o.system.glpi.state.glpi.notifications = True
    alert_id = o.break_port()

    await o.post(o.delivery(alert_id))
    await o.until(are_settled)
    await o.recover(alert_id)
    await o.until(are_closed)

    assert len(o.mails) == 4
    assert all(o.text(m["name"]).startswith("[WIDIP #") for m in o.mails)


async def test_after_a_recovery_what_restarted_meanwhile_says_that_the_power_was_cut(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    observium = o.system.observium.state.observium
    alert_id = o.break_device(11)
    for number in (12, 13):
        observium.set_device(number, status=0)
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    for number in (11, 12, 13):
        observium.set_device(number, status=1, rebooted=True)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert (incident["verdict"]["rule"], incident["verdict"]["responsible"]) == ("X4", "CLIENT")
    assert any("Responsabilité après coup" in note and "ont redémarré" in note for note in notes(o))


@pytest.mark.requirement("P-17")
async def test_without_the_lock_in_time_the_rules_finish_and_say_so(start: Start, redis: Any) -> None:
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)
    o = await start(settle_s=600, model_turn_s=0.3)

    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(are_diagnosed)

    assert incident["verdict"]["rule"] == "F2"
    assert any("sans modèle" in note for note in notes(o))
    assert "sans modèle" in o.text(o.mails[0]["body_html"])
    kinds = [line["kind"] for line in (await o.incident(incident["key"]))["journal"]]
    assert "no_model" in kinds
    assert "model_call" not in kinds
