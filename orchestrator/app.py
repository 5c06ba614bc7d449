"""The orchestrator: `widip serve orchestrator`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import Response

from orchestrator.api.runs import build_api
from orchestrator.proactif.workflow import Proactif
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import metadata
from orchestrator.webhooks import ALERT_WORKFLOW, ALERTS_QUEUE, build_webhooks
from shared.database import Database
from shared.engine import Engine, QueueSpec
from shared.errors import WidipError
from shared.llm import Llm
from shared.llm_lock import LlmLock
from shared.mcp_client import Toolbox
from shared.metrics import HttpMetrics, metrics_route
from shared.sites import load_sites


def create_app(
    settings: OrchestratorSettings | None = None, *, llm_transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Wire everything; what it opens is opened and closed by the lifespan, in the one order that works."""
    settings = settings or OrchestratorSettings()
    sites = load_sites(settings.sites_file)
    running: list[Services] = []

    def services() -> Services:
        return running[0]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            redis = await stack.enter_async_context(settings.open_redis())
            lock = LlmLock(redis, executor=f"orchestrator-{settings.executor_id}")
            database = Database(settings.database_url.get_secret_value())
            stack.callback(database.close)
            await asyncio.to_thread(metadata.create_all, database.writer_engine)
            toolbox = await stack.enter_async_context(Toolbox(settings.endpoints(), transport=settings.mcp_transport))
            engine = Engine(
                database,
                name="orchestrator",
                executor_id=settings.executor_id,
                queues=(QueueSpec(ALERTS_QUEUE, settings.runs_at_once, partitioned=True),),
            )
            current = Services(
                settings=settings,
                database=database,
                engine=engine,
                redis=redis,
                toolbox=toolbox,
                llm=Llm(settings, lock, transport=llm_transport),
                sites=sites,
            )
            engine.workflow(ALERT_WORKFLOW, ALERTS_QUEUE, Proactif(current).handle_alert)
            await _free_dead_lock(lock)
            stack.push_async_callback(engine.stop)
            await engine.start()
            running[:] = [current]
            yield

    registry = CollectorRegistry()
    app = FastAPI(title="WIDIP orchestrator", version="0.1.0", lifespan=lifespan)
    app.add_middleware(HttpMetrics, registry=registry)
    app.include_router(build_webhooks(services))
    app.include_router(build_api(services))
    app.router.routes.append(metrics_route(registry))
    _add_probes(app, services_of=running)
    return app


async def _free_dead_lock(lock: LlmLock) -> None:
    """Before any run of ours is recovered: what we held when we died, nobody else can give back."""
    try:
        await lock.free_own()
    except WidipError:
        return  # Redis is away: the lock, if there is one, ends by its TTL


def _add_probes(app: FastAPI, *, services_of: list[Services]) -> None:
    @app.get("/healthz", tags=["probes"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["probes"])
    async def readyz(_request: Request) -> Response:
        """Can it do its work, and what is missing if not."""
        if not services_of:
            return JSONResponse({"status": "unavailable", "reason": "starting"}, 503)
        problems = await _find_problems(services_of[0])
        if problems:
            return JSONResponse({"status": "unavailable", "problems": problems}, 503)
        return JSONResponse({"status": "ok"})


async def _find_problems(services: Services) -> dict[str, str]:
    problems = {f"mcp:{name}": str(error) for name, error in services.toolbox.problems().items()}
    try:
        await services.redis.ping()
    except WidipError as error:
        problems["redis"] = str(error)
    return problems
