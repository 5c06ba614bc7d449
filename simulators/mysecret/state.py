"""What one Password Pusher knows: its version, its settings, its users and pushes. Source: contracts/mysecret.md."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Literal

Profile = Literal["1.40", "1.68", "2.11"]
VERSIONS: dict[Profile, str] = {"1.40": "1.40.0", "1.68": "1.68.0", "2.11": "2.11.4"}
YES = ("on", "yes", "checked", "true")
MAX_PAYLOAD = 1_048_576
MAX_AUDIT = 2000


@dataclass(frozen=True)
class Visitor:
    """Who asks: the e-mail of his account when he is signed in, and what the audit keeps of him."""

    user: str | None = None
    ip: str = ""
    user_agent: str = ""
    referrer: str = ""


@dataclass(frozen=True)
class Event:
    """One row of a push's audit: creation, view, failed_view, owner_view, failed_passphrase or expire."""

    kind: str
    at: datetime
    by: Visitor


@dataclass
class Push:
    """One secret. payload and passphrase are gone once it has expired."""

    url_token: str
    payload: str | None
    passphrase: str
    expire_after_days: int
    expire_after_views: int
    deletable_by_viewer: bool
    retrieval_step: bool
    name: str
    note: str
    owner: str | None
    created_at: datetime
    updated_at: datetime
    expired: bool = False
    deleted: bool = False
    expired_on: datetime | None = None
    audit: list[Event] = field(default_factory=list)

    @property
    def views_remaining(self) -> int:
        """What is left of the views; failed ones count."""
        used = sum(event.kind in ("view", "failed_view") for event in self.audit)
        return max(0, self.expire_after_views - used)

    def days_remaining(self, now: datetime) -> int:
        """Begun days until it expires."""
        left = self.created_at + timedelta(days=self.expire_after_days) - now
        return max(0, ceil(left / timedelta(days=1)))


class MySecretState:
    """One instance. Its attributes are its site's settings: change them as an administrator would."""

    def __init__(self, *, profile: Profile, users: Mapping[str, str], clock: Callable[[], datetime]) -> None:
        self.profile: Profile = profile
        self.users = dict(users)
        """E-mail by API token."""
        self.clock = clock
        self.pushes: dict[str, Push] = {}
        self.allow_anonymous = True
        self.days = (1, 90, 7)
        self.views = (1, 100, 5)
        """Least, most, default: what is out of range becomes the default, without a word."""
        self.retrieval_step_default = profile == "2.11"
        self.deletable_default = True
        self.deletable_enabled = True
        self.base_url: str | None = None
        """`override_base_url`: without it links carry the Host of the request."""
        self.title = "MySecret"
        self.per_second, self.per_minute = 60, 120

    @property
    def is_old(self) -> bool:
        """1.40: no Bearer, no version, attributes dumped as they are."""
        return self.profile == "1.40"

    @property
    def has_v2(self) -> bool:
        """From 2.3."""
        return self.profile == "2.11"

    @property
    def waits_for_first_run(self) -> bool:
        """From 1.69 an instance without a user sends everybody to its set-up."""
        return self.has_v2 and not self.users

    def create(self, given: Mapping[str, Any], by: Visitor) -> Push:
        """A new push of checked parameters."""
        now = self.clock()
        deletable = _flag(given, "deletable_by_viewer", default=self.deletable_default)
        push = Push(
            url_token=secrets.token_urlsafe(8 + secrets.randbelow(7)).lower(),
            payload=str(given["payload"]),
            passphrase=str(given.get("passphrase") or ""),
            expire_after_days=_within(given.get("expire_after_days"), self.days),
            expire_after_views=_within(given.get("expire_after_views"), self.views),
            deletable_by_viewer=deletable and self.deletable_enabled,
            retrieval_step=_flag(given, "retrieval_step", default=self.retrieval_step_default),
            name=str(given.get("name") or ""),
            note=str(given.get("note") or ""),
            owner=by.user,
            created_at=now,
            updated_at=now,
        )
        self.pushes[push.url_token] = push
        self.log(push, "creation", by)
        return push

    def find(self, token: str) -> Push | None:
        """The push, expired if its time is over."""
        push = self.pushes.get(token)
        if push is not None and not push.expired:
            is_late = self.clock() >= push.created_at + timedelta(days=push.expire_after_days)
            if is_late or not push.views_remaining:
                self.expire(push)
        return push

    def view(self, push: Push, by: Visitor) -> str | None:
        """Count a view and show the payload; the last one expires the push behind itself."""
        if push.expired:
            self.log(push, "failed_view", by)
            return None
        payload = push.payload
        is_owner = not self.is_old and by.user is not None and by.user == push.owner
        if not self.log(push, "owner_view" if is_owner else "view", by):
            self.expire(push)
            return None
        if not push.views_remaining:
            self.expire(push)
        return payload

    def expire(self, push: Push, *, by: Visitor | None = None) -> None:
        """Forget the payload. by: whoever asked for it."""
        if push.expired:
            return
        now = self.clock()
        push.expired, push.expired_on, push.updated_at = True, now, now
        push.payload, push.passphrase = None, ""
        if by is not None:
            push.deleted = True
            self.log(push, "expire", by)

    def may_expire(self, push: Push, by: Visitor) -> bool:
        """Its owner, or anybody where the push allows it."""
        return push.deletable_by_viewer or (by.user is not None and by.user == push.owner)

    def log(self, push: Push, kind: str, by: Visitor) -> bool:
        """Add a row to the audit; False when it is full."""
        if len(push.audit) >= MAX_AUDIT:
            return False
        push.audit.append(Event(kind, self.clock(), by))
        return True


def _within(given: Any, limits: tuple[int, int, int]) -> int:
    least, most, default = limits
    try:
        number = int(given)
    except (TypeError, ValueError):
        return default
    return number if least <= number <= most else default


def _flag(given: Mapping[str, Any], name: str, *, default: bool) -> bool:
    return str(given[name]).lower() in YES if name in given else default
