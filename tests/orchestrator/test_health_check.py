"""GLPI's health: four states, the breaker, one mail an hour, and what waited goes on in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from orchestrator.health_check import DOWN_ALERT_KEY, PROBLEM_KEY, GlpiState
from shared.redis_helper import RedisHelper
from simulators.smtp.app import MailSink, running_sink
from tests.orchestrator.conftest import DEADLINE_S, Orchestrated, Start

ADMIN = "admin@widip.example"


@dataclass
class Relay:
    """The administrator's mail relay."""

    sink: MailSink
    settings: dict[str, Any]


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with running_sink() as (sink, (host, port)):
        yield Relay(sink, {"smtp_host": host, "smtp_port": port, "admin_email": ADMIN})


async def test_glpi_up_is_said_to_everybody(orchestrated: Orchestrated, redis: RedisHelper) -> None:
    state = await orchestrated.health.check()

    assert state is GlpiState.UP
    assert await redis.get("glpi_health_status") == "UP"
    assert (await orchestrated.http.get("/readyz")).json() == {"status": "ok", "problems": {}}


async def test_glpi_down_opens_the_breaker_and_mails_the_administrator_once(
    start: Start, relay: Relay, redis: RedisHelper
) -> None:
    orchestrated = await start(**relay.settings)
    orchestrated.system.glpi.state.glpi.maintenance = True

    states = [await orchestrated.health.check() for _ in range(3)]

    assert states == [GlpiState.DOWN] * 3
    assert await redis.get("glpi_health_status") == "DOWN"
    assert await redis.exists(DOWN_ALERT_KEY)
    [mail] = relay.sink.mails
    assert mail.to == [ADMIN]
    assert "GLPI ne répond plus" in mail.subject


async def test_one_up_does_not_end_an_outage_and_two_do(start: Start, relay: Relay, redis: RedisHelper) -> None:
    orchestrated = await start(**relay.settings)
    glpi = orchestrated.system.glpi.state.glpi
    glpi.maintenance = True
    await orchestrated.health.check()

    glpi.maintenance = False
    await orchestrated.health.check()
    after_one = await redis.exists(DOWN_ALERT_KEY)
    await orchestrated.health.check()

    assert after_one
    assert not await redis.exists(DOWN_ALERT_KEY)


async def test_an_absent_mcp_server_is_not_glpi_down(start: Start, relay: Relay, redis: RedisHelper) -> None:
    orchestrated = await start(glpi_mcp_url="http://127.0.0.1:9", **relay.settings)
    await redis.delete("glpi_health_status")

    state = await orchestrated.health.check()

    assert state is GlpiState.UNREACHABLE
    assert await redis.get("glpi_health_status") is None
    assert "injoignable" in relay.sink.mails[-1].subject


async def test_a_refused_token_is_told_as_work_for_a_person(start: Start, relay: Relay) -> None:
    orchestrated = await start(**relay.settings)
    glpi = orchestrated.system.glpi.state.glpi
    glpi.sessions.clear()
    glpi.user_tokens.clear()

    state = await orchestrated.health.check()
    ready = (await orchestrated.http.get("/readyz")).json()

    assert state is GlpiState.REFUSED
    assert "refusé" in relay.sink.mails[-1].subject
    assert "GLPI_USER_TOKEN" in ready["problems"]["glpi"]


async def test_without_redis_the_administrator_is_still_told_once(start: Start, relay: Relay) -> None:
    orchestrated = await start(redis_port=9, **relay.settings)
    orchestrated.system.glpi.state.glpi.maintenance = True

    for _ in range(3):
        await orchestrated.health.check()

    assert len(relay.sink.mails) == 1


async def test_a_dead_mail_relay_is_no_crash(start: Start) -> None:
    orchestrated = await start(smtp_host="127.0.0.1", smtp_port=9, admin_email=ADMIN)
    orchestrated.system.glpi.state.glpi.maintenance = True

    assert await orchestrated.health.check() is GlpiState.DOWN


