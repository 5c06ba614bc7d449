"""Actors of tickets: Ticket_User rows and the input forms that create them (sheet, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulators.glpi.access import get_ticket
from simulators.glpi.call import Call
from simulators.glpi.columns import default_row, to_int
from simulators.glpi.errors import RefusedError
from simulators.glpi.history import touch_ticket
from simulators.glpi.state import GlpiState, Row
from simulators.glpi.text import is_address
from simulators.glpi.webhooks import raise_event

KINDS = {"requester": 1, "assign": 2, "observer": 3}
ASSIGN = KINDS["assign"]
_NEW, _ASSIGNED = 1, 2


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def given_actors(state: GlpiState, given: Row) -> Iterator[Row]:
    """Actors named by `_users_id_…` and, from version 10, `_actors`."""
    for role, kind in KINDS.items():
        for rank, user_id in enumerate(_as_list(given.get(f"_users_id_{role}", []))):
            notif = given.get(f"_users_id_{role}_notif")
            yield {"users_id": to_int(user_id), "type": kind} | _notif(notif if isinstance(notif, dict) else {}, rank)
        by_role = given.get("_actors")
        if state.version == "9.5" or not isinstance(by_role, dict):
            continue
        for actor in _as_list(by_role.get(role, [])):
            if isinstance(actor, dict) and actor.get("itemtype", "User") == "User":
                yield {**_picked(actor), "users_id": to_int(actor.get("items_id")), "type": kind}


def _notif(notif: Row, rank: int) -> Row:
    """The `rank`-th notification choice of the requester lists."""
    found = {}
    for key in ("use_notification", "alternative_email"):
        values = _as_list(notif.get(key, []))
        if rank < len(values):
            found[key] = values[rank]
    return found


def _picked(actor: Row) -> Row:
    return {key: actor[key] for key in ("use_notification", "alternative_email") if key in actor}


def add_actor(call: Call, ticket: Row, actor: Row) -> Row | None:
    """Link an actor, and move a new ticket on when somebody is assigned; None when nobody or already there."""
    state = call.state
    row = default_row(state.version, "ticket_users") | {"tickets_id": ticket["id"]}
    row |= {"users_id": actor["users_id"], "type": actor["type"]}
    row["use_notification"] = to_int(actor.get("use_notification", 1))
    row["alternative_email"] = str(actor.get("alternative_email") or "")
    if not row["users_id"] and not is_address(row["alternative_email"]):
        return None
    if any(_is_same(row, other) for other in state.actors(ticket["id"], row["type"])):
        return None
    added = state.insert("ticket_users", row | {"id": None})
    name = _label(state, added)
    state.log(call.user_id, ("Ticket", ticket["id"]), action=15, new=name, link="User")
    if row["type"] == ASSIGN and ticket["status"] == _NEW:
        state.log(call.user_id, ("Ticket", ticket["id"]), action=0, option=12, old=_NEW, new=_ASSIGNED)
        ticket["status"] = _ASSIGNED
    return added


def _is_same(row: Row, other: Row) -> bool:
    keys = ("users_id",) if row["users_id"] else ("users_id", "alternative_email")
    return all(row[key] == other[key] for key in keys)


def _label(state: GlpiState, row: Row) -> str:
    user = state.users.get(row["users_id"])
    if user is None:
        return str(row["alternative_email"] or row["users_id"])
    return f"{user['realname']} {user['firstname']}".strip() + f" ({user['id']})"


def add_changed_actors(call: Call, ticket: Row, given: Row) -> None:
    """What an update of a ticket adds: `_itil_…` and `_users_id_…`."""
    actors = list(given_actors(call.state, given))
    for role, kind in KINDS.items():
        named = given.get(f"_itil_{role}")
        if isinstance(named, dict) and named.get("_type") == "user":
            actors.append({**_picked(named), "users_id": to_int(named.get("users_id")), "type": kind})
    before = ticket["status"]
    added = [add_actor(call, ticket, actor) for actor in actors]
    if any(added):
        touch_ticket(call, ticket)
    _raise_if_moved(call, ticket, before)


def create_ticket_user(call: Call, given: Row) -> Row:
    """POST /Ticket_User."""
    ticket = get_ticket(call, to_int(given.get("tickets_id")))
    actor = _picked(given) | {"users_id": to_int(given.get("users_id")), "type": to_int(given.get("type", 1))}
    address = str(actor.get("alternative_email") or "")
    if address and not is_address(address):
        raise RefusedError("Adresse de messagerie invalide")
    if actor["users_id"] and actor["users_id"] not in call.state.users:
        raise RefusedError
    before = ticket["status"]
    row = add_actor(call, ticket, actor)
    if row is None:
        raise RefusedError
    touch_ticket(call, ticket)
    _raise_if_moved(call, ticket, before)
    return row


def update_ticket_user(_call: Call, row: Row, given: Row) -> str:
    """Only the notification choice changes."""
    if "use_notification" in given:
        row["use_notification"] = to_int(given["use_notification"])
    if is_address(str(given.get("alternative_email", ""))):
        row["alternative_email"] = given["alternative_email"]
    return ""


def delete_ticket_user(call: Call, row: Row, *, purge: bool) -> None:
    """Unlink; without any assignee left, an assigned ticket is new again."""
    del purge
    state = call.state
    ticket = get_ticket(call, row["tickets_id"])
    before = ticket["status"]
    del state.ticket_users[row["id"]]
    item = ("Ticket", ticket["id"])
    state.log(call.user_id, item, action=16, old=_label(state, row), link="User")
    if row["type"] == ASSIGN and ticket["status"] == _ASSIGNED and not state.actors(ticket["id"], ASSIGN):
        state.log(call.user_id, item, action=0, option=12, old=_ASSIGNED, new=_NEW)
        ticket["status"] = _NEW
    touch_ticket(call, ticket)
    _raise_if_moved(call, ticket, before)


def _raise_if_moved(call: Call, ticket: Row, before: int) -> None:
    """Ticket_User has no webhook: an assignment shows only by the ticket's update that it causes."""
    if ticket["status"] != before:
        raise_event(call.state, "update", "Ticket", ticket)
