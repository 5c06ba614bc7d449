"""One object of the directory as it came: attribute names, bits and encodings of Active Directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.errors import UpstreamMalformed

DISABLED = 0x2
NORMAL_ACCOUNT = 0x200
TRUSTED_FOR_DELEGATION = 0x80000 | 0x1000000
_LOCKED_NOW = 0x10

ACCOUNT = "(&(objectCategory=person)(objectClass=user))"
"""People's accounts: no computers, no groups, no managed service accounts."""
ATTRIBUTES = [
    "objectGUID",
    "objectSid",
    "sAMAccountName",
    "userPrincipalName",
    "displayName",
    "mail",
    "description",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "lockoutTime",
    "pwdLastSet",
    "accountExpires",
    "memberOf",
    "adminCount",
    "uSNChanged",
]
PROTECTION_ATTRIBUTES = [*ATTRIBUTES, "tokenGroups"]
"""tokenGroups, all groups at any depth, is computed for a search of scope BASE only."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as the directory gave it: `raw` by attribute name in lower case."""

    dn: str
    raw: Mapping[str, list[bytes]]

    @property
    def guid(self) -> UUID:
        """The identity: renamed or moved, it stays."""
        value = self._one("objectguid")
        if value is None or len(value) != 16:
            raise _malformed("objectGUID")
        return UUID(bytes_le=value)

    @property
    def sam(self) -> str:
        """Its login."""
        return self.text("samaccountname") or ""

    @property
    def uac(self) -> int:
        """userAccountControl. Raises UpstreamMalformed when we may not read it: nothing can be decided then."""
        value = self.number("useraccountcontrol")
        if value is None:
            raise _malformed("userAccountControl")
        return value

    @property
    def password_set(self) -> int:
        """pwdLastSet: 0 when the password must be changed at the next logon, or was never set."""
        return self.number("pwdlastset") or 0

    @property
    def is_locked_out(self) -> bool:
        """Now: lockoutTime alone outlives the lock."""
        computed = self.number("msds-user-account-control-computed")
        return bool(self.number("lockouttime")) if computed is None else bool(computed & _LOCKED_NOW)

    @property
    def sid(self) -> str | None:
        """`S-1-5-21-…-1103`."""
        value = self._one("objectsid")
        return None if value is None else parse_sid(value)

    @property
    def group_sids(self) -> frozenset[str]:
        """All groups that it is in at any depth, the primary one included. Empty: not read, or not readable."""
        return frozenset(parse_sid(value) for value in self.raw.get("tokengroups", ()))

    def text(self, name: str) -> str | None:
        """The first value."""
        value = self._one(name)
        return None if value is None else value.decode("utf-8", "replace")

    def texts(self, name: str) -> list[str]:
        """All values."""
        return [value.decode("utf-8", "replace") for value in self.raw.get(name, ())]

    def number(self, name: str) -> int | None:
        """The first value as a number."""
        value = self._one(name)
        try:
            return None if value is None else int(value)
        except ValueError:
            raise _malformed(name) from None

    def _one(self, name: str) -> bytes | None:
        values = self.raw.get(name)
        return values[0] if values else None


def parse_sid(value: bytes) -> str:
    """A binary security identifier as text."""
    if len(value) < 8 or len(value) != 8 + 4 * value[1]:
        raise _malformed("objectSid")
    authority = int.from_bytes(value[2:8], "big")
    parts = (int.from_bytes(value[at : at + 4], "little") for at in range(8, len(value), 4))
    return "-".join(map(str, ("S", value[0], authority, *parts)))


def _malformed(name: str) -> UpstreamMalformed:
    return UpstreamMalformed(f"Active Directory shows no usable {name}: may the service account read it?", system="ad")
