"""Requests as rows: each says what it waits for, and whatever ends the wait starts a short workflow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from orchestrator.assist.action import Action
from orchestrator.assist.plans import Plan
from orchestrator.assist.tables import request
from shared.engine import Engine

Row = dict[str, Any]
WORK: Mapping[bool, tuple[str, str]] = MappingProxyType(
    {True: ("assist_question", "questions"), False: ("assist_request", "requests")}
)
"""Workflow and queue of what may wait for a model, and of all else: account work never stands behind that."""


class State(StrEnum):
    """Where a request is. The open ones are the first six."""

    NEW = "new"
    ASKED = "asked"
    CONFIRMING = "confirming"
    APPROVING = "approving"
    SCHEDULED = "scheduled"
    ACTING = "acting"
    DONE = "done"
    SUGGESTED = "suggested"
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    ANSWERED = "answered"
    LEFT = "left"
    CONTINUED = "continued"


OPEN = (State.NEW, State.ASKED, State.CONFIRMING, State.APPROVING, State.SCHEDULED, State.ACTING)


def run_id_of(key: str) -> str:
    """Under which id the journal tells of a request."""
    return f"request:{key}"


def parse_action(kept: object) -> Action | None:
    """A request's action from its row; None when it has none, or one of an older version."""
    try:
        return Action.model_validate(kept)
    except ValidationError:
        return None


def load_request(connection: sa.Connection, key: str) -> Row | None:
    """The row, locked until the transaction ends where the database can do that."""
    found = connection.execute(sa.select(request).where(request.c.key == key).with_for_update()).mappings().first()
    return dict(found) if found else None


def update_request(connection: sa.Connection, key: str, values: Mapping[str, Any]) -> None:
    """Change columns of a request."""
    connection.execute(request.update().where(request.c.key == key).values(**values))


def start_request(connection: sa.Connection, engine: Engine, key: str, *, now: datetime) -> str | None:
    """Have a request looked at, in the caller's commit; returns the queue to nudge after it.

    None when it is closed or being worked on: that work sees, at its end, what came meanwhile.
    """
    row = load_request(connection, key)
    if row is None or row["closed_at"] is not None:
        return None
    if row["work"]:
        update_request(connection, key, {"due_at": now})
        return None
    number = row["work_no"] + 1
    update_request(connection, key, {"work": True, "work_no": number, "due_at": None})
    workflow, queue = WORK[row["plan"] == Plan.QUESTION]
    engine.enqueue(connection, workflow, queue, f"request:{key}.{number}", key, number)
    return queue


def list_due_requests(connection: sa.Connection, *, now: datetime, limit: int = 100) -> list[str]:
    """Keys of the requests for which the clock has something."""
    due = (request.c.due_at <= now) & request.c.work.is_(False) & request.c.closed_at.is_(None)
    return list(
        connection.execute(sa.select(request.c.key).where(due).order_by(request.c.due_at).limit(limit)).scalars()
    )


def list_requests(connection: sa.Connection, ticket_id: int) -> list[Row]:
    """All requests of a ticket, oldest first."""
    query = sa.select(request).where(request.c.ticket_id == ticket_id).order_by(request.c.created_at, request.c.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def insert_request(connection: sa.Connection, values: Mapping[str, Any]) -> None:
    """A request as it begins. values: what identifies it and what was read."""
    begun: Row = {"site": None, "state": State.NEW.value, "code": "", "kept": {}, "done": []}
    begun |= {"work": False, "work_no": 0, "waits_for": "", "attempts": 0}
    connection.execute(request.insert().values(**begun, **values))


def close_as_continued(connection: sa.Connection, key: str, *, now: datetime) -> None:
    """An answer came: another request goes on from here. Nothing, if it has ended meanwhile."""
    mine = (request.c.key == key) & request.c.closed_at.is_(None)
    values = {"state": State.CONTINUED.value, "closed_at": now, "due_at": None}
    connection.execute(request.update().where(mine).values(**values))


def list_open(connection: sa.Connection, ticket_id: int) -> list[str]:
    """Keys of a ticket's requests that have not ended."""
    query = sa.select(request.c.key).where(request.c.ticket_id == ticket_id, request.c.closed_at.is_(None))
    return list(connection.execute(query.order_by(request.c.key)).scalars())
