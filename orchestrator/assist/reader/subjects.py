"""Who the subject of a state or the object of an order is: "Julie a oublié", "débloquez Mme X"."""

from __future__ import annotations

from orchestrator.assist.reader.bystanders import is_apposed, is_beside, is_called
from orchestrator.assist.reader.clauses import Item
from orchestrator.assist.reader.owning import Kind, Owner, coordinated, third_of
from orchestrator.assist.reader.words import word_set

_CALLS = word_set("appel appele tel telephone note message")
_STATES = ("FORGOT", "LOCKED", "CANT", "EXPIRED", "REFUSED")
_OTHER_SUBJECTS = frozenset({"que", "qu", "qui", "il", "ils", "on", "c", "ca", "cela"})


def by_verb(items: tuple[Item, ...]) -> list[Owner]:
    """The subject of a state ("Julie a oublié"), or the object of an order ("débloquer Mme X", "débloquez-moi")."""
    for at, item in enumerate(items):
        if item.tag in _STATES and (owners := _before_state(items, at)):
            return owners
        if item.tag in ("UNLOCK", "RESET") and (owners := _after_order(items, at)):
            return owners
    return []


def _before_state(items: tuple[Item, ...], at: int) -> list[Owner]:
    for index in range(at - 1, max(-1, at - 6), -1):
        if not _is_between(items, index):
            return _subject_at(items, index)
    return []


def _is_between(items: tuple[Item, ...], at: int) -> bool:
    """A word that stands between a subject and its verb."""
    item, previous = items[at], items[at - 1] if at else None
    if previous and (
        (item.fold == "qui" and previous.tag == "NAME")
        or (item.fold in ("les", "toutes") and previous.fold in ("tous", "toutes"))
        or (item.fold == "," and previous.tag in ("JOB", "PLACE", "STAFF"))
    ):
        return True
    return item.tag in ("AUX", "NOT", "w") and item.fold not in _OTHER_SUBJECTS


def _subject_at(items: tuple[Item, ...], at: int) -> list[Owner]:
    item = items[at]
    match item.tag:
        case "NAME" if items[at + 1].fold == "qui":
            return [Owner(Kind.NAMED, item)]
        case "NAME":
            return subjects_of(items, at)
        case "I" if item.fold not in ("m", "me"):
            return [Owner(Kind.AUTHOR)]
        case "POSS3":
            return [third_of(items)]
        case "MY" | "STAFF" | "JOB" | "PLACE" if (name := _apposed_to(items, at)) is not None:
            return subjects_of(items, name)
        case "MY" | "STAFF" | "JOB":
            return [Owner(Kind.SOMEBODY)]
        case "," if item.fold == ")" and (opened := _opening(items, at)) > 0 and items[opened - 1].tag == "NAME":
            return subjects_of(items, opened - 1)
    return []


def _opening(items: tuple[Item, ...], at: int) -> int:
    return next((index for index in range(at, -1, -1) if items[index].fold == "("), -1)


def _apposed_to(items: tuple[Item, ...], at: int) -> int | None:
    """Where the name stands that a job, a comma before it, tells more of."""
    for index in range(at - 1, max(-1, at - 4), -1):
        if items[index].tag == "NAME":
            return index if is_apposed(items, index) else None
    return None


def by_headline(items: tuple[Item, ...]) -> list[Owner]:
    """ "Mme X : mot de passe oublié", "Appel de Mme X, accueil : compte verrouillé": nothing else stands before."""
    at = next((at for at, item in enumerate(items) if item.tag in ("SECRET", "ACCOUNT")), len(items))
    head = [item for item in items[:at] if item.tag not in ("JOB", "PLACE", ",", "OF", "ART", "AND")]
    names = [index for index in range(at) if items[index].tag == "NAME"]
    calls = all(item.tag in ("NAME", "AUX") or item.fold in _CALLS for item in head)
    if 0 < at < len(items) and items[at - 1].fold == ":":
        calls = all(item.tag in ("NAME", "AUX", "w") for item in head)
    state = next((item for item in items[at:] if item.tag in _STATES), None)
    if len(names) != 1 or not calls or state is None:
        return []
    colon = next((index for index in range(at) if items[index].fold == ":"), at)
    others = (*items[colon:at], *items[at:])
    if any(item.tag in ("JOB", "STAFF", "FOR", "MY", "POSS3", "OUR", "NAME") and item.fold != "a" for item in others):
        return []
    return [] if is_beside(items, names[0]) else [Owner(Kind.NAMED, items[names[0]])]


def _after_order(items: tuple[Item, ...], at: int) -> list[Owner]:
    near = items[at + 1 : at + 2]
    if near and near[0].tag == "NAME":
        return coordinated(items, at + 1, plural=True)
    mine = near and near[0].fold == "moi"
    if mine or any(item.fold in ("me", "m") for item in items[max(0, at - 2) : at]):
        return [Owner(Kind.AUTHOR)]
    return []


def _is_subject(items: tuple[Item, ...], at: int) -> bool:
    """Nothing before the name makes it anything else: "avec X", "l'ordinateur de X", "c'est X"."""
    before = items[at - 1] if at else None
    return before is None or (before.tag in ("GREETING", ",", "ART", "JOB", "STAFF") and not is_beside(items, at))


def subjects_of(items: tuple[Item, ...], at: int) -> list[Owner]:
    """ "Julie Moreau et Paul Grandin ont oublié": both; "Paul et moi": nobody that can be told."""
    if is_beside(items, at) or is_called(items, at):
        return []
    if at and items[at - 1].tag == "AND":
        more = at > 3 and items[at - 3].tag in ("AND", ",") and items[at - 4].tag in ("NAME", "JOB")
        both = at > 1 and items[at - 2].tag == "NAME" and not more and _is_subject(items, at - 2)
        return [Owner(Kind.NAMED, items[at - 2]), Owner(Kind.NAMED, items[at])] if both else []
    return [Owner(Kind.NAMED, items[at])]
