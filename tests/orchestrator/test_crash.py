"""kill -9 of the orchestrator anywhere in a run: one ticket, one mail, no lock left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from shared.redis_helper import RedisHelper
from tests.orchestrator.killable import DEADLINE_S, Killable, build_killable
from tests.system import Serve

pytestmark = pytest.mark.both_databases

RECOVERY_S = 10.0


@pytest.fixture
async def killable(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, root: Path, database_url: str
) -> Killable:
    return await build_killable(serve, redis_port, tmp_path, root, database_url)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.005)


def faults_of(killable: Killable, where: str) -> Any:
    apps = {"glpi": killable.system.glpi, "observium": killable.system.observium, "ollama": killable.ollama}
    return apps[where].state.faults


BOUNDARIES = [
    ("glpi", "POST /apirest.php/Ticket"),
    ("observium", "GET /api/v0/ports"),
    ("ollama", "POST /api/chat"),
    ("glpi", "POST /apirest.php/ITILFollowup"),
    ("glpi", "POST /apirest.php/QueuedNotification"),
]


@pytest.mark.requirement("P-03")
@pytest.mark.parametrize(("where", "request_line"), BOUNDARIES)
async def test_killed_in_the_middle_of_any_effect_it_happens_once(
    killable: Killable, redis: RedisHelper, where: str, request_line: str
) -> None:
    faults = faults_of(killable, where)
    faults.add("slow", request_line, delay_s=0.4)

    async with killable.orchestrator() as (process, orchestrated):
        body = orchestrated.delivery(orchestrated.break_port())
        await orchestrated.post(body)
        await until(lambda: bool(faults.count(request_line)))
        os.kill(process.pid, signal.SIGKILL)
    async with killable.orchestrator() as (_process, orchestrated), asyncio.timeout(RECOVERY_S):
        ended = await orchestrated.wait_ended()

    assert [run["state"] for run in ended] == ["done"]
    assert len(orchestrated.tickets) == 1
    assert len(orchestrated.mails) == 1
    assert not await redis.exists("ollama_lock")


@pytest.mark.requirement("L-05")
async def test_killed_while_holding_the_lock_it_frees_it_at_the_next_start(
    killable: Killable, redis: RedisHelper
) -> None:
    async with AsyncExitStack() as stack:
        killable.ollama.state.ollama.hold = asyncio.Event()
        process, orchestrated = await stack.enter_async_context(killable.orchestrator())
        await orchestrated.post(orchestrated.delivery(orchestrated.break_port()))
        await until(lambda: killable.ollama.state.ollama.in_flight > 0)
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()
        owner = await redis.get("ollama_lock")
    killable.ollama.state.ollama.hold.set()

    async with killable.orchestrator() as (_process, orchestrated), asyncio.timeout(RECOVERY_S):
        ended = await orchestrated.wait_ended()

    assert owner is not None
    assert owner.startswith("orchestrator-local:")
    assert ended[0]["state"] == "done"
    assert ended[0]["summary"]["verdict"]["rule"] == "F2"


async def test_sigterm_lets_the_step_under_way_finish_and_the_next_start_goes_on(killable: Killable) -> None:
    faults = faults_of(killable, "glpi")
    faults.add("slow", "POST /apirest.php/Ticket", delay_s=1.0)

    async with killable.orchestrator() as (process, orchestrated):
        await orchestrated.post(orchestrated.delivery(orchestrated.break_port()))
        await until(lambda: bool(faults.count("POST /apirest.php/Ticket")))
        process.terminate()
        async with asyncio.timeout(DEADLINE_S):
            await process.wait()
        drained = len(orchestrated.tickets)
    async with killable.orchestrator() as (_process, orchestrated), asyncio.timeout(RECOVERY_S):
        ended = await orchestrated.wait_ended()

    assert drained == 1
    assert ended[0]["state"] == "done"
    assert faults.count("POST /apirest.php/Ticket") == 1
    assert len(orchestrated.mails) == 1
