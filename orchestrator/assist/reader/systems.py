"""Which system a clause speaks of: the Windows account, or another one."""

from __future__ import annotations

from orchestrator.assist.plans import Plan
from orchestrator.assist.reader.clauses import Clause
from orchestrator.assist.reader.french import correct, is_known
from orchestrator.assist.reader.words import word_set

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
    signs_in = plan in (Plan.PASSWORD_RESET, Plan.UNLOCK)
    if clause.has("OTHER", "THING") and (signs_in or not _is_added(clause)):
        return True
    if (
        _enters_unknown(clause)
        or _has_unknown_system(clause, "SECRET")
        or (plan is Plan.CREATE_ACCOUNT and _has_unknown_system(clause, "ACCOUNT"))
    ):
        return True
    return clause.has("MAILBOX") and (signs_in or not clause.has("ACCOUNT", "CELUI") or _is_mail_account(clause))


def _is_mail_account(clause: Clause) -> bool:
    """ "un compte de messagerie", "un compte Outlook"."""
    at = clause.first("MAILBOX")
    before = [item for item in clause.items[max(0, at - 2) : at] if item.tag not in ("OF", "ART")]
    return bool(before) and before[-1].tag == "ACCOUNT"


def _is_added(clause: Clause) -> bool:
    """ "Une session et Netsoins", "son compte et un téléphone": the other thing is a second one."""
    account = clause.first("ACCOUNT", "CELUI")
    other = clause.first("OTHER", "THING")
    return 0 <= account < other and any(item.tag == "AND" or item.fold == "," for item in clause.items[account:other])


def _has_unknown_system(clause: Clause, tag: str) -> bool:
    """ "mon mot de passe KaraSoft", "le mot de passe pour karasoft": a word that is nobody's name and not ours."""
    for at, item in enumerate(clause.items):
        if item.tag != tag:
            continue
        for other in clause.items[at + 1 : at + 4]:
            if other.tag == "w" and other.fold.isalpha() and len(other.fold) > 3 and not is_known(correct(other.fold)):
                return True
            if other.tag not in ("OF", "FOR", "ART", "FORGOT", "EXPIRED", "REFUSED") and other.fold != "sur":
                break
    return False


def _enters_unknown(clause: Clause) -> bool:
    """ "Entrer dans Karasoft", "me connecter sur karasoft"."""
    for one, two, three in zip(clause.items, clause.items[1:], clause.items[2:], strict=False):
        if one.tag == "LOGIN" and two.fold in ("dans", "sur", "a", "au") and three.tag == "w":
            return three.fold.isalpha() and len(three.fold) > 3 and not is_known(correct(three.fold))
    return False


def is_desktop(clause: Clause) -> bool:
    """True when the clause says that it is about Windows, the session or the computer's account."""
    return any(set(item.fold.split()) & _DESKTOP for item in clause.items)


def is_file(clause: Clause) -> bool:
    """True when files, mails or devices are spoken of, and no account."""
    return clause.has("DEVICE", "MAILBOX", "OTHER", "THING") and not clause.has("ACCOUNT")


def is_about_resident(clause: Clause) -> bool:
    """ "Mme X, résidente", "M. Y (chambre 12)": who lives there has no account of ours."""
    lives = [at for at, item in enumerate(clause.items) if item.fold in ("chambre", "resident", "residente")]
    named = [at for at, item in enumerate(clause.items) if item.tag == "NAME"]
    return any(0 < at - name <= 3 for at in lives for name in named)
