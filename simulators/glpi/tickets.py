"""Tickets: creation, change, status, bin (sheet, section 3)."""

from __future__ import annotations

import re
from typing import Any

from simulators.glpi.access import NO_PERMISSION, is_own_ticket
from simulators.glpi.actors import add_actor, add_changed_actors, given_actors
from simulators.glpi.call import Call
from simulators.glpi.columns import default_row, to_int
from simulators.glpi.errors import RefusedError
from simulators.glpi.fields import given_columns
from simulators.glpi.history import log_changes, touch_ticket
from simulators.glpi.notices import notify_requesters
from simulators.glpi.state import PRIORITIES, GlpiState, Row
from simulators.glpi.webhooks import raise_event

NEW, ASSIGNED, PLANNED, PENDING, SOLVED, CLOSED = range(1, 7)
TITLE_LENGTH = 255
TITLE_FROM_CONTENT = 70
MIDDLE = 3
_FROM_SESSION = ("users_id_recipient", "users_id_lastupdater", "date_mod", "date_creation")


def create_ticket(call: Call, given: Row) -> Row:
    """A new ticket with its actors; almost nothing is validated."""
    state = call.state
    now = state.now()
    row = default_row(state.version, "tickets") | given_columns(state, "tickets", given)
    row |= {"entities_id": _entity(call, given), "date": row["date"] or now, "date_mod": now, "date_creation": now}
    row |= {"users_id_lastupdater": call.user_id, "users_id_recipient": _writer(call, given), "is_deleted": 0}
    row |= {"name": _title(state, row), "urgency": _scale(row["urgency"]), "impact": _scale(row["impact"])}
    if "priority" not in given:
        row["priority"] = _priority(row)
    _date_the_end(state, row)
    ticket = state.insert("tickets", row | {"id": None})
    state.log(call.user_id, ("Ticket", ticket["id"]), action=20)
    for actor in given_actors(state, given):
        add_actor(call, ticket, actor)
    notify_requesters(state, ticket, "new", given)
    raise_event(state, "new", "Ticket", ticket)
    return ticket


def _entity(call: Call, given: Row) -> int:
    if "entities_id" not in given:
        return call.session.entity_id
    entity_id = to_int(given["entities_id"])
    if entity_id not in call.entities:
        raise RefusedError(NO_PERMISSION)
    return entity_id


def _writer(call: Call, given: Row) -> int:
    """The forgery of section 13: with `_auto_import` the writer is whoever the input names."""
    is_claimed = given.get("_auto_import") and "users_id_recipient" in given
    return to_int(given["users_id_recipient"]) if is_claimed else call.user_id


def _title(state: GlpiState, row: Row) -> str:
    if row["name"]:
        return str(row["name"])[:TITLE_LENGTH]
    text = " ".join(re.sub(r"<[^>]*>", " ", state.real(row["content"])).split())
    return state.stored(text[:TITLE_FROM_CONTENT])


def _scale(value: int) -> int:
    return value if 1 <= value <= len(PRIORITIES) else MIDDLE


def _priority(row: Row) -> int:
    return PRIORITIES[row["urgency"] - 1][row["impact"] - 1]


def _date_the_end(state: GlpiState, ticket: Row) -> None:
    now = state.now()
    if ticket["status"] in (SOLVED, CLOSED):
        ticket["solvedate"] = ticket["solvedate"] or now
        ticket["closedate"] = (ticket["closedate"] or now) if ticket["status"] == CLOSED else None
    else:
        ticket["solvedate"] = ticket["closedate"] = None


def update_ticket(call: Call, ticket: Row, given: Row) -> str:
    """Change columns and add actors; a PUT that changes nothing leaves date_mod alone."""
    if not call.profile.sees_all and not is_own_ticket(call, ticket):
        raise RefusedError(NO_PERMISSION)
    state = call.state
    wanted = given_columns(state, "tickets", given, without=_FROM_SESSION)
    if "entities_id" in wanted and wanted["entities_id"] not in call.entities:
        raise RefusedError(NO_PERMISSION)
    change_ticket(call, ticket, wanted, given)
    add_changed_actors(call, ticket, given)
    return ""


def change_ticket(call: Call, ticket: Row, wanted: Row, given: Row | None = None) -> None:
    """Apply column values with their consequences, history and notifications."""
    wanted = dict(wanted)
    for key in ("urgency", "impact"):
        if key in wanted:
            wanted[key] = _scale(wanted[key])
    if "name" in wanted:
        wanted["name"] = wanted["name"][:TITLE_LENGTH]
    before = dict(ticket)
    ticket.update(wanted)
    if "priority" not in wanted and {"urgency", "impact"} & wanted.keys():
        ticket["priority"] = _priority(ticket)
    if ticket["status"] != before["status"]:
        _date_the_end(call.state, ticket)
    if ticket == before:
        return
    log_changes(call, "Ticket", before, ticket)
    touch_ticket(call, ticket)
    event = {SOLVED: "solved", CLOSED: "closed"}.get(ticket["status"])
    if event and ticket["status"] != before["status"]:
        notify_requesters(call.state, ticket, event, given or {})
    raise_event(call.state, "update", "Ticket", ticket)


def set_status(call: Call, ticket: Row, status: int, given: Row | None = None) -> None:
    """Move a ticket to a status."""
    change_ticket(call, ticket, {"status": status}, given)


def delete_ticket(call: Call, ticket: Row, *, purge: bool) -> None:
    """To the bin, or gone for good with everything that hangs on it."""
    state = call.state
    if not call.profile.sees_all:
        raise RefusedError(NO_PERMISSION)
    if not purge:
        ticket["is_deleted"] = 1
        touch_ticket(call, ticket)
        state.log(call.user_id, ("Ticket", ticket["id"]), action=13)
        raise_event(state, "delete", "Ticket", ticket)
        return
    raise_event(state, "delete", "Ticket", ticket)
    del state.tickets[ticket["id"]]
    for table in ("followups", "solutions", "tasks", "ticket_users"):
        rows = state.table(table)
        for row_id in [key for key, row in rows.items() if _is_of(row, ticket["id"])]:
            del rows[row_id]


def _is_of(row: dict[str, Any], ticket_id: int) -> bool:
    return bool(row.get("tickets_id", row.get("items_id")) == ticket_id)
