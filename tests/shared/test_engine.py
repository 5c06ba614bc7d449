"""What shared.engine promises, and the private parts of DBOS 3.4 that it leans on."""

from __future__ import annotations

import asyncio
import inspect
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos._dbos import DBOS, _get_dbos_instance
from dbos._queue import queue_worker_thread

from shared.database import Database
from shared.engine import APPLICATION_VERSION, SAFETY_POLL_S, DrainGate, Engine, QueueSpec

DEADLINE_S = 15.0


class World:
    """An engine with one workflow that notes what it was given."""

    def __init__(self, folder: Path, *, concurrency: int = 2) -> None:
        self.database = Database(f"sqlite:///{folder}/engine.sqlite")
        self.engine = Engine(
            self.database,
            name="engine-test",
            executor_id="test",
            queues=(QueueSpec("work", concurrency),),
        )
        self.seen: list[str] = []
        self.inside = 0
        self.most_inside = 0
        self.changed = asyncio.Condition()
        self.gate = asyncio.Event()
        self.gate.set()
        self.engine.workflow("note", "work", self._note)

    async def _note(self, word: str) -> str:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        await self._tell()
        await self.gate.wait()
        self.inside -= 1
        self.seen.append(f"{word}!")
        await self._tell()
        return self.seen[-1]

    async def _tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def wait_for(self, n: int) -> None:
        async with asyncio.timeout(DEADLINE_S), self.changed:
            await self.changed.wait_for(lambda: len(self.seen) >= n)

    async def put(self, word: str, *, key: str = "") -> None:
        await self.database.write(lambda c: self.engine.enqueue(c, "note", "work", key or f"id-{word}", word))
        self.engine.nudge("work")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.engine.start()
    yield world
    await world.engine.stop(drain_s=2)
    await asyncio.to_thread(world.database.close)


async def test_a_stored_workflow_runs(world: World) -> None:
    await world.put("one")

    await world.wait_for(1)

    assert world.seen == ["one!"]


async def test_the_same_id_again_runs_nothing_new(world: World) -> None:
    await world.put("one", key="same")
    await world.wait_for(1)

    await world.put("one", key="same")
    await world.put("two")
    await world.wait_for(2)

    assert world.seen == ["one!", "two!"]


@pytest.mark.requirement("E-01")
async def test_a_workflow_is_not_stored_when_its_row_is_not(world: World) -> None:
    def write(connection: sa.Connection) -> None:
        world.engine.enqueue(connection, "note", "work", "id-lost", "lost")
        raise ValueError("the row could not be written")

    with pytest.raises(ValueError, match="could not be written"):
        await world.database.write(write)
    await world.put("kept")
    await world.wait_for(1)

    assert world.seen == ["kept!"]


async def test_a_queue_of_one_runs_in_the_order_of_arrival(tmp_path: Path) -> None:
    world = World(tmp_path, concurrency=1)
    await world.engine.start()
    try:
        for word in ("a", "b", "c"):
            await world.put(word)
        await world.wait_for(3)
    finally:
        await world.engine.stop(drain_s=2)
        await asyncio.to_thread(world.database.close)

    assert world.seen == ["a!", "b!", "c!"]
    assert world.most_inside == 1


async def test_runs_overlap_up_to_what_the_queue_allows(world: World) -> None:
    world.gate.clear()

    for word in ("a", "b", "c"):
        await world.put(word)
    async with asyncio.timeout(DEADLINE_S), world.changed:
        await world.changed.wait_for(lambda: world.inside == 2)
    world.gate.set()
    await world.wait_for(3)

    assert world.most_inside == 2


async def test_the_end_of_a_workflow_is_known(world: World) -> None:
    world.gate.clear()
    await world.put("one", key="one")
    async with asyncio.timeout(DEADLINE_S), world.changed:
        await world.changed.wait_for(lambda: world.inside == 1)

    assert await world.engine.has_ended("one") is False
    world.gate.set()
    async with asyncio.timeout(DEADLINE_S):
        while not await world.engine.has_ended("one"):
            await asyncio.sleep(0.01)
    assert await world.engine.has_ended("never-stored") is True


