"""What an order is done to: an account, a password, or something else that is left to people."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.saying import INFINITIVE, asks_before, same_stretch

_OBJECTS = ("SECRET", "ACCOUNT", "CELUI", "AD", "DEVICE", "MAILBOX", "OTHER", "THING", "HOUSE", "TROUBLE")
_ELSEWHERE = ("DEVICE", "MAILBOX", "OTHER", "THING")


def fits(clause: Clause, at: int) -> bool:
    """The order has an object that it can be done to."""
    return _FITS[clause.items[at].tag](clause, at)


def _has_account(clause: Clause) -> bool:
    return clause.has("ACCOUNT", "CELUI")


def _fits_reset(clause: Clause, at: int) -> bool:
    if clause.items[at].fold.startswith("renouvel"):
        return clause.has("SECRET")
    return _has_account(clause) or clause.has("SECRET") or not clause.has("AD", "TROUBLE", *_ELSEWHERE)


def _fits_create(clause: Clause, at: int) -> bool:
    user = any(item.fold.startswith("utilisat") for item in clause.items[at:])
    return _has_account(clause) or user or (clause.has("SECRET") and clause.has("ARRIVE"))


def _fits_open(clause: Clause, at: int) -> bool:
    if not _has_account(clause) or clause.has("MY", "CANT", "HOWTO"):
        return False
    account = clause.items[clause.first("ACCOUNT", "CELUI")]
    return "session" not in account.fold or _is_for_another(clause, at)


def _fits_switch(clause: Clause, at: int) -> bool:
    """Disable or enable an account: not an access to something, nor "en marche" of a device."""
    if clause.items[at].fold.startswith("en "):
        again = any(item.fold in ("remettre", "remettez", "remise") for item in clause.items[:at])
        return again and (_has_account(clause) or not clause.has("AD", "HOUSE", *_ELSEWHERE))
    if clause.has(*_ELSEWHERE):
        return _has_account(clause) and not _is_access(clause)
    return _has_account(clause) or not (clause.has("TROUBLE", "SECRET") or clause.in_title)


def _fits_lock(clause: Clause, at: int) -> bool:
    """ "Bloquer son compte", "demande le blocage de son compte"."""
    if not _has_account(clause):
        return False
    if clause.items[at].fold == "blocage":
        wanted = [item.fold for item in clause.items[max(0, at - 3) : at]]
        return any(word.startswith(("demand", "souhait", "proceder")) for word in wanted)
    return bool(INFINITIVE.search(clause.items[at].fold)) and clause.has("ASK") and not clause.has("I", "MY")


def _fits_give(clause: Clause, at: int) -> bool:
    """A new password: "donnez-moi le mot de passe de Mme X" asks for hers."""
    if is_pronoun_order(clause, at) or _is_new_without_noun(clause.items, at):
        return True
    fold = clause.items[at].fold
    new = fold.startswith("re") or any(item.fold in ("nouveau", "new") for item in clause.items[at:])
    return clause.has("SECRET") and (new or (asks_before(clause, at) and not clause.has("NAME", "STAFF")))


def _fits_change(clause: Clause, at: int) -> bool:
    if is_pronoun_order(clause, at):
        return True
    near = same_stretch(clause.items[:at])
    wished = any(item.tag in ("ASK", "NEED") for item in near)
    return clause.has("SECRET") and wished and not any(item.tag == "I" for item in near)


def is_pronoun_order(clause: Clause, at: int) -> bool:
    """ "Pouvez-vous le refaire": it, the password of before."""
    again = clause.items[at].fold.startswith(("chang", "refai", "remett", "redonn"))
    pronoun = at > 0 and clause.items[at - 1].fold in ("le", "les")
    return again and pronoun and asks_before(clause, at) and not clause.has(*_OBJECTS)


def _is_for_another(clause: Clause, at: int) -> bool:
    """ "Lui ouvrir une session", "ouvrir une session à Mme X": not what one does every morning."""
    rest = clause.items[at:]
    for_another = (one.tag == "FOR" and two.tag in ("NAME", "JOB", "STAFF") for one, two in pairwise(rest))
    return clause.has("POSS3") or any(for_another)


def _is_access(clause: Clause) -> bool:
    """An access to something, not an account."""
    return not any(item.tag in ("CELUI", "ACCOUNT") and item.fold not in ("acces", "acce") for item in clause.items)


def _is_new_without_noun(items: tuple[Item, ...], at: int) -> bool:
    """ "m'en donner un nouveau", "lui en redonner un"."""
    before = any(item.fold == "en" for item in items[max(0, at - 2) : at])
    return before and any(item.fold in ("un", "nouveau", "autre") for item in items[at + 1 : at + 3])


_FITS: dict[str, Callable[[Clause, int], bool]] = {
    "RESET": _fits_reset,
    "UNLOCK": _fits_reset,
    "CREATE": _fits_create,
    "OPEN": _fits_open,
    "DISABLE": _fits_switch,
    "ENABLE": _fits_switch,
    "LOCKED": _fits_lock,
    "GIVE": _fits_give,
    "CHANGE": _fits_change,
}
