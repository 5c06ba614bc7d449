"""/ws: news of one's tickets, as they happen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, WebSocket
from pydantic import BaseModel
from starlette.websockets import WebSocketDisconnect

from desk.analysis import Summary
from desk.api.access import check_origin, find_person
from desk.parts import Parts
from desk.people import Person
from desk.problems import CannotDo
from desk.records import Event
from desk.refining import shown_to_model
from shared.logs import get_logger

logger = get_logger("live")

BEAT_S = 30.0
NOT_ALLOWED, BROKEN = 4403, 1011


class News(BaseModel):
    """One thing that happened to a ticket. Give the last `id` as `after` when connecting again: nothing is lost."""

    id: int
    at: datetime
    kind: str
    ticket_id: int
    number: str
    detail: dict[str, Any]


class Refined(BaseModel):
    """What the model adds to the summary of an open session; summary is empty, and `why` says so, when nothing came.

    masked: the message as the model read it. The first summary stays until `confirm` takes this one (`refined`).
    """

    id: int
    at: datetime
    kind: Literal["refined"]
    session_id: str
    summary: Summary | None
    masked: str
    why: str | None


def build_live(parts: Callable[[], Parts]) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.websocket("/ws")
    async def live(socket: WebSocket, after: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None) -> None:
        """Send what happens after line `after`; without it, from now on. Ends with the sign-in."""
        await socket.accept()
        try:
            check_origin(parts().services.settings, socket)
            person = await find_person(parts(), socket, is_write=True)
        except CannotDo as refusal:
            await socket.close(NOT_ALLOWED, refusal.problem.value)
            return
        start = await parts().live.start_from(after)
        await socket.send_json({"kind": "ready", "id": start})
        telling = asyncio.create_task(_tell(parts(), socket, person, start))
        leaving = asyncio.create_task(_until_left(socket))
        try:
            await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not leaving.done():
                await _close(socket, telling.exception())
        finally:
            telling.cancel()
            leaving.cancel()
            await asyncio.gather(telling, leaving, return_exceptions=True)

    return router


async def _until_left(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive()


async def _close(socket: WebSocket, why: BaseException | None) -> None:
    """Nothing more will be told. A page that is told so comes again; one that is not waits for ever."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the other side has left meanwhile
        if isinstance(why, CannotDo):
            await socket.close(NOT_ALLOWED, why.problem.value)
            return
        logger.warning("live_broken", error_type=type(why).__name__)
        await socket.close(BROKEN)


async def _tell(parts: Parts, socket: WebSocket, person: Person, after: int) -> None:
    """Raises CannotDo when the sign-in has ended, however much there was to tell."""
    clock = parts.services.clock
    known_at = clock()
    while True:
        if (left_s := BEAT_S - (clock() - known_at).total_seconds()) <= 0:
            person = await find_person(parts, socket, is_write=True)
            known_at, left_s = clock(), BEAT_S
            await socket.send_json({"kind": "beat", "id": after})
        rows, after = await parts.live.read(person, after)
        for row in rows:
            told = _refined(row) if row["kind"] == Event.REFINED else News.model_validate(row)
            await socket.send_json(told.model_dump(mode="json"))
        await parts.live.wait(after, timeout_s=left_s)


def _refined(row: Mapping[str, Any]) -> Refined:
    found = {name: row[name] for name in ("id", "at", "kind", "session_id")}
    masked = shown_to_model(row["message"])
    return Refined.model_validate(
        {**found, "summary": row["refined"], "masked": masked, "why": row["detail"].get("why")}
    )
