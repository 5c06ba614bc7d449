"""People from outside: accounts that come to be without the API, and mail that the collector turns into tickets."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.glpi.call import Call
from simulators.glpi.control import call_as
from simulators.glpi.errors import RefusedError
from simulators.glpi.rights import PROFILE_IDS
from simulators.glpi.seed import add_user
from simulators.glpi.state import CRON, GlpiState, Row, Session
from simulators.glpi.text import folded
from simulators.glpi.tickets import create_ticket
from simulators.glpi.timeline import create_followup
from simulators.glpi.users import find_login

BY_MAIL = 2
_PERSON = {"firstname": "", "realname": "", "emails": [], "profile": "self-service"}


async def create_person(request: Request) -> Response:
    """POST /_sim/user: "login", and as in world.toml what else is wanted; "user_token" lets it use the API.

    Nothing is checked: a local account may carry anybody's address, a link may name anybody.
    """
    state: GlpiState = request.app.state.glpi
    given = _PERSON | await request.json()
    token = given.pop("user_token", None)
    if given["profile"] not in PROFILE_IDS or find_login(state, given["login"]):
        return JSONResponse({"error": "unknown profile, or login taken"}, 400)
    user = add_user(state, given)
    if token:
        state.user_tokens[token] = user["id"]
    return JSONResponse({key: state.real(value) for key, value in user.items()})


async def receive_mail(request: Request) -> Response:
    """POST /_sim/mail: "from", "subject", "text" and for an answer "ticket_id", as the mail collector takes them in.

    Who has the From address is taken for the writer. The session that works is the cron's, or that of the administrator
    who has mails collected now: "by".
    """
    state: GlpiState = request.app.state.glpi
    mail = await request.json()
    sender = next((row for row in state.emails.values() if folded(row["email"]) == folded(mail["from"])), None)
    writer = sender["users_id"] if sender else 0
    collector = _collector(state, mail.get("by", CRON), _home(state, writer))
    content = {"content": f"<p>{mail['text']}</p>", "requesttypes_id": BY_MAIL, "_auto_import": 1}
    try:
        if "ticket_id" in mail:
            parent = {"itemtype": "Ticket", "items_id": mail["ticket_id"]}
            row = create_followup(collector, content | parent | {"users_id": writer})
        else:
            row = create_ticket(collector, content | _claims(mail, writer))
    except RefusedError as refusal:
        return JSONResponse({"error": refusal.text}, 400)
    return JSONResponse({key: state.real(value) for key, value in row.items()})


def _collector(state: GlpiState, user_id: int, entity_id: int) -> Call:
    profile_id = PROFILE_IDS["super-admin"] if user_id == CRON else call_as(state, user_id).session.profile_id
    return Call(state, Session("", user_id, profile_id, entity_id))


def _claims(mail: Row, writer: int) -> Row:
    asked = {"name": mail["subject"], "users_id_recipient": writer, "_users_id_requester": [writer]}
    unknown = {"use_notification": [1], "alternative_email": [mail["from"]]}
    return asked if writer else asked | {"_users_id_requester_notif": unknown}


def _home(state: GlpiState, user_id: int) -> int:
    rights = (row for row in state.profile_users.values() if row["users_id"] == user_id)
    return int(next(rights, {"entities_id": 0})["entities_id"])


PEOPLE_ROUTES = [
    Route("/_sim/user", create_person, methods=["POST"]),
    Route("/_sim/mail", receive_mail, methods=["POST"]),
]
