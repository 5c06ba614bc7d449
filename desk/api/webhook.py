"""/api/v1/glpi/webhook/ticket-updated: GLPI's hints that a ticket has changed."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response

from desk.parts import Parts
from desk.settings import DeskSettings
from shared.glpi_changes import Outcome, SignedWebhooks, TokenWebhooks, Verdict, find_ticket_id
from shared.logs import get_logger

logger = get_logger("webhook")

MAX_BODY = 256 * 1024


def build_webhook(parts: Callable[[], Parts]) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1/glpi/webhook", tags=["glpi"])

    @router.post("/ticket-updated", responses={401: {"description": "not GLPI"}})
    async def ticket_updated(request: Request) -> Response:
        """Look at the ticket that the body is about; nothing else of it is believed."""
        body = await _read_body(request)
        verdict = _check(parts(), body, request)
        if not verdict.is_accepted:
            logger.warning("webhook_refused", outcome=verdict.outcome, reason=verdict.reason)
            return JSONResponse({"status": "refused", "reason": verdict.reason}, 401)
        glpi_ticket_id = find_ticket_id(body)
        if glpi_ticket_id is not None:
            await parts().sync.look_at([glpi_ticket_id])
        return JSONResponse({"status": "accepted"})

    @router.get("/ticket-updated", responses={403: {"description": "not GLPI's challenge"}})
    async def challenge(crc_token: str = "") -> Response:
        """Answer GLPI 11's question whether we know the secret."""
        secret = parts().services.settings.glpi_webhook_secret
        answer = SignedWebhooks(secret).answer_challenge(crc_token) if secret else None
        return PlainTextResponse(answer) if answer else PlainTextResponse("no", 403)

    return router


def _check(parts: Parts, body: bytes, request: Request) -> Verdict:
    """By signature where that is set, by plain token where that is; refused where neither is."""
    settings: DeskSettings = parts.services.settings
    verdict = Verdict(Outcome.WRONG_TOKEN, "webhooks are not set up: GLPI_WEBHOOK_SECRET, GLPI_WEBHOOK_TOKEN")
    if len(body) > MAX_BODY:
        return Verdict(Outcome.MALFORMED, f"the body is larger than {MAX_BODY} bytes")
    if settings.glpi_webhook_secret is not None:
        verdict = SignedWebhooks(settings.glpi_webhook_secret).check(body, request.headers, now=parts.services.clock())
    if not verdict.is_accepted and settings.glpi_webhook_token is not None:
        verdict = TokenWebhooks(settings.glpi_webhook_token).check(request.headers, request.query_params)
    return verdict


async def _read_body(request: Request) -> bytes:
    """The body, at most one byte more than is accepted."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return body[: MAX_BODY + 1]
    return body
