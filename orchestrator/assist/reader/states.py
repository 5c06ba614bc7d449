"""States to be mended: forgotten, expired, refused, locked, shut out."""

from __future__ import annotations

from orchestrator.assist.plans import Asked, Plan
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.saying import is_condition, is_denied, same_stretch
from orchestrator.assist.reader.words import word_set

_CERTAINTY = {"CANT": 0.5}
_CREDENTIALS = word_set("identifiant identifiants login logins")
_LOGIN_PLACE = word_set("session sessions cession windows ordinateur ordi pc compte")


def read_states(clause: Clause) -> Asked | None:
    """The plan that mends what a clause says; None when nothing of the kind is wrong."""
    found = []
    for at, item in enumerate(clause.items):
        if (plan := _mending(clause, at)) is None:
            continue
        before = clause.items[:at]
        if not any(other.tag == "HOWTO" for other in same_stretch(before)) and not is_condition(before):
            found.append(Asked(plan, _CERTAINTY.get(item.tag, 0.8), at))
    return min(found, key=lambda asked: _rank(clause, asked), default=None)


def _rank(clause: Clause, asked: Asked) -> int:
    """Which of two troubles is to be mended: a locked account, a wrong password, and only then being shut out."""
    if asked.plan is Plan.PASSWORD_RESET:
        return 1
    locked = clause.items[asked.at].tag == "LOCKED"
    return 0 if locked and any(item.tag == "ACCOUNT" for item in clause.items[: asked.at]) else 2


def _mending(clause: Clause, at: int) -> Plan | None:
    match clause.items[at].tag:
        case "SECRET" if _is_new_wanted(clause.items, at) or _has_no_more(clause.items, at):
            return Plan.PASSWORD_RESET
        case "FORGOT" | "EXPIRED" | "REFUSED" | "LOCKED" | "CANT" if _is_past(clause.items, at):
            return None
        case "FORGOT" | "EXPIRED" | "REFUSED" if clause.has("SECRET"):
            return Plan.PASSWORD_RESET
        case "REFUSED" if clause.has("CELUI") and not clause.has("NAME"):
            return Plan.PASSWORD_RESET
        case "FORGOT" if any(set(item.fold.split()) & _CREDENTIALS for item in clause.items):
            return Plan.PASSWORD_RESET
        case "EXPIRED" if clause.has("ACCOUNT"):
            return Plan.PASSWORD_RESET
        case "LOCKED" if _locks_account(clause, at):
            return Plan.PASSWORD_RESET if clause.has("FORGOT") and clause.has("SECRET") else Plan.UNLOCK
        case "CANT" if clause.has("SECRET") and any(item.tag == "RECALL" for item in clause.items[at : at + 4]):
            return Plan.PASSWORD_RESET
        case "CANT" if _cannot_log_in(clause, at):
            return Plan.UNLOCK
    return None


def _locks_account(clause: Clause, at: int) -> bool:
    """It is an account that is locked, or its owner: not the computer, the screen or a door."""
    if clause.items[at].fold.endswith("ez"):  # an order
        return False
    before = clause.items[max(0, at - 4) : at]
    if any(item.tag in ("ACCOUNT", "SECRET", "CELUI") for item in before):
        return True
    if any(item.tag in ("AD", "DEVICE", "THING", "HOUSE") or item.fold == "poste" for item in before):
        return False
    return clause.has("ACCOUNT", "SECRET") or (
        clause.has("I") and not clause.has("AD", "DEVICE", "MAILBOX", "OTHER", "THING", "HOUSE")
    )


def _has_no_more(items: tuple[Item, ...], at: int) -> bool:
    """ "je n'ai plus mon mot de passe", "je n'ai pas le mot de passe"."""
    near = [item.fold for item in items[max(0, at - 3) : at]]
    return any(have in near for have in ("ai", "jai", "a", "avons")) and "plus" in near


def _is_new_wanted(items: tuple[Item, ...], at: int) -> bool:
    new = any(item.fold in ("nouveau", "nouveaux", "new", "autre") for item in items[max(0, at - 2) : at])
    if new:
        return any(item.tag in ("ASK", "NEED", "GIVE") for item in items[:at]) and not is_denied(items, at)
    # "j'ai jeté mon mdp, il m'en faut un autre"
    rest = items[at + 1 :]
    need = next((index for index, item in enumerate(rest) if item.tag == "NEED"), None)
    if need is None or not any(item.fold == "en" for item in rest[max(0, need - 2) : need]):
        return False
    return any(item.fold in ("autre", "nouveau") for item in rest[need + 1 : need + 3])


def _is_past(items: tuple[Item, ...], at: int) -> bool:
    near = items[max(0, at - 3) : at]
    if any(item.fold in ("etait", "avais", "avait", "fut", "plus", "va", "bientot") for item in near):
        return True
    return any(item.tag == "NOT" for item in near) and items[at].tag in ("FORGOT", "LOCKED", "EXPIRED")


def _cannot_log_in(clause: Clause, at: int) -> bool:
    rest = clause.items[at + 1 :]
    place = any(set(item.fold.split()) & _LOGIN_PLACE for item in rest)
    opens = any(item.tag in ("LOGIN", "OPEN") for item in rest)
    theirs = any(item.tag in ("NAME", "STAFF", "JOB") for item in rest) and any(
        item.tag == "I" for item in clause.items[:at]
    )
    return place and opens and not theirs
