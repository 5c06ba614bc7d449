"""GLPI's things in our words. GLPI's own numbers, dates and encodings appear in this file only."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from servers.glpi.text import digest_of, parse_html
from shared.settings import EMAIL

MAX_TEXT = 2000
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
GLPI_TIME = "%Y-%m-%d %H:%M:%S"
Address = Annotated[str, Field(pattern=EMAIL)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


Source = Literal["helpdesk", "email", "phone", "direct", "other"]
SourceClaim = Annotated[Source | None, Field(description="how it came in; a claim")]
WholeSha256 = Annotated[str | None, Field(description="of a truncated text: all of it, blanks as one, without mark")]
# GLPI's own list of request types; a site may add to it.
_SOURCES: dict[int, Source] = {1: "helpdesk", 2: "email", 3: "phone", 4: "direct"}


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


def source_from_glpi(value: Any) -> Source | None:
    """None where GLPI keeps none; `other` for a type that is not GLPI's own."""
    number = int(value or 0)
    return _SOURCES.get(number, "other") if number else None


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


class Record(BaseModel):
    """What a tool answers."""

    model_config = ConfigDict(frozen=True)


class TicketRef(Record):
    """A ticket that was created or changed."""

    ticket_id: int
    status: TicketStatus | None = None
    already_done: bool | None = None


class Ticket(Record):
    """One incident or request."""

    ticket_id: int
    title: str
    status: TicketStatus | None = None
    urgency: int
    priority: int
    type: Literal["incident", "request"]
    source: SourceClaim = None
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
    whole_sha256: WholeSha256 = None
    deleted: bool | None = Field(default=None, description="in GLPI's bin")
    merged_into: int | None = Field(default=None, description="ticket that a deleted one was merged into")


class TicketSummary(Record):
    """One row of a search."""

    ticket_id: int
    title: str
    status: TicketStatus | None = None
    changed_at: datetime | None = None


class TicketPage(Record):
    """Some of the tickets that match; `next_start` is there when more do."""

    total: int
    tickets: list[TicketSummary]
    next_start: int | None = None


class Category(Record):
    """One ITIL category."""

    category_id: int
    name: str = Field(description="full path, `Parent > Child`")


class CategoryPage(Record):
    """The categories; truncated when GLPI has more than these."""

    categories: list[Category]
    truncated: bool | None = None


class FollowupRef(Record):
    """A followup that was added."""

    ticket_id: int
    followup_id: int
    already_done: bool | None = None


class DocumentRef(Record):
    """A document that was added."""

    ticket_id: int
    document_id: int
    already_done: bool | None = None


class User(Record):
    """One GLPI account."""

    user_id: int
    login: str
    firstname: str = ""
    lastname: str = ""
    emails: list[str] = Field(default_factory=list)
    active: bool
    directory_dn: str | None = None
    object_guid: UUID | None = Field(default=None, description="directory account, by GLPI's LDAP link")


class UserList(Record):
    """The accounts that match: an address may belong to several. truncated: to more than these."""

    users: list[User]
    truncated: bool | None = None


class UserRef(Record):
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
    active: Literal[True] | None = None


class EmailRef(Record):
    """An e-mail handed to GLPI's queue. followup_added: the private trace on the ticket."""

    email_id: int
    ticket_id: int
    followup_added: bool
    already_done: bool | None = None


class EmailState(Record):
    """Where a queued e-mail is. `sent` means accepted by the mail relay; bounces are invisible here."""

    email_id: int
    state: Literal["waiting", "sent", "failed"]
    recipient: str
    subject: str
    tries: int
    sent_at: datetime | None = None


class Health(Record):
    """GLPI answered a full login, read, logout. user_id: the account that this server is there."""

    status: Literal["UP"]
    user_id: int
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
    text = shape.text(raw.get("content"))
    content, truncated = cut(text)
    requesters = [row for row in actors if int(row["type"]) == 1]
    emails = [str(row["alternative_email"]) for row in requesters if row.get("alternative_email")]
    return Ticket(
        ticket_id=int(raw["id"]),
        title=shape.line(raw.get("name")),
        status=status_from_glpi(raw.get("status")),
        urgency=int(raw.get("urgency") or 3),
        priority=int(raw.get("priority") or 3),
        type="request" if int(raw.get("type") or 1) == 2 else "incident",
        source=source_from_glpi(raw.get("requesttypes_id")),
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
        whole_sha256=digest_of(text) if truncated else None,
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
        object_guid=_guid_from_glpi(raw.get("sync_field")) if linked else None,
    )


def _guid_from_glpi(value: Any) -> UUID | None:
    """The text of an objectGUID; None where the link is kept by another attribute."""
    text = str(value or "")
    return UUID(text) if _GUID.fullmatch(text) else None


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
