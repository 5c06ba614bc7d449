"""Intake of webhooks: authenticate, parse, store the delivery and start its workflow in one commit, answer."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from orchestrator.journal import RunJournal, insert_if_new
from orchestrator.proactif.alerts import Alert, AlertKind, alert_from_observium
from orchestrator.services import Services
from orchestrator.tables import delivery
from shared.errors import InvalidInput
from shared.logs import get_logger

logger = get_logger("webhooks")

MAX_BODY = 256 * 1024
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
        expected = current.settings.observium_webhook_token.get_secret_value()
        if not _is_authorized(request.headers.get("authorization", ""), expected):
            return JSONResponse({"status": "unauthorized", "reason": "wrong or missing token"}, 401)
        try:
            alert = alert_from_observium(await _read_json(request))
        except InvalidInput as error:
            logger.warning("delivery_unusable", reason=str(error))
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


def _is_authorized(header: str, expected: str) -> bool:
    """Observium sends its token verbatim, so the operator may have typed `Bearer ` before it or not."""
    presented = header.removeprefix("Bearer ").strip()
    return hmac.compare_digest(presented.encode(), expected.encode())


async def _read_json(request: Request) -> Any:
    """The body. Raises InvalidInput when it is too large or no JSON."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise InvalidInput(f"the body is larger than {MAX_BODY} bytes")
    try:
        return json.loads(body)
    except ValueError as error:
        raise InvalidInput("the body is no JSON") from error
