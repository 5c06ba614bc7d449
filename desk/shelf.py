"""Which tickets somebody sees: one's own; a referent, those of the establishment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from desk.fields import Status
from desk.lanes import Kind
from desk.people import Person, is_referent
from desk.problems import CannotDo, Problem
from desk.records import Event
from desk.tables import feedback, history, outbox, tickets
from shared.sites import Sites


def is_visible(sites: Sites, person: Person) -> sa.ColumnElement[bool]:
    """The condition. What nobody signed in reported under somebody's address is not shown to that address."""
    account = person.account
    if account.site is not None and is_referent(sites, account):
        return tickets.c.site == account.site
    return (tickets.c.email == account.email) & tickets.c.is_verified


def get_visible(connection: sa.Connection, sites: Sites, ticket_id: int, person: Person) -> dict[str, Any]:
    """One ticket. Raises CannotDo(UNKNOWN_TICKET), also for somebody else's."""
    query = sa.select(tickets).where(tickets.c.id == ticket_id, is_visible(sites, person))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise CannotDo(Problem.UNKNOWN_TICKET)
    return dict(row)


def get_whole(connection: sa.Connection, sites: Sites, ticket_id: int, person: Person) -> dict[str, Any]:
    """One ticket with what GLPI was not yet seen to have of it, where it went, and what its person last thought of us.

    Raises CannotDo(UNKNOWN_TICKET).
    """
    ticket = get_visible(connection, sites, ticket_id, person)
    thought = sa.select(feedback.c.is_helpful).where(feedback.c.session_id == ticket["session_id"])
    last = connection.execute(thought.order_by(feedback.c.id.desc()).limit(1)).scalar()
    into = _find_merged_into(connection, sites, ticket, person)
    return {**ticket, "unread": _list_unread(connection, ticket), "is_helpful": last, "merged_into": into}


def _list_unread(connection: sa.Connection, ticket: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = outbox.c.kind.in_([Kind.FOLLOWUP.value, Kind.PHOTO.value]) & (outbox.c.ticket_id == ticket["id"])
    pulled = ticket["pulled_at"]
    is_new = outbox.c.done_at.is_(None) | (sa.true() if pulled is None else outbox.c.done_at > pulled)
    rows = connection.execute(sa.select(outbox).where(told, is_new).order_by(outbox.c.id)).mappings()
    return [
        {
            "kind": row["kind"],
            "at": row["created_at"],
            "text": row["arguments"].get("content") or row["arguments"].get("filename", ""),
        }
        for row in rows
    ]


def get_open(connection: sa.Connection, sites: Sites, ticket_id: int, person: Person) -> dict[str, Any]:
    """One ticket that may still be written on. Raises CannotDo(UNKNOWN_TICKET), CannotDo(TICKET_CLOSED)."""
    ticket = get_visible(connection, sites, ticket_id, person)
    if ticket["status"] == Status.CLOSED or ticket["deleted_at"] is not None:
        raise CannotDo(Problem.TICKET_CLOSED)
    return ticket


def _find_merged_into(
    connection: sa.Connection, sites: Sites, ticket: Mapping[str, Any], person: Person
) -> dict[str, Any] | None:
    """Into which ticket one that is gone was merged: GLPI's number, and ours where the person sees that ticket."""
    if ticket["deleted_at"] is None:
        return None
    gone = (history.c.ticket_id == ticket["id"]) & (history.c.kind == Event.DELETED.value)
    last = sa.select(history.c.detail).where(gone).order_by(history.c.id.desc()).limit(1)
    into = (connection.execute(last).scalar() or {}).get("merged_into")
    if into is None:
        return None
    other = sa.select(tickets.c.id.label("ticket_id"), tickets.c.number)
    seen = connection.execute(other.where(tickets.c.glpi_ticket_id == into, is_visible(sites, person)))
    return {"glpi_ticket_id": into, **(seen.mappings().first() or {})}


def list_visible(
    connection: sa.Connection, sites: Sites, person: Person, *, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """The newest tickets, or those made before one of them; without their texts."""
    columns = [tickets.c[name] for name in LISTED]
    query = sa.select(*columns).where(is_visible(sites, person), sa.true() if before is None else tickets.c.id < before)
    rows = connection.execute(query.order_by(tickets.c.id.desc()).limit(limit)).mappings().all()
    return [dict(row) for row in rows]


LISTED = (
    "id",
    "number",
    "email",
    "title",
    "category",
    "priority",
    "status",
    "created_at",
    "glpi_ticket_id",
    "glpi_changed_at",
    "pulled_at",
    "technicians",
    "deleted_at",
)
