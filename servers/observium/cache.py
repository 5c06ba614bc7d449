"""What Observium said, kept in Redis for 300 s under the brief's keys. Without Redis it just costs a request."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError

from servers.observium.models import (
    Device,
    Port,
    PortSnapshot,
)
from shared.errors import (
    UpstreamUnavailable,
)
from shared.logs import get_logger
from shared.redis_helper import RedisHelper

CACHE_TTL_S = 300
CACHE_PAUSE_S = 5.0
MAX_AHEAD_S = 60.0

logger = get_logger("observium")

Entry = TypeVar("Entry", Device, Port, PortSnapshot)
Result = TypeVar("Result")


class Cache:
    """Answers kept in Redis. An outage of it costs time, never an answer: it is then left alone for 5 s."""

    def __init__(
        self,
        redis: RedisHelper,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._wall_clock = wall_clock
        self._paused_until: float | None = None
        self._is_away = False

    async def find(self, key: str, model: type[Entry], *, fresh_after: float | None) -> Entry | None:
        """The entry, unless it was fetched before `fresh_after` (epoch seconds), or over 60 s from now.

        One from the future would pass for fresh whatever happens meanwhile; what clocks differ by is let through.
        """
        text = await self.find_text(key)
        try:
            entry = model.model_validate_json(text) if text is not None else None
        except ValidationError:
            return None  # the brief's keys are shared: another program may write its own format there
        if entry is None:
            return None
        fetched_at = entry.fetched_at.timestamp()
        if fetched_at > self._wall_clock() + MAX_AHEAD_S or (fresh_after is not None and fetched_at < fresh_after):
            return None
        return entry.model_copy(update={"from_cache": True})

    async def find_text(self, key: str) -> str | None:
        """The text under `key`."""
        return await self._ask(lambda: self._redis.get(key))

    async def keep(self, key: str, value: Device | Port | PortSnapshot | str) -> None:
        """Write for 300 s."""
        text = value if isinstance(value, str) else value.model_dump_json(exclude_none=True)
        await self._ask(lambda: self._redis.set(key, text, ttl_s=CACHE_TTL_S))

    async def _ask(self, operation: Callable[[], Awaitable[Result]]) -> Result | None:
        if self._paused_until is not None and self._clock() < self._paused_until:
            return None
        try:
            result = await operation()
        except UpstreamUnavailable:
            self._paused_until = self._clock() + CACHE_PAUSE_S
            if not self._is_away:
                logger.warning("cache_away", system="redis")
            self._is_away = True
            return None
        if self._is_away:
            logger.info("cache_back", system="redis")
        self._is_away, self._paused_until = False, None
        return result
