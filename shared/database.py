"""One database for our tables and the workflow engine's: SQLite in WAL mode by default, PostgreSQL by its URL.

All our writes go through one thread that puts everything waiting into one commit (contracts/spike.md, section 4).
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import sqlalchemy as sa

from shared.connections import is_away, is_collision, normal_url, open_engine, open_writer_engine
from shared.logs import get_logger

logger = get_logger("database")

T = TypeVar("T")
Write = Callable[[sa.Connection], T]
Outcome = tuple[T | None, Exception | None]
Row = dict[str, Any]
MAX_GROUP = 200
LATER_S = 0.2
COLLISIONS = 5
AWAY_PAUSES_S = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0)
"""A database that restarts costs patience, and nothing that was asked of it."""


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
        self.writer_engine = open_writer_engine(self.url)
        self._reader = open_engine(self.url, pool_size=3)
        self._waiting: SimpleQueue[_Row | _Work | None] = SimpleQueue()
        self._added: list[_Row] = []
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
        """For rows with no effect behind them: ride on the next commit, 200 ms at most, lost by a crash.

        Those that a write adds come to nothing when it does.
        """
        added = _Row(table, dict(row))
        if threading.current_thread() is self._thread:
            self._added.append(added)
        else:
            self._waiting.put(added)

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        """Run a query in a worker thread; again, when the database was away for a moment."""

        def ask() -> T:
            with self._reader.connect() as connection:
                return query(connection)

        def run() -> T:
            for pause_s in AWAY_PAUSES_S:
                try:
                    return ask()
                except sa.exc.SQLAlchemyError as error:
                    if not is_away(error):
                        raise
                time.sleep(pause_s)
            return ask()

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
        rows: dict[sa.Table, list[Row]] = {}
        for item in group:
            if isinstance(item, _Row):
                rows.setdefault(item.table, []).append(item.values)
        try:
            outcomes = self._transact(partial(_insert_all, rows), [work.work for work in works])
        except sa.exc.SQLAlchemyError as failure:
            for work in works:
                work.future.set_exception(failure)
            return
        for work, outcome in zip(works, outcomes, strict=True):
            self._tell(work, outcome)

    def _tell(self, work: _Work, outcome: Outcome[Any]) -> None:
        """Give the caller what came of his work; what was undone to let another program go on is done again, alone."""
        for _try in range(COLLISIONS):
            if outcome[1] is None or not is_collision(outcome[1]):
                break
            try:
                outcome = self._transact(None, [work.work])[0]
            except sa.exc.SQLAlchemyError as failure:
                outcome = None, failure
        result, problem = outcome
        if problem is not None:
            work.future.set_exception(problem)
        else:
            work.future.set_result(result)

    def _transact(self, before: Write[None] | None, works: list[Write[Any]]) -> list[Outcome[Any]]:
        """All in one transaction; from the beginning, when the database goes away before it was to commit."""
        for pause_s in (*AWAY_PAUSES_S, None):
            committing, added = False, list[_Row]()
            try:
                with self.writer_engine.begin() as connection:
                    if before is not None:
                        before(connection)
                    outcomes = [self._do(connection, work, added) for work in works]
                    committing = not connection.invalidated
            except sa.exc.SQLAlchemyError as error:
                if committing or pause_s is None or not is_away(error):
                    raise
            else:
                for row in added:
                    self._waiting.put(row)
                return outcomes
            logger.warning("database_away", again_in_s=pause_s)
            time.sleep(pause_s)
        raise AssertionError("the last try returns or raises")

    def _do(self, connection: sa.Connection, work: Write[Any], added: list[_Row]) -> Outcome[Any]:
        """One work; the rows that it adds, unless it fails."""
        self._added = []
        outcome = _in_savepoint(connection, work)
        if outcome[1] is None:
            added += self._added
        elif connection.invalidated:
            raise outcome[1]
        return outcome


def _parts(group: list[_Row | _Work]) -> list[list[_Row | _Work]]:
    """What goes first, then the rest."""
    parts: tuple[list[_Row | _Work], list[_Row | _Work]] = ([], [])
    for item in group:
        parts[0 if isinstance(item, _Work) and item.first else 1].append(item)
    return [part for part in parts if part]


def _insert_all(rows: dict[sa.Table, list[Row]], connection: sa.Connection) -> None:
    """Rows for later. One that cannot be written is lost alone."""
    for table, values in rows.items():
        _none, problem = _in_savepoint(connection, partial(_insert, table, values))
        if problem is None:
            continue
        if connection.invalidated:
            raise problem
        for one in values:
            _none, problem = _in_savepoint(connection, partial(_insert, table, [one]))
            if problem is not None:
                logger.error("row_lost", table=table.name, error_type=type(problem).__name__)


def _insert(table: sa.Table, values: list[Row], connection: sa.Connection) -> None:
    connection.execute(table.insert(), values)


def _in_savepoint(connection: sa.Connection, work: Write[T]) -> Outcome[T]:
    """One item of a group commit: its failure must not take its neighbours down, nor commit its half."""
    try:
        with connection.begin_nested():
            return work(connection), None
    except Exception as error:  # noqa: BLE001 - handed to whoever asked, through his future
        return None, error
