"""sites.toml: the one registry of sites. An event whose site is not in it is never guessed."""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from shared.dn import is_at_or_below, parse_dn
from shared.errors import InvalidInput
from shared.settings import EMAIL
from shared.toml_lines import line_of


class Role(StrEnum):
    """What a device is for on its site."""

    EDGE = "edge"
    SWITCH = "switch"
    AP = "ap"
    SERVER = "server"
    UPS = "ups"
    ISP_CPE = "isp_cpe"


class Party(StrEnum):
    """Who owns a thing, or answers for an outage."""

    WIDIP = "WIDIP"
    FAI = "FAI"
    CLIENT = "CLIENT"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Device(_Entry):
    """A monitored device: by Observium's id, or by a host name pattern (`lilas-ap*`).

    wan_ports and backup_ports are port labels; backup is a way in that does not pass by the first line. parent_port is
    the label of the port of `parent` that it hangs on.
    """

    id: int | None = Field(default=None, ge=1)
    hostname: str = Field(min_length=1)
    role: Role
    owner: Party
    parent: str | None = None
    parent_port: str | None = None
    wan_ports: tuple[str, ...] = ()
    backup_ports: tuple[str, ...] = ()


AccountPlan = Literal["password_reset", "unlock", "create_account", "disable", "enable", "move"]
"""What autonomy is told for."""

LoginRule = Literal["pnom", "prenom.nom", "p.nom", "nomp"]
"""How a login is made of Paul Le Goff: plegoff, paul.legoff, p.legoff, legoffp."""


class Isp(_Entry):
    """The operator and the line. An operator is never written to by this system."""

    name: str
    circuit: str


class Person(_Entry):
    """Someone on the site."""

    name: str
    email: str = Field(pattern=EMAIL)


class Site(_Entry):
    """One establishment.

    account_news: who gets news and secret links of accounts; technician: who that is, with an account in the directory.
    new_account_ou: where new accounts are made, when it is not the only one of ad_ous.
    """

    code: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{1,31}$")
    name: str
    glpi_entity_id: int = Field(ge=0)
    ad_ous: tuple[str, ...] = ()
    mail_domain: str | None = None
    isp: Isp | None = None
    contacts: tuple[Person, ...] = ()
    referents: tuple[Person, ...] = ()
    shared_mailboxes: tuple[str, ...] = ()
    account_news: Literal["own_mailbox", "referent", "technician"] = "technician"
    technician: Person | None = None
    login_rule: LoginRule | None = None
    new_account_ou: str | None = None
    autonomy: dict[AccountPlan, Literal["off", "suggest", "on"]] = Field(default_factory=dict)
    device: tuple[Device, ...] = ()

    @field_validator("ad_ous")
    @classmethod
    def _check_ous(cls, ous: tuple[str, ...]) -> tuple[str, ...]:
        for ou in ous:
            _check_dn(ou)
        return ous

    @field_validator("new_account_ou")
    @classmethod
    def _check_place(cls, ou: str | None, known: ValidationInfo) -> str | None:
        bases = known.data.get("ad_ous")
        if ou is not None and bases is not None:  # where ad_ous is wrong itself, that is what is told
            _check_dn(ou)
            if not any(is_at_or_below(ou, base) for base in bases):
                raise ValueError("not in one of ad_ous")
        return ou

    def find_device(self, device_id: int, hostname: str) -> Device | None:
        """The entry of a device: its id first, then the pattern that fits its name."""
        by_id = [d for d in self.device if d.id == device_id]
        by_name = [d for d in self.device if d.id is None and _fits(hostname, d.hostname)]
        return next(iter(by_id or by_name), None)

    def has_device(self, hostname: str) -> bool:
        """True when an entry bears this name, or its pattern fits it."""
        return any(_fits(hostname, device.hostname) for device in self.device)


class Sites:
    """All sites."""

    def __init__(self, sites: tuple[Site, ...]) -> None:
        self._sites = sites
        self._by_code = {site.code: site for site in sites}
        self._by_id = {device.id: (site, device) for site in sites for device in site.device if device.id}
        self._edges = {
            (site.code, device.id): site for site in sites for device in site.device if device.role is Role.EDGE
        }
        self.isps = frozenset(site.isp.name for site in sites if site.isp)
        self._with_patterns = [site for site in sites if any(device.id is None for device in site.device)]

    def __iter__(self) -> Iterator[Site]:
        """Each site."""
        return iter(self._sites)

    def find_site(self, device_id: int, hostname: str) -> tuple[Site, Device] | None:
        """The site of a device; None when no site, or more than one, claims it."""
        found = {site.code: (site, device) for site in self._with_patterns if (device := site.find_device(0, hostname))}
        if by_id := self._by_id.get(device_id):
            found[by_id[0].code] = by_id
        return next(iter(found.values())) if len(found) == 1 else None

    def with_edge(self, code: str, device_id: int) -> Site | None:
        """The site with this code, if the device is its way out."""
        return self._edges.get((code, device_id))

    def by_code(self, code: str) -> Site | None:
        """The site with this code."""
        return self._by_code.get(code)


def _check_dn(text: str) -> None:
    try:
        parse_dn(text)
    except InvalidInput as error:
        raise ValueError(str(error)) from None


def _fits(hostname: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(hostname.casefold(), pattern.casefold())


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    site: tuple[Site, ...] = Field(min_length=1)


def load_sites(path: Path) -> Sites:
    """Read and check the registry. Raises InvalidInput listing every fault as `file:line: reason`."""
    try:
        text = path.read_text(encoding="utf-8")
        parsed = _File.model_validate(tomllib.loads(text))
    except FileNotFoundError:
        raise InvalidInput(f"{path}: the sites file does not exist (SITES_FILE)") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path}: {error}") from None
    except ValidationError as error:
        # With every site at fault pydantic counts none, and says so too.
        found = [e for e in error.errors() if e["type"] != "too_short" or error.error_count() == 1]
        faults = [f"{path}:{line_of(text, e['loc'])}: {_named(e['loc'])}: {e['msg']}" for e in found]
        raise InvalidInput("\n".join(faults)) from None
    faults = [f"{path}:{line}: {reason}" for line, reason in _doubles(text, parsed.site)]
    if faults:
        raise InvalidInput("\n".join(faults))
    return Sites(parsed.site)


def _named(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc)


def _doubles(text: str, sites: tuple[Site, ...]) -> list[tuple[int, str]]:
    faults: list[tuple[int, str]] = []
    seen_codes: dict[str, int] = {}
    seen_devices: dict[int, str] = {}
    for n, site in enumerate(sites):
        if site.code in seen_codes:
            faults.append((line_of(text, ("site", n, "code")), f"site {site.code} is there twice"))
        seen_codes[site.code] = n
        for m, device in enumerate(site.device):
            other = seen_devices.get(device.id or 0)
            if device.id and other:
                where = line_of(text, ("site", n, "device", m, "id"))
                faults.append((where, f"device {device.id} is on {other} and on {site.code}"))
            seen_devices[device.id or 0] = site.code
            if device.parent and not any(d.hostname == device.parent for d in site.device):
                where = line_of(text, ("site", n, "device", m, "parent"))
                faults.append((where, f"parent {device.parent} is no device of {site.code}"))
    return faults
