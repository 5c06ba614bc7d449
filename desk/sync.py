"""Keeping our tickets as GLPI has them: which have to be looked at, and what a look changes.

A ticket to look at has a time in `pull_due_at`: set by a webhook, by the poll, by the nightly look or by hand, and
taken away by a look that began after it. What a crash leaves undone is therefore looked at later.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self
from weakref import WeakValueDictionary

import sqlalchemy as sa

from desk.applying import apply_fresh, mark_gone
from desk.reading import Reader
from desk.services import Services
from desk.tables import cursors, is_open_in_glpi, tickets
from desk.upsert import upsert
from shared.errors import WidipError
from shared.glpi_changes import ChangeCursor, TicketChange, open_cursor, read_changes
from shared.logs import get_logger, where_it_failed

logger = get_logger("sync")

Order = Callable[[sa.ColumnElement[datetime]], sa.UnaryExpression[datetime]]
ORDERS: tuple[Order, ...] = (sa.desc, sa.desc, sa.asc, sa.asc)
"""Who looks, and at which first. A webhook's ticket does not wait until a night's thousands are looked at, nor they
until no more webhooks come."""
LATER = timedelta(seconds=30)
PAGE = 100
CURSOR = "glpi_changes"
READ_S = 20.0
DEEP_EVERY_S = 3600.0
"""How often the poll looks further back, for what GLPI's clock put there late."""


