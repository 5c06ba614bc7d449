"""Two admissions at once on one PostgreSQL, the first of them held in the middle of its commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
import sqlalchemy as sa

from orchestrator.proactif.admission import BATCH, Admission
from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.incidents import Pace
from orchestrator.services import Services
from orchestrator.tables import delivery, incident
from shared.database import Database
from shared.engine import Engine
from shared.sites import load_sites
from tests.postgres import Postgres

T = TypeVar("T")

DEADLINE_S = 30.0
LILAS_DEVICE = 11
WAITING = sa.text("select count(*) from pg_locks where not granted")


class Held(Database):
    """A database whose writes stand still between their last statement and the commit."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.holds = threading.Event()
        self.go = threading.Event()

    async def write(self, work: Callable[[sa.Connection], T], *, first: bool = False) -> T:
        def then_wait(connection: sa.Connection) -> T:
            result = work(connection)
            self.holds.set()
            self.go.wait(DEADLINE_S)
            return result

        return await super().write(then_wait, first=first)


@dataclass
class Pair:
    """Two replicas' admissions: the first is held, the second is not."""

    held: Held
    database: Database
    first: Admission
    second: Admission
    now: datetime

    async def put(self, alert_id: int, *, earlier_s: int = 0, kind: AlertKind = AlertKind.ALERT) -> None:
        """A delivery of a device of one site; earlier_s: by the clock of whoever took it."""
        alert = Alert(kind=kind, alert_id=alert_id, at=self.now, device_id=LILAS_DEVICE, hostname="lilas-fw1")
        received = self.now - timedelta(seconds=earlier_s)
        row: dict[str, Any] = {"key": alert.dedup_key("main"), "instance": "main", "kind": kind.value, "times": 1}
        row |= {"alert_id": alert_id, "at": self.now, "received_at": received, "source": "webhook", "outcome": ""}
        row["body"] = alert.model_dump(mode="json")
        await self.database.write(lambda c: c.execute(delivery.insert().values(row)))

    async def admit_while_first_holds(self) -> None:
        """The second's turn begins before the first's commit; the commit comes once the second waits or is done."""
        second = asyncio.create_task(self.second.admit())
        async with asyncio.timeout(DEADLINE_S):
            while not second.done() and not await self.database.read(lambda c: c.execute(WAITING).scalar()):
                await asyncio.sleep(0.02)
        self.held.go.set()
        await second

    async def outcomes(self) -> dict[int, str]:
        query = sa.select(delivery.c.alert_id, delivery.c.outcome)
        return {row.alert_id: row.outcome for row in await self.database.read(lambda c: c.execute(query).all())}

    async def incidents(self) -> int:
        count = sa.select(sa.func.count()).select_from(incident)
        return int(await self.database.read(lambda c: c.execute(count).scalar_one()))


@pytest.fixture
async def pair(postgres: Postgres, root: Path) -> AsyncIterator[Pair]:
    sites = load_sites(root / "deploy/demo/sites.toml")
    pace = Pace(*[timedelta(minutes=5)] * 4)
    settings = SimpleNamespace(storm_size=20, proactif_category=None)
    with postgres.database() as url:
        held, database = Held(url), Database(url)
        engine = Engine(database, name="orchestrator", executor_id="x", queues=())
        await engine.start()

        def admission(on: Database) -> Admission:
            parts = SimpleNamespace(database=on, engine=engine, sites=sites, settings=settings)
            return Admission(cast("Services", parts), pace)

        yield Pair(held, database, admission(held), admission(database), datetime.now(UTC))
        await engine.stop()
        held.go.set()
        await asyncio.to_thread(held.close)
        await asyncio.to_thread(database.close)


async def begin_first(pair: Pair) -> asyncio.Task[bool]:
    first = asyncio.create_task(pair.first.admit())
    assert await asyncio.to_thread(pair.held.holds.wait, DEADLINE_S)
    return first


@pytest.mark.requirement("P-33")
async def test_an_alert_of_a_site_whose_incident_is_being_opened_by_another_replica_joins_it(pair: Pair) -> None:
    await pair.put(1)
    first = await begin_first(pair)
    # So many came before it by the other's clock that the first alert is not among what the second looks at.
    for n in range(BATCH - 1):
        await pair.put(100 + n, earlier_s=2, kind=AlertKind.SYSLOG)
    await pair.put(2, earlier_s=1)

    await pair.admit_while_first_holds()
    await first

    outcomes = await pair.outcomes()
    assert (outcomes[1], outcomes[2]) == ("opened", "joined")
    assert await pair.incidents() == 1


@pytest.mark.requirement("P-33")
async def test_a_delivery_that_another_replica_is_admitting_is_not_admitted_again(pair: Pair) -> None:
    await pair.put(1)
    first = await begin_first(pair)

    await pair.admit_while_first_holds()
    await first

    assert await pair.outcomes() == {1: "opened"}
    assert await pair.incidents() == 1
