"""What a verdict becomes as an outage goes on, comes back and ends: whom time accuses, whom it must not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orchestrator.conftest import Orchestrated, Start
from tests.orchestrator.test_incidents import are_closed, are_diagnosed, notes

pytestmark = pytest.mark.both_databases
EDGE, CLIENTS_SWITCH = 11, 22


async def live_through(o: Orchestrated, device_id: int, **state: Any) -> dict[str, Any]:
    """An hour's alert of a device, from its delivery to its solution; nothing restarts meanwhile."""
    observium = o.system.observium.state.observium
    alert_id = o.break_device(device_id)
    observium.set_device(device_id, status_type=state.pop("status_type", "ping"))
    observium.devices[device_id].update(state)
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)
    return incident


@pytest.mark.requirement("P-65")
@pytest.mark.parametrize(
    ("device_id", "state", "rule"),
    [
        (CLIENTS_SWITCH, {"status_type": "snmp"}, "S1"),
        (EDGE, {"status_type": "dns"}, "M0"),
        (EDGE, {"ignore": "1"}, "M1"),
    ],
)
async def test_what_was_no_dead_site_accuses_no_operator_afterwards(
    start: Start, device_id: int, state: dict[str, Any], rule: str
) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, hold_down_s=0)

    incident = await live_through(o, device_id, **state)

    assert incident["verdict"]["rule"] == rule
    assert not any("Responsabilité après coup" in note for note in notes(o))
    assert "Cause" not in o.text(next(iter(o.system.glpi.state.glpi.solutions.values()))["content"])


@pytest.mark.requirement("P-65")
async def test_a_dead_site_of_which_nothing_restarted_had_lost_its_line(start: Start) -> None:
    o = await start(settle_s=600, solve_after_s=0.05, hold_down_s=0)
    observium = o.system.observium.state.observium
    for number in (12, 13):
        observium.set_device(number, status=0)
    alert_id = o.break_device(EDGE)
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)

    for number in (11, 12, 13):
        observium.set_device(number, status=1)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert (incident["verdict"]["rule"], incident["verdict"]["responsible"]) == ("X5", "FAI")
