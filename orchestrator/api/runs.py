"""The journal and the Redis helper over HTTP, for operators and the brief's clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from orchestrator.api.access import token_check
from orchestrator.services import Services
from orchestrator.tables import journal, run, unusable_delivery
from shared.errors import UpstreamUnavailable
from shared.redis_helper import RedisCommand, run_command


class RunRow(BaseModel):
    """One run. state: running, done, waiting (for GLPI) or failed."""

    id: str
    kind: str
    incident_key: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    summary: dict[str, Any]


class JournalLine(BaseModel):
    """One thing that happened. `id` grows: pass the last one as `after` to read on."""

    id: int
    at: datetime
    kind: str
    detail: dict[str, Any]


class RunPage(BaseModel):
    """Runs, newest first."""

    runs: list[RunRow]


class RunDetail(BaseModel):
    """A run with its journal."""

    run: RunRow | None
    journal: list[JournalLine]


class UnusableRow(BaseModel):
    """A delivery that could not be used."""

    id: int
    received_at: datetime
    source: str
    reason: str
    body: str


class UnusablePage(BaseModel):
    """Unusable deliveries, newest first."""

    deliveries: list[UnusableRow]


def build_api(services: Callable[[], Services]) -> APIRouter:
    """`/api/runs`, `/api/runs/{id}`, `/redis`; all need the API token."""

    router = APIRouter(dependencies=[Depends(token_check(services))])

    @router.get("/api/runs", tags=["journal"])
    async def list_runs(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> RunPage:
        """The latest runs."""
        query = sa.select(run).order_by(run.c.started_at.desc()).limit(limit)
        rows = await services().database.read(lambda c: [dict(r) for r in c.execute(query).mappings()])
        return RunPage(runs=[RunRow.model_validate(row) for row in rows])

    @router.get("/api/runs/{run_id}", tags=["journal"])
    async def get_run(run_id: str, after: Annotated[int, Query(ge=0)] = 0) -> RunDetail:
        """One run and its journal, or what of it came after line `after`."""

        def query(connection: sa.Connection) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
            found = connection.execute(sa.select(run).where(run.c.id == run_id)).mappings().first()
            lines = sa.select(journal).where(journal.c.run_id == run_id, journal.c.id > after).order_by(journal.c.id)
            return (dict(found) if found else None), [dict(r) for r in connection.execute(lines).mappings()]

        found, lines = await services().database.read(query)
        if found is None and not lines:
            raise HTTPException(404, "no such run")
        return RunDetail(
            run=RunRow.model_validate(found) if found else None,
            journal=[JournalLine.model_validate(line) for line in lines],
        )

    @router.get("/api/deliveries/unusable", tags=["journal"])
    async def list_unusable_deliveries(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> UnusablePage:
        """Deliveries that were no usable alert, newest first, with the reason."""
        query = sa.select(unusable_delivery).order_by(unusable_delivery.c.id.desc()).limit(limit)
        rows = await services().database.read(lambda c: [dict(r) for r in c.execute(query).mappings()])
        return UnusablePage(deliveries=[UnusableRow.model_validate(row) for row in rows])

    @router.post("/redis", tags=["redis"])
    async def redis(command: RedisCommand) -> dict[str, str | bool | None]:
        """One Redis operation on one key of the brief's families."""
        try:
            return await run_command(services().redis, command)
        except UpstreamUnavailable as error:
            raise HTTPException(503, str(error)) from error

    return router
