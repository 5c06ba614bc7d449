"""What a webhook says: items in the shape of the v2 API, or a GLPI 10 plugin's own (sheet, section 9)."""

from __future__ import annotations

import json
import re
from typing import Any

from simulators.glpi.state import GlpiState, Row

TABLES = {
    "Ticket": "tickets",
    "ITILFollowup": "followups",
    "ITILSolution": "solutions",
    "TicketTask": "tasks",
}
_STATUSES = {1: "New", 2: "Processing (assigned)", 3: "Processing (planned)", 4: "Pending", 5: "Solved", 6: "Closed"}
_SOURCES = {1: "Helpdesk", 2: "E-Mail", 3: "Phone", 4: "Direct"}
_ROLES = {1: "requester", 2: "assigned", 3: "observer"}
_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def parent_ticket(state: GlpiState, itemtype: str, row: Row) -> Row | None:
    """The ticket that a followup, solution or task hangs on; None for a ticket and for what a purge left alone."""
    if itemtype == "Ticket":
        return None
    return state.tickets.get(row.get("tickets_id") or row.get("items_id") or 0)


def build_native_body(state: GlpiState, event: str, itemtype: str, row: Row, template: str | None) -> str:
    """Indented JSON as PHP writes it, or the administrator's template with its `{{ item.id }}` filled in."""
    said: dict[str, Any] = {"item": to_v2(state, itemtype, row), "event": event}
    parent = parent_ticket(state, itemtype, row)
    if parent is not None:
        said["parent_item"] = to_v2(state, "Ticket", parent)
    if template is not None:
        return _filled(template, said)
    return json.dumps(said, indent=4).replace("/", "\\/")


def build_plugin_body(state: GlpiState, event: str, itemtype: str, row: Row, template: str | None) -> str:
    """One line of JSON of some shape, with the text as GLPI stores it: encoded."""
    ticket = parent_ticket(state, itemtype, row) or row
    said: dict[str, Any] = {
        "action": f"{event}_{itemtype}",
        "ticket": {"id": str(ticket["id"]), "name": ticket["name"], "status": str(ticket["status"])},
        "text": row["content"],
    }
    return _filled(template, said) if template is not None else json.dumps(said, ensure_ascii=False)


def _filled(template: str, said: dict[str, Any]) -> str:
    def value(found: re.Match[str]) -> str:
        place: Any = said
        for part in found[1].split("."):
            place = place.get(part) if isinstance(place, dict) else None
        return "" if place is None else str(place)

    return _PLACEHOLDER.sub(value, template)


def to_v2(state: GlpiState, itemtype: str, row: Row) -> dict[str, Any]:
    """An item as GLPI's second API shows it: other names than apirest's, and private texts too."""
    match itemtype:
        case "Ticket":
            return _ticket(state, row)
        case "TicketTask":
            return {
                **_common(state, row),
                "is_private": bool(row["is_private"]),
                "duration": row["actiontime"],
                "state": row["state"],
                "user": _user(state, row["users_id"]),
                "user_tech": _user(state, row["users_id_tech"]),
            }
        case "ITILSolution":
            return {
                **_common(state, row),
                "itemtype": row["itemtype"],
                "items_id": row["items_id"],
                "status": row["status"],
                "user": _user(state, row["users_id"]),
            }
        case _:
            return {
                **_common(state, row),
                "itemtype": row["itemtype"],
                "items_id": row["items_id"],
                "is_private": bool(row["is_private"]),
                "request_type": _named(row["requesttypes_id"], _SOURCES),
                "user": _user(state, row["users_id"]),
            }


def _common(state: GlpiState, row: Row) -> dict[str, Any]:
    dates = {key: _date(row[key]) for key in ("date_creation", "date_mod")}
    return {"id": row["id"], "content": state.real(row["content"]), **dates}


def _ticket(state: GlpiState, row: Row) -> dict[str, Any]:
    entity = state.entities.get(row["entities_id"])
    category = state.categories.get(row["itilcategories_id"])
    return {
        **_common(state, row),
        "name": state.real(row["name"]),
        "is_deleted": bool(row["is_deleted"]),
        **{key: row[key] for key in ("urgency", "impact", "priority", "type", "actiontime")},
        "status": _named(row["status"], _STATUSES),
        "category": category and {"id": category["id"], "name": state.real(category["name"])},
        "entity": entity and {key: state.real(entity[key]) for key in ("id", "name", "completename")},
        "external_id": row.get("externalid"),
        "location": None,
        "request_type": _named(row["requesttypes_id"], _SOURCES),
        "team": [_member(state, actor) for actor in state.actors(row["id"]) if actor["users_id"]],
        "date": _date(row["date"]),
    }


def _member(state: GlpiState, actor: Row) -> dict[str, Any]:
    return {**(_user(state, actor["users_id"]) or {}), "type": "User", "role": _ROLES.get(actor["type"], "")}


def _user(state: GlpiState, user_id: int) -> dict[str, Any] | None:
    user = state.users.get(user_id)
    return user and {"id": user_id, "name": user["name"]}


def _named(number: int, names: dict[int, str]) -> dict[str, Any] | None:
    return {"id": number, "name": names.get(number, "")} if number else None


def _date(value: str | None) -> str | None:
    return f"{value.replace(' ', 'T')}+00:00" if value else None
