"""The record of writes, in Redis for 72 h: per (server, token, tool, key) what was asked and what came of it.

A repeat of a finished write gets the recorded outcome. A repeat while the first is under way waits for it. A record
left "under way" by an owner that died is an outcome unknown: the work is told to look before it acts.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from shared.errors import (
    InvalidInput,
    NotFound,
    Refused,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from shared.redis_helper import RedisHelper

KEEP_S = 72 * 3600
ALIVE_S = 10
POLL_S = 0.05

_SURELY_NOT_DONE = (UpstreamUnavailable, UpstreamRejected, UpstreamUnauthorized, NotFound, InvalidInput, Refused)

_BEGIN = """
local known = redis.call('get', KEYS[1])
if known then
  local record = cjson.decode(known)
  if record.args ~= ARGV[2] then return 'mismatch' end
  if record.state == 'done' then return known end
  if redis.call('exists', KEYS[2]) == 1 then return 'busy' end
  record.owner = ARGV[1]
  redis.call('set', KEYS[1], cjson.encode(record), 'EX', ARGV[3])
  redis.call('set', KEYS[2], ARGV[1], 'EX', ARGV[4])
  return 'orphan'
end
redis.call('set', KEYS[1], cjson.encode({state='under_way', owner=ARGV[1], args=ARGV[2]}), 'EX', ARGV[3])
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
_ABANDON = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end return 1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write returned, as JSON text; `replayed` when it was not done now but read from the record."""

    result: str
    replayed: bool


Work = Callable[[bool], Awaitable[str]]
"""Does the write and returns its result as JSON text; its argument says "look first, it may be done already"."""


class IdempotencyRecord:
    """The record of one server."""

    def __init__(self, redis: RedisHelper, *, server: str) -> None:
        self._redis = redis
        self._server = server

    async def run(self, *, token: str, tool: str, key: str, arguments: str, work: Work) -> Outcome:
        """Do `work` once per key. `arguments` is a digest: another value under the same key is InvalidInput.

        When Redis is down the work goes on, told to look first; a work that cannot look then refuses by itself.
        """
        record = f"widip:idempotency:{self._server}:{token}:{tool}:{key}"
        owner = uuid.uuid4().hex
        try:
            state = await self._begin(record, owner, arguments)
        except UpstreamUnavailable:
            return Outcome(await work(True), replayed=False)
        if isinstance(state, Outcome):
            return state
        return await self._do(record, owner, arguments, work, look_first=state == "orphan")

    async def _begin(self, record: str, owner: str, arguments: str) -> str | Outcome:
        """'mine', 'orphan', or the outcome of whoever was first."""
        while True:
            answer = await self._redis.run(
                _BEGIN, [record, f"{record}:alive"], [owner, arguments, str(KEEP_S), str(ALIVE_S)]
            )
            if answer == "mismatch":
                raise InvalidInput("this idempotency key was already used with other arguments")
            if answer in ("mine", "orphan"):
                return str(answer)
            if answer != "busy":
                return Outcome(json.loads(answer)["result"], replayed=True)
            await asyncio.sleep(POLL_S)

    async def _do(self, record: str, owner: str, arguments: str, work: Work, *, look_first: bool) -> Outcome:
        keys = [record, f"{record}:alive"]
        async with self._heartbeat(keys[1], owner):
            try:
                result = await work(look_first)
            except _SURELY_NOT_DONE:
                # Sure of this try only: what an earlier one did (look_first) is as unknown as before.
                script, marks = (_ABANDON, keys[1:]) if look_first else (_FORGET, keys)
                await self._quietly(script, marks, [owner])
                raise
            except BaseException:
                # Stays "under way" with nobody alive behind it: the next try is told to look.
                await self._quietly(_ABANDON, keys[1:], [owner])
                raise
        done = json.dumps({"state": "done", "owner": owner, "args": arguments, "result": result})
        await self._quietly(_FINISH, keys, [owner, done, str(KEEP_S)])
        return Outcome(result, replayed=False)

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
