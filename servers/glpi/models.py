"""GLPI's things in our words. GLPI's own numbers, dates and encodings appear in this file only."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from servers.glpi.text import parse_html
from shared.settings import EMAIL

MAX_TEXT = 2000
GLPI_TIME = "%Y-%m-%d %H:%M:%S"
Origin = Literal["followup", "task", "solution"]
Address = Annotated[str, Field(pattern=EMAIL)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class TicketStatus(StrEnum):
    """A ticket's state."""

    NEW = "new"
    ASSIGNED = "assigned"
    PLANNED = "planned"
    PENDING = "pending"
    SOLVED = "solved"
    CLOSED = "closed"


_STATUS_FROM_GLPI = dict(enumerate(TicketStatus, start=1))
_STATUS_TO_GLPI = {status: number for number, status in _STATUS_FROM_GLPI.items()}


def to_glpi_status(status: TicketStatus) -> int:
    """GLPI's number of a status."""
    return _STATUS_TO_GLPI[status]


def status_from_glpi(value: Any) -> TicketStatus | None:
    """None for a number that GLPI stored but does not define (it checks nothing)."""
    return _STATUS_FROM_GLPI.get(int(value or 0))


class GlpiShape:
    """How one GLPI writes: its major version and its time zone."""

    def __init__(self, major: int, zone: tzinfo) -> None:
        self.major = major
        self.zone = zone

    def text(self, value: Any) -> str:
        """A stored text as plain text."""
        return parse_html(self.line(value))

    def line(self, value: Any, *, searched: bool = False) -> str:
        """A stored text as it was written. 9.5 returns < and > encoded, 10 so and & in searches only, 11 nothing."""
        raw = str(value or "")
        if self.major < 10:
            return raw.replace("&lt;", "<").replace("&gt;", ">")
        return html.unescape(raw) if searched and self.major == 10 else raw

    def time(self, value: Any) -> datetime | None:
        """A date of GLPI (local, without zone) as aware UTC; None for MySQL's zero date and for what is no date."""
        try:
            return datetime.strptime(str(value or ""), GLPI_TIME).replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError):  # the year 1 in a zone east of UTC is before any date
            return None

    def to_time(self, value: datetime) -> str:
        """Aware UTC as GLPI writes it."""
        return value.astimezone(self.zone).strftime(GLPI_TIME)


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class TicketRef(_Model):
    """A ticket that was created or changed."""

    ticket_id: int
    status: TicketStatus | None = None
    already_done: bool | None = None


class Ticket(_Model):
    """One incident or request."""

    ticket_id: int
    title: str
    status: TicketStatus | None = None
    urgency: int
    priority: int
    type: Literal["incident", "request"]
    category: str | None = None
    entity_id: int
    requester_ids: list[int] = Field(default_factory=list)
    requester_emails: list[str] | None = None
    technician_ids: list[int] = Field(default_factory=list)
    writer_id: int | None = None
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    solved_at: datetime | None = None
    content: str
    truncated: bool | None = None
    deleted: bool | None = Field(default=None, description="in GLPI's bin")


class TicketSummary(_Model):
    """One row of a search."""

    ticket_id: int
    title: str
    status: TicketStatus | None = None
    changed_at: datetime | None = None


class TicketPage(_Model):
    """Some of the tickets that match; `next_start` is there when more do."""

    total: int
    tickets: list[TicketSummary]
    next_start: int | None = None


class TimelineEntry(_Model):
    """A text on a ticket. author_id is the account that wrote it."""

    kind: Origin
    entry_id: int
    author_id: int
    at: datetime | None = None
    private: bool
    text: str
    truncated: bool | None = None


class HistoryEntry(_Model):
    """A line of GLPI's own history: the account that really acted, whatever a writer field claims."""

    at: datetime | None = None
    author_id: int | None = None
    author_login: str
    action: Literal["created", "added", "removed", "changed"]
    field: str = ""
    new_value: str = ""
    truncated: bool | None = None


class Timeline(_Model):
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


class Category(_Model):
    """One ITIL category."""

    category_id: int
    name: str = Field(description="full path, `Parent > Child`")


class CategoryPage(_Model):
    """The categories; truncated when GLPI has more than these."""

    categories: list[Category]
    truncated: bool | None = None


class FollowupRef(_Model):
    """A followup that was added."""

    ticket_id: int
    followup_id: int
    already_done: bool | None = None


class User(_Model):
    """One GLPI account."""

    user_id: int
    login: str
    firstname: str = ""
    lastname: str = ""
    emails: list[str] = Field(default_factory=list)
    active: bool
    directory_dn: str | None = None


class UserList(_Model):
    """The accounts that match: an address may belong to several. truncated: to more than these."""

    users: list[User]
    truncated: bool | None = None


class UserRef(_Model):
    """An account that was created or changed."""

    user_id: int
    login: str | None = None
    already_done: bool | None = None


class UserChanges(BaseModel):
    """What update_glpi_user changes; None leaves a field as it is. To disable is another tool, of another risk."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    firstname: Name | None = None
    lastname: Name | None = None
    phone: Annotated[str, Field(max_length=50)] | None = None
    email: Address | None = None
    active: Annotated[Literal[True], Field(description="enables the account")] | None = None


class EmailRef(_Model):
    """An e-mail handed to GLPI's queue. followup_added: the private trace on the ticket."""

    email_id: int
    ticket_id: int
    followup_added: bool
    already_done: bool | None = None


class EmailState(_Model):
    """Where a queued e-mail is. `sent` means accepted by the mail relay; bounces are invisible here."""

    email_id: int
    state: Literal["waiting", "sent", "failed"]
    recipient: str
    subject: str
    tries: int
    sent_at: datetime | None = None


