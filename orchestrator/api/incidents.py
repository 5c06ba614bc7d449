"""What Proactif follows now, and how each incident went: for operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from orchestrator.api.access import token_check
from orchestrator.api.runs import JournalLine
from orchestrator.proactif.incidents import PERSON, Pace, advance
from orchestrator.services import Services
from orchestrator.tables import alert, incident, journal, run
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
    """Incidents, newest first."""

    incidents: list[IncidentRow]


class IncidentDetail(BaseModel):
    """An incident with its alerts, oldest first, and the journal of all its runs, in order."""

    incident: IncidentRow
    alerts: list[AlertRow]
    children: list[str]
    journal: list[JournalLine]


def build_incidents(services: Callable[[], Services]) -> APIRouter:
    """`/api/incidents`, `/api/incidents/{key}` and its `retry`."""
    router = APIRouter(tags=["incidents"], dependencies=[Depends(token_check(services))])

    @router.get("/api/incidents")
    async def list_incidents(
        state: Literal["open", "closed", "all"] = "all",
        site: Annotated[str | None, Query(max_length=32)] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> IncidentPage:
        """The latest incidents, of one site if given."""
        query = sa.select(incident).order_by(incident.c.opened_at.desc(), incident.c.key).limit(limit)
        if state != "all":
            query = query.where(
                (incident.c.closed_at.is_(None)) if state == "open" else incident.c.closed_at.is_not(None)
            )
        if site:
            query = query.where(incident.c.site == site)
        rows = await services().database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])
        return IncidentPage(incidents=[IncidentRow.model_validate(row) for row in rows])

    @router.get("/api/incidents/{key}")
    async def get_incident(key: str, after: Annotated[int, Query(ge=0)] = 0) -> IncidentDetail:
        """One incident; of its journal what came after line `after`."""

        def read(connection: sa.Connection) -> IncidentDetail | None:
            row = connection.execute(sa.select(incident).where(incident.c.key == key)).mappings().first()
            if row is None:
                return None
            alerts = sa.select(alert).where(alert.c.incident_key == key).order_by(alert.c.id)
            children = sa.select(incident.c.key).where(incident.c.parent_key == key).order_by(incident.c.opened_at)
            runs = sa.select(run.c.id).where(run.c.incident_key == key)
            mine = (journal.c.run_id == key) | journal.c.run_id.startswith(f"{key}.", autoescape=True)
            lines = sa.select(journal).where(mine | journal.c.run_id.in_(runs), journal.c.id > after)
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
    @router.post("/api/incidents/{key}/retry", status_code=202)
    async def retry_incident(key: str) -> IncidentRow:
        """Put an incident that waits for a person to work again; 409 for one that does not."""
        current = services()
        row = await current.database.read(partial(_read_incident, key))
        if row is None:
            raise HTTPException(404, "no such incident")
        queue = await current.database.write(partial(_retry, current, key))
        if queue is None:
            raise HTTPException(409, "this incident does not wait for a person")
        if queue:
            current.engine.nudge(queue)
        logger.info("incident_retried", incident=key)
        return IncidentRow.model_validate(await current.database.read(partial(_read_incident, key)))


def _read_incident(key: str, connection: sa.Connection) -> dict[str, Any] | None:
    row = connection.execute(sa.select(incident).where(incident.c.key == key)).mappings().first()
    return dict(row) if row else None


def _retry(services: Services, key: str, connection: sa.Connection) -> str | None:
    """The queue to nudge, empty when nothing is due yet; None when it does not wait for a person."""
    waiting = (incident.c.key == key) & (incident.c.waits_for == PERSON) & incident.c.closed_at.is_(None)
    if not connection.execute(incident.update().where(waiting).values(waits_for="")).rowcount:
        return None
    pace = Pace.from_settings(services.settings)
    return advance(connection, services.engine, pace, key, now=datetime.now(UTC)) or ""
