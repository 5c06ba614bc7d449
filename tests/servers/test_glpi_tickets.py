"""Tickets: opening, changing, solving, assigning, categories."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.errors import InvalidInput, NotFound, UpstreamRejected
from tests.servers.glpi_world import CLAIRE, ME, PRINTER_TICKET, TECHNICIAN, ZOE, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
ACCESS = "Accès"


async def test_new_ticket_has_all_that_was_asked(glpi: World) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    ticket_id = await glpi.open_ticket(
        title=" Pas  d'écran\n", description="Noir", urgency=5, category="LAN", entity_id=3, requester_id=CLAIRE
    )

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)

    opened_at, changed_at = (datetime.fromisoformat(ticket.pop(name)) for name in ("opened_at", "changed_at"))
    assert before <= opened_at <= changed_at <= datetime.now(UTC)
    assert ticket == {
        "ticket_id": ticket_id,
        "title": "Pas d'écran",
        "status": "new",
        "urgency": 5,
        "priority": 5,
        "type": "incident",
        "source": "helpdesk",
        "category": "Réseau > LAN",
        "entity_id": 3,
        "requester_ids": [CLAIRE],
        "technician_ids": [],
        "writer_id": ME,
        "content": "Noir",
    }


async def test_requester_may_be_an_address_only(glpi: World) -> None:
    ticket_id = await glpi.open_ticket(requester_email="famille@lilas.example")

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)

    assert (ticket["requester_ids"], ticket["requester_emails"]) == ([], ["famille@lilas.example"])


async def test_requester_that_does_not_exist_is_refused_before_glpi_takes_it(glpi: World) -> None:
    with pytest.raises(NotFound, match="User 999"):
        await glpi.open_ticket(requester_id=999)

    assert glpi.faults.count("POST") == 0


async def test_entity_that_is_not_ours_is_refused_by_glpi(glpi: World) -> None:
    with pytest.raises(UpstreamRejected, match="refused the write"):
        await glpi.open_ticket(entity_id=99)


@pytest.mark.requirement("G-05")
@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("Réseau > LAN", "Réseau > LAN"),
        ("réseau > lan", "Réseau > LAN"),
        ("RESEAU > lan", "Réseau > LAN"),
        ("reseau>LAN", "Réseau > LAN"),
        ("LAN", "Réseau > LAN"),
        ("poste de travail", "Matériel > Poste de travail"),
        ("Réseau", "Réseau"),
        ("compte > acces", "Compte > Accès"),
    ],
)
async def test_category_is_found_by_path_or_last_part_without_case_and_accents(
    glpi: World, name: str, full: str
) -> None:
    ticket_id = await glpi.open_ticket(category=name)

    assert (await glpi.call("get_ticket_info", ticket_id=ticket_id))["category"] == full


@pytest.mark.requirement("G-05")
async def test_ambiguous_category_is_refused_with_its_candidates(glpi: World) -> None:
    with pytest.raises(InvalidInput, match="Compte > Accès; Logiciel de soins > Accès"):
        await glpi.open_ticket(category=ACCESS)
    with pytest.raises(InvalidInput, match="Compte > Accès; Logiciel de soins > Accès"):
        await glpi.call("update_ticket", ticket_id=PRINTER_TICKET, category=ACCESS)

    assert glpi.faults.count("POST") == glpi.faults.count("PUT") == 0


@pytest.mark.parametrize(
    ("name", "candidates"),
    [("Réseau > Fibre", "Réseau > LAN"), ("Zzz", "Compte; Compte > Accès"), ("AN", "Réseau > LAN")],
)
async def test_unknown_category_is_refused_with_candidates(glpi: World, name: str, candidates: str) -> None:
    with pytest.raises(InvalidInput, match=candidates):
        await glpi.open_ticket(category=name)

    assert glpi.faults.count("POST") == 0


async def test_categories_are_all_listed_by_full_path(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path) as glpi:
        glpi.state.list_limit = 5
        categories = (await glpi.call("list_categories"))["categories"]

    assert len(categories) == 12
    assert {"category_id": 2, "name": "Réseau > LAN"} in categories


async def test_update_changes_each_field_and_adds_the_text_as_public_followup(glpi: World) -> None:
    ticket_id = await glpi.open_ticket()

    changed = await glpi.call(
        "update_ticket",
        ticket_id=ticket_id,
        content="Vu sur place",
        status="pending",
        category="WAN",
        urgency=1,
        priority=6,
    )

    ticket = await glpi.call("get_ticket_info", ticket_id=ticket_id)
    assert changed == {"ticket_id": ticket_id, "status": "pending"}
    assert {name: ticket[name] for name in ("status", "category", "urgency", "priority")} == {
        "status": "pending",
        "category": "Réseau > WAN",
        "urgency": 1,
        "priority": 6,
    }
    assert [row["is_private"] for row in glpi.rows("followups", items_id=ticket_id)] == [0]


async def test_update_without_anything_to_change_is_refused(glpi: World) -> None:
    with pytest.raises(InvalidInput, match="nothing to change"):
        await glpi.call("update_ticket", ticket_id=PRINTER_TICKET)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_ticket_info", {}),
        ("get_ticket_timeline", {}),
        ("update_ticket", {"status": "pending"}),
        ("update_ticket", {"content": "x"}),
        ("add_followup", {"content": "x"}),
        ("solve_ticket", {"solution": "x"}),
        ("assign_ticket", {"technician_id": TECHNICIAN}),
        ("send_email", {"recipient": "c.oria@lilas.example", "subject": "x", "body": "x"}),
    ],
)
async def test_unknown_ticket_is_not_found_by_any_tool(glpi: World, tool: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match="Ticket 999"):
        await glpi.call(tool, ticket_id=999, **arguments)

    assert glpi.rows("followups", items_id=999) == []
    assert glpi.rows("queued") == []


async def test_update_that_glpi_only_pretends_is_told(glpi: World) -> None:
    glpi.faults.add("error", "PUT", status=200, body="[[]]")

    with pytest.raises(UpstreamRejected, match="did not change Ticket 1"):
        await glpi.call("update_ticket", ticket_id=PRINTER_TICKET, urgency=5)


async def test_second_solve_says_already_done_and_adds_nothing(glpi: World) -> None:
    first = await glpi.call("solve_ticket", ticket_id=PRINTER_TICKET, solution="Cartouche changée")
    second = await glpi.call("solve_ticket", ticket_id=PRINTER_TICKET, solution="Encore")

    assert first == {"ticket_id": PRINTER_TICKET, "status": "solved"}
    assert second == {"ticket_id": PRINTER_TICKET, "status": "solved", "already_done": True}
    assert [row["content"] for row in glpi.rows("solutions")] == ["<p>Cartouche changée</p>"]


async def test_two_that_solve_a_ticket_at_once_are_both_told_that_it_is_solved(glpi: World) -> None:
    glpi.faults.add("slow", "POST /apirest.php/ITILSolution", times=2, delay_s=0.5)

    solved = await asyncio.gather(
        *(glpi.call("solve_ticket", ticket_id=PRINTER_TICKET, solution=text) for text in ("Changée", "Remplacée"))
    )

    assert glpi.faults.count("POST /apirest.php/ITILSolution") == 2
    assert [answer["status"] for answer in solved] == ["solved", "solved"]
    assert [answer.get("already_done", False) for answer in solved].count(True) == 1
    assert len(glpi.rows("solutions")) == 1


async def test_closed_ticket_counts_as_solved(glpi: World) -> None:
    await glpi.by_hand(f"/_sim/ticket/{PRINTER_TICKET}", status=6)

    solved = await glpi.call("solve_ticket", ticket_id=PRINTER_TICKET, solution="x")

    assert (solved["status"], solved["already_done"]) == ("closed", True)


async def test_lost_answer_to_a_solution_is_looked_up(glpi: World) -> None:
    glpi.faults.add("drop_answer", "POST /apirest.php/ITILSolution")

    solved = await glpi.call("solve_ticket", ticket_id=PRINTER_TICKET, solution="x")

    assert solved == {"ticket_id": PRINTER_TICKET, "status": "solved"}
    assert len(glpi.rows("solutions")) == 1


async def test_assigned_ticket_moves_on_and_a_second_time_says_already_done(glpi: World) -> None:
    ticket_id = await glpi.open_ticket()

    first = await glpi.call("assign_ticket", ticket_id=ticket_id, technician_id=TECHNICIAN)
    second = await glpi.call("assign_ticket", ticket_id=ticket_id, technician_id=TECHNICIAN)

    assert first == {"ticket_id": ticket_id, "status": "assigned"}
    assert second == {"ticket_id": ticket_id, "status": "assigned", "already_done": True}
    assert len(glpi.rows("ticket_users", tickets_id=ticket_id, type=2)) == 1


async def test_technician_that_does_not_exist_is_not_found(glpi: World) -> None:
    with pytest.raises(NotFound, match="User 999"):
        await glpi.call("assign_ticket", ticket_id=PRINTER_TICKET, technician_id=999)


async def test_lost_answer_to_an_assignment_is_looked_up(glpi: World) -> None:
    ticket_id = await glpi.open_ticket()
    glpi.faults.add("drop_answer", "POST /apirest.php/Ticket_User")

    assigned = await glpi.call("assign_ticket", ticket_id=ticket_id, technician_id=TECHNICIAN)

    assert assigned == {"ticket_id": ticket_id, "status": "assigned"}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"title": ""}, "title"),
        ({"urgency": 6}, "urgency"),
        ({"urgency": True}, "urgency"),
        ({"requester_email": "not an address"}, "requester_email"),
        ({"requester_email": "a@localhost"}, "requester_email"),
        ({"requester_email": "a@x.example,b@x.example"}, "requester_email"),
        ({"_auto_import": 1}, "_auto_import"),
    ],
)
async def test_wrong_argument_is_named(glpi: World, arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=named):
        await glpi.open_ticket(**arguments)

    assert glpi.faults.count("POST") == 0


@pytest.mark.parametrize(("asked", "mails"), [({}, 1), ({"notify": True}, 1), ({"notify": False}, 0)])
async def test_glpi_mails_its_own_notifications_unless_told_not_to(
    glpi: World, asked: dict[str, Any], mails: int
) -> None:
    ticket_id = await glpi.open_ticket(requester_id=ZOE, **asked)
    opened = len(glpi.rows("queued"))
    await glpi.call("add_followup", ticket_id=ticket_id, content="Suivi", **asked)
    followed = len(glpi.rows("queued"))
    await glpi.call("update_ticket", ticket_id=ticket_id, content="Suite", urgency=4, **asked)
    updated = len(glpi.rows("queued"))
    await glpi.call("solve_ticket", ticket_id=ticket_id, solution="Fait", **asked)
    solved = len(glpi.rows("queued"))

    assert [opened, followed, updated, solved] == [mails, 2 * mails, 3 * mails, 4 * mails]
