"""How an alert gets its run: with its delivery, in one commit; or again, once GLPI is back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.journal import RunJournal, insert_if_new
from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.services import Services
from orchestrator.tables import delivery, incident
from shared.logs import get_logger

logger = get_logger("intake")

TICKETS_QUEUE = "tickets"
"""Many at once: a ticket waits for nobody."""
ALERTS_QUEUE = "alerts"
"""Few at once, those of one site one after the other: these wait for the model."""
RESUMED_QUEUE = "resumed"
"""One at a time, so that what waited for GLPI is done in the order it came."""
TICKET_WORKFLOW = "open_ticket"
RESUME_WORKFLOW = "resume_ticket"
DIAGNOSIS_WORKFLOW = "diagnose_alert"
WAITING = "waiting_for_glpi"
FAILED = "failed"
RESUME_AT_ONCE = 50
FIRST_PAUSE_S = 30
LONGEST_PAUSE_S = 3600


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
            services.engine.enqueue(
                connection, TICKET_WORKFLOW, TICKETS_QUEUE, run_id(key), _event(row, run=run_id(key))
            )
        return True

    is_new = await services.database.write(store)
    if is_new and starts:
        services.engine.nudge(TICKETS_QUEUE)
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
        .where(incident.c.state == WAITING, incident.c.next_try_at <= datetime.now(UTC))
        .order_by(incident.c.opened_at, incident.c.id)
        .limit(RESUME_AT_ONCE)
    )

    rows = await services.database.read(lambda c: [dict(row) for row in c.execute(waiting).mappings()])
    for row in rows:
        # A commit each: the queue serves by time of arrival, and one commit has one time.
        await services.database.write(partial(_resume_one, services, row))
    if rows:
        services.engine.nudge(RESUMED_QUEUE)
        logger.info("incidents_resumed", count=len(rows))
    return len(rows)


def _resume_one(services: Services, row: dict[str, Any], connection: sa.Connection) -> None:
    attempt = row["attempts"] + 1
    still = (incident.c.id == row["id"]) & (incident.c.state == WAITING)
    pause = timedelta(seconds=min(FIRST_PAUSE_S * 2 ** row["attempts"], LONGEST_PAUSE_S))
    values = {"state": "open", "attempts": attempt, "next_try_at": datetime.now(UTC) + pause}
    changed = connection.execute(incident.update().where(still).values(values))
    if changed.rowcount:
        again = f"{run_id(row['key'])}-{attempt}"
        services.engine.enqueue(connection, RESUME_WORKFLOW, RESUMED_QUEUE, again, _event(row, run=again))


def run_id(key: str) -> str:
    """The id of a delivery's first run, and the stem of the keys of its writes."""
    return f"obs-{key}"


def _event(row: dict[str, Any], *, run: str) -> dict[str, Any]:
    return {
        "key": row["key"],
        "instance": row["instance"],
        "alert": row["body"],
        "received_at": row["received_at"].isoformat(),
        "run": run,
    }


def enqueue_diagnosis(
    services: Services, connection: sa.Connection, event: dict[str, Any], *, ticket_id: int, partition: str
) -> None:
    """The second half of a run, once its ticket is open."""
    workflow_id = f"{event['run']}-diagnosis"
    services.engine.enqueue(
        connection, DIAGNOSIS_WORKFLOW, ALERTS_QUEUE, workflow_id, event, ticket_id, partition=partition
    )
