"""News of tickets as they happen: history read on by its numbers, so that nothing is lost over a cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

import sqlalchemy as sa

from desk.lanes import Kind
from desk.people import Person
from desk.records import Event
from desk.services import Services
from desk.shelf import is_visible
from desk.tables import analysis_sessions, history, tickets
from shared.logs import get_logger

logger = get_logger("live")

LOOK_S = 0.5
BATCH = 200
TOLD = tuple(
    event.value
    for event in (
        Event.CREATED,
        Event.DELIVERED,
        Event.CHANGED,
        Event.CONFLICT,
        Event.FOLLOWUP,
        Event.PHOTO,
        Event.DELETED,
    )
)
"""What everybody hears who sees the ticket."""
NEWS = (*TOLD, Event.REFINED.value)


class Live:
    """Wakes whoever listens when history has grown, also by another replica's hand."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._rung = asyncio.Event()
        self._grown = asyncio.Condition()
        self._last = 0

    def ring(self) -> None:
        """Look now."""
        self._rung.set()

    async def last_id(self) -> int:
        """The newest line of history that is news to anybody; the others, of each analysis, wake nobody."""
        newest = sa.select(history.c.id).where(history.c.kind.in_(NEWS)).order_by(history.c.id.desc()).limit(1)
        return await self._s.database.read(lambda connection: int(connection.execute(newest).scalar() or 0))

    async def start_from(self, after: int | None) -> int:
        """The line to tell on from: the newest, if the client has none, or one of a database that was put back."""
        newest = await self.last_id()
        return newest if after is None else min(after, newest)

    async def read(self, person: Person, after: int) -> tuple[list[dict[str, Any]], int]:
        """What has happened to the tickets that this person sees since line `after`, and the line to go on from."""
        seen = self._last  # from before this read: whatever is up to there, it sees
        rows = await self._s.database.read(partial(self._read, person, after))
        last = rows[-1]["id"] if rows else after
        shown = [row for row in rows if row["detail"].get("kind") != Kind.NOTE]
        return shown, int(last) if len(rows) == BATCH else max(last, seen)

    async def wait(self, after: int, *, timeout_s: float) -> bool:
        """Until history is longer than that; False when it is not in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._grown:
                await self._grown.wait_for(lambda: self._last > after)
                return True
        return False

    def _read(self, person: Person, after: int, connection: sa.Connection) -> list[dict[str, Any]]:
        sessions = analysis_sessions
        told = history.c.kind.in_(TOLD) & is_visible(self._s.sites, person)
        is_own = (sessions.c.email == person.email) & sessions.c.sign_in_id.is_not(None)
        refined = (history.c.kind == Event.REFINED.value) & is_own
        query = (
            sa.select(history, tickets.c.number, sessions.c.message, sessions.c.refined)
            .outerjoin(tickets, tickets.c.id == history.c.ticket_id)
            .outerjoin(sessions, sessions.c.id == history.c.session_id)
            .where(history.c.id > after, told | refined)
            .order_by(history.c.id)
            .limit(BATCH)
        )
        return [dict(row) for row in connection.execute(query).mappings()]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Look until the block ends."""
        loop = asyncio.create_task(self._look_for_ever())
        try:
            yield self
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    async def _look_for_ever(self) -> None:
        while True:
            self._rung.clear()
            try:
                last = await self.last_id()
            except sa.exc.SQLAlchemyError as error:
                logger.error("live_failed", error_type=type(error).__name__)
                last = self._last
            if last > self._last:
                async with self._grown:
                    self._last = last
                    self._grown.notify_all()
            # Not wait_for: on 3.11 it may swallow a cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._rung.wait()
