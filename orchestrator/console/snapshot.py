"""What is going on now, on one screen: GLPI, the model's lock, queues, servers, open incidents by site."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from orchestrator.assist.approvals import ApprovalState
from orchestrator.assist.tables import approval, request, ticket
from orchestrator.console.dead_letters import count_dead_letters
from orchestrator.console.links import device_link, ticket_link
from orchestrator.health_check import HealthCheck
from orchestrator.proactif.incidents import GLPI, PERSON
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import alert, delivery, incident
from shared.breaker import read_breaker
from shared.errors import UpstreamUnavailable, WidipError
from shared.llm_lock import look_at_lock

MAX_INCIDENTS = 500


class BreakerNow(BaseModel):
    """GLPI, by the last check. state: UP, DOWN, or why nobody knows. problem: in words, empty when all is well."""

    state: str
    is_open: bool
    problem: str


class WaiterNow(BaseModel):
    """Somebody in line for the model. owner: executor:run:nonce. priority: 1 chat, 2 critical, 3 ticket, 4 batch."""

    owner: str
    run: str
    priority: int
    waiting_since: datetime


class LockNow(BaseModel):
    """The model's lock. owner: empty when it is free. problem: Redis does not answer, so nobody knows."""

    owner: str
    run: str
    ttl_s: float
    waiting: list[WaiterNow]
    problem: str


class QueueNow(BaseModel):
    """Work of one kind. waiting: has not begun; running: is being done; blocked: waits for a system or a person."""

    name: Literal["deliveries", "incidents", "tickets", "requests"]
    waiting: int
    running: int
    blocked: int
    oldest_at: datetime | None


class ServerNow(BaseModel):
    """A server or system that we stand on. code and reason: why it is not up; empty when it is."""

    name: str
    kind: Literal["mcp", "redis", "database"]
    is_up: bool
    code: str
    reason: str
    tools: int


class IncidentNow(BaseModel):
    """An open incident, as the wall shows it. work: what is being done; waits_for: what it waits for.

    about: its first alert in the words of Observium: message, device, entity. Strangers wrote them.
    """

    key: str
    kind: Literal["site", "storm"]
    device_id: int
    about: str
    opened_at: datetime
    round: int
    work: str | None
    waits_for: str
    responsible: str
    confidence: float | None
    ticket_id: int | None
    ticket_url: str | None
    device_url: str | None
    parent_key: str | None


class SiteNow(BaseModel):
    """A site with its open incidents, oldest first. code: empty for devices that no site of the registry has."""

    code: str
    name: str
    incidents: list[IncidentNow]


class Now(BaseModel):
    """One moment. more_incidents: open ones that are not listed. problems: what keeps it from being whole."""

    at: datetime
    breaker: BreakerNow
    lock: LockNow
    queues: list[QueueNow]
    servers: list[ServerNow]
    sites: list[SiteNow]
    open_incidents: int
    more_incidents: int
    open_approvals: int
    dead_letters: int


async def take_now(services: Services, health: HealthCheck) -> Now:
    """Everything, read at once; what cannot be read says so in its place."""
    database = services.database
    lock, breaker, problem, redis = await asyncio.gather(
        _read_lock(services), read_breaker(services.redis), health.find_problem(), _read_redis(services)
    )
    rows, (queues, incidents, approvals, dead) = await asyncio.gather(
        database.read(_read_incidents), database.read(_read_counts)
    )
    return Now(
        at=datetime.now(UTC),
        breaker=BreakerNow(state=breaker, is_open=breaker == "DOWN", problem=problem),
        lock=lock,
        queues=queues,
        servers=[*list_servers(services), redis, _server("database", "database")],
        sites=_by_site(services, rows),
        open_incidents=incidents,
        more_incidents=max(0, incidents - MAX_INCIDENTS),
        open_approvals=approvals,
        dead_letters=dead,
    )


def list_servers(services: Services) -> list[ServerNow]:
    """The MCP servers, as our connections see them."""
    problems, tools = services.toolbox.problems(), services.toolbox.tools()
    found = []
    for endpoint in services.settings.endpoints():
        problem = problems.get(endpoint.name)
        count = sum(tool.server == endpoint.name for tool in tools)
        found.append(_server(endpoint.name, "mcp", problem, tools=count))
    return found


def _server(
    name: str, kind: Literal["mcp", "redis", "database"], problem: WidipError | None = None, *, tools: int = 0
) -> ServerNow:
    code, reason = (problem.code, str(problem)) if problem else ("", "")
    return ServerNow(name=name, kind=kind, is_up=problem is None, code=code, reason=reason, tools=tools)


async def _read_redis(services: Services) -> ServerNow:
    try:
        await services.redis.ping()
    except WidipError as error:
        return _server("redis", "redis", error)
    return _server("redis", "redis")


async def _read_lock(services: Services) -> LockNow:
    try:
        seen = await look_at_lock(services.redis)
    except UpstreamUnavailable as error:
        return LockNow(owner="", run="", ttl_s=0, waiting=[], problem=str(error))
    waiting = [
        WaiterNow(
            owner=one.owner,
            run=run_of(one.owner),
            priority=int(one.priority),
            waiting_since=datetime.fromtimestamp(one.since_ms / 1000, UTC),
        )
        for one in seen.waiting
    ]
    return LockNow(owner=seen.owner, run=run_of(seen.owner), ttl_s=seen.ttl_ms / 1000, waiting=waiting, problem="")


