"""The desk: `widip serve desk`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from desk.api.about import build_about
from desk.api.access import COOKIE
from desk.api.feedback import build_feedback
from desk.api.forwarded import Forwarded
from desk.api.internal import build_internal
from desk.api.live import build_live
from desk.api.oidc import build_oidc
from desk.api.photos import build_photos
from desk.api.sign_in import build_sign_in
from desk.api.tickets import build_tickets
from desk.api.webhook import build_webhook
from desk.api.workflow import build_workflow
from desk.caches import Cache, find_old, read_caches
from desk.catalog import EVERY_10_MIN
from desk.lanes import QUEUES
from desk.outbox import EVERY_15_S
from desk.parts import Parts
from desk.problems import Problem, answer_problems, problems
from desk.reconciliation import EVERY_NIGHT
from desk.retention import EVERY_HOUR
from desk.services import Services
from desk.settings import DeskSettings
from desk.sign_in import EVERY_30_MIN
from shared.database import Database
from shared.engine import Engine
from shared.instant import utc_now
from shared.llm import Llm
from shared.llm_lock import LlmLock
from shared.logs import get_logger
from shared.mcp_client import Toolbox
from shared.metrics import HttpMetrics, metrics_route
from shared.migrations import migrate_at_start
from shared.probes import Report, add_probes, find_redis_problem
from shared.redis_helper import RedisHelper
from shared.sites import Sites, load_sites
from shared.web_pages import web_pages

logger = get_logger("desk")

MIGRATIONS = Path(__file__).parent / "migrations"
ROUTES = (
    build_about,
    build_sign_in,
    build_oidc,
    build_workflow,
    build_tickets,
    build_photos,
    build_feedback,
    build_webhook,
    build_internal,
    build_live,
)
MAX_BODY_BYTES = 512 * 1024
"""Of 20,000 characters, however they are written, twice; photos have a limit of their own."""
PAGES = ("", "tickets", "tickets/{ticket_id:int}")
"""Where the chat's page is: its own deep links."""


def create_app(settings: DeskSettings | None = None, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """Wire everything; what it opens is opened and closed by the lifespan, in the one order that works."""
    settings = settings or DeskSettings()
    sites = load_sites(settings.sites_file)
    running: list[Parts] = []

    def parts() -> Parts:
        return running[0]

    def database() -> Database | None:
        return parts().services.database if running else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            services = await _open_services(stack, settings, sites, clock)
            current = app.state.parts = Parts.build(services)
            stack.push_async_callback(current.oidc.aclose)
            stack.push_async_callback(current.sign_ins.aclose)
            stack.push_async_callback(current.refiner.aclose)
            services.engine.schedule("categories", EVERY_10_MIN, current.catalog.refresh)
            services.engine.schedule("people", EVERY_30_MIN, current.sign_ins.recheck)
            services.engine.schedule("outbox", EVERY_15_S, current.outbox.resume)
            services.engine.schedule("reconciliation", EVERY_NIGHT, current.reconciliation.run)
            services.engine.schedule("retention", EVERY_HOUR, current.retention.run)
            stack.push_async_callback(services.engine.stop)
            await services.engine.start()
            await stack.enter_async_context(current.running())
            running[:] = [current]
            first_look = asyncio.create_task(current.catalog.refresh_until_told())
            yield
            first_look.cancel()
            await asyncio.gather(first_look, return_exceptions=True)

    registry = CollectorRegistry()
    # No docs page: its assets would come from the web. /openapi.json is there for any client.
    app = FastAPI(
        title="WIDIP desk",
        version="0.1.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_BODY_BYTES,
        responses=problems(Problem.INVALID_INPUT),
    )
    app.add_middleware(HttpMetrics, registry=registry)
    app.add_middleware(Forwarded, proxies=settings.desk_proxies)
    answer_problems(app, cookie=COOKIE)
    for build in ROUTES:
        app.include_router(build(parts))
    app.router.routes += [metrics_route(registry), *web_pages("desk", paths=PAGES)]
    add_probes(app, "desk", database=database, report=lambda: _report(parts()))
    return app


async def _open_services(
    stack: AsyncExitStack, settings: DeskSettings, sites: Sites, clock: Callable[[], datetime]
) -> Services:
    """Open what the desk stands on; the stack closes it in reverse: the engine first, then what its steps use."""
    redis = await stack.enter_async_context(settings.open_redis())
    database = Database(settings.desk_database_url.get_secret_value())
    stack.callback(database.close)
    await migrate_at_start(database, MIGRATIONS, setting="DESK_DATABASE_URL")
    toolbox = await stack.enter_async_context(Toolbox(settings.endpoints(), transport=settings.mcp_transport))
    engine = Engine(database, name="desk", executor_id=settings.executor_id, queues=QUEUES)
    llm = await _open_llm(stack, settings, redis)
    return Services(settings, database, engine, redis, toolbox, llm, sites, clock)


async def _open_llm(stack: AsyncExitStack, settings: DeskSettings, redis: RedisHelper) -> Llm | None:
    model = settings.find_llm()
    if model is None:
        return None
    lock = LlmLock(redis, executor=f"desk-{settings.executor_id}")
    llm = Llm(model, lock)
    stack.push_async_callback(llm.aclose)
    await lock.free_own()
    return llm


async def _report(parts: Parts) -> Report:
    caches = await read_caches(parts.services)
    ages = {name: cache.model_dump() for name, cache in caches.items()}
    return {"problems": await _find_problems(parts, caches), "caches": ages}


async def _find_problems(parts: Parts, caches: dict[str, Cache]) -> dict[str, str]:
    problems = {f"mcp:{name}": str(error) for name, error in parts.services.toolbox.problems().items()}
    if parts.sync.problem:
        problems["glpi"] = parts.sync.problem
    problems |= await find_redis_problem(parts.services.redis)
    if refused := await parts.outbox.count_failed():
        problems["outbox"] = (
            f"{refused} entries that GLPI refused need a person: POST /api/v1/tickets/ID/sync tries again"
        )
    if old := find_old(caches):
        problems["categories"] = old
    report = await parts.reconciliation.last()
    if report is not None and (orphans := report.as_problem()):
        problems["reconciliation"] = orphans
    return problems
