"""The rows of Proactif: how deliveries, alerts and incidents are found, made and changed, in the caller's commit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.incidents import Closed
from orchestrator.tables import alert as alert_table
from orchestrator.tables import delivery, incident, journal, run
from shared.logs import redact
from shared.sites import Site

GROUP = timedelta(minutes=10)
"""Alerts of one site within this time are one disruption: pollers are staggered by five minutes."""
REOPEN = timedelta(minutes=30)

Row = dict[str, Any]


def find_current(connection: sa.Connection, row: Row) -> Row | None:
    """The alert's row in an incident that is still followed."""
    mine = (alert_table.c.instance == row["instance"]) & (alert_table.c.alert_id == row["alert_id"])
    query = (
        sa.select(alert_table, incident.c.parent_key)
        .join(incident, incident.c.key == alert_table.c.incident_key)
        .where(mine, incident.c.closed_at.is_(None))
        .order_by(alert_table.c.id.desc())
    )
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def is_over(connection: sa.Connection, row: Row, alert: Alert) -> bool:
    """Its recovery came first: Observium sends what it could not send again."""
    mine = (delivery.c.instance == row["instance"]) & (delivery.c.alert_id == row["alert_id"])
    later = mine & (delivery.c.kind == AlertKind.RECOVER.value) & (delivery.c.at > alert.at)
    return connection.execute(sa.select(delivery.c.key).where(later).limit(1)).first() is not None


def find_closed(connection: sa.Connection, row: Row) -> Row | None:
    """The incident that we solved a moment ago and that is back."""
    mine = (alert_table.c.instance == row["instance"]) & (alert_table.c.alert_id == row["alert_id"])
    just = (incident.c.closed_why == Closed.SOLVED.value) & (incident.c.closed_at > datetime.now(UTC) - REOPEN)
    query = (
        sa.select(incident)
        .join(alert_table, incident.c.key == alert_table.c.incident_key)
        .where(mine, just, incident.c.ticket_id.is_not(None))
        .order_by(incident.c.closed_at.desc())
    )
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def find_group(connection: sa.Connection, row: Row, site: Site | None, alert: Alert) -> Row | None:
    """The open incident of the site that began a moment ago; of the device, when nobody knows the site."""
    same = (
        incident.c.site == site.code if site else incident.c.site.is_(None) & (incident.c.device_id == alert.device_id)
    )
    young = incident.c.closed_at.is_(None) & (incident.c.round_at > datetime.now(UTC) - GROUP)
    one = (incident.c.kind == "site") & (incident.c.instance == row["instance"])
    query = sa.select(incident).where(one, same, young).order_by(incident.c.round_at.desc())
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def new_incident(key: str, row: Row, *, site: Site | None, device_id: int, ticket: Row, now: datetime) -> Row:
    """The columns of an incident that begins."""
    return {
        "key": key,
        "kind": "site",
        "instance": row["instance"],
        "site": site.code if site else None,
        "device_id": device_id,
        "opened_at": now,
        "round": 1,
        "round_at": row["received_at"],
        "ticket_checked_at": now,
        "told": [],
        "closed_why": "",
        "kept": {"ticket": ticket},
        "work_no": 0,
        "waits_for": "",
        "attempts": 0,
        "next_try_at": now,
    }


def reopen(connection: sa.Connection, found: Row) -> None:
    """The same ticket, a new round: whoever was told that it is over is told that it is not."""
    values = {"closed_at": None, "closed_why": "", "round": found["round"] + 1, "round_at": datetime.now(UTC)}
    values |= {"diagnosed_at": None, "settled_at": None, "told": []}
    connection.execute(incident.update().where(incident.c.key == found["key"]).values(**values))
    run_row = {"id": f"{found['key']}.r{values['round']}", "kind": "proactif", "incident_key": found["key"]}
    run_row |= {"state": "running", "started_at": datetime.now(UTC), "summary": {}}
    connection.execute(run.insert().values(run_row))


