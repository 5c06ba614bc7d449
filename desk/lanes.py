"""The outbox: what GLPI has yet to be told, in the order of each requester.

A requester's entries are a lane: its first undone entry is worked on, then the next. What was stored just now and what
an outage has left go through two queues, so that five hundred old tickets do not keep a new one waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from desk.tables import outbox
from shared.engine import Engine, QueueSpec

NEW_QUEUE, DRAIN_QUEUE = "desk-new", "desk-drain"
QUEUES = (QueueSpec(NEW_QUEUE, 2), QueueSpec(DRAIN_QUEUE, 4))
WORKFLOWS = {NEW_QUEUE: "deliver", DRAIN_QUEUE: "deliver_later"}


class Kind(StrEnum):
    """What an entry tells GLPI."""

    CREATE = "create"
    NOTE = "note"
    FOLLOWUP = "followup"
    UPDATE = "update"
    PHOTO = "photo"


class State(StrEnum):
    """How far an entry has come."""

    WAITING = "waiting"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"


def add_entry(
    connection: sa.Connection, *, ticket_id: int, lane: str, kind: Kind, arguments: Mapping[str, Any], now: datetime
) -> int:
    """Put something in the outbox, in the caller's transaction; returns its number. `start_lane` after the last."""
    row = {
        "ticket_id": ticket_id,
        "lane": lane,
        "kind": kind.value,
        "arguments": dict(arguments),
        "state": State.WAITING.value,
        "attempts": 0,
        "created_at": now,
        "next_try_at": now,
        "problem": "",
    }
    return int(connection.execute(outbox.insert().values(row).returning(outbox.c.id)).scalar_one())


def start_lane(connection: sa.Connection, engine: Engine, lane: str, queue: str, *, now: datetime) -> bool:
    """Start the first undone entry of a lane, if it waits and may be tried; True when it was started."""
    undone = (outbox.c.lane == lane) & outbox.c.done_at.is_(None)
    head = connection.execute(sa.select(outbox).where(undone).order_by(outbox.c.id).limit(1)).mappings().first()
    if head is None or head["next_try_at"] > now:
        return False
    attempt = head["attempts"] + 1
    waiting = (outbox.c.id == head["id"]) & (outbox.c.state == State.WAITING.value)
    taken = outbox.update().where(waiting).values(state=State.STARTED.value, attempts=attempt, next_try_at=now)
    if connection.execute(taken).rowcount != 1:
        return False
    engine.enqueue(connection, WORKFLOWS[queue], queue, f"outbox-{head['id']}-{attempt}", head["id"], attempt, queue)
    return True
