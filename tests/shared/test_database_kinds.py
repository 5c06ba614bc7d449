"""What is promised of SQLite alone and of PostgreSQL alone, where others write too and the server may go away."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from shared.connections import FROZEN_S
from shared.database import Database
from tests.postgres import Postgres

numbers = sa.Table("numbers", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
BACKENDS = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = :name"


async def test_sqlite_runs_in_wal_mode_so_that_readers_do_not_wait(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.sqlite")

    mode = await database.read(lambda c: c.exec_driver_sql("PRAGMA journal_mode").scalar())

    await asyncio.to_thread(database.close)
    assert mode == "wal"


@pytest.fixture
async def replicas(postgres: Postgres) -> AsyncIterator[tuple[Database, Database]]:
    """Two programs on one PostgreSQL, with two rows of 0."""
    with postgres.database(empty=True) as url:
        first, second = Database(url), Database(url)
        numbers.metadata.create_all(first.writer_engine)
        await first.write(lambda c: c.execute(numbers.insert(), [{"id": 1, "n": 0}, {"id": 2, "n": 0}]))
        yield first, second
        await asyncio.to_thread(first.close)
        await asyncio.to_thread(second.close)


async def values(database: Database) -> list[int]:
    return await database.read(lambda c: list(c.execute(sa.select(numbers.c.n).order_by(numbers.c.id)).scalars()))


def add_to(connection: sa.Connection, number: int) -> None:
    connection.execute(numbers.update().where(numbers.c.id == number).values(n=numbers.c.n + 1))


@pytest.mark.requirement("P-34")
async def test_two_that_stand_in_each_others_way_both_get_their_write_done(
    replicas: tuple[Database, Database],
) -> None:
    both_hold_one = threading.Barrier(2)
    tries: list[int] = []

    def crosswise(one: int, other: int) -> Callable[[sa.Connection], None]:
        def work(connection: sa.Connection) -> None:
            tries.append(one)
            add_to(connection, one)
            if tries.count(one) == 1:
                both_hold_one.wait(10)
            add_to(connection, other)

        return work

    async with asyncio.timeout(20):
        await asyncio.gather(replicas[0].write(crosswise(1, 2)), replicas[1].write(crosswise(2, 1)))

    assert await values(replicas[0]) == [2, 2]
    assert len(tries) == 3


@pytest.mark.requirement("P-34")
async def test_a_connection_lost_before_the_commit_costs_nobody_his_write(
    replicas: tuple[Database, Database],
) -> None:
    database = replicas[0]
    lost: list[int] = []

    def work(connection: sa.Connection) -> None:
        add_to(connection, 1)
        if not lost:
            lost.append(1)
            connection.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")

    async with asyncio.timeout(20):
        await asyncio.gather(database.write(lambda c: add_to(c, 2)), database.write(work))

    assert await values(database) == [1, 1]


async def test_a_connection_lost_in_the_commit_is_told_and_the_write_not_repeated(
    replicas: tuple[Database, Database],
) -> None:
    """Nobody knows whether it was done."""
    database, other = replicas
    tries: list[int] = []

    def work(connection: sa.Connection) -> None:
        tries.append(1)
        add_to(connection, 1)

    def cut(_connection: sa.Connection) -> None:
        with other.writer_engine.begin() as killer:
            killer.execute(sa.text(BACKENDS), {"name": database.url.database})

    sa.event.listen(database.writer_engine, "commit", cut)
    async with asyncio.timeout(20):
        with pytest.raises(sa.exc.OperationalError):
            await database.write(work)

    assert tries == [1]


@pytest.mark.requirement("P-34")
async def test_connections_that_were_cut_while_idle_are_made_anew(replicas: tuple[Database, Database]) -> None:
    database, other = replicas
    await values(database)
    await other.write(lambda c: c.execute(sa.text(BACKENDS), {"name": database.url.database}))

    await database.write(lambda c: add_to(c, 1))

    assert await values(database) == [1, 0]


async def test_a_query_that_loses_its_connection_is_asked_again(replicas: tuple[Database, Database]) -> None:
    asked: list[int] = []

    def query(connection: sa.Connection) -> int:
        asked.append(1)
        if len(asked) == 1:
            connection.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")
        return int(connection.execute(sa.select(sa.func.count()).select_from(numbers)).scalar_one())

    assert await replicas[0].read(query) == 2


async def test_a_program_that_stands_still_in_a_transaction_cannot_hold_the_others_up_for_ever(
    replicas: tuple[Database, Database],
) -> None:
    asked = sa.text("show idle_in_transaction_session_timeout")

    limit = await replicas[0].write(lambda c: c.execute(asked).scalar())

    assert limit in (f"{FROZEN_S}s", f"{FROZEN_S // 60}min")
