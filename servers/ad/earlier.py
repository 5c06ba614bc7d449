"""What came of an earlier try to set a password. In doubt nothing is overwritten.

A trace of the account as it was before the first try is kept for as long as the key may be repeated. From the trace and
the account as it is now follows whether our password was set; where that is not certain, one sign-in with it tells.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from servers.ad.codes import SYSTEM, proves_password
from servers.ad.entry import Entry
from servers.ad.session import AdSession
from shared.errors import OutcomeUnknown, UpstreamUnavailable
from shared.idempotency import KEEP_S
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import Sealed, Seals

TRACE_S = KEEP_S + 3600
"""Longer than the record of the key: a repeat that finds no trace may trust that nothing was sent."""
MAX_BINDS = 2
"""Sign-ins with one key's password: one that is answered, and one before it whose answer was lost.

A wrong one counts against the account: repeats must not lock its owner out.
"""


class Earlier(StrEnum):
    """What an earlier try has done.

    REPLACED: it may have been done, and somebody has certainly set another password, or ours is lost. UNKNOWN: nobody
    can tell, now or later.
    """

    NOT_DONE = "not_done"
    DONE = "done"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


class Trace(BaseModel):
    """An account just before a password was sent. usn None: it was not there yet. sent: a digest of the password."""

    usn: int | None = None
    password_set: int = 0
    sent: str = ""


class EarlierTries:
    """The traces of one directory."""

    def __init__(self, session: AdSession, redis: RedisHelper, seals: Seals) -> None:
        self._session = session
        self._redis = redis
        self._seals = seals

    async def begin(self, part: Call) -> None:
        """Before an account is made: from here on this key has begun, and has sent no password."""
        if part.idempotency_key is not None:
            await self._redis.set(self._key(part), Trace().model_dump_json(), ttl_s=TRACE_S)

    async def has_begun(self, part: Call) -> bool:
        """True while the trace is there; a repeat renews it, as it renews the record of its key."""
        expire = "return redis.call('expire', KEYS[1], ARGV[1])"
        return bool(await self._redis.run(expire, [self._key(part)], [str(TRACE_S)]))

    async def remember(self, part: Call, target: Entry, sealed: Sealed) -> Trace:
        """Before this password is sent. After an unknown outcome the first try's state is the one to compare with."""
        now = Trace(
            usn=target.number("usnchanged") or 0, password_set=target.password_set, sent=self._sent(target, sealed)
        )
        if part.idempotency_key is None:
            return now
        kept = await self._find(part) if part.look_first else None
        known = now if kept is None or kept.usn is None else kept.model_copy(update={"sent": now.sent})
        await self._redis.set(self._key(part), known.model_dump_json(), ttl_s=TRACE_S)
        return now

    async def look(self, part: Call, now: Entry, sealed: Sealed) -> Earlier:
        """By the kept trace: written before anything is sent, so without one nothing was. Raises as `compare` does."""
        kept = await self._find(part)
        return Earlier.NOT_DONE if kept is None else await self.compare(part, kept, now, sealed)

    async def compare(self, part: Call, before: Trace, now: Entry, sealed: Sealed) -> Earlier:
        """Raises OutcomeUnknown when a later look may tell more."""
        if before.usn is None or now.number("usnchanged") == before.usn:
            return Earlier.NOT_DONE
        if now.password_set:  # ours leaves 0
            return Earlier.NOT_DONE if now.password_set == before.password_set else Earlier.REPLACED
        part.check_may_act(SYSTEM)  # a sign-in is an act: a wrong one counts
        if before.sent == self._sent(now, sealed) and await self._opens(part, now, sealed):
            return Earlier.DONE
        return Earlier.REPLACED if before.password_set else Earlier.UNKNOWN

    async def _opens(self, part: Call, now: Entry, sealed: Sealed) -> bool:
        if part.idempotency_key is not None and await self._count_bind(part) > MAX_BINDS:
            return False
        try:
            proven = proves_password(await self._session.try_bind(now.dn, sealed.value))
        except UpstreamUnavailable as error:
            text = "Active Directory does not say whether the password was set; ask again under the same key"
            raise OutcomeUnknown(text, system=SYSTEM) from error
        if not proven and part.idempotency_key is not None:
            await self._count_bind(part)  # refused once is enough
        return proven

    async def _count_bind(self, part: Call) -> int:
        return await self._redis.count(f"{self._key(part)}:binds", ttl_s=TRACE_S)

    async def _find(self, part: Call) -> Trace | None:
        kept = await self._redis.get(self._key(part))
        return None if kept is None else Trace.model_validate_json(kept)

    def _key(self, part: Call) -> str:
        """By a digest: a caller's key may say anything."""
        return f"widip:ad:before:{self._seals.digest(f'{part.caller} {part.idempotency_key}')}"

    def _sent(self, target: Entry, sealed: Sealed) -> str:
        """A seal that has expired is made anew under its key: that password is not the one that was sent."""
        return self._seals.digest(f"sent {target.guid} {sealed.value.get_secret_value()}")
