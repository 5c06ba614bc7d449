"""The journal as a timeline: each line said in the same few words, with what it cost and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from orchestrator.assist.codes import Code
from orchestrator.assist.refusals import WORDINGS
from orchestrator.tables import journal


class EntryType(StrEnum):
    """What sort of thing happened."""

    INTAKE = "intake"
    STEP = "step"
    MODEL = "model"
    TOOL = "tool"
    EFFECT = "effect"
    POLICY = "policy"
    VERDICT = "verdict"
    PERSON = "person"
    LOCK = "lock"
    WAIT = "wait"
    REFUSAL = "refusal"
    ERROR = "error"
    END = "end"
    NOTE = "note"


_TYPES: Mapping[str, EntryType] = {
    "received": EntryType.INTAKE,
    "stored": EntryType.INTAKE,
    "look": EntryType.INTAKE,
    "step": EntryType.STEP,
    "model_call": EntryType.MODEL,
    "no_model": EntryType.MODEL,
    "categorised": EntryType.MODEL,
    "tool_call": EntryType.TOOL,
    "ticket": EntryType.EFFECT,
    "email": EntryType.EFFECT,
    "policy": EntryType.POLICY,
    "checked": EntryType.POLICY,
    "verdict": EntryType.VERDICT,
    "settled": EntryType.VERDICT,
    "approval": EntryType.PERSON,
    "confirmation": EntryType.PERSON,
    "switch": EntryType.PERSON,
    "replay": EntryType.PERSON,
    "lock_taken": EntryType.LOCK,
    "lock_released": EntryType.LOCK,
    "waiting": EntryType.WAIT,
    "refused": EntryType.REFUSAL,
    "mail_refused": EntryType.REFUSAL,
    "error": EntryType.ERROR,
    "done": EntryType.END,
    "closed": EntryType.END,
    "handed_over": EntryType.END,
}
_COSTS = ("ms", "prompt_tokens", "output_tokens")


class TimelineEntry(BaseModel):
    """One line of the journal.

    type: in few words; kind: the journal's own. offset_ms: since the first line. name: the tool, step or agent. by: who
    asked for it: workflow, an agent, an operator. outcome: of a tool call: ok, replayed (answered from the record:
    nothing was done again), or an error's code. code and reason: why policy said what it said; the reason is in French.
    is_effect: something outside was changed. arguments: as they are stored, redacted. ms: how long it took; waited_ms:
    for the model's lock. detail: all that the line says.
    """

    id: int
    run_id: str
    at: datetime
    offset_ms: int
    type: EntryType
    kind: str
    name: str
    by: str
    outcome: str
    verdict: str
    code: str
    reason: str
    is_effect: bool
    arguments: dict[str, Any] | None
    ms: float | None
    waited_ms: float | None
    prompt_tokens: int | None
    output_tokens: int | None
    detail: dict[str, Any]


class Totals(BaseModel):
    """What a whole journal cost and changed."""

    lines: int
    tool_calls: int
    effects: int
    model_calls: int
    prompt_tokens: int
    output_tokens: int
    model_ms: float
    tool_ms: float
    duration_ms: int


class Evidence(BaseModel):
    """A verdict with what it was made of. reads: the lines of the timeline that were read for it.

    responsible, confidence and rule are the rules'; facts are sentences in French. finding: what the model found, if
    it was asked in time; it decides nothing.
    """

    responsible: str
    confidence: float
    rule: str
    facts: list[str]
    finding: dict[str, Any] | None
    reads: list[int]


def list_run_ids(row: Mapping[str, Any]) -> list[str]:
    """Every id under which the journal may tell of an incident: its rounds, and its works."""
    key = row["key"]
    rounds = [f"{key}.r{number}" for number in range(2, row["round"] + 1)]
    return [key, *rounds, *(f"{key}.{number}" for number in range(1, row["work_no"] + 1))]


def list_entries(
    connection: sa.Connection, run_ids: Sequence[str], *, after: int, limit: int
) -> tuple[list[TimelineEntry], bool]:
    """The next lines, in order, and whether there are more."""
    mine = journal.c.run_id.in_(run_ids)
    first = connection.execute(sa.select(sa.func.min(journal.c.at)).where(mine)).scalar()
    query = sa.select(journal).where(mine, journal.c.id > after).order_by(journal.c.id).limit(limit + 1)
    rows = connection.execute(query).mappings().all()
    return [to_entry(dict(row), first or row["at"]) for row in rows[:limit]], len(rows) > limit


def count_totals(connection: sa.Connection, run_ids: Sequence[str]) -> Totals:
    """Over all lines, however many pages they are."""
    mine = journal.c.run_id.in_(run_ids)
    costs = [sa.func.coalesce(sa.func.sum(journal.c.detail[name].as_float()), 0) for name in _COSTS]
    is_done = (journal.c.detail["key"].as_string().is_not(None)) & (journal.c.detail["outcome"].as_string() == "ok")
    keyed = sa.func.count(sa.case((is_done, 1)))
    query = sa.select(journal.c.kind, sa.func.count(), *costs, keyed).where(mine).group_by(journal.c.kind)
    rows = {row[0]: row[1:] for row in connection.execute(query)}
    ends = connection.execute(sa.select(sa.func.min(journal.c.at), sa.func.max(journal.c.at)).where(mine)).one()
    nothing = (0, 0, 0, 0, 0)
    model, tool = rows.get("model_call", nothing), rows.get("tool_call", nothing)
    duration = (ends[1] - ends[0]).total_seconds() if ends[0] else 0
    return Totals(
        lines=sum(row[0] for row in rows.values()),
        tool_calls=tool[0],
        effects=tool[4],
        model_calls=model[0],
        prompt_tokens=int(model[2]),
        output_tokens=int(model[3]),
        model_ms=round(model[1], 1),
        tool_ms=round(tool[1], 1),
        duration_ms=round(1000 * duration),
    )


def to_entry(row: Mapping[str, Any], first: datetime) -> TimelineEntry:
    """One line, for people."""
    detail: dict[str, Any] = dict(row["detail"])
    code = str(detail.get("code", ""))
    is_call = row["kind"] == "tool_call"
    return TimelineEntry(
        id=row["id"],
        run_id=row["run_id"],
        at=row["at"],
        offset_ms=round(1000 * (row["at"] - first).total_seconds()),
        type=_TYPES.get(row["kind"], EntryType.NOTE),
        kind=row["kind"],
        name=str(detail.get("tool") or detail.get("step") or detail.get("agent") or detail.get("plan") or ""),
        by=str(detail.get("by") or detail.get("agent") or "workflow"),
        outcome=str(detail.get("outcome", "")) if is_call else "",
        verdict=_verdict(detail),
        code=code,
        reason=_reason(detail, code),
        is_effect=is_call and "key" in detail and detail.get("outcome") == "ok",
        arguments=detail.get("arguments") if is_call else None,
        ms=detail.get("ms"),
        waited_ms=detail.get("waited_ms"),
        prompt_tokens=detail.get("prompt_tokens"),
        output_tokens=detail.get("output_tokens"),
        detail=detail,
    )


def find_evidence(verdict: Mapping[str, Any] | None, entries: Sequence[TimelineEntry]) -> Evidence | None:
    """What the newest verdict was made of; None while there is none."""
    if verdict is None:
        return None
    judged = next((n for n in reversed(range(len(entries))) if entries[n].type is EntryType.VERDICT), len(entries))
    reads = [entry.id for entry in entries[:judged] if entry.type is EntryType.TOOL and not entry.is_effect]
    told = (entry.detail.get("finding") for entry in entries if entry.kind == "done")
    return Evidence(
        responsible=str(verdict.get("responsible", "")),
        confidence=float(verdict.get("confidence", 0)),
        rule=str(verdict.get("rule", "")),
        facts=[str(fact) for fact in verdict.get("facts", ())],
        finding=next((finding for finding in told if isinstance(finding, dict)), None),
        reads=reads,
    )


def _verdict(detail: Mapping[str, Any]) -> str:
    """In one word; the end of a run holds a whole verdict, which the line of its own tells."""
    told = (detail.get(name) for name in ("verdict", "responsible", "decision"))
    return next((word for word in told if isinstance(word, str) and word), "")


def _reason(detail: Mapping[str, Any], code: str) -> str:
    told = detail.get("reason") or detail.get("message")
    if told:
        return str(told)
    return WORDINGS[Code(code)].private if code in set(Code) else ""
