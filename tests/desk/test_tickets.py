"""One's own tickets: who sees what of them, what can be done to them, and what GLPI makes of it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from desk.tables import history
from tests.desk.conftest import CLAIRE, INTERNAL_TOKEN, PAUL, ZOE, Reception, analyze, file

MARIE = "m.dupont@lilas.example"
TECHNICIAN = 10


async def told(desk: Reception, ticket_id: int, *kinds: str) -> list[tuple[str, str, dict[str, Any]]]:
    """History of a ticket: kind, by whom, detail."""
    query = sa.select(history).where(history.c.ticket_id == ticket_id, history.c.kind.in_(kinds)).order_by(history.c.id)
    rows = await desk.parts.services.database.read(lambda c: c.execute(query).all())
    return [(row.kind, row.by, row.detail) for row in rows]


@pytest.fixture
async def ticket(desk: Reception) -> AsyncIterator[dict[str, Any]]:
    """One of Zoé's, of which GLPI has been told everything, and which has been looked at."""
    made = await file(desk)
    await desk.until_told(made["ticket_id"])
    await desk.parts.sync.pull(made["ticket_id"])
    yield made


async def act(desk: Reception, method: str, path: str, body: Any = None, email: str = ZOE) -> httpx.Response:
    return await desk.http.request(method, f"/api/v1/{path}", json=body, headers=await desk.sign_in(email))


@pytest.mark.both_databases
@pytest.mark.requirement("D-30")
async def test_webhook_brings_what_technicians_do_and_nothing_private(desk: Reception, ticket: dict[str, Any]) -> None:
    number, glpi = ticket["ticket_id"], ticket["glpi_ticket_id"]
    await desk.by_hand(
        glpi, status=4, priority=5, name="Imprimante HS", itilcategories_id=3, _users_id_assign=TECHNICIAN
    )
    await desk.by_hand(glpi, followup="<p>Bonjour <script>alert(1)</script>&amp; merci</p>")
    await desk.by_hand(glpi, followup="<p>SECRET-INTERNE</p>", is_private=1)

    answer = await desk.webhook(glpi)
    seen = await desk.until(number, lambda t: t["status"] == "pending")

    assert answer.status_code == 200
    assert (seen["title"], seen["priority"], seen["category"]) == ("Imprimante HS", 5, "Réseau > WAN")
    assert seen["technicians"] == ["Théo Martel"]
    assert [(e["by"], e["text"]) for e in seen["timeline"]] == [("technician", "Bonjour & merci")]
    assert "SECRET" not in str(seen)
    changed = {
        detail["field"]: (detail["from"], detail["to"]) for _k, _b, detail in await told(desk, number, "changed")
    }
    assert changed["status"] == ("new", "pending")
    assert set(changed) == {"status", "priority", "title", "category", "technicians"}


@pytest.mark.requirement("D-30")
async def test_webhook_of_somebody_else_is_refused_and_one_about_another_ticket_changes_nothing(
    desk: Reception, ticket: dict[str, Any]
) -> None:
    refused = await desk.webhook(ticket["glpi_ticket_id"], token="widip_test-webhook-tokem")
    unknown = await desk.webhook(1)

    assert (refused.status_code, unknown.status_code) == (401, 200)
    assert [row["id"] for row in (await desk.get("tickets"))["tickets"]] == [ticket["ticket_id"]]


@pytest.mark.both_databases
@pytest.mark.requirement("D-31")
async def test_poll_heals_a_webhook_that_was_lost(desk: Reception, ticket: dict[str, Any]) -> None:
    await desk.parts.sync.poll()
    await desk.by_hand(ticket["glpi_ticket_id"], status=3)

    await desk.parts.sync.poll()

    await desk.until(ticket["ticket_id"], lambda t: t["status"] == "planned")


@pytest.mark.requirement("D-31")
async def test_each_status_of_glpi_has_our_word(desk: Reception, ticket: dict[str, Any]) -> None:
    words = []
    for number in range(1, 7):
        await desk.by_hand(ticket["glpi_ticket_id"], status=number)
        answer = await act(desk, "POST", f"tickets/{ticket['ticket_id']}/sync")
        words.append(answer.json()["status"])

    assert words == ["new", "in_progress", "planned", "pending", "resolved", "closed"]


