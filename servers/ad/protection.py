"""Whom this server never touches, whatever the directory would let it do.

By security identifiers, which no translation changes. Source: contracts/ad.md, section 6: a delegated service account
can reset a fresh Domain Admin's password until AD itself has stamped him, up to an hour later.
"""

from __future__ import annotations

from collections.abc import Iterable

from servers.ad.entry import NORMAL_ACCOUNT, TRUSTED_FOR_DELEGATION, Entry
from shared.dn import is_at_or_below, is_same, parse_dn
from shared.errors import InvalidInput, Refused
from shared.mcp_tool import Call

FIRST_ORDINARY_RID = 1000
PRIVILEGED_RIDS = {
    498: "Enterprise Read-only Domain Controllers",
    512: "Domain Admins",
    516: "Domain Controllers",
    517: "Cert Publishers",
    518: "Schema Admins",
    519: "Enterprise Admins",
    520: "Group Policy Creator Owners",
    521: "Read-only Domain Controllers",
    525: "Protected Users",
    526: "Key Admins",
    527: "Enterprise Key Admins",
}
"""The same in every domain: the last part of the identifier, under any domain's."""
PRIVILEGED_BUILTIN_RIDS = {
    544: "Administrators",
    548: "Account Operators",
    549: "Server Operators",
    550: "Print Operators",
    551: "Backup Operators",
    552: "Replicator",
    557: "Incoming Forest Trust Builders",
    578: "Hyper-V Administrators",
    580: "Remote Management Users",
}
BUILTIN = "S-1-5-32-"
DOMAIN = "S-1-5-21-"
DNS_ADMINS = "DnsAdmins"
"""Has no identifier of its own; its name is not translated."""


def find_privileged(sids: Iterable[str], extra: Iterable[str] = ()) -> str | None:
    """The name of the first privileged group among these identifiers; `extra` are more of them."""
    known = frozenset(extra)
    for sid in sorted(sids):
        rid = rid_of(sid)
        if sid.startswith(DOMAIN) and rid in PRIVILEGED_RIDS:
            return PRIVILEGED_RIDS[rid]
        if sid.startswith(BUILTIN) and rid in PRIVILEGED_BUILTIN_RIDS:
            return PRIVILEGED_BUILTIN_RIDS[rid]
        if sid in known:
            return "a group named in AD_PROTECTED_GROUPS, or DnsAdmins"
    return None


def rid_of(sid: str) -> int:
    """The last part of an identifier."""
    return int(sid.rpartition("-")[2])


def check_unprotected(entry: Entry, *, service_account: str, extra: Iterable[str] = ()) -> None:
    """Raises Refused with the reason. What cannot be read counts as protected."""
    if reason := _reason(entry, service_account, extra):
        raise Refused(f"{entry.sam} is a protected account ({reason}): only a person may change it")


def _reason(entry: Entry, service_account: str, extra: Iterable[str]) -> str | None:
    if entry.sid is None or not entry.group_sids:
        return "its groups cannot be read: the service account needs to read tokenGroups"
    if rid_of(entry.sid) < FIRST_ORDINARY_RID:
        return "built into the domain"
    if not entry.uac & NORMAL_ACCOUNT or entry.sam.casefold().startswith("krbtgt") or entry.sam.endswith("$"):
        return "not a person's account"
    if entry.uac & TRUSTED_FOR_DELEGATION:
        return "trusted for delegation"
    if is_account_of(entry, service_account):
        return "the service account itself"
    if entry.number("admincount"):
        return "adminCount is set: it is or was an administrator"
    group = find_privileged(entry.group_sids, extra)
    return f"a member of {group}" if group else None


def is_account_of(entry: Entry, login: str) -> bool:
    """True when somebody who signs in as `login` (DOMAIN\\name, name@domain, or a DN) may be this account.

    Compared by name, so an account of that name in another domain counts too: on the safe side.
    """
    if "=" in login:
        return is_same(entry.dn, login)
    if "@" in login:
        names = {(entry.text("userprincipalname") or "").casefold(), f"{entry.sam}@".casefold()}
        return login.casefold() in names or login.casefold().startswith(f"{entry.sam}@".casefold())
    return entry.sam.casefold() == login.rpartition("\\")[2].casefold()


class Scope:
    """The part of the directory that a caller may see and touch: his token's OUs, below AD_BASE_DN."""

    def __init__(self, call: Call, base_dn: str) -> None:
        try:
            self.ous = _outermost(ou for ou in call.ous if is_at_or_below(ou, base_dn))
        except InvalidInput:
            raise Refused(f"the token of {call.caller} lists in `ous` what is no distinguished name") from None
        if not self.ous:
            raise Refused(f"the token of {call.caller} lists no OU of this domain in `ous`")

    def covers(self, dn: str) -> bool:
        """True for what is in these OUs, and the OUs themselves."""
        return any(is_at_or_below(dn, ou) for ou in self.ous)


def _outermost(ous: Iterable[str]) -> list[str]:
    listed = list({parse_dn(ou): ou for ou in sorted(ous, reverse=True)}.values())  # each once, however it is written
    return sorted(
        ou for ou in listed if not any(not is_same(ou, other) and is_at_or_below(ou, other) for other in listed)
    )
