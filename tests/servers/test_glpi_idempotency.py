"""One key, one effect: whatever is lost, repeated or away."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cli.processes import free_port
from shared.errors import InvalidInput, OutcomeUnknown, UpstreamRejected, UpstreamUnavailable
from tests.servers.glpi_world import CLAIRE, DESK, PRINTER_TICKET, ZOE, World, open_world, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
TICKET: dict[str, Any] = {"title": "Panne", "description": "Lien tombé", "requester_id": CLAIRE}
FOLLOWUP: dict[str, Any] = {"ticket_id": PRINTER_TICKET, "content": "Diagnostic"}
MAIL: dict[str, Any] = {
    "ticket_id": PRINTER_TICKET,
    "recipient": "c.oria@lilas.example",
    "subject": "Panne",
    "body": "Bonjour",
}
FILE: dict[str, Any] = {"ticket_id": PRINTER_TICKET, "filename": "photo.jpg", "content": "/9j/4AAQ"}
# tool, arguments, the request that has the effect, the table it is in, the name of its number
WRITES = [
    ("create_ticket", TICKET, "POST /apirest.php/Ticket", "tickets", "ticket_id"),
    ("add_followup", FOLLOWUP, "POST /apirest.php/ITILFollowup", "followups", "followup_id"),
    ("send_email", MAIL, "POST /apirest.php/QueuedNotification", "queued", "email_id"),
    ("add_document", FILE, "POST /apirest.php/Document", "documents", "document_id"),
]
# How each looks whether it has been done.
LOOKS = {
    "create_ticket": "GET /apirest.php/search/Ticket",
    "add_followup": f"GET /apirest.php/Ticket/{PRINTER_TICKET}/ITILFollowup",
    "send_email": "GET /apirest.php/QueuedNotification",
    "add_document": "GET /apirest.php/Document",
}
each_write = pytest.mark.parametrize(("tool", "arguments", "request_line", "table", "number"), WRITES)


@pytest_asyncio.fixture(loop_scope="module")
async def quiet(glpi: World) -> World:
    """A GLPI that queues no mail of its own and sends none."""
    glpi.state.notifications = False
    glpi.state.queue_mode = "internal"
    await glpi.call("list_categories")
    return glpi


@pytest_asyncio.fixture(loop_scope="module")
async def without_redis(tmp_path: Path) -> AsyncIterator[World]:
    """A server whose Redis is away."""
    async with open_world(free_port(), tmp_path) as opened:
        opened.state.notifications = False
        opened.state.queue_mode = "internal"
        yield opened


def _made(glpi: World, table: str) -> list[int]:
    return [row_id for row_id in glpi.state.table(table) if (table, row_id) != ("tickets", PRINTER_TICKET)]


@each_write
async def test_same_key_twice_has_one_effect_and_one_answer(
    quiet: World, tool: str, arguments: dict[str, Any], request_line: str, table: str, number: str
) -> None:
    first = await quiet.reply(tool, key="run-1:step-1", **arguments)
    second = await quiet.reply(tool, key="run-1:step-1", **arguments)

    assert _made(quiet, table) == [first.data[number]]
    assert (first.replayed, second.replayed) == (False, True)
    assert second.text == first.text
    assert quiet.faults.count(request_line) == 1


async def test_other_key_or_no_key_is_another_effect(quiet: World) -> None:
    numbers = [(await quiet.call("create_ticket", key=key, **TICKET))["ticket_id"] for key in ("a", "b", None, None)]

    assert _made(quiet, "tickets") == numbers
    assert len(set(numbers)) == 4


@each_write
async def test_same_key_with_other_arguments_is_refused(
    quiet: World, tool: str, arguments: dict[str, Any], request_line: str, table: str, number: str
) -> None:
    await quiet.call(tool, key="k", **arguments)
    text = next(name for name in ("description", "filename", "content", "body") if name in arguments)

    with pytest.raises(InvalidInput, match="already used with other arguments"):
        await quiet.call(tool, key="k", **arguments | {text: "Autre-chose.jpg"})

    assert len(_made(quiet, table)) == 1


async def test_same_key_at_the_same_time_has_one_effect(quiet: World) -> None:
    quiet.faults.add("slow", "POST /apirest.php/Ticket", delay_s=0.3)
    first = asyncio.create_task(quiet.reply("create_ticket", key="k", **TICKET))
    await until(lambda: quiet.faults.count("POST /apirest.php/Ticket"))

    second = await quiet.reply("create_ticket", key="k", **TICKET)

    assert second.replayed
    assert _made(quiet, "tickets") == [second.data["ticket_id"]] == [(await first).data["ticket_id"]]


async def test_write_goes_on_when_its_caller_gives_up_and_the_next_try_gets_its_answer(quiet: World) -> None:
    quiet.faults.add("slow", "POST /apirest.php/Ticket", delay_s=0.5)
    with pytest.raises(OutcomeUnknown):
        await quiet.toolbox.call("glpi_create_ticket", TICKET, key="k", deadline_s=0.2)

    again = await quiet.reply("create_ticket", key="k", **TICKET)

    assert again.replayed
    assert _made(quiet, "tickets") == [again.data["ticket_id"]]


@pytest.mark.requirement("G-03")
@each_write
async def test_lost_answer_is_looked_up_by_its_mark(
    quiet: World, tool: str, arguments: dict[str, Any], request_line: str, table: str, number: str
) -> None:
    await quiet.call(tool, key="another", **arguments)
    quiet.faults.add("drop_answer", request_line)

    done = await quiet.reply(tool, key="k", **arguments)
    again = await quiet.reply(tool, key="k", **arguments)

    assert len(_made(quiet, table)) == 2
    assert done.data[number] == _made(quiet, table)[-1]
    assert "already_done" not in done.data
    assert again.replayed


@each_write
async def test_lost_answer_that_nobody_can_look_up_is_not_repeated_blindly(
    quiet: World, tool: str, arguments: dict[str, Any], request_line: str, table: str, number: str
) -> None:
    """GLPI does the write, then goes away: for the look that follows, and for the next try too."""
    quiet.faults.add("drop_answer", request_line)
    quiet.faults.add("down", LOOKS[tool], times=-1)
    with pytest.raises(OutcomeUnknown):
        await quiet.call(tool, key="k", **arguments)
    quiet.faults.add("html", times=-1)
    with pytest.raises(UpstreamUnavailable):
        await quiet.call(tool, key="k", **arguments)
    quiet.faults.clear()

    done = await quiet.call(tool, key="k", **arguments)

    assert _made(quiet, table) == [done[number]]
    assert done["already_done"] is True


async def test_update_whose_followup_was_lost_with_glpi_adds_it_once(quiet: World) -> None:
    change: dict[str, Any] = {"ticket_id": PRINTER_TICKET, "content": "Suite", "urgency": 5}
    quiet.faults.add("drop_answer", "POST /apirest.php/ITILFollowup")
    quiet.faults.add("down", LOOKS["add_followup"], times=-1)
    with pytest.raises(OutcomeUnknown):
        await quiet.call("update_ticket", key="k", **change)
    quiet.faults.clear()

    done = await quiet.call("update_ticket", key="k", **change)

    assert len(_made(quiet, "followups")) == 1
    assert done["ticket_id"] == PRINTER_TICKET
    assert quiet.state.tickets[PRINTER_TICKET]["urgency"] == 5


async def test_update_asks_nothing_of_glpi_after_its_followup(quiet: World) -> None:
    """What fails after it would make a repeat add it twice."""
    await quiet.call("update_ticket", key="k", ticket_id=PRINTER_TICKET, content="Suite", urgency=5)

    assert quiet.faults.requests[-1] == "POST /apirest.php/ITILFollowup"


async def test_write_that_glpi_refused_may_be_corrected_under_the_same_key(quiet: World) -> None:
    with pytest.raises(UpstreamRejected):
        await quiet.call("create_ticket", key="k", **TICKET | {"entity_id": 99})

    corrected = await quiet.call("create_ticket", key="k", **TICKET)

    assert _made(quiet, "tickets") == [corrected["ticket_id"]]


@each_write
async def test_without_redis_the_effect_is_looked_for_first(
    without_redis: World, tool: str, arguments: dict[str, Any], request_line: str, table: str, number: str
) -> None:
    first = await without_redis.call(tool, key="k", **arguments)
    second = await without_redis.call(tool, key="k", **arguments)

    assert _made(without_redis, table) == [first[number]] == [second[number]]
    assert "already_done" not in first
    assert second["already_done"] is True
    assert without_redis.faults.count(request_line) == 1


async def test_without_redis_and_key_a_write_is_simply_done(without_redis: World) -> None:
    numbers = [(await without_redis.call("create_ticket", **TICKET))["ticket_id"] for _ in range(2)]

    assert _made(without_redis, "tickets") == numbers


async def test_mark_says_nothing_of_the_key_and_is_the_last_line(quiet: World) -> None:
    ticket_id = (await quiet.call("create_ticket", key="run-1:ticket", **TICKET))["ticket_id"]

    content = (await quiet.call("get_ticket_info", ticket_id=ticket_id))["content"]

    assert re.fullmatch(r"Lien tombé\n\nRéf\. WIDIP-[0-9a-f]{16}", content)


@pytest.mark.requirement("G-03")
@pytest.mark.parametrize("stranger", [CLAIRE, DESK])
async def test_ticket_of_another_account_that_copies_our_mark_is_not_ours(without_redis: World, stranger: int) -> None:
    ours = await without_redis.call("create_ticket", key="k", **TICKET)
    content = without_redis.state.real(without_redis.state.tickets.pop(ours["ticket_id"])["content"])
    copied = await without_redis.by_hand(
        "/_sim/ticket", name="Panne", content=content, _users_id_requester=CLAIRE, by=stranger
    )

    again = await without_redis.call("create_ticket", key="k", **TICKET)

    assert content in [row["content"] for row in without_redis.rows("tickets", id=copied["id"])]
    assert again["ticket_id"] not in (ours["ticket_id"], copied["id"])
    assert "already_done" not in again


async def test_ticket_of_ours_for_another_requester_is_another_ticket(without_redis: World) -> None:
    ours = await without_redis.call("create_ticket", key="k", **TICKET)
    for row in without_redis.state.actors(ours["ticket_id"], 1):
        row["users_id"] = ZOE

    again = await without_redis.call("create_ticket", key="k", **TICKET)

    assert again["ticket_id"] != ours["ticket_id"]


async def test_followup_of_another_account_that_copies_our_mark_is_not_ours(without_redis: World) -> None:
    ours = await without_redis.call("add_followup", key="k", **FOLLOWUP)
    content = without_redis.state.real(without_redis.state.followups.pop(ours["followup_id"])["content"])
    await without_redis.by_hand(f"/_sim/ticket/{PRINTER_TICKET}", followup=content, by=CLAIRE)

    again = await without_redis.call("add_followup", key="k", **FOLLOWUP)

    assert "already_done" not in again
    assert len(_made(without_redis, "followups")) == 2
