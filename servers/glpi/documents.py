"""Files on a ticket. Source: contracts/glpi.md, section 4."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from servers.glpi.models import DocumentRef
from servers.glpi.session import SYSTEM, GlpiSession, found_or
from shared.errors import InvalidInput, OutcomeUnknown
from shared.mcp_tool import Call

_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}\.[A-Za-z0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class File:
    """A file with the name under which GLPI shall offer it: its ending must be one that GLPI takes."""

    name: str
    content: bytes


class GlpiDocuments:
    """The documents of one GLPI."""

    def __init__(self, session: GlpiSession) -> None:
        self._session = session

    async def add(self, call: Call, ticket_id: int, file: File) -> DocumentRef:
        """Put a file on a ticket once. Raises NotFound for an unknown ticket."""
        ticket = await self._session.get(f"/Ticket/{ticket_id}")
        # The ticket is part of the mark: a document does not say where it hangs.
        mark = self._session.mark(f"document:{ticket_id}", call)
        if mark and call.look_first:
            if found := await self._find_marked(mark):
                return DocumentRef(ticket_id=ticket_id, document_id=found, already_done=True)
            call.check_may_act(SYSTEM)
        fields = {
            "name": file.name,
            "entities_id": int(ticket.get("entities_id") or 0),
            "itemtype": "Ticket",
            "items_id": ticket_id,
            "_filename": [file.name],
            "_only_if_upload_succeed": 1,
            # GLPI words the name of what it links by itself; a comment stays as it is.
            **({"comment": f"Réf. {mark}"} if mark else {}),
        }
        try:
            document_id = await self._session.upload(fields, file.name, file.content)
        except OutcomeUnknown as lost:
            if mark is None:
                raise
            document_id = await found_or(lost, self._find_marked(mark))
        return DocumentRef(ticket_id=ticket_id, document_id=document_id)

    async def _find_marked(self, mark: str) -> int | None:
        """The document that carries `mark`, if our account added it: others may copy a mark."""
        me = (await self._session.login()).user_id
        rows = await self._session.list("/Document", {"searchText[comment]": mark}, limit=10)
        ours = (row for row in rows if int(row.get("users_id") or 0) == me)
        return next((int(row["id"]) for row in ours), None)


def decode_file(name: str, content: str) -> File:
    """From base64. Raises InvalidInput, also for a name that is a path or has no ending."""
    if not _NAME.fullmatch(name):
        raise InvalidInput("filename: letters without accents, digits, `.`, `_` and `-`, with an ending: `photo-1.jpg`")
    try:
        decoded = base64.b64decode(content, validate=True)
    except binascii.Error:
        decoded = b""
    if not decoded:
        raise InvalidInput("content: the file in base64 is needed")
    return File(name, decoded)
