"""The model's lock: who gets it, in which order, and how it comes free again."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest

from shared.errors import LockLost, UpstreamUnavailable
from shared.llm_lock import ALIVE, LOCK, TTL_S, WAITING, LlmLock, Priority
from shared.redis_helper import RedisHelper

HOLDER = """
import asyncio, sys
from shared.llm_lock import LlmLock, Priority
from shared.redis_helper import RedisHelper

async def main():
    async with RedisHelper(sys.argv[1]) as redis:
        lock = LlmLock(redis, executor=sys.argv[2])
        deadline = asyncio.get_running_loop().time() + 20
        async with lock.hold("run-1", priority=Priority.TICKET, deadline=deadline) as owner:
            print(owner, flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def lock(redis: RedisHelper) -> LlmLock:
    return LlmLock(redis, executor="orchestrator-a")


def soon(seconds: float = 10.0) -> float:
    return asyncio.get_running_loop().time() + seconds


async def queue(redis: RedisHelper) -> list[str]:
    """The runs in line, first to last."""
    owners = await redis.run("return redis.call('zrange', KEYS[1], 0, -1)", [WAITING], [])
    return [owner.split(":")[1] for owner in owners]


async def left_ms(redis: RedisHelper) -> int:
    return int(await redis.run("return redis.call('pttl', KEYS[1])", [LOCK], []))


async def in_line(redis: RedisHelper, *runs: str) -> None:
    """Return once exactly these runs wait, in this order."""
    with anyio.fail_after(5):
        while await queue(redis) != list(runs):
            await asyncio.sleep(0.01)


async def take(lock: LlmLock, run: str, priority: Priority, order: list[str], *, within_s: float = 10.0) -> None:
    async with lock.hold(run, priority=priority, deadline=soon(within_s)):
        order.append(run)


@pytest.mark.requirement("L-04")
async def test_waiting_chat_gets_the_lock_before_batch_work_and_equals_keep_their_order(
    lock: LlmLock, redis: RedisHelper
) -> None:
    other = LlmLock(redis, executor="orchestrator-b")
    order: list[str] = []

    async with asyncio.TaskGroup() as group, lock.hold("now", priority=Priority.BATCH, deadline=soon()):
        group.create_task(take(lock, "batch-1", Priority.BATCH, order))
        await in_line(redis, "batch-1")
        group.create_task(take(other, "batch-2", Priority.BATCH, order))
        await in_line(redis, "batch-1", "batch-2")
        group.create_task(take(lock, "ticket", Priority.TICKET, order))
        await in_line(redis, "ticket", "batch-1", "batch-2")
        group.create_task(take(other, "alert", Priority.CRITICAL_ALERT, order))
        group.create_task(take(lock, "chat", Priority.CHAT, order))
        await in_line(redis, "chat", "alert", "ticket", "batch-1", "batch-2")
        assert order == []

    assert order == ["chat", "alert", "ticket", "batch-1", "batch-2"]
    assert not await redis.exists(LOCK)
    assert not await redis.exists(WAITING)
    assert not await redis.exists(ALIVE)


async def test_lock_is_held_by_one_at_a_time(lock: LlmLock, redis: RedisHelper) -> None:
    locks = [lock, LlmLock(redis, executor="orchestrator-b")]
    inside, most = 0, 0

    async def work(number: int) -> None:
        nonlocal inside, most
        async with locks[number % 2].hold(f"r{number}", priority=Priority.TICKET, deadline=soon(30)):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work(n) for n in range(12)))

    assert most == 1


async def test_lock_names_its_owner_and_ends_after_120_seconds(lock: LlmLock, redis: RedisHelper) -> None:
    async with lock.hold("run-1", priority=Priority.CHAT, deadline=soon()) as owner:
        assert await redis.get("ollama_lock") == owner
        ttl = await redis.run("return redis.call('ttl', KEYS[1])", [LOCK], [])

    assert owner.startswith("orchestrator-a:run-1:")
    assert TTL_S == 120
    assert 115 <= ttl <= 120


async def test_waiter_that_died_drops_out_of_the_line(lock: LlmLock, redis: RedisHelper) -> None:
    join = """
    local now = redis.call('time')
    redis.call('zadd', KEYS[1], 1, 'dead:run-0:x')
    redis.call('hset', KEYS[2], 'dead:run-0:x', now[1] * 1000 + math.floor(now[2] / 1000) + 400)
    """
    await redis.run(join, [WAITING, ALIVE], [])
    order: list[str] = []

    async with asyncio.TaskGroup() as group:
        waiter = group.create_task(take(lock, "run-1", Priority.CHAT, order))
        await in_line(redis, "run-0", "run-1")
        assert not waiter.done()

    assert order == ["run-1"]
    assert not await redis.exists(ALIVE)


async def test_waiter_that_gives_up_leaves_the_line(lock: LlmLock, redis: RedisHelper) -> None:
    async with lock.hold("now", priority=Priority.CHAT, deadline=soon()):
        cancelled = asyncio.create_task(take(lock, "cancelled", Priority.CHAT, []))
        late = asyncio.create_task(take(lock, "late", Priority.CHAT, []))
        await in_line(redis, "cancelled", "late")
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        await in_line(redis, "late")
        late.cancel()
        await asyncio.wait([late])

        assert await queue(redis) == []


