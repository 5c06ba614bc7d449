"""The orchestrator: `widip serve orchestrator`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import sqlalchemy as sa
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from orchestrator.admin_mail import AdminMail
from orchestrator.api.access import Access
from orchestrator.api.approvals import build_approvals
from orchestrator.api.audit import build_audit
from orchestrator.api.events import build_events, build_now
from orchestrator.api.incidents import build_incidents
from orchestrator.api.overview import build_overview
from orchestrator.api.people import build_people
from orchestrator.api.replays import build_dead_letters, build_replays
from orchestrator.api.requests import build_requests
from orchestrator.api.runs import build_api, build_redis
from orchestrator.api.sign_in import build_sign_in
from orchestrator.api.switches import build_switches
from orchestrator.api.timelines import build_timelines
from orchestrator.assist.desk import Desk
from orchestrator.assist.line import QUEUES as ASSIST_QUEUES
from orchestrator.assist.line import AssistLine
from orchestrator.assist.webhooks import glpi_webhook_route
from orchestrator.assist.workflow import Assist
from orchestrator.console.changes import Changes
from orchestrator.console.replay import Replay
from orchestrator.console.sessions import Sessions
from orchestrator.health_check import EVERY_30_S, HealthCheck
from orchestrator.operators import OperatorsFile
from orchestrator.proactif.incidents import INCIDENTS_QUEUE, PERSON, RESUMED_QUEUE
from orchestrator.proactif.line import Line
from orchestrator.public import create_public_app
from orchestrator.public_port import public_port
from orchestrator.retention import EVERY_HOUR, Retention
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import incident
from orchestrator.webhooks import webhook_route
from shared.database import Database
from shared.engine import Engine, QueueSpec, Workflow
from shared.instant import utc_now
from shared.llm import Llm
from shared.llm_lock import LlmLock
from shared.logs import get_logger
from shared.mcp_client import Toolbox
from shared.metrics import HttpMetrics, metrics_route
from shared.migrations import migrate_at_start
from shared.oidc import OidcProvider
from shared.probes import Report, add_probes, find_redis_problem
from shared.sites import Sites, load_sites
from shared.web_pages import web_pages

logger = get_logger("orchestrator")

MIGRATIONS = Path(__file__).parent / "migrations"
INCIDENTS_AT_ONCE = 40
"""Twice as many as a storm leaves to themselves: those that wait for the model's turn cost nothing."""


_ROUTERS = (
    build_api,
    build_redis,
    build_incidents,
    build_approvals,
    build_requests,
    build_timelines,
    build_switches,
    build_people,
    build_audit,
    build_overview,
)


@dataclass(frozen=True, slots=True)
class _Running:
    services: Services
    line: Line
    assist: AssistLine | None
    health: HealthCheck
    replay: Replay
    oidc: OidcProvider | None