@pytest.mark.requirement("P-72")
async def test_a_mail_that_could_not_be_sent_is_tried_again_at_the_next_check(
    start: Start, relay: Relay, redis: RedisHelper
) -> None:
    orchestrated = await start(**relay.settings)
    orchestrated.system.glpi.state.glpi.maintenance = True
    relay.sink.refusal = "451 try again later"
    await orchestrated.health.check()
    after_failure = await redis.exists(DOWN_ALERT_KEY)

    relay.sink.refusal = None
    for _ in range(3):
        await orchestrated.health.check()

    assert not after_failure
    assert len(relay.sink.mails) == 1


@pytest.mark.requirement("P-72")
async def test_what_another_replica_found_wrong_is_said_until_any_replica_finds_it_mended(
    orchestrated: Orchestrated, redis: RedisHelper
) -> None:
    await orchestrated.health.check()
    await redis.set(PROBLEM_KEY, "GLPI is in maintenance", ttl_s=60)

    by_another = (await orchestrated.http.get("/readyz")).json()
    await orchestrated.health.check()
    mended = (await orchestrated.http.get("/readyz")).json()

    assert by_another["problems"] == {"glpi": "GLPI is in maintenance"}
    assert mended == {"status": "ok", "problems": {}}


@pytest.mark.requirement("P-72")
async def test_what_this_replica_found_wrong_ends_for_it_when_another_finds_it_mended(
    orchestrated: Orchestrated, redis: RedisHelper
) -> None:
    orchestrated.system.glpi.state.glpi.maintenance = True
    await orchestrated.health.check()
    told_others = await redis.get(PROBLEM_KEY)

    await redis.set(PROBLEM_KEY, "", ttl_s=60)
    mended = (await orchestrated.http.get("/readyz")).json()

    assert told_others
    assert mended == {"status": "ok", "problems": {}}


async def wait_state(orchestrated: Orchestrated, state: str, n: int) -> None:
    async with asyncio.timeout(DEADLINE_S * 2):
        while sum(run["state"] == state for run in await orchestrated.runs()) < n:
            await asyncio.sleep(0.05)


async def test_what_came_while_glpi_was_down_is_done_in_order_when_it_is_back(start: Start, redis: RedisHelper) -> None:
    orchestrated = await start(runs_at_once=1)
    glpi = orchestrated.system.glpi.state.glpi
    glpi.maintenance = True
    first, second = orchestrated.break_port(11, 1101), orchestrated.break_port(21, 2101)
    await orchestrated.post(orchestrated.delivery(first))
    await orchestrated.post(orchestrated.delivery(second))
    await wait_state(orchestrated, "waiting", 2)
    breaker = await redis.get("glpi_health_status")

    glpi.maintenance = False
    await orchestrated.health.check()
    await wait_state(orchestrated, "done", 2)

    entities = [ticket["entities_id"] for ticket in orchestrated.tickets]
    assert breaker == "DOWN"
    assert entities == [2, 3]
    assert len(orchestrated.mails) == 2


async def test_glpi_that_dies_between_ticket_and_mail_gets_the_rest_once_it_is_back(start: Start) -> None:
    orchestrated = await start()
    glpi = orchestrated.system.glpi
    glpi.state.faults.add("html", "POST /apirest.php/QueuedNotification", times=-1)
    await orchestrated.post(orchestrated.delivery(orchestrated.break_port()))
    await wait_state(orchestrated, "waiting", 1)

    glpi.state.faults.clear()
    await orchestrated.health.check()
    await wait_state(orchestrated, "done", 1)

    followups = [orchestrated.text(f["content"]) for f in orchestrated.followups]
    assert len(orchestrated.tickets) == len(orchestrated.mails) == 1
    assert len([text for text in followups if "Responsabilité" in text]) == 1


@pytest.mark.parametrize("status", [429, 404, 403])
async def test_an_answer_that_refuses_for_now_costs_no_alert(start: Start, status: int) -> None:
    orchestrated = await start()
    orchestrated.system.glpi.state.faults.add(
        "error", "POST /apirest.php/Ticket", times=1, status=status, body='["ERROR_PROXY","no"]'
    )
    await orchestrated.post(orchestrated.delivery(orchestrated.break_port()))
    await wait_state(orchestrated, "waiting", 1)

    await orchestrated.health.check()
    await wait_state(orchestrated, "done", 1)

    assert len(orchestrated.tickets) == len(orchestrated.mails) == 1
