"""Names of people compared: accents, case, hyphens, apostrophes and the order of the names do not count. Pure."""

from __future__ import annotations

import re
import unicodedata

from orchestrator.assist.action import AccountFacts
from orchestrator.assist.plans import Person

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def fold_name(text: str) -> str:
    """Only its letters and digits, small and without accents: "D'Arcy-Élan" is darcyelan."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LIGATURES)
    return "".join(letter for letter in plain if letter.isalnum())


def has_name(account: AccountFacts, person: Person) -> bool:
    """True when everything that `person` gives fits the account; never for a person without any name.

    A first and a last name must be the whole name that the directory has. One alone must be a first or a last name
    there, never a part of one.
    """
    if not (person.login or person.firstname or person.lastname):
        return False
    if person.login and person.login.casefold() != account.samaccountname.casefold():
        return False
    first, last = fold_name(person.firstname or ""), fold_name(person.lastname or "")
    splits = _splits(account.display_name)
    if first and last:
        whole = fold_name(account.display_name)
        return whole in (first + last, last + first)
    if first:
        return any(first == known for known, _ in splits)
    return not last or any(last == known for _, known in splits)


def _splits(display_name: str) -> list[tuple[str, str]]:
    """What can be first and last name: said by a comma or by capitals, else wherever a word ends."""
    before, comma, after = display_name.partition(",")
    if comma:
        return [(fold_name(after), fold_name(before))]
    words = display_name.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    others = [word for word in words if word not in capitals]
    if capitals and others:
        return [(fold_name("".join(others)), fold_name("".join(capitals)))]
    folded = [fold_name(word) for word in words]
    return [("".join(folded[:cut]), "".join(folded[cut:])) for cut in range(1, len(folded))]


def to_ascii(text: str) -> str:
    """The letters of a name as a login has them: a to z only."""
    return re.sub(r"[^a-z]", "", fold_name(text))
