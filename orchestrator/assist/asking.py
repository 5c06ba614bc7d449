"""What one clause asks: a plan, or nothing. Questions, wishes undone, things past and other systems ask nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.assist.clauses import Clause, Item
from orchestrator.assist.french import correct, is_known
from orchestrator.assist.plans import Plan
from orchestrator.assist.words import word_set

_PARTICIPLE = re.compile(r"(?:e|ee|es|ees|u|us|ue|ed)$")
_INFINITIVE = re.compile(r"(?:er|ez|ir|re)$")
_DESKTOP = word_set(
    """
    windows session sessions ordinateur ordi pc informatique domaine ad reseau active directory poste_informatique
    """
)
_LOGIN_PLACE = word_set("session sessions cession windows ordinateur ordi pc compte")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clause asks. certainty: 0.9 an order, 0.8 a state, 0.5 a symptom. at: the item that says it."""

    plan: Plan
    certainty: float
    at: int


def read_clause(clause: Clause) -> Asked | None:
    """The plan that a clause asks, whatever system it speaks of; None when it asks nothing."""
    if clause.has("MAIL_SEEN") or _is_yours(clause.items):
        return None
    for reader in (_read_orders, _read_states, _read_movements):
        if (asked := reader(clause)) is not None:
            return asked
    return None


def _is_yours(items: tuple[Item, ...]) -> bool:
    """ "votre mot de passe expire": the words of a mail that we are shown, or of a phisher."""
    yours = [at for at, item in enumerate(items) if item.tag == "YOUR"]
    return any(item.tag in ("SECRET", "ACCOUNT") for at in yours for item in items[at + 1 : at + 3])


def has_second_order(clause: Clause, asked: Asked) -> bool:
    """True when the clause orders another thing too, which is not read: somebody must look at it."""
    orders = {"ENABLE", "CREATE", "DISABLE"} if asked.certainty > 0.8 else set()
    mine = clause.items[asked.at].tag
    return any(
        item.tag in orders and item.tag != mine and _is_ordered(clause, at) and _fits(clause, at)
        for at, item in enumerate(clause.items)
    )


def is_other_system(clause: Clause) -> bool:
    """True when the clause speaks of another system than the Windows account, and not of that account too."""
    return (clause.has("OTHER", "THING") or _has_unknown_system(clause)) and not is_desktop(clause)


def _has_unknown_system(clause: Clause) -> bool:
    """ "mon mot de passe KaraSoft", "le mot de passe pour karasoft": a word that is nobody's name and not ours."""
    for at, item in enumerate(clause.items):
        if item.tag != "SECRET":
            continue
        for other in clause.items[at + 1 : at + 4]:
            if other.tag == "w" and other.fold.isalpha() and len(other.fold) > 3 and not is_known(correct(other.fold)):
                return True
            if other.tag not in ("OF", "FOR", "ART") and other.fold != "sur":
                break
    return False


def is_desktop(clause: Clause) -> bool:
    """True when the clause says that it is about Windows, the session or the computer's account."""
    return any(set(item.fold.split()) & _DESKTOP for item in clause.items)


def _read_orders(clause: Clause) -> Asked | None:
    for tag, plan in (
        ("ENABLE", Plan.ENABLE),
        ("RESET", Plan.PASSWORD_RESET),
        ("UNLOCK", Plan.UNLOCK),
        ("CREATE", Plan.CREATE_ACCOUNT),
        ("OPEN", Plan.CREATE_ACCOUNT),
        ("DISABLE", Plan.DISABLE),
        ("LOCKED", Plan.DISABLE),
        ("GIVE", Plan.PASSWORD_RESET),
        ("CHANGE", Plan.PASSWORD_RESET),
    ):
        for at, item in enumerate(clause.items):
            if item.tag == tag and _is_ordered(clause, at) and _fits(clause, at):
                return Asked(plan, 0.9, at)
    return None


