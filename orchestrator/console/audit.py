"""What operators and effects did, as a chain: each line holds the hash of the one before.

A line that was changed, put in or taken out breaks the chain there. Who cuts its end off leaves no break: that is what
the hashes in the program's log are for. Retention cuts its beginning, and says so in a line of the chain.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.console.tables import audit
from shared.logs import get_logger, redact

logger = get_logger("audit")

WORKFLOW = "workflow"
BY_TOKEN = "api-token"  # noqa: S105 - who did it, when nobody but the holder of API_TOKEN is known
NOTHING = "0" * 64
CUT = "audit_cut"
ONE_AT_A_TIME = 0x51DB
"""Key of PostgreSQL's advisory lock: two replicas must not both write the line after the same one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the chain holds. broken_at: the first line that does not fit, and why."""

    lines: int
    last_id: int
    last_hash: str
    is_complete: bool
    broken_at: int | None = None
    reason: str = ""


def add_act(
    connection: sa.Connection, actor: str, kind: str, subject: str, detail: Mapping[str, Any], *, now: datetime
) -> None:
    """Add one line in the caller's commit: it is there whenever what it tells of is."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    previous = connection.execute(sa.select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)).scalar() or NOTHING
    told = json.loads(json.dumps(redact(detail)).replace("\\u0000", ""))
    values = {"at": now, "actor": actor[:64], "kind": kind, "subject": subject[:120], "detail": told}
    digest = hash_of(previous, values)
    added = connection.execute(audit.insert().values(**values, previous=previous, hash=digest))
    number = added.inserted_primary_key
    logger.info("act", number=number[0] if number else None, actor=actor, act=kind, subject=subject, hash=digest)


def hash_of(previous: str, line: Mapping[str, Any]) -> str:
    """What a line's hash has to be."""
    told = [previous, line["at"].isoformat(), line["actor"], line["kind"], line["subject"], line["detail"]]
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def check_chain(connection: sa.Connection, *, after: int, limit: int) -> Checked:
    """Look at the next `limit` lines after the line `after`; 0 begins at the first that is kept."""
    query = sa.select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit + 1)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    previous = _hash_before(connection, after, rows[0] if rows else None)
    last = after
    for n, row in enumerate(rows[:limit]):
        reason = _find_fault(row, previous)
        if reason:
            return Checked(n, last, previous, is_complete=True, broken_at=row["id"], reason=reason)
        last, previous = row["id"], row["hash"]
    return Checked(min(len(rows), limit), last, previous, is_complete=len(rows) <= limit)


def cut_chain(connection: sa.Connection, before: datetime, *, limit: int, now: datetime) -> int:
    """Remove lines older than `before` from the beginning of the chain, and say in it where it begins now.

    The newest line always stays: the next one goes on from it.
    """
    ids = sa.select(audit.c.id, audit.c.at, audit.c.hash).order_by(audit.c.id).limit(limit + 1)
    rows = connection.execute(ids).all()[:-1]
    old = list(itertools.takewhile(lambda row: row.at < before, rows))
    if not old:
        return 0
    connection.execute(sa.delete(audit).where(audit.c.id <= old[-1].id))
    detail = {"up_to": old[-1].id, "hash": old[-1].hash, "lines": len(old)}
    add_act(connection, WORKFLOW, CUT, str(old[-1].id), detail, now=now)
    return len(old)


def _hash_before(connection: sa.Connection, after: int, first: Mapping[str, Any] | None) -> str:
    """The hash that the next line must name: of the line before it, or of what retention has cut."""
    before = connection.execute(sa.select(audit.c.hash).where(audit.c.id == after)).scalar()
    if before is not None:
        return str(before)
    if first is None or first["previous"] == NOTHING:
        return NOTHING
    cuts = sa.select(audit.c.detail).where(audit.c.kind == CUT).order_by(audit.c.id.desc()).limit(1)
    cut = connection.execute(cuts).scalar()
    return str(cut["hash"]) if cut else NOTHING


def _find_fault(row: Mapping[str, Any], previous: str) -> str:
    if row["previous"] != previous:
        return "it does not follow the line before: one was removed, put in or changed"
    return "" if hash_of(previous, row) == row["hash"] else "its content is not what its hash was made of"
