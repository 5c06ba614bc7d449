"""Asks GLPI every minute which tickets changed: webhooks get lost, and some events have none."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.hints import TICKETS_QUEUE, add_hint, insert_new, read_beginning
from orchestrator.assist.tables import glpi_cursor
from orchestrator.services import Services
from shared.breaker import DOWN, read_breaker
from shared.engine import Engine
from shared.errors import WidipError
from shared.glpi_changes import ChangeCursor, TicketChange, open_cursor, read_changes
from shared.logs import get_logger

logger = get_logger("polling")

CURSOR = "tickets"
PAGE = 100
DEADLINE_S = 20.0
DEEP_EVERY_S = 3600.0
"""How often it looks further back, for what GLPI's clock put there late."""


class Polling:
    """Reads GLPI's list of changes and leaves a hint for each ticket."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._poked = asyncio.Event()
        self._deep_at = -DEEP_EVERY_S
        self._is_failing = False

    def poke(self) -> None:
        """Something changed that no delivery could tell: ask now."""
        self._poked.set()

    async def run_for_ever(self) -> None:
        """Every `glpi_poll_s`, and when poked."""
        while True:
            self._poked.clear()
            await self.run()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._s.settings.glpi_poll_s):
                    await self._poked.wait()

    async def run(self) -> None:
        """Ask once; not while GLPI is known to be down. What cannot be reached is said once, and asked next time."""
        if await read_breaker(self._s.redis) == DOWN:
            return
        try:
            await self._read()
        except (WidipError, sa.exc.SQLAlchemyError, ValueError) as error:
            if not self._is_failing:
                reason = getattr(error, "code", "")
                logger.warning("glpi_poll_failed", error_type=type(error).__name__, reason=reason)
            self._is_failing = True
            return
        if self._is_failing:
            logger.info("glpi_poll_works_again")
        self._is_failing = False

    async def _read(self) -> None:
        now, deep = datetime.now(UTC), time.monotonic() - self._deep_at >= DEEP_EVERY_S
        cursor = await self._open()
        async for position, changes in read_changes(cursor, self._fetch, now=now, deep=deep):
            is_started = await self._s.database.write(partial(_keep, self._s.engine, position, changes))
            if is_started:
                self._s.engine.nudge(TICKETS_QUEUE)
        self._deep_at = time.monotonic() if deep else self._deep_at

    async def _open(self) -> ChangeCursor:
        """Where reading stands; at the very first, at GLPI's newest change when Assist was first started."""
        kept, begun_at = await self._s.database.read(_load)
        if kept is not None:
            return ChangeCursor.model_validate(kept)
        return await open_cursor(self._fetch, now=begun_at)

    async def _fetch(self, changed_since: datetime | None, start: int) -> Mapping[str, Any]:
        arguments: dict[str, Any] = {"start": start, "limit": PAGE}
        if changed_since is not None:
            arguments["changed_since"] = changed_since.isoformat()
        return (await self._s.toolbox.call("glpi_search_tickets", arguments, deadline_s=DEADLINE_S)).data


def _load(connection: sa.Connection) -> tuple[dict[str, Any] | None, datetime]:
    query = sa.select(glpi_cursor.c.position).where(glpi_cursor.c.name == CURSOR)
    return connection.execute(query).scalar(), read_beginning(connection)


def _keep(engine: Engine, cursor: ChangeCursor, changes: Sequence[TicketChange], connection: sa.Connection) -> bool:
    """The position and what was told with it, in one commit. True when a look was started."""
    position = cursor.model_dump(mode="json")
    if not insert_new(connection, glpi_cursor, {"name": CURSOR, "position": position}):
        connection.execute(glpi_cursor.update().where(glpi_cursor.c.name == CURSOR).values(position=position))
    now = datetime.now(UTC)
    # In the order of their numbers: two programs that lock the same rows in two orders wait for each other.
    numbers = sorted({change.ticket_id for change in changes})
    return any([add_hint(connection, engine, number, now=now) for number in numbers])