def _fits(clause: Clause, at: int) -> bool:
    """The order has an object that it can be done to."""
    tag, fold = clause.items[at].tag, clause.items[at].fold
    account = clause.has("ACCOUNT", "CELUI")
    match tag:
        case "RESET" | "UNLOCK":
            return account or clause.has("SECRET") or not clause.has("AD", "DEVICE", "OTHER", "THING", "TROUBLE")
        case "CREATE":
            return account or (clause.has("SECRET") and clause.has("ARRIVE"))
        case "OPEN":
            return (
                account
                and not clause.has("MY", "CANT", "HOWTO")
                and "session" not in clause.items[clause.first("ACCOUNT", "CELUI")].fold
            )
        case "DISABLE" | "ENABLE":
            return account or not (clause.has("DEVICE", "OTHER", "THING", "TROUBLE", "SECRET") or clause.in_title)
        case "LOCKED":
            return account and bool(_INFINITIVE.search(fold)) and clause.has("ASK") and not clause.has("I", "MY")
        case "GIVE":
            # "donnez-moi le mot de passe de Mme X" asks for her password, not for a new one
            new = fold.startswith("re") or any(item.fold in ("nouveau", "new") for item in clause.items[at:])
            return clause.has("SECRET") and (new or (_asks_before(clause, at) and not clause.has("NAME", "STAFF")))
        case "CHANGE":
            return clause.has("SECRET") and _asks_before(clause, at) and not clause.has("I")
    return False


def _asks_before(clause: Clause, at: int) -> bool:
    return any(item.tag == "ASK" for item in clause.items[:at])


def _is_ordered(clause: Clause, at: int) -> bool:
    """Not asked how, not denied, not done already."""
    items = clause.items
    before = items[:at]
    if any(item.tag == "HOWTO" for item in _same_stretch(before)) and not any(
        item.tag == "ASK" for item in items[max(0, at - 3) : at]
    ):
        return False
    if any(item.tag == "SUITE" for item in items[max(0, at - 4) : at]) and re.search(
        r"(?:tion|age)s?$", items[at].fold
    ):
        return False
    if _is_denied(items, at) or _is_condition(before):
        return False
    return not _is_done(items, at)


def _is_denied(items: tuple[Item, ...], at: int) -> bool:
    near = items[max(0, at - 6) : at]
    if any(item.tag in ("CANT",) for item in near):
        return items[at].tag not in ("UNLOCK", "RESET")
    denied = any(item.tag == "NOT" for item in near)
    still = any(item.fold in ("toujours", "encore") for item in near)
    return denied and not (still and items[at].tag == "UNLOCK")


