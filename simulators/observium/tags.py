"""The tags of one notification: what Observium knows about an alert when it queues the notice.

Source: contracts/observium.md, section 2, "Tags".
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any, Literal

from simulators.observium.alerts import POLL_PERIOD
from simulators.observium.rows import Row, format_duration, to_local
from simulators.observium.state import ObserviumState

StateName = Literal["ALERT", "ALERT REMINDER", "RECOVER"]
Tags = dict[str, Any]

_LINE_BREAK = "\n" + " " * 13
_LOOKS = {
    "ALERT": ("D94640", "&#x1F525;", "fire"),
    "ALERT REMINDER": ("D94640", "&#x1F514;", "bell"),
    "RECOVER": ("3FA66B", "&#x2705;", "white_check_mark"),
    "SYSLOG": ("E0A030", "&#x1F4DC;", "scroll"),
}
# A site may rename its states, so that nobody may branch on the name.
_STATE_NAMES = {"ALERT": "ALARM", "ALERT REMINDER": "ALARM REMINDER"}
_SEVERITIES = {"crit": "Critical", "warn": "Warning"}


def build_alert_tags(state: ObserviumState, alert_id: int, *, state_name: StateName, at: datetime) -> Tags:
    """Every tag of one alert, typed as `webhook` sends them. KeyError: no such alert."""
    row, history = state.alerts[alert_id], state.history[alert_id]
    device_id = int(row["device_id"] or 0)
    recovered = state_name == "RECOVER"
    metrics = (history.ok_metrics or history.failed_metrics) if recovered else history.failed_metrics
    last_ok_at = history.opened_at - POLL_PERIOD
    message = history.checker.name
    entity = _build_entity_tags(state, row)
    device = build_device_tags(state, device_id, at=at)
    link = f"{state.base_url}/device/device={device_id}/tab=alert/alert_entry={alert_id}/"
    names = "" if row["entity_type"] == "device" else f" [{entity['ENTITY_NAME']}]"
    title = f"{_state_name(state_name)}: [{device['DEVICE_HOSTNAME']}] [{row['entity_type']}]{names} {message}"
    return {
        **build_state_tags(state, state_name, at=at),
        "ALERT_STATUS": "1" if recovered else "0",
        "ALERT_STATUS_CUSTOM": "0" if recovered else "100",
        "ALERT_SEVERITY": _SEVERITIES[history.checker.severity],
        "ALERT_ID": str(alert_id),
        "ALERT_NAME": message,
        "ALERT_MESSAGE": message,
        "ALERT_URL": link,
        "CONDITIONS": _LINE_BREAK.join(f"{name} equals {v} ({v})" for name, v in history.failed_metrics.items()),
        "METRICS": _LINE_BREAK.join(f"{name} = {value}" for name, value in metrics.items()),
        "DURATION": f"{format_duration((at - last_ok_at).total_seconds())} ({to_local(last_ok_at, state.zone)})",
        **entity,
        **device,
        "PROBE_MESSAGE": None,
        "TITLE": title,
    }


def build_state_tags(state: ObserviumState, state_name: str, *, at: datetime) -> Tags:
    """The tags that say what kind of notice this is, and when it was queued."""
    color, emoji, emoji_name = _LOOKS[state_name]
    local = at.astimezone(state.zone).replace(microsecond=0)
    return {
        "ALERT_STATE": state_name,
        "ALERT_STATE_NAME": _state_name(state_name),
        "ALERT_COLOR": color,
        "ALERT_EMOJI": emoji,
        "ALERT_EMOJI_NAME": emoji_name,
        "ALERT_UNIXTIME": int(at.timestamp()),
        "ALERT_TIMESTAMP": local.isoformat(" ").replace("+", " +"),
        "ALERT_TIMESTAMP_RFC2822": format_datetime(local),
        "ALERT_TIMESTAMP_RFC3339": local.isoformat(),
        "BASE_URL": state.base_url,
        "ICON_URL": f"{state.base_url}/images/observium-icon.png",
    }


def build_device_tags(state: ObserviumState, device_id: int, *, at: datetime) -> Tags:
    """The DEVICE_* tags. There is no address and no client among them."""
    row = state.devices[device_id]
    link = f"{state.base_url}/device/device={device_id}/"
    groups = state.device_groups.get(device_id, {})
    rebooted_at = datetime.fromtimestamp(int(row["last_rebooted"] or 0), state.zone)
    return {
        "DEVICE_HOSTNAME": row["hostname"],
        "DEVICE_SYSNAME": row["sysName"],
        "DEVICE_DESCRIPTION": row["purpose"],
        "DEVICE_ID": str(device_id),
        "DEVICE_URL": link,
        "DEVICE_LINK": f'<a href="{link}">{row["hostname"]}</a>',
        "DEVICE_HARDWARE": row["hardware"],
        "DEVICE_OS": f"{row['os']} {row['version']}",
        "DEVICE_TYPE": row["type"],
        "DEVICE_LOCATION": row["location"],
        "DEVICE_UPTIME": _uptime(state, device_id, row, at=at),
        "DEVICE_REBOOTED": to_local(rebooted_at, state.zone),
        # PHP writes an empty map as a list.
        "DEVICE_GROUPS": groups or [],
        "DEVICE_GROUP_NAMES": ", ".join(groups.values()),
        "DEVICE_GROUP_IDS": ", ".join(groups),
    }


def _build_entity_tags(state: ObserviumState, alert: Row) -> Tags:
    entity_type, entity_id = str(alert["entity_type"]), int(alert["entity_id"] or 0)
    row = state.find_entity(entity_type, entity_id) or {}
    name = row.get("port_label") or row.get("hostname")
    tail = "" if entity_type == "device" else f"tab=port/port={entity_id}/"
    link = f"{state.base_url}/device/device={alert['device_id']}/{tail}"
    return {
        "ENTITY_URL": link,
        "ENTITY_LINK": f'<a href="{link}">{name}</a>',
        "ENTITY_NAME": name,
        "ENTITY_ID": str(entity_id),
        "ENTITY_TYPE": entity_type,
        "ENTITY_DESCRIPTION": row.get("ifAlias") or None,
        "ENTITY_GROUPS": [],
        "ENTITY_GROUP_NAMES": "",
        "ENTITY_GROUP_IDS": "",
    }


def _state_name(state_name: str) -> str:
    return _STATE_NAMES.get(state_name, state_name)


def _uptime(state: ObserviumState, device_id: int, row: Row, *, at: datetime) -> str:
    down_since = state.down_since.get(device_id)
    if down_since is None:
        return format_duration(at.timestamp() - int(row["last_rebooted"] or 0))
    return f"Down ({str(row['status_type']).upper()}) {format_duration((at - down_since).total_seconds())}"
