"""Observium's deliveries, from the bytes that its `webhook-json` transport posts."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from simulators.observium.deliveries import build_delivery
from simulators.observium.state import ObserviumState

PATH = "/webhooks/observium"
SITES = 1000
FIRST_DEVICE = 1000
"""Of the sites that the simulators invent beside the demo's: one router each."""

_alert_ids = itertools.count(200_000)
Deliver = Callable[[], dict[str, Any]]


def wan_port(device_id: int) -> int:
    """The first line of an invented site."""
    return 100 * device_id + 1


def new_delivery() -> dict[str, Any]:
    """A new alert, on the next of the sites: an incident of its own."""
    alert_id = next(_alert_ids)
    number = FIRST_DEVICE + alert_id % SITES
    changes = {"ALERT_ID": str(alert_id), "ALERT_UNIXTIME": str(int(time.time())), "DEVICE_ID": str(number)}
    changes |= {"DEVICE_HOSTNAME": f"site{number}-fw1.widip.example", "ENTITY_ID": str(wan_port(number))}
    return _template() | changes


@cache
def _template() -> dict[str, Any]:
    observium = ObserviumState(
        base_url="http://observium.example", clock=lambda: datetime.now(UTC), zone=UTC, more_sites=1
    )
    port_id = wan_port(FIRST_DEVICE)
    observium.set_port(port_id, oper="down")
    alert_id = observium.open_alert(FIRST_DEVICE, "port", port_id, "Port down")
    now = datetime.now(UTC)
    body = build_delivery(observium, alert_id, state_name="ALERT", flavour="webhook-json", at=now)
    return dict(json.loads(body))
