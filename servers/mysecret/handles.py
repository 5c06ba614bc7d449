"""What we keep of a secret for as long as it lives: enough to end it and to ask how it is, never its text.

A push's token opens it, so it lies encrypted in Redis under a name of ours, the `secret_id`, which opens nothing and
is bound to the caller that made the secret. With an idempotency key the name is made of it: whoever repeats a call
finds the push that the first try has made.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from shared.errors import NotFound
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import ID_BYTES, Box

KEPT_AFTER = timedelta(days=1)


def now_utc() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Handle:
    """One secret. asked: a keyed fingerprint of what it was made from. ended: by us."""

    secret_id: str
    token: SecretStr
    link: SecretStr
    days: int
    views: int
    made_at: datetime
    asked: str
    ended: bool = False

    @property
    def expires_at(self) -> datetime:
        """When its days are over."""
        return self.made_at + timedelta(days=self.days)

    def as_ended(self) -> Handle:
        """The same once it was ended."""
        return replace(self, ended=True)


class Handles:
    """The handles of one Redis. Every method raises UpstreamUnavailable without it."""

    def __init__(self, redis: RedisHelper, key: SecretStr, *, clock: Callable[[], datetime] = now_utc) -> None:
        self._redis = redis
        self._box = Box(key, "secret handle")
        self._clock = clock

    def new_id(self, call: Call) -> str:
        """The name of the secret that this call makes."""
        if call.idempotency_key is None:
            return secrets.token_urlsafe(ID_BYTES)
        return self._box.name(call.caller, call.idempotency_key)

    async def keep(self, call: Call, handle: Handle) -> None:
        """Write it, until a day after the secret's end."""
        content = {
            "token": handle.token.get_secret_value(),
            "link": handle.link.get_secret_value(),
            "days": handle.days,
            "views": handle.views,
            "made_at": handle.made_at.isoformat(),
            "asked": handle.asked,
            "ended": handle.ended,
        }
        locked = self._box.lock(json.dumps(content), beside=_beside(call, handle.secret_id))
        left = handle.expires_at + KEPT_AFTER - self._clock()
        await self._redis.set(_key(handle.secret_id), locked, ttl_s=max(1, int(left.total_seconds())))

    async def find(self, call: Call, secret_id: str) -> Handle | None:
        """The caller's secret of this name; another caller's is none."""
        known = await self._redis.get(_key(secret_id))
        opened = self._box.unlock(known, beside=_beside(call, secret_id)) if known is not None else None
        if opened is None:
            return None
        content = json.loads(opened)
        made_at = datetime.fromisoformat(content["made_at"])
        secret = {name: SecretStr(content[name]) for name in ("token", "link")}
        return Handle(secret_id=secret_id, **(content | secret | {"made_at": made_at}))

    async def get(self, call: Call, secret_id: str) -> Handle:
        """Raises NotFound."""
        found = await self.find(call, secret_id)
        if found is None:
            raise NotFound("no secret of this caller has this id: it is long over, or SEAL_KEY has changed")
        return found


def _beside(call: Call, secret_id: str) -> str:
    return json.dumps([secret_id, call.caller])


def _key(secret_id: str) -> str:
    return f"widip:secret:{secret_id}"
