"""Replay: look again without doing, or take the same delivery in again. And what came to nothing, with its replay."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import AwareDatetime, BaseModel

from orchestrator.api.access import Worker, find_reader
from orchestrator.api.incidents import retry
from orchestrator.console.audit import add_act
from orchestrator.console.dead_letters import (
    NOT_ADMITTED,
    DeadLetter,
    DeadLetterDetail,
    LetterKind,
    find_dead_letter,
    list_dead_letters,
)
from orchestrator.console.replay import IncidentReplay, Redelivered, Replay, RequestReplay
from orchestrator.deliveries import parse_json
from orchestrator.proactif.alerts import alert_from_observium
from orchestrator.proactif.line import Line
from orchestrator.services import Services
from orchestrator.tables import delivery, unusable_delivery
from shared.errors import InvalidInput, NotFound, Refused, UpstreamError

T = TypeVar("T")


class DeadLetterPage(BaseModel):
    """Latest first. next: `before` of the next page."""

    letters: list[DeadLetter]
    next: datetime | None


class Replayed(BaseModel):
    """What became of a dead letter that was tried again."""

    id: str
    outcome: Literal["accepted", "readmitted", "retried"]


def build_replays(replay: Callable[[], Replay]) -> APIRouter:
    """`…/replay` (reads only) and `…/redeliver` (the same delivery again) of incidents and requests."""
    router = APIRouter(tags=["replay"])
    responses: dict[int | str, dict[str, Any]] = {403: {}, 404: {}, 409: {}, 503: {}}

    @router.post("/api/incidents/{key}/replay", operation_id="replay_incident", responses=responses)
    async def replay_incident(key: str, worker: Worker) -> IncidentReplay:
        """Read Observium afresh and judge again: nothing is written. Takes seconds."""
        return await _answer(replay().look_at_incident(key, by=worker))

    @router.post("/api/requests/{key}/replay", operation_id="replay_request", responses=responses)
    async def replay_request(key: str, worker: Worker) -> RequestReplay:
        """Read ticket and directory afresh and ask policy again: nothing is written. Takes seconds."""
        return await _answer(replay().look_at_request(key, by=worker))

    @router.post("/api/incidents/{key}/redeliver", operation_id="redeliver_incident", responses=responses)
    async def redeliver_incident(key: str, worker: Worker) -> Redelivered:
        """Take its deliveries in once more, under the same keys: what was done is not done again."""
        return await _answer(replay().deliver_incident(key, by=worker))

    @router.post("/api/requests/{key}/redeliver", operation_id="redeliver_request", responses=responses)
    async def redeliver_request(key: str, worker: Worker) -> Redelivered:
        """Have its ticket looked at once more, as GLPI's webhook does: texts that were read ask nothing again."""
        return await _answer(replay().deliver_request(key, by=worker))

    return router


def build_dead_letters(services: Callable[[], Services], line: Callable[[], Line]) -> APIRouter:
    """`/api/dead-letters`, each of them, and its `replay`."""
    router = APIRouter(tags=["dead letters"])

    @router.get("/api/dead-letters", operation_id="list_dead_letters", dependencies=[Depends(find_reader)])
    async def list_letters(
        kind: LetterKind | None = None,
        before: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DeadLetterPage:
        """Deliveries that could not be used and runs that ended in an error."""
        find = partial(list_dead_letters, kind=kind, before=before, limit=limit + 1)
        found = await services().database.read(find)
        return DeadLetterPage(letters=found[:limit], next=found[limit - 1].at if len(found) > limit else None)

    @router.get(
        "/api/dead-letters/{kind}/{key}",
        operation_id="get_dead_letter",
        dependencies=[Depends(find_reader)],
        responses={404: {}},
    )
    async def get_letter(kind: LetterKind, key: str) -> DeadLetterDetail:
        """One, with what was received or what its run says."""
        return await _find(services(), kind, key)

    @router.post(
        "/api/dead-letters/{kind}/{key}/replay",
        operation_id="replay_dead_letter",
        responses={403: {}, 404: {}, 409: {}, 422: {}},
    )
    async def replay_letter(kind: LetterKind, key: str, worker: Worker) -> Replayed:
        """Try it again, by the same door and under the same keys. 409: that would not help; 422: still unreadable."""
        current = services()
        letter = (await _find(current, kind, key)).letter
        if not letter.can_replay:
            raise HTTPException(409, f"this is not tried again: {letter.why_not}")
        match kind:
            case LetterKind.DELIVERY:
                await _read_again(current, line(), int(key), worker)
                return Replayed(id=letter.id, outcome="accepted")
            case LetterKind.ADMISSION:
                await current.database.write(partial(_admit_again, key, worker))
                line().admission.poke()
                return Replayed(id=letter.id, outcome="readmitted")
            case LetterKind.RUN:
                queue = await current.database.write(partial(retry, current, str(letter.incident_key), worker))
                if queue is None:
                    raise HTTPException(409, "it does not wait for a person any more")
                if queue:
                    current.engine.nudge(queue)
                return Replayed(id=letter.id, outcome="retried")

    return router


async def _find(services: Services, kind: LetterKind, key: str) -> DeadLetterDetail:
    found = await services.database.read(lambda connection: find_dead_letter(connection, kind, key))
    if found is None:
        raise HTTPException(404, "no such dead letter")
    return found


async def _read_again(services: Services, line: Line, number: int, by: str) -> None:
    """What was kept is redacted and cut: where it can be read all the same, it is a delivery like any other."""
    mine = unusable_delivery.c.id == number
    query = sa.select(unusable_delivery.c.body).where(mine)
    body = await services.database.read(lambda connection: connection.execute(query).scalar_one())
    try:
        alert = alert_from_observium(parse_json(body.encode()))
    except InvalidInput as error:
        raise HTTPException(422, f"it still cannot be read: {error}") from error
    await line.intake.store(alert, source="replay")
    now = datetime.now(UTC)

    def note(connection: sa.Connection) -> None:
        connection.execute(unusable_delivery.update().where(mine).values(replayed_at=now))
        add_act(connection, by, "replay", f"delivery:{number}", {"way": "delivery"}, now=now)

    await services.database.write(note)


def _admit_again(key: str, by: str, connection: sa.Connection) -> None:
    """It is new once more; what it has opened since, it joins. Raises 409 when it is so already: not twice."""
    mine = (delivery.c.key == key) & (delivery.c.outcome == NOT_ADMITTED)
    if not connection.execute(delivery.update().where(mine).values(admitted_at=None, outcome="")).rowcount:
        raise HTTPException(409, "somebody else has just had it tried again")
    add_act(connection, by, "replay", f"admission:{key}", {"way": "admission"}, now=datetime.now(UTC))


async def _answer(work: Awaitable[T]) -> T:
    """Errors of a replay, in HTTP's words."""
    try:
        return await work
    except NotFound as error:
        raise HTTPException(404, str(error)) from error
    except Refused as error:
        raise HTTPException(409, str(error)) from error
    except UpstreamError as error:
        raise HTTPException(503, str(error)) from error
