"""What an attribute of an entry reads as: stored, linked or constructed."""

from __future__ import annotations

from collections.abc import Callable

from simulators.ad.directory import Directory
from simulators.ad.policy import computed_control, expires_at
from simulators.ad.rights import Rights
from simulators.ad.schema import ATTRIBUTES, find_attribute
from simulators.ad.store import Entry, to_bytes

_NEVER_SHOWN = frozenset({"unicodepwd", "ntsecuritydescriptor"})


class Reader:
    """Reads for one bound account; `rights` is None for nobody in particular."""

    def __init__(self, directory: Directory, rights: Rights | None = None) -> None:
        self._directory, self._rights = directory, rights

    def values(self, entry: Entry, name: str) -> list[bytes]:
        """All values of any attribute, empty without one."""
        key = name.partition(";")[0].lower()
        if key in _NEVER_SHOWN:
            return []
        if key in _LINKED:
            return _LINKED[key](self._directory, entry)
        if key in ("allowedattributeseffective", "allowedchildclasseseffective"):
            return self._allowed(entry, key)
        return entry.values.get(key, [])

    def _allowed(self, entry: Entry, key: str) -> list[bytes]:
        if self._rights is None:
            return []
        names = self._rights.writable(entry) if "attributes" in key else self._rights.creatable(entry)
        return [name.encode() for name in names]

    def shown(self, entry: Entry, wanted: list[str]) -> list[tuple[str, list[bytes]]]:
        """The wanted attributes that it has; `*` or none at all means all that are not constructed."""
        everything = [a.name for a in ATTRIBUTES.values() if not a.is_constructed]
        if "1.1" in wanted:
            return []
        names = list(dict.fromkeys([*wanted, *everything] if not wanted or "*" in wanted else wanted))
        found: dict[str, tuple[str, list[bytes]]] = {}
        for name in names:
            attribute = find_attribute(name)
            values = self.values(entry, name) if attribute else []
            if attribute and values:
                found.setdefault(attribute.name, (attribute.name, values))
        return list(found.values())


def _member(directory: Directory, entry: Entry) -> list[bytes]:
    return [directory.by_guid[guid].dn.encode() for guid in entry.members if guid in directory.by_guid]


def _member_of(directory: Directory, entry: Entry) -> list[bytes]:
    return [group.dn.encode() for group in directory.groups_of(entry)]


def _token_groups(directory: Directory, entry: Entry) -> list[bytes]:
    if not entry.is_user:
        return []
    return [sid for group in directory.all_groups_of(entry) for sid in group.values.get("objectsid", [])]


def _computed_control(directory: Directory, entry: Entry) -> list[bytes]:
    return [to_bytes(computed_control(directory, entry))] if entry.is_user else []


def _expiry(directory: Directory, entry: Entry) -> list[bytes]:
    return [to_bytes(expires_at(directory, entry))] if entry.is_user else []


def _canonical_name(directory: Directory, entry: Entry) -> list[bytes]:
    names: list[str] = []
    above = entry
    while above.parent is not None:
        names.insert(0, above.rdn[1].replace("/", "\\/"))
        above = above.parent
    return [f"{directory.dns_name}/{'/'.join(names)}".encode()]


def _group_token(_directory: Directory, entry: Entry) -> list[bytes]:
    return [to_bytes(entry.rid)] if "group" in entry.classes else []


_LINKED: dict[str, Callable[[Directory, Entry], list[bytes]]] = {
    "distinguishedname": lambda _directory, entry: [entry.dn.encode()],
    "name": lambda _directory, entry: [entry.rdn[1].encode()],
    "objectguid": lambda _directory, entry: [entry.guid.bytes_le],
    "member": _member,
    "memberof": _member_of,
    "tokengroups": _token_groups,
    "canonicalname": _canonical_name,
    "primarygrouptoken": _group_token,
    "msds-user-account-control-computed": _computed_control,
    "msds-userpasswordexpirytimecomputed": _expiry,
    "createtimestamp": lambda _directory, entry: entry.values.get("whencreated", []),
    "modifytimestamp": lambda _directory, entry: entry.values.get("whenchanged", []),
}
