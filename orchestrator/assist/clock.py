"""Starts what time has made due: looks and requests that had to wait, and those whose workflow has died."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from orchestrator.assist.hints import TICKETS_QUEUE, list_due_looks, look_id, start_look
from orchestrator.assist.rows import list_due_requests, start_request
from orchestrator.assist.tables import request, ticket
from orchestrator.services import Services
from shared.breaker import DOWN, read_breaker
from shared.engine import Engine
from shared.logs import get_logger, where_it_failed

logger = get_logger("assist")

EVERY_S = 1.0
RELEASE_EVERY_S = 60.0
AFTER_DEATH = timedelta(minutes=10)
"""What has killed its workflow several times is not tried again at once."""


class Clock:
    """The one loop of Assist that looks at the time."""

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run_for_ever(self) -> None:
        """Every second."""
        released_at = time.monotonic()
        while True:
            try:
                await self.start_due()
                if time.monotonic() - released_at >= RELEASE_EVERY_S:
                    released_at = time.monotonic()
                    await self.release_dead()
            except sa.exc.SQLAlchemyError as error:
                logger.error("clock_failed", error_type=type(error).__name__, where=where_it_failed(error))
            await asyncio.sleep(EVERY_S)

    async def start_due(self) -> None:
        """Start what is due. While GLPI is known to be down no look is: they all begin when it is back."""
        now = self._s.clock()
        due = await self._s.database.read(partial(list_due_requests, now=now))
        looks = await self._s.database.read(partial(list_due_looks, now=now))
        if looks and await read_breaker(self._s.redis) == DOWN:
            looks = []
        if due or looks:
            queues = await self._s.database.write(partial(_start_all, self._s.engine, looks, due, now))
            for queue in queues:
                self._s.engine.nudge(queue)

    async def resume_waiting(self) -> None:
        """GLPI is back: what waited for it, however long the pause was to be, is due."""
        now = self._s.clock()

        def make_due(connection: sa.Connection) -> None:
            waits = request.c.waits_for.contains("glpi") & request.c.work.is_(False) & request.c.closed_at.is_(None)
            connection.execute(request.update().where(waits, request.c.due_at > now).values(due_at=now))
            looks = (ticket.c.attempts > 0) & ticket.c.work.is_(False)
            connection.execute(ticket.update().where(looks, ticket.c.due_at > now).values(due_at=now))

        await self._s.database.write(make_due)

    async def release_dead(self) -> None:
        """What a workflow held that will not run any more is tried again later."""
        looks, works = await self._s.database.read(_list_working)
        for ticket_id, number in looks:
            if await self._s.engine.has_ended(look_id(ticket_id, number)):
                logger.error("look_died", ticket_id=ticket_id, work_no=number)
                await self._release(ticket, (ticket.c.ticket_id == ticket_id) & (ticket.c.work_no == number))
        for key, number in works:
            if await self._s.engine.has_ended(f"request:{key}.{number}"):
                logger.error("work_died", request=key, work_no=number)
                await self._release(request, (request.c.key == key) & (request.c.work_no == number))

    async def _release(self, table: sa.Table, mine: sa.ColumnElement[bool]) -> None:
        values = {"work": False, "due_at": self._s.clock() + AFTER_DEATH, "attempts": table.c.attempts + 1}
        held = table.update().where(mine, table.c.work)
        await self._s.database.write(lambda connection: connection.execute(held.values(values)))


def _start_all(
    engine: Engine, looks: list[int], requests: list[str], now: datetime, connection: sa.Connection
) -> set[str]:
    queues = {TICKETS_QUEUE for number in sorted(looks) if start_look(connection, engine, number)}
    for key in sorted(requests):
        if queue := start_request(connection, engine, key, now=now):
            queues.add(queue)
    return queues


def _list_working(connection: sa.Connection) -> tuple[list[tuple[int, int]], list[tuple[str, int]]]:
    looks = connection.execute(sa.select(ticket.c.ticket_id, ticket.c.work_no).where(ticket.c.work))
    works = connection.execute(sa.select(request.c.key, request.c.work_no).where(request.c.work))
    return [(int(key), int(number)) for key, number in looks], [(str(key), int(number)) for key, number in works]
