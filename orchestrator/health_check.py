"""Every 30 s: does GLPI work, all the way from our account to its database? The breaker, one mail an hour, the resume.

Four states, told apart because different people mend them: UP; DOWN (GLPI does not work); UNREACHABLE (our own MCP
server is away: that is not GLPI down); REFUSED (a token is refused, so a person must act).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from orchestrator.admin_mail import AdminMail
from orchestrator.services import Services
from shared.breaker import HEALTH_TTL_S, close_breaker, open_breaker
from shared.errors import NoSuchTool, UpstreamError, UpstreamUnauthorized, UpstreamUnavailable, WidipError
from shared.logs import get_logger

T = TypeVar("T")
logger = get_logger("health_check")

EVERY_30_S = "*/30 * * * * *"
DEADLINE_S = 20.0
QUIET_S = 3600
TELLING_S = 60
"""While a mail is being sent nobody else sends it; should its sender die, the next check may."""
PROBLEM_KEY = "widip:glpi_problem"
"""What keeps GLPI from working, in words, for all replicas: each check runs on one of them."""
DOWN_ALERT_KEY = "glpi_down_alert_sent"
UPS_KEY = "widip:glpi_ups_in_a_row"
UPS_TTL_S = 300
STABLE_UPS = 2


class GlpiState(StrEnum):
    """What one check found."""

    UP = "UP"
    DOWN = "DOWN"
    UNREACHABLE = "UNREACHABLE"
    REFUSED = "REFUSED"


def state_of(error: WidipError) -> GlpiState:
    """Which state an error of `check_health` means. A tool that we may not call is for a person to mend, too."""
    if isinstance(error, UpstreamUnauthorized | NoSuchTool) or not isinstance(error, UpstreamError):
        return GlpiState.REFUSED
    return GlpiState.UNREACHABLE if error.system.startswith("mcp:") else GlpiState.DOWN


class HealthCheck:
    """One check and what follows from it."""

    def __init__(
        self,
        services: Services,
        mail: AdminMail,
        *,
        resume: Sequence[Callable[[], Awaitable[object]]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._s = services
        self._mail = mail
        self._resume = resume
        self._clock = clock
        self._told_at: dict[str, float] = {}
        self._problem = ""
        self._turn = asyncio.Lock()

    async def check(self) -> GlpiState:
        """Ask, say what was found in one log line, and act on it. One check at a time."""
        async with self._turn:
            return await self._check()

    async def find_problem(self) -> str:
        """What the last check found, whichever replica made it; empty when all is well. Without Redis: our own last."""
        seen = await _or_none(self._s.redis.get(PROBLEM_KEY))
        return self._problem if seen is None else seen

    async def _check(self) -> GlpiState:
        started, reason = self._clock(), ""
        try:
            await self._s.toolbox.call("glpi_check_health", {}, deadline_s=DEADLINE_S)
            state = GlpiState.UP
        except WidipError as error:
            state, reason = state_of(error), str(error)
        self._problem = reason
        await _or_none(self._s.redis.set(PROBLEM_KEY, reason, ttl_s=HEALTH_TTL_S))
        logger.info("glpi_health", state=state, reason=reason, ms=round(1000 * (self._clock() - started)))
        await (self._when_up() if state is GlpiState.UP else self._when_not_up(state, reason))
        return state

    async def _when_up(self) -> None:
        await close_breaker(self._s.redis)
        ups = await _or_none(self._s.redis.count(UPS_KEY, ttl_s=UPS_TTL_S))
        if ups is None or ups >= STABLE_UPS:
            # One UP between two DOWNs is no end of an outage: the mail would come every minute.
            self._told_at.clear()
            for state in GlpiState:
                await _or_none(self._s.redis.delete(_alert_key(state)))
        for resume in self._resume:
            await resume()

    async def _when_not_up(self, state: GlpiState, reason: str) -> None:
        await _or_none(self._s.redis.delete(UPS_KEY))
        if state is GlpiState.DOWN:
            await open_breaker(self._s.redis)
        if await self._may_tell(state):
            await self._note_told(state, told=await self._mail.tell(state, reason))

    async def _may_tell(self, state: GlpiState) -> bool:
        """Once an hour per state, for all replicas; without Redis, for this process."""
        first = await _or_none(
            self._s.redis.acquire(_alert_key(state), owner=self._s.settings.executor_id, ttl_s=TELLING_S)
        )
        if first is None:
            told = self._told_at.get(state)
            first = told is None or self._clock() - told > QUIET_S
        return first

    async def _note_told(self, state: GlpiState, *, told: bool) -> None:
        """The hour of silence begins with a mail that left; after one that did not, the next check tries again."""
        key, owner = _alert_key(state), self._s.settings.executor_id
        if told:
            self._told_at[state] = self._clock()
            await _or_none(self._s.redis.renew(key, owner=owner, ttl_s=QUIET_S))
        else:
            await _or_none(self._s.redis.release(key, owner=owner))


def _alert_key(state: GlpiState) -> str:
    return DOWN_ALERT_KEY if state is GlpiState.DOWN else f"widip:glpi_alert_sent:{state}"


async def _or_none(operation: Awaitable[T]) -> T | None:
    """What Redis says, or None when it does not answer: the check goes on without it."""
    try:
        return await operation
    except UpstreamUnavailable:
        return None
