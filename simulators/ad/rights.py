"""Who may do what: administrators everything, a delegated account what the sheet's SDDL grants (section 6)."""

from __future__ import annotations

from functools import cached_property

from simulators.ad.directory import Directory
from simulators.ad.schema import ATTRIBUTES
from simulators.ad.store import Entry

ADMINISTRATORS = frozenset({512, 519, 544})
PROTECTED_GROUPS = frozenset({512, 516, 517, 518, 519, 521, 544, 548, 549, 550, 551, 552})
PROTECTED_ACCOUNTS = frozenset({500, 502})
_USER_WRITES = """
pwdLastSet lockoutTime userAccountControl cn name givenName sn displayName mail telephoneNumber mobile description title
department company sAMAccountName userPrincipalName accountExpires
"""
USER_WRITES = frozenset(_USER_WRITES.lower().split())
GROUP_WRITES = frozenset({"member"})
_NEVER_LISTED = frozenset({"unicodePwd", "name"})


class Rights:
    """What one bound account may do."""

    def __init__(self, directory: Directory, account: Entry) -> None:
        self._directory, self._account = directory, account

    @cached_property
    def is_admin(self) -> bool:
        """A member of the administrators' groups, nested ones too."""
        return bool(ADMINISTRATORS & {group.rid for group in self._directory.all_groups_of(self._account)})

    def _is_delegated(self, entry: Entry) -> bool:
        """Below an OU that is delegated to it, and open to what is inherited."""
        places = [d.place for d in self._directory.delegations if d.trustee == self._account.guid]
        above = entry.parent
        while above is not None and not entry.is_protected:
            if above.guid in places:
                return True
            above = above.parent
        return False

    def can_create(self, parent: Entry, kind: str) -> bool:
        """kind is the name of an object class."""
        if self.is_admin:
            return True
        places = [d.place for d in self._directory.delegations if d.trustee == self._account.guid]
        return kind.lower() == "user" and (parent.guid in places or self._is_delegated(parent))

    def can_delete(self, entry: Entry) -> bool:
        """Also needed to move it."""
        return self.is_admin or (_is_plain_user(entry) and self._is_delegated(entry))

    def can_reset(self, entry: Entry) -> bool:
        """The extended right "reset password"."""
        return self.is_admin or (_is_plain_user(entry) and self._is_delegated(entry))

    def can_write(self, entry: Entry, attribute: str) -> bool:
        """One attribute of one entry."""
        return self.is_admin or attribute.lower() in self._granted(entry)

    def _granted(self, entry: Entry) -> frozenset[str]:
        if not self._is_delegated(entry):
            return frozenset()
        if _is_plain_user(entry):
            return USER_WRITES
        return GROUP_WRITES if "group" in entry.classes else frozenset()

    def writable(self, entry: Entry) -> list[str]:
        """allowedAttributesEffective."""
        if self.is_admin:
            return [a.name for a in ATTRIBUTES.values() if a.written_by == "clients" and a.name not in _NEVER_LISTED]
        return sorted({ATTRIBUTES[name].name for name in self._granted(entry)} - _NEVER_LISTED)

    def creatable(self, entry: Entry) -> list[str]:
        """allowedChildClassesEffective."""
        if not {"organizationalunit", "container", "domaindns"} & set(entry.classes):
            return []
        if self.is_admin:
            return ["user", "group", "computer", "contact", "organizationalUnit"]
        return ["user"] if self.can_create(entry, "user") else []


def _is_plain_user(entry: Entry) -> bool:
    return entry.is_user and "computer" not in entry.classes


def stamp_protected(directory: Directory) -> list[Entry]:
    """What Windows does within the hour: AdminSDHolder's list on all that is privileged, nested members too."""
    stamped: dict[str, Entry] = {}
    for entry in directory.walk():
        if "group" in entry.classes and entry.rid in PROTECTED_GROUPS:
            stamped |= {member.dn: member for member in directory.all_members_of(entry).values()}
            stamped[entry.dn] = entry
        if entry.rid in PROTECTED_ACCOUNTS:
            stamped[entry.dn] = entry
    for entry in stamped.values():
        protect(entry)
    return list(stamped.values())


def protect(entry: Entry) -> None:
    """AdminSDHolder's list on one entry. It is never taken off by itself."""
    entry.is_protected = True
    entry.put("adminCount", 1)
