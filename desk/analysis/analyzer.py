"""One message turned into a summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from desk.analysis import priority, texts
from desk.analysis.evidence import Evidence, add_facets, troubled_roots, weigh
from desk.analysis.hostile import cut_orders, is_foreign
from desk.analysis.matching import Known, Match, match_all, offered_by, rivals_of, unanswered, understand
from desk.analysis.models import MAX_ALTERNATIVES, MAX_TEXT, Action, Category, Summary, Thresholds
from desk.analysis.places import find_brand, find_equipment_code, find_site, names_person
from desk.analysis.reading import ASKING, FINE, FUNCTION_STEMS, OVER, SYMPTOMS, TOPICS, Clause, read_clauses
from desk.analysis.symptoms import LACKS, NEGATIONS, Symptom
from desk.analysis.text import simplify, words_of
from desk.analysis.topics import FACETS, NEEDS_FAILURE, STRANGERS, Topic, ancestors_of, root_of
from desk.analysis.vocabulary import Vocabulary
from desk.analysis.wording import Facts, build_title, choose_questions, list_missing

_SURE = 0.8
_LIKELY = 0.6
_STRANGE = 0.5
_HARMLESS_RIVAL = 0.5  # a rival below this part of the best takes nothing from it
_RIVAL_COST = 0.45
_WORTH_OFFERING = 0.3
_OTHER_SYSTEMS = STRANGERS | {
    *(Topic.MAIL, Topic.SOFTWARE, Topic.NETWORK, Topic.TELEPHONY, Topic.SURVEILLANCE, Topic.TABLET, Topic.PRINTER),
    *(Topic.FILES, Topic.TELEVISION, Topic.SECURITY, Topic.NURSE_CALL),
}
_STATIC_STEMS = frozenset(
    stem for patterns in (TOPICS, SYMPTOMS, ASKING, FINE, OVER, priority.SIGNS) for stem in patterns.stems()
).union(FUNCTION_STEMS, NEGATIONS, LACKS)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """GLPI's list as we understand it, with the words to read messages by."""

    known: tuple[Known, ...]
    offered: frozenset[Topic]
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class _Read:
    """A message read against a catalogue. is_suspect: it gives orders to a program."""

    clauses: list[Clause]
    evidence: Evidence
    matches: list[Match]
    several: bool
    is_suspect: bool
    is_foreign: bool

    @property
    def best(self) -> Match | None:
        return self.matches[0] if self.matches else None

    @property
    def topic(self) -> Topic | None:
        """The narrowest topic that the message is about."""
        said = {topic: proof for topic, proof in self.evidence.items() if topic not in FACETS | STRANGERS}
        return max(said, key=lambda topic: (said[topic], len(ancestors_of(topic)), topic), default=None)

    @property
    def symptoms(self) -> tuple[Symptom, ...]:
        found = {symptom for clause in self.clauses for symptom in clause.symptoms}
        return tuple(symptom for symptom in Symptom if symptom in found)


def analyze(
    message: str,
    *,
    categories: Sequence[Category],
    sites: Sequence[str] = (),
    thresholds: Thresholds = Thresholds(),  # noqa: B008 - frozen
) -> Summary:
    """What the message says, by rules alone: it never raises, whatever the text.

    categories are all that GLPI offers, under any names; sites are their names as people say them. Reads 20,000
    characters at most, in linear time.
    """
    catalogue = _understand_all(tuple(categories))
    written = message[:MAX_TEXT]
    read = _read(simplify(written), catalogue)
    confidence = _confidence(read)
    facts = _facts(read, written, sites, catalogue)
    action = _choose_action(read, facts, confidence, thresholds)
    chosen = read.best.known.category if read.best and confidence > 0 else None
    return Summary(
        category_id=chosen.category_id if chosen else None,
        category=chosen.name if chosen else None,
        confidence=confidence,
        alternatives=_alternatives(read),
        priority=priority.choose_priority(read.clauses, read.evidence),
        title=build_title(facts),
        symptoms=tuple(texts.SYMPTOM_LABELS[symptom] for symptom in read.symptoms),
        site=facts.site,
        equipment=facts.equipment,
        missing=list_missing(facts),
        questions=choose_questions(facts) if action is Action.CLARIFY else (),
        action=action,
        several=read.several,
        is_account_request=_is_account_request(read.clauses, catalogue),
    )


@lru_cache(maxsize=8)
def _understand_all(categories: tuple[Category, ...]) -> _Catalogue:
    known = tuple(understand(category) for category in categories)
    own = {word for each in known for word in each.own}
    return _Catalogue(known, offered_by(known), Vocabulary(_STATIC_STEMS | own))


