"""Whose account a clause speaks of. What is not attached to the account by the grammar is nobody's."""

from __future__ import annotations

from orchestrator.assist.reader.bystanders import find_candidates, is_kin
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.owning import Kind, Owner, coordinated, says_several, third_of
from orchestrator.assist.reader.subjects import by_headline, by_verb, subjects_of

_OBJECT_TAGS = ("SECRET", "ACCOUNT", "CELUI")
_SKIPPED = frozenset({"AD", "JOB", "ART", "w", "STAFF", "LOCKED", "FORGOT", "EXPIRED"})
_PASSED = frozenset({",", "(", "nouvelle", "nouveau", "•", "\n", "svp", "stp"})
_BETWEEN_OWNERS = frozenset(
    {"NAME", "AND", ",", "JOB", "STAFF", "PLACE", "OF", "FOR", "ART", "OUR"} | set(_OBJECT_TAGS)
)
_RELATIVES = frozenset({"que", "qu", "qui"})


def find_owners(clause: Clause) -> list[Owner]:
    """The owners that a clause attaches to what it speaks of, in order; empty when it attaches none."""
    if clause.has("EXCEPT"):
        return [Owner(Kind.SOMEBODY)]
    owners: list[Owner] = []
    for at, item in enumerate(clause.items):
        if item.tag in _OBJECT_TAGS:
            owners += [owner for owner in _of_object(clause.items, at) if owner not in owners]
    named = [owner for owner in owners if owner.kind in (Kind.NAMED, Kind.AUTHOR)]
    if len(named) > 1 and clause.has("NOT"):  # "not A's, but B's": which is which is not read
        return [Owner(Kind.SOMEBODY)]
    if named:
        return named
    said = by_verb(clause.items) or by_headline(clause.items)
    theirs = clause.has("POSS3") and any(owner.kind is Kind.NAMED for owner in said)
    if any(owner.kind is Kind.SOMEBODY for owner in owners) and not theirs:
        return owners
    vague = all(owner.kind is Kind.THIRD for owner in owners) and any(owner.kind is Kind.SOMEBODY for owner in said)
    if owners and not vague and not any(owner.kind is Kind.NAMED for owner in said):
        return owners
    return said or ([third_of(clause.items)] if clause.has("POSS3") or _says_he_needs(clause.items) else [])


def names_others(clause: Clause, owners: list[Owner]) -> bool:
    """True when a clause speaks of somebody besides its owners, or says different things of them: it may be misread."""
    named = [at for at, item in enumerate(clause.items) if any(item is owner.item for owner in owners)]
    if any(clause.items.index(item) not in named for item in find_candidates(clause)):
        return True
    between = clause.items[min(named) : max(named)] if named else ()
    if sum(item.tag == "AND" or item.fold in (",", "\n", "•") for item in between) < len(named) - 1:
        return True
    return not all(item.tag in _BETWEEN_OWNERS or item.fold in _PASSED for item in between)


def _says_he_needs(items: tuple[Item, ...]) -> bool:
    """ "Il a besoin", "il aura besoin": "il" is a person there, and not in "il faut"."""
    return any(
        one.fold == "il" and (two.tag == "NEED" or three.tag == "NEED") and "besoin" in two.fold + three.fold
        for one, two, three in zip(items, items[1:], items[2:], strict=False)
    )


def _of_object(items: tuple[Item, ...], at: int) -> list[Owner]:
    before = [item.tag for item in items[max(0, at - 3) : at]]
    for tag in reversed(before):
        if tag == "MY":
            return [Owner(Kind.AUTHOR)]
        if tag == "POSS3":
            return _after_object(items, at) or _having(items, at) or [third_of(items)]
        if tag in ("OUR", "YOUR"):
            return [Owner(Kind.SOMEBODY)]
        if tag == "WHOSE":
            return _whose(items, at)
        if tag not in ("AD", "w", "CHANGE", "ART"):
            break
    return _after_object(items, at)


def _whose(items: tuple[Item, ...], at: int) -> list[Owner]:
    """ "Mme X, dont le compte est bloqué": whom the word stands beside."""
    named = [item for item in items[max(0, at - 5) : at] if item.tag == "NAME"]
    return [Owner(Kind.NAMED, named[0])] if len(named) == 1 else [Owner(Kind.SOMEBODY)]


def _having(items: tuple[Item, ...], at: int) -> list[Owner]:
    """ "Mme X et Mme Y ont leur compte verrouillé"."""
    poss = next(index for index in range(at, -1, -1) if items[index].tag == "POSS3")
    has = poss > 1 and items[poss - 1].fold in ("a", "ont") and items[poss - 2].tag == "NAME"
    return subjects_of(items, poss - 2) if has else []


def _after_object(items: tuple[Item, ...], at: int) -> list[Owner]:
    somebody = prepared = False
    for index in range(at + 1, min(len(items), at + 9)):
        item = items[index]
        if item.tag == "NAME":
            return _named_after(items, at, index) if prepared or index <= at + 2 else []
        if item.fold == "moi" and prepared:
            return [Owner(Kind.AUTHOR)]
        if item.tag in ("STAFF", "JOB", "PLACE", "MY"):
            somebody = somebody or prepared
            if item.tag == "MY" and not prepared:
                break
        elif item.tag in ("OF", "FOR") or item.fold == ":":
            prepared = True
        elif not _is_passed(item) or (item.fold == "," and not prepared):
            break
    return [Owner(Kind.SOMEBODY)] if somebody else []


def _is_passed(item: Item) -> bool:
    return item.fold not in _RELATIVES and (item.tag in _SKIPPED or item.fold in _PASSED)


def _named_after(items: tuple[Item, ...], at: int, index: int) -> list[Owner]:
    if is_kin(items, index):
        return [Owner(Kind.SOMEBODY)]
    if _is_recipient(items, at, index):
        return []
    return coordinated(items, index, plural=says_several(items[at]))


def _is_recipient(items: tuple[Item, ...], at: int, index: int) -> bool:
    """ "envoyer le mot de passe à Mme X": she gets it; whose it is, the clause does not say."""
    gives = any(
        item.fold in ("envoyer", "envoyez", "renvoyer", "transmettre", "communiquer", "remettre") for item in items[:at]
    )
    return gives and any(item.fold in ("a", "au", "aux") for item in items[at + 1 : index])
