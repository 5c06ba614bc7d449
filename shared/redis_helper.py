"""The one door to Redis: six operations, renew, and Lua where two steps must be one.

Keys are those of the brief (`ollama_lock`, `glpi_health_status`, `glpi_down_alert_sent`, `observium_*`); our own start
with `widip:`. Every failure of Redis itself is UpstreamUnavailable(system="redis"); callers decide what that costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Self

import redis.asyncio as redis
from pydantic import BaseModel, ConfigDict, Field, model_validator
from redis.exceptions import RedisError

from shared.errors import UpstreamUnavailable

SYSTEM = "redis"

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
_RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('expire', KEYS[1], ARGV[2]) else return 0 end"


class RedisHelper:
    """A small, typed view of one Redis. Safe to share between tasks of one event loop."""

    def __init__(self, url: str, *, password: str | None = None, timeout_s: float = 2.0) -> None:
        # A plain pool refuses the 65th command of a burst; this one lets it wait.
        pool = redis.BlockingConnectionPool.from_url(
            url,
            password=password,
            decode_responses=True,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            max_connections=64,
            timeout=timeout_s,
        )
        self._redis: redis.Redis = redis.Redis.from_pool(pool)

    async def get(self, key: str) -> str | None:
        """The value, or None when there is none or it has expired."""
        with _redis_errors():
            value = await self._redis.get(key)
            return None if value is None else str(value)

    async def set(self, key: str, value: str, *, ttl_s: int | None = None) -> None:
        """Write `value`; with `ttl_s` it expires after so many seconds."""
        with _redis_errors():
            await self._redis.set(key, value, ex=ttl_s)

    async def delete(self, key: str) -> bool:
        """Remove; True if there was something."""
        with _redis_errors():
            return bool(await self._redis.delete(key))

    async def exists(self, key: str) -> bool:
        """True if the key is there."""
        with _redis_errors():
            return bool(await self._redis.exists(key))

    async def acquire(self, key: str, *, owner: str, ttl_s: int) -> bool:
        """Take a lock (SET NX EX); False when somebody, even `owner` himself, holds it."""
        with _redis_errors():
            return bool(await self._redis.set(key, owner, nx=True, ex=ttl_s))

    async def release(self, key: str, *, owner: str) -> bool:
        """Give a lock back; False when `owner` no longer holds it (then nothing is touched)."""
        return bool(await self.run(_RELEASE, [key], [owner]))

    async def renew(self, key: str, *, owner: str, ttl_s: int) -> bool:
        """Push a lock's expiry back; False when `owner` no longer holds it."""
        return bool(await self.run(_RENEW, [key], [owner, str(ttl_s)]))

    async def count(self, key: str, *, ttl_s: int) -> int:
        """Add one to a counter that starts to expire at its first count; returns the new value."""
        script = (
            "local n = redis.call('incr', KEYS[1]); if n == 1 then redis.call('expire', KEYS[1], ARGV[1]) end return n"
        )
        return int(await self.run(script, [key], [str(ttl_s)]))

    async def run(self, script: str, keys: Sequence[str], args: Sequence[str]) -> Any:
        """Run a Lua script atomically.

        EVAL, not EVALSHA with a fallback: fakeredis' server, the demo's last resort, hangs up after any error reply.
        """
        with _redis_errors():
            return await self._redis.eval(script, len(keys), *keys, *args)

    async def ping(self) -> None:
        """Raises UpstreamUnavailable when Redis does not answer."""
        with _redis_errors():
            await self._redis.ping()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def __aenter__(self) -> Self:
        """Connections are opened at first use."""
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Close the connections."""
        await self.aclose()


class _redis_errors:
    """Translate the vendor's exceptions, once."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _tb: object) -> None:
        if isinstance(error, RedisError | OSError | TimeoutError):
            raise UpstreamUnavailable("Redis does not answer", system=SYSTEM) from error


class RedisAction(StrEnum):
    """The six operations of the brief, and renew."""

    GET = "get"
    SET = "set"
    DELETE = "delete"
    ACQUIRE = "acquire"
    RELEASE = "release"
    EXISTS = "exists"
    RENEW = "renew"


KEY_PATTERN = (
    r"^(ollama_lock|glpi_health_status|glpi_down_alert_sent|observium_(device|port|ports)_[A-Za-z0-9_.-]{1,80})$"
)


class RedisCommand(BaseModel):
    """Body of `POST /redis`: one operation on one key of the brief's families."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    action: RedisAction
    key: str = Field(pattern=KEY_PATTERN)
    value: str | None = Field(default=None, max_length=100_000)
    lock_id: str | None = Field(default=None, min_length=1, max_length=200)
    ttl: int | None = Field(default=None, ge=1, le=86_400, description="seconds")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.action is RedisAction.SET and self.value is None:
            raise ValueError("set needs value")
        if self.action in (RedisAction.ACQUIRE, RedisAction.RELEASE, RedisAction.RENEW) and self.lock_id is None:
            raise ValueError(f"{self.action} needs lock_id")
        if self.action in (RedisAction.ACQUIRE, RedisAction.RENEW) and self.ttl is None:
            raise ValueError(f"{self.action} needs ttl")
        return self


async def run_command(helper: RedisHelper, command: RedisCommand) -> dict[str, str | bool | None]:
    """Carry out one command; `success` says whether it had its effect (a lock refused is success: false)."""
    key, ttl = command.key, command.ttl
    match command.action:
        case RedisAction.GET:
            value = await helper.get(key)
            return {"success": True, "value": value, "exists": value is not None}
        case RedisAction.SET:
            await helper.set(key, command.value or "", ttl_s=ttl)
            return {"success": True}
        case RedisAction.DELETE:
            return {"success": await helper.delete(key)}
        case RedisAction.EXISTS:
            return {"success": True, "exists": await helper.exists(key)}
        case RedisAction.ACQUIRE:
            return {"success": await helper.acquire(key, owner=command.lock_id or "", ttl_s=ttl or 0)}
        case RedisAction.RELEASE:
            return {"success": await helper.release(key, owner=command.lock_id or "")}
        case RedisAction.RENEW:
            return {"success": await helper.renew(key, owner=command.lock_id or "", ttl_s=ttl or 0)}
