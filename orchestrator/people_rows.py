"""What the orchestrator's tables keep about one person: told, and forgotten.

Rows stay, as audit and caps need them: what was done, when, under which digest, and the account's GUID, which only the
directory can tie to somebody. Names, addresses, logins and what the person wrote go. Rows of what is still open keep
what they need until it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.tables import account_write, approval, confirmation, request
from orchestrator.people import Person, find_person
from orchestrator.tables import alert, delivery, incident, journal, run, unusable_delivery
from shared.database import Database

BATCH = 300
ERASED: dict[str, Any] = {"erased": True}
"""What a line of the journal says that named somebody who is forgotten."""

Row = dict[str, Any]
_IS_OPEN = sa.select(request.c.key).where(request.c.closed_at.is_(None))
_IS_OPEN_INCIDENT = sa.select(incident.c.key).where(incident.c.closed_at.is_(None))


@dataclass(frozen=True, slots=True)
class _Kept:
    """One table: its key, what in it may name people, and the rows that are still worked with."""

    key: sa.Column[Any]
    columns: Sequence[sa.Column[Any]]
    in_use: sa.ColumnElement[bool]

    @property
    def name(self) -> str:
        return str(self.key.table.name)


_TABLES = (
    _Kept(
        request.c.key,
        (request.c.asked, request.c.action, request.c.kept, request.c.done),
        request.c.closed_at.is_(None) | request.c.work,
    ),
    _Kept(
        confirmation.c.id,
        (confirmation.c.recipient, confirmation.c.account_guid),
        confirmation.c.request_key.in_(_IS_OPEN),
    ),
    _Kept(
        approval.c.id,
        (approval.c.identity, approval.c.barred_guids, approval.c.reason),
        approval.c.request_key.in_(_IS_OPEN),
    ),
    _Kept(account_write.c.request_key, (account_write.c.account,), account_write.c.request_key.in_(_IS_OPEN)),
    _Kept(delivery.c.key, (delivery.c.body,), delivery.c.admitted_at.is_(None)),
    _Kept(unusable_delivery.c.id, (unusable_delivery.c.body, unusable_delivery.c.reason), sa.false()),
    _Kept(
        incident.c.key,
        (incident.c.told, incident.c.verdict),
        incident.c.closed_at.is_(None) | incident.c.work.is_not(None),
    ),
    _Kept(alert.c.id, (alert.c.facts,), alert.c.incident_key.in_(_IS_OPEN_INCIDENT)),
    _Kept(run.c.id, (run.c.summary,), run.c.ended_at.is_(None)),
)


async def export_person(database: Database, email: str) -> dict[str, list[Row]]:
    """Every row that names the person, whole, by table; `journal` too."""
    person = await database.read(partial(_find_person, email))
    told: dict[str, list[Row]] = {"journal": await database.read(partial(_find_lines, person))}
    for kept in _TABLES:
        told[kept.name] = await database.read(partial(_find_rows, kept, person, whole=True))
    return told


async def forget_person(database: Database, email: str) -> dict[str, int]:
    """How many rows of each table no longer name the person; `open`: rows that are still worked with, and stay."""
    person = await database.read(partial(_find_person, email))
    lines = [line["id"] for line in await database.read(partial(_find_lines, person))]
    await _in_batches(database, lines, _erase_lines)
    counts = {"journal": len(lines), "open": 0}
    for kept in _TABLES:
        rows = await database.read(partial(_find_rows, kept, person))
        ended = [row for row in rows if not row["in_use"]]
        changed = [row for row in ended if _without(kept, person, row)]
        await _in_batches(database, changed, partial(_update_rows, kept, person))
        counts[kept.name] = len(changed)
        counts["open"] += len(rows) - len(ended)
    return counts


async def _in_batches(
    database: Database, rows: Sequence[Any], write: Callable[[Sequence[Any], sa.Connection], None]
) -> None:
    for start in range(0, len(rows), BATCH):
        await database.write(partial(write, rows[start : start + BATCH]))


def _find_person(email: str, connection: sa.Connection) -> Person:
    """As requests and confirmations know the account with this address."""
    actions = connection.execute(sa.select(request.c.action).where(request.c.action.is_not(None))).scalars()
    mailed = sa.select(confirmation.c.recipient, confirmation.c.account_guid.label("object_guid"))
    return find_person(email, [*actions, *(dict(row) for row in connection.execute(mailed).mappings())])


def _find_rows(kept: _Kept, person: Person, connection: sa.Connection, *, whole: bool = False) -> list[Row]:
    """Walks the table: rarely asked for. whole: every column, else the key, what may name people, and `in_use`."""
    columns = list(kept.key.table.columns) if whole else [kept.key, *kept.columns, kept.in_use.label("in_use")]
    query = sa.select(*columns).where(_may_name(kept.columns, person)).execution_options(yield_per=BATCH)
    rows = (dict(row) for row in connection.execute(query).mappings())
    return [row for row in rows if person.is_named_in({c.name: row[c.name] for c in kept.columns})]


def _find_lines(person: Person, connection: sa.Connection) -> list[Row]:
    query = sa.select(journal).where(_may_name([journal.c.detail], person)).order_by(journal.c.id)
    query = query.execution_options(yield_per=BATCH)
    return [dict(row) for row in connection.execute(query).mappings() if person.is_named_in(row["detail"])]


def _may_name(columns: Sequence[sa.Column[Any]], person: Person) -> sa.ColumnElement[bool]:
    """What the database itself can tell: the rest is looked at here."""
    texts = [sa.func.lower(sa.cast(column, sa.Text)) for column in columns]
    return sa.or_(*(text.contains(hint, autoescape=True) for text in texts for hint in person.hints()))


def _without(kept: _Kept, person: Person, row: Row) -> Row:
    """The columns that change."""
    new = {column.name: person.without(row[column.name]) for column in kept.columns}
    if kept.key.table is request:
        new["asked"] = {
            name: row["asked"][name] for name in row["asked"] if name == "plan"
        }  # the person's own words go
    return {name: value for name, value in new.items() if value != row[name]}


def _update_rows(kept: _Kept, person: Person, rows: Sequence[Row], connection: sa.Connection) -> None:
    for row in rows:
        mine = (kept.key == row[kept.key.name]) & ~kept.in_use
        connection.execute(sa.update(kept.key.table).where(mine).values(_without(kept, person, row)))


def _erase_lines(ids: Sequence[int], connection: sa.Connection) -> None:
    connection.execute(journal.update().where(journal.c.id.in_(ids)).values(detail=ERASED))