async def test_a_nudge_is_quicker_than_the_safety_poll(world: World) -> None:
    await world.put("warm-up")
    await world.wait_for(1)
    loop = asyncio.get_running_loop()
    started = loop.time()

    for n in range(5):
        await world.put(f"w{n}")
        await world.wait_for(n + 2)

    # Five polls would take five seconds; the ratio, not a figure, is what is asserted.
    assert loop.time() - started < 5 * SAFETY_POLL_S / 2


async def test_rows_are_json_and_never_pickle(world: World, tmp_path: Path) -> None:
    await world.put("plain", key="plain")
    async with asyncio.timeout(DEADLINE_S):
        while not await world.engine.has_ended("plain"):
            await asyncio.sleep(0.01)

    with sqlite3.connect(tmp_path / "engine.sqlite") as raw:
        version, form = raw.execute("select application_version, serialization from workflow_status").fetchone()
        results = [json.loads(row[0]) for row in raw.execute("select output from workflow_output")]

    assert (version, form) == (APPLICATION_VERSION, "portable_json")
    assert results == ["plain!"]


async def test_the_engine_keeps_few_threads(world: World) -> None:
    for n in range(20):
        await world.put(f"t{n}")
    await world.wait_for(20)

    executor = _get_dbos_instance()._executor
    assert executor._max_workers <= 8


@pytest.mark.requirement("E-03")
def test_the_private_function_of_dbos_still_takes_what_we_give() -> None:
    assert list(inspect.signature(queue_worker_thread).parameters) == ["stop_event", "dbos", "queue"]
    assert "stop_event.wait(timeout=" in inspect.getsource(queue_worker_thread)
    assert hasattr(DBOS, "listen_queues")


async def test_a_closed_gate_lets_those_inside_finish_and_nobody_else_in() -> None:
    gate, entered, leave = DrainGate(), asyncio.Event(), asyncio.Event()
    late: list[str] = []

    async def inside() -> None:
        async with gate.enter():
            entered.set()
            await leave.wait()

    async def latecomer() -> None:
        async with gate.enter():
            late.append("in")

    first = asyncio.create_task(inside())
    await entered.wait()
    draining = asyncio.create_task(gate.drain(5))
    await asyncio.sleep(0)
    second = asyncio.create_task(latecomer())
    await asyncio.sleep(0)
    leave.set()

    assert await draining is True
    await first
    assert late == []
    second.cancel()


async def test_a_schedule_runs_at_its_ticks(tmp_path: Path) -> None:
    ticked = asyncio.Event()
    world = World(tmp_path)

    async def tick() -> None:
        ticked.set()

    world.engine.schedule("tick", "* * * * * *", tick)
    await world.engine.start()
    try:
        async with asyncio.timeout(DEADLINE_S):
            await ticked.wait()
    finally:
        await world.engine.stop(drain_s=2)
        await asyncio.to_thread(world.database.close)


CRASHING = """
import asyncio, os, sys
from pathlib import Path
from shared.database import Database
from shared.engine import Engine, QueueSpec

folder, crash = Path(sys.argv[1]), sys.argv[2] == "crash"

def effect(name):
    with (folder / "effects").open("a") as file:
        file.write(name + "\\n")

async def main():
    database = Database(f"sqlite:///{folder}/crash.sqlite")
    engine = Engine(database, name="crash-test", executor_id="one", queues=(QueueSpec("work", 1),))
    done = asyncio.Event()

    async def run(word):
        effect("begins")
        if crash:
            os.kill(os.getpid(), 9)
        effect("ends")
        done.set()

    engine.workflow("run", "work", run)
    await engine.start()
    if crash:
        await database.write(lambda c: engine.enqueue(c, "run", "work", "only", "x"))
        engine.nudge("work")
    await asyncio.wait_for(done.wait(), 15)
    await engine.stop()
    database.close()

asyncio.run(main())
"""


@pytest.mark.requirement("E-02")
def test_after_kill_9_a_workflow_runs_again(tmp_path: Path, root: Path) -> None:
    def start(mode: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-c", CRASHING, str(tmp_path), mode]
        return subprocess.run(command, cwd=root, timeout=40, check=False, capture_output=True)

    killed = start("crash")
    resumed = start("resume")

    assert killed.returncode == -signal.SIGKILL
    assert resumed.returncode == 0, resumed.stderr.decode()[-2000:]
    effects = (tmp_path / "effects").read_text().splitlines()
    assert effects == ["begins", "begins", "ends"]
