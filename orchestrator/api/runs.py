"""The journal and the Redis helper over HTTP, for operators and the brief's clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from orchestrator.api.access import check_program, find_reader
from orchestrator.api.paging import MAX_NUMBER, Cursor, find_next, page_after
from orchestrator.services import Services
from orchestrator.tables import journal, run, unusable_delivery
from shared.errors import UpstreamUnavailable
from shared.redis_helper import RedisCommand, run_command

MAX_LINES = 2000
"""Of a journal in one answer."""
After = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="the last line of the journal that was read")]


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
    """Runs, newest first. next: where the next page begins."""

    runs: list[RunRow]
    next: str | None


class RunDetail(BaseModel):
    """A run with its journal. more: there are lines after the last of these."""

    run: RunRow | None
    journal: list[JournalLine]
    more: bool


class UnusableRow(BaseModel):
    """A delivery that could not be used."""

    id: int
    received_at: datetime
    source: str
    reason: str
    body: str


class UnusablePage(BaseModel):
    """Unusable deliveries, newest first. next: where the next page begins."""

    deliveries: list[UnusableRow]
    next: str | None


def build_api(services: Callable[[], Services]) -> APIRouter:
    """`/api/runs`, `/api/runs/{id}` and unusable deliveries for readers; `/redis` for the holder of API_TOKEN."""
    router = APIRouter(tags=["journal"], dependencies=[Depends(find_reader)])

    @router.get("/api/runs", operation_id="list_runs")
    async def list_runs(
        state: Literal["running", "done", "waiting", "failed", "all"] = "all",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Cursor = None,
    ) -> RunPage:
        """The latest runs."""
        query = page_after(sa.select(run), run.c.started_at, run.c.id, cursor, limit)
        if state != "all":
            query = query.where(run.c.state == state)
        rows = await services().database.read(lambda c: [dict(r) for r in c.execute(query).mappings()])
        runs = [RunRow.model_validate(row) for row in rows[:limit]]
        return RunPage(runs=runs, next=find_next(rows, limit, "started_at", "id"))

    @router.get("/api/runs/{run_id}", operation_id="get_run", responses={404: {}})
    async def get_run(run_id: str, after: After = 0) -> RunDetail:
        """One run and its journal, or what of it came after line `after`."""

        def query(connection: sa.Connection) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
            found = connection.execute(sa.select(run).where(run.c.id == run_id)).mappings().first()
            lines = sa.select(journal).where(journal.c.run_id == run_id, journal.c.id > after)
            lines = lines.order_by(journal.c.id).limit(MAX_LINES + 1)
            return (dict(found) if found else None), [dict(r) for r in connection.execute(lines).mappings()]

        found, lines = await services().database.read(query)
        if found is None and not lines:
            raise HTTPException(404, "no such run")
        return RunDetail(
            run=RunRow.model_validate(found) if found else None,
            journal=[JournalLine.model_validate(line) for line in lines[:MAX_LINES]],
            more=len(lines) > MAX_LINES,
        )

    @router.get("/api/deliveries/unusable", operation_id="list_unusable_deliveries")
    async def list_unusable_deliveries(
        limit: Annotated[int, Query(ge=1, le=200)] = 50, cursor: Cursor = None
    ) -> UnusablePage:
        """Deliveries that were no usable alert, newest first, with the reason."""
        table = unusable_delivery
        query = page_after(sa.select(table), table.c.received_at, table.c.id, cursor, limit)
        rows = await services().database.read(lambda c: [dict(r) for r in c.execute(query).mappings()])
        deliveries = [UnusableRow.model_validate(row) for row in rows[:limit]]
        return UnusablePage(deliveries=deliveries, next=find_next(rows, limit, "received_at", "id"))

    return router


def build_redis(services: Callable[[], Services]) -> APIRouter:
    """`/redis`, for the holder of API_TOKEN."""
    router = APIRouter(tags=["redis"], dependencies=[Depends(check_program)])

    @router.post("/redis")
    async def redis(command: RedisCommand) -> dict[str, str | bool | None]:
        """One Redis operation on one key of the brief's families."""
        try:
            return await run_command(services().redis, command)
        except UpstreamUnavailable as error:
            raise HTTPException(503, str(error)) from error

    return router
