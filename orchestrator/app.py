"""The orchestrator: `widip serve orchestrator`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from starlette.responses import Response

from orchestrator.admin_mail import AdminMail
from orchestrator.api.incidents import build_incidents
from orchestrator.api.runs import build_api
from orchestrator.health_check import EVERY_30_S, HealthCheck
from orchestrator.proactif.incidents import INCIDENTS_QUEUE, PERSON, RESUMED_QUEUE
from orchestrator.proactif.line import Line
from orchestrator.retention import EVERY_HOUR, Retention
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import incident
from orchestrator.webhooks import webhook_route
from shared.database import Database
from shared.engine import Engine, QueueSpec
from shared.errors import WidipError
from shared.llm import Llm
from shared.llm_lock import LlmLock
from shared.logs import get_logger
from shared.mcp_client import Toolbox
from shared.metrics import HttpMetrics, metrics_route
from shared.migrations import DatabaseUnusable, migrate
from shared.sites import Sites, load_sites

logger = get_logger("orchestrator")

MIGRATIONS = Path(__file__).parent / "migrations"
INCIDENTS_AT_ONCE = 40
"""Twice as many as a storm leaves to themselves: those that wait for the model's turn cost nothing."""


@dataclass(frozen=True, slots=True)
class _Running:
    services: Services
    line: Line
    health: HealthCheck


def create_app(
    settings: OrchestratorSettings | None = None, *, llm_transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Wire everything; what it opens is opened and closed by the lifespan, in the one order that works."""
    settings = settings or OrchestratorSettings()
    sites = load_sites(settings.sites_file)
    running: list[_Running] = []

    def services() -> Services:
        return running[0].services

    def line() -> Line:
        return running[0].line

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            current = await _open_services(stack, settings, sites, llm_transport)
            proactif = app.state.line = Line(current)
            health = app.state.health = HealthCheck(
                current, AdminMail(settings), resume=proactif.admission.resume_waiting
            )
            current.engine.schedule("glpi_health_check", EVERY_30_S, health.check)
            retention = app.state.retention = _build_retention(current)
            current.engine.schedule("retention", EVERY_HOUR, retention.run)
            await _free_dead_lock(current.llm.lock)
            stack.push_async_callback(current.engine.stop)
            await current.engine.start()
            await stack.enter_async_context(proactif.running())
            running[:] = [_Running(current, proactif, health)]
            first_check = asyncio.create_task(health.check())
            yield
            first_check.cancel()
            await asyncio.gather(first_check, return_exceptions=True)

    registry = CollectorRegistry()
    # No docs page: its assets would come from the web. /openapi.json is there for any client.
    app = FastAPI(title="WIDIP orchestrator", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(HttpMetrics, registry=registry)
    app.include_router(build_api(services))
    app.include_router(build_incidents(services))
    app.router.routes += [webhook_route(services, line), metrics_route(registry)]
    _add_probes(app, running)
    return app


async def _open_services(
    stack: AsyncExitStack,
    settings: OrchestratorSettings,
    sites: Sites,
    llm_transport: httpx.AsyncBaseTransport | None,
) -> Services:
    """Open what runs stand on; the stack closes it in reverse: the engine first, then what its steps use."""
    redis = await stack.enter_async_context(settings.open_redis())
    database = Database(settings.database_url.get_secret_value())
    stack.callback(database.close)
    await _migrate(database)
    toolbox = await stack.enter_async_context(Toolbox(settings.endpoints(), transport=settings.mcp_transport))
    lock = LlmLock(redis, executor=f"orchestrator-{settings.executor_id}")
    engine = Engine(
        database,
        name="orchestrator",
        executor_id=settings.executor_id,
        queues=(
            QueueSpec(INCIDENTS_QUEUE, INCIDENTS_AT_ONCE),
            QueueSpec(RESUMED_QUEUE, 1),
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
    )


def _build_retention(services: Services) -> Retention:
    settings = services.settings
    keep, dedup = timedelta(days=settings.retention_days), timedelta(days=settings.dedup_days)
    return Retention(services.database, services.engine, keep=keep, dedup=dedup)


async def _migrate(database: Database) -> None:
    """Our tables, as this version of the program wants them, before anything reads them."""
    try:
        await database.write(partial(migrate, MIGRATIONS))
    except DatabaseUnusable as error:
        logger.error("cannot_start", reason=str(error))
        raise
    except sa.exc.OperationalError as error:
        where = database.url.set(password=None, username=None, query={})
        logger.error("cannot_start", reason=f"the database {where} does not answer: see DATABASE_URL")
        raise DatabaseUnusable(f"the database {where} does not answer") from error


async def _free_dead_lock(lock: LlmLock) -> None:
    """Before any run of ours is recovered: what we held when we died, nobody else can give back."""
    try:
        await lock.free_own()
    except WidipError:
        return  # Redis is away: the lock, if there is one, ends by its TTL


def _add_probes(app: FastAPI, running: list[_Running]) -> None:
    @app.get("/healthz", tags=["probes"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["probes"])
    async def readyz() -> Response:
        """Can it take deliveries? `degraded` says what is missing: they are still taken, and wait."""
        if not running:
            return JSONResponse({"status": "unavailable", "problems": {"orchestrator": "starting"}}, 503)
        try:
            async with asyncio.timeout(5):
                await running[0].services.database.write(lambda c: c.execute(sa.text("select 1")).scalar())
        except (sa.exc.SQLAlchemyError, TimeoutError):
            return JSONResponse({"status": "unavailable", "problems": {"database": "does not answer"}}, 503)
        problems = await _find_problems(running[0].services, running[0].health)
        return JSONResponse({"status": "degraded" if problems else "ok", "problems": problems})


async def _find_problems(services: Services, health: HealthCheck) -> dict[str, str]:
    count = sa.select(sa.func.count()).select_from(incident).where(incident.c.waits_for == PERSON)
    failed = await services.database.read(lambda connection: int(connection.execute(count).scalar_one()))
    problems = {f"mcp:{name}": str(error) for name, error in services.toolbox.problems().items()}
    if failed:
        again = "POST /api/incidents/{key}/retry has one tried again"
        problems["incidents"] = f"{failed} failed and need a person: see /api/incidents; {again}"
    if reason := await health.find_problem():
        problems["glpi"] = reason
    try:
        await services.redis.ping()
    except WidipError as error:
        problems["redis"] = str(error)
    return problems
