"""Who somebody is: the directory's word, through the AD MCP server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from desk.services import Services
from desk.tables import users
from desk.upsert import upsert
from shared.errors import NotFound
from shared.settings import EMAIL
from shared.sites import Site, Sites

LOOK_UP_S = 10.0


class Method(StrEnum):
    """How somebody signed in."""

    CODE = "code"
    OIDC = "oidc"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account in the directory. email is in lower case; seen_at: when the directory last said so."""

    email: str
    object_guid: str
    dn: str
    display_name: str
    site: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in, since when and how."""

    account: Account
    sign_in_id: str
    method: Method
    signed_in_at: datetime

    @property
    def email(self) -> str:
        """The address by which we know this person."""
        return self.account.email


class Directory:
    """The people whom the directory knows."""

    def __init__(self, services: Services) -> None:
        self._s = services

    async def find(self, email: str) -> Account | None:
        """The one living account with this address, kept in `users`; None for nobody, several, or a shared mailbox.

        Raises UpstreamError when the directory cannot be asked.
        """
        email = email.lower()
        if re.fullmatch(EMAIL, email) is None or _is_shared(self._s.sites, email):
            return None
        reply = await self._s.toolbox.call("ad_search_user", {"email": email}, deadline_s=LOOK_UP_S)
        fits = [found for found in reply.data["accounts"] if str(found.get("mail") or "").lower() == email]
        if len(fits) != 1 or reply.data.get("truncated") or _is_out(fits[0]):
            return None
        account = _account_from(fits[0], email, self._s.sites, self._s.clock())
        await self._s.database.write(partial(_keep, account))
        return account

    async def find_by_guid(self, object_guid: UUID) -> Account | None:
        """As `find`, by the number that survives renames; its address must be its own, too.

        Raises UpstreamError when the directory cannot be asked.
        """
        asked = {"object_guid": str(object_guid)}
        try:
            reply = await self._s.toolbox.call("ad_find_account_by_guid", asked, deadline_s=LOOK_UP_S)
        except NotFound:
            return None
        account = await self.find(str(reply.data.get("mail") or ""))
        return account if account and UUID(account.object_guid) == object_guid else None


def _is_shared(sites: Sites, email: str) -> bool:
    """What several people read proves nobody."""
    return any(email == shared.lower() for site in sites for shared in site.shared_mailboxes)


def _is_out(found: dict[str, Any]) -> bool:
    """Locked out is not out: such a person needs us."""
    return bool(found["status"]["disabled"] or found["status"]["expired"])


def _account_from(found: dict[str, Any], email: str, sites: Sites, now: datetime) -> Account:
    site = find_site(sites, found["dn"])
    return Account(
        email=email,
        object_guid=str(found["object_guid"]),
        dn=found["dn"],
        display_name=str(found.get("display_name") or found["samaccountname"])[:256],
        site=site.code if site else None,
        seen_at=now,
    )


def find_site(sites: Sites, dn: str) -> Site | None:
    """The site in whose OUs an account is; None when no site, or more than one, has it."""
    folded = dn.casefold()
    fits = [site for site in sites if any(folded.endswith(f",{ou.casefold()}") for ou in site.ad_ous)]
    return fits[0] if len(fits) == 1 else None


def is_referent(sites: Sites, account: Account) -> bool:
    """Whether this person sees the tickets of the whole site."""
    site = sites.by_code(account.site) if account.site else None
    return site is not None and any(account.email == referent.email.lower() for referent in site.referents)


def account_from_row(row: sa.RowMapping) -> Account:
    """A row of `users`."""
    return Account(row["email"], row["object_guid"], row["dn"], row["display_name"], row["site"], row["seen_at"])


def _keep(account: Account, connection: sa.Connection) -> None:
    row = {
        "email": account.email,
        "object_guid": account.object_guid,
        "dn": account.dn,
        "display_name": account.display_name,
        "site": account.site,
        "seen_at": account.seen_at,
    }
    upsert(connection, users, row)
