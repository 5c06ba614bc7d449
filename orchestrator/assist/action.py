"""What exactly is to be done for a request: every account by its GUID, every group by its DN, every recipient.

An action is what a confirmation confirms and an approval approves: both are bound to its digest, so that a fact that
changes afterwards (a renamed account, another address, another group) voids them.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from orchestrator.assist.plans import FRANCE, Plan


class Binding(StrEnum):
    """How the account was found that a request is about."""

    SELF = "self"
    COLLEAGUE = "colleague"
    NEW = "new"


class Role(StrEnum):
    """Why somebody is written to."""

    AUTHOR = "author"
    OWNER = "owner"
    REFERENT = "referent"
    TECHNICIAN = "technician"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AccountFacts(_Value):
    """An account as the directory has it. mail_is_unique: no other account has the same address."""

    object_guid: UUID
    samaccountname: str
    dn: str
    display_name: str = ""
    mail: str | None = None
    mail_is_unique: bool = False


class NewAccount(_Value):
    """An account to be made. glpi_email: what its GLPI account gets."""

    firstname: str
    lastname: str
    username: str
    ou_dn: str
    job: str = ""
    glpi_email: str | None = None


class Recipient(_Value):
    """Somebody who is written to, at the address that the directory has."""

    email: str
    object_guid: UUID
    name: str
    role: Role


class Action(_Value):
    """One plan with all that it touches.

    recipient: who gets the secret link, or the news. owner: where the account's owner is told, when that is somebody
    else. confirmer: who has to confirm. groups: DNs to be copied from groups_from. not_before: the day of a departure.
    """

    request_key: str
    ticket_id: int
    texts: tuple[str, ...]
    plan: Plan
    binding: Binding
    site: str | None
    author: AccountFacts | None
    account: AccountFacts | None = None
    new: NewAccount | None = None
    groups_from: AccountFacts | None = None
    groups: tuple[str, ...] = ()
    target_ou: str | None = None
    recipient: Recipient | None = None
    owner: Recipient | None = None
    confirmer: Recipient | None = None
    not_before: date | None = None

    @property
    def digest(self) -> str:
        """Equal for equal actions, in hexadecimal. An account is its GUID: where it stands is checked, not compared."""
        told = self.model_dump(mode="json", exclude={name: {"dn"} for name in ("author", "account", "groups_from")})
        plain = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()

    def waits_at(self, now: datetime) -> bool:
        """True while the day for which it is asked has not begun in France, where it was written."""
        return self.not_before is not None and self.not_before > now.astimezone(FRANCE).date()

    @property
    def account_name(self) -> str:
        """Whom it counts for in the caps: a GUID, or the login of a new account."""
        if self.account is not None:
            return str(self.account.object_guid)
        return self.new.username.casefold() if self.new else ""
