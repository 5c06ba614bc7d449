"""The part of Active Directory's schema that is imitated: attributes with their syntax, object classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WrittenBy = Literal["clients", "directory"]
Syntax = Literal["text", "number", "dn", "octets", "time", "oid"]


@dataclass(frozen=True)
class Attribute:
    """One attribute; `longest` is rangeUpper in characters; `written_by` says who may ever write it."""

    name: str
    syntax: Syntax = "text"
    is_single: bool = True
    longest: int | None = None
    written_by: WrittenBy = "clients"
    is_constructed: bool = False


_TEXTS = (
    "cn:64 name:255 displayName:256 givenName:64 sn:64 initials:6 mail:256 userPrincipalName:1024 sAMAccountName:256 "
    "telephoneNumber:64 mobile:64 homePhone:64 pager:64 facsimileTelephoneNumber:64 ipPhone:64 title:128 department:64 "
    "company:64 division:256 physicalDeliveryOfficeName:128 streetAddress:1024 l:128 st:128 postalCode:40 c:3 co:128 "
    "employeeID:16 employeeNumber:512 employeeType:256 info:1024 scriptPath:0 profilePath:0 homeDirectory:0 "
    "homeDrive:0 userWorkstations:1024 comment:0 wWWHomePage:2048 personalTitle:64 gidNumber:0 uidNumber:0 ou:64 "
    "dNSHostName:2048"
)
_TEXT_LISTS = (
    "description:1024 proxyAddresses:1123 otherTelephone:64 otherMobile:64 otherMailbox:0 url:0 servicePrincipalName:0 "
    "postalAddress:4096 msDS-AllowedToDelegateTo:0 altSecurityIdentities:0 uid:256 dc:255"
)
_NUMBERS = (
    "userAccountControl pwdLastSet lockoutTime accountExpires adminCount primaryGroupID groupType codePage countryCode "
    "minPwdLength pwdProperties pwdHistoryLength lockoutThreshold lockoutDuration "
    "lockOutObservationWindow maxPwdAge minPwdAge msDS-SupportedEncryptionTypes"
)
_NUMBERS_KEPT_BY_US = (
    "badPwdCount badPasswordTime lastLogon lastLogoff lastLogonTimestamp logonCount sAMAccountType uSNCreated "
    "uSNChanged instanceType systemFlags"
)


def _attributes() -> list[Attribute]:
    kept: WrittenBy = "directory"
    found = [Attribute(name, longest=int(size) or None) for name, size in _sized(_TEXTS)]
    found += [Attribute(name, is_single=False, longest=int(size) or None) for name, size in _sized(_TEXT_LISTS)]
    found += [Attribute(name, "number") for name in _NUMBERS.split()]
    found += [Attribute(name, "number", written_by="directory") for name in _NUMBERS_KEPT_BY_US.split()]
    found += [Attribute(name, "time", written_by="directory") for name in ("whenCreated", "whenChanged")]
    found += [Attribute(name, "octets", written_by="directory") for name in ("objectGUID", "objectSid")]
    found += [Attribute(name, "octets") for name in ("unicodePwd", "thumbnailPhoto", "logonHours")]
    found += [Attribute("sIDHistory", "octets", is_single=False), Attribute("nTSecurityDescriptor", "octets")]
    found += [Attribute("objectClass", "oid", is_single=False), Attribute("objectCategory", "dn")]
    found += [Attribute("distinguishedName", "dn", written_by=kept), Attribute("member", "dn", is_single=False)]
    found += [Attribute("memberOf", "dn", is_single=False, written_by=kept), Attribute("manager", "dn")]
    computed: list[tuple[str, Syntax, bool]] = [
        ("msDS-User-Account-Control-Computed", "number", True),
        ("msDS-UserPasswordExpiryTimeComputed", "number", True),
        ("primaryGroupToken", "number", True),
        ("tokenGroups", "octets", False),
        ("canonicalName", "text", False),
        ("allowedAttributesEffective", "oid", False),
        ("allowedChildClassesEffective", "oid", False),
        ("createTimeStamp", "time", True),
        ("modifyTimeStamp", "time", True),
    ]
    return found + [
        Attribute(name, syntax, single, written_by="directory", is_constructed=True)
        for name, syntax, single in computed
    ]


def _sized(table: str) -> list[tuple[str, str]]:
    return [(name, size) for name, _sign, size in (entry.rpartition(":") for entry in table.split())]


ATTRIBUTES = {attribute.name.lower(): attribute for attribute in _attributes()}


def find_attribute(name: str) -> Attribute | None:
    """By its name in any case; options (`;range=…`) do not count."""
    return ATTRIBUTES.get(name.partition(";")[0].lower())


@dataclass(frozen=True)
class ObjectClass:
    """One structural class: its chain, the attribute of its RDN, the name of its objectCategory."""

    chain: tuple[str, ...]
    rdn: str
    category: str
    kind: int = 0
    """sAMAccountType of what can be a member."""


PERSON = ("top", "person", "organizationalPerson", "user")
CLASSES = {
    "user": ObjectClass(PERSON, "CN", "Person", 0x30000000),
    "computer": ObjectClass((*PERSON, "computer"), "CN", "Computer", 0x30000001),
    "group": ObjectClass(("top", "group"), "CN", "Group", 0x10000000),
    "organizationalunit": ObjectClass(("top", "organizationalUnit"), "OU", "Organizational-Unit"),
    "container": ObjectClass(("top", "container"), "CN", "Container"),
    "contact": ObjectClass(("top", "person", "organizationalPerson", "contact"), "CN", "Person"),
    "domaindns": ObjectClass(("top", "domain", "domainDNS"), "DC", "Domain-DNS"),
}
CATEGORIES = {"person": "Person"} | {name: entry.category for name, entry in CLASSES.items()}


def find_class(names: list[str]) -> ObjectClass | None:
    """The most special of the named classes."""
    known = [CLASSES[name.lower()] for name in names if name.lower() in CLASSES]
    return max(known, key=lambda entry: len(entry.chain), default=None)
