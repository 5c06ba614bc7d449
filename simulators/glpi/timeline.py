"""Followups, solutions and tasks, and what they do to their ticket (sheet, section 4)."""

from __future__ import annotations

from simulators.glpi.access import NO_PERMISSION, get_ticket
from simulators.glpi.actors import ASSIGN
from simulators.glpi.call import Call
from simulators.glpi.columns import default_row, to_int
from simulators.glpi.errors import RefusedError
from simulators.glpi.fields import given_columns
from simulators.glpi.history import log_changes, touch_ticket
from simulators.glpi.notices import notify_requesters
from simulators.glpi.state import Row
from simulators.glpi.tickets import ASSIGNED, CLOSED, NEW, PENDING, SOLVED, set_status
from simulators.glpi.webhooks import raise_event

WAITING, ACCEPTED, REFUSED = 2, 3, 4
_BY_SESSION = ("users_id", "users_id_editor", "date_mod", "date_creation", "status", "users_id_approval")
_NEVER_GIVEN = ("itemtype", "items_id", "tickets_id", "users_id", "users_id_editor", "date_mod", "date_creation")
_TABLES = {"ITILFollowup": "followups", "ITILSolution": "solutions", "TicketTask": "tasks"}


def _parent(call: Call, given: Row) -> Row:
    if given.get("itemtype", "Ticket") != "Ticket":
        raise RefusedError
    return get_ticket(call, to_int(given.get("tickets_id", given.get("items_id"))))


def _insert(call: Call, itemtype: str, ticket: Row, given: Row) -> Row:
    state, table, now = call.state, _TABLES[itemtype], call.state.now()
    row = default_row(state.version, table)
    row |= given_columns(state, table, given, without=_BY_SESSION)
    row |= {"id": None, "users_id": _author(call, itemtype, given), "date_mod": now, "date_creation": now}
    row |= {"tickets_id": ticket["id"]} if "tickets_id" in row else {"itemtype": "Ticket", "items_id": ticket["id"]}
    if "date" in row:
        row["date"] = row["date"] or now
    added = state.insert(table, row)
    state.log(call.user_id, ("Ticket", ticket["id"]), action=17, new=added["id"], link=itemtype)
    state.log(call.user_id, (itemtype, added["id"]), action=20)
    touch_ticket(call, ticket)
    return added


def _author(call: Call, itemtype: str, given: Row) -> int:
    """The session; in 11, and for the mail collector, whoever a followup's input names: its log row tells the truth."""
    is_claimed = itemtype == "ITILFollowup" and "users_id" in given
    is_believed = is_claimed and (given.get("_auto_import") or call.state.version == "11.0")
    return to_int(given["users_id"]) if is_believed else call.user_id


def create_followup(call: Call, given: Row) -> Row:
    """A followup of the session's account, unless it says otherwise and is believed."""
    ticket = _parent(call, given)
    if not str(given.get("content") or "").strip():
        raise RefusedError
    if ticket["status"] == CLOSED and not call.profile.sees_all:
        raise RefusedError(NO_PERMISSION)
    followup = _insert(call, "ITILFollowup", ticket, given)
    if not followup["is_private"]:
        notify_requesters(call.state, ticket, "add_followup", given, text=followup["content"])
    _apply_followup(call, ticket, given)
    raise_event(call.state, "new", "ITILFollowup", followup)
    return followup


def _apply_followup(call: Call, ticket: Row, given: Row) -> None:
    """The table of section 4."""
    state = call.state
    is_requester = any(row["users_id"] == call.user_id for row in state.actors(ticket["id"], 1))
    if not is_requester and call.profile.sees_all:
        ticket["takeintoaccountdate"] = ticket["takeintoaccountdate"] or state.now()
    if to_int(given.get("pending")) and ticket["status"] < SOLVED:
        set_status(call, ticket, PENDING, given)
    elif is_requester and ticket["status"] == PENDING:
        set_status(call, ticket, ASSIGNED if state.actors(ticket["id"], ASSIGN) else NEW, given)
    elif to_int(given.get("add_reopen")) and ticket["status"] == SOLVED:
        _judge_solution(call, ticket, REFUSED)
        set_status(call, ticket, ASSIGNED, given)
    elif to_int(given.get("add_close")) and ticket["status"] == SOLVED:
        _judge_solution(call, ticket, ACCEPTED)
        set_status(call, ticket, CLOSED, given)


