"""How an alert gets its run: with its delivery, in one commit; or again, once GLPI is back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.journal import RunJournal, insert_if_new
from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.services import Services
from orchestrator.tables import delivery, incident
from shared.logs import get_logger

logger = get_logger("intake")

ALERTS_QUEUE = "alerts"
ALERT_WORKFLOW = "handle_alert"
WAITING = "waiting_for_glpi"
RESUME_AT_ONCE = 50


async def store_delivery(services: Services, alert: Alert) -> bool:
    """Keep the delivery and, if it is a new alert, start its workflow: one commit. False for a repeat."""
    instance = services.settings.observium_instance
    key = alert.dedup_key(instance)
    row = {
        "key": key,
        "instance": instance,
        "kind": alert.kind.value,
        "alert_id": alert.alert_id,
        "received_at": datetime.now(UTC),
        "times": 1,
        "body": alert.model_dump(mode="json"),
    }
    starts = alert.kind is AlertKind.ALERT

    def store(connection: sa.Connection) -> bool:
        if not connection.execute(insert_if_new(connection, delivery, row)).rowcount:
            again = delivery.update().where(delivery.c.key == key).values(times=delivery.c.times + 1)
            connection.execute(again)
            return False
        if starts:
            _enqueue(services, connection, run_id(key), row)
        return True

    is_new = await services.database.write(store)
    if is_new and starts:
        services.engine.nudge(ALERTS_QUEUE)
        journal = RunJournal(services.database, run_id(key))
        journal.note("received", {"alert_id": alert.alert_id, "device": alert.hostname, "message": alert.message})
        journal.note("stored", {"delivery": key})
    logger.info("delivery", alert_id=alert.alert_id, kind=alert.kind.value, repeat=not is_new, run=run_id(key))
    return is_new


async def resume_waiting(services: Services) -> int:
    """Give every incident that waits for GLPI a new run, oldest first; returns how many.

    The new run has another id but writes under the same keys, so nothing is done twice.
    """
    waiting = (
        sa.select(incident.c.id, incident.c.attempts, delivery)
        .join(delivery, delivery.c.key == incident.c.delivery_key)
        .where(incident.c.state == WAITING)
        .order_by(incident.c.opened_at, incident.c.id)
        .limit(RESUME_AT_ONCE)
    )

    def resume(connection: sa.Connection) -> int:
        rows = [dict(row) for row in connection.execute(waiting).mappings()]
        for row in rows:
            attempt = row["attempts"] + 1
            values = {"state": "open", "attempts": attempt}
            connection.execute(incident.update().where(incident.c.id == row["id"]).values(values))
            _enqueue(services, connection, f"{run_id(row['key'])}-{attempt}", row)
        return len(rows)

    resumed = await services.database.write(resume)
    if resumed:
        services.engine.nudge(ALERTS_QUEUE)
        logger.info("incidents_resumed", count=resumed)
    return resumed


def run_id(key: str) -> str:
    """The id of a delivery's first run, and the stem of the keys of its writes."""
    return f"obs-{key}"


def _enqueue(services: Services, connection: sa.Connection, workflow_id: str, row: dict[str, Any]) -> None:
    event = {
        "key": row["key"],
        "instance": row["instance"],
        "alert": row["body"],
        "received_at": row["received_at"].isoformat(),
    }
    alert = Alert.model_validate(row["body"])
    # Runs of one site come one after the other; an unknown site's, by device.
    found = services.sites.find_site(alert.device_id, alert.hostname)
    partition = found[0].code if found else f"device-{alert.device_id}"
    services.engine.enqueue(connection, ALERT_WORKFLOW, ALERTS_QUEUE, workflow_id, event, partition=partition)
