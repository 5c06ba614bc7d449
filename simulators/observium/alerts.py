"""Alert rows: one per checker and entity, with the same id from ALERT through REMINDER to RECOVER."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from simulators.observium.rows import Row, format_duration, to_epoch

FIRST_ALERT_ID = 9827
FIRST_CHECKER_ID = 17
POLL_PERIOD = timedelta(seconds=300)

Severity = Literal["crit", "warn"]
Metrics = dict[str, str]


@dataclass(frozen=True)
class Checker:
    """An `alert_tests` row: severity lives here and not on the alert."""

    alert_test_id: int
    name: str
    severity: Severity


@dataclass
class AlertHistory:
    """What the notification engine freezes when it queues a notice."""

    checker: Checker
    opened_at: datetime
    failed_metrics: Metrics
    recovered_at: datetime | None = None
    ok_metrics: Metrics = field(default_factory=dict)


def read_metrics(entity_type: str, row: Row) -> Metrics:
    """The values that the usual up/down checkers look at."""
    if entity_type == "device":
        return {"device_status": str(row["status"])}
    return {name: str(row[name]) for name in ("ifAdminStatus", "ifOperStatus")}


def build_alert_row(alert_id: int, checker: Checker, *, device_id: int, entity_type: str, entity_id: int) -> Row:
    """A row that was never checked; `fail_row` and `recover_row` move it."""
    return {
        "alert_table_id": str(alert_id),
        "alert_test_id": str(checker.alert_test_id),
        "device_id": str(device_id),
        "entity_type": entity_type,
        "entity_id": str(entity_id),
        "alert_status": "-1",
        "status": "UNSET",
        "state": None,
        "count": "0",
        "delay": "0",
        "has_alerted": "0",
        "ignore_until": None,
        "ignore_until_ok": "0",
        "last_message": None,
        "last_checked": None,
        "last_changed": None,
        "last_failed": None,
        "last_ok": None,
        "last_alerted": None,
        "last_recovered": None,
        "alert_name": checker.name,
        "alert_message": "",
    }


def fail_row(row: Row, metrics: Metrics, *, at: datetime) -> None:
    """Move a row to FAILED."""
    instant = to_epoch(at)
    state = {"metrics": metrics, "failed": [{"metric": name, "value": value} for name, value in metrics.items()]}
    row.update(alert_status="0", status="FAILED", has_alerted="1", last_message="Checks failed", class_="red")
    row.update(state=json.dumps(state, separators=(",", ":")), last_ok=to_epoch(at - POLL_PERIOD), last_failed=instant)
    row.update(last_changed=instant, last_alerted=instant, last_recovered=None, last_checked=instant)
    row["class"] = row.pop("class_")


def recover_row(row: Row, metrics: Metrics, *, at: datetime) -> None:
    """Move a row to OK."""
    instant = to_epoch(at)
    row.update(alert_status="1", status="OK", has_alerted="0", last_message="Checks OK", count="0")
    row.update(state=json.dumps({"metrics": metrics}, separators=(",", ":")), last_ok=instant, last_checked=instant)
    row.update(last_changed=instant, last_recovered=instant)
    row["class"] = "green"


def recheck_row(row: Row, *, at: datetime) -> None:
    """One more poll with the same outcome: count, check times."""
    instant = to_epoch(at)
    row["last_checked"] = instant
    row["last_failed" if row["alert_status"] == "0" else "last_ok"] = instant
    if row["alert_status"] == "0":
        row["count"] = str(int((at.timestamp() - float(row["last_changed"] or 0)) // POLL_PERIOD.total_seconds()) + 1)


def to_ages(row: Row, *, now: datetime) -> Row:
    """The two ages that the web interface writes beside a row."""
    ages = {"changed": row["last_changed"], "checked": row["last_checked"]}
    return {name: format_duration(now.timestamp() - float(at or 0)) for name, at in ages.items()}
