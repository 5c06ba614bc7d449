"""What a look at GLPI changes in our row, by the rules of fields.py; nothing without a line of history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from desk.fields import PULLED, PUSHED
from desk.lanes import Kind
from desk.reading import Facts, Fresh
from desk.records import GLPI, Event, note
from desk.tables import categories, outbox, tickets

SHOWN = 200
"""Characters of a text in a line of history."""


def apply_fresh(ticket_id: int, fresh: Fresh, began_at: datetime, connection: sa.Connection) -> bool:
    """Take over what was read; True when that changed something. An older look than the last one changes nothing."""
    row = _lock(connection, ticket_id)
    if row["email"] == "":
        fresh = _without_words(fresh)
    newest = row["glpi_changed_at"]
    _no_longer_due(connection, ticket_id, began_at)
    if newest is not None and fresh.changed_at is not None and fresh.changed_at < newest:
        return False
    pushed = _find_pushed(connection, ticket_id, began_at)
    changes = _differences(row, fresh, pushed.keys())
    for field, value in changes.items():
        detail = {"field": field, "from": _shown(row[field]), "to": _shown(value)}
        note(connection, Event.CHANGED, at=began_at, by=GLPI, ticket_id=ticket_id, detail=detail)
    news = _find_news(row["timeline"], fresh)
    for entry in news:
        detail = {"kind": entry["kind"], "entry_id": entry["entry_id"]}
        note(connection, Event.FOLLOWUP, at=began_at, by=GLPI, ticket_id=ticket_id, detail=detail)
    is_newly_gone = fresh.is_deleted and row["deleted_at"] is None
    if is_newly_gone:
        detail = {"merged_into": fresh.merged_into} if fresh.merged_into else {}
        note(connection, Event.DELETED, at=began_at, by=GLPI, ticket_id=ticket_id, detail=detail)
    values = {**changes, **_category_id(connection, changes), "timeline": fresh.entries}
    values |= {"glpi_changed_at": fresh.changed_at or newest or row["created_at"], "pulled_at": began_at}
    if any(pushed.values()):
        values["pull_due_at"] = began_at
    values["deleted_at"] = (row["deleted_at"] or began_at) if fresh.is_deleted else None
    connection.execute(tickets.update().where(tickets.c.id == ticket_id).values(values))
    return bool(changes or news or is_newly_gone)


def mark_gone(ticket_id: int, began_at: datetime, connection: sa.Connection) -> bool:
    """GLPI has the ticket no more: it was purged."""
    row = _lock(connection, ticket_id)
    _no_longer_due(connection, ticket_id, began_at)
    if row["deleted_at"] is not None:
        return False
    changed_at = row["glpi_changed_at"] or row["created_at"]
    gone = {"deleted_at": began_at, "pulled_at": began_at, "glpi_changed_at": changed_at}
    connection.execute(tickets.update().where(tickets.c.id == ticket_id).values(gone))
    note(connection, Event.DELETED, at=began_at, by=GLPI, ticket_id=ticket_id)
    return True


def _lock(connection: sa.Connection, ticket_id: int) -> Facts:
    """The row, which no other replica changes before our commit."""
    query = sa.select(tickets).where(tickets.c.id == ticket_id).with_for_update()
    return dict(connection.execute(query).mappings().one())


def _no_longer_due(connection: sa.Connection, ticket_id: int, began_at: datetime) -> None:
    """Unless somebody asked for another look since this one began."""
    asked = (tickets.c.id == ticket_id) & (tickets.c.pull_due_at <= began_at)
    connection.execute(tickets.update().where(asked).values(pull_due_at=None))


def _without_words(fresh: Fresh) -> Fresh:
    """Of a ticket whose person was forgotten: where it stands in GLPI, and none of what is said there."""
    fields = {name: value for name, value in fresh.fields.items() if name not in ("title", "description")}
    return replace(fresh, fields=fields, entries=[])


def _differences(row: Mapping[str, Any], fresh: Fresh, ours: Collection[str]) -> Facts:
    found: Facts = {"technicians": fresh.technicians} if fresh.technicians != row["technicians"] else {}
    for field in PULLED:
        if field not in fresh.fields or field in ours or fresh.fields[field] == row[field]:
            continue
        if field == "description" and fresh.is_cut and row[field].startswith(fresh.fields[field].rstrip("…")):
            continue  # the same, as far as it was read
        found[field] = fresh.fields[field]
    return found


def _find_pushed(connection: sa.Connection, ticket_id: int, began_at: datetime) -> dict[str, bool]:
    """Fields that GLPI has yet to be told, or was told while we looked (True): this look cannot say what it has now."""
    is_ours = (outbox.c.ticket_id == ticket_id) & (outbox.c.kind == Kind.UPDATE.value)
    late = outbox.c.done_at.is_(None) | (outbox.c.done_at >= began_at)
    rows = connection.execute(sa.select(outbox.c.arguments, outbox.c.done_at).where(is_ours, late))
    return {field: row.done_at is not None for row in rows for field in row.arguments["changes"] if field in PUSHED}


def _find_news(known: list[Facts], fresh: Fresh) -> list[Facts]:
    """Texts that we did not have; what was written through us was told when it was."""
    seen = {(entry["kind"], entry["entry_id"]) for entry in known}
    return [one for one in fresh.entries if (one["kind"], one["entry_id"]) not in seen and not one["is_ours"]]


def _category_id(connection: sa.Connection, changes: Facts) -> Facts:
    if "category" not in changes:
        return {}
    query = sa.select(categories.c.category_id).where(categories.c.name == changes["category"])
    return {"category_id": connection.execute(query).scalar()}


def _shown(value: Any) -> Any:
    return value[:SHOWN] if isinstance(value, str) else value