def run_of(owner: str) -> str:
    """The run in `executor:run:nonce`, or what a client of the brief calls itself."""
    _executor, _, rest = owner.partition(":")
    run, _, _nonce = rest.rpartition(":")
    return run or rest or owner


def _read_incidents(connection: sa.Connection) -> list[dict[str, Any]]:
    names = ("key", "kind", "site", "device_id", "opened_at", "round", "work", "waits_for", "verdict")
    columns = [incident.c[name] for name in (*names, "ticket_id", "parent_key")]
    query = sa.select(*columns).where(incident.c.closed_at.is_(None)).order_by(incident.c.opened_at, incident.c.key)
    rows = [dict(row) for row in connection.execute(query.limit(MAX_INCIDENTS)).mappings()]
    told = _read_first_alerts(connection, [row["key"] for row in rows])
    return [row | {"about": told.get(row["key"], "")} for row in rows]


def _read_first_alerts(connection: sa.Connection, keys: list[str]) -> dict[str, str]:
    """What the first alert of each incident is about."""
    first = sa.select(sa.func.min(alert.c.id)).where(alert.c.incident_key.in_(keys)).group_by(alert.c.incident_key)
    query = sa.select(alert.c.incident_key, alert.c.facts).where(alert.c.id.in_(first))
    return {row.incident_key: _in_words(row.facts) for row in connection.execute(query)}


def _in_words(facts: Mapping[str, Any]) -> str:
    return " · ".join(str(facts[name]) for name in ("message", "hostname", "entity_name") if facts.get(name))


def _read_counts(connection: sa.Connection) -> tuple[list[QueueNow], int, int, int]:
    now = datetime.now(UTC)
    is_open = incident.c.closed_at.is_(None)
    blocked = incident.c.waits_for.in_([GLPI, PERSON])
    working = incident.c.work.is_not(None)
    due = incident.c.due_at <= now
    queues = [
        _queue(connection, "deliveries", delivery.c.received_at, waiting=delivery.c.admitted_at.is_(None)),
        _queue(
            connection,
            "incidents",
            incident.c.round_at,
            waiting=is_open & ~working & ~blocked & due,
            running=is_open & working,
            blocked=is_open & blocked,
        ),
        _queue(
            connection,
            "tickets",
            ticket.c.hinted_at,
            running=ticket.c.work.is_(True),
            blocked=ticket.c.due_at.is_not(None),
        ),
        _queue(
            connection,
            "requests",
            request.c.created_at,
            waiting=request.c.closed_at.is_(None) & request.c.work.is_(False) & (request.c.due_at <= now),
            running=request.c.closed_at.is_(None) & request.c.work.is_(True),
            blocked=request.c.closed_at.is_(None) & (request.c.waits_for != ""),
        ),
    ]
    count = sa.select(sa.func.count())
    incidents = connection.execute(count.select_from(incident).where(is_open)).scalar_one()
    live = (approval.c.state == ApprovalState.OPEN.value) & (approval.c.expires_at > now)
    approvals = connection.execute(count.select_from(approval).where(live)).scalar_one()
    dead = count_dead_letters(connection, since=now - timedelta(days=30))
    return queues, int(incidents), int(approvals), dead


def _queue(
    connection: sa.Connection,
    name: Literal["deliveries", "incidents", "tickets", "requests"],
    at: sa.Column[Any],
    *,
    waiting: sa.ColumnElement[bool] | None = None,
    running: sa.ColumnElement[bool] | None = None,
    blocked: sa.ColumnElement[bool] | None = None,
) -> QueueNow:
    kinds = {"waiting": waiting, "running": running, "blocked": blocked}
    found: dict[str, Any] = {"oldest_at": None}
    for kind, condition in kinds.items():
        found[kind] = 0
        if condition is None:
            continue
        query = sa.select(sa.func.count(), sa.func.min(at)).where(condition)
        found[kind], oldest = connection.execute(query).one()
        if oldest is not None and (found["oldest_at"] is None or oldest < found["oldest_at"]):
            found["oldest_at"] = oldest
    return QueueNow(name=name, **found)


def _by_site(services: Services, rows: list[dict[str, Any]]) -> list[SiteNow]:
    """Sites with an incident, the longest open first."""
    found: dict[str, list[IncidentNow]] = {}
    for row in rows:
        found.setdefault(row["site"] or "", []).append(_incident(row, services.settings))
    return [
        SiteNow(code=code, name=site.name if (site := services.sites.by_code(code)) else code, incidents=incidents)
        for code, incidents in found.items()
    ]


def _incident(row: dict[str, Any], settings: OrchestratorSettings) -> IncidentNow:
    verdict = row["verdict"] or {}
    return IncidentNow(
        responsible=verdict.get("responsible", ""),
        confidence=verdict.get("confidence"),
        ticket_url=ticket_link(settings, row["ticket_id"]),
        device_url=device_link(settings, row["device_id"]),
        **{name: value for name, value in row.items() if name not in ("site", "verdict")},
    )