async def test_no_lock_before_the_deadline_says_that_the_model_is_busy(lock: LlmLock, redis: RedisHelper) -> None:
    async with lock.hold("now", priority=Priority.CHAT, deadline=soon()):
        with anyio.fail_after(5), pytest.raises(UpstreamUnavailable, match="busy") as caught:
            await take(lock, "late", Priority.CHAT, [], within_s=0.2)
        assert await queue(redis) == []

    assert caught.value.system == "ollama"
    await take(lock, "again", Priority.CHAT, [])


async def test_lock_comes_free_after_an_exception(lock: LlmLock, redis: RedisHelper) -> None:
    with pytest.raises(ZeroDivisionError):
        async with lock.hold("run-1", priority=Priority.CHAT, deadline=soon()):
            raise ZeroDivisionError

    assert not await redis.exists(LOCK)


class SlowToSend(RedisHelper):
    """A command waits a moment before it leaves, as for a connection."""

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str]) -> Any:
        """Wait, then run."""
        await asyncio.sleep(0.01)
        return await super().run(script, keys, args)


@pytest.mark.parametrize("how", ["task", "scope"])
async def test_lock_comes_free_when_its_holder_is_cancelled(redis: RedisHelper, redis_port: int, how: str) -> None:
    """By asyncio once, or by anyio, which cancels every further await of the block as well."""
    holds = asyncio.Event()
    scope = anyio.CancelScope()

    async def hold(lock: LlmLock) -> None:
        with scope:
            async with lock.hold("run-1", priority=Priority.CHAT, deadline=soon()):
                holds.set()
                await asyncio.Event().wait()

    async with SlowToSend(f"redis://127.0.0.1:{redis_port}/0") as slow:
        holder = asyncio.create_task(hold(LlmLock(slow, executor="a")))
        await holds.wait()
        assert await redis.exists(LOCK)
        if how == "task":
            holder.cancel()
        else:
            scope.cancel()
        await asyncio.wait([holder])

    assert not await redis.exists(LOCK)


class SlowAnswers(RedisHelper):
    """Redis does what it is told, and its next answer never arrives."""

    stuck: asyncio.Event | None = None

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str]) -> Any:
        """Run, then keep the answer."""
        answer = await super().run(script, keys, args)
        if self.stuck is not None and not self.stuck.is_set():
            self.stuck.set()
            await asyncio.Event().wait()
        return answer


async def test_lock_that_was_taken_as_its_waiter_was_cancelled_comes_free(redis: RedisHelper, redis_port: int) -> None:
    async with SlowAnswers(f"redis://127.0.0.1:{redis_port}/0") as slow:
        slow.stuck = asyncio.Event()
        waiter = asyncio.create_task(take(LlmLock(slow, executor="a"), "run-1", Priority.CHAT, []))
        await slow.stuck.wait()
        assert await redis.exists(LOCK)
        waiter.cancel()
        await asyncio.wait([waiter])

    assert not await redis.exists(LOCK)


async def test_lock_is_renewed_while_it_is_held(redis: RedisHelper) -> None:
    lock = LlmLock(redis, executor="a", ttl_s=1)

    async with lock.hold("run-1", priority=Priority.CHAT, deadline=soon()) as owner:
        with anyio.fail_after(5):
            while await left_ms(redis) > 700:
                await asyncio.sleep(0.02)
            while await left_ms(redis) < 900:
                await asyncio.sleep(0.02)

        assert await redis.get(LOCK) == owner


async def test_lock_taken_by_another_cancels_the_block_and_stays_his(redis: RedisHelper) -> None:
    lock = LlmLock(redis, executor="a", ttl_s=1)
    started = time.monotonic()

    with anyio.fail_after(5), pytest.raises(LockLost):
        async with lock.hold("run-1", priority=Priority.CHAT, deadline=soon()):
            await redis.set(LOCK, "b:run-2:x", ttl_s=100)
            await asyncio.Event().wait()

    assert time.monotonic() - started < 3
    assert await redis.get(LOCK) == "b:run-2:x"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0  # what comes after is not taken for cancelled


@pytest.mark.requirement("L-05")
async def test_lock_of_a_process_that_was_killed_is_freed_by_its_next_life_alone(
    redis: RedisHelper, redis_port: int, root: Path
) -> None:
    command = [sys.executable, "-c", HOLDER, f"redis://127.0.0.1:{redis_port}/0", "orchestrator-a"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            with anyio.fail_after(20):
                owner = (await asyncio.to_thread(process.stdout.readline)).decode().strip()
        finally:
            process.send_signal(signal.SIGKILL)
    assert owner.startswith("orchestrator-a:run-1:")
    assert await redis.get(LOCK) == owner

    assert not await LlmLock(redis, executor="orchestrator-b").free_own()
    assert not await LlmLock(redis, executor="orchestrator").free_own()
    assert await redis.get(LOCK) == owner

    again = LlmLock(redis, executor="orchestrator-a")
    assert await again.free_own()
    assert not await again.free_own()
    with anyio.fail_after(1):
        await take(again, "run-2", Priority.BATCH, [])


async def test_redis_away_is_unavailable_and_does_not_hang() -> None:
    async with RedisHelper("redis://127.0.0.1:1/0") as away:
        with anyio.fail_after(5), pytest.raises(UpstreamUnavailable) as caught:
            await take(LlmLock(away, executor="a"), "run-1", Priority.CHAT, [])

    assert caught.value.system == "redis"
