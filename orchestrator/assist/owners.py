"""Whose account a clause speaks of. What is not attached to the account by the grammar is nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.assist.bystanders import is_beside, is_called, is_kin
from orchestrator.assist.clauses import Clause, Item
from orchestrator.assist.words import word_set

_SKIPPED = frozenset({"AD", "JOB", "ART", "w", "STAFF", "LOCKED"})
_STATES = ("FORGOT", "LOCKED", "CANT", "EXPIRED", "REFUSED")
_OTHER_SUBJECTS = frozenset({"que", "qu", "qui", "il", "ils", "on", "c", "ca", "cela"})
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


def find_owners(clause: Clause) -> list[Owner]:
    """The owners that a clause attaches to what it speaks of, in order; empty when it attaches none."""
    owners: list[Owner] = []
    for at, item in enumerate(clause.items):
        if item.tag in ("SECRET", "ACCOUNT", "CELUI"):
            owners += [owner for owner in _of_object(clause.items, at) if owner not in owners]
    named = [owner for owner in owners if owner.kind in (Kind.NAMED, Kind.AUTHOR)]
    if named:
        return named
    said = _by_verb(clause.items)
    if any(owner.kind is Kind.SOMEBODY for owner in owners):
        return owners
    if owners and not any(owner.kind is Kind.NAMED for owner in said):
        return owners
    return said or ([_third(clause.items)] if clause.has("POSS3") else [])


def _of_object(items: tuple[Item, ...], at: int) -> list[Owner]:
    before = [item.tag for item in items[max(0, at - 3) : at]]
    for tag in reversed(before):
        if tag == "MY":
            return [Owner(Kind.AUTHOR)]
        if tag == "POSS3":
            return _after_object(items, at) or [_third(items)]
        if tag in ("OUR", "YOUR"):
            return [Owner(Kind.SOMEBODY)]
        if tag not in ("AD", "w", "CHANGE"):
            break
    return _after_object(items, at)


def _third(items: tuple[Item, ...]) -> Owner:
    """ "Son compte" is that of somebody spoken of before, unless the clause has its own somebody: "ma collègue"."""
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


def _after_object(items: tuple[Item, ...], at: int) -> list[Owner]:
    plural = bool(set(items[at].fold.split()) & _PLURALS)
    somebody = prepared = False
    for index in range(at + 1, min(len(items), at + 9)):
        item = items[index]
        if item.tag == "NAME":
            if not prepared and index > at + 2:
                return []
            if is_kin(items, index):
                return [Owner(Kind.SOMEBODY)]
            if _is_recipient(items, at, index):
                return []
            return _coordinated(items, index, plural=plural)
        if item.tag == "MY" and prepared:
            somebody = True
        elif item.tag in ("STAFF", "JOB", "PLACE"):
            somebody = somebody or prepared
        elif item.tag in ("OF", "FOR") or item.fold == ":":
            prepared = True
        elif (item.tag not in _SKIPPED and item.fold not in (",", "(", "nouvelle", "nouveau", "•", "\n")) or (
            item.fold == "," and not prepared
        ):
            break
    return [Owner(Kind.SOMEBODY)] if somebody else []


def _is_recipient(items: tuple[Item, ...], at: int, index: int) -> bool:
    """ "envoyer le mot de passe à Mme X": she gets it; whose it is, the clause does not say."""
    gives = any(
        item.fold in ("envoyer", "envoyez", "renvoyer", "transmettre", "communiquer", "remettre") for item in items[:at]
    )
    return gives and any(item.fold in ("a", "au", "aux") for item in items[at + 1 : index])


def _coordinated(items: tuple[Item, ...], first: int, *, plural: bool) -> list[Owner]:
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
        elif item.tag not in ("OF", "FOR", "JOB", ",", "ART", "STAFF", "PLACE", "MY", "OUR"):
            break
    return owners


def _by_verb(items: tuple[Item, ...]) -> list[Owner]:
    """The subject of a state ("Julie a oublié"), or the object of an order ("débloquer Mme X", "débloquez-moi")."""
    for at, item in enumerate(items):
        if item.tag in _STATES and (owners := _before_state(items, at)):
            return owners
        if item.tag in ("UNLOCK", "RESET") and (owners := _after_order(items, at)):
            return owners
    return []


def _before_state(items: tuple[Item, ...], at: int) -> list[Owner]:
    for index in range(at - 1, max(-1, at - 6), -1):
        tag = items[index].tag
        if tag == "NAME":
            return _subjects(items, index)
        if tag == "I":
            return [Owner(Kind.AUTHOR)]
        if tag == "POSS3":
            return [_third(items)]
        if tag in ("MY", "STAFF", "JOB"):
            return [Owner(Kind.SOMEBODY)]
        if tag not in ("AUX", "NOT", "w") or items[index].fold in _OTHER_SUBJECTS:
            break
    return []


def _after_order(items: tuple[Item, ...], at: int) -> list[Owner]:
    near = items[at + 1 : at + 2]
    if near and near[0].tag == "NAME":
        return _coordinated(items, at + 1, plural=True)
    mine = near and near[0].fold == "moi"
    if mine or any(item.fold in ("me", "m") for item in items[max(0, at - 2) : at]):
        return [Owner(Kind.AUTHOR)]
    return []


def _subjects(items: tuple[Item, ...], at: int) -> list[Owner]:
    """ "Julie Moreau et Paul Grandin ont oublié": both; "Paul et moi": nobody that can be told."""
    if is_beside(items, at) or is_called(items, at):
        return []
    if at and items[at - 1].tag == "AND":
        both = at > 1 and items[at - 2].tag == "NAME" and not (at > 2 and items[at - 3].tag in ("AND", ","))
        return [Owner(Kind.NAMED, items[at - 2]), Owner(Kind.NAMED, items[at])] if both else []
    return [Owner(Kind.NAMED, items[at])]
