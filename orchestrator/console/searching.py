"""Searching the audit and the journal: the same filters for both, and exports that stream."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.console.tables import audit
from orchestrator.tables import journal
from shared.database import Database

BATCH = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is looked for; empty: anything. subject: of the journal the run. text: anywhere in the detail."""

    kind: str = ""
    subject: str = ""
    actor: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A table of lines with `id`, `at`, `kind` and `detail`; its own names for the rest."""

    table: sa.Table
    subject: sa.Column[Any]
    columns: tuple[str, ...]

    def find(self, filters: Filters) -> sa.Select[Any]:
        """The lines that fit, in no order yet."""
        columns = self.table.c
        query = sa.select(self.table)
        if filters.kind:
            query = query.where(columns.kind == filters.kind)
        if filters.subject:
            query = query.where(self.subject == filters.subject)
        if filters.actor:
            query = query.where(self._is_by(filters.actor))
        if filters.since:
            query = query.where(columns.at >= filters.since)
        if filters.until:
            query = query.where(columns.at < filters.until)
        if filters.text:
            told = sa.func.lower(sa.cast(columns.detail, sa.Text))
            # JSON may be kept with letters beyond ASCII escaped: both ways of writing them are looked for.
            plain, escaped = filters.text.lower(), json.dumps(filters.text.lower())[1:-1]
            query = query.where(told.contains(plain, autoescape=True) | told.contains(escaped, autoescape=True))
        return query

    def _is_by(self, actor: str) -> sa.ColumnElement[bool]:
        if "actor" in self.table.c:
            return sa.and_(self.table.c.actor == actor)
        detail = self.table.c.detail
        return sa.or_(detail["by"].as_string() == actor, detail["agent"].as_string() == actor)


AUDIT = Source(audit, audit.c.subject, ("id", "at", "actor", "kind", "subject", "detail", "previous", "hash"))
JOURNAL = Source(journal, journal.c.run_id, ("id", "at", "run_id", "kind", "detail"))


async def export_csv(database: Database, source: Source, filters: Filters) -> AsyncIterator[str]:
    """Oldest first, with a line of names; a batch is read when the one before was taken."""
    yield _to_csv([source.columns])
    async for rows in _batches(database, source, filters):
        yield _to_csv([[_cell(row[name]) for name in source.columns] for row in rows])


async def export_json(database: Database, source: Source, filters: Filters) -> AsyncIterator[str]:
    """One array, a line each."""
    lead = "[\n"
    async for rows in _batches(database, source, filters):
        for row in rows:
            told = {name: row[name] for name in source.columns} | {"at": row["at"].isoformat()}
            yield lead + json.dumps(told, ensure_ascii=False)
            lead = ",\n"
    yield "[]\n" if lead == "[\n" else "\n]\n"


async def _batches(database: Database, source: Source, filters: Filters) -> AsyncIterator[Sequence[Mapping[str, Any]]]:
    last, columns = 0, source.table.c
    query = source.find(filters).order_by(columns.id).limit(BATCH)
    while True:
        following = query.where(columns.id > last)
        rows = await database.read(lambda c, q=following: [dict(row) for row in c.execute(q).mappings()])  # type: ignore[misc]
        if rows:
            yield rows
            last = rows[-1]["id"]
        if len(rows) < BATCH:
            return


def _to_csv(rows: Sequence[Sequence[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """As text; what a spreadsheet would take for a formula is quoted: strangers wrote some of it."""
    if isinstance(value, datetime):
        return value.isoformat()
    told = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"'{told}" if told.startswith(_FORMULA) else told
