"""GLPI fails in the middle of an incident: every write once, and nothing lost. The others are in test_outages.py."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from orchestrator.health_check import GlpiState
from shared.mcp_tokens import token_entry
from shared.redis_helper import RedisHelper
from simulators.smtp.app import MailSink, running_sink
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
from tests.system import TOKEN

ADMIN = "admin@widip.example"


@pytest.fixture
async def admin_mails() -> AsyncIterator[tuple[MailSink, dict[str, Any]]]:
    """The administrator's mail relay, and the settings that lead to it."""
    async with running_sink() as (sink, (host, port)):
        yield sink, {"smtp_host": host, "smtp_port": port, "admin_email": ADMIN}


def plant(o: Orchestrated, line: str, nth: int, kind: str, **options: Any) -> None:
    """A fault that the nth such request meets, and none before."""
    faults = o.system.glpi.state.faults
    if nth > 1:
        faults.add("slow", line, times=nth - 1, delay_s=0)
    faults.add(kind, line, **options)


def assert_whole_life_once(o: Orchestrated) -> None:
    """One ticket, one solution, every text once, and each of two people written to twice."""
    assert (len(o.tickets), len(o.system.glpi.state.glpi.solutions)) == (1, 1)
    assert [("provisoire" in s, "Rétabli" in s) for s in mails_to(o, NOC)] == [(True, False), (False, True)]
    assert [("en cours" in s, "Rétabli" in s) for s in mails_to(o, CONTACT)] == [(True, False), (False, True)]
    for words in ("Responsabilité :", "Verdict confirmé", "Rétabli le"):
        assert len([text for text in notes(o) if words in text]) == 1, words
    assert len([text for text in notes(o) if "E-mail envoyé" in text]) == 4


async def live(o: Orchestrated, alert_id: int) -> None:
    """From alert to solution, as far as nothing stops it."""
    await o.post(o.delivery(alert_id))
    await o.until(lambda found: are_settled(found) or are_waiting(found))
    await o.recover(alert_id)
    await o.until(lambda found: are_closed(found) or are_waiting(found))


WRITES = [
    ("POST /apirest.php/Ticket", 1),
    ("POST /apirest.php/ITILFollowup", 1),
    ("POST /apirest.php/QueuedNotification", 1),
    ("POST /apirest.php/ITILFollowup", 3),
    ("POST /apirest.php/QueuedNotification", 2),
    ("POST /apirest.php/ITILFollowup", 5),
    ("POST /apirest.php/ITILSolution", 1),
    ("POST /apirest.php/QueuedNotification", 3),
    ("POST /apirest.php/QueuedNotification", 4),
]
"""Every write of an incident's life, by its number among its kind; the other followups only tell of mails."""


@pytest.mark.requirement("P-43")
@pytest.mark.parametrize(("line", "nth"), WRITES)
async def test_a_write_that_has_to_wait_for_glpi_is_done_once_and_so_is_all_the_rest(
    start: Start, line: str, nth: int
) -> None:
    o = await start(**QUICK)
    plant(o, line, nth, "error", status=429, body='["ERROR_PROXY","busy"]')
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(lambda found: are_settled(found) or are_waiting(found))
    if incident["settled_at"]:
        await o.recover(alert_id)
        await o.until(are_waiting)

    await o.app.state.line.reconciliation.run()
    await o.health.check()
    (incident,) = await o.until(lambda found: are_settled(found) or are_closed(found))
    if not incident["closed_at"]:
        await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert_whole_life_once(o)


