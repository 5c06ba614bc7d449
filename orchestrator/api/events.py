"""What is going on now, and what changes, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from orchestrator.api.access import StillReader, find_reader
from orchestrator.console.changes import Change, Changes
from orchestrator.console.snapshot import Now, take_now
from orchestrator.health_check import HealthCheck
from orchestrator.services import Services

AGAIN_MS = 2000
LIFE_S = 600.0
"""Then the browser comes again, and is asked again who it is."""


class ChangeEvent(BaseModel):
    """The data of an event. kind: what to read again; key: which one of them, empty for all.

    reset: read everything again: it came after too long an absence, or too much changed at once.
    """

    kind: Literal["now", "incident", "run", "request", "approval", "switch", "dead_letters", "reset"]
    key: str
    at: datetime


_Last = Annotated[str, Header(alias="Last-Event-ID", max_length=60)]
_RESPONSES: dict[int | str, dict[str, Any]] = {200: {"model": ChangeEvent}, 401: {}, 503: {}}


def build_now(services: Callable[[], Services], health: Callable[[], HealthCheck]) -> APIRouter:
    """`/api/now`."""
    router = APIRouter(tags=["now"], dependencies=[Depends(find_reader)])

    @router.get("/api/now", operation_id="get_now")
    async def get_now() -> Now:
        """One moment: GLPI, the model's lock and its line, queues, servers, open incidents by site."""
        return await take_now(services(), health())

    return router


def check_place(request: Request) -> Changes:
    """Before the stream begins: afterwards nothing can be refused any more. Raises 503 when too many are open."""
    changes: Changes = request.app.state.changes
    if changes.is_full:
        raise HTTPException(503, "too many streams are open", headers={"retry-after": "10"})
    return changes


def build_events() -> APIRouter:
    """`/api/events`."""
    router = APIRouter(tags=["now"])

    @router.get("/api/events", operation_id="watch_changes", response_class=EventSourceResponse, responses=_RESPONSES)
    async def watch_changes(
        may_read: StillReader, current: Annotated[Changes, Depends(check_place)], last_event_id: _Last = ""
    ) -> AsyncIterator[ServerSentEvent]:
        """What changes, within a second, each as a ChangeEvent; comments keep the stream alive.

        Goes on after Last-Event-ID. It ends after ten minutes, browsers come again by themselves, and for whoever
        is signed out meanwhile.
        """
        async with current.watch(last_event_id) as line:
            yield ServerSentEvent(comment="hello", retry=AGAIN_MS)
            ends_at = asyncio.get_running_loop().time() + LIFE_S
            while (change := await _next(line, ends_at)) is not None and await may_read():
                told = {"kind": change.kind, "key": change.key, "at": datetime.now(UTC)}
                yield ServerSentEvent(data=ChangeEvent.model_validate(told), event=change.kind, id=change.id)

    return router


async def _next(line: asyncio.Queue[Change], ends_at: float) -> Change | None:
    """The next change; None when the stream's time is over."""
    try:
        async with asyncio.timeout_at(ends_at):
            return await line.get()
    except TimeoutError:
        return None
