"""The breaker: what is known of GLPI, where every program of the brief looks for it."""

from __future__ import annotations

import contextlib

from shared.errors import UpstreamUnavailable
from shared.redis_helper import RedisHelper

HEALTH_KEY = "glpi_health_status"
HEALTH_TTL_S = 120
DOWN = "DOWN"


class BreakerOpen(UpstreamUnavailable):
    """GLPI is known to be down: nothing was tried."""

    def __init__(self) -> None:
        super().__init__("GLPI is known to be down: it is asked again when it is back", system="glpi")


async def read_breaker(redis: RedisHelper) -> str:
    """UP, DOWN, or why nobody knows."""
    try:
        return await redis.get(HEALTH_KEY) or "not checked yet"
    except UpstreamUnavailable:
        return "unknown: Redis does not answer"


async def check_breaker(redis: RedisHelper) -> None:
    """Before work that needs GLPI. Raises BreakerOpen."""
    if await read_breaker(redis) == DOWN:
        raise BreakerOpen


async def open_breaker(redis: RedisHelper) -> None:
    """GLPI failed a call: say so until the next health check."""
    await _set(redis, DOWN)


async def close_breaker(redis: RedisHelper) -> None:
    """GLPI works."""
    await _set(redis, "UP")


async def _set(redis: RedisHelper, value: str) -> None:
    with contextlib.suppress(UpstreamUnavailable):
        await redis.set(HEALTH_KEY, value, ttl_s=HEALTH_TTL_S)
