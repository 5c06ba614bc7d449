"""What else a ticket tells of, beside accounts: a device that fails, a mailbox to be seen to."""

from __future__ import annotations

from orchestrator.assist.plans import Plan
from orchestrator.assist.reader.clauses import Clause
from orchestrator.assist.reader.saying import INFINITIVE
from orchestrator.assist.reader.words import word_set

_THINGS = ("DEVICE", "MAILBOX", "OTHER", "THING")
_WORK = word_set("installer configurer reparer commander remplacer rediriger brancher")
_TROUBLES = ("TROUBLE", "REFUSED", "CANT", "FORGOT", "LOCKED", "ASK", "NEED", "NOT")


def is_trouble(clause: Clause) -> bool:
    """A thing is in trouble or asked for; or the clause is about one, which comes first in it."""
    if not clause.has(*_THINGS):
        return False
    return clause.has(*_TROUBLES) or any(item.fold == "plus" for item in clause.items) or _is_subject(clause)


def _is_subject(clause: Clause) -> bool:
    """ "2) l'imprimante fait des rayures": a thing with an article begins it."""
    opening = [item for item in clause.items if item.tag not in ("GREETING", ",", "AND") and not item.fold.isdigit()]
    while opening[:1] and opening[0].fold in ("d", "autre", "une", "part", "par", "ailleurs", "enfin", "puis"):
        opening = opening[1:]
    return len(opening) > 2 and opening[0].tag in ("ART", "OUR", "MY") and opening[1].tag in _THINGS


def has_second_thing(clause: Clause, plan: Plan) -> bool:
    """ "Désactiver son compte et rediriger ses mails", "un compte et un téléphone": there is more than an account."""
    account = clause.first("ACCOUNT")
    if (
        plan is Plan.CREATE_ACCOUNT
        and account >= 0
        and any(item.tag in ("OTHER", "THING") or item.fold == "dossier" for item in clause.items[account:])
    ):
        return True
    for at, item in enumerate(clause.items[:-2]):
        verb = clause.items[at + 1]
        if item.tag == "AND" and verb.tag == "w" and INFINITIVE.search(verb.fold):
            return verb.fold in _WORK or any(other.tag in _THINGS for other in clause.items[at + 2 :])
    return False
