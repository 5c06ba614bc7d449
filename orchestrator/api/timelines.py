"""How an incident, a request or a run went: a timeline with its cost, the evidence, and the same as Markdown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

from orchestrator.api.access import find_reader
from orchestrator.api.runs import MAX_LINES, After, RunRow
from orchestrator.assist.rows import parse_action, run_id_of
from orchestrator.assist.tables import request
from orchestrator.console.deeds import Step, list_steps
from orchestrator.console.links import device_link, ticket_link
from orchestrator.console.markdown import to_markdown
from orchestrator.console.timeline import (
    Evidence,
    TimelineEntry,
    Totals,
    count_totals,
    find_evidence,
    list_entries,
    list_run_ids,
)
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import incident, run

Limit = Annotated[int, Query(ge=1, le=MAX_LINES)]
_REQUEST = "request:"


class Links(BaseModel):
    """Where GLPI and Observium show it; null where there is nothing, or their pages are not configured."""

    ticket_id: int | None
    ticket_url: str | None
    device_id: int | None
    device_url: str | None


class Timeline(BaseModel):
    """title: what it is about. entries: in order; more: there are others after the last of these (`after`).

    totals: of all lines, not only of these. evidence: of an incident with a verdict; steps: of a request with an
    action, what exactly would be or was done.
    """

    id: str
    title: str
    runs: list[RunRow]
    links: Links
    evidence: Evidence | None
    steps: list[Step]
    entries: list[TimelineEntry]
    more: bool
    totals: Totals


def build_timelines(services: Callable[[], Services]) -> APIRouter:
    """`…/timeline` and `…/markdown` of incidents, requests and runs."""
    router = APIRouter(tags=["timelines"], dependencies=[Depends(find_reader)])
    finders = {"incidents": _of_incident, "requests": _of_request, "runs": _of_run}
    for kind, find in finders.items():
        _add(router, services, kind, find)
    return router


Finder = Callable[[sa.Connection, OrchestratorSettings, str, int, int], Timeline | None]


def _add(router: APIRouter, services: Callable[[], Services], kind: str, find: Finder) -> None:
    one = kind.removesuffix("s")

    async def read(key: str, after: int, limit: int) -> Timeline:
        current = services()
        found = await current.database.read(lambda c: find(c, current.settings, key, after, limit))
        if found is None:
            raise HTTPException(404, f"no such {one}")
        return found

    @router.get(f"/api/{kind}/{{key}}/timeline", operation_id=f"get_{one}_timeline", responses={404: {}})
    async def get_timeline(key: str, after: After = 0, limit: Limit = 500) -> Timeline:
        """What happened, line by line, after line `after`."""
        return await read(key, after, limit)

    @router.get(
        f"/api/{kind}/{{key}}/markdown",
        operation_id=f"get_{one}_markdown",
        response_class=PlainTextResponse,
        responses={200: {"content": {"text/markdown": {}}}, 404: {}},
    )
    async def get_markdown(key: str) -> PlainTextResponse:
        """The same as Markdown, to be copied."""
        found = await read(key, 0, MAX_LINES)
        ticket = found.links.ticket_url or (str(found.links.ticket_id) if found.links.ticket_id else "")
        facts = [("ticket", ticket), ("device", found.links.device_url or "")]
        text = to_markdown(found.title, facts, found.entries, found.totals, found.evidence)
        return PlainTextResponse(text, media_type="text/markdown; charset=utf-8")


def _of_incident(
    connection: sa.Connection, settings: OrchestratorSettings, key: str, after: int, limit: int
) -> Timeline | None:
    row = connection.execute(sa.select(incident).where(incident.c.key == key)).mappings().first()
    if row is None:
        return None
    runs = sa.select(run).where(run.c.incident_key == key).order_by(run.c.started_at, run.c.id).limit(limit)
    place = row["site"] or f"device {row['device_id']}"
    links = _links(settings, row["ticket_id"], row["device_id"])
    shown = {"id": key, "title": f"Incident {place} {row['opened_at']:%Y-%m-%d %H:%M}", "links": links}
    return _build(
        connection, list_run_ids(dict(row)), after, limit, shown, _rows(connection, runs), verdict=row["verdict"]
    )


def _of_request(
    connection: sa.Connection, settings: OrchestratorSettings, key: str, after: int, limit: int
) -> Timeline | None:
    row = connection.execute(sa.select(request).where(request.c.key == key)).mappings().first()
    if row is None:
        return None
    run_id, action = run_id_of(key), parse_action(row["action"])
    shown: dict[str, Any] = {"id": key, "title": f"{row['plan']} {row['state']} {row['code']}".strip()}
    shown |= {"links": _links(settings, row["ticket_id"], None), "steps": list_steps(action) if action else []}
    runs = _rows(connection, sa.select(run).where(run.c.id == run_id))
    return _build(connection, [run_id], after, limit, shown, runs)


def _of_run(
    connection: sa.Connection, settings: OrchestratorSettings, key: str, after: int, limit: int
) -> Timeline | None:
    runs = _rows(connection, sa.select(run).where(run.c.id == key))
    if key.startswith(_REQUEST):
        found = _of_request(connection, settings, key.removeprefix(_REQUEST), after, limit)
        return found.model_copy(update={"id": key}) if found else None
    row: Any = None
    if runs and runs[0]["incident_key"]:
        mine = sa.select(incident).where(incident.c.key == runs[0]["incident_key"])
        row = connection.execute(mine).mappings().first()
    verdict = runs[0]["summary"].get("verdict") if runs else None
    links = _links(settings, row["ticket_id"] if row else None, row["device_id"] if row else None)
    shown = {"id": key, "title": f"{runs[0]['kind']} {runs[0]['state']}" if runs else key, "links": links}
    found = _build(connection, [key], after, limit, shown, runs, verdict=verdict)
    return found if runs or found.totals.lines else None


def _build(
    connection: sa.Connection,
    run_ids: list[str],
    after: int,
    limit: int,
    shown: dict[str, Any],
    runs: list[dict[str, Any]],
    *,
    verdict: dict[str, Any] | None = None,
) -> Timeline:
    entries, more = list_entries(connection, run_ids, after=after, limit=limit)
    return Timeline(
        runs=[RunRow.model_validate(row) for row in runs],
        evidence=find_evidence(verdict, entries),
        entries=entries,
        more=more,
        totals=count_totals(connection, run_ids),
        **({"steps": []} | shown),
    )


def _rows(connection: sa.Connection, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _links(settings: OrchestratorSettings, ticket_id: int | None, device_id: int | None) -> Links:
    return Links(
        ticket_id=ticket_id,
        ticket_url=ticket_link(settings, ticket_id),
        device_id=device_id or None,
        device_url=device_link(settings, device_id),
    )
