"""A message read clause by clause: what each is about, what fails, what is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from desk.analysis.patterns import Patterns, Phrase, build_patterns, grams_of
from desk.analysis.symptoms import (
    FINE_WORDS,
    FUNCTIONS,
    LACKS,
    NEGATIONS,
    OVER_WORDS,
    REQUEST_WORDS,
    SYMPTOM_WORDS,
    Symptom,
)
from desk.analysis.text import stem
from desk.analysis.topic_words import TOPIC_WORDS
from desk.analysis.topics import CARRIERS, Topic
from desk.analysis.vocabulary import Vocabulary

Proof = tuple[Topic, float]

SURE, LIKELY, WEAK = 0.9, 0.7, 0.4
_CARRIER_SHARE = 0.35  # what a thing proves when it is only where something is seen
_GUESSED_SHARE = 0.85
_BEFORE_CARRIERS = frozenset({"sur", "depui", "avec", "pour", "dan", "dans"})

TOPICS: Patterns[Proof] = build_patterns(
    line
    for topic, words in TOPIC_WORDS.items()
    for line in (((topic, SURE), words.sure), ((topic, LIKELY), words.likely), ((topic, WEAK), words.weak))
)
FUNCTION_STEMS = frozenset(stem(verb) for verb in FUNCTIONS)
SYMPTOMS: Patterns[Symptom] = build_patterns(SYMPTOM_WORDS.items())
ASKING: Patterns[bool] = build_patterns([(True, REQUEST_WORDS)])
FINE: Patterns[bool] = build_patterns([(True, FINE_WORDS)])
OVER: Patterns[bool] = build_patterns([(True, OVER_WORDS)])

# A clause is what is said of one thing. New subjects begin at these words too.
_CLAUSE_END = re.compile(
    r"(?:(?<!\b[a-z])\.|[!?;\n])+|(?<!\d),|,(?!\d)|\+|\s\d\s?[)/]"
    r"|\bautre (?:sujet|probleme|chose|souci)\b|\bpar ailleurs\b|\bpar contre\b|\ben plus\b|\baussi\b|\bsinon\b"
    r"|\bmais\b|\balors que\b|\bet\b|\bcar\b|\bparce que\b|\bdu coup\b|\bdonc\b"
)
_NOT_THIS = re.compile(r"\b(?:ce n.?est|c.?est|ce n.?etait) pas (?:de |du |la |le |l.|les |mon |ma |un |une )")
_CIRCUMSTANCES = frozenset({"depui", "suite", "apre", "apres", "quand", "lorsque", "lorsqu", "lorsq"})
_CONSEQUENCE = re.compile(r"\bdu coup\b|\bdonc\b|\bcar\b|\bparce que\b")


@dataclass(slots=True)
class Clause:
    """What one clause says. words are its stems in order; topics hold what proves each, by the words that do."""

    words: list[str]
    topics: dict[Topic, dict[Phrase, float]] = field(default_factory=dict)
    symptoms: set[Symptom] = field(default_factory=set)
    asks: bool = False
    is_consequence: bool = False

    @property
    def is_trouble(self) -> bool:
        """Whether something fails."""
        return bool(self.symptoms)


def split_clauses(simple: str) -> list[tuple[str, bool]]:
    """The clauses of a simplified text, each with whether it only tells a cause or a consequence."""
    pieces: list[tuple[str, bool]] = []
    begin, follows = 0, False
    for end in _CLAUSE_END.finditer(simple):
        pieces.append((simple[begin : end.start()], follows))
        begin, follows = end.end(), _CONSEQUENCE.fullmatch(end.group()) is not None
    pieces.append((simple[begin:], follows))
    return [(text, follows) for text, follows in pieces if text.strip()]


def read_clauses(simple: str, vocabulary: Vocabulary) -> list[Clause]:
    """What each clause of a simplified text says."""
    pieces = split_clauses(simple)
    stems, guessed = vocabulary.read([text for text, _ in pieces])
    clauses = []
    for (text, follows), words in zip(pieces, stems, strict=True):
        clause = _read_clause(words, guessed)
        clause.is_consequence = follows
        if _is_over(words):
            clause.topics, clause.symptoms = {}, set()
        elif _NOT_THIS.search(text) or (not clause.is_trouble and _is_fine(words)):
            clause.topics = {}
        clauses.append(clause)
    _set_circumstances_apart(clauses)
    return clauses


def _set_circumstances_apart(clauses: list[Clause]) -> None:
    """`Depuis que l'imprimante a été changée, mon PC rame`: the first clause is not the problem when another is."""
    for clause in clauses:
        if clause.words and clause.words[0] in _CIRCUMSTANCES:
            clause.is_consequence |= any(other.is_trouble and other.topics for other in clauses if other is not clause)


def _is_fine(words: list[str]) -> bool:
    return any(True for _ in FINE.find(grams_of(words)))


def _is_over(words: list[str]) -> bool:
    return any(place == 0 or words[place - 1] not in NEGATIONS for _, _, place in OVER.find(grams_of(words)))


def _read_clause(words: list[str], guessed: frozenset[str]) -> Clause:
    grams = grams_of(words)
    clause = Clause(words)
    clause.symptoms = {symptom for symptom, _, _ in SYMPTOMS.find(grams)}
    clause.asks = any(True for _ in ASKING.find(grams))
    for (topic, share), phrase, place in TOPICS.find(grams):
        proofs = clause.topics.setdefault(topic, {})
        certainty = _GUESSED_SHARE if len(phrase) == 1 and phrase[0] in guessed else 1
        proofs[phrase] = max(proofs.get(phrase, 0), share * certainty * _share_at(topic, words, place))
    if _denies_function(words) or _lacks_topic(words, clause):
        clause.symptoms.add(Symptom.FAILS)
    if clause.is_trouble:
        clause.topics.pop(Topic.PURCHASE, None)
    return clause


def _share_at(topic: Topic, words: list[str], place: int) -> float:
    is_place = topic in CARRIERS and place > 0 and words[place - 1] in _BEFORE_CARRIERS
    return _CARRIER_SHARE if is_place else 1


def _denies_function(words: list[str]) -> bool:
    places = [place for place, word in enumerate(words) if word in NEGATIONS]
    return any(word in FUNCTION_STEMS for place in places for word in words[max(0, place - 2) : place])


def _lacks_topic(words: list[str], clause: Clause) -> bool:
    named = {phrase[0] for proofs in clause.topics.values() for phrase in proofs}
    return any(word in LACKS and after in named for word, after in pairwise(words))
