"""What nobody needs any more is removed every hour, and what one person asks to be told or forgotten.

Tickets stay as long as GLPI has them open; a closed one goes, with all that hangs on it, when it is old enough.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from desk.services import Services
from desk.tables import (
    analysis_sessions,
    feedback,
    history,
    is_over,
    is_unused,
    outbox,
    own_texts,
    photos,
    sign_in,
    sign_in_code,
    tickets,
    users,
)
from shared.logs import get_logger

logger = get_logger("retention")

EVERY_HOUR = "0 23 * * * *"
BATCH = 300
BATCHES_AN_HOUR = 200
DAY = timedelta(days=1)
FORGOTTEN = "[effacé]"

Counts = dict[str, int]


class Retention:
    """One round a call."""

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self) -> Counts:
        """Remove what may go; returns how much of each."""
        now = self._s.clock()
        before = now - timedelta(days=self._s.settings.retention_days)
        removed: Counts = {}
        for batch in (partial(_remove_tickets, before), partial(_remove_rows, now, before)):
            for _round in range(BATCHES_AN_HOUR):
                counts = await self._s.database.write(batch)
                removed = {name: removed.get(name, 0) + count for name, count in counts.items()} | {
                    name: count for name, count in removed.items() if name not in counts
                }
                if max(counts.values()) < BATCH:
                    break
        removed["workflow"] = await self._s.engine.remove_ended(before, limit=BATCH * BATCHES_AN_HOUR)
        if any(removed.values()):
            logger.info("old_rows_removed", **removed)
        return removed


def _remove_tickets(before: datetime, connection: sa.Connection) -> Counts:
    """Closed or gone, old, and all told: with their texts, history, outbox and conversation."""
    is_told = ~sa.exists().where(outbox.c.ticket_id == tickets.c.id, outbox.c.done_at.is_(None))
    query = sa.select(tickets.c.id, tickets.c.session_id).where(is_over, is_told, tickets.c.glpi_changed_at < before)
    old = connection.execute(query.limit(BATCH)).all()
    ids, sessions = [row.id for row in old], [row.session_id for row in old]
    for column in (outbox.c.ticket_id, own_texts.c.ticket_id, photos.c.ticket_id, history.c.ticket_id):
        connection.execute(sa.delete(column.table).where(column.in_(ids)))
    for column in (history.c.session_id, feedback.c.session_id, analysis_sessions.c.id):
        connection.execute(sa.delete(column.table).where(column.in_(sessions)))
    connection.execute(tickets.delete().where(tickets.c.id.in_(ids)))
    return {"ticket": len(ids)}


def _remove_rows(now: datetime, before: datetime, connection: sa.Connection) -> Counts:
    old_sessions = sa.select(analysis_sessions.c.id).where(analysis_sessions.c.expires_at < before, is_unused)
    ids = list(connection.execute(old_sessions.limit(BATCH)).scalars())
    for column in (history.c.session_id, feedback.c.session_id, analysis_sessions.c.id):
        connection.execute(sa.delete(column.table).where(column.in_(ids)))
    return {
        "session": len(ids),
        "code": _remove_some(connection, sign_in_code, sign_in_code.c.expires_at < now),
        "sign_in": _remove_some(connection, sign_in, sign_in.c.expires_at < now - DAY),
    }


def _remove_some(connection: sa.Connection, table: sa.Table, is_old: sa.ColumnElement[bool]) -> int:
    some = sa.select(table.c.id).where(is_old).limit(BATCH).scalar_subquery()
    return int(connection.execute(table.delete().where(table.c.id.in_(some))).rowcount)


def export_person(email: str, connection: sa.Connection) -> dict[str, Sequence[dict[str, Any]]]:
    """Everything that we keep about one person, by table; no code, no digest of one."""
    email = email.lower()
    mine = sa.select(tickets.c.id).where(tickets.c.email == email).scalar_subquery()
    sessions = sa.select(analysis_sessions.c.id).where(analysis_sessions.c.email == email).scalar_subquery()
    told = (history.c.by == email) | history.c.ticket_id.in_(mine) | history.c.session_id.in_(sessions)
    wanted = {
        "users": sa.select(users).where(users.c.email == email),
        "sign_in": sa.select(sign_in.c.method, sign_in.c.signed_in_at).where(sign_in.c.email == email),
        "analysis_sessions": sa.select(analysis_sessions).where(analysis_sessions.c.email == email),
        "tickets": sa.select(tickets).where(tickets.c.email == email),
        "own_texts": sa.select(own_texts).where(own_texts.c.email == email),
        "photos": sa.select(photos).where(photos.c.ticket_id.in_(mine)),
        "outbox": sa.select(outbox).where(outbox.c.ticket_id.in_(mine)),
        "history": sa.select(history).where(told),
        "feedback": sa.select(feedback).where(feedback.c.email == email),
    }
    return {name: [_to_text(row) for row in connection.execute(query).mappings()] for name, query in wanted.items()}


def _to_text(row: sa.RowMapping) -> dict[str, Any]:
    """A row with its bytes, if any, in base64."""
    return {key: b64encode(value).decode() if isinstance(value, bytes) else value for key, value in row.items()}


def forget_person(email: str, connection: sa.Connection) -> Counts:
    """Remove a person from our tables; the tickets stay, without words and name, because GLPI goes on with them.

    What GLPI has yet to be told keeps its words until it is: `waiting` says how much that is; forget again then.
    """
    email = email.lower()
    mine = sa.select(tickets.c.id).where(tickets.c.email == email).scalar_subquery()
    done = outbox.c.ticket_id.in_(mine) & outbox.c.done_at.is_not(None)
    sessions = sa.select(analysis_sessions.c.id).where(analysis_sessions.c.email == email).scalar_subquery()
    counts = {
        "outbox": connection.execute(outbox.delete().where(done)).rowcount,
        "history": connection.execute(
            history.delete().where(
                (history.c.by == email) | history.c.ticket_id.in_(mine) | history.c.session_id.in_(sessions)
            )
        ).rowcount,
    }
    for table in (feedback, own_texts, sign_in, sign_in_code, users, analysis_sessions):
        counts[table.name] = connection.execute(table.delete().where(table.c.email == email)).rowcount
    undone = sa.select(outbox.c.ticket_id).where(outbox.c.done_at.is_(None)).scalar_subquery()
    told = (tickets.c.email == email) & tickets.c.id.not_in(undone)
    shown = sa.select(tickets.c.id).where(told).scalar_subquery()
    counts["photos"] = connection.execute(photos.delete().where(photos.c.ticket_id.in_(shown))).rowcount
    # Without an address nobody's: the next look at GLPI brings no words back (applying.py), no referent sees it.
    blank: dict[str, Any] = {
        "email": "",
        "site": None,
        "title": FORGOTTEN,
        "description": FORGOTTEN,
        "analysis": {},
        "timeline": [],
    }
    counts["tickets"] = connection.execute(tickets.update().where(told).values(blank)).rowcount
    left = sa.select(sa.func.count()).select_from(tickets).where(tickets.c.email == email)
    return {**counts, "waiting": int(connection.execute(left).scalar_one())}
