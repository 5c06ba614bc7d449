"""A stand-in GLPI: its legacy REST API as contracts/glpi.md describes it, its mail queue, two pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from simulators.faults import FaultMiddleware, Faults, fault_routes
from simulators.glpi.api import serve
from simulators.glpi.control import CONTROL_ROUTES
from simulators.glpi.mail import run_mail_queue
from simulators.glpi.pages import PAGE_ROUTES
from simulators.glpi.people import PEOPLE_ROUTES
from simulators.glpi.seed import fill_state
from simulators.glpi.state import GlpiState
from simulators.glpi.text import Version
from simulators.glpi.webhook_control import WEBHOOK_ROUTES
from simulators.glpi.webhook_queue import run_webhook_queue

QUEUE_EVERY_S = 0.2
USER_TOKENS = {
    "sim-admin-token": 2,
    "sim-orchestrator-token": 6,
    "sim-desk-token": 7,
    "sim-technician-token": 10,
    "sim-employee-token": 20,
    "sim-colleague-token": 21,
    "sim-stranger-token": 22,
}
_CONTROL = [*CONTROL_ROUTES, *PEOPLE_ROUTES, *WEBHOOK_ROUTES]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(
    *,
    version: Version = "10.0",
    smtp: tuple[str, int] | None = None,
    user_tokens: dict[str, int] | None = None,
    app_token: str = "sim-app-token",  # noqa: S107 - opens an invented GLPI
    clock: Callable[[], datetime] = datetime.now,
) -> Starlette:
    """A fresh GLPI filled from world.toml; `clock` gives server-local time, `smtp` is the relay of the mail queue."""
    tokens = dict(USER_TOKENS if user_tokens is None else user_tokens)
    state = GlpiState(version=version, user_tokens=tokens, app_token=app_token, clock=clock)
    state.smtp = smtp
    fill_state(state)
    faults = Faults()
    app = Starlette(
        routes=[*_api_routes(version), *PAGE_ROUTES, *_CONTROL, *fault_routes(faults)],
        middleware=[Middleware(FaultMiddleware, faults=faults)],
        lifespan=_running_queue,
    )
    app.state.glpi = state
    app.state.faults = faults
    return app


def _api_routes(version: Version) -> list[Route]:
    bases = ["/apirest.php", "/api.php/v1"] if version == "11.0" else ["/apirest.php"]
    paths = [path for base in bases for path in (base, f"{base}/{{rest:path}}")]
    return [Route(path, serve, methods=_METHODS) for path in paths]


@asynccontextmanager
async def _running_queue(app: Starlette) -> AsyncIterator[None]:
    """The system cron: runs the queues as long as the app lives; a run of the mail queue is let finish."""
    stopping = asyncio.Event()
    mails = asyncio.create_task(_run_queue_until(stopping, app.state.glpi))
    webhooks = asyncio.create_task(_run_webhooks_until(stopping, app))
    try:
        yield
    finally:
        stopping.set()
        webhooks.cancel()  # it may be waiting 5 s for somebody who does not answer
        with suppress(asyncio.CancelledError):
            await webhooks
        await mails


async def _run_queue_until(stopping: asyncio.Event, state: GlpiState) -> None:
    while not stopping.is_set():
        await run_mail_queue(state)
        with suppress(TimeoutError):
            async with asyncio.timeout(QUEUE_EVERY_S):
                await stopping.wait()


async def _run_webhooks_until(stopping: asyncio.Event, app: Starlette) -> None:
    """Only when asked (`webhook_mode` is "cli"): by default GLPI runs this action when people browse it."""
    while not stopping.is_set():
        if app.state.glpi.webhook_mode == "cli":
            await run_webhook_queue(app.state.glpi)
        with suppress(TimeoutError):
            async with asyncio.timeout(QUEUE_EVERY_S):
                await stopping.wait()
