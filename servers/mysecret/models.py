"""MySecret's things in our words. Password Pusher's own names appear in this file and in api.py only."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from shared.errors import UpstreamMalformed
from shared.mcp_tool import Confidential
from shared.settings import EMAIL

SYSTEM = "mysecret"
URL_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
SECRET_ID = r"^[A-Za-z0-9_-]{32}$"  # noqa: S105 - what a name for a secret looks like
UNSAID = 1_000_000
"""A limit that is not said may be anything: looser than whatever was asked."""
Address = Annotated[str, Field(pattern=EMAIL)]


class Secret(Confidential):
    """A secret that was made. expires_…: what was granted, never more than asked."""

    model_config = ConfigDict(frozen=True)

    secret_id: str = Field(description="for get_secret_status and expire_secret")
    secret_url: str | None = Field(default=None, description="only with the reveal scope, and only once")
    link_ref: str | None = Field(
        default=None, description="put it in send_email's body to that recipient, within 10 min"
    )
    expires_in_days: int
    expires_after_views: int
    already_done: bool | None = None

    def for_record(self) -> Self:
        """Without the link in clear. A sealed one opens nothing by itself."""
        return self.model_copy(update={"secret_url": None, "already_done": True})


class SecretStatus(BaseModel):
    """What can be known of a secret without a view."""

    model_config = ConfigDict(frozen=True)

    state: Literal["active", "expired", "unknown"]
    views: int | None = Field(default=None, description="times opened; absent: MySecret tells nobody but the owner")
    views_remaining: int | None = None
    last_viewed_at: datetime | None = None
    expires_at: datetime | None = None


class Ended(BaseModel):
    """A secret that nobody can open any more."""

    model_config = ConfigDict(frozen=True)

    expired: bool = True
    already_done: bool | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """What Password Pusher granted. link: as it would have it; None before 1.56."""

    token: SecretStr
    days: int
    views: int
    link: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What the audit of a push says: times opened, times opened or tried in vain, and its end by hand."""

    views: int
    used: int
    is_ended: bool
    last_viewed_at: datetime | None = None


def push_from_pwpush(raw: Mapping[str, Any]) -> Push:
    """The answer of a create. Raises UpstreamMalformed."""
    token, link = raw.get("url_token"), raw.get("html_url")
    days, views = raw.get("expire_after_days"), raw.get("expire_after_views")
    if not isinstance(token, str) or not URL_TOKEN.fullmatch(token):
        raise UpstreamMalformed("MySecret made a secret without saying which: nobody has its link", system=SYSTEM)
    if type(days) is not int or type(views) is not int:
        days, views = UNSAID, UNSAID
    return Push(SecretStr(token), days, views, SecretStr(link) if isinstance(link, str) else None)


def trace_from_pwpush(rows: Sequence[Mapping[str, Any]]) -> Trace:
    """An audit. Kinds are words, but numbers before 1.5x: 0 a view (not `successful`: in vain), 1 the end.

    Views by the owner are words of their own and do not count. Raises UpstreamMalformed.
    """
    views: list[datetime] = []
    used, is_ended = 0, False
    try:
        for row in rows:
            kind = row["kind"]
            in_vain = kind == "failed_view" or (kind == 0 and row.get("successful") is False)
            used += kind in (0, "view", "failed_view")
            is_ended = is_ended or kind in (1, "expire")
            if kind in (0, "view") and not in_vain:
                views.append(datetime.fromisoformat(str(row["created_at"])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UpstreamMalformed("MySecret's audit has an unknown shape", system=SYSTEM) from error
    return Trace(len(views), used, is_ended, max(views, default=None))
