"""While GLPI is known to be down nobody asks it anything but whether it is back."""

from __future__ import annotations

import pytest

from shared.breaker import HEALTH_KEY
from shared.redis_helper import RedisHelper
from tests.orchestrator.conftest import Start
from tests.orchestrator.test_incidents import are_diagnosed, are_waiting


@pytest.mark.requirement("P-77")
async def test_with_the_breaker_open_an_incident_waits_without_a_call_and_is_done_when_a_check_closes_it(
    start: Start, redis: RedisHelper
) -> None:
    o = await start(settle_s=600)
    await o.health.check()
    await redis.set(HEALTH_KEY, "DOWN", ttl_s=120)
    faults = o.system.glpi.state.faults
    before = faults.count("POST /apirest.php/Ticket")

    await o.post(o.delivery(o.break_port()))
    (waiting,) = await o.until(are_waiting)
    asked = faults.count("POST /apirest.php/Ticket") - before
    await o.health.check()
    (incident,) = await o.until(are_diagnosed)

    assert (asked, waiting["ticket_id"]) == (0, None)
    assert await redis.get(HEALTH_KEY) == "UP"
    assert (len(o.tickets), len(o.mails)) == (1, 1)
    assert incident["waits_for"] == ""
