"""Observium's deliveries, from the bytes that its `webhook-json` transport posts."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any

from simulators.observium.deliveries import build_delivery
from simulators.observium.state import ObserviumState

PATH = "/webhooks/observium"
FAILED_PORTS = {11: 1101, 21: 2101, 31: 3101, 12: 1201, 22: 2201, 13: 1301}
"""A port of each simulated device, taking the three sites in turn."""
STRANGERS = 50
FIRST_STRANGER = 5000

_alert_ids = itertools.count(200_000)


def known_delivery() -> dict[str, Any]:
    """A new alert on the next of the six simulated devices."""
    alert_id = next(_alert_ids)
    devices = list(FAILED_PORTS)
    return _delivery(alert_id, devices[alert_id % len(devices)])


def stranger_delivery() -> dict[str, Any]:
    """A new alert on one of fifty devices that no site claims: each has runs of its own, one after the other."""
    alert_id = next(_alert_ids)
    number = FIRST_STRANGER + alert_id % STRANGERS
    stranger = {"DEVICE_ID": str(number), "DEVICE_HOSTNAME": f"bench-{number}.widip.example"}
    return _delivery(alert_id, 11) | stranger


def _delivery(alert_id: int, device_id: int) -> dict[str, Any]:
    return _templates()[device_id] | {"ALERT_ID": str(alert_id), "ALERT_UNIXTIME": str(int(time.time()))}


@cache
def _templates() -> dict[int, dict[str, Any]]:
    observium = ObserviumState(base_url="http://observium.example", clock=lambda: datetime.now(UTC), zone=UTC)
    return {device: _template(observium, device, port) for device, port in FAILED_PORTS.items()}


def _template(observium: ObserviumState, device_id: int, port_id: int) -> dict[str, Any]:
    observium.set_port(port_id, oper="down")
    alert_id = observium.open_alert(device_id, "port", port_id, "Port down")
    now = datetime.now(UTC)
    body = build_delivery(observium, alert_id, state_name="ALERT", flavour="webhook-json", at=now)
    return dict(json.loads(body))
