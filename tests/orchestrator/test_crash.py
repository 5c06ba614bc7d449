"""kill -9 of the orchestrator anywhere in an incident's life: every effect once, no lock left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.redis_helper import RedisHelper
from tests.orchestrator.killable import DEADLINE_S, Killable, build_killable
from tests.orchestrator.test_incidents import CONTACT, NOC, are_closed, are_settled, mails_to, notes
from tests.system import Serve

pytestmark = pytest.mark.both_databases

RECOVERY_S = 10.0
MARGIN_S = 5.0
"""The machine may be busy with other tests."""


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
        process.kill()
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
        process.kill()
        await asyncio.to_thread(process.join)
        owner = await redis.get("ollama_lock")
    killable.ollama.state.ollama.hold.set()

    async with killable.orchestrator() as (_process, orchestrated), asyncio.timeout(RECOVERY_S):
        ended = await orchestrated.wait_ended()

    assert owner is not None
    assert owner.startswith("orchestrator-local:")
    assert ended[0]["state"] == "done"
    assert ended[0]["summary"]["verdict"]["rule"] == "F2"


LATER_WORKS = [
    ("settle", "ITILFollowup", 3),
    ("settle", "QueuedNotification", 2),
    ("note", "ITILFollowup", 5),
    ("solve", "ITILSolution", 1),
    ("solve", "QueuedNotification", 3),
    ("solve", "QueuedNotification", 4),
]
"""Which work, and which of its writes by its number in the whole life of an incident."""


def plant_pause(killable: Killable, request_line: str, nth: int) -> None:
    """The nth such request takes long enough to be killed in."""
    faults = faults_of(killable, "glpi")
    if nth > 1:
        faults.add("slow", request_line, times=nth - 1, delay_s=0)
    faults.add("slow", request_line, delay_s=0.4)


@pytest.mark.requirement("P-40")
@pytest.mark.parametrize(("work", "itemtype", "nth"), LATER_WORKS)
async def test_killed_in_the_middle_of_any_later_work_each_effect_happens_once_and_everybody_is_told(
    killable: Killable, work: str, itemtype: str, nth: int
) -> None:
    times = {"SETTLE_S": "0.05", "SOLVE_AFTER_S": "0.05", "HOLD_DOWN_S": "0"}
    quick = replace(killable, env={**killable.env, **times})
    request_line = f"POST /apirest.php/{itemtype}"
    plant_pause(quick, request_line, nth)
    settling = work == "settle"

    async with quick.orchestrator() as (process, o):
        alert_id = o.break_port()
        await o.post(o.delivery(alert_id))
        if not settling:
            await o.until(are_settled)
            await o.recover(alert_id)
        await until(lambda: faults_of(quick, "glpi").count(request_line) >= nth)
        process.kill()
        killed_at = asyncio.get_running_loop().time()
    async with quick.orchestrator() as (_process, o):
        async with asyncio.timeout_at(killed_at + RECOVERY_S + MARGIN_S):
            await o.until(are_settled if settling else are_closed)
        if settling:
            await o.recover(alert_id)
        (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert (len(o.tickets), len(o.system.glpi.state.glpi.solutions)) == (1, 1)
    assert [("provisoire" in s, "Rétabli" in s) for s in mails_to(o, NOC)] == [(True, False), (False, True)]
    assert [("en cours" in s, "Rétabli" in s) for s in mails_to(o, CONTACT)] == [(True, False), (False, True)]
    for words in ("Responsabilité :", "Verdict confirmé", "Rétabli le"):
        assert len([text for text in notes(o) if words in text]) == 1, words
    assert len([text for text in notes(o) if "E-mail envoyé" in text]) == 4


@pytest.mark.requirement("P-40")
async def test_killed_as_soon_as_a_delivery_is_answered_nothing_of_it_is_lost(killable: Killable) -> None:
    async with killable.orchestrator() as (process, o):
        answer = await o.post(o.delivery(o.break_port()))
        process.kill()
    async with killable.orchestrator() as (_process, o), asyncio.timeout(RECOVERY_S + MARGIN_S):
        ended = await o.wait_ended()

    assert answer.status_code == 200
    assert [run["state"] for run in ended] == ["done"]
    assert (len(o.tickets), len(o.mails)) == (1, 1)


@pytest.mark.requirement("P-41")
async def test_sigterm_lets_the_step_under_way_finish_and_the_next_start_goes_on(killable: Killable) -> None:
    faults = faults_of(killable, "glpi")
    faults.add("slow", "POST /apirest.php/Ticket", delay_s=1.0)

    async with killable.orchestrator() as (process, orchestrated):
        await orchestrated.post(orchestrated.delivery(orchestrated.break_port()))
        await until(lambda: bool(faults.count("POST /apirest.php/Ticket")))
        process.terminate()
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.to_thread(process.join)
        drained = len(orchestrated.tickets)
    async with killable.orchestrator() as (_process, orchestrated), asyncio.timeout(RECOVERY_S):
        ended = await orchestrated.wait_ended()

    assert (drained, process.exitcode) == (1, 0)
    assert ended[0]["state"] == "done"
    assert faults.count("POST /apirest.php/Ticket") == 1
    assert len(orchestrated.mails) == 1