@pytest.mark.requirement("P-43")
@pytest.mark.parametrize("line", ["ITILFollowup", "ITILSolution"])
async def test_glpi_that_dies_after_a_write_and_before_its_answer_has_it_once(start: Start, line: str) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)
    faults = o.system.glpi.state.faults
    faults.add("drop_answer", f"POST /apirest.php/{line}")

    await o.recover(alert_id)
    async with asyncio.timeout(DEADLINE_S):
        while not faults.count(f"POST /apirest.php/{line}"):
            await asyncio.sleep(0.001)
    o.system.glpi.state.glpi.maintenance = True
    await o.until(lambda found: are_waiting(found) or are_closed(found))
    o.system.glpi.state.glpi.maintenance = False
    await o.health.check()
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert len([text for text in notes(o) if "Rétabli le" in text]) == 1
    assert len(o.system.glpi.state.glpi.solutions) == 1
    assert len(mails_to(o, NOC)) == 2


@pytest.mark.requirement("P-45")
async def test_when_the_answer_of_every_write_is_lost_each_has_still_happened_once(start: Start) -> None:
    o = await start(**QUICK)
    faults = o.system.glpi.state.faults
    for itemtype in ("Ticket", "ITILFollowup", "QueuedNotification", "ITILSolution"):
        faults.add("drop_answer", f"POST /apirest.php/{itemtype}", times=-1)

    await live(o, o.break_port())
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert_whole_life_once(o)


REFUSED = [{"user_tokens": {}}, {"app_token": "another"}]
"""What an administrator may have changed in GLPI: the account's token, the API client's token."""


@pytest.mark.requirement("P-44")
@pytest.mark.parametrize("changed", REFUSED)
async def test_a_refused_token_is_told_once_and_what_waited_is_finished_when_it_works_again(
    start: Start, admin_mails: tuple[MailSink, dict[str, Any]], redis: RedisHelper, changed: dict[str, Any]
) -> None:
    sink, settings = admin_mails
    o = await start(**QUICK, **settings)
    glpi = o.system.glpi.state.glpi
    right = {name: getattr(glpi, name) for name in changed}
    glpi.sessions.clear()
    vars(glpi).update(changed)

    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_waiting)
    with capture_logs() as logs:
        states = [await o.health.check() for _ in range(3)]
    ready = (await o.http.get("/readyz")).json()
    before = len(o.tickets)
    vars(glpi).update(right)
    await o.health.check()
    await o.until(are_settled)
    await o.recover(alert_id)
    await o.until(are_closed)

    assert states == [GlpiState.REFUSED] * 3
    assert {line["state"] for line in logs if line["event"] == "glpi_health"} == {"REFUSED"}
    assert (ready["status"], "refuses" in ready["problems"]["glpi"]) == ("degraded", True)
    assert [("refusé" in mail.subject, mail.to) for mail in sink.mails] == [(True, [ADMIN])]
    assert before == 0
    assert (await o.http.get("/readyz")).json()["problems"] == {}
    assert_whole_life_once(o)


@pytest.mark.requirement("P-53")
async def test_a_recovery_that_comes_while_the_ticket_waits_for_glpi_is_one_ticket_said_as_over(start: Start) -> None:
    o = await start(**QUICK)
    plant(o, "POST /apirest.php/Ticket", 1, "error", times=-1, status=429, body='["ERROR_PROXY","busy"]')
    alert_id = o.break_port()

    await o.post(o.delivery(alert_id))
    await o.until(are_waiting)
    await o.recover(alert_id, after=LONG)
    before = len(o.tickets)
    o.system.glpi.state.faults.clear()
    await o.health.check()
    (incident,) = await o.until(are_closed)

    assert (before, len(o.tickets), o.tickets[0]["status"]) == (0, 1, 5)
    assert incident["closed_why"] == "solved"
    assert len([text for text in notes(o) if "Rétabli le" in text]) == 1
    assert "Rétabli" in mails_to(o, NOC)[-1]
    assert mails_to(o, CONTACT) == []


