"""Who is named in a clause, and who only stands beside: greeted, quoted, written to, or a model."""

from __future__ import annotations

from orchestrator.assist.clauses import Clause, Item
from orchestrator.assist.words import word_set

_NOT_A_CANDIDATE_AFTER = word_set(
    """
    comme avec contacter prevenir voir selon cc copie par transmettre envoyer remettre communiquer donner remercie part
    demande
    """
)
_GREETED = word_set("bonjour bonsoir salut hello bjr bsr slt coucou merci cher chere hi dear")
_SPEAKS = word_set("m nous me vous dit demande demandait souhaite signale informe remercie")
_NOT_PEOPLE = word_set("stage contrat cdd mission periode conge arret date nom prenom droits cas demande situation fin")


def find_candidates(clause: Clause) -> list[Item]:
    """The names of a clause that an account could be meant by: nobody called, quoted or written to."""
    return [item for at, item in _spoken_of(clause) if not is_beside(clause.items, at)]


def find_bystanders(clause: Clause) -> list[Item]:
    """The names of a clause that "he" or "she" could mean as well: somebody quoted, written to, or there too."""
    return [item for at, item in _spoken_of(clause) if is_beside(clause.items, at)]


def _spoken_of(clause: Clause) -> list[tuple[int, Item]]:
    """The names of a clause, without those who are called by them, say them of themselves, or are a model."""
    return [
        (at, item)
        for at, item in enumerate(clause.items)
        if item.tag == "NAME"
        and not is_called(clause.items, at)
        and not is_introduction(clause.items, at)
        and not is_model(clause.items, at)
    ]


def is_model(items: tuple[Item, ...], at: int) -> bool:
    """True for somebody whose rights are to be copied: "mêmes droits que X", "droits : comme X"."""
    before = items[max(0, at - 4) : at]
    if any(item.tag == "SAME" for item in before):
        return True
    like = bool(before) and before[-1].fold in ("comme", "que")
    return like and any(item.tag in ("ACCOUNT", "SAME") or item.fold in ("droits", "profils") for item in items[:at])


def is_called(items: tuple[Item, ...], at: int) -> bool:
    """True for somebody who is greeted, thanked or called by name, and for a signature that goes on in the line."""
    before = [other.fold for other in items[max(0, at - 2) : at]]
    following = items[at + 1 : at + 2]
    if not at and following and following[0].fold == ",":
        return True
    if not following and at and (before[-1] == "," or items[at - 1].tag in ("ASK", "THANKS")):
        return True
    if before[-1:] == [","] and set(before) & _GREETED:
        return not following or following[0].fold == "," or following[0].tag == "ASK"
    if set(before[-1:]) & _GREETED:
        return not following or following[0].tag != "AUX"
    return False


def is_beside(items: tuple[Item, ...], at: int) -> bool:
    """True for somebody who asks, is written to or stands by: the account is not his by being named."""
    following = items[at + 1 : at + 2]
    if (following and following[0].fold in _SPEAKS) or is_kin(items, at):
        return True
    return bool({other.fold for other in items[max(0, at - 2) : at]} & _NOT_A_CANDIDATE_AFTER)


def is_kin(items: tuple[Item, ...], at: int) -> bool:
    """ "la fille de Mme X", "le remplaçant de M. Y": it is not about X or Y."""
    if at < 2 or items[at - 1].tag != "OF":
        return False
    head = items[at - 2].tag
    if items[at - 2].fold in _NOT_PEOPLE:
        return False
    article = at > 2 and items[at - 3].tag in ("ART", "MY", "OUR", "POSS3")
    return head in ("STAFF", "JOB", "REPLACE") or (head == "w" and article)


def is_introduction(items: tuple[Item, ...], at: int) -> bool:
    """ "Je suis Karim Belhadi": the author says his own name."""
    before = " ".join(item.fold for item in items[max(0, at - 3) : at])
    return before.endswith(("je suis", "m appelle", "moi c est", "jesuis")) or (before in ("ici", "c est") and at <= 2)
