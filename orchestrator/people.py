"""One person in rows of any shape: by address, by the directory accounts that have it, and by their names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

GONE = "[effacé]"
_PERSONAL = {"mail", "email", "glpi_email", "recipient", "name", "display_name", "firstname", "lastname", "dn"} | {
    "samaccountname",
    "username",
}
_MIN_NAME_WORDS = 2
"""A single word is a service's name, or anybody's."""


@dataclass(frozen=True)
class Person:
    """By what a person goes. object_guids and names: those that our own rows tie to the address.

    A login alone finds nothing, unless it is a whole value: many are words of every day.
    """

    email: str
    object_guids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    logins: frozenset[str] = frozenset()

    def is_named_in(self, row: Any) -> bool:
        """Whether any text of a row, keys aside, names this person."""
        texts = list(_texts(row))
        if any(text.casefold() in self.logins for text in texts):
            return True
        return any(self._who.search(text) for text in (*texts, " ".join(texts)))

    def without(self, row: Any) -> Any:
        """The row with the person taken out of every text. A GUID stays: only the directory knows whose it is."""
        if isinstance(row, str):
            return GONE if row.casefold() in self.logins else self._words.sub(GONE, row)
        if isinstance(row, Mapping):
            described = self._is_described_by(row)
            return {
                key: GONE if described and key in _PERSONAL and isinstance(value, str) else self.without(value)
                for key, value in row.items()
            }
        if isinstance(row, list | tuple):
            return [self.without(value) for value in row]
        return row

    def hints(self) -> list[str]:
        """Lower-case ASCII, as the database keeps JSON: a row that names this person has one of these at least."""
        runs = (max(re.findall(r"[a-z0-9'-]+", name.lower()), key=len, default="") for name in self.names)
        logins = (login for login in self.logins if login.isascii())
        return sorted({self.email, *self.object_guids, *logins, *runs} - {""})

    def _is_described_by(self, row: Mapping[str, Any]) -> bool:
        guids = {str(row.get(key) or "").lower() for key in ("object_guid", "account_guid")}
        return bool(guids & self.object_guids) or self.email in _addresses(row) or _full_name(row) in self.names

    @cached_property
    def _words(self) -> re.Pattern[str]:
        """Longer addresses that end alike are others'."""
        address = rf"(?<![\w.+-]){re.escape(self.email)}(?![\w-]|\.\w)"
        return re.compile("|".join([address, *map(_pattern_of, sorted(self.names))]), re.IGNORECASE)

    @cached_property
    def _who(self) -> re.Pattern[str]:
        guids = map(re.escape, sorted(self.object_guids))
        return re.compile("|".join([self._words.pattern, *guids]), re.IGNORECASE)


def find_person(email: str, rows: Iterable[Any]) -> Person:
    """The person with an address, as these rows know it: who is described with it has a GUID, a name, a login."""
    email = email.lower()
    described = [each for row in rows for each in _objects(row) if email in _addresses(each)]
    names = {str(each.get(key) or "") for each in described for key in ("name", "display_name")}
    names |= {_full_name(each) for each in described}
    logins = {str(each.get(key) or "").casefold() for each in described for key in ("samaccountname", "username")}
    return Person(
        email=email,
        object_guids=frozenset(str(each["object_guid"]).lower() for each in described if each.get("object_guid")),
        names=frozenset(name for name in names if len(_words_of(name)) >= _MIN_NAME_WORDS and "@" not in name),
        logins=frozenset(logins - {""}),
    )


def _addresses(described: Mapping[str, Any]) -> set[str]:
    return {str(described.get(key) or "").lower() for key in ("mail", "email", "glpi_email", "recipient")}


def _full_name(described: Mapping[str, Any]) -> str:
    return " ".join(str(described.get(key) or "") for key in ("firstname", "lastname")).strip()


def _objects(row: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(row, Mapping):
        yield row
        row = list(row.values())
    if isinstance(row, list | tuple):
        for value in row:
            yield from _objects(value)


def _texts(row: Any) -> Iterator[str]:
    if isinstance(row, str):
        yield row
    elif isinstance(row, Mapping):
        for value in row.values():
            yield from _texts(value)
    elif isinstance(row, list | tuple):
        for value in row:
            yield from _texts(value)


def _words_of(name: str) -> list[str]:
    return re.findall(r"[\w'’-]+", name.lower())


def _pattern_of(name: str) -> str:
    """The words of a name in either order: DURAND Paul signs as Paul Durand."""
    words = [re.escape(word) for word in _words_of(name)]
    gap = r"[^\w@]{1,3}"
    orders = {gap.join(order) for order in (words, words[::-1], [*words[1:], words[0]], [words[-1], *words[:-1]])}
    return rf"(?<!\w)(?:{'|'.join(sorted(orders))})(?!\w)"
