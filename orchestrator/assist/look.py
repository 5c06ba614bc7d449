"""The look at a ticket: what others did since the last one, and which requests its texts make.

A hint says nothing but a ticket's number, so everything is read again from GLPI. Our own changes come back as hints
like everybody's, and end here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.assist import rows
from orchestrator.assist.hints import TICKETS_QUEUE, Row, end_look, find_look, look_id, read_beginning
from orchestrator.assist.intake import Intake, NewRequest, name_of, take_in, without_secrets
from orchestrator.assist.own_account import OwnAccount
from orchestrator.assist.tickets import read_history, read_ticket
from orchestrator.journal import RunJournal, RunTools
from orchestrator.services import Services
from shared.breaker import BreakerOpen, check_breaker, open_breaker
from shared.engine import Engine
from shared.errors import NotFound, UpstreamUnavailable, WidipError
from shared.glpi_changes import KnownHistory, News, find_news, read_news
from shared.logs import get_logger, where_it_failed

logger = get_logger("look")

FRESH = timedelta(days=7)
"""What was written earlier and is seen only now has been dealt with by people."""
FIRST_PAUSE_S = 30
LONGEST_PAUSE_S = 600
MAX_TRIES = 8
"""For a ticket that cannot be read though GLPI answers; the next hint is another try."""


class Look:
    """The workflow: one look at one ticket."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._own = OwnAccount(services.toolbox)

    async def look(self, ticket_id: int, number: int) -> str:
        """Look, keep what was found and start what it needs; what came of it in a word. Run again, it looks again."""
        row, begun_at = await self._s.database.read(lambda c: (find_look(c, ticket_id, number), read_beginning(c)))
        if row is None:
            return "done before"
        journal = RunJournal(self._s.database, look_id(ticket_id, number))
        try:
            return await self._look(row, begun_at, journal)
        except WidipError as error:
            journal.note("waiting", {"code": error.code, "message": str(error)})
            await self._try_later(row, error)
            return error.code
        except Exception as error:  # noqa: BLE001 - the top of a run: no error of ours may cost a ticket
            where = where_it_failed(error)
            logger.error("look_failed", run=journal.run_id, error_type=type(error).__name__, where=where)
            await self._try_later(row, error)
            return "failed"

    async def _look(self, row: Row, begun_at: datetime, journal: RunJournal) -> str:
        await check_breaker(self._s.redis)
        own_ids, tools = await self._own.ids(), RunTools(self._s.toolbox, journal)
        known = KnownHistory.model_validate(row["history"])
        news = await _read_news(tools, row["ticket_id"], known, own_ids)
        if news is not None and not news.is_by_others:
            await self._end(row, {"history": news.known.model_dump(mode="json")})
            return "nothing new"
        seen = await read_ticket(tools, row["ticket_id"])
        since = max(begun_at, datetime.now(UTC) - FRESH)
        may_ask = partial(seen.may_ask, own_ids=own_ids, since=since)
        current = await self._s.database.read(lambda c: rows.list_requests(c, row["ticket_id"]))
        taken = take_in(seen.texts, current, known=row["texts"], may_ask=may_ask)
        seen_history = find_news(seen.history, known=known, own_ids=own_ids).known
        await self._end(row, {"history": seen_history.model_dump(mode="json")}, taken=taken, is_over=seen.is_over)
        keys = [key_of(row["ticket_id"], new) for new in taken.new]
        journal.note(
            "look", {"new": keys, "continued": taken.continued, "changed": taken.changed, "over": seen.is_over}
        )
        return f"{len(keys)} new"

    async def _end(self, row: Row, values: Row, *, taken: Intake | None = None, is_over: bool = False) -> None:
        """Keep what was found and start what it needs, in one commit."""
        values |= {"looked_at": row["hinted_at"], "attempts": 0, "due_at": None}
        keep = partial(_keep, self._s.engine, row, values, taken, is_over)
        for queue in await self._s.database.write(keep):
            self._s.engine.nudge(queue)

    async def _try_later(self, row: Row, error: Exception) -> None:
        """The look waits as a row; while GLPI is known to be down nobody tries."""
        if isinstance(error, UpstreamUnavailable) and error.system == "glpi" and not isinstance(error, BreakerOpen):
            await open_breaker(self._s.redis)
        attempts = row["attempts"] + 1
        is_hopeless = attempts >= MAX_TRIES and not isinstance(error, UpstreamUnavailable)
        pause = timedelta(seconds=min(FIRST_PAUSE_S * 2 ** (attempts - 1), LONGEST_PAUSE_S))
        due_at = None if is_hopeless else datetime.now(UTC) + pause
        if is_hopeless:
            logger.error("ticket_unreadable", ticket_id=row["ticket_id"], error_type=type(error).__name__)
        values = {"attempts": attempts, "due_at": due_at}
        if await self._s.database.write(lambda c: end_look(c, self._s.engine, row, values)):
            self._s.engine.nudge(TICKETS_QUEUE)


async def _read_news(tools: RunTools, ticket_id: int, known: KnownHistory, own_ids: Collection[int]) -> News | None:
    """What is new in the history, which is short to read; None when all has to be read anyway."""
    if not known.rows:
        return None
    try:
        return await read_news(partial(read_history, tools, ticket_id), known=known, own_ids=own_ids)
    except NotFound:
        return None


def key_of(ticket_id: int, new: NewRequest) -> str:
    """A request's name: the stem of all that is written for it."""
    text = hashlib.sha256(name_of(new.text).encode()).hexdigest()[:12]
    return f"{ticket_id}-{text}-{new.number}"


def _keep(
    engine: Engine, row: Row, values: Row, taken: Intake | None, is_over: bool, connection: sa.Connection
) -> set[str]:
    """Store a look's outcome; the queues to nudge."""
    now, ticket_id, queues = datetime.now(UTC), row["ticket_id"], set[str]()
    if taken is not None:
        values |= {"texts": list(dict.fromkeys([*row["texts"], *taken.read]))}
        for key in taken.continued:
            rows.close_as_continued(connection, key, now=now)
        for new in taken.new:
            rows.insert_request(connection, _columns(ticket_id, new, now))
        open_keys = rows.list_open(connection, ticket_id) if is_over else taken.changed
        for key in dict.fromkeys([*(key_of(ticket_id, new) for new in taken.new), *open_keys]):
            if queue := rows.start_request(connection, engine, key, now=now):
                queues.add(queue)
    if end_look(connection, engine, row, values):
        queues.add(TICKETS_QUEUE)
    return queues


def _columns(ticket_id: int, new: NewRequest, now: datetime) -> dict[str, Any]:
    return {
        "key": key_of(ticket_id, new),
        "ticket_id": ticket_id,
        "text_key": name_of(new.text),
        "texts": [{"key": text.key, "digest": text.digest} for text in new.texts],
        "number": new.number,
        "plan": new.request.plan.value,
        "asked": without_secrets(new.request),
        "author_id": new.text.author_id,
        "created_at": now,
    }
