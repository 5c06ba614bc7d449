"""Telling GLPI what the outbox holds: the workflow of one entry, and what sets off those that had to wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from desk.deliveries import Deliveries
from desk.lanes import DRAIN_QUEUE, WORKFLOWS, Kind, State, start_lane
from desk.reading import Facts
from desk.records import DESK, GLPI, Event, note
from desk.services import Services
from desk.tables import is_failed, outbox, photos, tickets
from shared.breaker import DOWN, close_breaker, open_breaker, read_breaker
from shared.errors import (
    CapReached,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnavailable,
    WidipError,
)
from shared.logs import get_logger, where_it_failed

logger = get_logger("outbox")

EVERY_15_S = "*/15 * * * * *"
CHECK_S = 20.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 15, 600
REFUSALS = 5
STUCK = timedelta(minutes=10)


class Outbox:
    """Build before the engine starts. `told` hears of each ticket that has come further."""

    def __init__(self, services: Services, deliveries: Deliveries, *, told: Callable[[int], None]) -> None:
        self._s = services
        self._told = told
        self._resuming = asyncio.Lock()
        self._deliveries = deliveries
        for queue, name in WORKFLOWS.items():
            services.engine.workflow(name, queue, self.deliver)

    async def deliver(self, entry_id: int, attempt: int, queue: str) -> str:
        """Tell GLPI one entry; returns what became of it. Run again, it does what is missing."""
        entry, ticket = await self._s.database.read(partial(_load, entry_id))
        if entry["state"] != State.STARTED or entry["attempts"] != attempt:
            return "done before"
        try:
            await self._check_breaker()
            changes = await self._deliveries.deliver(entry, ticket)
        except Exception as error:  # noqa: BLE001 - the top of a run: one entry must not hold up its lane for ever
            if _may_work_later(error, attempt):
                return await self._wait(entry, error)
            logger.error("entry_failed", entry=entry_id, where=where_it_failed(error))
            return await self._end(entry, queue, State.FAILED, problem=error)
        return await self._end(entry, queue, State.DONE, changes=changes)

    async def _check_breaker(self) -> None:
        """Raises UpstreamUnavailable while GLPI is known to be down: nothing is tried."""
        if await read_breaker(self._s.redis) == DOWN:
            raise UpstreamUnavailable("GLPI is known to be down", system="glpi")

    async def _end(
        self, entry: Facts, queue: str, state: State, *, changes: Facts | None = None, problem: Exception | None = None
    ) -> str:
        """Note the end of an entry and start the next of its lane, in one commit."""
        started = await self._s.database.write(partial(self._write_end, entry, queue, state, changes or {}, problem))
        if started:
            self._s.engine.nudge(queue)
        self._told(entry["ticket_id"])
        return state.value

    def _write_end(
        self,
        entry: Facts,
        queue: str,
        state: State,
        changes: Facts,
        problem: Exception | None,
        connection: sa.Connection,
    ) -> bool:
        now, ticket_id = self._s.clock(), entry["ticket_id"]
        said = _say(problem) if problem else ""
        ours = (outbox.c.id == entry["id"]) & (outbox.c.state == State.STARTED.value)
        ended = outbox.update().where(ours).values(state=state.value, done_at=now, problem=said)
        if connection.execute(ended).rowcount != 1:
            return False
        if entry["kind"] == Kind.PHOTO and state is State.DONE:
            connection.execute(photos.delete().where(photos.c.id == entry["arguments"]["photo_id"]))
        if entry["kind"] == Kind.UPDATE and changes:
            wanted = entry["arguments"]["changes"]
            detail: Facts = {"ours": {field: wanted[field] for field in changes}, "glpi": changes}
            note(connection, Event.CONFLICT, at=now, by=GLPI, ticket_id=ticket_id, detail=detail)
        if changes:
            connection.execute(tickets.update().where(tickets.c.id == ticket_id).values(**changes))
        if state is State.FAILED:  # what our row says is not what GLPI has: look at it
            connection.execute(tickets.update().where(tickets.c.id == ticket_id).values(pull_due_at=now))
        event = Event.DELIVERED if state is State.DONE else Event.NOT_DELIVERED
        detail = {"kind": entry["kind"], **changes, **({"problem": said} if said else {})}
        note(connection, event, at=now, by=DESK, ticket_id=ticket_id, detail=detail)
        return start_lane(connection, self._s.engine, entry["lane"], queue, now=now)

    async def _wait(self, entry: Facts, error: Exception) -> str:
        """GLPI cannot be told now. The entry waits, and its lane with it; a check that finds GLPI up sets it off."""
        if isinstance(error, UpstreamUnavailable) and error.system == "glpi":
            await open_breaker(self._s.redis)
        pause_s = min(FIRST_PAUSE_S * 2 ** min(entry["attempts"] - 1, 10), LONGEST_PAUSE_S)
        waits = {
            "state": State.WAITING.value,
            "next_try_at": self._s.clock() + timedelta(seconds=pause_s),
            "problem": _say(error),
        }
        ours = (outbox.c.id == entry["id"]) & (outbox.c.state == State.STARTED.value)
        await self._s.database.write(lambda connection: connection.execute(outbox.update().where(ours).values(waits)))
        logger.warning("entry_waits", entry=entry["id"], problem=waits["problem"])
        self._told(entry["ticket_id"])
        return State.WAITING.value

    async def resume(self) -> int:
        """If something waits and GLPI works: start what waits, oldest first. Returns how many lanes were started."""
        async with self._resuming:
            await self._free_stuck()
            lanes = await self._s.database.read(partial(_list_waiting, self._s.clock()))
            if not lanes or not await self._is_glpi_up():
                return 0
            started = 0
            for lane in lanes:
                # A commit each: the queue serves by time of arrival, and one commit has one time.
                started += await self._s.database.write(partial(self._start, lane))
                self._s.engine.nudge(DRAIN_QUEUE)
            logger.info("outbox_resumed", lanes=started)
            return started

    async def count_failed(self) -> int:
        """How many entries GLPI has refused for good."""
        failed = sa.select(sa.func.count()).select_from(outbox).where(is_failed)
        return await self._s.database.read(lambda connection: int(connection.execute(failed).scalar_one()))

    async def _free_stuck(self) -> None:
        """Entries whose workflow was given up after too many crashes wait again."""
        for entry_id, attempt in await self._s.database.read(partial(_list_started, self._s.clock() - STUCK)):
            if await self._s.engine.has_ended(f"outbox-{entry_id}-{attempt}"):
                same = (outbox.c.id == entry_id) & (outbox.c.attempts == attempt) & (outbox.c.state == State.STARTED)
                freed = outbox.update().where(same).values(state=State.WAITING.value)
                await self._s.database.write(lambda connection, freed=freed: connection.execute(freed))  # type: ignore[misc]
                logger.error("entry_was_stuck", entry=entry_id)

    def _start(self, lane: str, connection: sa.Connection) -> bool:
        return start_lane(connection, self._s.engine, lane, DRAIN_QUEUE, now=self._s.clock())

    async def _is_glpi_up(self) -> bool:
        try:
            await self._s.toolbox.call("glpi_check_health", {}, deadline_s=CHECK_S)
        except WidipError as error:
            logger.info("outbox_waits", code=error.code)
            return False
        await close_breaker(self._s.redis)
        return True


def _may_work_later(error: Exception, attempt: int) -> bool:
    """What GLPI refuses, a person may mend in GLPI: that is tried a few times more, what cannot be told is not."""
    if isinstance(error, UpstreamRejected):
        return attempt < REFUSALS
    return isinstance(error, UpstreamError | CapReached)


def _say(error: Exception) -> str:
    return f"{error.code}: {error}"[:256] if isinstance(error, WidipError) else type(error).__name__


def _load(entry_id: int, connection: sa.Connection) -> tuple[Facts, Facts]:
    entry = connection.execute(sa.select(outbox).where(outbox.c.id == entry_id)).mappings().one()
    ticket = connection.execute(sa.select(tickets).where(tickets.c.id == entry["ticket_id"])).mappings().one()
    return dict(entry), dict(ticket)


def _list_waiting(now: datetime, connection: sa.Connection) -> list[str]:
    """The lanes whose first undone entry waits and may be tried, oldest entry first."""
    heads = sa.select(sa.func.min(outbox.c.id)).where(outbox.c.done_at.is_(None)).group_by(outbox.c.lane)
    due = outbox.c.id.in_(heads) & (outbox.c.state == State.WAITING.value) & (outbox.c.next_try_at <= now)
    return list(connection.execute(sa.select(outbox.c.lane).where(due).order_by(outbox.c.id)).scalars())


def _list_started(before: datetime, connection: sa.Connection) -> list[tuple[int, int]]:
    started = (outbox.c.state == State.STARTED.value) & outbox.c.done_at.is_(None) & (outbox.c.next_try_at < before)
    rows = connection.execute(sa.select(outbox.c.id, outbox.c.attempts).where(started)).all()
    return [(row.id, row.attempts) for row in rows]
