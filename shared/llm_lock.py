"""`ollama_lock`: one model call at a time on the box, with a waiting list ordered by priority.

The lock's value is its owner, `<executor>:<run>:<nonce>`. An executor that starts frees what an earlier life of it
held: nothing of it can be running (contracts/spike.md, trap 1). Waiters that died drop out of the list by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import IntEnum

import anyio

from shared.errors import LockLost, UpstreamUnavailable, WidipError
from shared.logs import get_logger
from shared.redis_helper import RedisHelper

logger = get_logger("llm_lock")

LOCK = "ollama_lock"
WAITING = "widip:ollama_waiting"
ALIVE = "widip:ollama_waiting_alive"
TTL_S = 120
WAITER_TTL_MS = 5_000
POLL_S = 0.1


class Priority(IntEnum):
    """Who goes first, lowest number first."""

    CHAT = 1
    CRITICAL_ALERT = 2
    TICKET = 3
    BATCH = 4


_TRY = """
redis.call('zadd', KEYS[2], 'NX', ARGV[3], ARGV[1])
redis.call('hset', KEYS[3], ARGV[1], ARGV[4] + ARGV[5])
while true do
  local head = redis.call('zrange', KEYS[2], 0, 0)[1]
  local alive = tonumber(redis.call('hget', KEYS[3], head) or '0')
  if head == ARGV[1] or alive >= tonumber(ARGV[4]) then
    if head ~= ARGV[1] then return 0 end
    break
  end
  redis.call('zrem', KEYS[2], head)
  redis.call('hdel', KEYS[3], head)
end
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[2]) then
  redis.call('zrem', KEYS[2], ARGV[1])
  redis.call('hdel', KEYS[3], ARGV[1])
  return 1
end
return 0
"""
_LOOK = """
local now = tonumber(ARGV[1])
local line = {}
for _, waiter in ipairs(redis.call('zrange', KEYS[2], 0, 199, 'WITHSCORES')) do line[#line + 1] = waiter end
local alive = {}
for n = 1, #line, 2 do
  if tonumber(redis.call('hget', KEYS[3], line[n]) or '0') >= now then
    alive[#alive + 1] = line[n]
    alive[#alive + 1] = line[n + 1]
  end
end
return {redis.call('get', KEYS[1]) or '', redis.call('pttl', KEYS[1]), alive}
"""
_LEAVE = "redis.call('zrem', KEYS[1], ARGV[1]); redis.call('hdel', KEYS[2], ARGV[1]); return 1"
_FREE = """
local owner = redis.call('get', KEYS[1])
if owner and string.sub(owner, 1, #ARGV[1]) == ARGV[1] then redis.call('del', KEYS[1]); return owner end
return ''
"""


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody in line, with his priority, and since when (epoch milliseconds)."""

    owner: str
    priority: Priority
    since_ms: int


@dataclass(frozen=True, slots=True)
class LockView:
    """Who holds the lock, for how long yet unless he renews it, and who waits, in order: 100 at most."""

    owner: str
    ttl_ms: int
    waiting: tuple[Waiter, ...]


async def look_at_lock(redis: RedisHelper) -> LockView:
    """The lock and its line as they are now. Raises UpstreamUnavailable("redis")."""
    owner, ttl_ms, line = await redis.run(_LOOK, [LOCK, WAITING, ALIVE], [_now_and_ttl()[0]])
    pairs = zip(line[::2], (int(float(score)) for score in line[1::2]), strict=True)
    waiting = tuple(Waiter(name, Priority(score // 10**14), score % 10**14) for name, score in pairs)
    return LockView(owner, max(0, int(ttl_ms)), waiting)


class LlmLock:
    """The lock, as one executor sees it."""

    def __init__(self, redis: RedisHelper, *, executor: str, ttl_s: int = TTL_S) -> None:
        self._redis = redis
        self._executor = executor
        self._ttl_s = ttl_s
        self._released = asyncio.Event()

    async def free_own(self) -> bool:
        """At start, before any run: free a lock that this executor's earlier life took to its grave.

        Nobody else can give it back; where Redis does not answer it ends by its TTL.
        """
        try:
            owner = await self._redis.run(_FREE, [LOCK], [f"{self._executor}:"])
        except WidipError:
            return False
        if owner:
            logger.warning("lock_freed", owner=owner)
        return bool(owner)

    @contextlib.asynccontextmanager
    async def hold(self, run: str, *, priority: Priority, deadline: float) -> AsyncIterator[str]:
        """Wait in line and hold the lock for the block; yields the owner.

        deadline is on the event loop's clock. Raises UpstreamUnavailable("ollama") when the line is too long, and
        LockLost inside the block when somebody else took the lock (then the block is cancelled).
        """
        owner = f"{self._executor}:{run}:{uuid.uuid4().hex[:8]}"
        try:
            await self._wait_in_line(owner, priority, deadline)
        except BaseException:
            # A try that was cancelled may have taken the lock without our hearing of it.
            with anyio.CancelScope(shield=True):
                await self._leave(owner)
                await self._release(owner)
            raise
        body = asyncio.current_task()
        lost = asyncio.Event()
        renewer = asyncio.create_task(self._renew(owner, lost, body))
        try:
            yield owner
        except asyncio.CancelledError:
            if lost.is_set() and body is not None and body.uncancel() == 0:
                raise LockLost("the model's lock went to somebody else") from None
            raise
        finally:
            renewer.cancel()
            with anyio.CancelScope(shield=True):
                await self._release(owner)

    async def _wait_in_line(self, owner: str, priority: Priority, deadline: float) -> None:
        loop = asyncio.get_running_loop()
        score = f"{int(priority) * 10**14 + time.time_ns() // 10**6}"
        while True:
            self._released.clear()
            if await self._redis.run(_TRY, [LOCK, WAITING, ALIVE], [owner, str(self._ttl_s), score, *_now_and_ttl()]):
                return
            left = deadline - loop.time()
            if left <= 0:
                raise UpstreamUnavailable("the model is busy: no lock before the deadline", system="ollama")
            # Not wait_for: on 3.11 it may swallow the waiter's cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(POLL_S, left)):
                    await self._released.wait()

    async def _renew(self, owner: str, lost: asyncio.Event, body: asyncio.Task[object] | None) -> None:
        while True:
            await asyncio.sleep(self._ttl_s / 3)
            with contextlib.suppress(UpstreamUnavailable):
                if not await self._redis.renew(LOCK, owner=owner, ttl_s=self._ttl_s):
                    lost.set()
                    if body is not None:
                        body.cancel()
                    return

    async def _release(self, owner: str) -> None:
        """Whatever happened; if Redis is gone the lock ends with its TTL."""
        with contextlib.suppress(UpstreamUnavailable):
            await self._redis.release(LOCK, owner=owner)
        self._released.set()

    async def _leave(self, owner: str) -> None:
        with contextlib.suppress(UpstreamUnavailable):
            await self._redis.run(_LEAVE, [WAITING, ALIVE], [owner])


def _now_and_ttl() -> tuple[str, str]:
    return str(time.time_ns() // 10**6), str(WAITER_TTL_MS)
