"""The rows of Proactif: how deliveries, alerts and incidents are found, made and changed, in the caller's commit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.incidents import Closed
from orchestrator.tables import alert as alert_table
from orchestrator.tables import delivery, incident, journal, run
from shared.database import Database
from shared.logs import redact
from shared.sites import Site

GROUP = timedelta(minutes=10)
"""Alerts of one site within this time are one disruption: pollers are staggered by five minutes."""
REOPEN = timedelta(minutes=30)
STORM = timedelta(minutes=5)
END = "solution-"
"""How the effects begin that end a ticket."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known when an alert comes that no open incident has.

    is_over: its recovery came first (Observium sends again what it could not send). group: the open incident of the
    same place that began a moment ago. recent: incidents within the time of a storm.
    """

    is_over: bool
    group: Row | None
    recent: int


def find_latest(connection: sa.Connection, row: Row) -> Row | None:
    """The last row of an alert, with what became of its incident."""
    mine = (alert_table.c.instance == row["instance"]) & (alert_table.c.alert_id == row["alert_id"])
    followed = ("parent_key", "closed_at", "closed_why", "ticket_id", "round", "round_at", "kept", "work")
    query = (
        sa.select(alert_table, *(incident.c[name] for name in followed))
        .join(incident, incident.c.key == alert_table.c.incident_key)
        .where(mine)
        .order_by(alert_table.c.id.desc())
        .limit(1)
    )
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def may_reopen(latest: Row, now: datetime) -> bool:
    """We solved it a moment ago, and it is back."""
    just = latest["closed_at"] is not None and now - latest["closed_at"] < REOPEN
    return bool(just and latest["closed_why"] == Closed.SOLVED and latest["ticket_id"])


def look_around(connection: sa.Connection, row: Row, alert: Alert, site: Site | None, *, now: datetime) -> Surroundings:
    """One look at the tables, for an alert that is new to us."""
    mine = (delivery.c.instance == row["instance"]) & (delivery.c.alert_id == row["alert_id"])
    later = mine & (delivery.c.kind == AlertKind.RECOVER.value) & (delivery.c.at > alert.at)
    unknown = incident.c.site.is_(None) & (incident.c.device_id == alert.device_id)
    same = (incident.c.site == site.code) if site else unknown
    young = incident.c.closed_at.is_(None) & (incident.c.round_at > now - GROUP)
    ours = same & young & (incident.c.kind == "site") & (incident.c.instance == row["instance"])
    group = sa.select(incident.c.key).where(ours).order_by(incident.c.round_at.desc()).limit(1)
    recent = sa.select(sa.func.count()).where(incident.c.kind == "site", incident.c.opened_at > now - STORM)
    over, key, count = connection.execute(
        sa.select(sa.exists().where(later), group.scalar_subquery(), recent.scalar_subquery())
    ).one()
    found = _find_incident(connection, key) if key else None
    return Surroundings(bool(over), None if found and is_being_ended(found) else found, int(count))


def _find_incident(connection: sa.Connection, key: str) -> Row:
    return dict(connection.execute(sa.select(incident).where(incident.c.key == key)).mappings().one())


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
        "work": None,
        "work_no": 0,
        "waits_for": "",
        "attempts": 0,
        "next_try_at": now,
    }


def new_round(connection: sa.Connection, row: Row, *, now: datetime) -> Row:
    """The columns of an incident that begins again. row: its own, or an alert's with them.

    It is part of its storm only while that lasts: what is over tells nobody of it.
    """
    parent = _find_open_storm(connection, row["parent_key"]) if row["parent_key"] else None
    if parent and parent["work"] is None and is_being_ended(parent):
        # Its solution is on the ticket and waits to be told, as in Admission._repeat.
        again = new_round(connection, parent, now=now)
        connection.execute(incident.update().where(incident.c.key == parent["key"]).values(**again))
    values = {"closed_at": None, "closed_why": "", "round": row["round"] + 1, "round_at": now, "told": []}
    values |= {"parent_key": parent["key"] if parent else None}
    return values | {"diagnosed_at": None, "settled_at": None, "kept": without_end(row["kept"])}


def _find_open_storm(connection: sa.Connection, key: str) -> Row | None:
    """Locked: it must not end while an incident comes back to it."""
    query = sa.select(incident).where(incident.c.key == key, incident.c.closed_at.is_(None)).with_for_update()
    found = connection.execute(query).mappings().first()
    return dict(found) if found else None


def without_end(kept: Row) -> Row:
    """What an incident keeps, without an end that is done or overtaken: one that is there is still under way."""
    return {effect: decided for effect, decided in kept.items() if not effect.startswith(END)}


def is_being_ended(row: Row) -> bool:
    """Its ticket may be solved already though not everybody has been told, or the team was told that it is over."""
    return any(effect.startswith(END) for effect in row["kept"])


def reopen(connection: sa.Connection, database: Database, latest: Row, row: Row, alert: Alert) -> None:
    """The same ticket, a new round: whoever was told that it is over is told that it is not."""
    now = datetime.now(UTC)
    values = new_round(connection, latest, now=now)
    connection.execute(incident.update().where(incident.c.key == latest["incident_key"]).values(**values))
    again = failing_again(latest, alert, now=now) | {"facts": begun_at(latest["facts"], alert.at)}
    set_alert(connection, latest["id"], **again)
    open_run(database, f"{latest['incident_key']}.r{values['round']}", latest["incident_key"], row, alert)


def failing_again(row: Row, alert: Alert, *, now: datetime) -> Row:
    """The columns of an alert that had recovered. row: its own, with its incident's.

    Its facts keep the time at which it first failed in this round: that is when the outage began.
    """
    changes: Row = {"recovered_at": None, "failed_at": alert.at, "changed_at": now, "flaps": row["flaps"] + 1}
    was_over = row["round"] > 1 and row["changed_at"] < row["round_at"]
    return changes | ({"facts": begun_at(row["facts"], alert.at)} if was_over else {})


def begun_at(facts: Row, at: datetime) -> Row:
    """An alert's facts, for a round in which it first failed at that time."""
    return Alert.model_validate(facts).model_copy(update={"at": at}).model_dump(mode="json")


