"""What was written on a ticket, and GLPI's own history: who really did what (contracts/glpi.md, 4 and 13)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from servers.glpi.client import GlpiClient
from servers.glpi.models import GlpiShape, Record, SourceClaim, WholeSha256, cut, source_from_glpi
from servers.glpi.text import digest_of

MAX_TIMELINE = 500
MAX_VALUE = 200
Origin = Literal["followup", "task", "solution"]
HistoryAction = Literal["created", "added", "removed", "changed"]
_PARTS: tuple[tuple[Origin, str], ...] = (
    ("followup", "ITILFollowup"),
    ("task", "TicketTask"),
    ("solution", "ITILSolution"),
)
# Search options of a ticket's own columns, and its people: what everybody sees who sees the ticket.
_PUBLIC_FIELDS = frozenset({"1", "3", "7", "10", "11", "12", "14", "15", "16", "17", "21", "80", "83", "User"})
_ACTIONS: dict[int, HistoryAction] = {
    15: "added",  # a relation, such as a person
    16: "removed",
    17: "added",  # a part, such as a followup
    18: "changed",
    19: "removed",
    20: "created",
}
_COLUMN = 255
_ACTOR = re.compile(r"(?P<login>.+) \((?P<number>[0-9]+)\)")
_NUMBERED = re.compile(r"\([0-9]+\)")


class TimelineEntry(Record):
    """A text on a ticket. author_id is whom GLPI names as its author: its `added` line of the history proves it.

    editor_id: who last changed the text, edited_at: when the entry last changed.
    """

    kind: Origin
    entry_id: int
    author_id: int
    at: datetime | None = None
    editor_id: int | None = None
    edited_at: datetime | None = None
    private: bool
    source: SourceClaim = None
    text: str
    truncated: bool | None = None
    whole_sha256: WholeSha256 = None


class HistoryEntry(Record):
    """A line of GLPI's own history: the account that really acted, whatever a writer field claims.

    author_id is missing for what GLPI did itself (its cron, the mail collector) and for who acted as somebody else.
    field: a part's type, then new_value is its entry_id; or the number of a ticket's field, 1 title, 21 description.
    """

    at: datetime | None = None
    author_id: int | None = None
    author_login: str
    action: HistoryAction
    field: str = ""
    new_value: str = ""
    truncated: bool | None = None


class Timeline(Record):
    """What was written on a ticket, oldest first, and by whom; private entries are marked.

    One page of the entries and the same one of the history. When that is not all of them, `truncated` says so, `total`
    counts the entries, and `next_start` is there if something follows.
    """

    ticket_id: int
    entries: list[TimelineEntry]
    history: list[HistoryEntry]
    total: int | None = None
    next_start: int | None = None
    truncated: bool | None = None


class GlpiTimelines:
    """The timelines of one GLPI."""

    def __init__(self, glpi: GlpiClient) -> None:
        self._session = glpi.session
        self._shape = glpi.shape

    async def get(self, ticket_id: int, *, start: int, limit: int, public_only: bool) -> Timeline:
        """A page of the followups, tasks and solutions, and the same of the history, oldest first.

        Entries are counted among the newest 500 of each kind. public_only: those only that the requester may see, and
        no value in the history that could come from another; its lines stay, so that pages do not depend on it.
        """
        entries, lost = await self._read_entries(ticket_id, public_only=public_only)
        oldest_first = {"sort": "id", "order": "ASC"}
        log = await self._session.list(f"/Ticket/{ticket_id}/Log", oldest_first, start=start, limit=limit + 1)
        shape = await self._shape()
        history = [history_from_glpi(row, shape) for row in log[:limit]]
        more = len(entries) > start + limit or len(log) > limit
        return Timeline(
            ticket_id=ticket_id,
            entries=entries[start : start + limit],
            history=[_to_public(line) for line in history] if public_only else history,
            total=len(entries) if start or more or lost else None,
            next_start=start + limit if more else None,
            truncated=bool(start) or more or lost or None,
        )

    async def _read_entries(self, ticket_id: int, *, public_only: bool) -> tuple[list[TimelineEntry], bool]:
        """All entries, oldest first, and whether there are older ones."""
        shape, newest_first = await self._shape(), {"sort": "id", "order": "DESC"}
        entries: list[TimelineEntry] = []
        lost = False
        for kind, path in _PARTS:
            rows = await self._session.list_rows(f"/Ticket/{ticket_id}/{path}", newest_first, at_most=MAX_TIMELINE)
            lost = lost or len(rows) > MAX_TIMELINE
            entries += [entry_from_glpi(kind, row, shape) for row in rows[:MAX_TIMELINE]]
        entries.sort(key=lambda entry: (entry.at is not None, entry.at, entry.entry_id))
        return [entry for entry in entries if not (public_only and entry.private)], lost


def entry_from_glpi(kind: Origin, raw: Mapping[str, Any], shape: GlpiShape) -> TimelineEntry:
    """A followup, task or solution. GLPI names an editor when the text changed, be it in the second of its creation."""
    whole = shape.text(raw.get("content"))
    text, truncated = cut(whole)
    written_at = shape.time(raw.get("date")) or shape.time(raw.get("date_creation"))
    created_at = shape.time(raw.get("date_creation")) or written_at
    changed_at = shape.time(raw.get("date_mod"))
    return TimelineEntry(
        kind=kind,
        entry_id=int(raw["id"]),
        author_id=int(raw.get("users_id") or 0),
        at=written_at,
        editor_id=int(raw.get("users_id_editor") or 0) or None,
        edited_at=changed_at if changed_at != created_at else None,
        private=bool(int(raw.get("is_private") or 0)),
        source=source_from_glpi(raw.get("requesttypes_id")),
        text=text,
        truncated=truncated or None,
        whole_sha256=digest_of(whole) if truncated else None,
    )


def history_from_glpi(raw: Mapping[str, Any], shape: GlpiShape) -> HistoryEntry:
    """A row of /Ticket/ID/Log."""
    author_login, author_id = _actor_from_glpi(shape.line(raw.get("user_name")))
    new_value, truncated = cut(shape.line(raw.get("new_value")), MAX_VALUE)
    return HistoryEntry(
        at=shape.time(raw.get("date_mod")),
        author_id=author_id,
        author_login=author_login,
        action=_ACTIONS.get(int(raw.get("linked_action") or 0), "changed"),
        field=str(raw.get("itemtype_link") or raw.get("id_search_option") or ""),
        new_value=new_value,
        truncated=truncated or None,
    )


def _actor_from_glpi(user_name: str) -> tuple[str, int | None]:
    """`login (id)`. Two numbers are one account acting as another, in an order that depends on the language: nobody.

    Nor is a name that fills its column: what was cut off may have been the number.
    """
    named = _ACTOR.fullmatch(user_name) if len(user_name) < _COLUMN else None
    if named is None or _NUMBERED.search(named["login"]):
        return user_name, None
    return named["login"], int(named["number"])


def _to_public(line: HistoryEntry) -> HistoryEntry:
    """Without a value that may repeat a private text: of a plugin, a document, a message."""
    if line.field in _PUBLIC_FIELDS:
        return line
    return line.model_copy(update={"new_value": "", "truncated": None})
