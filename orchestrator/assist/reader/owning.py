"""An owner as a clause says one: the author, somebody by name, "his", or somebody without a name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.assist.reader.bystanders import is_told
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.words import word_set

_JOINING = frozenset({"OF", "FOR", "JOB", ",", "ART", "STAFF", "PLACE", "MY", "OUR"})
_PLURALS = word_set("comptes mots acces sessions ceux celles accounts passwords creations mdps")


class Kind(StrEnum):
    """How an owner is said."""

    AUTHOR = "author"
    NAMED = "named"
    THIRD = "third"
    SOMEBODY = "somebody"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose account it is. THIRD: "son compte". SOMEBODY: a person or place without a name. NAMED has an item."""

    kind: Kind
    item: Item | None = None


def says_several(item: Item) -> bool:
    """True for "comptes", "mots de passe"."""
    return bool(set(item.fold.split()) & _PLURALS)


def is_plural(clause: Clause) -> bool:
    """Several accounts are spoken of."""
    accounts = [item for item in clause.items if item.tag in ("ACCOUNT", "SECRET")]
    one_has_several = any(item.fold == "acces" for item in accounts) and not any(
        item.fold == "leurs" for item in clause.items
    )
    return not one_has_several and any(says_several(item) for item in accounts)


def third_of(items: tuple[Item, ...]) -> Owner:
    """ "Son compte" is that of somebody spoken of before, unless the clause has its own somebody: "ma collègue"."""
    if any(item.tag == "NAME" and is_told(items, at) for at, item in enumerate(items)):
        return Owner(Kind.THIRD)
    for at, item in enumerate(items):
        if item.tag in ("STAFF", "JOB") and not any(other.tag == "NAME" for other in items[max(0, at - 4) : at + 4]):
            before = items[at - 1].fold if at else ""
            return Owner(Kind.THIRD if before in ("cette", "cet", "ce") else Kind.SOMEBODY)
        if (
            item.tag == "STAFF"
            and at
            and items[at - 1].tag in ("MY", "OUR", "POSS3")
            and items[at + 1 : at + 2]
            and items[at + 1].tag != "NAME"
        ):
            return Owner(Kind.SOMEBODY)
    return Owner(Kind.THIRD)


def coordinated(items: tuple[Item, ...], first: int, *, plural: bool) -> list[Owner]:
    """ "de A et de B": both. "de A ou de B": nobody that can be told. "de A et prévenir B": A."""
    rest = items[first + 1 : first + 8]
    either = next((at for at, item in enumerate(rest) if item.fold == "ou"), None)
    if either is not None and any(item.tag == "NAME" for item in rest[either:]):
        return [Owner(Kind.SOMEBODY)]
    owners = [Owner(Kind.NAMED, items[first])]
    joined = False
    for item in items[first + 1 :]:
        if item.tag == "NAME":
            if not joined:
                break
            owners.append(Owner(Kind.NAMED, item))
            joined = False
        elif item.tag == "AND" or (plural and item.tag == ","):
            joined = True
        elif (item.tag == "PLACE" and joined) or item.tag not in _JOINING:
            break
    return owners
