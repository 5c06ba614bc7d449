"""GLPI's own notifications, queued for requesters when a ticket moves (sheet, section 8, alternative A)."""

from __future__ import annotations

import html
import json
import re

from simulators.glpi.columns import default_row
from simulators.glpi.state import GlpiState, Row

_SUBJECTS = {
    "new": "[GLPI #{id:07d}] Nouveau ticket {name}",
    "add_followup": "[GLPI #{id:07d}] Nouveau suivi {name}",
    "solved": "[GLPI #{id:07d}] Ticket résolu {name}",
    "closed": "[GLPI #{id:07d}] Ticket clos {name}",
}


def thread_id(state: GlpiState, itemtype: str, items_id: int) -> str:
    """The Message-ID of the first notification about an item, without brackets."""
    return f"GLPI_{state.instance_uuid}-{itemtype}-{items_id}/new@{state.mail_host}"


def notify_requesters(state: GlpiState, ticket: Row, event: str, given: Row, *, text: str | None = None) -> None:
    """Queue one mail for each requester who takes notifications, unless the input says `_disablenotif`."""
    if not state.notifications or given.get("_disablenotif"):
        return
    body = state.real(ticket["content"] if text is None else text)
    for actor in state.actors(ticket["id"], 1):
        address = actor["alternative_email"] or state.default_email(actor["users_id"])
        if actor["use_notification"] and address:
            state.insert("queued", _notice(state, ticket, event, address, body))


def _notice(state: GlpiState, ticket: Row, event: str, address: str, body: str) -> Row:
    subject = _SUBJECTS[event].format(id=ticket["id"], name=state.real(ticket["name"]))
    message_id = thread_id(state, "Ticket", ticket["id"]) if event == "new" else None
    row = default_row(state.version, "queued")
    row |= {"id": None, "itemtype": "Ticket", "items_id": ticket["id"], "entities_id": ticket["entities_id"]}
    row |= {"notificationtemplates_id": 4, "mode": "mailing", "name": state.stored(subject)}
    row |= {"sender": state.mail_sender, "sendername": "GLPI", "recipient": address, "recipientname": ""}
    plain = html.unescape(re.sub(r"<[^>]*>", " ", body)).strip()
    row |= {"body_html": state.stored(f"<div>{body}</div>"), "body_text": state.stored(plain)}
    row |= {"headers": json.dumps({"Auto-Submitted": "auto-generated"}), "messageid": message_id}
    row |= {"create_time": state.now(), "send_time": state.now()}
    return row | {"event": event} if "event" in row else row
