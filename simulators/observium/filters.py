"""The web interface's filters, which the API shares. A key that is not listed here is ignored in silence.

Source: contracts/observium.md, section 1, "Filters".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from simulators.observium.rows import Row
from simulators.observium.state import ObserviumState

Test = Callable[[ObserviumState, Row, str], bool]

_DOWN = ("down", "lowerLayerDown")
_ALERT_STATUS = {"unset": "-1", "failed": "0", "ok": "1", "delayed": "2", "suppressed": "3"}


def _is_like(value: str | None, wanted: str) -> bool:
    """A substring, or the whole value when `wanted` has wildcards; case does not count."""
    have, want = (value or "").lower(), wanted.lower()
    if "*" in want or "?" in want:
        return fnmatchcase(have, want.replace("[", "[[]"))
    return want in have


def _is_equal(value: str | None, wanted: str) -> bool:
    return value is not None and value.lower() == wanted.lower()


def _like(column: str) -> Test:
    return lambda _state, row, wanted: _is_like(row[column], wanted)


def _exact(column: str) -> Test:
    return lambda _state, row, wanted: _is_equal(row[column], wanted)


def _device_of(state: ObserviumState, row: Row) -> Row:
    return state.devices[int(row["device_id"] or 0)]


def _has_state(_state: ObserviumState, row: Row, wanted: str) -> bool:
    admin, oper = row["ifAdminStatus"], row["ifOperStatus"]
    match wanted:
        case "down":
            return admin == "up" and oper in _DOWN
        case "up":
            return admin == "up" and oper in ("up", "monitoring")
        case "admindown" | "shutdown":
            return admin == "down"
        case "adminup":
            return admin == "up"
        case _:
            return True


def _has_errors(_state: ObserviumState, row: Row, _wanted: str) -> bool:
    return any(float(row[name] or 0) > 0 for name in ("ifInErrors_rate", "ifOutErrors_rate"))


def _has_mac(_state: ObserviumState, row: Row, wanted: str) -> bool:
    return _is_like(row["ifPhysAddress"], wanted.replace(":", "").replace("-", "").replace(".", ""))


def _is_on_device(state: ObserviumState, row: Row, wanted: str) -> bool:
    if wanted.isdigit():
        return row["device_id"] == wanted
    return _is_like(_device_of(state, row)["hostname"], wanted)


def _has_alert_status(_state: ObserviumState, row: Row, wanted: str) -> bool:
    return wanted not in _ALERT_STATUS or row["alert_status"] == _ALERT_STATUS[wanted]


_DEVICES: dict[str, Test] = {
    **{name.lower(): _like(name) for name in ("hostname", "sysName", "serial", "purpose")},
    **{name: _like(name) for name in ("sysContact", "sysDescr")},
    "location_text": _like("location"),
    "device": _exact("device_id"),
    **{
        name: _exact(name)
        for name in (
            *("device_id", "os", "version", "hardware", "vendor", "features", "type", "status", "status_type", "ip"),
            *("ignore", "disabled", "location", "poller_id", "snmp_version", "snmp_community", "snmp_authname"),
        )
    },
}
_PORTS: dict[str, Test] = {
    "device_id": _exact("device_id"),
    "hostname": lambda state, row, wanted: _is_like(_device_of(state, row)["hostname"], wanted),
    "ifAlias": _like("ifAlias"),
    "ifDescr": _like("ifDescr"),
    "label": _like("port_label"),
    "port_label": _like("port_label"),
    **{name: _exact(name) for name in ("ifType", "ifSpeed", "ifVlan", "deleted", "ignore", "disabled")},
    "state": _has_state,
    "alerted": lambda state, row, _wanted: _has_state(state, row, "down"),
    "errors": _has_errors,
    "mac": _has_mac,
    "port_descr_type": _exact("port_descr_type"),
    "location": lambda state, row, wanted: _is_equal(_device_of(state, row)["location"], wanted),
}
_ALERTS: dict[str, Test] = {
    "device_id": _is_on_device,
    **{name: _exact(name) for name in ("entity_type", "entity_id", "alert_test_id")},
    "status": _has_alert_status,
}
_ALERT_LOG: dict[str, Test] = {
    **{name: _exact(name) for name in ("device_id", "entity_type", "entity_id", "log_type")},
    "timestamp_from": lambda _state, row, wanted: (row["timestamp"] or "") >= wanted,
    "timestamp_to": lambda _state, row, wanted: (row["timestamp"] or "") <= wanted,
}
_TESTS = {"devices": _DEVICES, "ports": _PORTS, "alerts": _ALERTS, "alert_log": _ALERT_LOG}


def list_matching(state: ObserviumState, entity: str, rows: dict[int, Row], query: Mapping[str, str]) -> dict[int, Row]:
    """The rows that pass every filter of the query."""
    tests = [(test, query[key]) for key, test in _TESTS[entity].items() if query.get(key)]
    return {row_id: row for row_id, row in rows.items() if all(test(state, row, wanted) for test, wanted in tests)}
