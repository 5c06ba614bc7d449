"""How much a whole message speaks of each topic."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import prod

from desk.analysis.patterns import Phrase
from desk.analysis.reading import Clause
from desk.analysis.topics import DOMINATES, FACETS, STRANGERS, Topic, ancestors_of, root_of

Evidence = dict[Topic, float]

_DOMINATED_SHARE = 0.4
_CONSEQUENCE_SHARE = 0.5  # "plus de wifi, du coup je ne peux pas ouvrir Netsoins"
_QUIET_SHARE = 0.7  # a clause that neither fails nor asks, beside one that does
_FAILING_SHARE = 0.7  # asking for a new thing because the old one fails
_STRONG = 0.8
_WIDENED = 0.95  # a printer is hardware, a little less than it is a printer
_MOST = 0.97


def weigh(clauses: Iterable[Clause], offered: Collection[Topic]) -> Evidence:
    """What the clauses prove, 0 to 1 a topic, without wider topics. offered: topics that a category exists for."""
    proofs: dict[Topic, dict[Phrase, float]] = {}
    listed = list(clauses)
    fails = any(clause.is_trouble for clause in listed)
    some_matter = any(clause.is_trouble or clause.asks for clause in listed)
    for clause in listed:
        share = _share_of(clause, some_matter)
        for topic, found in clause.topics.items():
            known = proofs.setdefault(topic, {})
            for phrase, proof in found.items():
                part = _FAILING_SHARE if topic is Topic.PURCHASE and fails else 1
                known[phrase] = max(known.get(phrase, 0), proof * share * part)
    evidence = {topic: min(_MOST, 1 - prod(1 - proof for proof in found.values())) for topic, found in proofs.items()}
    return _subdue(_support(evidence), offered)


def _support(evidence: Evidence) -> Evidence:
    """A product is surer when its kind is spoken of as well."""
    return {
        topic: min(_MOST, 1 - (1 - proof) * prod(1 - evidence.get(wider, 0) / 2 for wider in ancestors_of(topic)))
        for topic, proof in evidence.items()
    }


def _share_of(clause: Clause, some_matter: bool) -> float:
    if clause.is_consequence:
        return _CONSEQUENCE_SHARE
    return _QUIET_SHARE if some_matter and not (clause.is_trouble or clause.asks) else 1


def _subdue(evidence: Evidence, offered: Collection[Topic]) -> Evidence:
    """Topics that are only circumstances of a stronger one count less."""
    known = {kind for topic in offered for kind in (topic, *ancestors_of(topic))}
    ruling = [topic for topic, proof in evidence.items() if proof >= _STRONG and topic in DOMINATES and topic in known]
    below = {topic for ruler in ruling for topic in DOMINATES[ruler] if evidence.get(ruler, 0) >= _STRONG}
    return {topic: proof * (_DOMINATED_SHARE if topic in below else 1) for topic, proof in evidence.items()}


def widen(evidence: Evidence) -> Evidence:
    """The evidence with what it implies for wider topics."""
    wide = dict(evidence)
    for topic, proof in evidence.items():
        for rank, wider in enumerate(ancestors_of(topic), start=1):
            wide[wider] = max(wide.get(wider, 0), proof * _WIDENED**rank)
    return wide


def add_facets(evidence: Evidence, clauses: Iterable[Clause]) -> Evidence:
    """The evidence with whether something fails, or is asked for."""
    listed = list(clauses)
    fails = any(clause.is_trouble for clause in listed)
    asks = not fails and any(clause.asks for clause in listed)
    facets = {Topic.INCIDENT: 1.0 if fails else 0.0, Topic.REQUEST: 1.0 if asks else 0.0}
    return evidence | facets


def troubled_roots(clauses: Iterable[Clause], offered: Collection[Topic]) -> list[Topic]:
    """The widest topics that something surely fails in or is asked of, each in a clause of its own."""
    found: list[Topic] = []
    for clause in clauses:
        if clause.is_consequence or not (clause.is_trouble or clause.asks):
            continue
        evidence = {
            topic: proof for topic, proof in weigh([clause], offered).items() if topic not in FACETS | STRANGERS
        }
        best = max(evidence, key=evidence.__getitem__, default=None)
        if best is not None and evidence[best] >= _STRONG:
            found.append(root_of(best))
    return list(dict.fromkeys(found))
