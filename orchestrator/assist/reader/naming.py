"""The words of a name as a person: which is the first name, which the last, and what cannot be told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import ValidationError

from orchestrator.assist.plans import Person
from orchestrator.assist.reader.first_names import FIRST_NAMES, SURNAMES_TOO
from orchestrator.assist.reader.french import Word, fold, is_plain_latin
from orchestrator.assist.reader.lexicon import PRIVILEGED
from orchestrator.assist.reader.words import word_set

PARTICLES = word_set("de du des d le la les el al ben bel van von di da dos st saint sainte o abou ait")


def is_service_account(login: str) -> bool:
    """True for the names that accounts of machines and of administrators have."""
    return bool(
        re.search(
            r"^(?:svc|srv|adm|sa|service|admin|administrat\w{0,5}|root|krbtgt)[._-]|[._-](?:adm|admin|svc)$|^(?:admin|svc)\w",
            login,
        )
    )


def is_first_name(folded: str) -> bool:
    """True for a usual first name, double ones too."""
    return all(part in FIRST_NAMES for part in folded.split("-"))


def person_from_words(words: Sequence[Word], *, civility: bool) -> Person | None:
    """The words of a name as first and last name; None when a letter or the order of the words is in doubt."""
    if any(word.is_foreign or (len(word.text) < 2 and word.fold not in PARTICLES) for word in words):
        return None
    order = _order(words, civility=civility)
    if order is None or any(word.fold in PRIVILEGED or is_service_account(word.fold) for word in words):
        return None
    first, last = order
    return checked_person(firstname=" ".join(word.text for word in first), lastname=_join(last))


def _join(words: Sequence[Word]) -> str:
    joined = ""
    for at, word in enumerate(words):
        gap = "" if not at else ("'" if words[at - 1].fold in ("d", "l", "o") else " ")
        joined += gap + word.text
    return joined


def _order(words: Sequence[Word], *, civility: bool) -> tuple[Sequence[Word], Sequence[Word]] | None:
    upper = [word.text.isupper() and len(word.text) > 1 for word in words]
    particle = [word.fold in PARTICLES for word in words]
    if len(words) == 1:
        is_first = is_first_name(words[0].fold) and not civility
        return (words, ()) if is_first else ((), words)
    titled = [not up and not part for up, part in zip(upper, particle, strict=True)]
    if any(upper) and any(titled):
        if titled[0]:
            cut = next(at for at, is_title in enumerate(titled) if not is_title)
            return (words[:cut], words[cut:]) if not any(titled[cut:]) else None
        cut = next(at for at, is_title in enumerate(titled) if is_title)
        return (words[cut:], words[:cut]) if all(titled[cut:]) else None
    if particle[0]:
        return ((), words) if len(words) < 4 else None
    known = [is_first_name(word.fold) for word in words]
    if len(words) == 2 and all(known) and _is_doubtful(words[0].fold, words[1].fold, civility=civility):
        return None
    if known[0]:
        cut = 2 if len(words) > 2 and known[1] and not particle[2] else 1
        return words[:cut], words[cut:]
    if known[-1]:
        return None if words[-1].fold in SURNAMES_TOO and len(words) == 2 else (words[-1:], words[:-1])
    return (
        (words[:1], words[1:]) if words[0].is_capital and not any(upper) and (len(words) == 2 or particle[1]) else None
    )


def _is_doubtful(first: str, last: str, *, civility: bool) -> bool:
    """ "Martin Sophie" is the other way round; "Rose Marie" may be but a first name."""
    compound = first in ("jean", "marie", "anne", "rose") and not civility
    return compound or (first in SURNAMES_TOO and last not in SURNAMES_TOO)


def checked_person(*, firstname: str = "", lastname: str = "", login: str = "") -> Person | None:
    """A person with these parts; None when one has not the shape of a name or a login."""
    try:
        return Person(firstname=firstname or None, lastname=lastname or None, login=login or None)
    except ValidationError:
        return None


def build_person(firstname: str, lastname: str) -> Person | None:
    """The person of a form. None for letters in disguise and for names that only administrators have."""
    folded = f"{fold(firstname)} {fold(lastname)}".split()
    if any(word in PRIVILEGED or is_service_account(word) for word in folded):
        return None
    plain = all(is_plain_latin(word) for word in f"{firstname} {lastname}".split())
    return checked_person(firstname=firstname, lastname=lastname) if plain else None
