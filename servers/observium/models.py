"""Observium's things in our words. Its column names, text numbers and local dates appear in this file only.

The models name what is taken: a column that is not named here (SNMP secrets above all) goes no further.
Words of Observium's own (`status_type`, `oper_status`, ...) stay as it writes them: a version may add some.
Source: contracts/observium.md, section 1, "Response shape".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

MAX_TEXT = 300
DEVICE_FIELDS = (
    "device_id,hostname,sysName,status,status_type,type,hardware,os,version,location,uptime,last_polled,ignore,disabled"
)
PORT_FIELDS = (
    "port_id,device_id,port_label,port_label_short,ifDescr,ifAlias,port_descr_type,ifAdminStatus,ifOperStatus,ifSpeed,"
    "ifInErrors_rate,ifOutErrors_rate,ifLastChange,poll_time,deleted"
)
AlertStatus = Literal["unset", "failed", "ok", "delayed", "suppressed"]

Row = Mapping[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Device(_Model):
    """One monitored device. status_type says why it is down: ping (no answer), snmp (pings, SNMP silent), dns."""

    device_id: int
    hostname: str
    sysname: str | None = None
    status: Literal["up", "down"]
    status_type: str | None = None
    type: str | None = None
    hardware: str | None = None
    os: str | None = None
    version: str | None = None
    location: str | None = None
    uptime_s: int | None = None
    last_polled_at: AwareDatetime | None = None
    ignored: bool
    disabled: bool
    fetched_at: AwareDatetime
    from_cache: bool | None = None


class DeviceSummary(_Model):
    """One row of a search."""

    device_id: int
    hostname: str
    sysname: str | None = None
    status: Literal["up", "down"]
    type: str | None = None
    location: str | None = None
    fetched_at: AwareDatetime


class DevicePage(_Model):
    """The first devices that match, by hostname; `total` counts them all."""

    total: int
    devices: list[DeviceSummary]


class Port(_Model):
    """One port. role comes from its alias (transit marks a WAN). stale: its device is not polled, values are old."""

    port_id: int
    device_id: int
    label: str
    short_label: str | None = None
    alias: str | None = None
    role: str | None = None
    admin_status: str | None = None
    oper_status: str | None = None
    speed_bps: int | None = None
    in_errors_per_s: float | None = None
    out_errors_per_s: float | None = None
    last_change_at: AwareDatetime | None = None
    polled_at: AwareDatetime | None = None
    stale: bool = False
    fetched_at: AwareDatetime
    from_cache: bool | None = None


class PortSnapshot(_Model):
    """Every port of one device as of one moment, as the cache keeps it."""

    fetched_at: AwareDatetime
    ports: list[Port]
    from_cache: bool | None = None


class PortPage(_Model):
    """Some of a device's ports; `next_start` is there when it has more."""

    device_id: int
    device_status: Literal["up", "down"]
    total: int
    ports: list[Port]
    next_start: int | None = None
    from_cache: bool | None = None


class Alert(_Model):
    """What a checker says of one entity. alert_id is the same from the first failure to the recovery."""

    alert_id: int
    device_id: int
    device_hostname: str | None = None
    entity_type: str
    entity_id: int
    entity_name: str | None = None
    name: str
    message: str | None = None
    status: AlertStatus
    changed_at: AwareDatetime | None = None
    fetched_at: AwareDatetime


class AlertPage(_Model):
    """Some of the alerts, last changed first; `next_start` is there when there are more."""

    total: int
    alerts: list[Alert]
    next_start: int | None = None


def int_from_observium(value: Any) -> int | None:
    """Numbers come as text, a few as numbers; nothing is null, empty text or not finite. Raises ValueError."""
    text = _text(value)
    if text is None:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    number = _finite(text)
    return None if number is None else int(number)


