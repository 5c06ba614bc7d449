"""What was written on a ticket and by whom, and searching among tickets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.errors import InvalidInput
from tests.servers.glpi_world import CLAIRE, ME, PRINTER_TICKET, TECHNICIAN, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
TICKET_PATH = f"/_sim/ticket/{PRINTER_TICKET}"


async def test_timeline_tells_every_text_with_its_author_and_marks_private_ones(glpi: World) -> None:
    await glpi.by_hand(TICKET_PATH, followup="<p>Je regarde</p>", is_private=1, by=TECHNICIAN)
    await glpi.call("add_followup", ticket_id=PRINTER_TICKET, content="Nous regardons")
    await glpi.by_hand(TICKET_PATH, solution="<p>Cartouche</p>", by=TECHNICIAN)

    timeline = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET)

    told = {entry["text"]: (entry["kind"], entry["author_id"], entry["private"]) for entry in timeline["entries"]}
    assert told == {
        "Je regarde": ("followup", TECHNICIAN, True),
        "Nous regardons": ("followup", ME, False),
        "Cartouche": ("solution", TECHNICIAN, False),
    }
    assert timeline["ticket_id"] == PRINTER_TICKET
    assert "truncated" not in timeline


async def test_timeline_is_oldest_first_in_utc(glpi: World) -> None:
    for day in (3, 1, 2):
        row = await glpi.call("add_followup", ticket_id=PRINTER_TICKET, content=f"jour {day}")
        glpi.state.followups[row["followup_id"]]["date"] = f"2026-01-0{day} 10:00:00"

    timeline = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET)

    assert [(entry["text"], entry["at"]) for entry in timeline["entries"]] == [
        (f"jour {day}", f"2026-01-0{day}T10:00:00Z") for day in (1, 2, 3)
    ]


async def test_dates_of_a_glpi_in_paris_are_told_in_utc(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, glpi_timezone="Europe/Paris") as glpi:
        glpi.state.tickets[PRINTER_TICKET] |= {"date": "2026-07-01 10:00:00", "date_mod": "2026-01-01 10:00:00"}

        ticket = await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)
        found = await glpi.call("search_tickets", changed_since="2026-01-01T08:59:59Z")
        too_late = await glpi.call("search_tickets", changed_since="2026-01-01T09:00:00Z")

    assert (ticket["opened_at"], ticket["changed_at"]) == ("2026-07-01T08:00:00Z", "2026-01-01T09:00:00Z")
    assert (found["total"], too_late["total"]) == (1, 0)


async def test_long_timeline_is_paged_from_the_oldest_and_says_that_more_is_missing(glpi: World) -> None:
    _insert_followups(glpi, 35)

    first = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET)
    rest = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET, start=first["next_start"], limit=100)

    assert [entry["entry_id"] for entry in first["entries"]] == list(range(1, 31))
    assert [entry["entry_id"] for entry in rest["entries"]] == list(range(31, 36))
    assert (first["total"], first["next_start"], first["truncated"]) == (35, 30, True)
    assert (rest["total"], rest["truncated"], "next_start" in rest) == (35, True, False)


async def test_timeline_of_thirty_entries_is_whole(glpi: World) -> None:
    _insert_followups(glpi, 30)

    timeline = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET)

    assert len(timeline["entries"]) == 30
    assert not {"total", "next_start", "truncated"} & set(timeline)


async def test_timeline_beyond_all_bounds_keeps_the_newest_of_each_kind(glpi: World) -> None:
    _insert_followups(glpi, 502)

    timeline = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET, start=490)

    assert [entry["entry_id"] for entry in timeline["entries"]] == list(range(493, 503))
    assert (timeline["total"], timeline["truncated"], "next_start" in timeline) == (500, True, False)


async def test_history_is_paged_with_the_entries_and_begins_with_the_creation(glpi: World) -> None:
    for number in range(5):
        glpi.state.log(ME, ("Ticket", PRINTER_TICKET), action=0, option=10, new=number)

    first = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET, limit=4)
    rest = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET, limit=4, start=first["next_start"])

    assert [line["action"] for line in first["history"]] == ["created", "changed", "changed", "changed"]
    assert [line["new_value"] for line in rest["history"]] == ["3", "4"]
    assert (first["truncated"], first["next_start"], "next_start" in rest) == (True, 4, False)


async def test_each_cut_text_of_a_timeline_says_so(glpi: World) -> None:
    await glpi.by_hand(TICKET_PATH, followup=f"<p>{'x' * 2001}</p>", by=TECHNICIAN)
    await glpi.by_hand(TICKET_PATH, followup=f"<p>{'y' * 2000}</p>", by=TECHNICIAN)
    glpi.state.log(ME, ("Ticket", PRINTER_TICKET), action=0, option=1, new="z" * 201)

    timeline = await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET)

    assert {entry["text"][0]: entry.get("truncated") for entry in timeline["entries"]} == {"x": True, "y": None}
    assert [line.get("truncated") for line in timeline["history"]][-1] is True
    assert timeline["history"][0].get("truncated") is None
    assert "truncated" not in timeline


@pytest.mark.parametrize("asked", [{"limit": 0}, {"limit": 101}, {"start": -1}])
async def test_page_of_a_timeline_is_bounded(glpi: World, asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(asked))):
        await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET, **asked)


@pytest.mark.parametrize("date", ["0000-00-00 00:00:00", "0000-00-00", "bientôt", "0001-01-01 00:00:00"])
async def test_date_that_is_none_is_left_out(clean_redis_port: int, tmp_path: Path, date: str) -> None:
    async with open_world(clean_redis_port, tmp_path, glpi_timezone="Europe/Paris") as glpi:
        glpi.state.tickets[PRINTER_TICKET] |= {"date": date, "solvedate": date}
        row = await glpi.call("add_followup", ticket_id=PRINTER_TICKET, content="x")
        glpi.state.followups[row["followup_id"]] |= {"date": date, "date_creation": date}

        ticket = await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)
        entries = (await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET))["entries"]

    assert not {"opened_at", "solved_at"} & set(ticket)
    assert "changed_at" in ticket
    assert ["at" in entry for entry in entries] == [False]


async def test_history_names_who_really_wrote_a_forged_ticket(glpi: World) -> None:
    """Section 13: writer and requester are claims, the history is not."""
    forged = await glpi.by_hand(
        "/_sim/ticket",
        name="Ouvrez-moi la porte",
        content="<p>x</p>",
        _auto_import=1,
        users_id_recipient=TECHNICIAN,
        _users_id_requester=TECHNICIAN,
        by=CLAIRE,
    )

    ticket = await glpi.call("get_ticket_info", ticket_id=forged["id"])
    timeline = await glpi.call("get_ticket_timeline", ticket_id=forged["id"])

    created = [line for line in timeline["history"] if line["action"] == "created"]
    assert (ticket["writer_id"], ticket["requester_ids"]) == (TECHNICIAN, [TECHNICIAN])
    assert [(line["author_id"], line["author_login"]) for line in created] == [(CLAIRE, "coria")]


async def test_history_tells_additions_and_changes_in_order(glpi: World) -> None:
    ticket_id = await glpi.open_ticket()
    await glpi.call("update_ticket", ticket_id=ticket_id, urgency=5)
    await glpi.call("add_followup", ticket_id=ticket_id, content="x")

    history = (await glpi.call("get_ticket_timeline", ticket_id=ticket_id))["history"]

    assert [line["action"] for line in history] == ["created", "changed", "changed", "added"]
    assert {line["author_id"] for line in history} == {ME}
    assert history[2] | {"at": None} == {
        "at": None,
        "author_id": ME,
        "author_login": "widip-orchestrator",
        "action": "changed",
        "field": "10",
        "new_value": "5",
    }


async def test_history_of_what_glpi_did_itself_has_no_author(glpi: World) -> None:
    glpi.state.log(0, ("Ticket", PRINTER_TICKET), action=0, option=12)["user_name"] = "cron_closeticket"

    history = (await glpi.call("get_ticket_timeline", ticket_id=PRINTER_TICKET))["history"]

    assert history[-1]["author_login"] == "cron_closeticket"
    assert "author_id" not in history[-1]


async def test_search_is_least_recently_changed_first_and_paged(glpi: World) -> None:
    ids = [await glpi.open_ticket(title=f"Coupure {number}") for number in range(5)]
    for age_days, ticket_id in enumerate(ids):
        glpi.state.tickets[ticket_id]["date_mod"] = f"2026-01-{20 - age_days} 10:00:00"

    first = await glpi.call("search_tickets", text="Coupure", limit=3)
    rest = await glpi.call("search_tickets", text="Coupure", limit=3, start=first["next_start"])

    found = [*first["tickets"], *rest["tickets"]]
    assert [ticket["ticket_id"] for ticket in found] == ids[::-1]
    assert found[0]["changed_at"] == "2026-01-16T10:00:00Z"
    assert (first["total"], first["next_start"]) == (5, 3)
    assert "next_start" not in rest


@pytest.mark.parametrize("start", [1, 50], ids=["at the end", "beyond"])
async def test_page_past_the_end_is_empty(glpi: World, start: int) -> None:
    page = await glpi.call("search_tickets", start=start)

    assert page["tickets"] == []
    assert "next_start" not in page


async def test_search_without_a_match_is_empty(glpi: World) -> None:
    assert await glpi.call("search_tickets", text="introuvable") == {"total": 0, "tickets": []}


async def test_search_by_status_and_by_last_change(glpi: World) -> None:
    ticket_id = await glpi.open_ticket()
    now = datetime.now(UTC)
    soon, earlier = (now + timedelta(seconds=5)).isoformat(), (now - timedelta(minutes=1)).isoformat()
    without_zone = (now - timedelta(minutes=1)).replace(tzinfo=None).isoformat()

    new = await glpi.call("search_tickets", status="new", changed_since=earlier)
    solved = await glpi.call("search_tickets", status="solved")
    changed = await glpi.call("search_tickets", changed_since=without_zone)
    unchanged = await glpi.call("search_tickets", changed_since=soon)

    assert [ticket["ticket_id"] for ticket in new["tickets"]] == [ticket_id]
    assert (solved["total"], changed["total"], unchanged["total"]) == (0, 1, 0)


async def test_status_that_glpi_does_not_define_is_left_out(glpi: World) -> None:
    glpi.state.tickets[PRINTER_TICKET]["status"] = 77

    assert "status" not in await glpi.call("get_ticket_info", ticket_id=PRINTER_TICKET)


async def test_search_is_bounded(glpi: World) -> None:
    with pytest.raises(InvalidInput, match="limit"):
        await glpi.call("search_tickets", limit=101)


def _insert_followups(glpi: World, count: int) -> None:
    fixed = {"itemtype": "Ticket", "items_id": PRINTER_TICKET, "users_id": ME, "is_private": 0, "content": "x"}
    for _ in range(count):
        glpi.state.insert("followups", {**fixed, "date": glpi.state.now(), "date_mod": None, "date_creation": None})
