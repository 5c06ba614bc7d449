"""A ticket as GLPI has it now, with all that was written on it and who really did what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from orchestrator.assist.texts import TicketText, texts_of
from orchestrator.journal import RunTools
from shared.errors import NotFound, UpstreamMalformed

PAGE = 100
MAX_PAGES = 50
_OVER = ("solved", "closed")


@dataclass(frozen=True)
class SeenTicket:
    """One reading. ticket: the answer of get_ticket_info, None when GLPI has no such ticket (any more)."""

    ticket: dict[str, Any] | None
    entries: list[dict[str, Any]]
    history: list[dict[str, Any]]

    @cached_property
    def texts(self) -> tuple[TicketText, ...]:
        """What can ask for something."""
        return texts_of(self.ticket, self.entries, self.history) if self.ticket else ()

    @property
    def is_over(self) -> bool:
        """Solved, closed, deleted or gone: what is still open for it has to see that."""
        return self.is_shut or self.ticket is None or self.ticket.get("status") in _OVER

    @property
    def is_shut(self) -> bool:
        """Nothing new comes out of it. A solved one may still be answered."""
        return self.ticket is None or bool(self.ticket.get("deleted")) or self.ticket.get("status") == "closed"

    def may_ask(self, text: TicketText, *, own_ids: Collection[int], since: datetime) -> bool:
        """Whether a text is somebody's request to us: not our own, not a technician's at work, not an old one.

        since: what was written before is not looked at. What a technician has answered by solving is dealt with.
        """
        if self.ticket is None or self.is_shut or text.author_id in own_ids or text.key in self._claimed_by(own_ids):
            return False
        if text.author_id in self.ticket["technician_ids"] or text.at is None or text.at < since:
            return False
        solved_at = self.ticket.get("solved_at")
        return solved_at is None or text.at > datetime.fromisoformat(solved_at)

    def _claimed_by(self, own_ids: Collection[int]) -> set[str]:
        """Followups that GLPI shows as ours, be it that the history has forgotten who wrote them."""
        ours = (entry for entry in self.entries if entry["author_id"] in own_ids)
        return {f"{entry['kind']}:{entry['entry_id']}" for entry in ours}


async def read_ticket(tools: RunTools, ticket_id: int) -> SeenTicket:
    """The ticket first and its history after: a change in between is then in the history at least.

    Raises what the GLPI server raises; NotFound is an answer.
    """
    try:
        ticket = (await tools.call("glpi_get_ticket_info", {"ticket_id": ticket_id})).data
        entries: list[dict[str, Any]] = []
        history: list[dict[str, Any]] = []
        start: int | None = 0
        for _page in range(MAX_PAGES):
            page = (await tools.call("glpi_get_ticket_timeline", _page_of(ticket_id, start or 0))).data
            entries += page["entries"]
            history += page["history"]
            start = page.get("next_start")
            if start is None:
                return SeenTicket(ticket, entries, history)
    except NotFound:
        return SeenTicket(None, [], [])
    raise UpstreamMalformed("a ticket's timeline has no end", system="glpi")


def _page_of(ticket_id: int, start: int) -> dict[str, Any]:
    return {"ticket_id": ticket_id, "start": start, "limit": PAGE}


async def read_history(tools: RunTools, ticket_id: int, start: int) -> dict[str, Any]:
    """A page of a ticket's timeline from `start`, for shared.glpi_changes.read_news."""
    return dict((await tools.call("glpi_get_ticket_timeline", _page_of(ticket_id, start))).data)
