"""The tree of entries: what is stored, where it hangs, who is a member of what."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from simulators.ad.dn import Rdn, RdnKey, join_rdn, rdn_key
from simulators.ad.values import sid_rid

Value = str | int | bytes


@dataclass(frozen=True)
class Passwords:
    """Salted hashes, newest first; nothing when there never was a password."""

    hashes: tuple[tuple[bytes, bytes], ...] = ()

    def fits(self, password: str) -> bool:
        """Whether this is the password of today."""
        return bool(self.hashes) and _hash(self.hashes[0][0], password) == self.hashes[0][1]

    def was_used(self, password: str, *, last: int) -> bool:
        """Whether it is among the last ones."""
        return any(_hash(salt, password) == kept for salt, kept in self.hashes[:last])

    def changed(self, password: str) -> Passwords:
        """With a new one."""
        salt = secrets.token_bytes(16)
        return Passwords(((salt, _hash(salt, password)), *self.hashes)[:24])


def _hash(salt: bytes, password: str) -> bytes:
    return hashlib.sha256(salt + password.encode("utf-16-le")).digest()


def to_bytes(value: Value) -> bytes:
    """As the value is stored and travels."""
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass(eq=False)
class Entry:
    """One object. `values` is keyed by lower-case names; members are links, so a moved member stays one."""

    rdn: Rdn
    parent: Entry | None
    guid: UUID
    suffix: str = ""
    values: dict[str, list[bytes]] = field(default_factory=dict)
    members: dict[UUID, None] = field(default_factory=dict)
    passwords: Passwords = field(default_factory=Passwords)
    is_protected: bool = False
    """Carries AdminSDHolder's access list: nothing inherited reaches it."""
    children: dict[RdnKey, Entry] = field(default_factory=dict)

    @property
    def dn(self) -> str:
        """Its name now."""
        above = self.parent.dn if self.parent else self.suffix
        return f"{join_rdn(self.rdn)},{above}" if above else join_rdn(self.rdn)

    @property
    def classes(self) -> list[str]:
        """Lower case, from top to the most special."""
        return [value.decode().lower() for value in self.values.get("objectclass", [])]

    @property
    def is_user(self) -> bool:
        """A user or what is built on it."""
        return "user" in self.classes

    @property
    def rid(self) -> int:
        """0 without a security identifier."""
        sid = self.values.get("objectsid")
        return sid_rid(sid[0]) if sid else 0

    def text(self, name: str) -> str:
        """The first value, empty without one."""
        return self.values.get(name.lower(), [b""])[0].decode(errors="replace")

    def number(self, name: str) -> int:
        """The first value, 0 without one."""
        return int(self.text(name) or 0)

    def put(self, name: str, *values: Value) -> None:
        """Set all values of an attribute; none removes it."""
        if values:
            self.values[name.lower()] = [to_bytes(value) for value in values]
        else:
            self.values.pop(name.lower(), None)

    def draft(self) -> Entry:
        """A copy to change: what is wrong in it never reaches the directory."""
        copied = {name: list(values) for name, values in self.values.items()}
        members, held = dict(self.members), self.passwords
        return Entry(self.rdn, self.parent, self.guid, self.suffix, copied, members, held, self.is_protected)

    def take(self, draft: Entry) -> None:
        """The draft becomes true."""
        self.values, self.members, self.passwords = draft.values, draft.members, draft.passwords

    def walk(self) -> Iterator[Entry]:
        """Itself and everything below."""
        yield self
        for child in list(self.children.values()):
            yield from child.walk()

    def is_under(self, other: Entry) -> bool:
        """Below it, or the entry itself."""
        above: Entry | None = self
        while above is not None and above is not other:
            above = above.parent
        return above is other

    def attach(self, parent: Entry, rdn: Rdn) -> None:
        """Hang it elsewhere, or under another name."""
        if self.parent is not None:
            self.parent.children.pop(rdn_key(self.rdn), None)
        self.parent, self.rdn = parent, rdn
        parent.children[rdn_key(rdn)] = self
