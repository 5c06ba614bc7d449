"""What Proactif follows now, and how each incident went: for operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from orchestrator.api.access import Worker, find_reader
from orchestrator.api.paging import Cursor, find_next, page_after
from orchestrator.api.runs import MAX_LINES, After, JournalLine
from orchestrator.console.audit import add_act
from orchestrator.console.timeline import list_run_ids
from orchestrator.proactif.incidents import PERSON, Pace, advance
from orchestrator.services import Services
from orchestrator.tables import alert, incident, journal
from shared.logs import get_logger

logger = get_logger("incidents")


class AlertRow(BaseModel):
    """One alert of an incident."""

    alert_id: int
    device_id: int
    facts: dict[str, Any]
    failed_at: datetime
    recovered_at: datetime | None
    reminders: int
    flaps: int


class IncidentRow(BaseModel):
    """One incident. work: what is done for it now; waits_for: glpi, or person after a failed run."""

    key: str
    kind: Literal["site", "storm"]
    site: str | None
    device_id: int
    parent_key: str | None
    opened_at: datetime
    round: int
    ticket_id: int | None
    verdict: dict[str, Any] | None
    told: list[str]
    diagnosed_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None
    closed_why: str
    work: str | None
    waits_for: str
    due_at: datetime | None


class IncidentPage(BaseModel):
    """Incidents, newest first. next: where the next page begins."""

    incidents: list[IncidentRow]
    next: str | None


class IncidentDetail(BaseModel):
    """An incident with its alerts, oldest first, and the journal of all its runs, in order."""

    incident: IncidentRow
    alerts: list[AlertRow]
    children: list[str]
    journal: list[JournalLine]


def build_incidents(services: Callable[[], Services]) -> APIRouter:
    """`/api/incidents`, `/api/incidents/{key}` and its `retry`."""
    router = APIRouter(tags=["incidents"], dependencies=[Depends(find_reader)])

    @router.get("/api/incidents", operation_id="list_incidents")
    async def list_incidents(
        state: Literal["open", "closed", "all"] = "all",
        site: Annotated[str | None, Query(max_length=32)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        cursor: Cursor = None,
    ) -> IncidentPage:
        """The latest incidents, of one site if given."""
        query = page_after(sa.select(incident), incident.c.opened_at, incident.c.key, cursor, limit)
        if state != "all":
            query = query.where(
                (incident.c.closed_at.is_(None)) if state == "open" else incident.c.closed_at.is_not(None)
            )
        if site:
            query = query.where(incident.c.site == site)
        rows = await services().database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])
        incidents = [IncidentRow.model_validate(row) for row in rows[:limit]]
        return IncidentPage(incidents=incidents, next=find_next(rows, limit, "opened_at", "key"))

    @router.get("/api/incidents/{key}", operation_id="get_incident", responses={404: {}})
    async def get_incident(key: str, after: After = 0) -> IncidentDetail:
        """One incident; of its journal what came after line `after`."""

        def read(connection: sa.Connection) -> IncidentDetail | None:
            row = connection.execute(sa.select(incident).where(incident.c.key == key)).mappings().first()
            if row is None:
                return None
            alerts = sa.select(alert).where(alert.c.incident_key == key).order_by(alert.c.id)
            children = sa.select(incident.c.key).where(incident.c.parent_key == key).order_by(incident.c.opened_at)
            mine = journal.c.run_id.in_(list_run_ids(dict(row))) & (journal.c.id > after)
            lines = sa.select(journal).where(mine).limit(MAX_LINES)
            return IncidentDetail(
                incident=IncidentRow.model_validate(dict(row)),
                alerts=[AlertRow.model_validate(dict(found)) for found in connection.execute(alerts).mappings()],
                children=list(connection.execute(children).scalars()),
                journal=[
                    JournalLine.model_validate(dict(line))
                    for line in connection.execute(lines.order_by(journal.c.id)).mappings()
                ],
            )

        found = await services().database.read(read)
        if found is None:
            raise HTTPException(404, "no such incident")
        return found

    _add_retry(router, services)
    return router


def _add_retry(router: APIRouter, services: Callable[[], Services]) -> None:
    @router.post(
        "/api/incidents/{key}/retry", status_code=202, operation_id="retry_incident", responses={404: {}, 409: {}}
    )
    async def retry_incident(key: str, worker: Worker) -> IncidentRow:
        """Put an incident that waits for a person to work again; 409 for one that does not."""
        current = services()
        row = await current.database.read(partial(_read_incident, key))
        if row is None:
            raise HTTPException(404, "no such incident")
        queue = await current.database.write(partial(retry, current, key, worker))
        if queue is None:
            raise HTTPException(409, "this incident does not wait for a person")
        if queue:
            current.engine.nudge(queue)
        logger.info("incident_retried", incident=key, by=worker)
        return IncidentRow.model_validate(await current.database.read(partial(_read_incident, key)))


def _read_incident(key: str, connection: sa.Connection) -> dict[str, Any] | None:
    row = connection.execute(sa.select(incident).where(incident.c.key == key)).mappings().first()
    return dict(row) if row else None


def retry(services: Services, key: str, by: str, connection: sa.Connection) -> str | None:
    """Put it to work again, in the caller's commit.

    The queue to nudge, empty when nothing is due yet; None when it does not wait for a person.
    """
    waiting = (incident.c.key == key) & (incident.c.waits_for == PERSON) & incident.c.closed_at.is_(None)
    if not connection.execute(incident.update().where(waiting).values(waits_for="")).rowcount:
        return None
    now = datetime.now(UTC)
    add_act(connection, by, "retry", key, {}, now=now)
    return advance(connection, services.engine, Pace.from_settings(services.settings), key, now=now) or ""
