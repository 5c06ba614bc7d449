"""The site, the equipment and the person that a message names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from desk.analysis.text import simplify, word_set, words_of

_KINDS = word_set(
    """
    ehpad residence clinique maison retraite foyer mas fam esat ime mecs usld ssr smr hopital centre association
    fondation de des du la le les l d et a au aux site etablissement
    """
)
_ARTICLES = frozenset({"les", "la", "le", "l", "des", "du"})
_SHORTEST_NAME = 5  # with the blanks around it

_CODE = re.compile(r"\b[A-Z]{2,6}(?:[-_][A-Z0-9]{1,6}){0,2}[-_]?\d{1,4}\b")
_BRANDS = re.compile(
    r"\b(hp|ricoh|canon|brother|epson|kyocera|xerox|zebra|dell|lenovo|asus|cisco|yealink|ascom|samsung|alcatel|lexmark|konica)\b"
)
_PERSON = re.compile(r"\b(?:M\.|Mr|Mme|Mlle|Dr|Docteur|Monsieur|Madame)\s+[^\W\d_]{2,}")
MAX_CODE = 24


@dataclass(frozen=True, slots=True)
class _Site:
    """A site as its people may call it. own: the words that no other kind of house has; forms: what to look for."""

    name: str
    own: str
    forms: tuple[str, ...]


def find_site(message: str, sites: Sequence[str]) -> str | None:
    """The one site whose name the message has, whole or by its own words; None when it names none or several.

    When one name holds another (`Les Lilas`, `Les Lilas 2`), the longer one is meant.
    """
    said = f" {' '.join(words_of(simplify(message)))} "
    found = [site for site in _read_sites(tuple(sites)) if any(form in said for form in site.forms)]
    longest = [site for site in found if not any(site.own != other.own and site.own in other.own for other in found)]
    return longest[0].name if len(longest) == 1 else None


@lru_cache(maxsize=8)
def _read_sites(sites: tuple[str, ...]) -> tuple[_Site, ...]:
    return tuple(read for site in sites if (read := _read_site(site)))


def _read_site(name: str) -> _Site | None:
    words = words_of(simplify(name))
    own = [word for word in words if word not in _KINDS]
    if not own:
        return None
    before = words.index(own[0]) - 1
    article = [words[before]] if before >= 0 and words[before] in _ARTICLES else []
    forms = (_between_blanks(words), _between_blanks([*article, *own]))
    return _Site(name, _between_blanks(own), tuple(form for form in forms if len(form) > _SHORTEST_NAME))


def _between_blanks(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def find_equipment_code(message: str) -> str | None:
    """An inventory code such as PC-LIL-014, or None."""
    found = _CODE.search(message)
    return found.group()[:MAX_CODE] if found and ("-" in found.group() or "_" in found.group()) else None


def find_brand(simple: str) -> str | None:
    """The maker that a simplified text names."""
    found = _BRANDS.search(simple)
    if found is None:
        return None
    brand = found.group()
    return brand.upper() if len(brand) <= 2 else brand.capitalize()


def names_person(message: str) -> bool:
    """Whether the message names somebody with a title, such as `Mme Vasseur`."""
    return _PERSON.search(message) is not None