@pytest.mark.both_databases
@pytest.mark.requirement("D-32")
async def test_what_we_change_reaches_glpi_and_does_not_come_back_as_news(
    desk: Reception, ticket: dict[str, Any]
) -> None:
    number = ticket["ticket_id"]

    answer = await act(desk, "PATCH", f"tickets/{number}", {"status": "resolved", "priority": 2})
    await desk.until_told(number)
    changed = await desk.parts.sync.pull(number)

    (in_glpi,) = desk.tickets
    assert (answer.json()["status"], answer.json()["priority"]) == ("resolved", 2)
    assert (in_glpi["status"], in_glpi["priority"]) == (5, 2)
    assert not changed
    assert [by for _kind, by, _detail in await told(desk, number, "changed", "conflict")] == [ZOE, ZOE]


@pytest.mark.both_databases
@pytest.mark.requirement("D-33")
async def test_change_made_in_both_at_once_is_glpis_and_history_says_so(
    desk: Reception, ticket: dict[str, Any]
) -> None:
    number = ticket["ticket_id"]
    await desk.by_hand(ticket["glpi_ticket_id"], priority=5)

    await act(desk, "PATCH", f"tickets/{number}", {"status": "resolved", "priority": 2})
    await desk.until_told(number)

    (in_glpi,) = desk.tickets
    seen = await desk.get(f"tickets/{number}")
    assert (in_glpi["status"], in_glpi["priority"]) == (5, 5)
    assert (seen["status"], seen["priority"]) == ("resolved", 5)
    assert await told(desk, number, "conflict") == [
        ("conflict", "glpi", {"ours": {"priority": 2}, "glpi": {"priority": 5}})
    ]


@pytest.mark.requirement("D-33")
async def test_look_at_glpi_leaves_alone_what_glpi_has_yet_to_be_told(desk: Reception, ticket: dict[str, Any]) -> None:
    number = ticket["ticket_id"]
    desk.glpi.state.faults.add("html", "PUT /apirest.php/Ticket", times=1)

    await act(desk, "PATCH", f"tickets/{number}", {"priority": 2})
    await desk.until_waiting(number)
    await desk.parts.sync.pull(number)

    assert (await desk.get(f"tickets/{number}"))["priority"] == 2
    assert await told(desk, number, "conflict") == []


@pytest.mark.requirement("D-34")
async def test_ticket_that_is_gone_from_glpi_is_noticed_once(desk: Reception, ticket: dict[str, Any]) -> None:
    state, other = desk.glpi.state.glpi, await file(desk)
    await desk.until_told(other["ticket_id"])
    state.tickets[ticket["glpi_ticket_id"]]["is_deleted"] = 1
    del state.tickets[other["glpi_ticket_id"]]

    await desk.parts.reconciliation.run()

    for number in (ticket["ticket_id"], other["ticket_id"]):  # in the bin, and purged
        seen = await desk.until(number, lambda t: t["deleted_at"] is not None)
        await desk.parts.sync.pull(number)
        refused = await act(desk, "POST", f"tickets/{number}/followups", {"content": "Bonjour"})
        assert seen["status"] == "new"
        assert len(await told(desk, number, "deleted")) == 1
        assert (refused.status_code, refused.json()["error"]) == (409, "ticket_closed")


@pytest.mark.both_databases
@pytest.mark.requirement("D-35")
async def test_one_sees_ones_own_tickets_and_a_referent_those_of_the_establishment(
    desk: Reception, ticket: dict[str, Any]
) -> None:
    number = ticket["ticket_id"]
    others = [await file(desk, email=email) for email in (MARIE, PAUL)]

    async def listed(email: str) -> list[int]:
        return [row["id"] for row in (await desk.get("tickets", email))["tickets"]]

    assert await listed(ZOE) == [number]
    assert await listed(MARIE) == [others[0]["ticket_id"]]
    assert await listed(CLAIRE) == [others[0]["ticket_id"], number]
    assert await listed(PAUL) == [others[1]["ticket_id"]]
    for method, path, body in [
        ("GET", f"tickets/{number}", None),
        ("POST", f"tickets/{number}/followups", {"content": "x"}),
        ("PATCH", f"tickets/{number}", {"priority": 5}),
        ("POST", f"tickets/{number}/sync", None),
    ]:
        answer = await act(desk, method, path, body, MARIE)
        assert (answer.status_code, answer.json()["error"]) == (404, "unknown_ticket")


@pytest.mark.requirement("D-35")
async def test_list_comes_in_pages_newest_first(desk: Reception) -> None:
    made = [(await file(desk))["ticket_id"] for _ in range(3)]

    first = await desk.get("tickets?limit=2")
    second = await desk.get(f"tickets?limit=2&before={first['next_before']}")

    assert [row["id"] for row in first["tickets"] + second["tickets"]] == made[::-1]
    assert second["next_before"] is None


