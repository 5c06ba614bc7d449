"""Which system a clause speaks of: the Windows account, or another one."""

from __future__ import annotations

from orchestrator.assist.clauses import Clause
from orchestrator.assist.french import correct, is_known
from orchestrator.assist.plans import Plan
from orchestrator.assist.words import word_set

_DESKTOP = word_set(
    """
    windows session sessions ordinateur ordi pc informatique domaine ad reseau active directory poste_informatique
    """
)


def is_other_system(clause: Clause, plan: Plan) -> bool:
    """True when the clause speaks of another system than the Windows account, and not of that account too.

    A mailbox comes and goes with an account; but its password, or a mailbox alone, is another matter.
    """
    if is_desktop(clause):
        return False
    if clause.has("OTHER", "THING") or _has_unknown_system(clause):
        return True
    signs_in = plan in (Plan.PASSWORD_RESET, Plan.UNLOCK)
    return clause.has("MAILBOX") and (signs_in or not clause.has("ACCOUNT", "CELUI") or _is_mail_account(clause))


def _is_mail_account(clause: Clause) -> bool:
    """ "un compte de messagerie", "un compte Outlook"."""
    at = clause.first("MAILBOX")
    before = [item for item in clause.items[max(0, at - 2) : at] if item.tag not in ("OF", "ART")]
    return bool(before) and before[-1].tag == "ACCOUNT"


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


def is_file(clause: Clause) -> bool:
    """True when files, mails or devices are spoken of, and no account."""
    return clause.has("DEVICE", "MAILBOX", "OTHER", "THING") and not clause.has("ACCOUNT")