def begin_again(connection: sa.Connection, key: str) -> None:
    """For the alerts of an incident that are failed now, a new round begins."""
    failed = (alert_table.c.incident_key == key) & alert_table.c.recovered_at.is_(None)
    for row in connection.execute(sa.select(alert_table).where(failed)).mappings().all():
        facts = begun_at(row["facts"], row["failed_at"])
        connection.execute(alert_table.update().where(alert_table.c.id == row["id"]).values(facts=facts))


def add_alert(connection: sa.Connection, row: Row, alert: Alert, key: str) -> None:
    """An alert that an incident has not had yet."""
    now = datetime.now(UTC)
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


def open_run(database: Database, run_id: str, key: str, row: Row, alert: Alert | None) -> None:
    """The run that the journal tells: from the delivery to the mail. It tells only, so it rides on the next commit."""
    now = datetime.now(UTC)
    values = {"id": run_id, "kind": "proactif", "incident_key": key, "state": "running"}
    database.add_later(run, values | {"started_at": now, "summary": {}})
    lines: list[tuple[str, Row]] = [("stored", {"delivery": row["key"]})]
    if alert is not None:
        received = {"alert_id": alert.alert_id, "device": alert.hostname, "message": alert.message}
        lines.insert(0, ("received", received))
    for kind, detail in lines:
        database.add_later(
            journal, {"run_id": run_id, "at": row["received_at"], "kind": kind, "detail": redact(detail)}
        )


def find_raging_storm(connection: sa.Connection, *, now: datetime) -> str | None:
    """The open storm that had a new incident a moment ago: what comes later has another cause."""
    child = incident.alias()
    grows = sa.exists().where(child.c.parent_key == incident.c.key, child.c.opened_at > now - STORM)
    raging = (incident.c.kind == "storm") & incident.c.closed_at.is_(None) & grows
    latest = sa.select(incident.c.key).where(raging).order_by(incident.c.opened_at.desc()).limit(1)
    return connection.execute(latest).scalar()


def list_children_sites(connection: sa.Connection, key: str) -> list[str]:
    """The codes of the sites of a storm's incidents."""
    codes = sa.select(incident.c.site).where(incident.c.parent_key == key, incident.c.site.is_not(None)).distinct()
    return [str(code) for code in connection.execute(codes.order_by(incident.c.site)).scalars()]


def list_failing_sites(connection: sa.Connection, key: str) -> list[str | None]:
    """The sites of a storm's incidents that last: codes, and one None for each device whose site nobody knows."""
    lasts = (incident.c.parent_key == key) & incident.c.closed_at.is_(None)
    failing = sa.exists().where(alert_table.c.incident_key == incident.c.key, alert_table.c.recovered_at.is_(None))
    rows = connection.execute(sa.select(incident.c.site).where(lasts, failing).order_by(incident.c.site)).scalars()
    codes = list(rows)
    return [*sorted({code for code in codes if code}), *(None for code in codes if code is None)]


def wake(connection: sa.Connection, key: str | sa.ScalarSelect[str], *, at: datetime) -> None:
    """Have an incident looked at by then, unless it is being worked on, which ends with a look."""
    later = incident.c.due_at.is_(None) | (incident.c.due_at > at)
    idle = (incident.c.key == key) & incident.c.closed_at.is_(None) & incident.c.work.is_(None)
    connection.execute(incident.update().where(idle, later).values(due_at=at))


def wake_parent(connection: sa.Connection, key: str) -> None:
    """An incident is closed: have its storm looked at, which may have waited for this one only."""
    parent = sa.select(incident.c.parent_key).where(incident.c.key == key).scalar_subquery()
    wake(connection, parent, at=datetime.now(UTC))


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
