"""Intake of GLPI's webhooks. Each is a hint and no more: its ticket is looked at later, what else it says forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Self

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from orchestrator.assist.hints import TICKETS_QUEUE, add_hint, insert_new
from orchestrator.assist.settings import AssistSettings
from orchestrator.assist.tables import glpi_delivery
from orchestrator.deliveries import MAX_BODY, keep_unusable, parse_json, read_body, source_of
from orchestrator.services import Services
from shared.engine import Engine
from shared.errors import InvalidInput
from shared.glpi_changes import Outcome, SignedWebhooks, TokenWebhooks, Verdict, find_ticket_id
from shared.glpi_changes.webhooks import SIGNATURE_HEADER
from shared.logs import get_logger

logger = get_logger("webhooks")

PATH = "/webhooks/glpi"
NOT_CONFIGURED = "GLPI's webhooks are not configured here: set GLPI_WEBHOOK_SECRET or GLPI_WEBHOOK_TOKEN"


@dataclass(frozen=True, slots=True)
class _Senders:
    """Who may deliver: GLPI 11 itself, which signs, a plugin with its token, both or nobody."""

    signed: SignedWebhooks | None
    plain: TokenWebhooks | None

    @classmethod
    def from_settings(cls, settings: AssistSettings) -> Self:
        """From the secret and the token."""
        secret, token = settings.glpi_webhook_secret, settings.glpi_webhook_token
        return cls(SignedWebhooks(secret) if secret else None, TokenWebhooks(token) if token else None)

    def check(self, body: bytes, request: Request) -> Verdict | None:
        """None when nobody may deliver. A delivery that carries a signature is judged by it, if we can."""
        if self.signed and (SIGNATURE_HEADER in request.headers or not self.plain):
            return self.signed.check(body, request.headers, now=datetime.now(UTC))
        return self.plain.check(request.headers, request.query_params) if self.plain else None


def glpi_webhook_route(services: Callable[[], Services], poke: Callable[[], None]) -> Route:
    """`/webhooks/glpi`: POST takes a delivery, GET answers GLPI's challenge. poke: have GLPI asked what changed."""

    async def answer(request: Request) -> Response:
        current = services()
        senders = _Senders.from_settings(current.settings)
        if request.method != "POST":
            return _answer_challenge(request, senders.signed)
        body = await read_body(request)
        if len(body) > MAX_BODY:
            return _refuse(request, 413, "too_large", f"the body is larger than {MAX_BODY} bytes")
        verdict = senders.check(body, request)
        if verdict is None:
            return _refuse(request, 404, "not_configured", NOT_CONFIGURED)
        if verdict.outcome is not Outcome.ACCEPTED:
            return _refuse(request, 401, "unauthorized", verdict.reason)
        try:
            status = await _take(current, body, verdict.replay_key)
        except InvalidInput as error:
            await keep_unusable(current, body, reason=str(error), source=str(source_of(request)))
            poke()  # what it should have said, GLPI's list of changes says
            return JSONResponse({"status": "unusable", "reason": str(error)}, 422)
        return JSONResponse({"status": status})

    return Route(PATH, answer, methods=["GET", "POST"])


def _answer_challenge(request: Request, signed: SignedWebhooks | None) -> Response:
    """GLPI asks before each delivery whether we know its secret."""
    if signed is None:
        return _refuse(request, 404, "not_configured", NOT_CONFIGURED)
    solved = signed.answer_challenge(request.query_params.get("crc_token", ""))
    if solved is None:
        return _refuse(request, 403, "refused", "not the challenge of this secret")
    return PlainTextResponse(solved)


def _refuse(request: Request, code: int, status: str, reason: str) -> JSONResponse:
    logger.warning("delivery_refused", reason=reason, source=str(source_of(request)))
    return JSONResponse({"status": status, "reason": reason}, code)


async def _take(services: Services, body: bytes, replay_key: str | None) -> str:
    """Keep the hint and start the look, in one commit; what became of the delivery in a word.

    Raises InvalidInput for a body that is neither JSON nor names a ticket.
    """
    ticket_id = find_ticket_id(body)
    if ticket_id is None:
        parse_json(body)
        return "ignored"
    status, is_started = await services.database.write(
        partial(_keep, services.engine, ticket_id, replay_key), first=True
    )
    if is_started:
        services.engine.nudge(TICKETS_QUEUE)
    logger.info("glpi_delivery", ticket_id=ticket_id, status=status)
    return status


def _keep(engine: Engine, ticket_id: int, replay_key: str | None, connection: sa.Connection) -> tuple[str, bool]:
    now = datetime.now(UTC)
    if replay_key is not None and not insert_new(connection, glpi_delivery, {"key": replay_key, "received_at": now}):
        return "known", False
    return "accepted", add_hint(connection, engine, ticket_id, now=now)
