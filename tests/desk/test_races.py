"""What happens at the same time, or after rows are gone, is neither lost, nor undone, nor mixed up."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
import sqlalchemy as sa

from bench.desk_tickets import fill
from desk.retention import forget_person
from desk.tables import history, tickets
from shared.connections import normal_url
from tests.desk.conftest import CLAIRE, DEADLINE_S, ZOE, Reception, Start, file
from tests.desk.websocket import connected

NIGHTLY = 6000
"""Of which every hundredth is open."""


@pytest.mark.both_databases
@pytest.mark.requirement("D-121")
async def test_after_a_person_is_forgotten_new_tickets_reach_glpi_and_open_chats(desk: Reception) -> None:
    made = await file(desk)
    await desk.until_told(made["ticket_id"])
    auth = await desk.sign_in(CLAIRE)
    async with connected(desk.app, "/ws", auth) as socket:
        heard = (await socket.receive())["id"]

    await desk.parts.services.database.write(partial(forget_person, ZOE))
    new = await file(desk, email=CLAIRE)
    await desk.until_told(new["ticket_id"])

    assert new["synced_to_glpi"]
    async with connected(desk.app, f"/ws?after={heard}", auth) as socket:
        came = [await socket.receive() for _ in range(3)]
    assert [one["kind"] for one in came] == ["ready", "created", "delivered"]
    assert {one["ticket_id"] for one in came[1:]} == {new["ticket_id"]}


@pytest.mark.requirement("D-121")
async def test_client_that_has_heard_more_than_there_is_hears_what_comes_next(desk: Reception) -> None:
    async with connected(desk.app, "/ws?after=2000000000", await desk.sign_in()) as socket:
        ready = await socket.receive()
        made = await file(desk)
        news = await socket.receive()

    assert ready["id"] < news["id"]
    assert (news["kind"], news["ticket_id"]) == ("created", made["ticket_id"])


@pytest.mark.both_databases
@pytest.mark.requirement("D-122")
async def test_look_that_began_before_glpi_was_told_undoes_nothing_and_is_repeated(desk: Reception) -> None:
    made = await file(desk)
    number, faults = made["ticket_id"], desk.glpi.state.faults
    await desk.until_told(number)
    await desk.parts.sync.pull(number)
    texts = f"GET /apirest.php/Ticket/{made['glpi_ticket_id']}/ITILFollowup"
    seen = faults.count(texts)
    faults.add("slow", texts, times=1, delay_s=1.5)

    look = asyncio.create_task(desk.parts.sync.pull(number))
    async with asyncio.timeout(DEADLINE_S):
        while faults.count(texts) == seen:
            await asyncio.sleep(0.01)
    auth, body = await desk.sign_in(), {"status": "resolved"}
    await desk.http.patch(f"/api/v1/tickets/{number}", json=body, headers=auth)
    await desk.until_told(number)
    assert not look.done()
    await look

    assert (await desk.get(f"tickets/{number}"))["status"] == "resolved"
    looked = faults.count(texts)
    async with asyncio.timeout(DEADLINE_S):
        while faults.count(texts) == looked or await is_due(desk, number):
            await asyncio.sleep(0.02)
    lines = sa.select(history.c.by).where(history.c.ticket_id == number, history.c.kind == "changed")
    assert await desk.parts.services.database.read(lambda c: list(c.execute(lines).scalars())) == [ZOE]


@pytest.mark.requirement("D-123")
async def test_webhooks_ticket_is_looked_at_before_those_of_the_night(start: Start, database_url: str) -> None:
    await asyncio.to_thread(fill, normal_url(database_url), NIGHTLY)
    desk = await start()
    made = await file(desk)
    await desk.until_told(made["ticket_id"])
    desk.glpi.state.faults.add("slow", "GET /apirest.php/Ticket/", times=-1, delay_s=0.3)
    await desk.by_hand(made["glpi_ticket_id"], status=4)

    await desk.parts.sync.look_at_all_open()
    await desk.webhook(made["glpi_ticket_id"])
    await desk.until(made["ticket_id"], lambda ticket: ticket["status"] == "pending")

    waiting = sa.select(sa.func.count()).select_from(tickets).where(tickets.c.pull_due_at.is_not(None))
    assert await desk.parts.services.database.read(lambda c: c.execute(waiting).scalar_one()) > NIGHTLY // 200


async def is_due(desk: Reception, ticket_id: int) -> bool:
    due = sa.select(tickets.c.pull_due_at).where(tickets.c.id == ticket_id)
    return await desk.parts.services.database.read(lambda c: c.execute(due).scalar()) is not None