@pytest.mark.both_databases
@pytest.mark.requirement("D-36")
async def test_followup_reaches_glpi_with_who_wrote_it_and_the_status_that_glpi_would_give(
    desk: Reception, ticket: dict[str, Any]
) -> None:
    number, glpi = ticket["ticket_id"], ticket["glpi_ticket_id"]
    await desk.by_hand(glpi, status=4, _users_id_assign=TECHNICIAN)
    await desk.parts.sync.pull(number)

    answer = await act(desk, "POST", f"tickets/{number}/followups", {"content": " C'est  toujours\r\nen panne "})
    await desk.until_told(number)
    await desk.parts.sync.pull(number)

    identity = await desk.http.get(f"/internal/identity/{glpi}", headers={"authorization": f"Bearer {INTERNAL_TOKEN}"})
    seen = await desk.get(f"tickets/{number}")
    digest = hashlib.sha256(b"C'est toujours en panne").hexdigest()
    written = next(row["id"] for row in desk.followups if not row["is_private"])
    assert answer.json()["status"] == "in_progress"
    assert desk.tickets[0]["status"] == 2
    assert (digest, f"followup:{written}") in [(text["sha256"], text["key"]) for text in identity.json()["texts"]]
    assert [(e["by"], e["text"]) for e in seen["timeline"]] == [("requester", "C'est toujours\nen panne")]
    assert [by for _kind, by, _detail in await told(desk, number, "followup")] == [ZOE]


@pytest.mark.requirement("D-36")
async def test_followup_reopens_what_is_resolved_only_when_asked(desk: Reception, ticket: dict[str, Any]) -> None:
    number = ticket["ticket_id"]
    await desk.by_hand(ticket["glpi_ticket_id"], solution="<p>Réparé</p>", _users_id_assign=TECHNICIAN)
    await desk.parts.sync.pull(number)

    thanks = await act(desk, "POST", f"tickets/{number}/followups", {"content": "Merci"})
    again = await act(desk, "POST", f"tickets/{number}/followups", {"content": "Toujours en panne", "reopen": True})
    await desk.until_told(number)

    assert [e["text"] for e in thanks.json()["timeline"] if e["kind"] == "solution"] == ["Réparé"]
    assert (thanks.json()["status"], again.json()["status"]) == ("resolved", "in_progress")
    assert desk.tickets[0]["status"] == 2


@pytest.mark.requirement("D-36")
async def test_closed_ticket_takes_no_more(desk: Reception, ticket: dict[str, Any]) -> None:
    await desk.by_hand(ticket["glpi_ticket_id"], status=6)
    await desk.parts.sync.pull(ticket["ticket_id"])

    written = await act(desk, "POST", f"tickets/{ticket['ticket_id']}/followups", {"content": "Bonjour"})
    changed = await act(desk, "PATCH", f"tickets/{ticket['ticket_id']}", {"priority": 5})

    assert (written.status_code, changed.status_code) == (409, 409)
    assert len(desk.followups) == 1


@pytest.mark.requirement("D-37")
async def test_sync_button_says_that_glpi_is_away_and_lists_are_there_all_the_same(
    desk: Reception, ticket: dict[str, Any]
) -> None:
    desk.glpi.state.glpi.maintenance = True

    answer = await act(desk, "POST", f"tickets/{ticket['ticket_id']}/sync")

    assert (answer.status_code, answer.json()["error"]) == (503, "away")
    assert len((await desk.get("tickets"))["tickets"]) == 1
    assert len((await desk.get("categories"))["categories"]) > 5


@pytest.mark.requirement("D-37")
async def test_sync_of_all_looks_at_every_open_ticket(desk: Reception, ticket: dict[str, Any]) -> None:
    await desk.by_hand(ticket["glpi_ticket_id"], status=3)

    answer = await act(desk, "POST", "sync")

    assert (answer.status_code, answer.json()) == (202, {"tickets": 1})
    await desk.until(ticket["ticket_id"], lambda t: t["status"] == "planned")


@pytest.mark.requirement("D-38")
async def test_feedback_is_about_ones_own_conversation(desk: Reception, ticket: dict[str, Any]) -> None:
    session = (await analyze(desk))["session_id"]

    mine = await act(desk, "POST", "feedback", {"session_id": session, "is_helpful": True, "comment": "Merci"})
    other = await act(desk, "POST", "feedback", {"session_id": session, "is_helpful": False}, CLAIRE)

    assert (mine.status_code, other.status_code) == (204, 403)
