"""What is over long ago is removed, a few rows in a commit; what is open, new or not yet looked at never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOS

from orchestrator.app import MIGRATIONS
from orchestrator.proactif.incidents import INCIDENTS_QUEUE
from orchestrator.retention import BATCH, Retention
from orchestrator.tables import alert, delivery, incident, journal, metadata, run, unusable_delivery
from shared.database import Database
from shared.engine import Engine, QueueSpec
from shared.instant import Instant
from shared.migrations import migrate
from tests.orchestrator.conftest import Orchestrated, Start
from tests.orchestrator.test_incidents import QUICK, are_closed, are_settled

pytestmark = pytest.mark.both_databases

KEEP, DEDUP = timedelta(days=90), timedelta(days=14)
DAY = timedelta(days=1)
OLD, YOUNG = KEEP + DAY, KEEP - DAY

TEXTS: dict[str, Any] = {"instance": "main", "kind": "site", "closed_why": "", "waits_for": "", "told": [], "kept": {}}
NUMBERS = {"device_id": 1, "round": 1, "work_no": 0, "attempts": 0}


@dataclass
class Store:
    """A database with an engine, and rows planted in it."""

    database: Database
    engine: Engine

    async def put(self, table: sa.Table, values: dict[str, Any]) -> None:
        await self.database.write(lambda c: c.execute(table.insert().values(values)))

    async def put_incident(
        self, key: str, *, opened: timedelta, closed: timedelta | None, parent: str | None = None
    ) -> None:
        """An incident with its alert, its delivery, its run and a line of the journal, all from when it was opened."""
        now = datetime.now(UTC)
        begun = now - opened
        times = dict.fromkeys(("opened_at", "round_at", "ticket_checked_at", "next_try_at"), begun)
        ended = now - closed if closed is not None else None
        await self.put(incident, {"key": key, "parent_key": parent, "closed_at": ended} | times | TEXTS | NUMBERS)
        seen = dict.fromkeys(("seen_at", "changed_at", "failed_at"), begun)
        counts = dict.fromkeys(("reminders", "flaps", "missed"), 0)
        named = {"instance": "main", "alert_id": 1, "incident_key": key, "device_id": 1, "facts": {}, "told": ""}
        await self.put(alert, named | seen | counts)
        await self.put_delivery(f"d-{key}", received=opened, incident_key=key)
        told = {"id": key, "kind": "k", "incident_key": key, "state": "done", "started_at": begun, "summary": {}}
        await self.put(run, told)
        await self.put_lines(f"{key}.2", 1, at=begun)

    async def put_delivery(
        self, key: str, *, received: timedelta, incident_key: str | None = None, admitted: bool = True
    ) -> None:
        at = datetime.now(UTC) - received
        values: dict[str, Any] = {"kind": "ALERT", "alert_id": 1, "times": 1, "source": "webhook", "outcome": ""}
        values |= {"instance": "main", "body": {}, "incident_key": incident_key}
        values |= {"key": key, "at": at, "received_at": at, "admitted_at": at if admitted else None}
        await self.put(delivery, values)

    async def put_lines(self, run_id: str, count: int, *, at: datetime) -> None:
        rows = [{"run_id": run_id, "at": at, "kind": "k", "detail": {}} for _ in range(count)]
        await self.database.write(lambda c: c.execute(journal.insert(), rows))

    async def count(self) -> dict[str, int]:
        """Rows by table, of those that have any."""

        def read(connection: sa.Connection) -> dict[str, int]:
            tables = metadata.tables.items()
            found = {n: connection.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for n, t in tables}
            return {name: int(number) for name, number in found.items() if number}

        return await self.database.read(read)

    async def clean(self, *, keep: timedelta = KEEP, dedup: timedelta = DEDUP) -> dict[str, int]:
        return await Retention(self.database, self.engine, keep=keep, dedup=dedup).run()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    database = Database(database_url)
    await database.write(partial(migrate, MIGRATIONS))
    engine = Engine(database, name="orchestrator", executor_id="x", queues=(QueueSpec("quick", 1),))
    engine.workflow("at_once", "quick", at_once)
    await engine.start()
    yield Store(database, engine)
    await engine.stop()
    await asyncio.to_thread(database.close)


async def at_once() -> None:
    """Ends."""


WHOLE = {"incident": 1, "alert": 1, "delivery": 1, "run": 1, "journal": 1}


@pytest.mark.requirement("P-35")
async def test_a_closed_incident_goes_with_all_that_belongs_to_it(store: Store) -> None:
    await store.put_incident("obs-1", opened=2 * OLD, closed=OLD)

    removed = await store.clean()

    assert await store.count() == {}
    assert {name: count for name, count in removed.items() if count} == WHOLE


@pytest.mark.requirement("P-35")
@pytest.mark.parametrize("closed", [None, YOUNG])
async def test_an_incident_that_is_open_or_just_closed_keeps_all_of_it_however_old(
    store: Store, closed: timedelta | None
) -> None:
    await store.put_incident("obs-1", opened=4 * OLD, closed=closed)

    await store.clean()

    assert await store.count() == WHOLE


@pytest.mark.requirement("P-35")
@pytest.mark.parametrize(("storm", "child"), [(None, OLD), (OLD, None), (YOUNG, OLD), (OLD, YOUNG)])
async def test_a_storm_stays_with_its_incidents_until_the_last_is_over(
    store: Store, storm: timedelta | None, child: timedelta | None
) -> None:
    await store.put_incident("storm-1", opened=2 * OLD, closed=storm)
    await store.put_incident("obs-1", opened=2 * OLD, closed=child, parent="storm-1")

    await store.clean()

    assert (await store.count())["incident"] == 2


@pytest.mark.requirement("P-35")
async def test_a_storm_that_is_over_goes_with_its_incidents(store: Store) -> None:
    await store.put_incident("storm-1", opened=2 * OLD, closed=OLD)
    await store.put_incident("obs-1", opened=2 * OLD, closed=OLD, parent="storm-1")

    await store.clean()

    assert await store.count() == {}


@pytest.mark.requirement("P-36")
async def test_a_delivery_that_nobody_has_looked_at_yet_stays(store: Store) -> None:
    await store.put_delivery("waits", received=4 * OLD, admitted=False)
    await store.put_delivery("recorded", received=OLD)

    await store.clean()

    assert await store.count() == {"delivery": 1}


@pytest.mark.requirement("P-36")
async def test_a_delivery_outlives_its_incident_while_its_repeat_may_come(store: Store) -> None:
    await store.put_incident("obs-1", opened=DEDUP - DAY, closed=DEDUP - DAY)
    await store.put_incident("obs-2", opened=DEDUP + DAY, closed=DEDUP + DAY)

    await store.clean(keep=DAY)

    assert await store.count() == {"delivery": 1}


@pytest.mark.requirement("P-35")
async def test_no_commit_removes_more_than_a_few_hundred_rows(store: Store) -> None:
    lines = 3 * BATCH + 10
    await store.put_lines("gone", lines, at=datetime.now(UTC) - OLD)
    in_commits = [0]

    def count_rows(*event: Any) -> None:
        in_commits[-1] += max(event[1].rowcount, 0) if event[2].startswith("DELETE") else 0

    sa.event.listen(store.database.writer_engine, "after_cursor_execute", count_rows)
    sa.event.listen(store.database.writer_engine, "commit", lambda _c: in_commits.append(0))
    removed = await store.clean()

    assert removed["journal"] == lines == sum(in_commits)
    assert max(in_commits) <= BATCH


@pytest.mark.requirement("P-35")
async def test_lines_that_must_stay_do_not_hide_the_old_ones_behind_them(store: Store) -> None:
    await store.put_incident("obs-1", opened=2 * OLD, closed=None)
    await store.put_lines("obs-1", 2 * BATCH, at=datetime.now(UTC) - OLD)
    await store.put_lines("gone", 5, at=datetime.now(UTC) - OLD)
    await store.put_lines("new", 5, at=datetime.now(UTC))

    removed = await store.clean()

    assert removed["journal"] == 5


@pytest.mark.requirement("P-35")
async def test_what_could_not_be_read_is_kept_as_long(store: Store) -> None:
    for name, age in (("old", OLD), ("young", YOUNG)):
        row = {"received_at": datetime.now(UTC) - age, "source": "127.0.0.1", "reason": "no JSON", "body": name}
        await store.put(unusable_delivery, row)

    await store.clean()

    bodies = sa.select(unusable_delivery.c.body)
    assert await store.database.read(lambda c: c.execute(bodies).scalars().all()) == ["young"]


async def age_workflows(store: Store, age: timedelta) -> None:
    """The engine's rows were all made so much earlier."""
    schema = "dbos." if store.database.url.get_backend_name() == "postgresql" else ""
    shift = sa.text(f"UPDATE {schema}workflow_status SET created_at = created_at - :ms")
    await store.database.write(lambda c: c.execute(shift, {"ms": age // timedelta(milliseconds=1)}))


@pytest.mark.requirement("P-35")
async def test_the_engines_rows_of_ended_workflows_go_and_those_that_wait_stay(store: Store) -> None:
    await store.database.write(lambda c: store.engine.enqueue(c, "at_once", "quick", "ended"))
    await store.database.write(lambda c: store.engine.enqueue(c, "at_once", INCIDENTS_QUEUE, "waits"))
    store.engine.nudge("quick")
    async with asyncio.timeout(10):
        while not await store.engine.has_ended("ended"):
            await asyncio.sleep(0.02)
    await age_workflows(store, DEDUP - DAY)
    kept = (await store.clean())["workflow"]

    await age_workflows(store, 2 * DAY)
    removed = (await store.clean())["workflow"]

    assert (kept, removed) == (0, 1)
    assert {workflow.workflow_id for workflow in await DBOS.list_workflows_async()} == {"waits"}


async def age_everything(o: Orchestrated, age: timedelta) -> None:
    """All that the tables remember happened so much earlier."""

    def shift(connection: sa.Connection) -> None:
        for table in metadata.sorted_tables:
            keys = list(table.primary_key)
            instants = [column.name for column in table.columns if isinstance(column.type, Instant)]
            for row in connection.execute(sa.select(table)).mappings().all():
                earlier = {name: row[name] - age for name in instants if row[name]}
                mine = sa.and_(*(key == row[key.name] for key in keys))
                connection.execute(table.update().where(mine).values(earlier or {keys[0].name: row[keys[0].name]}))

    await o.app.state.line.database.write(shift)


@pytest.mark.requirement("P-35")
async def test_an_old_open_incident_is_followed_to_its_end_and_then_forgotten(start: Start) -> None:
    o = await start(**QUICK)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_settled)

    await age_everything(o, 2 * OLD)
    await o.app.state.retention.run()
    await o.recover(alert_id)
    (row,) = await o.until(are_closed)
    await age_everything(o, OLD)
    await o.app.state.retention.run()

    assert row["closed_why"] == "solved"
    assert await o.incidents() == []
    assert await o.runs() == []


@pytest.mark.requirement("P-36")
async def test_a_repeat_after_its_incident_was_forgotten_opens_nothing(start: Start) -> None:
    o = await start(**QUICK, retention_days=1)
    alert_id = o.break_port()
    body = o.delivery(alert_id)
    await o.post(body)
    await o.until(are_settled)
    await o.recover(alert_id)
    await o.until(are_closed)
    await age_everything(o, 2 * DAY)
    await o.app.state.retention.run()

    await o.post(body)
    await o.app.state.line.admission.admit()

    assert await o.incidents() == []
    assert len(o.tickets) == 1


async def test_it_runs_every_hour(start: Start) -> None:
    await start()

    schedules = await DBOS.list_schedules_async()

    assert {found["schedule_name"]: found["schedule"] for found in schedules}["retention"] == "0 17 * * * *"
