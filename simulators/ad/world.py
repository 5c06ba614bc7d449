"""directory.toml, read: what the simulator and the Samba of the tests are filled with."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("directory.toml")
PASSWORD = "Bienvenue-2026!"  # noqa: S105 - opens invented accounts
ADMIN_PASSWORD = "Administre-2026!"  # noqa: S105


@dataclass(frozen=True)
class Account:
    """One person, or a service."""

    login: str
    ou: str
    first: str
    last: str
    name: str = ""
    mail: str = ""
    title: str = ""
    phone: str = ""
    password: str = PASSWORD
    disabled: bool = False
    locked: bool = False
    must_change: bool = False
    never_expires: bool = False
    expired: bool = False
    protected: bool = False
    service: bool = False

    @property
    def display_name(self) -> str:
        """First name, last name."""
        return f"{self.first} {self.last}"

    @property
    def common_name(self) -> str:
        """The name that its object has."""
        return self.name or self.display_name


@dataclass(frozen=True)
class Group:
    """One group; members are logins or names of groups."""

    name: str
    ou: str
    members: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class World:
    """Everything; `ous` holds paths below the domain with whether they are delegated."""

    dns_name: str
    netbios: str
    sid: str
    policy: dict[str, int]
    ous: dict[str, bool]
    accounts: tuple[Account, ...]
    groups: tuple[Group, ...]
    memberships: dict[str, list[str]] = field(default_factory=dict)

    @property
    def service(self) -> Account:
        """The account that our server binds with."""
        return next(account for account in self.accounts if account.service)


def load_world() -> World:
    """A fresh copy each time."""
    read: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return World(
        dns_name=read["dns_name"],
        netbios=read["netbios"],
        sid=read["sid"],
        policy={name: int(value) for name, value in read["policy"].items()},
        ous={ou["path"]: ou.get("delegated", False) for ou in read["ous"]},
        accounts=tuple(Account(**account) for account in read["accounts"]),
        groups=tuple(
            Group(g["name"], g["ou"], tuple(g.get("members", ())), tuple(g.get("member_of", ())))
            for g in read["groups"]
        ),
        memberships={link["group"]: link["members"] for link in read.get("memberships", ())},
    )