def _judge_solution(call: Call, ticket: Row, status: int) -> None:
    for solution in call.state.solutions.values():
        if solution["items_id"] == ticket["id"] and solution["status"] == WAITING:
            solution |= {"status": status, "users_id_approval": call.user_id, "date_approval": call.state.now()}


def create_solution(call: Call, given: Row) -> Row:
    """A solution, which solves its ticket."""
    ticket = _parent(call, given)
    if ticket["status"] == SOLVED:
        raise RefusedError("L'élément est déjà résolu.")
    if ticket["status"] == CLOSED:
        raise RefusedError(NO_PERMISSION)
    solution = _insert(call, "ITILSolution", ticket, given)
    solution["status"] = WAITING if call.state.solutions_wait else ACCEPTED
    set_status(call, ticket, SOLVED, given)
    raise_event(call.state, "new", "ITILSolution", solution)
    return solution


def create_task(call: Call, given: Row) -> Row:
    """A task; its time adds to the ticket's."""
    ticket = get_ticket(call, to_int(given.get("tickets_id")))
    task = _insert(call, "TicketTask", ticket, given)
    ticket["actiontime"] += task["actiontime"]
    raise_event(call.state, "new", "TicketTask", task)
    return task


def _check_may_edit(call: Call, row: Row) -> None:
    if not call.profile.sees_all and row["users_id"] != call.user_id:
        raise RefusedError(NO_PERMISSION)


def _ticket_of(call: Call, row: Row) -> Row:
    return get_ticket(call, row.get("tickets_id") or row.get("items_id") or 0)


def _update(call: Call, itemtype: str, row: Row, given: Row) -> str:
    _check_may_edit(call, row)
    ticket, before = _ticket_of(call, row), dict(row)
    is_author_claimable = call.state.version == "11.0"
    fixed = tuple(key for key in _NEVER_GIVEN if not (is_author_claimable and key == "users_id"))
    row.update(given_columns(call.state, _TABLES[itemtype], given, without=fixed))
    if row == before:
        return ""
    row["date_mod"] = call.state.now()
    if row["content"] != before["content"]:
        row["users_id_editor"] = call.user_id
    log_changes(call, itemtype, before, row)
    call.state.log(call.user_id, ("Ticket", ticket["id"]), action=18, new=row["id"], link=itemtype)
    touch_ticket(call, ticket)
    raise_event(call.state, "update", itemtype, row)
    return ""


def _delete(call: Call, itemtype: str, row: Row) -> None:
    _check_may_edit(call, row)
    ticket = _ticket_of(call, row)
    del call.state.table(_TABLES[itemtype])[row["id"]]
    call.state.log(call.user_id, ("Ticket", ticket["id"]), action=19, new=row["id"], link=itemtype)
    touch_ticket(call, ticket)
    raise_event(call.state, "delete", itemtype, row)


def update_followup(call: Call, row: Row, given: Row) -> str:
    """PUT /ITILFollowup."""
    return _update(call, "ITILFollowup", row, given)


def update_solution(call: Call, row: Row, given: Row) -> str:
    """PUT /ITILSolution."""
    return _update(call, "ITILSolution", row, given)


def update_task(call: Call, row: Row, given: Row) -> str:
    """PUT /TicketTask."""
    return _update(call, "TicketTask", row, given)


def delete_followup(call: Call, row: Row, *, purge: bool) -> None:
    """There is no bin for followups."""
    del purge
    _delete(call, "ITILFollowup", row)


def delete_solution(call: Call, row: Row, *, purge: bool) -> None:
    """There is no bin for solutions."""
    del purge
    _delete(call, "ITILSolution", row)


def delete_task(call: Call, row: Row, *, purge: bool) -> None:
    """There is no bin for tasks."""
    del purge
    _delete(call, "TicketTask", row)
