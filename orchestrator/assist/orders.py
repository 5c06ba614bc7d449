"""Orders: "débloquez", "merci de créer", "réinitialisation de"."""

from __future__ import annotations

import re

from orchestrator.assist.clauses import Clause, Item
from orchestrator.assist.plans import Asked, Plan
from orchestrator.assist.saying import INFINITIVE, asks_before, is_condition, is_denied, is_done, same_stretch


def read_orders(clause: Clause) -> Asked | None:
    """The plan that a clause orders; None without an order that can be followed."""
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
            if item.tag == tag and is_ordered(clause, at) and fits(clause, at):
                return Asked(plan, 0.9, at)
    return None


def fits(clause: Clause, at: int) -> bool:
    """The order has an object that it can be done to."""
    tag, fold = clause.items[at].tag, clause.items[at].fold
    account = clause.has("ACCOUNT", "CELUI")
    match tag:
        case "RESET" | "UNLOCK":
            return (
                account
                or clause.has("SECRET")
                or not clause.has("AD", "DEVICE", "MAILBOX", "OTHER", "THING", "TROUBLE")
            )
        case "CREATE":
            return account or (clause.has("SECRET") and clause.has("ARRIVE"))
        case "OPEN":
            return (
                account
                and not clause.has("MY", "CANT", "HOWTO")
                and ("session" not in clause.items[clause.first("ACCOUNT", "CELUI")].fold or clause.has("POSS3"))
            )
        case "ENABLE" if fold.startswith("en "):
            return account and any(item.fold in ("remettre", "remettez", "remise") for item in clause.items[:at])
        case "DISABLE" | "ENABLE":
            return account or not (
                clause.has("DEVICE", "MAILBOX", "OTHER", "THING", "TROUBLE", "SECRET") or clause.in_title
            )
        case "LOCKED":
            return account and bool(INFINITIVE.search(fold)) and clause.has("ASK") and not clause.has("I", "MY")
        case "GIVE":
            # "donnez-moi le mot de passe de Mme X" asks for her password, not for a new one
            new = fold.startswith("re") or any(item.fold in ("nouveau", "new") for item in clause.items[at:])
            if _is_new_without_noun(clause.items, at):
                return True
            return clause.has("SECRET") and (new or (asks_before(clause, at) and not clause.has("NAME", "STAFF")))
        case "CHANGE":
            return clause.has("SECRET") and asks_before(clause, at) and not clause.has("I")
    return False


def is_ordered(clause: Clause, at: int) -> bool:
    """Not asked how, not denied, not done already."""
    items = clause.items
    before = items[:at]
    if any(item.tag == "HOWTO" for item in same_stretch(before)) and not any(
        item.tag == "ASK" for item in items[max(0, at - 3) : at]
    ):
        return False
    if any(item.tag == "SUITE" for item in items[max(0, at - 4) : at]) and re.search(
        r"(?:tion|age)s?$", items[at].fold
    ):
        return False
    if is_denied(items, at) or is_condition(before):
        return False
    return not is_done(items, at)


def _is_new_without_noun(items: tuple[Item, ...], at: int) -> bool:
    """ "m'en donner un nouveau", "lui en redonner un"."""
    before = any(item.fold == "en" for item in items[max(0, at - 2) : at])
    return before and any(item.fold in ("un", "nouveau", "autre") for item in items[at + 1 : at + 3])
