"""The GLPI tools, as the model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from servers.glpi.client import MAX_CATEGORIES, GlpiClient, NewTicket, TicketChanges
from servers.glpi.documents import GlpiDocuments, decode_file
from servers.glpi.mail import Email, GlpiMail
from servers.glpi.models import (
    Address,
    CategoryPage,
    DocumentRef,
    EmailRef,
    EmailState,
    FollowupRef,
    Health,
    Name,
    Ticket,
    TicketPage,
    TicketRef,
    TicketStatus,
    UserChanges,
    UserList,
    UserRef,
)
from servers.glpi.timeline import GlpiTimelines, Timeline
from servers.glpi.users import GlpiUsers
from shared.mcp_tool import Call, Risk, Tool

TicketId = Annotated[int, Field(ge=1)]
UserId = Annotated[int, Field(ge=1)]
Level = Annotated[int, Field(ge=1, le=5, description="5 is very high")]
Priority = Annotated[int, Field(ge=1, le=6, description="6 is major")]
CategoryName = Annotated[str, Field(min_length=1, max_length=250, description="`Réseau > LAN`, or `LAN`")]
Text = Annotated[str, Field(min_length=1, max_length=20_000, description="plain text")]
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
Base64 = Annotated[str, Field(max_length=2_800_000, description="base64")]
Notify = Annotated[bool, Field(description="GLPI mails it")]


class GlpiTools:
    """One method per tool; the method's name is the tool's name."""

    def __init__(self, glpi: GlpiClient, users: GlpiUsers, mail: GlpiMail) -> None:
        self._glpi = glpi
        self._users = users
        self._mail = mail
        self._timelines = GlpiTimelines(glpi)
        self._documents = GlpiDocuments(glpi.session)

    async def create_ticket(
        self,
        call: Call,
        title: Annotated[str, Field(min_length=1, max_length=1000)],
        description: Text,
        urgency: Level = 3,
        category: CategoryName | None = None,
        entity_id: Annotated[int, Field(ge=0)] | None = None,
        requester_id: UserId | None = None,
        requester_email: Address | None = None,
        notify: Notify = True,
    ) -> TicketRef:
        """Open an incident ticket. Unknown categories are refused with candidates."""
        new = NewTicket(
            title=title,
            description=description,
            urgency=urgency,
            category=category,
            entity_id=entity_id,
            requester_id=requester_id,
            requester_email=requester_email,
            notify=notify,
        )
        return await self._glpi.create_ticket(call, new)

    async def update_ticket(
        self,
        call: Call,
        ticket_id: TicketId,
        content: Text | None = None,
        status: TicketStatus | None = None,
        category: CategoryName | None = None,
        urgency: Level | None = None,
        priority: Priority | None = None,
        notify: Notify = True,
    ) -> TicketRef:
        """Change a ticket; `content` becomes a public followup."""
        changes = TicketChanges(
            content=content, status=status, category=category, urgency=urgency, priority=priority, notify=notify
        )
        return await self._glpi.update_ticket(call, ticket_id, changes)

    async def get_ticket_info(self, ticket_id: TicketId) -> Ticket:
        """Read one ticket: text, status, people, dates (UTC)."""
        return await self._glpi.get_ticket(ticket_id)

    async def search_tickets(
        self,
        changed_since: Annotated[datetime, Field(description="UTC if no zone")] | None = None,
        status: TicketStatus | None = None,
        text: Annotated[str, Field(min_length=2, max_length=200, description="in the title")] | None = None,
        start: Annotated[int, Field(ge=0)] = 0,
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
        mine: Annotated[bool, Field(description="opened by us")] = False,
    ) -> TicketPage:
        """Find tickets, least recently changed first; page by `next_start`."""
        since = changed_since.replace(tzinfo=changed_since.tzinfo or UTC) if changed_since else None
        return await self._glpi.search_tickets(
            changed_since=since, status=status, text=text, start=start, limit=limit, mine=mine
        )

    async def get_ticket_timeline(
        self,
        ticket_id: TicketId,
        start: Annotated[int, Field(ge=0)] = 0,
        limit: Annotated[int, Field(ge=1, le=100)] = 30,
        public_only: Annotated[bool, Field(description="nothing private")] = False,
    ) -> Timeline:
        """Read a ticket's texts and who really did what, oldest first; page by `next_start`.

        Never show private entries to a requester.
        """
        return await self._timelines.get(ticket_id, start=start, limit=limit, public_only=public_only)

    async def add_followup(
        self, call: Call, ticket_id: TicketId, content: Text, private: bool = False, notify: Notify = True
    ) -> FollowupRef:
        """Add a text, public (the requester sees it) or private."""
        return await self._glpi.add_followup(call, ticket_id, content, private=private, notify=notify)

    async def add_document(self, call: Call, ticket_id: TicketId, filename: str, content: Base64) -> DocumentRef:
        """Attach a file to a ticket."""
        return await self._documents.add(call, ticket_id, decode_file(filename, content))

    async def solve_ticket(self, ticket_id: TicketId, solution: Text, notify: Notify = True) -> TicketRef:
        """Solve a ticket with a solution text."""
        return await self._glpi.solve_ticket(ticket_id, solution, notify=notify)

    async def assign_ticket(self, ticket_id: TicketId, technician_id: UserId) -> TicketRef:
        """Assign a technician to a ticket."""
        return await self._glpi.assign_ticket(ticket_id, technician_id)

    async def list_categories(self) -> CategoryPage:
        """List the ticket categories."""
        known = await self._glpi.list_categories()
        return CategoryPage(categories=known[:MAX_CATEGORIES], truncated=len(known) > MAX_CATEGORIES or None)

    async def get_glpi_user(
        self, email: Address | None = None, login: Login | None = None, user_id: UserId | None = None
    ) -> UserList:
        """Find accounts by exact e-mail, login or number; several may share one e-mail."""
        return await self._users.find(email=email, login=login, user_id=user_id)

    async def create_glpi_user(self, firstname: Name, lastname: Name, email: Address, login: Login) -> UserRef:
        """Create an account without a password."""
        return await self._users.create(firstname=firstname, lastname=lastname, email=email, login=login)

    async def update_glpi_user(self, user_id: UserId, updates: UserChanges) -> UserRef:
        """Change an account's fields, or enable it again."""
        return await self._users.update(user_id, updates)

    async def disable_glpi_user(self, user_id: UserId) -> UserRef:
        """Disable an account (kept, can be enabled again)."""
        return await self._users.disable(user_id)

    async def send_email(
        self,
        call: Call,
        recipient: Address,
        subject: Annotated[str, Field(min_length=1, max_length=250)],
        body: Annotated[str, Field(min_length=1, max_length=50_000, description="text or HTML")],
        ticket_id: TicketId,
    ) -> EmailRef:
        """Send one e-mail about a ticket to one address; leaves a private trace there.

        A `sealed:link:…` in the body becomes its link, if it was made for this recipient.
        """
        email = Email(recipient=recipient, subject=subject, body=body, ticket_id=ticket_id)
        return await self._mail.send(call, email)

    async def get_email_state(self, email_id: Annotated[int, Field(ge=1)]) -> EmailState:
        """Tell whether an e-mail waits, was sent or failed."""
        return await self._mail.get_state(email_id)

    async def check_health(self) -> Health:
        """Check that GLPI works; fails with the reason when it does not."""
        health = await self._glpi.check_health()
        return health.model_copy(update={"warnings": await self._mail.warnings()})


