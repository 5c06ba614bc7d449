"""Whose account a clause speaks of. What is not attached to the account by the grammar is nobody's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.assist.clauses import Clause, Item

_SKIPPED = frozenset({"AD", "JOB", "ART", "w", "STAFF", "LOCKED", "NEW"})
_STATES = ("FORGOT", "LOCKED", "CANT", "EXPIRED")
_NOT_A_CANDIDATE_AFTER = frozenset(
    "bonjour bonsoir salut hello bjr merci cher chere avec contacter prevenir voir selon cc copie par transmettre envoyer "
    "remettre communiquer donner remercie part demande".split()
)
_SPEAKS = frozenset("m nous me vous dit demande demandait souhaite signale informe remercie".split())
_PLURALS = frozenset("comptes mots acces sessions ceux celles accounts passwords creations mdps".split())


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
    return _by_verb(clause.items) or owners


def _of_object(items: tuple[Item, ...], at: int) -> list[Owner]:
    before = [item.tag for item in items[max(0, at - 3) : at]]
    for tag in reversed(before):
        if tag == "MY":
            return [Owner(Kind.AUTHOR)]
        if tag == "POSS3":
            return _after_object(items, at) or [Owner(Kind.THIRD)]
        if tag in ("OUR", "YOUR"):
            return [Owner(Kind.SOMEBODY)]
        if tag not in ("AD", "w", "CHANGE"):
            break
    return _after_object(items, at)


def _after_object(items: tuple[Item, ...], at: int) -> list[Owner]:
    plural = bool(set(items[at].fold.split()) & _PLURALS)
    somebody = prepared = False
    for index in range(at + 1, min(len(items), at + 9)):
        item = items[index]
        if item.tag == "NAME":
            if not prepared and index > at + 2:
                return []
            if _is_recipient(items, at, index):
                return []
            return _coordinated(items, index, plural=plural)
        if item.tag == "MY" and prepared:
            somebody = True
        elif item.tag in ("STAFF", "JOB", "PLACE", "SITE"):
            somebody = somebody or prepared
        elif item.tag in ("OF", "FOR") or item.fold == ":":
            prepared = True
        elif item.tag not in _SKIPPED and item.fold not in (",", "(", "nouvelle", "nouveau", "•") or (item.fold == "," and not prepared):
            break
    return [Owner(Kind.SOMEBODY)] if somebody else []


def _is_recipient(items: tuple[Item, ...], at: int, index: int) -> bool:
    """ "envoyer le mot de passe à Mme X": she gets it; whose it is, the clause does not say."""
    gives = any(item.fold in ("envoyer", "envoyez", "renvoyer", "transmettre", "communiquer", "remettre") for item in items[:at])
    return gives and any(item.fold in ("a", "au", "aux") for item in items[at + 1 : index])


def _coordinated(items: tuple[Item, ...], first: int, *, plural: bool) -> list[Owner]:
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
        elif item.tag not in ("OF", "FOR", "JOB", ",", "w", "ART", "STAFF", "PLACE"):
            break
    return owners


def _by_verb(items: tuple[Item, ...]) -> list[Owner]:
    """The subject of a state ("Julie a oublié"), or the object of an order ("débloquer Mme X", "débloquez-moi")."""
    for at, item in enumerate(items):
        if item.tag in _STATES or item.tag == "REFUSED":
            for earlier in reversed(items[max(0, at - 5) : at]):
                if earlier.tag == "NAME":
                    return [Owner(Kind.NAMED, earlier)]
                if earlier.tag == "I":
                    return [Owner(Kind.AUTHOR)]
                if earlier.tag == "POSS3":
                    return [Owner(Kind.THIRD)]
                if earlier.tag in ("MY", "STAFF", "JOB"):
                    return [Owner(Kind.SOMEBODY)]
        if item.tag in ("UNLOCK", "RESET"):
            near = items[at + 1 : at + 2]
            if near and near[0].tag == "NAME":
                return [Owner(Kind.NAMED, near[0])]
            if (near and near[0].fold == "moi") or any(other.fold in ("me", "m") for other in items[max(0, at - 2) : at]):
                return [Owner(Kind.AUTHOR)]
    return []


def find_candidates(clause: Clause) -> list[Item]:
    """The names of a clause that an account could be meant by: nobody greeted, thanked, quoted or written to."""
    found = []
    for at, item in enumerate(clause.items):
        if item.tag != "NAME":
            continue
        before = [other.fold for other in clause.items[max(0, at - 2) : at]]
        after = [other.fold for other in clause.items[at + 1 : at + 3]]
        if set(before) & _NOT_A_CANDIDATE_AFTER or (after and set(after[:1]) & _SPEAKS):
            continue
        if any(other.tag == "SAME" for other in clause.items[max(0, at - 4) : at]) or is_introduction(clause.items, at):
            continue
        found.append(item)
    return found


def is_introduction(items: tuple[Item, ...], at: int) -> bool:
    """ "Je suis Karim Belhadi": the author says his own name."""
    before = " ".join(item.fold for item in items[max(0, at - 3) : at])
    return before.endswith(("je suis", "m appelle", "moi c est", "jesuis")) or (before in ("ici", "c est") and at <= 2)