@pytest.mark.requirement("P-71")
async def test_a_tool_that_the_glpi_server_does_not_offer_closes_nothing_and_is_said(start: Start) -> None:
    few = ("check_health", "create_ticket", "get_ticket_info", "add_followup")
    o = await start(settle_s=600, glpi_server={"tools": few})

    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(lambda found: bool(found) and bool(found[0]["waits_for"]))
    ready = (await o.http.get("/readyz")).json()

    assert (incident["waits_for"], incident["closed_at"]) == ("glpi", None)
    assert "send_email" in ready["problems"]["mcp:glpi"]


@pytest.mark.requirement("P-71")
async def test_without_the_tool_that_reads_tickets_no_ticket_counts_as_purged(start: Start) -> None:
    few = ("check_health", "create_ticket", "add_followup", "send_email")
    o = await start(settle_s=600, glpi_server={"tools": few})
    await o.post(o.delivery(o.break_port()))
    await o.until(lambda found: bool(found) and bool(found[0]["diagnosed_at"]))

    await o.app.state.line.reconciliation.run(urgent=True)
    (incident,) = await o.incidents()

    assert incident["closed_at"] is None
    assert "get_ticket_info" in (await o.http.get("/readyz")).json()["problems"]["mcp:glpi"]


@pytest.mark.requirement("P-71")
async def test_something_else_that_glpi_does_not_know_waits_for_a_person(start: Start) -> None:
    o = await start(settle_s=600)
    o.system.glpi.state.faults.add(
        "error", "POST /apirest.php/Ticket", times=-1, status=404, body='["ERROR_ITEM_NOT_FOUND","no entity"]'
    )

    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(lambda found: bool(found) and bool(found[0]["waits_for"] or found[0]["closed_at"]))

    assert (incident["waits_for"], incident["closed_at"]) == ("person", None)
    assert "person" in (await o.http.get("/readyz")).json()["problems"]["incidents"]


@pytest.mark.requirement("P-74")
async def test_a_refused_contact_is_said_on_the_ticket_and_the_incident_goes_on_to_its_end(
    start: Start, tmp_path: Path
) -> None:
    tokens = tmp_path / "glpi-tokens.toml"
    entry = token_entry("orchestrator", TOKEN, ["read", "write"])
    tokens.write_text(f'{entry}recipient_domains = ["widip.example"]\n')
    o = await start(**QUICK, glpi_server={"tokens_file": tokens})
    alert_id = o.break_port()

    await o.post(o.delivery(alert_id))
    (settled,) = await o.until(lambda found: are_settled(found) or any(row["waits_for"] for row in found))
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert settled["told"] == ["noc@widip.example"]
    assert incident["closed_why"] == "solved"
    assert {mail["recipient"] for mail in o.mails} == {"noc@widip.example"}
    assert [text for text in map(o.text, (f["content"] for f in o.followups)) if "adresse refusée" in text]


@pytest.mark.requirement("P-74")
async def test_an_incident_that_waits_for_a_person_is_put_to_work_again_once(start: Start) -> None:
    o = await start(settle_s=600)
    body = '["ERROR_ITEM_NOT_FOUND","no entity"]'
    o.system.glpi.state.faults.add("error", "POST /apirest.php/Ticket", times=-1, status=404, body=body)
    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(lambda found: bool(found) and found[0]["waits_for"] == "person")
    path = f"/api/incidents/{incident['key']}/retry"
    ready = (await o.http.get("/readyz")).json()

    o.system.glpi.state.faults.clear()
    stranger = await o.http.post(path)
    first = await o.http.post(path, headers=o.auth)
    again = await o.http.post(path, headers=o.auth)
    nobody = await o.http.post("/api/incidents/nothing/retry", headers=o.auth)
    await o.until(lambda found: bool(found[0]["diagnosed_at"]))

    assert "/retry" in ready["problems"]["incidents"]
    assert [a.status_code for a in (stranger, first, again, nobody)] == [401, 202, 409, 404]
    assert (len(o.tickets), len(o.mails)) == (1, 1)
    assert (await o.http.get("/readyz")).json()["status"] == "ok"
