"""/api/v1/workflow: from a problem in a person's words to a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from desk.analysis import Action, Summary
from desk.api.access import possible_person_finder, source_of
from desk.api.inputs import Address, Ours
from desk.conversation import MAX_MESSAGE, Corrections, Step
from desk.filing import Made
from desk.limits import Limited
from desk.parts import Parts
from desk.people import Person
from desk.problems import CannotDo, Problem, problems
from desk.sessions import SessionState
from desk.texts import Delivery, delivery_text

_SESSION_PROBLEMS = (
    Problem.NOT_SIGNED_IN,
    Problem.SESSION_FOREIGN,
    Problem.SESSION_UNKNOWN,
    Problem.SESSION_EXPIRED,
    Problem.SESSION_USED,
    Problem.TOO_MANY,
)


class ToAnalyze(BaseModel):
    """A problem in the person's own words. user_email is the signed-in person's."""

    message: Annotated[str, Field(max_length=MAX_MESSAGE)]
    user_email: Address


class Analyzed(BaseModel):
    """What we understood, and what is next."""

    session_id: str
    expires_at: datetime
    action: Action
    summary: Summary


class Status(Analyzed):
    """A session as it stands; with what the model added, and with its ticket once it is used."""

    state: SessionState
    refined: Summary | None = None
    ticket_id: int | None = None
    ticket_number: str | None = None


class Response(BaseModel):
    """Yes or no to a summary that we are sure of."""

    session_id: Ours
    user_response: Annotated[str, Field(min_length=1, max_length=200)]


class Confirmation(BaseModel):
    """The summary as it is, or what of it is corrected. refined: the one that /ws brought, not the first answer's.

    symptoms: those of the summary's that are right; the others are taken out.
    """

    session_id: Ours
    refined: bool = False
    category_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    priority: Annotated[int | None, Field(ge=1, le=5)] = None
    title: Annotated[str | None, Field(max_length=200)] = None
    symptoms: Annotated[list[Annotated[str, Field(max_length=200)]] | None, Field(max_length=50)] = None


class Answer(BaseModel):
    """What the person says to the questions."""

    session_id: Ours
    answer: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE)]


class ToCancel(BaseModel):
    """Which conversation is over."""

    session_id: Ours


class Ticketed(BaseModel):
    """A ticket that was made."""

    ticket_id: int
    ticket_number: str
    glpi_ticket_id: int | None
    synced_to_glpi: bool
    ready_for_L1: bool
    message: str


def build_workflow(parts: Callable[[], Parts]) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/workflow", tags=["workflow"])
    who = Depends(possible_person_finder(parts))

    async def charge(person: Person | None, request: Request) -> None:
        asking = person.email if person else f"address:{source_of(request)}"
        await parts().limits.charge(Limited.MESSAGES, asking, cap=parts().services.settings.hourly_messages)

    @router.post("/analyze", responses=problems(Problem.NOT_SIGNED_IN, Problem.NOT_YOU, Problem.TOO_MANY))
    async def analyze(asked: ToAnalyze, request: Request, person: Person | None = who) -> Analyzed:
        """Understand a problem; the answer says what is next."""
        if person is not None and asked.user_email.lower() != person.email:
            raise CannotDo(Problem.NOT_YOU)
        await charge(person, request)
        return _analyzed(await parts().conversations.begin(asked.message, asked.user_email, person))

    @router.post("/auto-validate", responses=problems(*_SESSION_PROBLEMS, Problem.UNCLEAR_ANSWER))
    async def auto_validate(given: Response, request: Request, person: Person | None = who) -> Ticketed | Analyzed:
        """Say yes or no to a summary that we are sure of. No lets the person pick."""
        await charge(person, request)
        came = await parts().conversations.accept(given.session_id, given.user_response, person)
        return _ticketed(came) if isinstance(came, Made) else _analyzed(came)

    @router.post("/confirm", responses=problems(*_SESSION_PROBLEMS, Problem.UNKNOWN_CATEGORY, Problem.WRONG_STEP))
    async def confirm(given: Confirmation, request: Request, person: Person | None = who) -> Ticketed:
        """Make the ticket, as proposed or corrected."""
        await charge(person, request)
        symptoms = None if given.symptoms is None else tuple(given.symptoms)
        corrections = Corrections(given.category_id, given.priority, given.title, symptoms)
        made = await parts().conversations.confirm(given.session_id, corrections, person, refined=given.refined)
        return _ticketed(made)

    @router.post("/clarify", responses=problems(*_SESSION_PROBLEMS, Problem.TOO_LONG))
    async def clarify(given: Answer, request: Request, person: Person | None = who) -> Analyzed:
        """Answer the questions."""
        await charge(person, request)
        return _analyzed(await parts().conversations.answer(given.session_id, given.answer, person))

    @router.post("/cancel", status_code=204, responses=problems(*_SESSION_PROBLEMS))
    async def cancel(given: ToCancel, person: Person | None = who) -> None:
        """Leave it."""
        await parts().conversations.cancel(given.session_id, person)

    @router.get("/{session_id}", responses=problems(*_SESSION_PROBLEMS))
    async def get_session(session_id: Ours, person: Person | None = who) -> Status:
        """Where a conversation stands."""
        step = await parts().conversations.find(session_id, person)
        made = {"ticket_id": step.made["id"], "ticket_number": step.made["number"]} if step.made else {}
        return Status(**_analyzed(step).model_dump(), state=step.state, refined=step.refined, **made)

    return router


def _analyzed(step: Step) -> Analyzed:
    return Analyzed(
        session_id=step.session_id, expires_at=step.expires_at, action=step.summary.action, summary=step.summary
    )


def _ticketed(made: Made) -> Ticketed:
    is_delivered = made.delivery is Delivery.DELIVERED
    return Ticketed(
        ticket_id=made.ticket["id"],
        ticket_number=made.ticket["number"],
        glpi_ticket_id=made.ticket["glpi_ticket_id"],
        synced_to_glpi=is_delivered,
        ready_for_L1=is_delivered and made.ticket["ready_for_l1"],
        message=delivery_text(made.delivery, made.ticket["number"]),
    )
