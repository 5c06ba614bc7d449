"""What shared.database promises: group commit, isolation of its items, nothing lost at close."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial

import pytest
import sqlalchemy as sa

from shared.database import Database

pytestmark = pytest.mark.both_databases

rows = sa.Table("rows", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True), sa.Column("value", sa.JSON))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    rows.metadata.create_all(database.writer_engine)
    yield database
    await asyncio.to_thread(database.close)


def insert(n: int) -> sa.Insert:
    return rows.insert().values(n=n)


def put(n: int, connection: sa.Connection) -> None:
    connection.execute(insert(n))


async def count(database: Database) -> int:
    return await database.read(lambda c: int(c.execute(sa.select(sa.func.count()).select_from(rows)).scalar_one()))


async def test_a_write_is_visible_to_readers_once_it_returns(database: Database) -> None:
    await database.write(lambda c: c.execute(insert(1)))

    assert await count(database) == 1


async def test_writes_that_wait_together_share_one_commit(database: Database) -> None:
    commits: list[int] = []
    sa.event.listen(database.writer_engine, "commit", lambda _c: commits.append(1))

    await asyncio.gather(*(database.write(partial(put, n)) for n in range(50)))

    assert await count(database) == 50
    assert len(commits) < 25


async def test_a_failing_item_rolls_back_alone_and_its_error_reaches_its_caller(database: Database) -> None:
    def half(connection: sa.Connection) -> None:
        connection.execute(insert(98))
        raise ValueError("after half of it")

    results = await asyncio.gather(
        database.write(lambda c: c.execute(insert(1))),
        database.write(half),
        database.write(lambda c: c.execute(insert(2))),
        return_exceptions=True,
    )

    assert isinstance(results[1], ValueError)
    assert await count(database) == 2


async def test_rows_for_later_are_written_without_anything_urgent(database: Database) -> None:
    database.add_later(rows, {"n": 7})

    async with asyncio.timeout(5):
        while await count(database) == 0:
            await asyncio.sleep(0.02)


async def test_rows_for_later_are_written_at_close(database_url: str) -> None:
    database = Database(database_url)
    rows.metadata.create_all(database.writer_engine)

    database.add_later(rows, {"n": 7})
    await asyncio.to_thread(database.close)

    again = Database(database_url)
    assert await count(again) == 1
    await asyncio.to_thread(again.close)


async def test_a_row_for_later_that_cannot_be_written_takes_nobody_down(database: Database) -> None:
    database.add_later(rows, {"n": "no number"})
    database.add_later(rows, {"n": 1})

    await database.write(lambda c: c.execute(insert(2)))

    assert await count(database) == 2


async def test_a_caller_that_is_cancelled_does_not_stop_the_writer(database: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(_connection: sa.Connection) -> None:
        begun.set()
        go.wait(5)

    running = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(begun.wait, 5)
    waiting = asyncio.create_task(database.write(lambda c: c.execute(insert(1))))
    await asyncio.sleep(0)
    running.cancel()
    waiting.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    go.set()

    async with asyncio.timeout(5):
        await database.write(lambda c: c.execute(insert(2)))
    assert await count(database) == 1


async def test_a_row_that_a_failing_write_adds_is_not_written(database: Database) -> None:
    def half(_connection: sa.Connection) -> None:
        database.add_later(rows, {"n": 1})
        raise ValueError("after it")

    def whole(_connection: sa.Connection) -> None:
        database.add_later(rows, {"n": 2})

    await asyncio.gather(database.write(half), database.write(whole), return_exceptions=True)

    async with asyncio.timeout(5):
        while await count(database) == 0:
            await asyncio.sleep(0.02)
    assert await database.read(lambda c: c.execute(sa.select(rows.c.n)).scalars().all()) == [2]


async def test_one_row_for_later_that_is_there_already_costs_the_others_nothing(database: Database) -> None:
    await database.write(partial(put, 1))

    for n in (1, 2, 3):
        database.add_later(rows, {"n": n})
    await database.write(lambda _connection: None)

    assert await count(database) == 3


async def test_a_value_with_what_is_no_text_is_kept_and_can_be_looked_into(database: Database) -> None:
    value = {"entity": "port", "name\x00": ["a\x00b", "half \ud83d of a pair", "\\u0000 is no NUL", "😀"]}
    await database.write(lambda c: c.execute(rows.insert().values(n=1, value=value)))

    found = await database.read(lambda c: c.execute(sa.select(rows.c.value["entity"].as_string(), rows.c.value)).one())

    assert found[0] == "port"
    assert found[1] == {"entity": "port", "name": ["ab", "half  of a pair", "\\u0000 is no NUL", "😀"]}
