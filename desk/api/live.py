"""/ws: news of one's tickets, as they happen."""

from __future__ import annotations

import asyncio
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

BEAT_S = 30.0
NOT_ALLOWED = 4403


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
        try:
            while True:
                await socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            pass  # the other side has left
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    return router


async def _tell(parts: Parts, socket: WebSocket, person: Person, after: int) -> None:
    while True:
        rows, after = await parts.live.read(person, after)
        for row in rows:
            told = _refined(row) if row["kind"] == Event.REFINED else News.model_validate(row)
            await socket.send_json(told.model_dump(mode="json"))
        if await parts.live.wait(after, timeout_s=BEAT_S):
            continue
        try:
            person = await find_person(parts, socket, is_write=True)
        except CannotDo as refusal:
            await socket.close(NOT_ALLOWED, refusal.problem.value)
            return
        await socket.send_json({"kind": "beat", "id": after})


def _refined(row: Mapping[str, Any]) -> Refined:
    found = {name: row[name] for name in ("id", "at", "kind", "session_id")}
    masked = shown_to_model(row["message"])
    return Refined.model_validate(
        {**found, "summary": row["refined"], "masked": masked, "why": row["detail"].get("why")}
    )
