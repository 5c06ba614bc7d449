"""Accounts and OUs of one domain, as far as a caller's token reaches. Knows LDAP and AD; knows nothing of MCP."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from ldap3.utils.conv import escape_filter_chars

from servers.ad.audit import Action
from servers.ad.codes import SYSTEM
from servers.ad.entry import ACCOUNT, ATTRIBUTES, PROTECTION_ATTRIBUTES, Entry
from servers.ad.models import Account, AccountPage, AccountStatus, Ou, OuPage, account_from_ad, state_from_ad
from servers.ad.protection import (
    DNS_ADMINS,
    Scope,
    check_unprotected,
    find_privileged,
    is_account_of,
)
from servers.ad.session import AdSession, guid_dn
from shared.dn import domain_dn_of, name_of, parse_dn
from shared.errors import CapReached, InvalidInput, NotFound, Refused, UpstreamUnauthorized
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper

MAX_ACCOUNTS = 20
MAX_OUS = 200
DOMAIN_TTL_S = 300.0
OU = "(objectClass=organizationalUnit)"


class AdClient:
    """One domain. service_account: how we sign in ourselves; protected_groups: names of more privileged groups."""

    def __init__(
        self,
        session: AdSession,
        redis: RedisHelper,
        *,
        base_dn: str,
        service_account: str,
        protected_groups: Sequence[str] = (),
        account_hourly_writes: int = 10,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.session = session
        self.base_dn = base_dn
        self.domain_dn = domain_dn_of(base_dn)
        self._redis = redis
        self._service_account = service_account
        self._protected_groups = tuple(protected_groups)
        self._account_hourly_writes = account_hourly_writes
        self._clock = clock
        self._extra: tuple[float, frozenset[str]] | None = None
        self._min_length: tuple[float, int] | None = None

    async def search_accounts(
        self, call: Call, *, samaccountname: str | None, email: str | None, displayname: str | None
    ) -> AccountPage:
        """Accounts of the caller's OUs that fit all that is given; 20 at most.

        With an e-mail, `others_exist` says whether anything else of the domain, of any OU or kind, has that address.
        """
        given = (("sAMAccountName={}", samaccountname), ("mail={}", email), ("displayName=*{}*", displayname))
        asked = "".join(f"({how.format(escape_filter_chars(value))})" for how, value in given if value is not None)
        if not asked:
            raise InvalidInput("give samaccountname, email or displayname")
        found, truncated = await self._search(call, f"(&{ACCOUNT}{asked})", limit=MAX_ACCOUNTS)
        now = self._clock()
        return AccountPage(
            accounts=[account_from_ad(entry, now=now) for entry in found],
            truncated=truncated or None,
            others_exist=None if email is None else await self._has_others(email, found),
        )

    async def _has_others(self, email: str, shown: Sequence[Entry]) -> bool:
        """Whether more than these answer to an address: as their own, or as one more that mail is delivered to."""
        value = escape_filter_chars(email)
        query = f"(|(mail={value})(proxyAddresses=smtp:{value}))"
        found = await self.session.search(self.domain_dn, query, ["objectGUID"], limit=MAX_ACCOUNTS)
        return found.truncated or bool({entry.guid for entry in found.entries} - {entry.guid for entry in shown})

    async def get_status(self, call: Call, samaccountname: str) -> AccountStatus:
        """Raises NotFound, also for an account outside the caller's OUs."""
        entry = await self._read(call, (await self.get_model(call, samaccountname)).guid)
        return AccountStatus(
            samaccountname=entry.sam,
            dn=entry.dn,
            object_guid=entry.guid,
            status=state_from_ad(entry, now=self._clock()),
            protected=await self._is_protected(entry),
        )

    async def get_model(self, call: Call, samaccountname: str) -> Entry:
        """An account to be read, not written: protected or not. Raises NotFound, also outside the caller's OUs."""
        scope = Scope(call, self.base_dn)
        entry = await self.find_by_sam(samaccountname, ATTRIBUTES)
        if entry is None or not scope.covers(entry.dn):
            raise _no_account(samaccountname)
        return entry

    async def get_account(self, call: Call, guid: UUID) -> Account:
        """Raises NotFound, also for an account outside the caller's OUs."""
        entry = await self._read(call, guid)
        return account_from_ad(entry, now=self._clock(), protected=await self._is_protected(entry))

    async def _read(self, call: Call, guid: UUID) -> Entry:
        """An account of the caller's OUs, with what protects it. Raises NotFound."""
        scope = Scope(call, self.base_dn)
        entry = await self.session.find(guid_dn(guid), ACCOUNT, PROTECTION_ATTRIBUTES)
        if entry is None or not scope.covers(entry.dn):
            raise _no_account(str(guid))
        return entry

    async def _is_protected(self, entry: Entry) -> bool:
        """Whether every write to it would be refused now, be it because nobody can tell whom the settings protect."""
        try:
            check_unprotected(entry, service_account=self._service_account, extra=await self.extra_privileged())
        except Refused:
            return True
        return False

    async def list_ous(self, call: Call, under: str | None) -> OuPage:
        """The caller's OUs and those in them, 200 at most."""
        if under is None:
            found, truncated = await self._search(call, OU, attributes=["objectGUID"], limit=MAX_OUS)
        else:
            place = await self.get_ou(call, under)
            page = await self.session.search(place.dn, OU, ["objectGUID"], limit=MAX_OUS)
            found, truncated = page.entries, page.truncated
        found = sorted(found, key=lambda entry: (len(parse_dn(entry.dn)), entry.dn))
        return OuPage(ous=[Ou(name=name_of(e.dn), dn=e.dn) for e in found], truncated=truncated or None)

    async def _search(
        self, call: Call, query: str, *, limit: int, attributes: Sequence[str] = ATTRIBUTES
    ) -> tuple[list[Entry], bool]:
        found: list[Entry] = []
        for ou in Scope(call, self.base_dn).ous:
            page = await self.session.search(ou, query, attributes, limit=limit - len(found))
            found += page.entries
            if page.truncated or len(found) >= limit:
                return found, True
        return found, False

    async def get_ou(self, call: Call, dn: str) -> Entry:
        """An OU of the caller's, as the directory writes it. Raises NotFound."""
        scope = Scope(call, self.base_dn)
        if not scope.covers(dn):
            raise NotFound("there is no such OU among those that your token lists; list_ous shows them")
        entry = await self.session.find(dn, OU, ["objectGUID"])
        if entry is None or not scope.covers(entry.dn):
            raise NotFound("there is no such OU among those that your token lists; list_ous shows them")
        return entry

    async def find_by_sam(self, samaccountname: str, attributes: Sequence[str] = ("objectGUID",)) -> Entry | None:
        """The one account of this login in the whole domain, seen by us, not by the caller."""
        query = f"(&{ACCOUNT}(sAMAccountName={escape_filter_chars(samaccountname)}))"
        found = await self.session.search(self.domain_dn, query, attributes, limit=1)
        return found.entries[0] if found.entries else None

    async def get_target(self, call: Call, samaccountname: str, action: Action, guid: UUID | None = None) -> Entry:
        """The account that a write is about: from here on it goes by its objectGUID.

        guid: the one that the caller means. Raises NotFound, also outside the caller's OUs, and Refused for a protected
        account, and for another one that has got this login.
        """
        scope = Scope(call, self.base_dn)
        found = await self.find_by_sam(samaccountname)
        if found is None:
            raise _no_account(samaccountname)
        action.account = found.guid
        if not scope.covers(found.dn):
            raise _no_account(samaccountname)
        if guid is not None and guid != found.guid:
            raise Refused(f"{samaccountname} is another account than the one of this object_guid: nothing was done")
        return await self.check_target(call, found.guid)

    async def check_target(self, call: Call, guid: UUID) -> Entry:
        """The account as it is now, just before it is written to. Raises as `get_target` does."""
        extra = await self.extra_privileged()
        entry = await self._read(call, guid)
        check_unprotected(entry, service_account=self._service_account, extra=extra)
        return entry

    async def charge(self, guid: UUID) -> None:
        """Count one write to an account. Raises CapReached past the hour's cap, whoever made the others."""
        key = f"widip:cap:{SYSTEM}:account:{guid}:{int(time.time() // 3600)}"
        if await self._redis.count(key, ttl_s=3700) > self._account_hourly_writes:
            raise CapReached(f"hourly cap reached for this account: {self._account_hourly_writes} writes an hour")

    async def extra_privileged(self) -> frozenset[str]:
        """Identifiers of DnsAdmins and AD_PROTECTED_GROUPS, known for 5 minutes.

        Raises Refused when a group that the settings name is not there: renamed, it would no longer protect anybody.
        """
        if self._extra is None or time.monotonic() - self._extra[0] > DOMAIN_TTL_S:
            names = (DNS_ADMINS, *self._protected_groups)
            either = "".join(f"(sAMAccountName={escape_filter_chars(name)})" for name in names)
            query = f"(&(objectClass=group)(|{either}))"
            found = await self.session.search(self.domain_dn, query, ["objectSid", "sAMAccountName"], limit=len(names))
            known = {entry.sam.casefold() for entry in found.entries}
            lost = [name for name in self._protected_groups if name.casefold() not in known]
            if lost:
                raise Refused(f"AD_PROTECTED_GROUPS names no group of this domain: {', '.join(lost)}")
            self._extra = (time.monotonic(), frozenset(entry.sid for entry in found.entries if entry.sid))
        return self._extra[1]

    async def min_password_length(self) -> int:
        """The domain's own, known for 5 minutes; 0 when we may not read it."""
        if self._min_length is None or time.monotonic() - self._min_length[0] > DOMAIN_TTL_S:
            head = await self.session.find(self.domain_dn, "(objectClass=*)", ["minPwdLength"])
            self._min_length = (time.monotonic(), (head and head.number("minpwdlength")) or 0)
        return self._min_length[1]

    async def check_ready(self) -> list[str]:
        """Warnings. Raises what a person must mend: the way in, our account, AD_BASE_DN, AD_PROTECTED_GROUPS."""
        root = await self.session.find("", "(objectClass=*)", ["defaultNamingContext"])
        if await self.session.find(self.base_dn, "(objectClass=*)", ["objectGUID"]) is None:
            served = root.text("defaultnamingcontext") if root else None
            raise UpstreamUnauthorized(
                f"AD_BASE_DN is not there, or not shown to our account; this server holds {served}", system=SYSTEM
            )
        warnings = []
        if not await self.min_password_length():
            warnings.append("the password policy cannot be read: let the service account read the domain's head")
        if group := await self._own_privilege():
            warnings.append(f"AD_USERNAME is a member of {group}: delegate rights instead (docs/ad-delegation.md)")
        await self.extra_privileged()
        return warnings

    async def _own_privilege(self) -> str | None:
        """The privileged group that the service account itself is in."""
        name = self._service_account
        sam = name_of(name) if "=" in name else name.rpartition("\\")[2].partition("@")[0]
        found = await self.find_by_sam(sam, ["objectGUID", "sAMAccountName", "userPrincipalName"])
        if found is None or not is_account_of(found, name):
            return None
        own = await self.session.find(guid_dn(found.guid), ACCOUNT, ["tokenGroups"])
        return find_privileged(own.group_sids) if own else None


def _no_account(who: str) -> NotFound:
    return NotFound(f"there is no account {who} in the OUs that your token lists")
