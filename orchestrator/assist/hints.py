"""Hints that something changed on a ticket, as rows: each starts a look, and only one look at a ticket is under way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from orchestrator.assist.tables import glpi_cursor, ticket
from shared.engine import Engine

Row = dict[str, Any]
TICKETS_QUEUE = "tickets"
LOOK_WORKFLOW = "assist_look"
_BEGINNING = "beginning"
_CLOCKS = timedelta(minutes=1)
"""So much may GLPI's clock and ours differ."""


def insert_new(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Add a row; False when there is one with its key."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    added = dialect.insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(added.returning(next(iter(table.primary_key)))).first() is not None


def add_hint(connection: sa.Connection, engine: Engine, ticket_id: int, *, now: datetime) -> bool:
    """Have a ticket looked at, in the caller's commit. True: a look was started, so nudge TICKETS_QUEUE after it.

    A look that is under way sees at its end that more was hinted, and is followed by another.
    """
    new = {"ticket_id": ticket_id, "hinted_at": now, "attempts": 0, "history": {}, "texts": []}
    if insert_new(connection, ticket, new | {"work": False, "work_no": 0}):
        return _start(connection, engine, ticket_id, number=1)
    row = lock_ticket(connection, ticket_id)
    # Two hints of one instant are two: whether more was hinted is told by this alone.
    hinted_at = max(now, row["hinted_at"] + timedelta(microseconds=1))
    update_ticket(connection, ticket_id, {"hinted_at": hinted_at})
    return not row["work"] and _start(connection, engine, ticket_id, number=row["work_no"] + 1)


def start_look(connection: sa.Connection, engine: Engine, ticket_id: int) -> bool:
    """Look at a ticket that we know, unless a look is under way. True: nudge the queue."""
    row = lock_ticket(connection, ticket_id)
    return not row["work"] and _start(connection, engine, ticket_id, number=row["work_no"] + 1)


def _start(connection: sa.Connection, engine: Engine, ticket_id: int, *, number: int) -> bool:
    update_ticket(connection, ticket_id, {"work": True, "work_no": number, "due_at": None})
    engine.enqueue(connection, LOOK_WORKFLOW, TICKETS_QUEUE, look_id(ticket_id, number), ticket_id, number)
    return True


def look_id(ticket_id: int, number: int) -> str:
    """The name of a look: of its workflow, and of its lines in the journal."""
    return f"look:{ticket_id}.{number}"


def end_look(connection: sa.Connection, engine: Engine, row: Row, values: Mapping[str, Any]) -> bool:
    """A look at `row`, as it was when it began, is over: keep `values`. True: another was started, nudge the queue.

    Another is due when more was hinted meanwhile, unless this one failed: `due_at` says when it is tried again.
    """
    current = lock_ticket(connection, row["ticket_id"])
    update_ticket(connection, row["ticket_id"], {"work": False, **values})
    more = current["hinted_at"] != row["hinted_at"] and values.get("due_at") is None
    return more and _start(connection, engine, row["ticket_id"], number=current["work_no"] + 1)


def lock_ticket(connection: sa.Connection, ticket_id: int) -> Row:
    """The row, locked until the transaction ends where the database can do that."""
    query = sa.select(ticket).where(ticket.c.ticket_id == ticket_id).with_for_update()
    return dict(connection.execute(query).mappings().one())


def update_ticket(connection: sa.Connection, ticket_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of a ticket."""
    connection.execute(ticket.update().where(ticket.c.ticket_id == ticket_id).values(**values))


def find_look(connection: sa.Connection, ticket_id: int, number: int) -> Row | None:
    """The ticket whose look of this number is under way; None when that was done before."""
    mine = (ticket.c.ticket_id == ticket_id) & (ticket.c.work_no == number) & ticket.c.work
    found = connection.execute(sa.select(ticket).where(mine)).mappings().first()
    return dict(found) if found else None


def list_due_looks(connection: sa.Connection, *, now: datetime, limit: int = 50) -> list[int]:
    """Tickets whose look failed and is to be tried again, those that have waited longest first."""
    due = (ticket.c.due_at <= now) & ticket.c.work.is_(False)
    return list(
        connection.execute(sa.select(ticket.c.ticket_id).where(due).order_by(ticket.c.due_at).limit(limit)).scalars()
    )


def note_beginning(connection: sa.Connection, *, now: datetime) -> None:
    """The first start ever: what was written before is not Assist's to act on."""
    at = now.replace(microsecond=0) - _CLOCKS
    insert_new(connection, glpi_cursor, {"name": _BEGINNING, "position": {"at": at.astimezone(UTC).isoformat()}})


def read_beginning(connection: sa.Connection) -> datetime:
    """When Assist was first started, with a margin."""
    query = sa.select(glpi_cursor.c.position).where(glpi_cursor.c.name == _BEGINNING)
    return datetime.fromisoformat(connection.execute(query).scalar_one()["at"])
