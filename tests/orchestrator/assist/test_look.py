"""What a look makes of a ticket."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from orchestrator.assist.hints import update_ticket
from orchestrator.assist.look import FRESH
from orchestrator.assist.tables import glpi_cursor, request, ticket
from tests.orchestrator.assist.conftest import (
    ARRIVAL,
    CLAIRE,
    DESK,
    HELLO,
    OURS,
    RESET,
    TECHNICIAN,
    ZOE,
    Assisted,
    Row,
    StartAssist,
    is_asked,
)

UNLOCK = "Mon compte est verrouillé, merci de le débloquer."
READ_TICKET = "/apirest.php/Ticket"


def said(rows: list[Row]) -> list[tuple[int, str, int | None]]:
    return [(row["ticket_id"], row["plan"], row["author_id"]) for row in rows]


@pytest.mark.both_databases
@pytest.mark.requirement("T-01")
async def test_a_ticket_that_glpi_tells_of_becomes_a_request_and_its_work_is_started(assisted: Assisted) -> None:
    await assisted.subscribe(use_cra_challenge=True)
    number = await assisted.open(RESET)

    answers = await assisted.deliver()
    (row,) = await assisted.requested(1)

    assert answers == [200]
    assert (said([row]), row["state"]) == ([(number, "PASSWORD_RESET", ZOE)], "left")
    assert assisted.recorder.works == [(row["key"], 1)]


@pytest.mark.requirement("T-13")
async def test_our_own_writes_never_trigger_and_those_of_the_desk_do(assisted: Assisted) -> None:
    ours, desks = await assisted.open(RESET, by=OURS), await assisted.open(RESET, by=DESK)

    for number in (ours, desks):
        await assisted.looked(number)
    await assisted.change(desks, by=OURS, followup=UNLOCK)
    rows = await assisted.looked(desks)

    assert said(rows) == [(desks, "PASSWORD_RESET", DESK)]
    assert len(assisted.recorder.works) == 1


@pytest.mark.requirement("T-13")
async def test_what_others_write_on_our_own_ticket_does_trigger(assisted: Assisted) -> None:
    number = await assisted.open(HELLO, by=OURS)
    await assisted.looked(number)

    await assisted.change(number, by=TECHNICIAN, followup="Je regarde.")
    nothing = await assisted.looked(number)
    await assisted.change(number, by=DESK, followup=UNLOCK)
    rows = await assisted.looked(number)

    assert (nothing, said(rows)) == ([], [(number, "UNLOCK", DESK)])


@pytest.mark.both_databases
@pytest.mark.requirement("T-14")
async def test_hints_that_come_during_a_look_are_one_more_look(assisted: Assisted) -> None:
    await assisted.polled()
    number = await assisted.open(RESET)
    assisted.faults.add("slow", f"{READ_TICKET}/{number}", delay_s=1.5, times=1)

    await assisted.hint(number)
    async with asyncio.timeout(20):
        while not assisted.faults.count(f"{READ_TICKET}/{number}"):
            await asyncio.sleep(0.005)
    for _ in range(10):
        await assisted.hint(number)
    await assisted.requested(1)

    assert await assisted.looks(number) == 2
    assert len(assisted.recorder.works) == 1


@pytest.mark.requirement("T-14")
async def test_the_same_change_hinted_twice_is_one_request_and_one_work(assisted: Assisted) -> None:
    await assisted.subscribe()
    number = await assisted.open(RESET)

    await assisted.deliver()
    first = await assisted.requested(1)
    again = await assisted.looked(number)
    await assisted.line.polling.run()
    polled = await assisted.settled(3)

    assert first == again == polled
    assert len(assisted.recorder.works) == 1


@pytest.mark.requirement("T-06")
async def test_texts_of_technicians_at_work_and_private_ones_are_no_requests(assisted: Assisted) -> None:
    number = await assisted.open(HELLO)
    await assisted.change(number, by=TECHNICIAN, _users_id_assign=TECHNICIAN)
    await assisted.change(number, by=TECHNICIAN, followup=UNLOCK)
    await assisted.change(number, by=DESK, followup=UNLOCK, is_private=1)

    rows = await assisted.looked(number)

    assert said(rows) == [(number, "QUESTION", ZOE)]


@pytest.mark.requirement("T-15")
async def test_what_was_written_before_assist_began_is_never_acted_on_but_a_new_text_is(assisted: Assisted) -> None:
    old: dict[str, Any] = assisted.glpi.tickets[1]
    old |= {"content": RESET["content"]}

    await assisted.change(1, by=CLAIRE, followup="Merci de votre retour.")
    before = await assisted.looked(1)
    await assisted.change(1, by=CLAIRE, followup=UNLOCK)
    rows = await assisted.looked(1)

    assert (before, said(rows)) == ([], [(1, "UNLOCK", CLAIRE)])


@pytest.mark.requirement("T-15")
async def test_a_request_that_is_seen_a_week_late_is_left_to_people(assisted: Assisted) -> None:
    number = await assisted.open(RESET)
    long_ago = {"position": {"at": "2026-01-01T00:00:00+00:00"}}
    beginning = glpi_cursor.update().where(glpi_cursor.c.name == "beginning").values(long_ago)
    await assisted.line.database.write(lambda c: c.execute(beginning))
    written = assisted.o.now - FRESH - timedelta(hours=1)
    assisted.glpi.tickets[number]["date"] = written.strftime("%Y-%m-%d %H:%M:%S")

    rows = await assisted.looked(number)

    assert [row for row in rows if row["ticket_id"] == number] == []


@pytest.mark.requirement("T-16")
@pytest.mark.parametrize("end", ["closed", "deleted", "purged", "solved"])
async def test_what_is_open_sees_the_end_of_its_ticket_and_nothing_new_comes_of_that(
    start_assist: StartAssist, end: str
) -> None:
    assisted = await start_assist(leaves=is_asked)
    number = await assisted.open(RESET)
    (row,) = await assisted.looked(number)

    await assisted.change(number, followup=UNLOCK)
    if end in ("closed", "solved"):
        await assisted.change(number, by=TECHNICIAN, status=6 if end == "closed" else 5)
    else:
        purge = {"force_purge": "true"} if end == "purged" else {}
        await _delete(assisted, number, purge)
    rows = await assisted.looked(number)

    assert assisted.recorder.works == [(row["key"], 1), (row["key"], 2)]
    assert said(rows) == [(number, "PASSWORD_RESET", ZOE)]


async def _delete(assisted: Assisted, number: int, purge: dict[str, str]) -> None:
    """As GLPI's administrator, through its API."""
    base = f"{assisted.o.system.glpi_url}/apirest.php"
    app = {"App-Token": "sim-app-token"}
    opened = await assisted.o.http.get(
        f"{base}/initSession", headers=app | {"Authorization": "user_token sim-admin-token"}
    )
    session = app | {"Session-Token": opened.json()["session_token"]}
    answer = await assisted.o.http.delete(f"{base}/Ticket/{number}", headers=session, params=purge)
    assert answer.status_code == 200, answer.text


