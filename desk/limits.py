"""How often somebody may ask for something in an hour: counted in Redis, without it in this process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from desk.problems import CannotDo, Problem
from shared.errors import UpstreamUnavailable
from shared.redis_helper import RedisHelper

HOUR_S = 3600


class Limited(StrEnum):
    """What is counted."""

    CODES = "codes"
    SIGN_INS = "sign_ins"
    MESSAGES = "messages"
    SYNCS = "syncs"


class Limits:
    """One counter per thing, person or address, and hour."""

    def __init__(self, redis: RedisHelper, *, clock: Callable[[], datetime]) -> None:
        self._redis = redis
        self._clock = clock
        self._local: dict[str, int] = {}

    async def charge(self, what: Limited, who: str, *, cap: int) -> None:
        """Count one. Raises CannotDo(TOO_MANY) past the cap. `who` is kept as a digest only."""
        hour = int(self._clock().timestamp() // HOUR_S)
        key = f"widip:desk:{what}:{hashlib.sha256(who.encode()).hexdigest()[:24]}:{hour}"
        try:
            used = await self._redis.count(key, ttl_s=HOUR_S + 100)
        except UpstreamUnavailable:
            self._local = {known: n for known, n in self._local.items() if known.endswith(f":{hour}")}
            used = self._local[key] = self._local.get(key, 0) + 1
        if used > cap:
            raise CannotDo(Problem.TOO_MANY)
