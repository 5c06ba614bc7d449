"""/api/v1/feedback: what people think of the help they got."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from desk.api.access import person_finder
from desk.api.inputs import Ours
from desk.limits import Limited
from desk.parts import Parts
from desk.people import Person
from desk.problems import Problem, problems
from desk.sessions import find_session
from desk.tables import feedback
from desk.texts import tidy


class Feedback(BaseModel):
    """About one conversation of one's own."""

    session_id: Ours
    is_helpful: bool
    comment: Annotated[str, Field(max_length=2000)] = ""


def build_feedback(parts: Callable[[], Parts]) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["feedback"])
    who = Depends(person_finder(parts))
    listed = (Problem.NOT_SIGNED_IN, Problem.SESSION_FOREIGN, Problem.SESSION_UNKNOWN, Problem.TOO_MANY)

    @router.post("/feedback", status_code=204, responses=problems(*listed))
    async def give_feedback(given: Feedback, person: Person = who) -> None:
        """Say whether it helped."""
        services = parts().services
        await parts().limits.charge(Limited.MESSAGES, person.email, cap=services.settings.hourly_messages)
        row = {**given.model_dump(), "comment": tidy(given.comment), "email": person.email, "at": services.clock()}
        await services.database.write(partial(_insert, row, person))

    return router


def _insert(row: dict[str, Any], person: Person, connection: sa.Connection) -> None:
    find_session(connection, row["session_id"], person)
    connection.execute(feedback.insert().values(row))