def create_app(
    settings: OrchestratorSettings | None = None,
    *,
    llm_transport: httpx.AsyncBaseTransport | None = None,
    request_work: Callable[[Services], Workflow] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """Wire everything; what it opens is opened and closed by the lifespan, in the one order that works.

    request_work: what is done for a request of a ticket, in place of Assist. Without it, and without the servers of
    accounts, nobody looks at tickets.
    """
    settings = settings or OrchestratorSettings()
    sites = load_sites(settings.sites_file)
    running: list[_Running] = []

    def services() -> Services:
        return running[0].services

    def line() -> Line:
        return running[0].line

    def poke_polling() -> None:
        if (assist := running[0].assist) is not None:
            assist.polling.poke()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            current = await _open_services(stack, settings, sites, llm_transport, clock)
            app.state.engine = current.engine
            proactif = app.state.line = Line(current)
            desk = _open_desk(stack, settings)
            assist = app.state.assist = _build_assist(current, desk, request_work)
            resume = [proactif.admission.resume_waiting, *([assist.clock.resume_waiting] if assist else [])]
            health = app.state.health = HealthCheck(current, AdminMail(settings), resume=resume)
            current.engine.schedule("glpi_health_check", EVERY_30_S, health.check)
            retention = app.state.retention = _build_retention(current)
            current.engine.schedule("retention", EVERY_HOUR, retention.run)
            await current.llm.lock.free_own()
            stack.push_async_callback(current.engine.stop)
            await current.engine.start()
            await stack.enter_async_context(proactif.running())
            if assist is not None:
                await stack.enter_async_context(assist.running())
            app.state.changes = Changes(current)
            stack.push_async_callback(app.state.changes.stop)
            oidc = _open_console(stack, current, app.state.access)
            replay = Replay(current, proactif.intake, desk)
            running[:] = [_Running(current, proactif, assist, health, replay, oidc)]
            app.state.public_port = await _open_public_pages(stack, current)
            first_check = asyncio.create_task(health.check())
            yield
            first_check.cancel()
            await asyncio.gather(first_check, return_exceptions=True)

    registry = CollectorRegistry()
    # No docs page: its assets would come from the web. /openapi.json is there for any client.
    app = FastAPI(title="WIDIP orchestrator", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.access = _build_access(settings)
    app.add_middleware(HttpMetrics, registry=registry)
    _add_api(app, running)
    app.router.routes += [webhook_route(services, line), metrics_route(registry)]
    app.router.routes += web_pages("console", base="/console/", paths=("{view:path}",))
    if request_work is not None or settings.has_accounts:
        app.router.routes.append(glpi_webhook_route(services, poke_polling))
    return app


async def _open_services(
    stack: AsyncExitStack,
    settings: OrchestratorSettings,
    sites: Sites,
    llm_transport: httpx.AsyncBaseTransport | None,
    clock: Callable[[], datetime],
) -> Services:
    """Open what runs stand on; the stack closes it in reverse: the engine first, then what its steps use."""
    redis = await stack.enter_async_context(settings.open_redis())
    database = Database(settings.database_url.get_secret_value())
    stack.callback(database.close)
    await migrate_at_start(database, MIGRATIONS, setting="DATABASE_URL")
    toolbox = await stack.enter_async_context(Toolbox(settings.endpoints(), transport=settings.mcp_transport))
    lock = LlmLock(redis, executor=f"orchestrator-{settings.executor_id}")
    engine = Engine(
        database,
        name="orchestrator",
        executor_id=settings.executor_id,
        queues=(
            QueueSpec(INCIDENTS_QUEUE, INCIDENTS_AT_ONCE),
            QueueSpec(RESUMED_QUEUE, 1),
            *ASSIST_QUEUES,
        ),
    )
    llm = Llm(settings, lock, transport=llm_transport)
    stack.push_async_callback(llm.aclose)
    return Services(
        settings=settings,
        database=database,
        engine=engine,
        redis=redis,
        toolbox=toolbox,
        llm=llm,
        sites=sites,
        clock=clock,
    )


def _open_desk(stack: AsyncExitStack, settings: OrchestratorSettings) -> Desk | None:
    """The way to ask the desk who was signed in; None where Assist is off."""
    if not settings.has_accounts:
        return None
    desk = Desk(settings)
    stack.push_async_callback(desk.aclose)
    return desk


def _build_assist(
    services: Services, desk: Desk | None, request_work: Callable[[Services], Workflow] | None
) -> AssistLine | None:
    if request_work is not None:
        return AssistLine(services, request_work(services))
    return AssistLine(services, Assist(services, desk).work) if desk is not None else None


def _build_access(settings: OrchestratorSettings) -> Access:
    """Raises InvalidInput for a broken operators file; without one nobody can approve, and all else works."""
    operators = OperatorsFile(settings.operators_file)
    if operators.current() is None:
        logger.warning("no_operators", reason=operators.why_none)
    return Access(settings.api_token.get_secret_value(), operators, settings.console_origins)


def _open_console(stack: AsyncExitStack, services: Services, access: Access) -> OidcProvider | None:
    """From here on operators can sign in; the provider by which they can, if one is configured."""
    settings = services.settings
    access.sessions = Sessions(services.database, access.operators, settings)
    if settings.console_oidc is None:
        return None
    provider = OidcProvider(settings.console_oidc, clock=services.clock)
    stack.push_async_callback(provider.aclose)
    return provider


async def _open_public_pages(stack: AsyncExitStack, services: Services) -> int | None:
    """The port of the confirmation pages; None when they are not configured."""
    key = services.settings.confirmation_key
    if services.settings.public_url is None or key is None:
        return None
    pages = create_public_app(services, key.get_secret_value())
    return await stack.enter_async_context(public_port(pages, services.settings))


def _build_retention(services: Services) -> Retention:
    settings = services.settings
    keep, dedup = timedelta(days=settings.retention_days), timedelta(days=settings.dedup_days)
    audit = timedelta(days=settings.audit_days)
    return Retention(services.database, services.engine, keep=keep, dedup=dedup, audit=audit)


def _add_api(app: FastAPI, running: list[_Running]) -> None:
    """What programs and the console use."""

    def services() -> Services:
        return running[0].services

    def database() -> Database | None:
        return services().database if running else None

    async def report() -> Report:
        return {"problems": await _find_problems(services(), running[0].health)}

    add_probes(app, "orchestrator", database=database, report=report)
    for build in _ROUTERS:
        app.include_router(build(services))
    app.include_router(build_sign_in(services, lambda: running[0].oidc))
    app.include_router(build_now(services, lambda: running[0].health))
    app.include_router(build_events())
    app.include_router(build_replays(lambda: running[0].replay))
    app.include_router(build_dead_letters(services, lambda: running[0].line))


async def _find_problems(services: Services, health: HealthCheck) -> dict[str, str]:
    count = sa.select(sa.func.count()).select_from(incident).where(incident.c.waits_for == PERSON)
    failed = await services.database.read(lambda connection: int(connection.execute(count).scalar_one()))
    problems = {f"mcp:{name}": str(error) for name, error in services.toolbox.problems().items()}
    if failed:
        again = "POST /api/incidents/{key}/retry has one tried again"
        problems["incidents"] = f"{failed} failed and need a person: see /api/incidents; {again}"
    if reason := await health.find_problem():
        problems["glpi"] = reason
    return problems | await find_redis_problem(services.redis)
