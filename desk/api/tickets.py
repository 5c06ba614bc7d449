"""/api/v1/tickets: one's own tickets, read, written on, and looked at again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from desk.analysis import Category
from desk.api.access import person_finder
from desk.changes import Wish
from desk.conversation import MAX_MESSAGE
from desk.fields import Status
from desk.limits import Limited
from desk.parts import Parts
from desk.people import Person
from desk.problems import Problem, problems
from desk.shelf import get_whole, list_visible

TicketId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_PROBLEMS = (Problem.NOT_SIGNED_IN, Problem.UNKNOWN_TICKET, Problem.TOO_MANY)


class TicketRow(BaseModel):
    """One ticket in a list. pulled_at: when GLPI was last read; deleted_at: it is gone from GLPI."""

    id: int
    number: str
    email: str
    title: str
    category: str | None
    priority: int
    status: Status
    created_at: datetime
    glpi_ticket_id: int | None
    glpi_changed_at: datetime | None
    pulled_at: datetime | None
    technicians: list[str]
    deleted_at: datetime | None


class TicketPage(BaseModel):
    """Newest first; next_before asks for the page after this one."""

    tickets: list[TicketRow]
    next_before: int | None


class Entry(BaseModel):
    """A public text on a ticket. is_cut: GLPI has more of it."""

    kind: Literal["followup", "task", "solution"]
    entry_id: int
    at: datetime | None
    by: Literal["requester", "technician"]
    text: str
    is_cut: bool


class MergedInto(BaseModel):
    """The ticket that a technician merged this one into. ticket_id and number: ours, where the person sees it."""

    glpi_ticket_id: int
    ticket_id: int | None = None
    number: str | None = None


class Unread(BaseModel):
    """What people at the desk added and GLPI was not yet seen to have. text: a photo's is its file's name."""

    kind: Literal["followup", "photo"]
    at: datetime
    text: str


class TicketDetail(TicketRow):
    """One ticket with what the person may read of it. is_helpful: what was last said in /feedback on session_id."""

    session_id: str
    description: str
    ready_for_L1: bool
    synced_to_glpi: bool
    timeline: list[Entry]
    merged_into: MergedInto | None
    unread: list[Unread]
    is_helpful: bool | None


class NewFollowup(BaseModel):
    """What to add. reopen: the solution did not help."""

    content: Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE)]
    reopen: bool = False


class TicketChange(BaseModel):
    """What to change of one's ticket."""

    status: Literal[Status.RESOLVED] | None = None
    priority: Annotated[int | None, Field(ge=1, le=5)] = None


class Synced(BaseModel):
    """How many tickets are being looked at again."""

    tickets: int


class CategoryList(BaseModel):
    """GLPI's categories. seen_at: when GLPI last told them."""

    categories: list[Category]
    seen_at: datetime | None


def build_tickets(parts: Callable[[], Parts]) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["tickets"])
    who = Depends(person_finder(parts))

    async def detail_of(ticket_id: int, person: Person) -> TicketDetail:
        services = parts().services
        query = partial(get_whole, sites=services.sites, ticket_id=ticket_id, person=person)
        return _detail(await services.database.read(query))

    async def charge(what: Limited, person: Person) -> None:
        settings = parts().services.settings
        cap = settings.hourly_syncs if what is Limited.SYNCS else settings.hourly_messages
        await parts().limits.charge(what, person.email, cap=cap)

    @router.get("/tickets", responses=problems(Problem.NOT_SIGNED_IN))
    async def list_tickets(
        before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        person: Person = who,
    ) -> TicketPage:
        """One's own tickets; a referent's, those of the establishment."""
        services = parts().services
        rows = await services.database.read(
            lambda connection: list_visible(connection, services.sites, person, before=before, limit=limit)
        )
        found = [TicketRow.model_validate(row) for row in rows]
        return TicketPage(tickets=found, next_before=found[-1].id if len(found) == limit else None)

    @router.get("/tickets/{ticket_id}", responses=problems(*_PROBLEMS))
    async def get_ticket(ticket_id: TicketId, person: Person = who) -> TicketDetail:
        """One ticket, as GLPI was last seen to have it."""
        return await detail_of(ticket_id, person)

    @router.post("/tickets/{ticket_id}/followups", responses=problems(*_PROBLEMS, Problem.TICKET_CLOSED))
    async def add_followup(ticket_id: TicketId, given: NewFollowup, person: Person = who) -> TicketDetail:
        """Write to the technicians."""
        await charge(Limited.MESSAGES, person)
        await parts().changes.write(ticket_id, given.content, person, reopen=given.reopen)
        return await detail_of(ticket_id, person)

    @router.patch("/tickets/{ticket_id}", responses=problems(*_PROBLEMS, Problem.TICKET_CLOSED))
    async def change_ticket(ticket_id: TicketId, given: TicketChange, person: Person = who) -> TicketDetail:
        """Say that it is resolved, or how urgent it is."""
        await charge(Limited.MESSAGES, person)
        await parts().changes.change(ticket_id, Wish(given.status, given.priority), person)
        return await detail_of(ticket_id, person)

    @router.post("/tickets/{ticket_id}/sync", responses=problems(*_PROBLEMS, Problem.AWAY))
    async def sync_ticket(ticket_id: TicketId, person: Person = who) -> TicketDetail:
        """Look at GLPI now."""
        await charge(Limited.SYNCS, person)
        await parts().changes.look_again(ticket_id, person)
        return await detail_of(ticket_id, person)

    @router.post("/sync", status_code=202, responses=problems(Problem.NOT_SIGNED_IN, Problem.TOO_MANY))
    async def sync_all(person: Person = who) -> Synced:
        """Look at all one's open tickets, in the background."""
        await charge(Limited.SYNCS, person)
        return Synced(tickets=await parts().sync.look_at_all_open(person.email))

    @router.get("/categories", responses=problems(Problem.NOT_SIGNED_IN))
    async def list_categories(_person: Person = who) -> CategoryList:
        """What a problem may be about."""
        catalog = parts().catalog
        return CategoryList(categories=list(await catalog.list()), seen_at=await catalog.seen_at())

    return router


def _detail(row: Mapping[str, Any]) -> TicketDetail:
    is_synced = row["glpi_ticket_id"] is not None
    more = {"synced_to_glpi": is_synced, "ready_for_L1": is_synced and row["ready_for_l1"]}
    return TicketDetail.model_validate({**row, **more})
