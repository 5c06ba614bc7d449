"""Distinguished names (RFC 4514) as Active Directory reads and writes them: one attribute a level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

Rdn = tuple[str, str]
RdnKey = tuple[str, str]

_ESCAPED = re.compile(r'[,+"\\<>;=]')
_HEX = re.compile(r"[0-9a-fA-F]{2}")


class BadNameError(Exception):
    """Text that is no distinguished name."""


def split_dn(text: str) -> list[Rdn]:
    """The levels of a name, deepest first. Raises BadNameError."""
    levels: list[Rdn] = []
    for part in _split(text, ","):
        name, sign, value = part.partition("=")
        if not sign or not name.strip():
            raise BadNameError(text)
        levels.append((name.strip(), _unescape(value)))
    return levels


def split_rdn(text: str) -> Rdn:
    """One level. Raises BadNameError."""
    levels = split_dn(text)
    if len(levels) != 1:
        raise BadNameError(text)
    return levels[0]


def _split(text: str, sign: str) -> list[str]:
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == sign:
            parts.append(text[start:at])
            start = at + 1
        at += 1
    return [*parts, text[start:]] if text.strip() else []


def _unescape(text: str) -> str:
    """`\\,` and `\\2C` alike; the pairs are bytes of UTF-8. Spaces around the value do not count, escaped ones do."""
    out, at, kept = bytearray(), 0, 0
    text = text.lstrip(" ")
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text):
            pair = text[at + 1 : at + 3]
            is_hex = _HEX.fullmatch(pair) is not None
            out += bytes.fromhex(pair) if is_hex else text[at + 1].encode()
            at += 3 if is_hex else 2
            kept = len(out)
        else:
            out += text[at].encode()
            at += 1
    body = bytes(out[:kept]) + bytes(out[kept:]).rstrip(b" ")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadNameError(text) from error


def join_rdn(rdn: Rdn) -> str:
    """One level as text, escaped."""
    value = _ESCAPED.sub(lambda found: f"\\{found[0]}", rdn[1]).replace("\0", "\\00").replace("\n", "\\0A")
    if value.startswith((" ", "#")):
        value = f"\\{value}"
    if value.endswith(" ") and not value.endswith("\\ "):
        value = f"{value[:-1]}\\ "
    return f"{rdn[0]}={value}"


def join_dn(levels: Sequence[Rdn]) -> str:
    """A name as text, escaped."""
    return ",".join(map(join_rdn, levels))


def rdn_key(rdn: Rdn) -> RdnKey:
    """Equal for names that are the same to the directory: case does not count."""
    return rdn[0].casefold(), rdn[1].casefold()


@lru_cache(maxsize=4096)
def dn_key(text: str) -> tuple[RdnKey, ...]:
    """As rdn_key, of a whole name. Raises BadNameError."""
    return tuple(map(rdn_key, split_dn(text)))