def add_alert(connection: sa.Connection, row: Row, alert: Alert, key: str) -> None:
    """A new row, or the old one of a reopened incident."""
    now = datetime.now(UTC)
    mine = (alert_table.c.incident_key == key) & (alert_table.c.alert_id == row["alert_id"])
    old = connection.execute(sa.select(alert_table).where(mine)).mappings().first()
    if old is not None:
        values = {
            "recovered_at": None,
            "failed_at": alert.at,
            "changed_at": now,
            "flaps": old["flaps"] + 1,
            "missed": 0,
        }
        connection.execute(alert_table.update().where(mine).values(**values))
        return
    values = {"instance": row["instance"], "alert_id": row["alert_id"], "incident_key": key, "told": ""}
    values |= {"device_id": alert.device_id, "facts": row["body"], "seen_at": now, "changed_at": now}
    values |= {"failed_at": alert.at, "recovered_at": None, "reminders": 0, "flaps": 0, "missed": 0}
    connection.execute(alert_table.insert().values(values))


def set_alert(connection: sa.Connection, alert_row_id: int, **values: Any) -> None:
    """Change an alert that Observium still knows of."""
    connection.execute(alert_table.update().where(alert_table.c.id == alert_row_id).values(missed=0, **values))


def close_delivery(row: Row, outcome: str, key: str | None, connection: sa.Connection) -> None:
    """Incidents have taken notice of a delivery."""
    values = {"admitted_at": datetime.now(UTC), "outcome": outcome, "incident_key": key}
    connection.execute(delivery.update().where(delivery.c.key == row["key"]).values(**values))


def open_run(connection: sa.Connection, key: str, row: Row, alert: Alert | None) -> None:
    """The run that the journal tells: from the delivery to the mail."""
    now = datetime.now(UTC)
    values = {"id": key, "kind": "proactif", "incident_key": key, "state": "running", "started_at": now, "summary": {}}
    connection.execute(run.insert().values(values))
    lines: list[tuple[str, Row]] = [("stored", {"delivery": row["key"]})]
    if alert is not None:
        received = {"alert_id": alert.alert_id, "device": alert.hostname, "message": alert.message}
        lines.insert(0, ("received", received))
    rows = [{"run_id": key, "at": row["received_at"], "kind": kind, "detail": redact(detail)} for kind, detail in lines]
    connection.execute(journal.insert(), rows)


def list_children_sites(connection: sa.Connection, key: str) -> list[str]:
    """The codes of the sites of a storm's incidents."""
    codes = sa.select(incident.c.site).where(incident.c.parent_key == key, incident.c.site.is_not(None)).distinct()
    return [str(code) for code in connection.execute(codes.order_by(incident.c.site)).scalars()]


def close_with_parent(connection: sa.Connection, key: str) -> None:
    """End the incidents of a storm that have no ticket of their own."""
    alone = (incident.c.parent_key == key) & incident.c.ticket_id.is_(None) & incident.c.closed_at.is_(None)
    values = {"closed_at": datetime.now(UTC), "closed_why": Closed.PARENT.value, "due_at": None}
    connection.execute(incident.update().where(alone).values(**values))


def list_down_sites(connection: sa.Connection, *, since: datetime) -> list[tuple[str, int]]:
    """(site, device) of the devices that went down since then and are not back."""
    silent = alert_table.c.facts["entity_type"].as_string() == "device"
    still = alert_table.c.recovered_at.is_(None) & (alert_table.c.seen_at >= since)
    query = (
        sa.select(incident.c.site, alert_table.c.device_id)
        .join(incident, incident.c.key == alert_table.c.incident_key)
        .where(silent, still, incident.c.closed_at.is_(None), incident.c.site.is_not(None))
    )
    return [(str(site), int(device)) for site, device in connection.execute(query)]


def find_episode(instance: str, alert_id: int, changed_at: datetime, connection: sa.Connection) -> bool:
    """True when a delivery has told us of this failure already: webhooks are sent after the change that they tell."""
    mine = (delivery.c.instance == instance) & (delivery.c.alert_id == alert_id) & (delivery.c.at >= changed_at)
    kinds = delivery.c.kind.in_([AlertKind.ALERT.value, AlertKind.REMINDER.value])
    return connection.execute(sa.select(delivery.c.key).where(mine, kinds).limit(1)).first() is not None
