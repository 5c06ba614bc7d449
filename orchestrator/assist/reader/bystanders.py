"""Who is named in a clause, and who only stands beside: greeted, quoted, written to, or a model."""

from __future__ import annotations

from itertools import pairwise

from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.words import word_set

_NOT_A_CANDIDATE_AFTER = word_set(
    """
    comme avec contacter prevenir voir selon cc copie par transmettre envoyer remettre communiquer donner remercie part
    demande
    """
)
_GREETED = word_set("bonjour bonsoir salut hello bjr bsr slt coucou merci cher chere hi dear")
_LISTING = frozenset({"NAME", "AND", ",", "JOB", "OF", "PLACE"})
_SPEAKS = word_set("m nous me vous dit demande demandait souhaite signale informe remercie")
_KIN = word_set(
    "fille fils mari femme epouse epoux mere pere soeur frere niece neveu cousin cousine compagne compagnon"
)
_NOT_PEOPLE = word_set("stage contrat cdd mission periode conge arret date nom prenom droits cas demande situation fin")


def find_candidates(clause: Clause) -> list[Item]:
    """The names of a clause that an account could be meant by: nobody called, quoted or written to."""
    return [item for at, item in _spoken_of(clause) if not is_beside(clause.items, at)]


def find_bystanders(clause: Clause) -> list[Item]:
    """The names of a clause that "he" or "she" could mean as well: somebody quoted, written to, or there too."""
    return [item for at, item in _spoken_of(clause) if is_beside(clause.items, at)]


def is_list(clause: Clause) -> bool:
    """True when nothing but commas, jobs and the like stands between the candidates of a clause."""
    spoken_of = find_candidates(clause)
    at = [index for index, item in enumerate(clause.items) if item in spoken_of]
    between = clause.items[at[0] : at[-1]] if at else ()
    return all(item.tag in _LISTING or item.fold in ("\n", "•") for item in between)


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
        return not is_apposed(items, at)
    if not following and at and (before[-1] == "," or items[at - 1].tag in ("ASK", "THANKS")):
        return not _is_told_before(items, at)
    if before[-1:] == [","] and set(before) & _GREETED:
        return not following or following[0].fold == "," or following[0].tag == "ASK"
    if set(before[-1:]) & _GREETED:
        return not following or following[0].tag != "AUX"
    return False


def is_told(items: tuple[Item, ...], at: int) -> bool:
    """ "Elle s'appelle X", "il s'agit de X": the somebody of before has a name."""
    return bool({item.fold for item in items[max(0, at - 2) : at]} & {"appelle", "appelant", "agit", "nomme", "nommee"})


def is_apposed(items: tuple[Item, ...], at: int) -> bool:
    """ "Mme X, infirmière, …", "X, notre cadre, …": spoken of, and told who it is."""
    told = [item.tag for item in items[at + 2 : at + 4]]
    return items[at + 1 : at + 2] != () and items[at + 1].fold == "," and bool({"JOB", "STAFF", "PLACE"} & set(told))


def _is_told_before(items: tuple[Item, ...], at: int) -> bool:
    """ "Nous avons un infirmier remplaçant, M. X": the name of who is told of before it; or one more of several."""
    head = items[:at]
    if len(head) > 1 and head[-2].tag == "NAME" and not any(item.tag in ("ASK", "THANKS") for item in head):
        return True
    told = any(one.tag in ("ART", "OUR") and two.tag in ("JOB", "STAFF") for one, two in pairwise(head))
    return told and not any(item.tag in ("ASK", "THANKS", "MY") for item in head)


def _after_apposition(items: tuple[Item, ...], at: int) -> int:
    """Where it goes on after a name and what is told of it: ", la directrice,"."""
    if not is_apposed(items, at):
        return at + 1
    return next((index + 1 for index in range(at + 2, len(items)) if items[index].fold == ","), len(items))


def is_beside(items: tuple[Item, ...], at: int) -> bool:
    """True for somebody who asks, is written to or stands by: the account is not his by being named."""
    following = items[_after_apposition(items, at) :][:1]
    if (following and following[0].fold in _SPEAKS) or is_kin(items, at):
        return True
    if following and following[0].fold == "qui":
        return False
    return bool({other.fold for other in items[max(0, at - 2) : at]} & _NOT_A_CANDIDATE_AFTER)


def is_kin(items: tuple[Item, ...], at: int) -> bool:
    """ "la fille de Mme X", "le remplaçant de M. Y": it is not about X or Y."""
    if at < 2 or items[at - 1].tag != "OF":
        return False
    if items[at - 2].fold in _KIN:
        return True
    head = items[at - 2].tag
    if items[at - 2].fold in _NOT_PEOPLE:
        return False
    article = at > 2 and items[at - 3].tag in ("ART", "MY", "OUR", "POSS3")
    return head in ("STAFF", "JOB", "REPLACE") or (head == "w" and article)


def is_introduction(items: tuple[Item, ...], at: int) -> bool:
    """ "Je suis Karim Belhadi": the author says his own name."""
    before = " ".join(item.fold for item in items[max(0, at - 3) : at])
    if before.endswith(("je suis", "m appelle", "moi c est", "jesuis")):
        return True
    opening = [item.fold for item in items[:at] if item.tag not in ("GREETING", ",")]
    return " ".join(opening) in ("ici", "c est")


def find_presented(clause: Clause) -> Item | None:
    """Who presents himself before he speaks: "Bonjour, Anne Kermarec, infirmière de nuit."."""
    said = [item for item in clause.items if item.tag not in ("GREETING", ",", "OF", "PLACE", "ART", "FOR", "w")]
    presented = [item.tag for item in said] == ["NAME", "JOB"]
    return said[0] if presented and not clause.in_title else None
