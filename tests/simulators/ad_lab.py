"""A directory under test, over raw ldap3: the simulator or a Samba, with accounts made for one test."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import ldap3
from ldap3.core.exceptions import LDAPExceptionError
from ldap3.utils.dn import escape_rdn, safe_rdn

from tests.directories import DirectoryPlace

Kind = Literal["simulator", "samba"]
PASSWORD = "Premiere-2026!"
OTHER_PASSWORD = "Deuxieme-2026!"
WEAK_PASSWORD = "faible"
LILAS, SOINS, PARTIS = "OU=Lilas,OU=Clients", "OU=Soins,OU=Lilas,OU=Clients", "OU=Partis,OU=Lilas,OU=Clients"
ROSES = "OU=Roses,OU=Clients"
PERSON = ["top", "person", "organizationalPerson", "user"]


@dataclass(frozen=True)
class Outcome:
    """What a directory answered to one request; win32 is the hex number at the start of its message."""

    code: int
    message: str

    @property
    def win32(self) -> str:
        """Eight digits, empty when there are none."""
        head = self.message[:8]
        return head if len(head) == 8 and all(sign in "0123456789ABCDEF" for sign in head) else ""

    @property
    def data(self) -> str:
        """The cause of a refused bind."""
        return self.message.partition("data ")[2].partition(",")[0]


def quoted(password: str) -> bytes:
    """As unicodePwd is sent."""
    return f'"{password}"'.encode("utf-16-le")


def replace(*values: Any) -> list[tuple[str, list[Any]]]:
    """One change of a modify."""
    return [(ldap3.MODIFY_REPLACE, list(values))]


def swap(old: Any, new: Any) -> list[tuple[str, list[Any]]]:
    """Compare and set."""
    return [(ldap3.MODIFY_DELETE, [old]), (ldap3.MODIFY_ADD, [new])]


@dataclass
class Lab:
    """One directory; what is made through it is removed at the end."""

    kind: Kind
    place: DirectoryPlace
    made: list[str] = field(default_factory=list)
    opened: list[Any] = field(default_factory=list)

    def connect(self, *, is_plain: bool = False, host: str | None = None, ca_file: str | None = None) -> Any:
        """An open connection that nobody is bound to."""
        place = self.place
        trust = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca_file or str(place.ca_file))
        server = ldap3.Server(
            host or place.host,
            place.plain_port if is_plain else place.port,
            use_ssl=not is_plain,
            tls=trust,
            get_info=ldap3.NONE,
            connect_timeout=5,
        )
        connection = ldap3.Connection(
            server,
            client_strategy=ldap3.SAFE_SYNC,
            authentication=ldap3.SIMPLE,
            user="nobody",
            password="nothing",
            auto_referrals=False,
            check_names=False,
            receive_timeout=10,
        )
        try:
            connection.open()
        except LDAPExceptionError:
            connection.socket.close()  # ldap3 leaves it open
            raise
        self.opened.append(connection)
        return connection

    def bind(self, name: str, password: str, *, connection: Any = None) -> Outcome:
        """What a bind is answered, on a new connection unless told."""
        connection = connection or self.connect()
        connection.user, connection.password = name, password
        return outcome(connection.bind())

    def bound(self, name: str, password: str) -> Any:
        """A connection of an account that can bind."""
        connection = self.connect()
        assert self.bind(name, password, connection=connection).code == 0
        return connection

    @cached_property
    def service(self) -> Any:
        """The delegated account's connection."""
        return self.bound(self.place.service, self.place.service_password)

    @cached_property
    def admin(self) -> Any:
        """An administrator's connection."""
        return self.bound(self.place.admin, self.place.admin_password)

    def dn(self, path: str) -> str:
        """A path below the domain, as a whole name."""
        return self.place.dn(path)

    def account(self, *, ou: str = LILAS, name: str | None = None, control: int = 512, **more: Any) -> str:
        """A new account with PASSWORD, made by the administrator; its name."""
        login = str(more.pop("sAMAccountName", unique()))
        dn = f"CN={escape_rdn(name or login)},{self.dn(ou)}"
        attributes: dict[str, Any] = {"sAMAccountName": login, "userAccountControl": control}
        attributes |= {"unicodePwd": quoted(PASSWORD), "userPrincipalName": f"{login}@widip.local"} | more
        return self.made_by(self.admin, dn, PERSON, {key: value for key, value in attributes.items() if value})

    def group(self, *members: str, ou: str = LILAS) -> str:
        """A new group, made by the administrator; its name."""
        name = unique()
        attributes: dict[str, Any] = {"sAMAccountName": name} | ({"member": list(members)} if members else {})
        return self.made_by(self.admin, f"CN={name},{self.dn(ou)}", ["top", "group"], attributes)

    def made_by(self, connection: Any, dn: str, classes: Sequence[str], attributes: Mapping[str, Any]) -> str:
        """A new object that must come to be."""
        made = outcome(connection.add(dn, list(classes), dict(attributes)))
        assert made.code == 0, made
        self.made.append(dn)
        return dn

    def login(self, dn: str) -> str:
        """The account's name for a bind."""
        return f"{self.place.netbios}\\{self.text(dn, 'sAMAccountName')}"

    def modify(self, dn: str, changes: Mapping[str, Any], *, by: Any = None, controls: Any = None) -> Outcome:
        """One modify request, of the service account unless told."""
        return outcome((by or self.service).modify(dn, dict(changes), controls=controls))

    def move(self, dn: str, ou: str, *, rdn: str | None = None, by: Any = None) -> Outcome:
        """One modify-DN request."""
        told = (by or self.service).modify_dn(dn, rdn or safe_rdn(dn)[0], new_superior=self.dn(ou))
        if outcome(told).code == 0:
            self.made.append(f"{rdn or safe_rdn(dn)[0]},{self.dn(ou)}")
        return outcome(told)

    def search(self, text: str, *attributes: str, base: str | None = None, by: Any = None, **more: Any) -> list[Any]:
        """The entries that a search finds."""
        found = (by or self.service).search(
            base or self.place.base_dn, text, attributes=list(attributes) or ["cn"], **more
        )
        assert found[1]["result"] == 0, found[1]
        return [entry for entry in found[2] if entry["type"] == "searchResEntry"]

    def logins(self, text: str, **more: Any) -> set[str]:
        """The logins of what a search finds."""
        return {first(entry, "sAMAccountName") for entry in self.search(text, "sAMAccountName", **more)}

    def read(self, dn: str, *attributes: str, by: Any = None) -> dict[str, list[bytes]]:
        """Raw values of one object."""
        found = self.search("(objectClass=*)", *attributes, base=dn, search_scope=ldap3.BASE, by=by)
        return dict(found[0]["raw_attributes"])

    def text(self, dn: str, attribute: str) -> str:
        """The first value, empty without one."""
        return b"".join(self.read(dn, attribute)[attribute][:1]).decode()

    def number(self, dn: str, attribute: str) -> int:
        """The first value, 0 without one."""
        return int(self.text(dn, attribute) or 0)

    def is_there(self, dn: str) -> bool:
        """Whether the object exists."""
        told = self.admin.search(dn, "(objectClass=*)", ldap3.BASE, attributes=["cn"])
        return bool(told[1]["result"] == 0)

    def close(self) -> None:
        """Remove what was made, hang up."""
        for dn in self.made:
            self.admin.delete(dn)
        for connection in self.opened:
            connection.unbind()


def outcome(told: Any) -> Outcome:
    """From what a SAFE_SYNC connection returns."""
    return Outcome(told[1]["result"], told[1]["message"] or "")


def first(entry: Any, attribute: str) -> str:
    """The first value of a found entry."""
    return b"".join(entry["raw_attributes"][attribute][:1]).decode()


def unique() -> str:
    """A login that no other test has."""
    return f"t{uuid.uuid4().hex[:12]}"
