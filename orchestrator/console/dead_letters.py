"""What came to nothing: deliveries that could not be used, and runs that ended in an error."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from orchestrator.assist.tables import request
from orchestrator.proactif.incidents import PERSON
from orchestrator.tables import delivery, incident, run, unusable_delivery

NOT_ADMITTED = "error"
"""The outcome of a delivery that incidents could take no notice of."""
FAILED = "failed"


class LetterKind(StrEnum):
    """What it is. delivery: could not be read; admission: was read and no incident could take it; run: failed."""

    DELIVERY = "delivery"
    ADMISSION = "admission"
    RUN = "run"


class DeadLetter(BaseModel):
    """One of them. id: kind and number. reason: why. can_replay: trying again may help and does nothing twice;
    otherwise why_not says why. replayed_at: it was read once more since, and could be.
    """

    id: str
    kind: LetterKind
    at: datetime
    title: str
    reason: str
    incident_key: str | None
    request_key: str | None
    run_id: str | None
    can_replay: bool
    why_not: str
    replayed_at: datetime | None


class DeadLetterDetail(BaseModel):
    """With what was received, redacted and cut, or what the run says of its end."""

    letter: DeadLetter
    body: str | None
    detail: dict[str, Any]


def count_dead_letters(connection: sa.Connection, *, since: datetime) -> int:
    """How many there are that nobody has dealt with."""
    return sum(
        int(connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())
        for query in (
            sa.select(unusable_delivery.c.id).where(
                unusable_delivery.c.replayed_at.is_(None), unusable_delivery.c.received_at >= since
            ),
            sa.select(delivery.c.key).where(delivery.c.outcome == NOT_ADMITTED, delivery.c.received_at >= since),
            sa.select(incident.c.key).where(incident.c.waits_for == PERSON),
        )
    )


def list_dead_letters(
    connection: sa.Connection, *, kind: LetterKind | None, before: datetime | None, limit: int
) -> list[DeadLetter]:
    """The latest of one kind or of all, `limit` at most."""
    found = [
        letter for one in ((kind,) if kind else tuple(LetterKind)) for letter in _LISTS[one](connection, before, limit)
    ]
    return sorted(found, key=lambda letter: (letter.at, letter.id), reverse=True)[:limit]


def find_dead_letter(connection: sa.Connection, kind: LetterKind, key: str) -> DeadLetterDetail | None:
    """One of them, whatever became of it; None when there is none."""
    return _FINDERS[kind](connection, key)


def _list_deliveries(connection: sa.Connection, before: datetime | None, limit: int) -> list[DeadLetter]:
    at = unusable_delivery.c.received_at
    query = sa.select(unusable_delivery).order_by(at.desc(), unusable_delivery.c.id.desc()).limit(limit)
    return [_of_delivery(row) for row in _before(connection, query, at, before)]


def _list_admissions(connection: sa.Connection, before: datetime | None, limit: int) -> list[DeadLetter]:
    at = delivery.c.received_at
    query = sa.select(delivery).where(delivery.c.outcome == NOT_ADMITTED).order_by(at.desc()).limit(limit)
    return [_of_admission(row) for row in _before(connection, query, at, before)]


def _list_runs(connection: sa.Connection, before: datetime | None, limit: int) -> list[DeadLetter]:
    at = run.c.started_at
    query = _runs().where(run.c.state == FAILED).order_by(at.desc(), run.c.id.desc()).limit(limit)
    return [_of_run(row) for row in _before(connection, query, at, before)]


def _before(
    connection: sa.Connection, query: sa.Select[Any], at: sa.Column[Any], before: datetime | None
) -> list[Mapping[str, Any]]:
    chosen = query if before is None else query.where(at < before)
    return [dict(row) for row in connection.execute(chosen).mappings()]


def _runs() -> sa.Select[Any]:
    waits = sa.exists().where(incident.c.key == run.c.incident_key, incident.c.waits_for == PERSON)
    latest = run.alias()
    later = sa.exists().where(latest.c.incident_key == run.c.incident_key, latest.c.started_at > run.c.started_at)
    return sa.select(run, (waits & ~later).label("waits"))


def _of_delivery(row: Mapping[str, Any]) -> DeadLetter:
    return _letter(
        LetterKind.DELIVERY,
        row["id"],
        at=row["received_at"],
        title=row["source"],
        reason=row["reason"],
        why_not="" if row["replayed_at"] is None else "replayed",
        replayed_at=row["replayed_at"],
    )


def _of_admission(row: Mapping[str, Any]) -> DeadLetter:
    title = f"{row['kind']} {row['alert_id']}"
    reason = "no incident could take notice of it: the program's log says why"
    return _letter(LetterKind.ADMISSION, row["key"], at=row["received_at"], title=title, reason=reason, why_not="")


def _of_run(row: Mapping[str, Any]) -> DeadLetter:
    summary, is_request = row["summary"], row["incident_key"] is None
    key = row["id"].removeprefix("request:") if is_request else None
    told = " ".join(str(summary[name]) for name in ("code", "message") if summary.get(name))
    return _letter(
        LetterKind.RUN,
        row["id"],
        at=row["started_at"],
        title=f"{row['kind']} {summary.get('plan', '')}".strip(),
        reason=told or "the journal says why",
        why_not="handed_over" if is_request else "" if row["waits"] else "over",
        incident_key=row["incident_key"],
        request_key=key,
        run_id=row["id"],
    )


def _letter(kind: LetterKind, key: object, *, why_not: str, **values: Any) -> DeadLetter:
    nothing: dict[str, Any] = dict.fromkeys(("incident_key", "request_key", "run_id", "replayed_at"))
    known = {"id": f"{kind.value}:{key}", "kind": kind, "can_replay": not why_not, "why_not": why_not}
    return DeadLetter.model_validate(nothing | known | values)


def _find_delivery(connection: sa.Connection, key: str) -> DeadLetterDetail | None:
    if not key.isdecimal() or len(key) > 9:
        return None
    mine = sa.select(unusable_delivery).where(unusable_delivery.c.id == int(key))
    row = connection.execute(mine).mappings().first()
    return DeadLetterDetail(letter=_of_delivery(dict(row)), body=row["body"], detail={}) if row else None


def _find_admission(connection: sa.Connection, key: str) -> DeadLetterDetail | None:
    mine = sa.select(delivery).where(delivery.c.key == key, delivery.c.outcome == NOT_ADMITTED)
    row = connection.execute(mine).mappings().first()
    return DeadLetterDetail(letter=_of_admission(dict(row)), body=None, detail=dict(row["body"])) if row else None


def _find_run(connection: sa.Connection, key: str) -> DeadLetterDetail | None:
    row = connection.execute(_runs().where(run.c.id == key, run.c.state == FAILED)).mappings().first()
    if row is None:
        return None
    letter, detail = _of_run(dict(row)), dict(row["summary"])
    mine = sa.select(request.c.state, request.c.done).where(request.c.key == letter.request_key)
    asked = connection.execute(mine).mappings().first() if letter.request_key else None
    return DeadLetterDetail(letter=letter, body=None, detail=detail | (dict(asked) if asked else {}))


_LISTS = {
    LetterKind.DELIVERY: _list_deliveries,
    LetterKind.ADMISSION: _list_admissions,
    LetterKind.RUN: _list_runs,
}
_FINDERS = {
    LetterKind.DELIVERY: _find_delivery,
    LetterKind.ADMISSION: _find_admission,
    LetterKind.RUN: _find_run,
}
