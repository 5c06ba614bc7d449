"""Rows that several parts write."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from desk.tables import history

ONE_AT_A_TIME = 0x51D2
"""Key of PostgreSQL's advisory lock: history is read on by its numbers, so they must appear in their order."""


class Event(StrEnum):
    """What history tells of."""

    ANALYZED = "analyzed"
    REFINED = "refined"
    CLARIFIED = "clarified"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    CANCELLED = "cancelled"
    CREATED = "created"
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    FOLLOWUP = "followup"
    PHOTO = "photo"
    CHANGED = "changed"
    CONFLICT = "conflict"
    DELETED = "deleted"


DESK, GLPI = "desk", "glpi"
"""Who acts when no person does."""


def note(
    connection: sa.Connection,
    event: Event,
    *,
    at: datetime,
    by: str,
    session_id: str | None = None,
    ticket_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """One line of history, in the caller's transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    row = {"at": at, "kind": event.value, "by": by, "session_id": session_id, "ticket_id": ticket_id}
    connection.execute(history.insert().values(**row, detail=detail or {}))
