"""How each version keeps text, and what it hands back (sheet, sections 3 and 11)."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Version = Literal["9.5", "10.0", "11.0"]

_DECODED = {"&#60;": "<", "&lt;": "<", "&#62;": ">", "&gt;": ">", "&#38;": "&"}
_ENTITY = re.compile("|".join(_DECODED))
_RAW = re.compile(r"[<>]|&(?!#?[a-z0-9]+;)", re.IGNORECASE)


def is_taken_for_encoded(text: str) -> bool:
    """The guess of version 10: no raw special character, and one of the entities it writes itself."""
    return _RAW.search(text) is None and _ENTITY.search(text) is not None


def to_stored(version: Version, text: str) -> str:
    """The text as the database column holds it."""
    if version == "11.0":
        return text
    if version == "9.5":
        return text.replace("<", "&lt;").replace(">", "&gt;")
    if is_taken_for_encoded(text):
        return text
    return text.replace("&", "&#38;").replace("<", "&#60;").replace(">", "&#62;")


def to_real(version: Version, stored: str) -> str:
    """The text a person reads, from the column."""
    if version == "11.0":
        return stored
    if version == "9.5":
        return stored.replace("&lt;", "<").replace("&gt;", ">")
    return _ENTITY.sub(lambda found: _DECODED[found[0]], stored) if is_taken_for_encoded(stored) else stored


def folded(text: object) -> str:
    """As the database compares: neither case nor accents count."""
    spread = unicodedata.normalize("NFKD", str(text))
    return "".join(char for char in spread if not unicodedata.combining(char)).casefold()


def is_found(needle: str, text: object) -> bool:
    """The `contains` of GLPI: anywhere, unless anchored by ^ or $."""
    wanted, held = folded(needle), folded(text)
    at_start, at_end = wanted.startswith("^"), wanted.endswith("$")
    wanted = wanted[at_start : len(wanted) - at_end]
    if at_start and at_end:
        return held == wanted
    if at_start:
        return held.startswith(wanted)
    return held.endswith(wanted) if at_end else wanted in held


def is_address(text: str) -> bool:
    """One plain e-mail address."""
    return re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+", text) is not None