@pytest.mark.requirement("T-16")
async def test_what_is_open_sees_that_its_text_was_changed(start_assist: StartAssist) -> None:
    assisted = await start_assist(leaves=is_asked)
    number = await assisted.open(RESET)
    (row,) = await assisted.looked(number)

    await assisted.change(number, by=TECHNICIAN, content=f"<p>{UNLOCK}</p>")
    rows = await assisted.looked(number)

    assert (row["key"], 2) in assisted.recorder.works
    assert [row["plan"] for row in rows] == ["PASSWORD_RESET", "UNLOCK"]


@pytest.mark.both_databases
@pytest.mark.requirement("T-04")
async def test_an_answer_goes_on_from_the_request_that_we_asked_about(start_assist: StartAssist) -> None:
    assisted = await start_assist(leaves=is_asked)
    number = await assisted.open(ARRIVAL)
    (asked,) = await assisted.looked(number)

    await assisted.change(number, by=DESK, followup="Merci de faire vite.")
    await assisted.change(number, followup="Elle s'appelle Marie Dupont, elle arrive lundi.")
    before, after = await assisted.looked(number)

    assert (asked["state"], before["key"]) == ("asked", asked["key"])
    assert (before["state"], before["closed_at"] is None) == ("continued", False)
    assert [part["key"].split(":")[0] for part in after["texts"]] == ["description", "followup"]
    assert (after["plan"], after["asked"]["person"]["lastname"]) == ("CREATE_ACCOUNT", "Dupont")
    assert assisted.recorder.works == [(asked["key"], 1), (after["key"], 1)]


@pytest.mark.requirement("T-07")
async def test_a_password_typed_into_a_ticket_is_nowhere_in_our_database(assisted: Assisted) -> None:
    number = await assisted.open(
        RESET | {"content": "Mon mot de passe : Soleil2024! ne marche plus, réinitialisez-le."}
    )

    (row,) = await assisted.looked(number)
    await assisted.line.database.write(lambda _connection: None)  # after what rides on the next commit
    everything = [str(await assisted.rows(table)) for table in request.metadata.tables.values()]

    assert row["plan"] == "PASSWORD_RESET"
    assert not any("Soleil2024" in text for text in everything)


@pytest.mark.both_databases
@pytest.mark.requirement("T-17")
async def test_while_glpi_is_down_a_look_waits_and_is_done_when_it_is_back(assisted: Assisted) -> None:
    number = await assisted.open(RESET)
    assisted.faults.add("down", "/apirest.php", times=-1)

    before = await assisted.looked(number)
    (waiting,) = [row for row in await assisted.rows(ticket) if row["ticket_id"] == number]
    await _let_be_due(assisted, number)
    await assisted.line.clock.start_due()
    untried = await assisted.looks(number)
    assisted.faults.clear()
    await assisted.o.health.check()
    (row,) = await assisted.requested(1)

    assert (before, waiting["attempts"], waiting["due_at"] is None) == ([], 1, False)
    assert untried == waiting["work_no"]
    assert row["ticket_id"] == number


async def _let_be_due(assisted: Assisted, number: int) -> None:
    """The time for which a look waits is over."""
    at = assisted.o.now
    await assisted.line.database.write(lambda c: update_ticket(c, number, {"due_at": at}))


@pytest.mark.requirement("T-17")
async def test_a_look_whose_workflow_has_died_is_made_again(assisted: Assisted) -> None:
    number = await assisted.open(RESET)
    lost = {"ticket_id": number, "hinted_at": assisted.o.now, "attempts": 0, "history": {}, "texts": []}
    await assisted.line.database.write(lambda c: c.execute(ticket.insert().values(lost | {"work": True, "work_no": 7})))

    stuck = await assisted.hint(number)
    await assisted.line.clock.release_dead()
    await _let_be_due(assisted, number)
    (row,) = await assisted.requested(1)

    assert stuck.status_code == 200
    assert (row["ticket_id"], await assisted.looks(number)) == (number, 8)