class Sync:
    """`told` hears of each ticket that has changed. problem: why the last poll failed; empty when it did not."""

    def __init__(self, services: Services, reader: Reader, *, told: Callable[[int], None]) -> None:
        self._s = services
        self._reader = reader
        self._told = told
        self.problem = ""
        self._poked = asyncio.Event()
        self._deep_at = -DEEP_EVERY_S
        self._taking = asyncio.Lock()
        self._inside: set[int] = set()
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def pull(self, ticket_id: int) -> bool:
        """Make one of our tickets as GLPI has it; True when something changed. Raises WidipError when GLPI is away."""
        turn = self._turns.setdefault(ticket_id, asyncio.Lock())
        async with turn:
            began_at = self._s.clock()
            query = sa.select(tickets.c.glpi_ticket_id).where(tickets.c.id == ticket_id)
            glpi_ticket_id = await self._s.database.read(lambda connection: connection.execute(query).scalar_one())
            if glpi_ticket_id is None:
                return False
            fresh = await self._reader.read(glpi_ticket_id)
            work = partial(apply_fresh, ticket_id, fresh) if fresh else partial(mark_gone, ticket_id)
            changed = await self._s.database.write(partial(work, began_at))
        if changed:
            self._told(ticket_id)
        return changed

    async def look_at(self, glpi_ticket_ids: Collection[int]) -> None:
        """These may have changed: those that are ours are looked at."""
        await self._s.database.write(partial(_mark_due, glpi_ticket_ids, self._s.clock()))
        self._poked.set()

    async def look_at_all_open(self, email: str | None = None) -> int:
        """Look at every ticket that is not closed, or those of one person; returns how many."""
        wanted = is_open_in_glpi if email is None else is_open_in_glpi & (tickets.c.email == email)
        due = tickets.update().where(wanted).values(pull_due_at=self._s.clock())
        marked = await self._s.database.write(lambda connection: int(connection.execute(due).rowcount))
        self._poked.set()
        return marked

    async def poll(self) -> None:
        """Ask GLPI what has changed since the last time. Raises WidipError when it is away."""
        try:
            await self._poll()
        except WidipError as error:
            self.problem = str(error)
            raise
        self.problem = ""

    async def _poll(self) -> None:
        known = await self._s.database.read(_read_cursor)
        now = self._s.clock()
        if known is None:
            opened = await open_cursor(self._fetch_page, now=now)
            await self._s.database.write(partial(_keep_cursor, opened, (), now))
            return
        deep = time.monotonic() - self._deep_at >= DEEP_EVERY_S
        async for cursor, changes in read_changes(known, self._fetch_page, now=now, deep=deep):
            await self._s.database.write(partial(_keep_cursor, cursor, changes, now))
            self._poked.set()
        self._deep_at = time.monotonic() if deep else self._deep_at

    async def _fetch_page(self, changed_since: datetime | None, start: int) -> dict[str, Any]:
        asked: dict[str, Any] = {"start": start, "limit": PAGE}
        if changed_since is not None:
            asked["changed_since"] = changed_since.isoformat()
        return (await self._s.toolbox.call("glpi_search_tickets", asked, deadline_s=READ_S)).data

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Poll and pull until the block ends."""
        workers = [self._pull_for_ever(order) for order in ORDERS]
        loops = [asyncio.create_task(each) for each in (self._poll_for_ever(), *workers)]
        try:
            yield self
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)

    async def _poll_for_ever(self) -> None:
        while True:
            try:
                await self.poll()
            except (WidipError, sa.exc.SQLAlchemyError, ValueError) as error:
                logger.warning("poll_failed", error_type=type(error).__name__, where=where_it_failed(error))
            await asyncio.sleep(self._s.settings.glpi_poll_s)

    async def _pull_for_ever(self, order: Order) -> None:
        while True:
            self._poked.clear()
            ticket_id = None
            try:
                ticket_id = await self._take(order)
                if ticket_id is not None:
                    self._poked.set()  # where one was due there may be more: the other workers look too
                    await self._pull_or_later(ticket_id)
            except sa.exc.SQLAlchemyError as error:
                logger.error("pulling_failed", error_type=type(error).__name__, where=where_it_failed(error))
                await asyncio.sleep(1)
            finally:
                if ticket_id is not None:
                    self._inside.discard(ticket_id)
            if ticket_id is None:
                # Not wait_for: on 3.11 it may swallow a cancellation.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(5):
                        await self._poked.wait()

    async def _take(self, order: Order) -> int | None:
        """A ticket that is due and that no other worker has."""
        async with self._taking:
            now, inside = self._s.clock(), tuple(self._inside)
            ticket_id = await self._s.database.read(partial(_find_due, now, inside, order))
            if ticket_id is not None:
                self._inside.add(ticket_id)
        return ticket_id

    async def _pull_or_later(self, ticket_id: int) -> None:
        try:
            await self.pull(ticket_id)
        except Exception as error:  # noqa: BLE001 - one ticket must not keep the others from being looked at
            logger.warning("pull_failed", ticket_id=ticket_id, where=where_it_failed(error))
            later = tickets.update().where(tickets.c.id == ticket_id).values(pull_due_at=self._s.clock() + LATER)
            await self._s.database.write(lambda connection: connection.execute(later))


def _find_due(now: datetime, inside: Collection[int], order: Order, connection: sa.Connection) -> int | None:
    is_due = (tickets.c.pull_due_at <= now) & tickets.c.id.not_in(inside)
    due = sa.select(tickets.c.id).where(is_due).order_by(order(tickets.c.pull_due_at)).limit(1)
    return connection.execute(due).scalar()


def _mark_due(glpi_ticket_ids: Collection[int], now: datetime, connection: sa.Connection) -> None:
    ours = tickets.c.glpi_ticket_id.in_(glpi_ticket_ids)
    connection.execute(tickets.update().where(ours).values(pull_due_at=now))


def _read_cursor(connection: sa.Connection) -> ChangeCursor | None:
    value = connection.execute(sa.select(cursors.c.value).where(cursors.c.name == CURSOR)).scalar()
    return ChangeCursor.model_validate_json(value) if value else None


def _keep_cursor(
    cursor: ChangeCursor, changes: Collection[TicketChange], now: datetime, connection: sa.Connection
) -> None:
    """The cursor with what it told, in one commit."""
    upsert(connection, cursors, {"name": CURSOR, "value": cursor.model_dump_json()})
    if changes:
        _mark_due([change.ticket_id for change in changes], now, connection)
