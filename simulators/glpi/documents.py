"""Documents: a file that comes with its own ticket (sheet, section 4)."""

from __future__ import annotations

import hashlib

from simulators.glpi.access import get_ticket
from simulators.glpi.call import Call
from simulators.glpi.columns import default_row, to_int
from simulators.glpi.errors import RefusedError
from simulators.glpi.fields import given_columns
from simulators.glpi.history import touch_ticket
from simulators.glpi.state import Row

_ENDINGS = frozenset({"jpg", "jpeg", "png", "gif", "pdf", "txt", "doc", "docx", "odt", "zip"})
_BY_SESSION = ("users_id", "filename", "filepath", "mime", "sha1sum", "date_mod", "date_creation")


def create_document(call: Call, given: Row) -> Row:
    """A document of the session's account, linked to its ticket. GLPI words the name of what it links."""
    upload, names = call.upload, given.get("_filename")
    if upload is None or names != [upload.name]:
        raise RefusedError("Aucun fichier disponible")
    if upload.name.rpartition(".")[2].lower() not in _ENDINGS:
        raise RefusedError("Type de fichier non autorisé")
    ticket = get_ticket(call, to_int(given.get("items_id"))) if given.get("itemtype") == "Ticket" else None
    state, now = call.state, call.state.now()
    row = default_row(state.version, "documents") | given_columns(state, "documents", given, without=_BY_SESSION)
    row |= {"id": None, "users_id": call.user_id, "filename": upload.name, "date_mod": now, "date_creation": now}
    row["sha1sum"] = hashlib.sha1(upload.content, usedforsecurity=False).hexdigest()
    if ticket is not None and state.version != "11.0":
        row["name"] = state.stored(f"Document : Ticket - {state.real(ticket['name'])}")
    document = state.insert("documents", row)
    state.files[document["id"]] = upload.content
    if ticket is not None:
        _link(call, document, ticket)
    return document


def _link(call: Call, document: Row, ticket: Row) -> None:
    state = call.state
    row = default_row(state.version, "document_items") | {"id": None, "documents_id": document["id"]}
    row |= {"itemtype": "Ticket", "items_id": ticket["id"], "users_id": call.user_id, "date_creation": state.now()}
    state.insert("document_items", row)
    new = f"{state.real(document['name'])} ({document['id']})"
    state.log(call.user_id, ("Ticket", ticket["id"]), action=15, new=new, link="Document")
    touch_ticket(call, ticket)
