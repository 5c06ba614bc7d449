"""Search filters: true, false, or undefined (None) as RFC 4511 has it."""

from __future__ import annotations

from typing import Any

from simulators.ad import errors
from simulators.ad.directory import Directory
from simulators.ad.dn import BadNameError, dn_key
from simulators.ad.reading import Reader
from simulators.ad.schema import CATEGORIES, Attribute, find_attribute
from simulators.ad.store import Entry
from simulators.ad.values import sid_bytes

BIT_AND, BIT_OR, IN_CHAIN = "1.2.840.113556.1.4.803", "1.2.840.113556.1.4.804", "1.2.840.113556.1.4.1941"
_ANR = ("displayName", "givenName", "sn", "name", "sAMAccountName", "physicalDeliveryOfficeName", "proxyAddresses")


def value_key(attribute: Attribute, value: bytes) -> Any:
    """Equal for values that are the same to the directory; None for one that the syntax does not allow."""
    if attribute.syntax in ("octets", "time"):
        return value
    text = value.decode(errors="replace")
    if attribute.syntax == "number":
        return int(text) if text.lstrip("-").isdecimal() else None
    if attribute.syntax == "dn":
        try:
            return dn_key(text)
        except BadNameError:
            return None
    return text.casefold()


class Matcher:
    """One filter, asked about many entries."""

    def __init__(self, directory: Directory, tree: Any) -> None:
        self._directory, self._tree = directory, tree
        self._reader = Reader(directory)
        self._chains: dict[bytes, frozenset[Any]] = {}

    def matches(self, entry: Entry) -> bool:
        """Whether the search finds it."""
        return self._test(entry, self._tree) is True

    def _test(self, entry: Entry, tree: Any) -> bool | None:
        kind, value = tree
        match kind:
            case "and" | "or":
                return self._combine(entry, kind, value)
            case "not":
                inner = self._test(entry, value)
                return None if inner is None else not inner
            case "present":
                return bool(self._values(entry, value.decode()))
            case "substrings":
                return self._substrings(entry, value)
            case "extensibleMatch":
                return self._extended(entry, value)
        return self._compare(entry, kind, value["attributeDesc"].decode(), value["assertionValue"])

    def _combine(self, entry: Entry, kind: str, parts: list[Any]) -> bool | None:
        decisive, is_known = kind == "or", True
        for part in parts:
            found = self._test(entry, part)
            if found is decisive:
                return decisive
            is_known = is_known and found is not None
        return not decisive if is_known else None

    def _values(self, entry: Entry, name: str) -> list[bytes]:
        attribute = find_attribute(name)
        return [] if attribute is None or attribute.is_constructed else self._reader.values(entry, name)

    def _compare(self, entry: Entry, kind: str, name: str, given: bytes) -> bool | None:
        if name.lower() == "anr":
            return self._resolve(entry, given.decode(errors="replace"))
        attribute = find_attribute(name)
        if attribute is None:
            return None
        wanted = value_key(attribute, self._expanded(attribute, given))
        if wanted is None:
            return None
        held = [key for value in self._values(entry, name) if (key := value_key(attribute, value)) is not None]
        match kind:
            case "greaterOrEqual":
                return any(key >= wanted for key in held)
            case "lessOrEqual":
                return any(key <= wanted for key in held)
        return wanted in held

    def _expanded(self, attribute: Attribute, given: bytes) -> bytes:
        """Short forms that Active Directory takes: a class for a category, a SID as text, a GUID for a name."""
        text = given.decode(errors="replace")
        if attribute.name == "objectCategory" and "=" not in text:
            return f"CN={CATEGORIES.get(text.lower(), text)},{self._directory.schema_dn}".encode()
        if attribute.name == "objectSid" and text.startswith("S-1-"):
            return sid_bytes(text)
        if attribute.syntax == "dn" and text.startswith("<"):
            found = self._directory.find(text)
            return found.dn.encode() if found else given
        return given

    def _resolve(self, entry: Entry, given: str) -> bool:
        """Ambiguous name resolution: the start of any name, `=` for a whole one, or first and last name."""
        is_whole, wanted = given.startswith("="), given.lstrip("=").casefold()
        held = [value.decode(errors="replace").casefold() for name in _ANR for value in self._values(entry, name)]
        if any(value == wanted if is_whole else value.startswith(wanted) for value in held):
            return True
        one, _space, other = wanted.partition(" ")
        first, last = entry.text("givenName").casefold(), entry.text("sn").casefold()
        pairs = ((one, other), (other, one))
        return bool(other) and any(first.startswith(a) and last.startswith(b) for a, b in pairs)

    def _substrings(self, entry: Entry, value: Any) -> bool | None:
        attribute = find_attribute(value["type"].decode())
        if attribute is None or attribute.syntax in ("number", "dn"):
            return None
        parts = [(kind, part.decode(errors="replace").casefold()) for kind, part in value["substrings"]]
        held = self._values(entry, attribute.name)
        return any(_fits(text.decode(errors="replace").casefold(), parts) for text in held)

    def _extended(self, entry: Entry, value: Any) -> bool | None:
        rule, name = value.get("matchingRule", b"").decode(), value.get("type", b"").decode()
        attribute = find_attribute(name)
        if attribute is None:
            return None
        if rule == IN_CHAIN:
            return self._in_chain(entry, attribute, value["matchValue"])
        if rule not in (BIT_AND, BIT_OR):
            raise errors.protocol_error("unknown matching rule")
        wanted = value_key(attribute, value["matchValue"])
        if not isinstance(wanted, int):
            return None
        held = [int(number) for number in self._values(entry, name)]
        if rule == BIT_AND:
            return any(number & wanted == wanted for number in held)
        return any(number & wanted != 0 for number in held)

    def _in_chain(self, entry: Entry, attribute: Attribute, given: bytes) -> bool | None:
        """member: the groups that the named entry is in; memberOf: what is in the named group; nested ones too."""
        if given not in self._chains:
            target = self._directory.find(given.decode(errors="replace"))
            if target is None:
                self._chains[given] = frozenset()
            elif attribute.name == "member":
                groups = self._directory.all_groups_of(target, with_primary=False)
                self._chains[given] = frozenset(group.guid for group in groups)
            else:
                self._chains[given] = frozenset(self._directory.all_members_of(target))
        return entry.guid in self._chains[given] if attribute.name in ("member", "memberOf") else None


def _fits(text: str, parts: list[tuple[str, str]]) -> bool:
    at = 0
    for kind, part in parts:
        if kind == "final":
            return text.endswith(part) and len(text) - len(part) >= at
        found = text.find(part, at)
        if found < 0 or (kind == "initial" and found > 0):
            return False
        at = found + len(part)
    return True
