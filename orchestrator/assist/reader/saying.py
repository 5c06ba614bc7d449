"""How a clause says what it says: as a wish, a condition, a denial, or as done."""

from __future__ import annotations

import re
from itertools import pairwise

from orchestrator.assist.reader.clauses import Clause, Item

_PARTICIPLE = re.compile(r"(?:e|ee|es|ees|u|us|ue|ed)$")
_WHEN = frozenset({"si", "quand", "lorsque", "lorsqu"})
_SUBJECTS = frozenset({"il", "elle", "ils", "elles", "on", "jamais"})
INFINITIVE = re.compile(r"(?:er|ez|ir|re)$")


def same_stretch(before: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items since the last comma."""
    commas = [at for at, item in enumerate(before) if item.fold == ","]
    return before[commas[-1] + 1 :] if commas else before


def is_condition(before: tuple[Item, ...]) -> bool:
    """True after a "si" or "quand" that is not a polite one."""
    before = same_stretch(before)
    for at, item in enumerate(before):
        if item.tag == "IF" and not any(other.tag in ("ASK",) or other.fold == "vous" for other in before[at : at + 4]):
            return True
    return False


def is_bound(rest: tuple[Item, ...]) -> bool:
    """ "… si elle ne revient pas", "… quand il sera parti": an order for another day, if ever."""
    return any(one.fold in _WHEN and two.fold in _SUBJECTS for one, two in pairwise(rest))


def is_denied(items: tuple[Item, ...], at: int) -> bool:
    """True for what is said not to be wanted. "Toujours pas débloqué" is wanted all the same."""
    near = items[max(0, at - 6) : at]
    stretch = same_stretch(items[:at])
    if any(item.tag in ("ASK", "NEED") for item in stretch):  # a wish of its own, after the comma
        near = tuple(item for item in near if item in stretch)
    if items[at - 1 : at] and items[at - 1].fold == "plus" and any(item.fold in ("ne", "n") for item in near):
        return True
    if any(item.tag in ("CANT",) for item in near):
        return items[at].tag not in ("UNLOCK", "RESET")
    if any(item.fold in ("pas", "jamais", "surtout pas") for item in items[at + 1 : at + 2]):  # "ne désactivez pas"
        return True
    if any(item.fold in ("ne", "n") for item in items[max(0, at - 1) : at]):
        return True
    denied = any(item.tag == "NOT" for item in near)
    still = any(item.fold in ("toujours", "encore") for item in near)
    return denied and not (still and items[at].tag == "UNLOCK")


def is_done(items: tuple[Item, ...], at: int) -> bool:
    """True for a participle with its auxiliary: a fact. An infinitive typed as a participle is an order."""
    word = items[at].fold.split()[-1]
    near = [item for item in items[max(0, at - 2) : at]]
    helpers = [item for item in near if item.tag == "AUX" and item.text not in ("à", "À")]
    modal = any(
        item.fold in ("doit", "peut", "pourrait", "devrait", "doivent", "puisse") or item.tag in ("ASK", "NEED")
        for item in items[max(0, at - 4) : at]
    )
    if INFINITIVE.search(word):
        return any(item.fold in ("ete", "avez", "ont") for item in helpers)
    if not _PARTICIPLE.search(word):
        return False
    if helpers and not (modal and all(item.fold in ("etre", "a") for item in helpers)):
        return True
    return bool(near) and near[-1].tag in ("ACCOUNT", "SECRET") and not modal


def asks_before(clause: Clause, at: int) -> bool:
    """True when a wish comes before: "pouvez-vous", "merci de"."""
    return any(item.tag == "ASK" for item in clause.items[:at])
