"""What GLPI is told of our tickets: once, in order, and when it can be told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from desk.app import MIGRATIONS
from desk.tables import categories, outbox, tickets
from desk.tickets import next_number
from shared.database import Database
from shared.migrations import migrate
from tests.desk.conftest import CLAIRE, DEADLINE_S, PAUL, Reception, Start, analyze, file

OTHERS = [CLAIRE, PAUL, "m.dupont@lilas.example", "n.durand@tilleuls.example", "r.petit@genets.example"]


async def resume(desk: Reception) -> int:
    """What the clock does every 15 s, with every pause over."""
    desk.clock.ahead += timedelta(minutes=11)
    return await desk.parts.outbox.resume()


async def rows(desk: Reception, table: sa.Table) -> list[Any]:
    query = sa.select(table).order_by(table.c.id)
    return list(await desk.parts.services.database.read(lambda c: c.execute(query).all()))


async def until_over(desk: Reception) -> None:
    """The clock goes on until nothing waits."""
    async with asyncio.timeout(DEADLINE_S):
        while any(row.done_at is None for row in await rows(desk, outbox)):
            await resume(desk)
            await asyncio.sleep(0.02)


async def until_all_told(desk: Reception) -> None:
    for row in await rows(desk, tickets):
        await desk.until_told(row.id)


@pytest.mark.both_databases
@pytest.mark.requirement("D-20")
async def test_with_glpi_down_the_ticket_is_registered_and_reaches_it_once_later(desk: Reception) -> None:
    await desk.sign_in()
    desk.glpi.state.glpi.maintenance = True

    made = [await file(desk), await file(desk)]
    still_down = await resume(desk)
    desk.glpi.state.glpi.maintenance = False
    started = await resume(desk)
    await until_all_told(desk)
    again = await resume(desk)

    assert {(m["synced_to_glpi"], m["glpi_ticket_id"], m["ready_for_L1"]) for m in made} == {(False, None, False)}
    assert all("dès que GLPI sera de retour" in m["message"] for m in made)
    assert (still_down, started, again) == (0, 1, 0)
    assert [row.glpi_ticket_id for row in await rows(desk, tickets)] == [t["id"] for t in desk.tickets]
    assert len(desk.tickets) == len(desk.followups) == 2


@pytest.mark.requirement("D-20")
@pytest.mark.parametrize("kind", ["drop_answer", "down", "error", "html"])
@pytest.mark.parametrize("line", ["Ticket", "ITILFollowup"])
async def test_answer_that_is_lost_makes_nothing_twice(desk: Reception, line: str, kind: str) -> None:
    await desk.sign_in()
    desk.glpi.state.faults.add(kind, f"POST /apirest.php/{line}", times=1)

    made = await file(desk)
    await until_over(desk)

    assert {row.state for row in await rows(desk, outbox)} == {"done"}
    assert len(desk.tickets) == len(desk.followups) == 1
    assert made["ticket_number"].endswith("-00001")


@pytest.mark.requirement("D-21")
async def test_after_an_outage_four_at_a_time_and_each_requesters_in_order(start: Start) -> None:
    desk = await start(reply_wait_s=0.2)
    desk.glpi.state.glpi.maintenance = True
    for email in OTHERS * 2:
        await file(desk, email=email)
    desk.glpi.state.glpi.maintenance = False
    desk.glpi.state.faults.add("slow", "POST /apirest.php/Ticket", times=-1, delay_s=0.3)

    await resume(desk)
    await until_all_told(desk)

    assert desk.watch.most == 4
    by_person: dict[str, list[int]] = {}
    for row in await rows(desk, tickets):
        by_person.setdefault(row.email, []).append(row.glpi_ticket_id)
    assert len(by_person) == 5
    assert all(len(ids) == 2 and ids == sorted(ids) for ids in by_person.values())


@pytest.mark.requirement("D-21")
async def test_new_ticket_does_not_wait_for_what_an_outage_left(start: Start) -> None:
    desk = await start(reply_wait_s=0.2)
    step = await analyze(desk)
    desk.glpi.state.glpi.maintenance = True
    for email in OTHERS * 4:
        await file(desk, email=email)
    desk.glpi.state.glpi.maintenance = False
    desk.glpi.state.faults.add("slow", "POST /apirest.php/Ticket", times=-1, delay_s=0.6)
    await resume(desk)

    await desk.send("confirm", {"session_id": step["session_id"]})

    async with asyncio.timeout(DEADLINE_S):
        while desk.watch.most < 5:  # it, while four others are being created
            await asyncio.sleep(0.01)


@pytest.mark.requirement("D-21")
async def test_one_requesters_tickets_are_told_one_at_a_time_and_once(start: Start) -> None:
    desk = await start(reply_wait_s=0)
    sessions = [{"session_id": (await analyze(desk))["session_id"]} for _ in range(4)]
    desk.glpi.state.faults.add("slow", "POST /apirest.php/Ticket", times=-1, delay_s=0.3)

    await asyncio.gather(*(desk.send("confirm", session) for session in sessions))
    await until_all_told(desk)

    assert desk.watch.most == 1
    assert {row.attempts for row in await rows(desk, outbox)} == {1}
    told = [row.glpi_ticket_id for row in await rows(desk, tickets)]
    assert told == sorted(told)


@pytest.mark.both_databases
@pytest.mark.requirement("D-22")
async def test_numbers_have_no_gap_whoever_fails_and_however_many_write(database_url: str) -> None:
    writers = [Database(database_url) for _ in range(3)]
    await writers[0].write(partial(migrate, MIGRATIONS))

    def take(n: int, connection: sa.Connection) -> str:
        number = next_number(connection, 2026)
        if n % 3 == 0:
            raise RuntimeError("planted")
        return number

    works = [writers[n % 3].write(partial(take, n)) for n in range(1, 91)]
    taken = [one for one in await asyncio.gather(*works, return_exceptions=True) if isinstance(one, str)]
    other_year = await writers[0].write(lambda connection: next_number(connection, 2027))

    assert sorted(taken) == [f"TKT-2026-{n:05}" for n in range(1, 61)]
    assert other_year == "TKT-2027-00001"
    for writer in writers:
        await asyncio.to_thread(writer.close)


@pytest.mark.requirement("D-22")
async def test_year_of_a_number_begins_in_our_zone(desk: Reception) -> None:
    await desk.sign_in()

    desk.clock.ahead = datetime(2026, 12, 31, 23, 5, tzinfo=UTC) - datetime.now(UTC)
    desk.tokens.clear()

    made = await file(desk)

    assert made["ticket_number"] == "TKT-2027-00001"


@pytest.mark.requirement("D-23")
async def test_category_that_glpi_no_longer_has_does_not_cost_the_ticket(desk: Reception) -> None:
    step = await analyze(desk)
    gone = {"category_id": 999, "name": "Ancienne > Gone", "seen_at": desk.clock()}
    await desk.parts.services.database.write(lambda connection: connection.execute(categories.insert().values(gone)))

    made = (await desk.send("confirm", {"session_id": step["session_id"], "category_id": 999})).json()

    assert made["synced_to_glpi"]
    assert desk.tickets[0]["itilcategories_id"] == 0


@pytest.mark.requirement("D-23")
async def test_what_glpi_refuses_for_good_is_said_and_holds_nobody_up(desk: Reception) -> None:
    await desk.sign_in()
    refusal = '["ERROR_GLPI_ADD","Ticket template: mandatory field"]'
    desk.glpi.state.faults.add("error", "POST /apirest.php/Ticket", times=5, status=400, body=refusal)

    refused = await file(desk)
    await until_over(desk)
    after = await file(desk)

    ready = (await desk.http.get("/readyz")).json()
    assert (refused["synced_to_glpi"], after["synced_to_glpi"]) == (False, True)
    assert ready["status"] == "degraded"
    assert "outbox" in ready["problems"]