def device_from_observium(row: Row, *, zone: tzinfo, fetched_at: datetime) -> Device:
    """A row of /devices/. Raises KeyError or ValueError for another shape."""
    return Device(
        device_id=int(row["device_id"]),
        hostname=_required(row, "hostname"),
        sysname=_text(row.get("sysName")),
        status=_DEVICE_STATUS[int_from_observium(row["status"])],
        status_type=_text(row.get("status_type")),
        type=_text(row.get("type")),
        hardware=_text(row.get("hardware")),
        os=_text(row.get("os")),
        version=_text(row.get("version")),
        location=_text(row.get("location")),
        uptime_s=int_from_observium(row.get("uptime")),
        last_polled_at=_local_time(row.get("last_polled"), zone),
        ignored=_flag(row.get("ignore")),
        disabled=_flag(row.get("disabled")),
        fetched_at=fetched_at,
    )


def to_summary(device: Device) -> DeviceSummary:
    """What a search shows of a device."""
    return DeviceSummary(
        device_id=device.device_id,
        hostname=device.hostname,
        sysname=device.sysname,
        status=device.status,
        type=device.type,
        location=device.location,
        fetched_at=device.fetched_at,
    )


def port_from_observium(row: Row, *, zone: tzinfo, fetched_at: datetime) -> Port:
    """A row of /ports/. Raises KeyError or ValueError for another shape."""
    label = _text(row.get("port_label")) or _required(row, "ifDescr")
    short = _text(row.get("port_label_short"))
    return Port(
        port_id=int(row["port_id"]),
        device_id=int(row["device_id"]),
        label=label,
        short_label=short if short != label else None,
        alias=_text(row.get("ifAlias")),
        role=_text(row.get("port_descr_type")),
        admin_status=_text(row.get("ifAdminStatus")),
        oper_status=_text(row.get("ifOperStatus")),
        speed_bps=int_from_observium(row.get("ifSpeed")),
        in_errors_per_s=_rate(row.get("ifInErrors_rate")),
        out_errors_per_s=_rate(row.get("ifOutErrors_rate")),
        last_change_at=_local_time(row.get("ifLastChange"), zone),
        polled_at=_instant(row.get("poll_time")),
        fetched_at=fetched_at,
    )


def is_deleted(row: Row) -> bool:
    """A port that the device no longer has: Observium keeps its row."""
    return _flag(row.get("deleted"))


def alert_from_observium(row: Row, *, fetched_at: datetime) -> Alert:
    """A row of /alerts/. Raises KeyError or ValueError for another shape."""
    return Alert(
        alert_id=int(row["alert_table_id"]),
        device_id=int(row["device_id"]),
        device_hostname=_text(row.get("hostname")),
        entity_type=_required(row, "entity_type"),
        entity_id=int(row["entity_id"]),
        entity_name=_text(row.get("entity_name")),
        name=_text(row.get("alert_name")) or "",
        message=_text(row.get("alert_message")) or _text(row.get("last_message")),
        status=_ALERT_STATUS[int_from_observium(row["alert_status"])],
        changed_at=_instant(row.get("last_changed")),
        fetched_at=fetched_at,
    )


_DEVICE_STATUS: dict[int | None, Literal["up", "down"]] = {1: "up", 0: "down"}
_ALERT_STATUS: dict[int | None, AlertStatus] = {-1: "unset", 0: "failed", 1: "ok", 2: "delayed", 3: "suppressed"}


def _text(value: Any) -> str | None:
    """Texts are written by whoever set up the device: cut, and nothing rather than empty."""
    if value is None:
        return None
    return str(value).strip()[:MAX_TEXT] or None


def _required(row: Row, column: str) -> str:
    text = _text(row[column])
    if text is None:
        raise ValueError(f"{column} is empty")
    return text


def _flag(value: Any) -> bool:
    return bool(int_from_observium(value))


def _rate(value: Any) -> float | None:
    text = _text(value)
    number = None if text is None else _finite(text)
    return None if number is None else round(number, 3)


def _finite(text: str) -> float | None:
    """nan and inf are what a division by zero leaves there; JSON knows neither."""
    number = float(text)
    return number if math.isfinite(number) else None


def _instant(value: Any) -> datetime | None:
    """Epoch seconds; 0 is never."""
    seconds = int_from_observium(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _local_time(value: Any, zone: tzinfo) -> datetime | None:
    """The server's local time, without a zone; MySQL's zero date is never."""
    text = _text(value)
    if text is None or text.startswith("0000"):
        return None
    local = datetime.fromisoformat(text)
    return local.replace(tzinfo=local.tzinfo or zone).astimezone(UTC)
