"""A ticket that rules could not decide: what a model is shown of it, and how much of its answer counts. Pure.

Names do not go to the model: it is shown numbered people and picks one. So it can name nobody whom the rules did not
read in the author's own words, and neither a signature nor a quoted mail gives it anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from pydantic import BaseModel, Field

from orchestrator.assist.plans import Person, Plan, Request
from orchestrator.assist.reader.body import has_overrides, normalise, parse_own_text
from orchestrator.assist.reader.clauses import Clause, parse_clauses
from orchestrator.assist.reader.french import fold, parse_sentences
from orchestrator.assist.reader.persons import Context, is_same, person_of
from orchestrator.assist.reader.reading import missing_of

MODEL_CONFIDENCE = 0.3
MAX_SHOWN = 4000
MIN_WORDS = 6
_LEAST, _MOST = 0.25, 0.65
_ELSEWHERE = ("OTHER", "MAILBOX", "THING", "HOWTO", "AWAY", "SPAM")
_OWN = (Plan.PASSWORD_RESET, Plan.UNLOCK)
_FIRST_PERSON = re.compile(r"\b(?:je|j|moi|me|m|mon|ma|mes|i|my|mi|no puedo|ich|meine?)\b")


class TextLike(Protocol):
    """What somebody wrote: a ticket's description with its title, or a followup."""

    @property
    def title(self) -> str:
        """Empty for a followup."""

    @property
    def content(self) -> str:
        """As GLPI gives it."""


class Guess(BaseModel):
    """The model's answer."""

    plan: Literal["QUESTION", "PASSWORD_RESET", "UNLOCK", "CREATE_ACCOUNT", "DISABLE", "ENABLE", "MOVE"]
    whose: Literal["author", "person", "unknown"] = "unknown"
    person: int | None = Field(default=None, ge=1, le=50, description="the number of the person")
    words: str = Field(max_length=200, description="the words of the ticket that ask it, copied exactly")
    place: str | None = Field(default=None, max_length=80, description="for MOVE only, copied exactly")


@dataclass(frozen=True)
class Undecided:
    """The author's own words, cut into clauses, and the people whom they name."""

    own: str
    clauses: tuple[Clause, ...]
    request: Request

    @cached_property
    def context(self) -> Context:
        """Who is named, and who is only greeted, quoted or signs."""
        return Context(list(self.clauses))

    @cached_property
    def shown(self) -> str:
        """What the model reads: the author's own words, with numbers for names."""
        parts, at = [], 0
        for item in (item for clause in self.clauses for item in clause.items if item.mention):
            parts += [self.own[at : item.start], self._token(person_of(item))]
            at = item.end
        return ("".join(parts) + self.own[at:])[:MAX_SHOWN]

    def _token(self, person: Person | None) -> str:
        alike = [at for at, known in enumerate(self.context.people, 1) if person and is_same(known, person)]
        return f"[person {alike[0]}]" if len(alike) == 1 else "[somebody]"

    def question(self) -> str:
        """What is put to the model, fenced: nothing in it can end the fence."""
        fenced = json.dumps({"text": self.shown}, ensure_ascii=False).replace("<", "\\u003c")
        return f"<ticket>\n{fenced}\n</ticket>"


def find_undecided(text: TextLike, requests: Sequence[Request]) -> Undecided | None:
    """What a model may be asked about; None where the rules have decided, if only that people must look at it."""
    if len(requests) != 1 or requests[0].plan is not Plan.QUESTION or has_overrides(text.title + text.content):
        return None
    if not _LEAST < requests[0].confidence <= _MOST:
        return None
    own = f"{normalise(text.title)}\n\n{parse_own_text(normalise(text.content))}".strip()
    clauses = tuple(
        clause
        for number, sentence in enumerate(parse_sentences(own))
        for clause in parse_clauses(sentence, own, number=number, in_title=False)
    )
    privileged = any(item.mention and item.mention.privileged for clause in clauses for item in clause.items)
    if privileged or not clauses or any(clause.has(*_ELSEWHERE) for clause in clauses):
        return None
    return Undecided(own, clauses, requests[0])


def ground_guess(guess: Guess, undecided: Undecided) -> Request | None:
    """The request that a guess amounts to; None when the author's words do not bear it out."""
    words, plan = _plain(guess.words), Plan(guess.plan)
    if plan is Plan.QUESTION or len(words) < MIN_WORDS or words not in _plain(undecided.shown):
        return None
    place = guess.place if plan is Plan.MOVE and _is_own(guess.place, undecided.own) else None
    request = Request(
        plan=plan,
        person=_person(guess, plan, words, undecided.context),
        place=place,
        quote=undecided.request.quote,
        confidence=MODEL_CONFIDENCE,
        by_model=True,
    )
    return request.model_copy(update={"missing": missing_of(request)})


def _person(guess: Guess, plan: Plan, words: str, context: Context) -> Person | None:
    """The author where he speaks of himself and names nobody; a numbered person who is the only one or in the words."""
    if context.unreadable:
        return None
    if guess.whose == "author":
        speaks = plan in _OWN and _FIRST_PERSON.search(words) is not None
        return context.author if speaks and not context.people and not context.bystanders else None
    if guess.whose != "person" or guess.person is None or guess.person > len(context.people):
        return None
    chosen = context.people[guess.person - 1]
    return chosen if chosen == context.only_one() or f"[person {guess.person}]" in words else None


def _is_own(place: str | None, own: str) -> bool:
    return place is not None and len(place.strip()) > 2 and _plain(place) in _plain(own)


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
