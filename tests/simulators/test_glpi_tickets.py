"""The stand-in GLPI: tickets, followups, solutions, history (contracts/glpi.md, sections 3, 4 and 13)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulators.glpi_client import (
    API,
    QUEUED,
    Clock,
    add,
    create_ticket,
    follow,
    found,
    get,
    logged_in,
    make_glpi,
    put,
    refusal,
    status_of,
)

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(("urgency", "impact", "priority"), [(1, 1, 1), (5, 4, 5), (4, 2, 3), (5, 1, 3), (1, 5, 2)])
async def test_priority_comes_from_the_matrix(urgency: int, impact: int, priority: int) -> None:
    async with logged_in(make_glpi()) as client:
        ticket_id = await create_ticket(client, urgency=urgency, impact=impact)
        row = await get(client, f"Ticket/{ticket_id}")

    assert row["priority"] == priority


async def test_explicit_priority_wins_until_urgency_changes() -> None:
    async with logged_in(make_glpi()) as client:
        ticket_id = await create_ticket(client, urgency=1, impact=1, priority=6)
        before = (await get(client, f"Ticket/{ticket_id}"))["priority"]
        await put(client, f"Ticket/{ticket_id}", urgency=5)
        after = (await get(client, f"Ticket/{ticket_id}"))["priority"]

    assert (before, after) == (6, 3)


async def test_nonsense_is_accepted_and_stored() -> None:
    async with logged_in(make_glpi()) as client:
        empty = await add(client, "Ticket")
        odd = await create_ticket(client, status=77, type=9, urgency=12, itilcategories_id=999, nothing="x")
        row = await get(client, f"Ticket/{odd}")

    assert empty
    assert (row["status"], row["type"], row["urgency"], row["itilcategories_id"]) == (77, 9, 3, 999)
    assert "nothing" not in row


async def test_title_is_cut_or_taken_from_the_content() -> None:
    async with logged_in(make_glpi()) as client:
        long = await create_ticket(client, name="é" * 300)
        unnamed = await add(client, "Ticket", content=f"<p>{'mot ' * 40}</p>")

        assert len((await get(client, f"Ticket/{long}"))["name"]) == 255
        assert len((await get(client, f"Ticket/{unnamed}"))["name"]) <= 70


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"_users_id_requester": 20}, [(20, "")]),
        ({"_users_id_requester": [20, 21]}, [(20, ""), (21, "")]),
        (
            {
                "_users_id_requester": [20, 0],
                "_users_id_requester_notif": {"alternative_email": ["", "a@x.example"], "use_notification": [1, 1]},
            },
            [(20, ""), (0, "a@x.example")],
        ),
        (
            {"_users_id_requester": 0, "_users_id_requester_notif": {"alternative_email": "a@x.example"}},
            [(0, "a@x.example")],
        ),
        (
            {"_actors": {"requester": [{"itemtype": "User", "items_id": 0, "alternative_email": "c@x.example"}]}},
            [(0, "c@x.example")],
        ),
        ({}, []),
    ],
)
async def test_requesters_come_in_every_form(given: dict[str, Any], expected: list[tuple[int, str]]) -> None:
    async with logged_in(make_glpi()) as client:
        ticket_id = await create_ticket(client, **given)
        rows = await get(client, f"Ticket/{ticket_id}/Ticket_User")

    assert [(row["users_id"], row["alternative_email"]) for row in rows if row["type"] == 1] == expected


async def test_actors_key_is_unknown_to_9_5() -> None:
    async with logged_in(make_glpi(version="9.5")) as client:
        ticket_id = await create_ticket(client, _actors={"assign": [{"itemtype": "User", "items_id": 10}]})

        assert await get(client, f"Ticket/{ticket_id}/Ticket_User") == []


async def test_assigning_moves_new_to_assigned_and_unassigning_back() -> None:
    async with logged_in(make_glpi()) as client:
        ticket_id = await create_ticket(client)
        link = await add(client, "Ticket_User", tickets_id=ticket_id, users_id=10, type=2)
        assigned = await status_of(client, ticket_id)
        await client.delete(f"{API}/Ticket_User/{link}")
        back = await status_of(client, ticket_id)
        await put(client, f"Ticket/{ticket_id}", _itil_assign={"_type": "user", "users_id": 10})
        again = await status_of(client, ticket_id)
        pending = await create_ticket(client, status=4, _users_id_assign=10)

        assert (assigned, back, again) == (2, 1, 2)
        assert await status_of(client, pending) == 4


async def test_duplicate_actor_is_refused_with_an_empty_text() -> None:
    async with logged_in(make_glpi()) as client:
        twice = {"tickets_id": 1, "users_id": 10, "type": 2}
        duplicate = await client.post(f"{API}/Ticket_User", json={"input": twice})
        bad = {"tickets_id": 1, "users_id": 0, "type": 1, "alternative_email": "nope"}
        address = await client.post(f"{API}/Ticket_User", json={"input": bad})

    assert (duplicate.status_code, duplicate.json()) == (400, ["ERROR_GLPI_ADD", ""])
    assert refusal(address) == (400, "ERROR_GLPI_ADD")
    assert address.json()[1]


async def test_externalid_exists_from_version_11_only() -> None:
    async with logged_in(make_glpi()) as ten, logged_in(make_glpi(version="11.0")) as eleven:
        in_ten = await create_ticket(ten, externalid="k")
        in_eleven = await create_ticket(eleven, externalid="k")

        assert "externalid" not in await get(ten, f"Ticket/{in_ten}")
        assert [row["id"] for row in await get(eleven, "Ticket", **{"searchText[externalid]": "^k$"})] == [in_eleven]


@pytest.mark.parametrize(
    ("version", "plain", "with_header"),
    [
        ("9.5", "&lt;p&gt;Hi & bye&lt;/p&gt;", "&lt;p&gt;Hi & bye&lt;/p&gt;"),
        ("10.0", "&#60;p&#62;Hi &#38; bye&#60;/p&#62;", "<p>Hi & bye</p>"),
        ("11.0", "<p>Hi & bye</p>", "<p>Hi & bye</p>"),
    ],
)
async def test_text_is_encoded_as_the_version_does(version: str, plain: str, with_header: str) -> None:
    async with logged_in(make_glpi(version=version)) as client:
        ticket_id = await create_ticket(client, content="<p>Hi & bye</p>")
        without = (await client.get(f"{API}/Ticket/{ticket_id}")).json()["content"]
        undone = (await get(client, f"Ticket/{ticket_id}"))["content"]
        hit = await found(client, "Ticket", {"field": 2, "value": f"^{ticket_id}$"}, **{"forcedisplay[0]": 21})

    assert (without, undone) == (plain, with_header)
    assert hit["data"][0]["21"] == plain


async def test_version_10_takes_entities_without_a_tag_for_encoded_text() -> None:
    async with logged_in(make_glpi()) as client:
        trapped = await create_ticket(client, content="a &lt;b&gt; &amp; c")
        wrapped = await create_ticket(client, content="<p>a &lt;b&gt; &amp; c</p>")

        assert (await get(client, f"Ticket/{trapped}"))["content"] == "a <b> &amp; c"
        assert (await get(client, f"Ticket/{wrapped}"))["content"] == "<p>a &lt;b&gt; &amp; c</p>"


async def test_script_accents_and_emoji_round_trip() -> None:
    text = "<p onclick='x()'>Été \\ \"oui\" 🙂</p><script>alert(1)</script>"
    async with logged_in(make_glpi()) as client:
        ticket_id = await create_ticket(client, content=text)

        assert (await get(client, f"Ticket/{ticket_id}"))["content"] == text


async def test_followup_by_staff_leaves_new_and_pending_alone() -> None:
    async with logged_in(make_glpi()) as client:
        fresh, pending = await create_ticket(client), await create_ticket(client, status=4)
        await follow(client, fresh)
        await follow(client, pending)
        row = await get(client, f"Ticket/{fresh}")

        assert row["status"] == 1
        assert row["takeintoaccountdate"]
        assert await status_of(client, pending) == 4


async def test_followup_by_the_requester_wakes_a_pending_assigned_ticket() -> None:
    app = make_glpi()
    async with logged_in(app) as staff, logged_in(app, "claire") as claire:
        await follow(staff, 1, pending=1)
        pending = await status_of(staff, 1)
        await follow(claire, 1)

        assert (pending, await status_of(staff, 1)) == (4, 2)


async def test_solution_solves_once_and_reopening_refuses_it() -> None:
    async with logged_in(make_glpi()) as client:
        solution = {"itemtype": "Ticket", "items_id": 1, "content": "réparé"}
        solution_id = await add(client, "ITILSolution", **solution)
        second = await client.post(f"{API}/ITILSolution", json={"input": solution})
        solved = await get(client, "Ticket/1")
        await follow(client, 1)
        still = await status_of(client, 1)
        await follow(client, 1, add_reopen=1)
        reopened = await get(client, "Ticket/1")
        judged = await get(client, f"ITILSolution/{solution_id}")

    assert refusal(second) == (400, "ERROR_GLPI_ADD")
    assert (solved["status"], bool(solved["solvedate"]), still) == (5, True, 5)
    assert (reopened["status"], reopened["solvedate"], judged["status"]) == (2, None, 4)


async def test_closing_accepts_the_solution_and_forbids_another() -> None:
    async with logged_in(make_glpi()) as client:
        solution = {"itemtype": "Ticket", "items_id": 1, "content": "réparé"}
        await add(client, "ITILSolution", **solution)
        await follow(client, 1, add_close=1)
        closed = await status_of(client, 1)
        second = await client.post(f"{API}/ITILSolution", json={"input": solution})
        await follow(client, 1)
        still = await status_of(client, 1)
        await put(client, "Ticket/1", status=2)

        assert (closed, still, await status_of(client, 1)) == (6, 6, 2)
        assert refusal(second) == (400, "ERROR_GLPI_ADD")


async def test_old_habits_have_no_effect_or_still_work() -> None:
    async with logged_in(make_glpi()) as client:
        dead = await put(client, "Ticket/1", solution="x")
        alias = await add(client, "TicketFollowup", tickets_id=1, content="par l'alias")

        assert dead.json() == [{"1": True, "message": ""}]
        assert await status_of(client, 1) == 2
        assert (await get(client, f"ITILFollowup/{alias}"))["items_id"] == 1


async def test_empty_followup_or_unknown_ticket_is_refused() -> None:
    async with logged_in(make_glpi()) as client:
        empty = {"itemtype": "Ticket", "items_id": 1, "content": ""}
        nowhere = {"itemtype": "Ticket", "items_id": 99, "content": "x"}
        answers = [await client.post(f"{API}/ITILFollowup", json={"input": given}) for given in (empty, nowhere)]

    assert {refusal(answer) for answer in answers} == {(400, "ERROR_GLPI_ADD")}


async def test_date_mod_moves_with_work_and_not_without() -> None:
    clock = Clock()
    async with logged_in(make_glpi(clock=clock)) as client:
        moves = []
        for step in (
            lambda: follow(client, 1, is_private=1),
            lambda: add(client, "Ticket_User", tickets_id=1, users_id=22, type=3),
            lambda: add(client, "TicketTask", tickets_id=1, content="x", actiontime=600, state=2),
            lambda: put(client, "ITILFollowup/1", content="corrigé"),
            lambda: client.delete(f"{API}/ITILFollowup/1"),
            lambda: put(client, "Ticket/1", status=2),
            lambda: add(client, "QueuedNotification", **QUEUED, itemtype="Ticket", items_id=1),
        ):
            now = clock.move(minutes=1)
            await step()
            moves.append((await get(client, "Ticket/1"))["date_mod"] == now)

    assert moves == [True, True, True, True, True, False, False]


async def test_forged_writer_is_betrayed_by_the_log() -> None:
    app = make_glpi()
    forged = {"users_id_recipient": 10, "requesttypes_id": 1, "_users_id_requester": 10}
    async with logged_in(app, "claire") as claire, logged_in(app) as staff:
        by_import = await add(claire, "Ticket", name="faux", _auto_import=1, **forged)
        without = await add(claire, "Ticket", name="faux", **forged)
        row, honest = await get(staff, f"Ticket/{by_import}"), await get(staff, f"Ticket/{without}")
        logs = await get(staff, f"Ticket/{by_import}/Log")
        inside = (await get(staff, f"Ticket/{by_import}", with_logs="true"))["_logs"]

    created = [log for log in logs if log["linked_action"] == 20]
    assert (row["users_id_recipient"], honest["users_id_recipient"]) == (10, 20)
    assert [log["user_name"] for log in created] == ["coria (20)"]
    assert any(log["linked_action"] == 20 for log in inside.values())


async def test_author_of_a_followup_is_the_session_and_edits_are_logged() -> None:
    app = make_glpi()
    async with logged_in(app) as client, logged_in(app, "technician") as technician:
        followup = await follow(client, 1, users_id=20)
        await put(technician, f"ITILFollowup/{followup}", content="autre texte")
        row = await get(client, f"ITILFollowup/{followup}")
        logs = await get(client, f"ITILFollowup/{followup}/Log")

    assert row["users_id"] == 6
    assert [(log["linked_action"], log["user_name"]) for log in logs] == [
        (20, "widip-orchestrator (6)"),
        (0, "tmartel (10)"),
    ]
