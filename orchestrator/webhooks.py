"""Intake of webhooks: authenticate, parse, store the delivery and start its workflow in one commit, answer."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from orchestrator.journal import RunJournal, insert_if_new
from orchestrator.proactif.alerts import Alert, AlertKind, alert_from_observium
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import delivery, unusable_delivery
from shared.errors import InvalidInput
from shared.logs import get_logger, redact

logger = get_logger("webhooks")

MAX_BODY = 256 * 1024
MAX_KEPT = 4000
ALERTS_QUEUE = "alerts"
ALERT_WORKFLOW = "handle_alert"
ACCEPTED = {"status": "successful"}
"""Observium's plain `webhook` counts any other status as a failure and sends again."""


def build_webhooks(services: Callable[[], Services]) -> APIRouter:
    """`POST /webhooks/observium`."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/webhooks/observium")
    async def receive_alert(request: Request) -> JSONResponse:
        """Take one alert delivery of Observium."""
        current = services()
        refusal = _find_refusal(request, current.settings)
        if refusal is not None:
            logger.warning("delivery_refused", reason=refusal, source=_source(request))
            return JSONResponse({"status": "unauthorized", "reason": refusal}, 401)
        body = await _read_body(request)
        try:
            alert = alert_from_observium(_parse_json(body))
        except InvalidInput as error:
            await _keep_unusable(current, body, reason=str(error), source=_source(request))
            return JSONResponse({"status": "unusable", "reason": str(error)}, 422)
        await store_delivery(current, alert)
        return JSONResponse(ACCEPTED)

    return router


async def store_delivery(services: Services, alert: Alert) -> bool:
    """Keep the delivery and, if it is a new alert, start its workflow: one commit. False for a repeat."""
    instance = services.settings.observium_instance
    key = alert.dedup_key(instance)
    run_id = f"obs-{key}"
    received_at = datetime.now(UTC)
    event = {
        "key": key,
        "instance": instance,
        "alert": alert.model_dump(mode="json"),
        "received_at": received_at.isoformat(),
    }
    row = {
        "key": key,
        "instance": instance,
        "kind": alert.kind.value,
        "alert_id": alert.alert_id,
        "received_at": received_at,
        "times": 1,
        "body": event["alert"],
    }
    starts = alert.kind is AlertKind.ALERT
    partition = _partition(services, alert)

    def store(connection: sa.Connection) -> bool:
        if not connection.execute(insert_if_new(connection, delivery, row)).rowcount:
            again = delivery.update().where(delivery.c.key == key).values(times=delivery.c.times + 1)
            connection.execute(again)
            return False
        if starts:
            services.engine.enqueue(connection, ALERT_WORKFLOW, ALERTS_QUEUE, run_id, event, partition=partition)
        return True

    is_new = await services.database.write(store)
    if is_new and starts:
        services.engine.nudge(ALERTS_QUEUE)
        journal = RunJournal(services.database, run_id)
        journal.note("received", {"alert_id": alert.alert_id, "device": alert.hostname, "message": alert.message})
        journal.note("stored", {"delivery": key})
    logger.info("delivery", alert_id=alert.alert_id, kind=alert.kind.value, repeat=not is_new, run=run_id)
    return is_new


def _partition(services: Services, alert: Alert) -> str:
    """Runs of one site come one after the other; an unknown site's, by device."""
    found = services.sites.find_site(alert.device_id, alert.hostname)
    return found[0].code if found else f"device-{alert.device_id}"


def _find_refusal(request: Request, settings: OrchestratorSettings) -> str | None:
    """Why this sender may not deliver; None when he may.

    Observium sends its token verbatim, so the operator may have typed `Bearer ` before it or not; its plain `webhook`
    sends no header at all, so the token may also stand in the URL.
    """
    networks = [ip_network(part) for part in settings.observium_source_addresses]
    if networks and not any(ip_address(_source(request)) in network for network in networks):
        return "deliveries from this address are not accepted"
    header = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    presented = header or request.query_params.get("token", "")
    expected = settings.observium_webhook_token.get_secret_value()
    return None if hmac.compare_digest(presented.encode(), expected.encode()) else "wrong or missing token"


def _source(request: Request) -> str:
    return request.client.host if request.client else "0.0.0.0"  # noqa: S104 - no address is in no network


async def _read_body(request: Request) -> bytes:
    """The body, at most one byte more than is accepted."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return body[: MAX_BODY + 1]
    return body


def _parse_json(body: bytes) -> Any:
    """Raises InvalidInput when it is too large or no JSON."""
    if len(body) > MAX_BODY:
        raise InvalidInput(f"the body is larger than {MAX_BODY} bytes")
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvalidInput("the body is no JSON") from error


async def _keep_unusable(services: Services, body: bytes, *, reason: str, source: str) -> None:
    """For inspection: what it was, redacted and cut, and why it could not be used."""
    logger.warning("delivery_unusable", reason=reason, source=source)
    text = redact(body.decode(errors="replace"), max_text=MAX_KEPT)
    row = {"received_at": datetime.now(UTC), "source": source, "reason": reason, "body": text.replace("\x00", "")}
    await services.database.write(lambda connection: connection.execute(unusable_delivery.insert().values(row)))
