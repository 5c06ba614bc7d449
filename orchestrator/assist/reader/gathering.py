"""What several clauses ask, gathered into one thing for each plan and person."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.assist.plans import Person, Plan
from orchestrator.assist.reader.clauses import Clause
from orchestrator.assist.reader.owning import Kind, Owner

_FAMILY = {Plan.PASSWORD_RESET: "sign-in", Plan.UNLOCK: "sign-in"}


@dataclass
class Found:
    """One thing asked, gathered over the clauses that ask it."""

    plan: Plan
    owner: Owner
    person: Person | None
    clause: Clause
    certainty: float
    clauses: list[Clause] = field(default_factory=list)


def merge_found(found: list[Found]) -> list[Found]:
    """One for each plan and person. What names nobody goes with the one person of the same family of plans."""
    groups: dict[str, list[Found]] = {}
    for each in found:
        groups.setdefault(_FAMILY.get(each.plan, each.plan), []).append(each)
    return [merged for group in groups.values() for merged in _one_family(group)]


def _one_family(group: list[Found]) -> list[Found]:
    merged: list[Found] = []
    for each in sorted(group, key=lambda found: found.person is None):
        same = [
            other for other in merged if other.person == each.person and (each.person or _is_same_unknown(other, each))
        ]
        if not same and each.owner.kind is Kind.UNSAID and each.person is None:
            known = [other for other in merged if other.person is None or not _is_before(each, other)]
            same = known if len(merged) == 1 else [other for other in known if other.plan is each.plan]
        if same:
            _absorb(same[0], each)
        else:
            merged.append(each)
    return merged


def _is_before(each: Found, other: Found) -> bool:
    """It was said in the text before the other was named: it can be about somebody else."""
    if each.clause.in_title or any(clause.in_title for clause in other.clauses):
        return False
    return each.clause.number < min(clause.number for clause in other.clauses)


def _is_same_unknown(one: Found, other: Found) -> bool:
    """Two unknown people are taken for one, unless one of them is named (unreadably)."""
    return one.owner == other.owner or Kind.NAMED not in (one.owner.kind, other.owner.kind)


def _absorb(kept: Found, other: Found) -> None:
    if kept.plan is not other.plan:
        kept.plan = Plan.PASSWORD_RESET  # a reset also unlocks
    if other.certainty > kept.certainty or kept.clause.in_title:
        kept.clause = other.clause if not other.clause.in_title else kept.clause
    kept.certainty = max(kept.certainty, other.certainty)
    kept.clauses += other.clauses
