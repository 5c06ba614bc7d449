"""Title, missing points and questions of a summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk.analysis import texts
from desk.analysis.models import MAX_QUESTIONS, MAX_TITLE
from desk.analysis.symptoms import Symptom
from desk.analysis.topics import Topic, ancestors_of


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in a message, for those who word it. subject is the topic's label or the category's own name."""

    topic: Topic | None
    subject: str | None
    symptoms: tuple[Symptom, ...]
    asks: bool
    site: str | None
    equipment: str | None
    knows_sites: bool
    names_person: bool
    several: bool
    is_not_it: bool
    is_foreign: bool
    rival: str | None

    @property
    def says_what_happens(self) -> bool:
        """Whether the message tells a failure or a request, and not only a thing."""
        return bool(self.symptoms) or self.asks


def build_title(facts: Facts) -> str:
    """At most 80 characters, from our own words: subject, first symptom, site."""
    if facts.subject is None:
        return texts.UNKNOWN_TITLE
    happens = texts.SYMPTOM_LABELS[facts.symptoms[0]] if facts.symptoms else texts.REQUEST_LABEL if facts.asks else ""
    title = facts.subject + (texts.TITLE_SEPARATOR + happens if happens else "")
    title = (texts.SEVERAL_TITLE if facts.several else "") + title
    with_site = f"{title}{texts.SITE_SEPARATOR}{facts.site}" if facts.site else title
    chosen = with_site if len(with_site) <= MAX_TITLE else title
    return " ".join(chosen.split())[:MAX_TITLE].rstrip()


def list_missing(facts: Facts) -> tuple[str, ...]:
    """What a technician would still have to ask, the most useful first."""
    missing = []
    if facts.subject is None:
        missing.append(texts.MISSING_SUBJECT)
    if not facts.says_what_happens:
        missing.append(texts.MISSING_SYMPTOM)
    if facts.topic in texts.EQUIPMENT_LABELS and facts.equipment == texts.EQUIPMENT_LABELS[facts.topic]:
        missing.append(texts.MISSING_EQUIPMENT)
    if facts.topic in (Topic.ARRIVAL, Topic.ACCESS) and not facts.names_person:
        missing.append(texts.MISSING_PERSON)
    if facts.knows_sites and facts.site is None:
        missing.append(texts.MISSING_SITE)
    return tuple(missing)


def choose_questions(facts: Facts) -> tuple[str, ...]:
    """One or two questions that would let the message be understood."""
    if facts.is_foreign:
        chosen = [texts.ASK_LANGUAGE]
    elif facts.is_not_it:
        chosen = [texts.ASK_IS_IT]
    elif facts.subject is None:
        chosen = [texts.ASK_SUBJECT, texts.ASK_SYMPTOM]
    else:
        between = texts.ASK_BETWEEN.format(first=facts.subject, second=facts.rival) if facts.rival else None
        which = texts.ASK_WHICH if facts.topic in texts.EQUIPMENT_LABELS and facts.equipment else None
        chosen = [question for question in (between, _ask_about(facts), which) if question]
    return tuple(chosen[:MAX_QUESTIONS])


def _ask_about(facts: Facts) -> str | None:
    kinds: Sequence[Topic] = (facts.topic, *ancestors_of(facts.topic)) if facts.topic else ()
    asked = next((texts.SUBJECT_QUESTIONS[kind] for kind in kinds if kind in texts.SUBJECT_QUESTIONS), None)
    return asked or texts.ASK_ABOUT.format(subject=facts.subject)
