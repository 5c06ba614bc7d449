"""The audit is a chain: whoever changes, adds or removes a line breaks it there; retention cuts it and says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from orchestrator.app import MIGRATIONS
from orchestrator.console.audit import Checked, add_act, check_chain, cut_chain
from orchestrator.console.tables import audit
from shared.database import Database
from shared.migrations import migrate

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES = 7
Change = Any


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.write(partial(migrate, MIGRATIONS))
    for n in range(LINES):
        await add(database, n)
    yield database
    await asyncio.to_thread(database.close)


async def add(database: Database, n: int) -> None:
    detail = {"n": n, "é": [0.5, None], "token": "never kept"}
    at = NOW + timedelta(days=n, microseconds=n)
    await database.write(lambda c: add_act(c, "ada", "switch", f"s{n}", detail, now=at))


async def check(database: Database, *, after: int = 0, limit: int = 100) -> Checked:
    return await database.read(partial(check_chain, after=after, limit=limit))


CHANGES: dict[str, tuple[Change, int]] = {
    "actor": (audit.update().where(audit.c.id == 3).values(actor="olga"), 3),
    "detail": (audit.update().where(audit.c.id == 4).values(detail={"n": 9}), 4),
    "time": (audit.update().where(audit.c.id == 5).values(at=NOW), 5),
    "own hash": (audit.update().where(audit.c.id == 2).values(hash="0" * 64), 2),
    "removed": (audit.delete().where(audit.c.id == 4), 5),
    "first removed": (audit.delete().where(audit.c.id == 1), 2),
    "swapped": (audit.update().where(audit.c.id.in_([3, 4])).values(id=-audit.c.id), 5),
}


@pytest.mark.requirement("K-70")
@pytest.mark.both_databases
async def test_a_chain_holds_until_somebody_touches_it_and_breaks_there(database: Database) -> None:
    whole = await check(database)
    in_parts = [await check(database, after=after, limit=3) for after in (0, 3, 6)]
    found = {}
    for name, (change, _line) in CHANGES.items():
        with database.writer_engine.connect() as connection:
            connection.execute(change)
            found[name] = check_chain(connection, after=0, limit=100).broken_at
            connection.rollback()

    assert (whole.lines, whole.last_id, whole.broken_at, whole.is_complete) == (LINES, LINES, None, True)
    assert [(part.lines, part.is_complete) for part in in_parts] == [(3, False), (3, False), (1, True)]
    expected: dict[str, int | None] = {name: line for name, (_change, line) in CHANGES.items()}
    assert found == expected | {"swapped": found["swapped"]} and found["swapped"] is not None
    assert await check(database) == whole
    kept = await database.read(lambda c: str(c.execute(sa.select(audit)).all()))
    assert "never kept" not in kept


@pytest.mark.requirement("K-71")
@pytest.mark.both_databases
async def test_retention_cuts_the_beginning_and_the_chain_goes_on(database: Database) -> None:
    removed = await database.write(partial(cut_chain, before=NOW + timedelta(days=3), limit=2, now=NOW))
    removed += await database.write(partial(cut_chain, before=NOW + timedelta(days=3), limit=2, now=NOW))
    after_cut = await check(database)
    await add(database, 9)
    everything = await database.write(partial(cut_chain, before=NOW + timedelta(days=99), limit=100, now=NOW))
    last = await check(database)
    await database.write(lambda c: c.execute(sa.delete(audit).where(audit.c.kind == "switch")))

    assert (removed, after_cut.broken_at, after_cut.lines) == (3, None, LINES - 3 + 2)
    assert (everything, last.broken_at, last.lines) == (LINES - 3 + 2, None, 2)
    assert (await check(database)).broken_at is not None


@pytest.mark.requirement("K-72")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_write_one_chain(database: Database, database_url: str) -> None:
    other = Database(database_url)

    await asyncio.gather(*(add(one, n) for n in range(20) for one in (database, other)))
    await asyncio.to_thread(other.close)

    assert (await check(database)).broken_at is None
    assert (await check(database)).lines == LINES + 40