def _same_stretch(before: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items since the last comma."""
    commas = [at for at, item in enumerate(before) if item.fold == ","]
    return before[commas[-1] + 1 :] if commas else before


def _is_condition(before: tuple[Item, ...]) -> bool:
    before = _same_stretch(before)
    for at, item in enumerate(before):
        if item.tag == "IF" and not any(other.tag in ("ASK",) or other.fold == "vous" for other in before[at : at + 4]):
            return True
    return False


def _is_done(items: tuple[Item, ...], at: int) -> bool:
    word = items[at].fold.split()[-1]
    near = [item for item in items[max(0, at - 2) : at]]
    helpers = [item for item in near if item.tag == "AUX" and item.text not in ("à", "À")]
    modal = any(
        item.fold in ("doit", "peut", "pourrait", "devrait", "doivent", "puisse") or item.tag in ("ASK", "NEED")
        for item in items[max(0, at - 4) : at]
    )
    if _INFINITIVE.search(word):
        return any(item.fold in ("ete", "avez", "ont") for item in helpers)
    if not _PARTICIPLE.search(word):
        return False
    if helpers and not (modal and all(item.fold in ("etre", "a") for item in helpers)):
        return True
    return bool(near) and near[-1].tag in ("ACCOUNT", "SECRET") and not modal


def _read_states(clause: Clause) -> Asked | None:
    items = clause.items
    for at, item in enumerate(items):
        before = items[:at]
        if item.tag not in ("FORGOT", "EXPIRED", "REFUSED", "LOCKED", "CANT", "SECRET"):
            continue
        if any(other.tag == "HOWTO" for other in _same_stretch(before)) or _is_condition(before) or _is_past(items, at):
            continue
        if item.tag in ("FORGOT", "EXPIRED", "REFUSED") and clause.has("SECRET"):
            return Asked(Plan.PASSWORD_RESET, 0.8, at)
        if item.tag == "EXPIRED" and clause.has("ACCOUNT"):
            return Asked(Plan.PASSWORD_RESET, 0.6, at)
        if item.tag == "LOCKED" and _locks_account(clause, at):
            forgot = clause.has("FORGOT") and clause.has("SECRET")
            return Asked(Plan.PASSWORD_RESET if forgot else Plan.UNLOCK, 0.8, at)
        if item.tag == "SECRET" and _is_new_wanted(items, at):
            return Asked(Plan.PASSWORD_RESET, 0.8, at)
        if item.tag == "CANT" and _cannot_log_in(clause, at):
            return Asked(Plan.UNLOCK, 0.5, at)
    return None


def _locks_account(clause: Clause, at: int) -> bool:
    """It is an account that is locked, or its owner: not the computer, the screen or a door."""
    before = clause.items[max(0, at - 4) : at]
    if any(item.tag in ("ACCOUNT", "SECRET", "CELUI") for item in before):
        return True
    if any(item.tag in ("AD", "DEVICE", "THING", "HOUSE") for item in before):
        return False
    return clause.has("ACCOUNT", "SECRET") or (
        clause.has("I") and not clause.has("AD", "DEVICE", "OTHER", "THING", "HOUSE")
    )


def _is_new_wanted(items: tuple[Item, ...], at: int) -> bool:
    new = any(item.fold in ("nouveau", "nouveaux", "new", "autre") for item in items[max(0, at - 2) : at])
    return new and any(item.tag in ("ASK", "NEED", "GIVE") for item in items[:at]) and not _is_denied(items, at)


def _is_past(items: tuple[Item, ...], at: int) -> bool:
    near = items[max(0, at - 3) : at]
    if any(item.fold in ("etait", "avais", "avait", "fut", "plus", "va", "bientot") for item in near):
        return True
    return any(item.tag == "NOT" for item in near) and items[at].tag in ("FORGOT", "LOCKED", "EXPIRED")


def _cannot_log_in(clause: Clause, at: int) -> bool:
    rest = clause.items[at + 1 :]
    place = any(set(item.fold.split()) & _LOGIN_PLACE for item in rest)
    opens = any(item.tag in ("LOGIN", "OPEN") for item in rest)
    theirs = any(item.tag == "NAME" for item in rest) and any(item.tag == "I" for item in clause.items[:at])
    return place and opens and not theirs


def _read_movements(clause: Clause) -> Asked | None:
    if clause.has("HOWTO", "NOT") or _is_condition(clause.items):
        return None
    if (
        clause.has("MOVE")
        and (clause.has("NAME", "STAFF", "JOB", "POSS3") or clause.has("ACCOUNT"))
        and not clause.has("CREATE", "DISABLE")
    ):
        at = clause.first("MOVE")
        return None if _is_file(clause) else Asked(Plan.MOVE, 0.8, at)
    if clause.has("ARRIVE") and clause.has("ACCOUNT") and clause.has("NEED"):
        return Asked(Plan.CREATE_ACCOUNT, 0.7, clause.first("ARRIVE"))
    if clause.has("NEED") and clause.has("ACCOUNT") and clause.has("JOB", "NAME") and clause.has("POSS3", "FOR"):
        return Asked(Plan.CREATE_ACCOUNT, 0.6, clause.first("NEED"))
    return None


def _is_file(clause: Clause) -> bool:
    return clause.has("DEVICE", "OTHER", "THING") and not clause.has("ACCOUNT")
