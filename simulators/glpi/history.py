"""History rows and the last-change date of tickets."""

from __future__ import annotations

from simulators.glpi.call import Call
from simulators.glpi.state import Row

TICKET_OPTIONS = {
    "name": 1,
    "priority": 3,
    "itilcategories_id": 7,
    "requesttypes_id": 9,
    "urgency": 10,
    "impact": 11,
    "status": 12,
    "type": 14,
    "date": 15,
    "closedate": 16,
    "solvedate": 17,
    "content": 21,
    "users_id_recipient": 22,
    "actiontime": 45,
    "entities_id": 80,
    "locations_id": 83,
}
_OPTIONS = {
    "Ticket": TICKET_OPTIONS,
    "User": {"name": 1, "is_active": 8, "firstname": 9, "realname": 34, "registration_number": 22},
    "ITILFollowup": {"content": 1, "is_private": 4},
    "TicketTask": {"content": 1, "state": 7},
    "ITILSolution": {"content": 1, "status": 2},
}


def log_changes(call: Call, itemtype: str, before: Row, after: Row) -> None:
    """A row for each changed column that has a search option."""
    for key, option in _OPTIONS[itemtype].items():
        if before[key] != after[key]:
            item = (itemtype, after["id"])
            call.state.log(call.user_id, item, action=0, option=option, old=before[key], new=after[key])


def touch_ticket(call: Call, ticket: Row) -> None:
    """The ticket changed now, by this session."""
    ticket["date_mod"] = call.state.now()
    ticket["users_id_lastupdater"] = call.user_id