def build_tools(glpi: GlpiClient, users: GlpiUsers, mail: GlpiMail) -> Sequence[Tool]:
    """Every tool of this server, with its risk."""
    tools = GlpiTools(glpi, users, mail)
    return (
        Tool(tools.create_ticket, Risk.WRITE),
        Tool(tools.update_ticket, Risk.WRITE),
        Tool(tools.get_ticket_info, Risk.READ),
        Tool(tools.search_tickets, Risk.READ),
        Tool(tools.get_ticket_timeline, Risk.READ),
        Tool(tools.add_followup, Risk.WRITE),
        Tool(tools.add_document, Risk.WRITE),
        Tool(tools.solve_ticket, Risk.WRITE, idempotent=True),
        Tool(tools.assign_ticket, Risk.WRITE, idempotent=True),
        Tool(tools.list_categories, Risk.READ),
        Tool(tools.get_glpi_user, Risk.READ),
        Tool(tools.create_glpi_user, Risk.WRITE, idempotent=True),
        Tool(tools.update_glpi_user, Risk.WRITE, idempotent=True),
        Tool(tools.disable_glpi_user, Risk.DESTRUCTIVE, idempotent=True),
        Tool(tools.send_email, Risk.WRITE, open_world=True),
        Tool(tools.get_email_state, Risk.READ),
        Tool(tools.check_health, Risk.READ),
    )
