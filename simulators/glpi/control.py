"""What drives the simulator from outside: its state, its switches, a person working in GLPI's own pages."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.glpi.call import Call
from simulators.glpi.columns import to_int
from simulators.glpi.errors import RefusedError
from simulators.glpi.mail import run_mail_queue
from simulators.glpi.rights import PROFILE_IDS
from simulators.glpi.state import GlpiState, Row, Session
from simulators.glpi.tickets import create_ticket, update_ticket
from simulators.glpi.timeline import create_followup, create_solution

SWITCHES = (
    "maintenance",
    "api_enabled",
    "ip_allowed",
    "credentials_login",
    "notifications",
    "solutions_wait",
    "queue_mode",
    "webhook_mode",
    "mail_delay_s",
)
_SHOWN = {
    "tickets": "tickets",
    "followups": "followups",
    "solutions": "solutions",
    "tasks": "tasks",
    "ticket_users": "ticket_users",
    "users": "users",
    "emails": "emails",
    "queued_notifications": "queued",
    "logs": "logs",
}


def call_as(state: GlpiState, user_id: int) -> Call:
    """A call by somebody who needs no API session."""
    rights = (row for row in state.profile_users.values() if row["users_id"] == user_id)
    right = next(rights, {"profiles_id": PROFILE_IDS["self-service"], "entities_id": 0})
    return Call(state, Session("", user_id, right["profiles_id"], right["entities_id"]))


def _technician(state: GlpiState) -> int:
    wanted = PROFILE_IDS["technician"]
    return next(int(row["users_id"]) for row in state.profile_users.values() if row["profiles_id"] == wanted)


def _real_rows(state: GlpiState, table: str) -> list[Row]:
    return [{key: state.real(value) for key, value in row.items()} for row in state.table(table).values()]


async def show_state(request: Request) -> Response:
    """GET /_sim/state: rows with their real text, and no tokens."""
    state: GlpiState = request.app.state.glpi
    return JSONResponse({name: _real_rows(state, table) for name, table in _SHOWN.items()})


async def show_switches(request: Request) -> Response:
    """GET and POST /_sim/switches: a POST sets those it names."""
    state: GlpiState = request.app.state.glpi
    if request.method == "POST":
        for key, value in (await request.json()).items():
            if key not in SWITCHES:
                return JSONResponse({"error": f"no switch {key}", "switches": list(SWITCHES)}, 400)
            setattr(state, key, value)
    return JSONResponse({key: getattr(state, key) for key in SWITCHES})


async def create_by_hand(request: Request) -> Response:
    """POST /_sim/ticket: the input of a ticket, plus "by" (user id); a person opens it in GLPI."""
    state: GlpiState = request.app.state.glpi
    given = await request.json()
    call = call_as(state, to_int(given.pop("by", _technician(state))))
    return _worked(state, lambda: create_ticket(call, given))


async def change_by_hand(request: Request) -> Response:
    """POST /_sim/ticket/{id}: columns to change, "followup", "is_private", "solution", "by" (default a technician).

    "merge_into": another ticket, which is told this one's text before this one goes into the bin.
    """
    state: GlpiState = request.app.state.glpi
    ticket = state.tickets.get(request.path_params["ticket_id"])
    if ticket is None:
        return JSONResponse({"error": "no such ticket"}, 404)
    given = await request.json()
    call = call_as(state, to_int(given.pop("by", _technician(state))))
    parent = {"itemtype": "Ticket", "items_id": ticket["id"]}

    def work() -> Row:
        followup, solution = given.pop("followup", None), given.pop("solution", None)
        private = to_int(given.pop("is_private", 0))
        into = to_int(given.pop("merge_into", 0))
        update_ticket(call, ticket, given)
        if followup:
            create_followup(call, parent | {"content": followup, "is_private": private})
        if solution:
            create_solution(call, parent | {"content": solution})
        if into:
            told = create_followup(call, {"itemtype": "Ticket", "items_id": into, "content": ticket["content"]})
            told["sourceitems_id"] = ticket["id"]
            ticket["is_deleted"] = 1
        return ticket

    return _worked(state, work)


def _worked(state: GlpiState, work: Callable[[], Row]) -> Response:
    try:
        row = work()
    except RefusedError as refusal:
        return JSONResponse({"error": refusal.text}, 400)
    return JSONResponse({key: state.real(value) for key, value in row.items()})


async def run_queue(request: Request) -> Response:
    """POST /_sim/run_mail_queue: one run of the automatic action now."""
    return JSONResponse({"sent": await run_mail_queue(request.app.state.glpi)})


CONTROL_ROUTES = [
    Route("/_sim/state", show_state),
    Route("/_sim/switches", show_switches, methods=["GET", "POST"]),
    Route("/_sim/ticket", create_by_hand, methods=["POST"]),
    Route("/_sim/ticket/{ticket_id:int}", change_by_hand, methods=["POST"]),
    Route("/_sim/run_mail_queue", run_queue, methods=["POST"]),
]
