"""`/_sim/webhooks`: configure webhooks from outside, look into their queue, run it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.glpi.state import GlpiState, Row
from simulators.glpi.webhook_queue import run_webhook_queue
from simulators.glpi.webhooks import add_webhook


async def webhooks(request: Request) -> Response:
    """GET: what is configured and what is queued, without secrets; POST: add one; DELETE: remove all of both."""
    state: GlpiState = request.app.state.glpi
    if request.method == "POST":
        try:
            return JSONResponse(_shown(add_webhook(state, await request.json())), 201)
        except ValueError as refusal:
            return JSONResponse({"error": str(refusal)}, 400)
    if request.method == "DELETE":
        state.webhooks.clear()
        state.queued_webhooks.clear()
    configured = [_shown(row) for row in state.webhooks.values()]
    queued = [_without(row, "headers") for row in state.queued_webhooks.values()]
    return JSONResponse({"webhooks": configured, "queued": queued})


def _shown(webhook: Row) -> Row:
    return _without(webhook, "secret", "headers")


def _without(row: Row, *names: str) -> Row:
    return {key: value for key, value in row.items() if key not in names}


async def run_queue(request: Request) -> Response:
    """POST /_sim/run_webhook_queue: one run of the automatic action now, in any mode."""
    return JSONResponse({"sent": await run_webhook_queue(request.app.state.glpi)})


WEBHOOK_ROUTES = [
    Route("/_sim/webhooks", webhooks, methods=["GET", "POST", "DELETE"]),
    Route("/_sim/run_webhook_queue", run_queue, methods=["POST"]),
]
