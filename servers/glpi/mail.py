"""E-mail through GLPI's own queue. Source: contracts/glpi.md, section 8."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from servers.glpi.client import GlpiClient
from servers.glpi.links import SealedLinks
from servers.glpi.models import EmailRef, EmailState, email_state_from_glpi
from servers.glpi.session import SYSTEM, found_or
from servers.glpi.text import escape, looks_like_html, parse_html
from shared.errors import OutcomeUnknown, Refused, UpstreamRejected, WidipError
from shared.mcp_tool import Call

STUCK_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """One mail to one person about one ticket. body is HTML when it starts and ends with a tag, else plain text."""

    recipient: str
    subject: str
    body: str
    ticket_id: int


class GlpiMail:
    """The mail queue of one GLPI."""

    def __init__(
        self,
        glpi: GlpiClient,
        *,
        sender: str,
        sender_name: str,
        links: SealedLinks,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._glpi = glpi
        self._links = links
        self._session = glpi.session
        self._sender = sender
        self._sender_name = sender_name
        self._clock = clock

    async def send(self, call: Call, email: Email) -> EmailRef:
        """Queue the mail once, then leave a private trace (without the body) on the ticket.

        Sealed links in the body are opened, for this recipient only; what they say is in the queued mail and nowhere
        else. Raises Refused when the caller may not write to that domain or a link is not for this recipient, NotFound
        for an unknown ticket.
        """
        _check_domain(call, email.recipient)
        ticket = await self._session.get(f"/Ticket/{email.ticket_id}")
        mark = self._session.mark("mail", call)
        found = await self._find(mark, email) if mark and call.look_first else None
        email_id = found or await self._open_and_queue(call, email, mark, int(ticket.get("entities_id") or 0))
        await self._links.mark_used(call, email.body)
        return EmailRef(
            email_id=email_id,
            ticket_id=email.ticket_id,
            followup_added=await self._leave_trace(call, email),
            already_done=True if found else None,
        )

    async def get_state(self, email_id: int) -> EmailState:
        """Where a mail is. Raises NotFound."""
        return email_state_from_glpi(
            await self._session.get(f"/QueuedNotification/{email_id}"), await self._glpi.shape()
        )

    async def warnings(self) -> list[str]:
        """A queue that nobody empties is the usual reason for mails that never come."""
        try:
            rows = await self._session.list("/QueuedNotification", {"sort": "send_time", "order": "ASC"}, limit=20)
        except UpstreamRejected:
            return ["the integration account cannot read GLPI's mail queue (right queuednotification)"]
        shape, limit = await self._glpi.shape(), self._clock() - STUCK_AFTER
        times = [shape.time(row.get("send_time")) for row in rows if not int(row.get("is_deleted") or 0)]
        late = sum(at is not None and at < limit for at in times)
        if not late:
            return []
        return [
            f"{late} mails wait in GLPI for over 10 min: is its action queuednotification in CLI mode, with a cron?"
        ]

    async def _open_and_queue(self, call: Call, email: Email, mark: str | None, entity_id: int) -> int:
        call.check_may_act(SYSTEM)
        opened = replace(email, body=await self._links.open(call, email.body, email.recipient))
        return await self._queue(opened, mark, entity_id=entity_id)

    async def _queue(self, email: Email, mark: str | None, *, entity_id: int) -> int:
        shape = await self._glpi.shape()
        fields = _to_glpi(email) | {
            "entities_id": entity_id,
            "sender": self._sender,
            "sendername": self._sender_name,
            "send_time": shape.to_time(self._clock()),
            **({"messageid": f"{mark}@{self._sender.partition('@')[2]}"} if mark else {}),
            **({"event": "external"} if shape.major >= 10 else {}),
        }
        try:
            return await self._session.add("QueuedNotification", fields)
        except OutcomeUnknown as lost:
            if mark is None:
                raise
            return await found_or(lost, self._find(mark, email))

    async def _find(self, mark: str | None, email: Email) -> int | None:
        """The queued mail with our mark, to this recipient about this ticket; sent ones are in the bin."""
        for binned in ("false", "true"):
            params = {"searchText[messageid]": f"^{mark}@", "is_deleted": binned}
            for row in await self._session.list("/QueuedNotification", params, limit=10):
                if row["recipient"] == email.recipient and int(row["items_id"]) == email.ticket_id:
                    return int(row["id"])
        return None

    async def _leave_trace(self, call: Call, email: Email) -> bool:
        """The mail is out whatever comes of this: a lost trace is reported, not raised."""
        text = f"E-mail envoyé à {email.recipient} : « {email.subject} »"
        try:
            await self._glpi.add_followup(call.part("trace"), email.ticket_id, text, private=True, notify=False)
        except WidipError:
            return False
        return True


def _check_domain(call: Call, recipient: str) -> None:
    domain = recipient.rpartition("@")[2].casefold()
    if "*" not in call.recipient_domains and domain not in call.recipient_domains:
        raise Refused(f"caller {call.caller} may not write to {domain}")


def _to_glpi(email: Email) -> dict[str, Any]:
    """Names as strings: left null, GLPI accepts the row and never sends it."""
    markup = looks_like_html(email.body)
    lines = "<br>".join(escape(line) for line in email.body.splitlines())
    return {
        "itemtype": "Ticket",
        "items_id": email.ticket_id,
        "notificationtemplates_id": 0,
        "mode": "mailing",
        "name": " ".join(email.subject.split()),
        "recipient": email.recipient,
        "recipientname": "",
        "body_html": email.body if markup else f"<p>{lines}</p>",
        "body_text": parse_html(email.body) if markup else email.body,
        "headers": {"Auto-Submitted": "auto-generated"},
    }
