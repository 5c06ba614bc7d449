"""Analysis sessions: rows that live half an hour and are used once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from desk.analysis import Summary
from desk.people import Person
from desk.problems import CannotDo, Problem
from desk.tables import analysis_sessions, tickets


class SessionState(StrEnum):
    """What can still be done with one."""

    OPEN = "open"
    USED = "used"
    CANCELLED = "cancelled"


def find_session(connection: sa.Connection, session_id: str, person: Person | None) -> dict[str, Any]:
    """A session of this person's; one of nobody's is whose who knows its number.

    Raises CannotDo(SESSION_UNKNOWN) or CannotDo(SESSION_FOREIGN).
    """
    query = sa.select(analysis_sessions).where(analysis_sessions.c.id == session_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise CannotDo(Problem.SESSION_UNKNOWN)
    if row["sign_in_id"] is not None and (person is None or person.email != row["email"]):
        raise CannotDo(Problem.SESSION_FOREIGN)
    return dict(row)


def check_open(connection: sa.Connection, row: Mapping[str, Any], *, now: datetime) -> None:
    """Raises CannotDo(SESSION_USED), with the ticket if it made one, or CannotDo(SESSION_EXPIRED)."""
    if row["state"] != SessionState.OPEN:
        raise CannotDo(Problem.SESSION_USED, detail=find_made(connection, row["id"]))
    if row["expires_at"] <= now:
        raise CannotDo(Problem.SESSION_EXPIRED)


def find_made(connection: sa.Connection, session_id: str) -> dict[str, Any]:
    """What the session has made: the ticket's numbers, or nothing."""
    query = sa.select(tickets.c.id, tickets.c.number).where(tickets.c.session_id == session_id)
    made = connection.execute(query).first()
    return {"ticket_id": made.id, "ticket_number": made.number} if made else {}


def use_session(connection: sa.Connection, row: Mapping[str, Any], state: SessionState) -> None:
    """Close an open session as it was read: of two at once, one.

    Raises CannotDo(SESSION_USED), or CannotDo(WRONG_STEP) when another answer came in between: it must not be lost.
    """
    mine = analysis_sessions.c.id == row["id"]
    is_open = mine & (analysis_sessions.c.state == SessionState.OPEN.value)
    same = is_open & (analysis_sessions.c.tries == row["tries"])
    if connection.execute(analysis_sessions.update().where(same).values(state=state.value)).rowcount == 1:
        return
    if connection.execute(sa.select(analysis_sessions.c.id).where(is_open)).first() is not None:
        raise CannotDo(Problem.WRONG_STEP, detail={"reason": "answered meanwhile"})
    raise CannotDo(Problem.SESSION_USED, detail=find_made(connection, row["id"]))


def change_session(connection: sa.Connection, row: Mapping[str, Any], *, message: str, summary: Summary) -> None:
    """A new summary of an open session, and one more try. Raises CannotDo(SESSION_USED) when somebody was quicker."""
    changes = {"message": message, "summary": summary.model_dump(mode="json"), "tries": row["tries"] + 1}
    changes["refined"] = None
    same = (analysis_sessions.c.id == row["id"]) & (analysis_sessions.c.tries == row["tries"])
    is_open = same & (analysis_sessions.c.state == SessionState.OPEN.value)
    if connection.execute(analysis_sessions.update().where(is_open).values(changes)).rowcount != 1:
        raise CannotDo(Problem.SESSION_USED, detail=find_made(connection, row["id"]))


def refine_session(connection: sa.Connection, row: Mapping[str, Any], refined: Summary | None) -> bool:
    """Keep what the model adds beside the summary that the person saw; False when the session has gone on since."""
    same = (analysis_sessions.c.id == row["id"]) & (analysis_sessions.c.tries == row["tries"])
    is_open = same & (analysis_sessions.c.state == SessionState.OPEN.value)
    kept = {"refined": refined.model_dump(mode="json") if refined else None}
    return connection.execute(analysis_sessions.update().where(is_open).values(kept)).rowcount == 1
