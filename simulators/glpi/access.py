"""Which rows a session may see."""

from __future__ import annotations

from simulators.glpi.call import Call
from simulators.glpi.errors import RefusedError
from simulators.glpi.state import Row

NO_PERMISSION = "Vous n'avez pas l'autorisation d'effectuer cette action."


def is_own_ticket(call: Call, ticket: Row) -> bool:
    """Written by, or asked for by, the session's user."""
    mine = (row["users_id"] for row in call.state.actors(ticket["id"], 1))
    return call.user_id in (ticket["users_id_recipient"], *mine)


def can_see_ticket(call: Call, ticket: Row) -> bool:
    """In a reachable entity and, for self-service, one's own."""
    return ticket["entities_id"] in call.entities and (call.profile.sees_all or is_own_ticket(call, ticket))


def _can_see_part(call: Call, row: Row) -> bool:
    ticket = call.state.tickets.get(row.get("tickets_id") or row.get("items_id") or 0)
    if ticket is None or not can_see_ticket(call, ticket):
        return False
    return call.profile.sees_all or not row.get("is_private") or row["users_id"] == call.user_id


def can_see(call: Call, itemtype: str, row: Row) -> bool:
    """Whether the session may read this row; it may read the itemtype."""
    if itemtype == "Ticket":
        return can_see_ticket(call, row)
    if itemtype in ("ITILFollowup", "ITILSolution", "TicketTask", "Ticket_User"):
        return _can_see_part(call, row)
    if itemtype == "Log" and row["itemtype"] == "Ticket" and not call.profile.sees_all:
        ticket = call.state.tickets.get(row["items_id"])
        return ticket is not None and can_see_ticket(call, ticket)
    return call.profile.sees_all or itemtype == "Entity"


def get_ticket(call: Call, ticket_id: int) -> Row:
    """A ticket the session may work on; raises RefusedError otherwise."""
    ticket = call.state.tickets.get(ticket_id)
    if ticket is None:
        raise RefusedError
    if not can_see_ticket(call, ticket):
        raise RefusedError(NO_PERMISSION)
    return ticket
