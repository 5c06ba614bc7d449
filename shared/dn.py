"""Distinguished names: taken apart once, compared part by part and without case, never as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ldap3.utils.dn import escape_rdn

from shared.errors import InvalidInput

Rdn = tuple[tuple[str, str], ...]
Dn = tuple[Rdn, ...]

_ESCAPED = re.compile(r"\\([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_TYPE = re.compile(r"^[A-Za-z][A-Za-z0-9-]*$|^\d+(\.\d+)+$")


@lru_cache(maxsize=4096)
def parse_dn(text: str) -> Dn:
    """The parts of a distinguished name, innermost first, folded for comparison. Raises InvalidInput."""
    return tuple(tuple(sorted(_pair(pair) for pair in _split(rdn, "+"))) for rdn in _split(text, ","))


def is_at_or_below(dn: str, base: str) -> bool:
    """True for the base itself and what is in it, at any depth."""
    inner, outer = parse_dn(dn), parse_dn(base)
    return inner[-len(outer) :] == outer


def is_same(one: str, other: str) -> bool:
    """True when both name one thing."""
    return parse_dn(one) == parse_dn(other)


def parent_of(dn: str) -> str:
    """What the thing is in, as written."""
    return ",".join(list(_split(dn, ","))[1:])


def rdn_of(dn: str) -> str:
    """The innermost part, as written."""
    return next(iter(_split(dn, ",")))


def name_of(dn: str) -> str:
    """The value of the innermost part, for people."""
    return _unescape(rdn_of(dn).partition("=")[2])


def build_dn(name: str, parent: str) -> str:
    """The name of an account called `name` in `parent`."""
    return f"CN={escape_rdn(name)},{parent}"


def domain_of(dn: str) -> str:
    """`widip.example` of `…,DC=widip,DC=example`, in lower case."""
    return ".".join(value for rdn in parse_dn(dn) for kind, value in rdn if kind == "dc")


def domain_dn_of(dn: str) -> str:
    """The head of the domain: `DC=widip,DC=example`."""
    return ",".join(part for part in _split(dn, ",") if part.strip().casefold().startswith("dc="))


def _split(text: str, separator: str) -> Iterator[str]:
    """At each separator that is not escaped."""
    start = position = 0
    while position < len(text):
        if text[position] == "\\":
            position += 2
            continue
        if text[position] == separator:
            yield text[start:position]
            start = position + 1
        position += 1
    yield text[start:]


def _pair(text: str) -> tuple[str, str]:
    kind, equals, value = text.partition("=")
    kind = kind.strip()
    if not equals or not _TYPE.match(kind) or not value.strip():
        raise InvalidInput("this is no distinguished name; it looks like OU=Lilas,OU=Clients,DC=example,DC=com")
    return kind.lower(), _fold(_unescape(value))


def _fold(value: str) -> str:
    """Without case, one character for one: what only looks alike (ß and ss, the Kelvin sign and k) stays apart.

    Where the directory itself sees one name and we see two, the caller is refused: the safe side.
    """
    return "".join(low if (low := sign.lower()).upper() == sign else sign for sign in value)


def _unescape(value: str) -> str:
    bare = value.strip(" ")
    if bare.endswith("\\") and not bare.endswith("\\\\") and value.endswith(" "):
        bare += " "  # an escaped blank at the end belongs to the value
    if re.search(r'(?<!\\)["<>;]', bare) or bare.startswith("#") or re.search(r"(?<!\\)(\\\\)*\\$", bare):
        raise InvalidInput("this distinguished name is not written as Active Directory does")
    encoded = _ESCAPED.sub(lambda match: _byte(match[1]) if match[1] else match[2], bare)
    try:
        return encoded.encode("utf-8", "surrogateescape").decode()
    except UnicodeDecodeError:
        raise InvalidInput("this distinguished name holds bytes that are no UTF-8") from None


def _byte(digits: str) -> str:
    """One byte of UTF-8, or half a character that the caller puts together."""
    return bytes([int(digits, 16)]).decode("utf-8", "surrogateescape")
