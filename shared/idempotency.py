"""The record of writes, in Redis for 72 h: per (server, token, tool, key) what was asked and what came of it.

A repeat of a finished write gets the recorded outcome. A repeat while the first is under way waits for it. A record
left "under way" by an owner that died is an outcome unknown: the work is told to look before it acts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

from shared.errors import (
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Refused,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from shared.redis_helper import RedisHelper

KEEP_S = 72 * 3600
ALIVE_S = 10
POLL_S = 0.05
SETTLE_S = 60.0
"""How long a write without an answer may still take effect: the longest that a system works on a request."""

_SURELY_NOT_DONE = (UpstreamUnavailable, UpstreamRejected, UpstreamUnauthorized, NotFound, InvalidInput, Refused)

_BEGIN = """
local known = redis.call('get', KEYS[1])
if known then
  local record = cjson.decode(known)
  if record.args ~= ARGV[2] then return 'mismatch' end
  if record.state == 'done' then return known end
  if redis.call('exists', KEYS[2]) == 1 then return 'busy' end
  local late = tonumber(record.late_until or 0) > tonumber(ARGV[5])
  if not late then record.late_until = ARGV[6] end -- this try may act, and then be late itself
  record.owner = ARGV[1]
  redis.call('set', KEYS[1], cjson.encode(record), 'EX', ARGV[3])
  redis.call('set', KEYS[2], ARGV[1], 'EX', ARGV[4])
  return late and 'orphan_late' or 'orphan'
end
local fresh = {state='under_way', owner=ARGV[1], args=ARGV[2], late_until=ARGV[6]}
redis.call('set', KEYS[1], cjson.encode(fresh), 'EX', ARGV[3])
redis.call('set', KEYS[2], ARGV[1], 'EX', ARGV[4])
return 'mine'
"""
_FINISH = """
local known = redis.call('get', KEYS[1])
if known and cjson.decode(known).owner ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('del', KEYS[2])
return 1
"""
_FORGET = """
local known = redis.call('get', KEYS[1])
if known and cjson.decode(known).owner == ARGV[1] then redis.call('del', KEYS[1], KEYS[2]) end
return 1
"""
_SETTLED = """
local known = redis.call('get', KEYS[1])
if known then
  local record = cjson.decode(known)
  if record.owner == ARGV[1] then
    record.late_until = nil
    redis.call('set', KEYS[1], cjson.encode(record), 'KEEPTTL')
  end
end
return 1
"""
_ABANDON = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end return 1"


def _alive(record: str) -> str:
    """Who works on it lives here. The word comes first: a caller's key may end in anything."""
    return f"widip:alive:{record}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write returned, as JSON text; `replayed` when it was not done now but read from the record."""

    result: str
    replayed: bool


class Look(IntEnum):
    """What a write must do before it acts: nothing; look whether it was done; look, and not act even if it was not,
    because an earlier try that got no answer may still take effect.
    """

    NO = 0
    FIRST = 1
    ONLY = 2


Work = Callable[[Look], Awaitable[str]]
"""Does the write and returns its result as JSON text."""


_LOOKS = {"mine": Look.NO, "orphan": Look.FIRST, "orphan_late": Look.ONLY}


class IdempotencyRecord:
    """The record of one server."""

    def __init__(
        self, redis: RedisHelper, *, server: str, settle_s: float = SETTLE_S, needs_redis: bool = False
    ) -> None:
        self._redis = redis
        self._server = server
        self._settle_s = settle_s
        self._needs_redis = needs_redis

    async def check(self) -> None:
        """Before a write of a server whose writes need Redis. Raises UpstreamUnavailable."""
        if self._needs_redis:
            await self._redis.ping()

    async def run(
        self, *, token: str, tool: str, key: str, arguments: str, work: Work, keep: Callable[[str], str] = str
    ) -> Outcome:
        """Do `work` once per key. `arguments` is a digest: another value under the same key is InvalidInput.

        keep: what of the result is recorded, for results with secrets in them.
        When Redis is down the work goes on, told to look first; a work that cannot look then refuses by itself. Where
        writes need Redis, UpstreamUnavailable is raised and nothing done.
        """
        record = f"widip:idempotency:{self._server}:{token}:{tool}:{key}"
        owner = uuid.uuid4().hex
        try:
            state = await self._begin(record, owner, arguments)
        except UpstreamUnavailable:
            if self._needs_redis:
                raise
            return Outcome(await work(Look.FIRST), replayed=False)
        if isinstance(state, Outcome):
            return state
        return await self._do(record, owner, arguments, work, look=_LOOKS[state], keep=keep)

    async def _begin(self, record: str, owner: str, arguments: str) -> str | Outcome:
        """'mine', 'orphan', 'orphan_late', or the outcome of whoever was first."""
        while True:
            now = time.time()
            times = [str(KEEP_S), str(ALIVE_S), str(now), str(now + self._settle_s)]
            answer = await self._redis.run(_BEGIN, [record, _alive(record)], [owner, arguments, *times])
            if answer == "mismatch":
                raise InvalidInput("this idempotency key was already used with other arguments")
            if answer in _LOOKS:
                return str(answer)
            if answer != "busy":
                return Outcome(json.loads(answer)["result"], replayed=True)
            await asyncio.sleep(POLL_S)

    async def _do(
        self, record: str, owner: str, arguments: str, work: Work, *, look: Look, keep: Callable[[str], str]
    ) -> Outcome:
        keys = [record, _alive(record)]
        async with self._heartbeat(keys[1], owner):
            try:
                result = await work(look)
            except _SURELY_NOT_DONE:
                # Sure of this try only: what an earlier one did (look) is as unknown as before.
                if look is Look.NO:
                    await self._quietly(_FORGET, keys, [owner])
                else:
                    await self._abandon(keys, owner, settled=look is Look.FIRST)
                raise
            except OutcomeUnknown as error:
                await self._abandon(keys, owner, settled=not error.may_come_late and look is not Look.ONLY)
                raise
            except BaseException:
                await self._abandon(keys, owner, settled=False)
                raise
        done = json.dumps({"state": "done", "owner": owner, "args": arguments, "result": keep(result)})
        await self._quietly(_FINISH, keys, [owner, done, str(KEEP_S)])
        return Outcome(result, replayed=False)

    async def _abandon(self, keys: list[str], owner: str, *, settled: bool) -> None:
        """Leave it "under way" with nobody alive behind it: the next try is told to look."""
        if settled:
            await self._quietly(_SETTLED, keys[:1], [owner])
        await self._quietly(_ABANDON, keys[1:], [owner])

    async def _quietly(self, script: str, keys: list[str], args: list[str]) -> None:
        """A record that cannot be written costs a look later, not the write that was just done."""
        with contextlib.suppress(UpstreamUnavailable):
            await self._redis.run(script, keys, args)

    @contextlib.asynccontextmanager
    async def _heartbeat(self, key: str, owner: str) -> AsyncIterator[None]:
        async def beat() -> None:
            while True:
                await asyncio.sleep(ALIVE_S / 3)
                with contextlib.suppress(UpstreamUnavailable):
                    await self._redis.set(key, owner, ttl_s=ALIVE_S)

        task = asyncio.create_task(beat())
        try:
            yield
        finally:
            task.cancel()
