"""Bodies of alert deliveries, byte for byte as the two webhook transports post them.

`webhook` posts every tag with the type it happens to have; `webhook-json` fills a template of 37 fields, all text.
Source: contracts/observium.md, section 2, "Real bytes".
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from simulators.observium.state import ObserviumState
from simulators.observium.tags import StateName, Tags, build_alert_tags, build_device_tags, build_state_tags

Flavour = Literal["webhook", "webhook-json"]

_ALERT_FIELDS = (
    *("STATE", "STATE_NAME", "EMOJI", "EMOJI_NAME", "STATUS", "STATUS_CUSTOM", "SEVERITY", "COLOR", "URL"),
    *("UNIXTIME", "TIMESTAMP", "TIMESTAMP_RFC2822", "TIMESTAMP_RFC3339", "ID", "MESSAGE"),
)
_ENTITY_FIELDS = ("URL", "LINK", "NAME", "ID", "TYPE", "DESCRIPTION")
_DEVICE_FIELDS = (
    *("HOSTNAME", "SYSNAME", "DESCRIPTION", "ID", "URL", "LINK"),
    *("HARDWARE", "OS", "TYPE", "LOCATION", "UPTIME", "REBOOTED"),
)
JSON_FIELDS = (
    *(f"ALERT_{name}" for name in _ALERT_FIELDS),
    *("CONDITIONS", "METRICS", "DURATION"),
    *(f"ENTITY_{name}" for name in _ENTITY_FIELDS),
    *(f"DEVICE_{name}" for name in _DEVICE_FIELDS),
    "TITLE",
)


def build_delivery(
    state: ObserviumState, alert_id: int, *, state_name: StateName, flavour: Flavour, at: datetime
) -> bytes:
    """The body of one alert notice queued at `at`. A retry has the same `at` and the same bytes.

    KeyError: no such alert.
    """
    return _to_body(build_alert_tags(state, alert_id, state_name=state_name, at=at), flavour)


def build_syslog_delivery(
    state: ObserviumState,
    device_id: int,
    *,
    flavour: Flavour,
    at: datetime,
    rule_id: int = 5,
    message: str = "link state changed",
) -> bytes:
    """A syslog rule's notice: ALERT_ID is the rule's, and there is no entity and no duration.

    Through `webhook-json` those tags stay as literal placeholders. KeyError: no such device.
    """
    device = build_device_tags(state, device_id, at=at)
    kind = build_state_tags(state, "SYSLOG", at=at)
    tags = {
        **kind,
        "ALERT_STATUS": "0",
        "ALERT_STATUS_CUSTOM": "100",
        "ALERT_SEVERITY": "Informational",
        "ALERT_ID": str(rule_id),
        "ALERT_NAME": f"syslog rule {rule_id}",
        "ALERT_MESSAGE": message,
        "ALERT_URL": f"{state.base_url}/device/device={device_id}/tab=logs/section=syslog/",
        "CONDITIONS": "",
        "METRICS": "",
        **device,
        "SYSLOG_RULE": f"syslog rule {rule_id}",
        "SYSLOG_MESSAGE": message,
        "SYSLOG_PROGRAM": "kernel",
        "SYSLOG_TAG": "kernel",
        "SYSLOG_FACILITY": "local7",
        "TITLE": f"SYSLOG: [{device['DEVICE_HOSTNAME']}] {message}",
    }
    return _to_body(tags, flavour)


def build_unfilled_delivery() -> bytes:
    """A contact saved without its template: no placeholder is filled, not even ALERT_STATE."""
    return _to_body({}, "webhook-json")


def build_empty_delivery() -> bytes:
    """A template that is not JSON once filled posts an empty list."""
    return b"[]"


def _to_body(tags: Tags, flavour: Flavour) -> bytes:
    return _dump(tags if flavour == "webhook" else {name: _fill(name, tags) for name in JSON_FIELDS})


def _fill(name: str, tags: Tags) -> str:
    prefix = "#" if name == "ALERT_COLOR" else ""
    value = tags.get(name, f"%{name}%")
    return prefix + ("" if value is None else str(value))


def _dump(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
