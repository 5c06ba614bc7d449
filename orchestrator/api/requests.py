"""What tickets ask for, what exactly was or would be done, and how it went: for operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from orchestrator.api.access import find_reader
from orchestrator.api.paging import MAX_NUMBER, Cursor, find_next, page_after
from orchestrator.api.runs import MAX_LINES, After, JournalLine
from orchestrator.assist.action import Action
from orchestrator.assist.plans import Plan
from orchestrator.assist.rows import State, parse_action, run_id_of
from orchestrator.assist.tables import request
from orchestrator.services import Services
from orchestrator.tables import journal


class RequestRow(BaseModel):
    """One request of a ticket. asked: what was read; code: why it is in this state; done: effects that are there.

    settled_at: when nothing but our own work was missing. due_at: when the clock has something for it.
    """

    key: str
    ticket_id: int
    number: int
    plan: Plan
    asked: dict[str, Any]
    author_id: int | None
    site: str | None
    state: State
    code: str
    done: list[Any]
    created_at: datetime
    settled_at: datetime | None
    closed_at: datetime | None
    work: bool
    due_at: datetime | None
    waits_for: str
    attempts: int


class RequestPage(BaseModel):
    """Requests, newest first. next: where the next page begins."""

    requests: list[RequestRow]
    next: str | None


class RequestDetail(BaseModel):
    """A request with what exactly would be or was done, and its journal in order."""

    request: RequestRow
    action: Action | None
    journal: list[JournalLine]


def build_requests(services: Callable[[], Services]) -> APIRouter:
    """`/api/requests` and `/api/requests/{key}`."""
    router = APIRouter(tags=["requests"], dependencies=[Depends(find_reader)])

    @router.get("/api/requests", operation_id="list_requests")
    async def list_requests(
        state: Literal["open", "closed", "all"] = "all",
        ticket_id: Annotated[int | None, Query(ge=1, le=MAX_NUMBER)] = None,
        site: Annotated[str | None, Query(max_length=32)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Cursor = None,
    ) -> RequestPage:
        """The latest requests, of one ticket or site if given."""
        query = page_after(sa.select(request), request.c.created_at, request.c.key, cursor, limit)
        if state != "all":
            closed = request.c.closed_at.is_not(None)
            query = query.where(closed if state == "closed" else ~closed)
        if ticket_id is not None:
            query = query.where(request.c.ticket_id == ticket_id)
        if site is not None:
            query = query.where(request.c.site == site)
        rows = await services().database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])
        requests = [RequestRow.model_validate(row) for row in rows[:limit]]
        return RequestPage(requests=requests, next=find_next(rows, limit, "created_at", "key"))

    @router.get("/api/requests/{key}", operation_id="get_request", responses={404: {}})
    async def get_request(key: str, after: After = 0) -> RequestDetail:
        """One request; of its journal what came after line `after`."""

        def read(connection: sa.Connection) -> RequestDetail | None:
            row = connection.execute(sa.select(request).where(request.c.key == key)).mappings().first()
            if row is None:
                return None
            mine = (journal.c.run_id == run_id_of(key)) & (journal.c.id > after)
            lines = sa.select(journal).where(mine).order_by(journal.c.id).limit(MAX_LINES)
            return RequestDetail(
                request=RequestRow.model_validate(dict(row)),
                action=parse_action(row["action"]),
                journal=[JournalLine.model_validate(dict(line)) for line in connection.execute(lines).mappings()],
            )

        found = await services().database.read(read)
        if found is None:
            raise HTTPException(404, "no such request")
        return found

    return router
