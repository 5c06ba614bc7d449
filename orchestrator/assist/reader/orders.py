"""Orders: "débloquez", "merci de créer", "réinitialisation de"."""

from __future__ import annotations

import re
from itertools import pairwise

from orchestrator.assist.plans import Asked, Plan
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.objects import fits
from orchestrator.assist.reader.saying import is_bound, is_condition, is_denied, is_done, same_stretch
from orchestrator.assist.reader.words import word_set

_SENT = word_set("recu recue fait faite envoye envoyee transmis transmise relance relancer deja en est")


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


def is_ordered(clause: Clause, at: int) -> bool:
    """Not asked how, not denied, not done already."""
    items = clause.items
    before = items[:at]
    if any(item.tag == "HOWTO" for item in same_stretch(before)) and not any(
        _is_polite(item) for item in items[max(0, at - 3) : at]
    ):
        return False
    if any(item.tag == "SUITE" for item in items[max(0, at - 4) : at]) and re.search(
        r"(?:tion|age)s?$", items[at].fold
    ):
        return False
    if _is_asked_before(clause, at) or is_denied(items, at) or is_condition(before) or is_bound(items[at:]):
        return False
    return not is_done(items, at)


def _is_polite(item: Item) -> bool:
    return item.tag in ("ASK", "NEED") and not item.fold.startswith("demand")


def _is_asked_before(clause: Clause, at: int) -> bool:
    """ "Avez-vous reçu ma demande de création": about what was asked, not an order again."""
    before = clause.items[:at]
    mine = any(one.tag in ("MY", "OUR") and two.fold.startswith("demande") for one, two in pairwise(before[-4:]))
    noun = re.search(r"(?:tion|age|ture)s?$", clause.items[at].fold)
    if noun and clause.is_question and not any(_is_polite(item) for item in clause.items):
        return True
    return mine and (clause.is_question or any(item.fold in _SENT for item in before))
