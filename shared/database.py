"""One database for our tables and the workflow engine's: SQLite in WAL mode by default, PostgreSQL by its URL.

All our writes go through one thread that puts everything waiting into one commit (contracts/spike.md, section 4).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import sqlalchemy as sa

from shared.logs import get_logger

logger = get_logger("database")

T = TypeVar("T")
Write = Callable[[sa.Connection], T]
MAX_GROUP = 200
LATER_S = 0.2


def normal_url(url: str) -> sa.URL:
    """The URL with the driver we use; makes the folder of a SQLite file."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return parsed
    return parsed.set(drivername="postgresql+psycopg")


def open_engine(url: sa.URL, *, pool_size: int = 2, synchronous: str = "FULL") -> sa.Engine:
    """An engine with the pragmas that DBOS sets only on engines of its own."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_size=pool_size, max_overflow=2, pool_pre_ping=True)
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=0)

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        _set_pragmas(connection, synchronous)

    return engine


def _set_pragmas(connection: Any, synchronous: str) -> None:
    for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", f"synchronous={synchronous}"):
        connection.execute(f"PRAGMA {pragma}")


def _open_writer_engine(url: sa.URL) -> sa.Engine:
    """One connection whose transactions we begin ourselves: sqlite3 would begin them too late for savepoints."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True)
    engine = sa.create_engine(url, pool_size=1, max_overflow=0)

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _set_pragmas(connection, "FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@dataclass(frozen=True, slots=True)
class _Work:
    work: Write[Any]
    future: Future[Any]
    first: bool


@dataclass(frozen=True, slots=True)
class _Row:
    table: sa.Table
    values: dict[str, Any]


class Database:
    """Reads from a small pool, writes through the writer thread."""

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.writer_engine = _open_writer_engine(self.url)
        self._reader = open_engine(self.url, pool_size=3)
        self._waiting: SimpleQueue[_Row | _Work | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Write[T], *, first: bool = False) -> T:
        """Run `work` in the next group commit; returns after the commit. Its error rolls back its part only.

        first: in a commit before the others' (what somebody outside waits for).
        """
        future: Future[T] = Future()
        self._waiting.put(_Work(work, future, first))
        return await asyncio.wrap_future(future)

    def add_later(self, table: sa.Table, row: Mapping[str, Any]) -> None:
        """For rows with no effect behind them: ride on the next commit, 200 ms at most, lost by a crash."""
        self._waiting.put(_Row(table, dict(row)))

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Run a query in a worker thread."""

        def run() -> T:
            with self._reader.connect() as connection:
                return query(connection)

        return await asyncio.to_thread(run)

    def close(self) -> None:
        """Write what waits, then close. Blocks."""
        self._waiting.put(None)
        self._thread.join(10)
        self._reader.dispose()
        self.writer_engine.dispose()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            group, stopping = self._next_group()
            for part in _parts(group):
                self._commit(part)

    def _next_group(self) -> tuple[list[_Row | _Work], bool]:
        """Wait for something urgent; rows for later wait for it too, but not longer than LATER_S."""
        group: list[_Row | _Work] = []
        urgent = False
        while len(group) < MAX_GROUP:
            try:
                timeout_s = LATER_S if group else None
                item = self._waiting.get_nowait() if urgent else self._waiting.get(timeout=timeout_s)
            except Empty:
                return group, False
            if item is None:
                return group, True
            group.append(item)
            urgent = urgent or isinstance(item, _Work)
        return group, False

    def _commit(self, group: list[_Row | _Work]) -> None:
        # A caller that was cancelled meanwhile is left out, and from here on cannot be.
        works = [w for w in group if isinstance(w, _Work) and w.future.set_running_or_notify_cancel()]
        rows: dict[sa.Table, list[dict[str, Any]]] = {}
        for item in group:
            if isinstance(item, _Row):
                rows.setdefault(item.table, []).append(item.values)
        try:
            with self.writer_engine.begin() as connection:
                for table, values in rows.items():
                    _lost, problem = _in_savepoint(connection, partial(_insert, table, values))
                    if problem is not None:
                        logger.error("rows_lost", table=table.name, rows=len(values), error_type=type(problem).__name__)
                outcomes = [_in_savepoint(connection, work.work) for work in works]
        except sa.exc.SQLAlchemyError as failure:
            for work in works:
                work.future.set_exception(failure)
            return
        for work, (result, problem) in zip(works, outcomes, strict=True):
            if problem is not None:
                work.future.set_exception(problem)
            else:
                work.future.set_result(result)


def _parts(group: list[_Row | _Work]) -> list[list[_Row | _Work]]:
    """What goes first, then the rest."""
    parts: tuple[list[_Row | _Work], list[_Row | _Work]] = ([], [])
    for item in group:
        parts[0 if isinstance(item, _Work) and item.first else 1].append(item)
    return [part for part in parts if part]


def _insert(table: sa.Table, values: list[dict[str, Any]], connection: sa.Connection) -> None:
    connection.execute(table.insert(), values)


def _in_savepoint(connection: sa.Connection, work: Write[T]) -> tuple[T | None, Exception | None]:
    """One item of a group commit: its failure must not take its neighbours down, nor commit its half."""
    try:
        with connection.begin_nested():
            return work(connection), None
    except Exception as error:  # noqa: BLE001 - handed to whoever asked, through his future
        return None, error
