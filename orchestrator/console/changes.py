"""What changed, told to whoever watches: the database is looked at while somebody does, whichever replica changed it.

Nobody is sent what changed, only what to read again: rights stay where reading is. Each client has a short line of its
own; who falls behind, or comes back after too long or to another replica, is told to read everything again.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.tables import approval, request, switch
from orchestrator.console.snapshot import list_servers
from orchestrator.services import Services
from orchestrator.tables import incident, journal, run, unusable_delivery
from shared.breaker import read_breaker
from shared.errors import UpstreamUnavailable
from shared.llm_lock import look_at_lock
from shared.logs import get_logger

logger = get_logger("changes")

EVERY_S = 0.5
KEPT = 1000
"""Events that who comes back can still be told of."""
WAITING = 200
"""Events that a slow client may be behind."""
RECENT = timedelta(minutes=2)
MOST = 1000
LATE = 200
"""Lines of the journal that a transaction of another replica may add after later ones."""
LINGER_S = 30.0
RESET = "reset"

State = dict[tuple[str, str], Any]


@dataclass(frozen=True, slots=True)
class Change:
    """Something is not as it was. id: of the event; kind and key: what to read again."""

    id: str
    kind: str
    key: str


class Changes:
    """Looks twice a second while somebody watches, and tells all who do."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._told = deque[Change](maxlen=KEPT)
        self._watchers: set[asyncio.Queue[Change]] = set()
        self._task: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()
        self._lines = set[int]()
        self._last_line: int | None = None

    @property
    def is_full(self) -> bool:
        """As many watch as may."""
        return len(self._watchers) >= self._s.settings.console_streams

    @contextlib.asynccontextmanager
    async def watch(self, last_id: str) -> AsyncIterator[asyncio.Queue[Change]]:
        """A line of what changes from here on, and what was told since the event `last_id`."""
        line = asyncio.Queue[Change](WAITING)
        missed = self._since(last_id) if self._task is not None else None
        self._watchers.add(line)
        try:
            if self._task is None:
                self._looked.clear()
                self._task = asyncio.create_task(self._run())
            # Who reads everything now must not read what is older than what is compared with.
            await self._looked.wait()
            for change in missed if missed is not None else [self._reset()]:
                _put(line, change, self._reset())
            yield line
        finally:
            self._watchers.discard(line)

    async def stop(self) -> None:
        """Look no more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _reset(self) -> Change:
        return Change(f"{self._epoch}-{self._number}", RESET, "")

    def _since(self, last_id: str) -> list[Change] | None:
        """What a client that saw `last_id` has missed; None when nobody knows."""
        epoch, _, number = last_id.partition("-")
        if epoch != self._epoch or not number.isdecimal():
            return None
        first = _number_of(self._told[0]) if self._told else self._number + 1
        if not first - 1 <= int(number) <= self._number:
            return None
        return [change for change in self._told if _number_of(change) > int(number)]

    async def _run(self) -> None:
        """Until nobody has watched for a while: who comes back soon is told what he missed."""
        before: State | None = None
        watched_at = time.monotonic()
        while time.monotonic() - watched_at < LINGER_S:
            try:
                now, runs = await self._look()
            except sa.exc.SQLAlchemyError as error:
                logger.warning("changes_not_read", error_type=type(error).__name__)
            else:
                if before is not None:
                    self._tell(before, now, runs)
                before = now
            self._looked.set()
            await asyncio.sleep(EVERY_S)
            watched_at = time.monotonic() if self._watchers else watched_at
        self._task = None
        self._epoch = secrets.token_hex(4)
        self._told.clear()
        self._last_line = None

    def _tell(self, before: State, now: State, runs: Iterable[str]) -> None:
        changed = [key for key, state in now.items() if key not in before or before[key] != state]
        gone = [key for key in before if key not in now and key[0] != "run"]
        for kind, key in dict.fromkeys([*changed, *gone, *(("run", run_id) for run_id in runs)]):
            self._number += 1
            change = Change(f"{self._epoch}-{self._number}", kind, key)
            self._told.append(change)
            for line in self._watchers:
                _put(line, change, self._reset())

    async def _look(self) -> tuple[State, list[str]]:
        """What is worth telling, each with what tells one moment of it from another; the runs with new lines."""
        state, runs = await self._s.database.read(lambda c: (self._read(c), self._read_lines(c)))
        return state | await self._read_now(), runs

    def _read(self, connection: sa.Connection) -> State:
        since = datetime.now(UTC) - RECENT
        found: State = {}
        for kind, columns, condition in _watched(since):
            query = sa.select(*columns).where(condition).limit(MOST)
            found |= {(kind, str(row[0])): tuple(row[1:]) for row in connection.execute(query)}
        letters = connection.execute(sa.select(sa.func.max(unusable_delivery.c.id))).scalar()
        return found | {("dead_letters", ""): letters}

    def _read_lines(self, connection: sa.Connection) -> list[str]:
        """The runs whose journal has lines that we have not seen."""
        if self._last_line is None:
            newest: int = connection.execute(sa.select(sa.func.max(journal.c.id))).scalar() or 0
            self._last_line, self._lines = newest, set(range(max(0, newest - LATE), newest + 1))
            return []
        after = max(0, self._last_line - LATE)
        query = sa.select(journal.c.id, journal.c.run_id).where(journal.c.id > after).order_by(journal.c.id).limit(MOST)
        rows = [(int(row.id), str(row.run_id)) for row in connection.execute(query)]
        new = [run_id for number, run_id in rows if number not in self._lines]
        self._last_line = max([self._last_line, *(number for number, _ in rows)])
        self._lines = {number for number, _ in rows}
        return new

    async def _read_now(self) -> State:
        """What the first screen shows beside rows."""
        servers = tuple((server.name, server.is_up, server.code) for server in list_servers(self._s))
        try:
            lock = await look_at_lock(self._s.redis)
            line: tuple[object, ...] = (lock.owner, tuple(one.owner for one in lock.waiting))
        except UpstreamUnavailable:
            line = ("away",)
        return {("now", ""): (await read_breaker(self._s.redis), line, servers)}


def _watched(since: datetime) -> Iterable[tuple[str, list[sa.Column[Any]], sa.ColumnElement[bool]]]:
    """By kind: the key, what tells moments apart, and the rows that can still change or have just done so."""
    names = ("key", "work", "work_no", "waits_for", "round", "ticket_id", "diagnosed_at", "settled_at", "closed_at")
    incidents = [incident.c[name] for name in (*names, "parent_key", "attempts")]
    yield "incident", incidents, incident.c.closed_at.is_(None) | (incident.c.closed_at > since)
    runs = [run.c.id, run.c.state, run.c.ended_at]
    yield "run", runs, (run.c.started_at > since) | (run.c.state == "running")
    approvals = [approval.c.id, approval.c.state, approval.c.created_at, approval.c.digest]
    is_fresh = (approval.c.expires_at > datetime.now(UTC)) | (approval.c.decided_at > since)
    yield "approval", approvals, is_fresh
    asked = [request.c[name] for name in ("key", "state", "code", "work_no", "waits_for", "closed_at")]
    yield "request", asked, request.c.closed_at.is_(None) | (request.c.closed_at > since)
    switches: list[Any] = [switch.c.plan + "/" + switch.c.site, switch.c.mode, switch.c.changed_at]
    yield "switch", switches, sa.true()


def _number_of(change: Change) -> int:
    return int(change.id.rpartition("-")[2])


def _put(line: asyncio.Queue[Change], change: Change, reset: Change) -> None:
    """Add to a client's line; one that is full is emptied: its client reads everything again."""
    if line.full():
        while not line.empty():
            line.get_nowait()
        change = reset
    line.put_nowait(change)