class Health(_Model):
    """GLPI answered a full login, read, logout."""

    status: Literal["UP"]
    version: str
    response_ms: int
    warnings: list[str] = Field(default_factory=list)


def cut(text: str, limit: int = MAX_TEXT) -> tuple[str, bool]:
    """`text` of at most `limit` characters, and whether something is missing."""
    return (text, False) if len(text) <= limit else (f"{text[:limit]}…", True)


def ticket_from_glpi(
    raw: Mapping[str, Any], actors: list[dict[str, Any]], *, category: str | None, shape: GlpiShape
) -> Ticket:
    """Read `GET /Ticket/ID` and its `/Ticket_User` rows (type 1 requester, 2 assigned)."""
    content, truncated = cut(shape.text(raw.get("content")))
    requesters = [row for row in actors if int(row["type"]) == 1]
    emails = [str(row["alternative_email"]) for row in requesters if row.get("alternative_email")]
    return Ticket(
        ticket_id=int(raw["id"]),
        title=shape.line(raw.get("name")),
        status=status_from_glpi(raw.get("status")),
        urgency=int(raw.get("urgency") or 3),
        priority=int(raw.get("priority") or 3),
        type="request" if int(raw.get("type") or 1) == 2 else "incident",
        category=category,
        entity_id=int(raw.get("entities_id") or 0),
        requester_ids=[int(row["users_id"]) for row in requesters if int(row["users_id"])],
        requester_emails=emails or None,
        technician_ids=[int(row["users_id"]) for row in actors if int(row["type"]) == 2],
        writer_id=int(raw.get("users_id_recipient") or 0) or None,
        opened_at=shape.time(raw.get("date")),
        changed_at=shape.time(raw.get("date_mod")),
        solved_at=shape.time(raw.get("solvedate")),
        content=content,
        truncated=truncated or None,
        deleted=bool(int(raw.get("is_deleted") or 0)) or None,
    )


def summary_from_search(row: Mapping[str, Any], shape: GlpiShape) -> TicketSummary:
    """One row of /search/Ticket: option numbers 1 title, 2 id, 12 status, 19 last change."""
    return TicketSummary(
        ticket_id=int(row["2"]),
        title=shape.line(row.get("1"), searched=True),
        status=status_from_glpi(row.get("12")),
        changed_at=shape.time(row.get("19")),
    )


def entry_from_glpi(kind: Origin, raw: Mapping[str, Any], shape: GlpiShape) -> TimelineEntry:
    """A followup, task or solution."""
    text, truncated = cut(shape.text(raw.get("content")))
    return TimelineEntry(
        kind=kind,
        entry_id=int(raw["id"]),
        author_id=int(raw.get("users_id") or 0),
        at=shape.time(raw.get("date")) or shape.time(raw.get("date_creation")),
        private=bool(int(raw.get("is_private") or 0)),
        text=text,
        truncated=truncated or None,
    )


_LOG_CREATED = 20
_LOG_ADDED = frozenset({15, 17})
_LOG_REMOVED = frozenset({16, 18, 19})


def history_from_glpi(raw: Mapping[str, Any], shape: GlpiShape) -> HistoryEntry:
    """A row of /Ticket/ID/Log; user_name is `login (id)` of the account that acted (section 13)."""
    name = shape.line(raw.get("user_name"))
    login, _, tail = name.rpartition(" (")
    number = tail.rstrip(")")
    linked = int(raw.get("linked_action") or 0)
    action: Literal["created", "added", "removed", "changed"] = "changed"
    if linked == _LOG_CREATED:
        action = "created"
    elif linked in _LOG_ADDED:
        action = "added"
    elif linked in _LOG_REMOVED:
        action = "removed"
    new_value, truncated = cut(shape.line(raw.get("new_value")), 200)
    return HistoryEntry(
        at=shape.time(raw.get("date_mod")),
        author_id=int(number) if login and number.isdigit() else None,
        author_login=login or name,
        action=action,
        field=str(raw.get("itemtype_link") or raw.get("id_search_option") or ""),
        new_value=new_value,
        truncated=truncated or None,
    )


def user_from_glpi(raw: Mapping[str, Any], emails: list[dict[str, Any]], shape: GlpiShape) -> User:
    """Read `GET /User/ID` and its /UserEmail rows, default address first."""
    ordered = sorted(emails, key=lambda row: -int(row.get("is_default") or 0))
    linked = int(raw.get("authtype") or 1) == 3
    return User(
        user_id=int(raw["id"]),
        login=shape.line(raw.get("name")),
        firstname=shape.line(raw.get("firstname")),
        lastname=shape.line(raw.get("realname")),
        emails=[str(row["email"]) for row in ordered],
        active=bool(int(raw.get("is_active") or 0)) and not int(raw.get("is_deleted") or 0),
        directory_dn=(shape.line(raw.get("user_dn")) or None) if linked else None,
    )


def email_state_from_glpi(raw: Mapping[str, Any], shape: GlpiShape) -> EmailState:
    """Read a QueuedNotification: sent rows are in the bin with a time, given-up ones without."""
    gone, sent = bool(int(raw.get("is_deleted") or 0)), str(raw.get("sent_time") or "")
    if sent.startswith("0000"):  # MySQL's zero date: never
        sent = ""
    return EmailState(
        email_id=int(raw["id"]),
        state="sent" if sent else ("failed" if gone else "waiting"),
        recipient=shape.line(raw.get("recipient")),
        subject=shape.line(raw.get("name")),
        tries=int(raw.get("sent_try") or 0),
        sent_at=shape.time(sent),
    )
