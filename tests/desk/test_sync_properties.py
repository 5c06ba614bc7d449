"""Random edits on both sides, outages and lost webhooks: at the end both sides are what the rules say."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from desk.fields import GLPIS_WORD, Status
from desk.tables import history, outbox, tickets
from tests.desk.conftest import DEADLINE_S, Reception, Start, file

NUMBERS = {status: number for number, status in enumerate(GLPIS_WORD, start=1)}
THEIRS = [Status.NEW, Status.IN_PROGRESS, Status.PLANNED, Status.PENDING, Status.RESOLVED]
STEPS = 24
Values = dict[str, Any]


@dataclass
class Play:
    """Two tickets of one person, and who changes them.

    in_glpi: what the rules make of status and priority there, worked out beside the desk. patient: each step has its
    effects before the next begins, so that it can be worked out.
    """

    desk: Reception
    random: Random
    made: list[Values]
    patient: bool
    in_glpi: dict[int, Values] = field(default_factory=dict)
    counted: set[int] = field(default_factory=set)
    log: list[str] = field(default_factory=list)

    async def ours(self) -> None:
        """The person changes the priority, says it is resolved, or writes."""
        number = self.random.choice(self.made)["ticket_id"]
        body: Values = {"priority": self.random.randint(1, 5)}
        if self.random.random() < 0.3:
            body["status"] = "resolved"
        auth, path = await self.desk.sign_in(), f"/api/v1/tickets/{number}"
        self.log.append(f"ours {number} {body}")
        answers = [await self.desk.http.patch(path, json=body, headers=auth)]
        if self.random.random() < 0.3:
            text = {"content": f"Mot {self.random.randint(1, 99)}"}
            answers.append(await self.desk.http.post(f"{path}/followups", json=text, headers=auth))
        assert {answer.status_code for answer in answers} == {200}

    async def theirs(self) -> None:
        """A technician changes something in GLPI; the webhook comes, comes twice, or is lost."""
        made, status, priority = self.random.choice(self.made), self.random.choice(THEIRS), self.random.randint(1, 6)
        changes: list[tuple[Values, Values]] = [
            ({"priority": priority, "status": NUMBERS[status]}, {"priority": priority, "status": status.value}),
            ({"priority": priority}, {"priority": priority}),
            ({"status": NUMBERS[status]}, {"status": status.value}),
            ({"name": f"Titre {self.random.randint(1, 99)}"}, {}),
            ({"itilcategories_id": self.random.choice([2, 3, 4, 6])}, {}),
            ({"followup": f"<p>Note {self.random.randint(1, 99)}</p>"}, {}),
        ]
        given, means = self.random.choice(changes)
        self.log.append(f"theirs {made['ticket_id']} {given}")
        await self.desk.by_hand(made["glpi_ticket_id"], **given)
        self.in_glpi[made["ticket_id"]] |= means
        for _ in range(self.random.choice([0, 0, 1, 2])):
            await self.desk.webhook(made["glpi_ticket_id"])

    async def outage(self) -> None:
        """GLPI goes away or comes back."""
        state = self.desk.glpi.state.glpi
        state.maintenance = not state.maintenance
        self.log.append(f"maintenance {state.maintenance}")

    async def clock(self) -> None:
        """Time passes: what waits is tried."""
        self.log.append("time")
        await resume(self.desk)

    async def step(self) -> None:
        """One of them."""
        await self.random.choice([self.ours, self.ours, self.theirs, self.theirs, self.outage, self.clock])()
        if self.patient:
            await self.until_quiet()
            await self.work_out()

    async def until_quiet(self) -> None:
        """Until nothing is on its way: what still waits, waits for time."""
        started = sa.select(outbox.c.id).where(outbox.c.state == "started")
        async with asyncio.timeout(DEADLINE_S):
            while await read(self.desk, started) or await read(self.desk, is_due(self.desk)):
                await asyncio.sleep(0.03)

    async def work_out(self) -> None:
        """The rule: a change of ours holds if GLPI still has what it was made from, or has it already."""
        done = sa.select(outbox).where(outbox.c.kind == "update", outbox.c.done_at.is_not(None)).order_by(outbox.c.id)
        for entry in await read(self.desk, done):
            wanted, base = entry.arguments["changes"], entry.arguments["base"]
            glpi = self.in_glpi[entry.ticket_id]
            if entry.id not in self.counted:
                glpi |= {name: wanted[name] for name in wanted if glpi[name] in (base[name], wanted[name])}
            self.counted.add(entry.id)

    async def settle(self) -> None:
        """GLPI is back, time passes, and the desk asks as it does each minute: nothing else heals what was lost."""
        self.desk.glpi.state.glpi.maintenance = False
        undone = sa.select(outbox.c.id).where(outbox.c.done_at.is_(None))
        async with asyncio.timeout(DEADLINE_S):
            while await read(self.desk, undone):
                await resume(self.desk)
                await asyncio.sleep(0.02)
        await self.work_out()
        await self.desk.parts.sync.poll()
        await resume(self.desk)
        await self.until_quiet()


def is_due(desk: Reception) -> sa.Select[Any]:
    return sa.select(tickets.c.id).where(tickets.c.pull_due_at <= desk.clock())


async def resume(desk: Reception) -> None:
    desk.clock.ahead += timedelta(minutes=11)
    await desk.parts.sync.look_at([])  # or it looks at what is due by now a few seconds later
    await desk.parts.outbox.resume()


@pytest.mark.both_databases
@pytest.mark.requirement("D-33")
@pytest.mark.parametrize(("seed", "patient"), [(1, True), (4, True), (3, False)])
async def test_both_sides_end_as_the_rules_say_whatever_happened_in_which_order(
    start: Start, seed: int, patient: bool
) -> None:
    desk = await start(sign_in_hours=168, hourly_messages=1000)
    made = [await file(desk), await file(desk)]
    for one in made:
        await desk.until_told(one["ticket_id"])
    await desk.parts.sync.poll()  # where it begins to read
    first = {row.id: {"status": row.status, "priority": row.priority} for row in await read(desk, sa.select(tickets))}
    play = Play(desk, Random(seed), made, patient, in_glpi=first)

    for _ in range(STEPS):
        await play.step()
    await play.settle()

    conflicts = await read(desk, sa.select(history.c.id).where(history.c.kind == "conflict"))
    assert conflicts, "a play without any proves little: choose another seed"
    for row in await read(desk, sa.select(tickets)):
        in_glpi = desk.glpi.state.glpi.tickets[row.glpi_ticket_id]
        assert row.status == list(GLPIS_WORD)[in_glpi["status"] - 1], play.log
        assert (row.priority, row.title) == (in_glpi["priority"], desk.text(in_glpi["name"])), play.log
        assert row.category_id == in_glpi["itilcategories_id"], play.log
        texts = [f for f in desk.followups if f["items_id"] == row.glpi_ticket_id and not f["is_private"]]
        assert len(row.timeline) == len(texts), play.log
        assert not patient or play.in_glpi[row.id] == {"status": row.status, "priority": row.priority}, play.log
        await assert_history_leads_here(desk, row)


async def assert_history_leads_here(desk: Reception, row: Any) -> None:
    """No change is silent: the lines of history, played from the beginning, give the ticket as it is."""
    first = {"status": "new", "priority": row.analysis["priority"], "title": row.analysis["title"]}
    lines = await read(desk, sa.select(history).where(history.c.ticket_id == row.id).order_by(history.c.id))
    for line in lines:
        if line.kind == "changed" and line.detail["field"] in first:
            assert first[line.detail["field"]] == line.detail["from"]
            first[line.detail["field"]] = line.detail["to"]
        elif line.kind == "conflict":
            first |= line.detail["glpi"]
    assert first == {name: getattr(row, name) for name in first}


async def read(desk: Reception, query: sa.Select[Any]) -> list[Any]:
    return await desk.parts.services.database.read(lambda connection: list(connection.execute(query).all()))
