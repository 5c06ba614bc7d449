"""Active Directory's things in our words, as callers see them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from servers.ad.entry import DISABLED, Entry
from shared.dn import name_of
from shared.mcp_tool import Confidential

_PASSWORD_EXPIRED = 0x800000
_NEVER = (0, 2**63 - 1)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
MAX_GROUPS = 50


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class AccountState(_Model):
    """Four independent things."""

    locked_out: bool
    disabled: bool
    expired: bool = Field(description="the account, by its date")
    must_change_password: bool = Field(description="at the next logon")
    password_expired: bool | None = None
    password_set_at: datetime | None = None
    expires_at: datetime | None = None


class Account(_Model):
    """A person's account."""

    samaccountname: str
    dn: str
    object_guid: UUID
    upn: str | None = None
    display_name: str | None = None
    mail: str | None = None
    status: AccountState
    groups: list[str] = Field(default_factory=list, description="direct ones, by name")
    groups_truncated: bool | None = None
    protected: bool | None = Field(default=None, description="no tool here changes it; not told by searches")


class AccountPage(_Model):
    """The accounts that match."""

    accounts: list[Account]
    truncated: bool | None = None
    others_exist: bool | None = Field(default=None, description="with this e-mail, not shown")


class AccountStatus(_Model):
    """Whether somebody can sign in, and why not."""

    samaccountname: str
    dn: str
    object_guid: UUID
    status: AccountState
    protected: bool


class Ou(_Model):
    """One organizational unit."""

    name: str
    dn: str


class OuPage(_Model):
    """Units, outermost first."""

    ous: list[Ou]
    truncated: bool | None = None


class AccountRef(_Model):
    """An account that was changed."""

    samaccountname: str
    dn: str
    object_guid: UUID
    already_done: bool | None = None


class NewPassword(Confidential):
    """An account whose password was set. password_ref is absent when somebody has set another one since."""

    samaccountname: str
    dn: str
    object_guid: UUID
    upn: str | None = None
    password_ref: str | None = Field(default=None, description="give it to create_secret within 10 minutes")
    password: str | None = None
    already_done: bool | None = None

    def for_record(self) -> Self:
        """Without the password."""
        return self.model_copy(update={"password": None})


class GroupOutcome(StrEnum):
    """What became of one group."""

    ADDED = "added"
    ALREADY_MEMBER = "already_member"
    PRIVILEGED = "privileged"
    OUT_OF_SCOPE = "out_of_scope"
    FAILED = "failed"


class CopiedGroup(_Model):
    """One group of the model account."""

    group: str
    dn: str
    outcome: GroupOutcome


class CopiedGroups(_Model):
    """What the account got. privileged and out_of_scope groups are never copied."""

    samaccountname: str
    object_guid: UUID
    groups: list[CopiedGroup]


class GroupPreview(StrEnum):
    """What would become of one group."""

    COPYABLE = "copyable"
    PRIVILEGED = "privileged"
    OUT_OF_SCOPE = "out_of_scope"


class PreviewedGroup(_Model):
    """One group of a model account."""

    group: str
    dn: str
    outcome: GroupPreview


class PreviewedGroups(_Model):
    """What another account would get, were it copied now."""

    samaccountname: str
    object_guid: UUID
    groups: list[PreviewedGroup]


def account_from_ad(entry: Entry, *, now: datetime, protected: bool | None = None) -> Account:
    """A person's account."""
    groups = sorted(name_of(dn) for dn in entry.texts("memberof"))
    return Account(
        samaccountname=entry.sam,
        dn=entry.dn,
        object_guid=entry.guid,
        upn=entry.text("userprincipalname"),
        display_name=entry.text("displayname"),
        mail=entry.text("mail"),
        status=state_from_ad(entry, now=now),
        groups=groups[:MAX_GROUPS],
        groups_truncated=len(groups) > MAX_GROUPS or None,
        protected=protected,
    )


def state_from_ad(entry: Entry, *, now: datetime) -> AccountState:
    """The bits that Windows keeps in four places. Source: contracts/ad.md, section 3."""
    expires_at = _time(entry.number("accountexpires") or 0)
    computed = entry.number("msds-user-account-control-computed") or 0
    must_change = entry.password_set == 0
    return AccountState(
        locked_out=entry.is_locked_out,
        disabled=bool(entry.uac & DISABLED),
        expired=expires_at is not None and expires_at <= now,
        must_change_password=must_change,
        password_expired=(bool(computed & _PASSWORD_EXPIRED) and not must_change) or None,
        password_set_at=_time(entry.password_set),
        expires_at=expires_at,
    )


def ref_from_ad(entry: Entry, *, already_done: bool = False) -> AccountRef:
    """An account that was changed, or was so already."""
    return AccountRef(samaccountname=entry.sam, dn=entry.dn, object_guid=entry.guid, already_done=already_done or None)


def _time(filetime: int) -> datetime | None:
    """100 ns since 1601; both of AD's words for never, and what no calendar holds, are None."""
    if filetime in _NEVER:
        return None
    try:
        return _EPOCH + timedelta(microseconds=filetime // 10)
    except OverflowError:
        return None
