"""Our tickets: made with their number and their outbox entries in one transaction, and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from desk.lanes import NEW_QUEUE, Kind, add_entry, start_lane
from desk.people import Account, Person
from desk.records import Event, note
from desk.tables import own_texts, ticket_number, tickets
from desk.texts import digest_of, note_text
from shared.engine import Engine

GLPIS_OWN_PRIORITY = frozenset({3, 4, 5})
"""What GLPI's usual table makes of an urgency of the same number, impact being medium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What was agreed on. analysis: the summary with `validation` and `tries`. person: None for nobody signed in."""

    session_id: str
    email: str
    person: Person | None
    title: str
    description: str
    category_id: int | None
    category: str | None
    priority: int
    analysis: dict[str, Any]


def create_ticket(
    connection: sa.Connection, engine: Engine, new: NewTicket, *, entity_id: int | None, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    """Our row, with what GLPI is to be told, in the caller's transaction; returns the row. Nudge NEW_QUEUE after."""
    account: Account | None = new.person.account if new.person else None
    row = {
        "number": next_number(connection, now.astimezone(zone).year),
        "session_id": new.session_id,
        "email": new.email,
        "is_verified": new.person is not None,
        "site": account.site if account else None,
        "title": new.title,
        "description": new.description,
        "category_id": new.category_id,
        "category": new.category,
        "priority": new.priority,
        "status": "new",
        "analysis": new.analysis,
        "ready_for_l1": new.person is not None,
        "created_at": now,
        "timeline": [],
        "technicians": [],
    }
    ticket = dict(connection.execute(tickets.insert().values(row).returning(tickets)).mappings().one())
    if new.person is not None:
        sign_text(connection, ticket["id"], new.description, new.person, key="description")
    _fill_outbox(connection, ticket, entity_id=entity_id, now=now)
    detail = {"number": ticket["number"], "validation": new.analysis["validation"]}
    note(
        connection,
        Event.CREATED,
        at=now,
        by=new.email,
        session_id=new.session_id,
        ticket_id=ticket["id"],
        detail=detail,
    )
    start_lane(connection, engine, lane_of(ticket), NEW_QUEUE, now=now)
    return ticket


def lane_of(ticket: Mapping[str, Any]) -> str:
    """Whose turn it takes in the outbox: what anybody may report under an address holds nobody up."""
    return str(ticket["email"] if ticket["is_verified"] else f"? {ticket['email']}")


def next_number(connection: sa.Connection, year: int) -> str:
    """The year's next number. Its row stays locked until the commit: who rolls back leaves no gap."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    one_more = {"last": ticket_number.c.last + 1}
    added = dialect.insert(ticket_number).values(year=year, last=1)
    counted = added.on_conflict_do_update(index_elements=["year"], set_=one_more).returning(ticket_number.c.last)
    return f"TKT-{year}-{connection.execute(counted).scalar_one():05}"


def sign_text(
    connection: sa.Connection,
    ticket_id: int,
    text: str,
    person: Person,
    *,
    key: str | None = None,
    entry_id: int | None = None,
) -> None:
    """Keep who was signed in when this text, which goes to GLPI as it is, was written.

    key: which text of the ticket it is; a followup has one once GLPI has taken the outbox entry that tells it.
    """
    row = {
        "ticket_id": ticket_id,
        "sha256": digest_of(text),
        "email": person.email,
        "object_guid": person.account.object_guid,
        "method": person.method.value,
        "signed_in_at": person.signed_in_at,
        "key": key,
        "entry_id": entry_id,
    }
    connection.execute(own_texts.insert().values(row))


def _fill_outbox(connection: sa.Connection, ticket: Mapping[str, Any], *, entity_id: int | None, now: datetime) -> None:
    told: dict[str, Any] = {
        "title": ticket["title"],
        "description": ticket["description"],
        "urgency": min(ticket["priority"], 5),
        **({"category": ticket["category"]} if ticket["category"] else {}),
        **({"entity_id": entity_id} if entity_id is not None else {}),
    }
    private = note_text(ticket["number"], ticket["analysis"], is_verified=ticket["is_verified"])
    entries = [(Kind.CREATE, told), (Kind.NOTE, {"content": private, "private": True, "notify": False})]
    if ticket["priority"] not in GLPIS_OWN_PRIORITY:
        entries.append((Kind.UPDATE, {"changes": {"priority": ticket["priority"]}, "base": {}}))
    for kind, arguments in entries:
        add_entry(connection, ticket_id=ticket["id"], lane=lane_of(ticket), kind=kind, arguments=arguments, now=now)
