"""What else a request says: job and service, whose rights to copy, where somebody goes; and forms."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.assist.plans import Person
from orchestrator.assist.reader.body import deaccent
from orchestrator.assist.reader.bystanders import is_model
from orchestrator.assist.reader.clauses import Clause, Item
from orchestrator.assist.reader.names import parse_name
from orchestrator.assist.reader.naming import build_person

MAX_LINE = 80
_END = re.compile(
    r"[,;.!?\n(\"]| à compter| à partir| dès | à dater| le \d| au \d| depuis"
    r"| lundi| mardi| mercredi| jeudi| vendredi| samedi| dimanche| demain| en tant| comme | pour | et | avec | merci|$"
)
_TARGET = re.compile(
    r"(?:\bau|\bà la|\bà l'|\baux|\bà|\bvers(?: le| la| l')?|\bsur(?: le| la| l')?|\ben)\s{0,2}(?=[A-Za-zÀ-ÿ])"
)
_SERVICE = re.compile(r"\b(?:service|unité|unite|pôle|secteur)\s{1,2}[A-Za-zÀ-ÿ'-]{2,30}", re.IGNORECASE)
_LABEL = re.compile(r"^\W{0,4}(?P<label>[a-z' /-]{2,40}?)\s?:\s?(?P<value>.{1,80})$")
_LABELS = (
    (
        "both",
        re.compile(r"^(?:nom,? ?(?:et |/ ?|& ?)?prenom|prenom,? ?(?:et |/ ?)?nom|nom complet|salarie|agent)e?s?$"),
    ),
    ("lastname", re.compile(r"^nom(?: de famille| d'usage)?$")),
    ("firstname", re.compile(r"^prenom$")),
    ("job", re.compile(r"^(?:fonction|poste|metier|emploi|qualification|profession)$")),
    ("service", re.compile(r"^(?:service|unite|secteur|affectation)$")),
)


@dataclass(frozen=True, slots=True)
class Form:
    """Lines of "label: value" about one person."""

    person: Person | None
    job: str | None = None
    service: str | None = None


def find_form(text: str) -> Form | None:
    """The one form in a text; None without one. Its person is None when it names two, or nobody that can be read."""
    values: dict[str, list[str]] = {}
    for line in text.split("\n"):
        found = _LABEL.match(deaccent(line)) if len(line) < 140 else None
        if not found:
            continue
        for field, pattern in _LABELS:
            if pattern.match(found["label"].strip()):
                values.setdefault(field, []).append(line[found.start("value") : found.end("value")].strip())
    if not {"lastname", "firstname", "both"} & values.keys():
        return None
    return Form(_form_person(values), _only(values, "job"), _only(values, "service"))


def _form_person(values: dict[str, list[str]]) -> Person | None:
    last, first = _only(values, "lastname"), _only(values, "firstname")
    if last is None or first is None:
        both = _only(values, "both")
        return parse_name(both) if both and last is None and first is None else None
    return build_person(first, last)


def _only(values: dict[str, list[str]], field: str) -> str | None:
    found = values.get(field, [])
    return found[0][:MAX_LINE] if len(found) == 1 and found[0] else None


def find_model(clauses: list[Clause]) -> Item | None:
    """Whose rights are to be copied; None when nobody, or two, are named for it."""
    found = []
    for clause in clauses:
        for at, item in enumerate(clause.items):
            if item.tag == "NAME" and is_model(clause.items, at):
                found.append(item)
    return found[0] if len(found) == 1 else None


def find_job(clause: Clause) -> str | None:
    """The job that a clause names first, as written."""
    return next((item.text for item in clause.items if item.tag == "JOB"), None)


def find_service(text: str, start: int, end: int) -> str | None:
    """ "service hôtelier", as written."""
    found = _SERVICE.search(text, start, end)
    return found[0][:MAX_LINE] if found else None


def find_place(text: str, start: int, end: int) -> str | None:
    """Where somebody goes: what follows the last "à", "au", "vers" before the date. start: the verb that says so."""
    stretch = text[start : min(end, start + 300)]
    best = None
    for found in _TARGET.finditer(stretch):
        rest = stretch[found.end() :]
        place = rest[: _END.search(rest).start()].strip()  # type: ignore[union-attr]  # it matches the end
        if len(place) > 2 and not re.match(r"(?:compter|partir|dater|temps|mi-temps|ce|cette|son|sa|ses)\b", place):
            best = place[:MAX_LINE]
            if not found[0].startswith("du"):
                break
    return best
