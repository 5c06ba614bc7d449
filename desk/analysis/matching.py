"""GLPI's categories, understood by the words of their paths, and scored against a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from desk.analysis.evidence import Evidence, widen
from desk.analysis.models import Category
from desk.analysis.patterns import LONGEST, Patterns, Phrase, build_patterns
from desk.analysis.text import stems_of
from desk.analysis.topic_words import TOPIC_WORDS
from desk.analysis.topics import FACETS, STRANGERS, Topic, ancestors_of, root_of

NAMES: Patterns[Topic] = build_patterns((topic, words.names) for topic, words in TOPIC_WORDS.items())

_OWN_WORD = 0.95  # the message has the category's own word, such as the name of a product
_UNSAID_WORD = 0.97  # what remains for a category when its own word is not in the message
_PARENTS_PART = 0.25
_FACETS_PART = 0.5
_PARENT_SAID = 0.1
_NEUTRAL = frozenset(
    stem
    for stem in stems_of(
        "informatique metier autre divers general generale probleme support gestion local interne externe site salle "
        "professionnel panne niveau systeme equipe outil utilisateur bureau pour sur par avec technique si ehpad"
    )
)


@dataclass(frozen=True, slots=True)
class Known:
    """A category as we understand it. own: words of its last segment that belong to no topic."""

    category: Category
    path: tuple[str, ...]
    topics: frozenset[Topic]
    parents: frozenset[Topic]
    own: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """How well a category fits a message, 0 to 1; topic is what it fits by, None for its own words.

    is_said: the message has the category's own words, or it has none.
    """

    known: Known
    score: float
    topic: Topic | None
    is_said: bool


def understand(category: Category) -> Known:
    """A category by the words of its path."""
    path = tuple(part.strip() for part in category.name.split(">"))
    *upper, last = (_topics_in(stems_of(part)) for part in path)
    topics, own = last
    parents = frozenset(topic for found, _ in upper for topic in found) | (topics & FACETS)
    topics -= FACETS
    if Topic.REQUEST in parents and any(root_of(topic) is Topic.HARDWARE for topic in topics):
        topics |= {Topic.PURCHASE}  # `Demande > Imprimante`
    return Known(category, path, topics, parents, own - _NEUTRAL)


def _topics_in(stems: Phrase) -> tuple[frozenset[Topic], frozenset[str]]:
    """The topics of a segment, longest names first, and the words that name none."""
    topics: set[Topic] = set()
    own: set[str] = set()
    place = 0
    while place < len(stems):
        size = next((size for size in range(LONGEST, 0, -1) if stems[place : place + size] in NAMES.phrases), 0)
        if size:
            topics.update(NAMES.phrases[stems[place : place + size]])
        else:
            own.add(stems[place])
        place += max(size, 1)
    return frozenset(topics), frozenset(own)


def match_all(known: Iterable[Known], evidence: Evidence, words: frozenset[str]) -> list[Match]:
    """The categories that the message speaks of, best first. evidence is without wider topics."""
    wide = widen(evidence)
    found = [match for each in known for match in _match(each, wide, words)]
    return sorted(found, key=lambda match: (-match.score, len(match.known.path), match.known.category.category_id))


def _match(known: Known, wide: Evidence, words: frozenset[str]) -> Iterator[Match]:
    topic = max(known.topics, key=lambda each: (wide.get(each, 0), each), default=None)
    leaf = wide.get(topic, 0) if topic else 0.0
    says_own = bool(known.own) and known.own <= words
    if known.own and not says_own:
        leaf *= _UNSAID_WORD
    if says_own and not known.topics:
        leaf = _OWN_WORD
    if leaf > 0:
        score = leaf * _parents_share(known, topic, wide) + _parents_bonus(known, topic, wide)
        yield Match(known, min(score, 1.0), None if says_own and not known.topics else topic, says_own or not known.own)


def _parents_share(known: Known, topic: Topic | None, wide: Evidence) -> float:
    """Less when the path's upper part is of something else than what is said."""
    share = 1.0
    for part, strange in (
        (_FACETS_PART, known.parents & FACETS),
        (_PARENTS_PART, _unimplied_parents(known, topic) if topic else frozenset()),
    ):
        if strange:
            share *= 1 - part * (1 - max(wide.get(parent, 0) for parent in strange))
    return share


def _parents_bonus(known: Known, topic: Topic | None, wide: Evidence) -> float:
    return _PARENT_SAID * max((wide.get(parent, 0) for parent in _unimplied_parents(known, topic)), default=0)


def _unimplied_parents(known: Known, topic: Topic | None) -> frozenset[Topic]:
    implied = {topic, *ancestors_of(topic)} if topic else set()
    return known.parents - FACETS - implied


def rivals_of(best: Match, others: Sequence[Match]) -> list[Match]:
    """The matches that speak against the best.

    Not those above or below it, nor wider than what it fits by, nor a special case of it that is not said
    (`Imprimante Zebra` beside `Imprimante`).
    """
    wider = set(ancestors_of(best.topic)) if best.topic else set()
    return [
        match
        for match in others
        if match is not best
        and not _is_line(match.known.path, best.known.path)
        and match.topic not in wider
        and (match.topic != best.topic or match.is_said or not best.is_said)
    ]


def unanswered(best: Match, evidence: Evidence) -> float:
    """How much the message speaks of something that the best category is not about, 0 to 1."""
    about = best.known.topics | best.known.parents
    wider = {wide for topic in about for wide in ancestors_of(topic)}
    strays = (
        proof
        for topic, proof in evidence.items()
        if topic not in FACETS | STRANGERS | wider and about.isdisjoint((topic, *ancestors_of(topic)))
    )
    return max(strays, default=0.0)


def _is_line(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def offered_by(known: Iterable[Known]) -> frozenset[Topic]:
    """The topics that some category is about."""
    return frozenset(topic for each in known for topic in each.topics)