def _read(simple: str, catalogue: _Catalogue) -> _Read:
    believed, is_suspect = cut_orders(simple)
    clauses = read_clauses(believed, catalogue.vocabulary)
    evidence = add_facets(weigh(clauses, catalogue.offered), clauses)
    words = frozenset(word for clause in clauses for word in clause.words)
    return _Read(
        clauses=clauses,
        evidence=evidence,
        matches=match_all(catalogue.known, evidence, words),
        several=len(troubled_roots(clauses, catalogue.offered)) > 1,
        is_suspect=is_suspect,
        is_foreign=is_foreign(simple, words_of(simple)),
    )


def _confidence(read: _Read) -> float:
    """How sure the best category is: its score, less for a rival close to it."""
    best = read.best
    if best is None or (_is_not_it(read) and best.score < _SURE):
        return 0.0
    others = [match.score for match in rivals_of(best, read.matches)]
    rival = max([*others, unanswered(best, read.evidence)])
    closeness = min(1.0, max(0.0, rival / best.score - _HARMLESS_RIVAL) / (1 - _HARMLESS_RIVAL))
    return round(best.score * (1 - _RIVAL_COST * closeness), 3)


def _is_not_it(read: _Read) -> bool:
    return read.evidence.get(Topic.NOT_IT, 0) >= _STRANGE


def _is_strange(read: _Read) -> bool:
    return any(read.evidence.get(topic, 0) >= _STRANGE for topic in STRANGERS)


def _choose_action(read: _Read, facts: Facts, confidence: float, thresholds: Thresholds) -> Action:
    if not facts.says_what_happens:
        return Action.CLARIFY
    if read.best is None or confidence == 0:
        is_known = read.topic is not None and read.evidence[read.topic] >= _SURE and not _is_not_it(read)
        return Action.CONFIRM if is_known else Action.CLARIFY
    is_doubtful = read.several or read.is_suspect or read.is_foreign or _is_strange(read) or _is_for_people(read)
    if confidence >= thresholds.auto_validate and not is_doubtful:
        return Action.AUTO_VALIDATE
    return Action.CONFIRM if confidence >= thresholds.confirm else Action.CLARIFY


def _is_for_people(read: _Read) -> bool:
    return read.topic in NEEDS_FAILURE and not read.symptoms


def _alternatives(read: _Read) -> tuple[Category, ...]:
    offered = [match.known.category for match in read.matches[1:] if match.score >= _WORTH_OFFERING]
    return tuple(offered[:MAX_ALTERNATIVES])


def _facts(read: _Read, written: str, sites: Sequence[str], catalogue: _Catalogue) -> Facts:
    rivals = rivals_of(read.best, read.matches) if read.best else []
    return Facts(
        topic=read.topic,
        subject=_subject(read),
        symptoms=read.symptoms,
        asks=any(clause.asks for clause in read.clauses),
        site=find_site(written, sites),
        equipment=_equipment(read.topic, written),
        knows_sites=bool(sites),
        names_person=names_person(written),
        several=read.several,
        is_not_it=_is_not_it(read),
        is_foreign=read.is_foreign,
        rival=rivals[0].known.path[-1] if rivals and rivals[0].score >= _WORTH_OFFERING else None,
    )


def _subject(read: _Read) -> str | None:
    """What a title calls the subject: the topic, or the category's own name where no topic says it."""
    if read.best is not None and read.best.topic is None:
        return read.best.known.path[-1]
    return texts.TOPIC_LABELS.get(read.topic) if read.topic else None


def _equipment(topic: Topic | None, written: str) -> str | None:
    label = texts.EQUIPMENT_LABELS.get(topic) if topic else None
    named = (label, find_brand(simplify(written)) if label else None, find_equipment_code(written))
    return " ".join(part for part in named if part) or None


def _is_account_request(clauses: list[Clause], catalogue: _Catalogue) -> bool:
    """Whether some clause is about a directory account, and not about another system's password."""
    for clause in clauses:
        evidence = weigh([clause], catalogue.offered)
        others = any(proof >= _LIKELY and {topic, root_of(topic)} & _OTHER_SYSTEMS for topic, proof in evidence.items())
        matters = clause.is_trouble or clause.asks
        is_password = evidence.get(Topic.PASSWORD, 0) >= _LIKELY and matters and not others
        if is_password or evidence.get(Topic.ARRIVAL, 0) >= _SURE:
            return True
    return False
