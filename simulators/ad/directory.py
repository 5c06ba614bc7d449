"""One Active Directory: its tree, its counters, its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from simulators.ad import errors
from simulators.ad.dn import BadNameError, Rdn, dn_key, rdn_key, split_dn
from simulators.ad.schema import ObjectClass
from simulators.ad.store import Entry
from simulators.ad.values import sid_bytes, sid_text, to_generalized

Clock = Callable[[], datetime]
CONFIGURATION = "CN=Configuration"


def now_utc() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Delegation:
    """Who has the service account's rights below which entry."""

    trustee: UUID
    place: UUID


class Directory:
    """The entries of one domain. `skew` moves its clock."""

    def __init__(self, *, dns_name: str, netbios: str, sid: str, clock: Clock = now_utc) -> None:
        self.dns_name, self.netbios, self.sid = dns_name, netbios, sid
        self.base_dn = ",".join(f"DC={label}" for label in dns_name.split("."))
        self.skew = timedelta()
        self.delegations: list[Delegation] = []
        self.by_guid: dict[UUID, Entry] = {}
        self._clock = clock
        self._usn, self._rid = 12000, 1103
        first, _comma, rest = self.base_dn.partition(",")
        self._base_key = dn_key(self.base_dn)
        self.head = Entry(("DC", first[3:]), None, uuid4(), rest)
        self.by_guid[self.head.guid] = self.head

    def now(self) -> datetime:
        """Aware UTC."""
        return self._clock() + self.skew

    @property
    def schema_dn(self) -> str:
        """Where object categories are."""
        return f"CN=Schema,{CONFIGURATION},{self.base_dn}"

    def walk(self) -> Iterator[Entry]:
        """Every entry."""
        return self.head.walk()

    def find(self, name: str) -> Entry | None:
        """By distinguished name, `<GUID=…>` or `<SID=…>`. Raises RefusedError for what is no name."""
        entry, is_whole = self._descend(name)
        return entry if is_whole else None

    def get(self, name: str, win32: int = 0x2030) -> Entry:
        """As find, but raises RefusedError (32) with the deepest name that exists."""
        entry, is_whole = self._descend(name)
        if not is_whole or entry is None:
            raise errors.no_object(entry.dn if entry else "", win32)
        return entry

    def _descend(self, name: str) -> tuple[Entry | None, bool]:
        if name.startswith("<") and name.endswith(">"):
            found = self._find_by_id(name[1:-1])
            return found, found is not None
        try:
            levels = [rdn_key(rdn) for rdn in split_dn(name)]
        except BadNameError as error:
            raise errors.bad_name() from error
        size = len(self._base_key)
        if tuple(levels[-size:]) != self._base_key:
            return None, False
        entry = self.head
        for key in reversed(levels[:-size]):
            if key not in entry.children:
                return entry, False
            entry = entry.children[key]
        return entry, True

    def _find_by_id(self, text: str) -> Entry | None:
        kind, _sign, value = text.partition("=")
        try:
            if kind.upper() == "SID":
                return self.find_sid(sid_bytes(value) if value.startswith("S-") else bytes.fromhex(value))
            guid = UUID(value) if "-" in value else UUID(bytes_le=bytes.fromhex(value))
        except (ValueError, IndexError) as error:
            raise errors.bad_name() from error
        return self.by_guid.get(guid)

    def find_sid(self, sid: bytes) -> Entry | None:
        """By security identifier."""
        return next((entry for entry in self.walk() if entry.values.get("objectsid") == [sid]), None)

    def find_rid(self, rid: int) -> Entry | None:
        """By the last part of a security identifier of this domain."""
        return self.find_sid(sid_bytes(f"{self.sid}-{rid}"))

    def find_login(self, samaccountname: str) -> Entry | None:
        """By sAMAccountName, whatever its case."""
        wanted = samaccountname.casefold()
        return next((entry for entry in self.walk() if entry.text("sAMAccountName").casefold() == wanted), None)

    def groups_of(self, entry: Entry) -> list[Entry]:
        """The groups that have it as a direct member, without its primary group."""
        return [group for group in self.walk() if entry.guid in group.members]

    def all_groups_of(self, entry: Entry, *, with_primary: bool = True) -> list[Entry]:
        """Direct and nested."""
        found: dict[UUID, Entry] = {}
        primary = self.find_rid(entry.number("primaryGroupID")) if with_primary else None
        waiting = [*self.groups_of(entry), *([primary] if primary else [])]
        while waiting:
            group = waiting.pop()
            if group.guid not in found:
                found[group.guid] = group
                waiting += self.groups_of(group)
        return list(found.values())

    def all_members_of(self, group: Entry) -> dict[UUID, Entry]:
        """Direct and nested."""
        found: dict[UUID, Entry] = {}
        waiting = list(group.members)
        while waiting:
            member = self.by_guid.get(waiting.pop())
            if member is not None and member.guid not in found:
                found[member.guid] = member
                waiting += member.members
        return found

    def insert(self, rdn: Rdn, parent: Entry, kind: ObjectClass, *, sid: str = "", guid: UUID | None = None) -> Entry:
        """A new entry with the attributes that the directory itself writes."""
        entry = Entry(rdn, None, guid or uuid4())
        entry.put("objectClass", *kind.chain)
        entry.put("objectCategory", f"CN={kind.category},{self.schema_dn}")
        entry.put(kind.rdn, rdn[1])
        entry.put("instanceType", 4)
        if kind.kind:
            entry.put("sAMAccountType", kind.kind)
            entry.put("objectSid", sid_bytes(sid or f"{self.sid}-{self._next_rid()}"))
        entry.put("whenCreated", to_generalized(self.now()))
        entry.attach(parent, rdn)
        self.by_guid[entry.guid] = entry
        self.touch(entry)
        entry.values["usncreated"] = list(entry.values["usnchanged"])
        return entry

    def remove(self, entry: Entry) -> None:
        """Gone, and out of every group."""
        for group in self.groups_of(entry):
            group.members.pop(entry.guid)
        if entry.parent is not None:
            entry.parent.children.pop(rdn_key(entry.rdn))
        del self.by_guid[entry.guid]

    def touch(self, entry: Entry) -> None:
        """It has changed."""
        self._usn += 1
        entry.put("uSNChanged", self._usn)
        entry.put("whenChanged", to_generalized(self.now()))

    @property
    def usn(self) -> int:
        """highestCommittedUSN."""
        return self._usn

    def _next_rid(self) -> int:
        self._rid += 1
        return self._rid

    def account_name(self, entry: Entry) -> str:
        """WIDIP\\login."""
        return f"{self.netbios}\\{entry.text('sAMAccountName')}"


def describe_sid(entry: Entry) -> str:
    """Its security identifier as text, empty without one."""
    sid = entry.values.get("objectsid")
    return sid_text(sid[0]) if sid else ""


Source = Callable[[], Directory]
"""Gives the directory of now: a fresh start replaces it."""
