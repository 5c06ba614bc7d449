"""GLPI's tickets over its REST API. Knows HTTP and GLPI; knows nothing of MCP. Users and mail are beside it."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from servers.glpi.models import (
    Category,
    FollowupRef,
    GlpiShape,
    Health,
    Ticket,
    TicketPage,
    TicketRef,
    TicketStatus,
    summary_from_search,
    ticket_from_glpi,
    to_glpi_status,
)
from servers.glpi.session import SYSTEM, GlpiSession, found_or
from servers.glpi.text import to_glpi_html, to_glpi_title
from shared.errors import InvalidInput, OutcomeUnknown, UpstreamRejected
from shared.mcp_tool import Call

CATEGORIES_TTL_S = 300.0
MAX_CATEGORIES = 1000
MAX_ENTRIES = 100
_ALL_STATUSES = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a ticket starts with. urgency is 1 (very low) to 5 (very high)."""

    title: str
    description: str
    urgency: int
    category: str | None = None
    entity_id: int | None = None
    requester_id: int | None = None
    requester_email: str | None = None
    notify: bool = True


class GlpiClient:
    """Tickets of one GLPI."""

    def __init__(self, session: GlpiSession, *, zone: ZoneInfo, clock: Callable[[], float] = time.monotonic) -> None:
        self.session = session
        self._zone = zone
        self._clock = clock
        self._categories: tuple[float, list[Category]] | None = None

    async def shape(self) -> GlpiShape:
        """How this GLPI writes."""
        return GlpiShape((await self.session.login()).major, self._zone)

    async def create_ticket(self, call: Call, new: NewTicket) -> TicketRef:
        """Create a ticket once. With a key, the text carries a mark by which a lost answer is looked up.

        Raises InvalidInput for an unknown or ambiguous category, with the candidates; NotFound for a requester that
        GLPI would take without a look.
        """
        mark = self.session.mark("ticket", call)
        fields: dict[str, Any] = {
            "name": to_glpi_title(new.title),
            "content": to_glpi_html(new.description, mark=mark),
            "type": 1,
            "urgency": new.urgency,
            **_requester(new),
        }
        if new.category:
            fields["itilcategories_id"] = (await self.find_category(new.category)).category_id
        if new.entity_id is not None:
            fields["entities_id"] = new.entity_id
        if new.requester_id is not None:
            await self.session.get(f"/User/{new.requester_id}")
        if not new.notify:
            fields["_disablenotif"] = True
        if mark and call.look_first:
            if found := await self._find_marked_ticket(mark, new):
                return TicketRef(ticket_id=found, already_done=True)
            call.check_may_act(SYSTEM)
        try:
            return TicketRef(ticket_id=await self.session.add("Ticket", fields))
        except OutcomeUnknown as lost:
            if mark is None:
                raise
            return TicketRef(ticket_id=await found_or(lost, self._find_marked_ticket(mark, new)))

    async def _find_marked_ticket(self, mark: str, new: NewTicket) -> int | None:
        """The ticket that carries `mark`, if our account wrote it for this requester: others may copy a mark."""
        criteria = {
            "criteria[0][field]": 21,
            "criteria[0][searchtype]": "contains",
            "criteria[0][value]": mark,
            "forcedisplay[0]": 2,
            "sort": 2,
            "order": "ASC",
        }
        rows = (await self.session.search("Ticket", criteria, limit=10)).get("data") or []
        login = await self.session.login()
        for row in rows:
            ticket_id = int(row["2"])
            raw = await self.session.get(f"/Ticket/{ticket_id}")
            actors = await self._actors(ticket_id)
            if int(raw.get("users_id_recipient") or 0) == login.user_id and _is_requested_by(actors, new):
                return ticket_id
        return None

    async def get_ticket(self, ticket_id: int) -> Ticket:
        """One ticket with its people. Raises NotFound."""
        raw = await self.session.get(f"/Ticket/{ticket_id}")
        category_id = int(raw.get("itilcategories_id") or 0)
        names = {c.category_id: c.name for c in await self.list_categories()} if category_id else {}
        category = names.get(category_id)
        ticket = ticket_from_glpi(raw, await self._actors(ticket_id), category=category, shape=await self.shape())
        if not ticket.deleted:
            return ticket
        return ticket.model_copy(update={"merged_into": await self._find_merged_into(ticket_id)})

    async def _find_merged_into(self, ticket_id: int) -> int | None:
        """GLPI's merge bins a ticket and tells its text to the other one, in followups that name their source.

        None also where our account may not list followups. Source: GLPI's `Ticket::merge`, read and not observed.
        """
        params = {"searchText[sourceitems_id]": f"^{ticket_id}$", "searchText[itemtype]": "^Ticket$"}
        try:
            rows = await self.session.list("/ITILFollowup", params, limit=MAX_ENTRIES)
        except UpstreamRejected:
            return None
        newest = max(rows, key=lambda row: int(row["id"]), default=None)
        return int(newest["items_id"]) if newest else None

    async def _actors(self, ticket_id: int) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.session.list(f"/Ticket/{ticket_id}/Ticket_User", limit=MAX_ENTRIES)
        return rows

    async def search_tickets(
        self,
        *,
        changed_since: datetime | None,
        status: TicketStatus | None,
        text: str | None,
        start: int,
        limit: int,
        mine: bool = False,
    ) -> TicketPage:
        """Tickets by last change, oldest first. `changed_since` is strict and has GLPI's grain of one second.

        mine: those that our own account opened (option 22 is the writer: contracts/glpi.md, section 5).
        """
        shape = await self.shape()
        wanted: list[tuple[int, str, str]] = []
        if changed_since is not None:
            wanted.append((19, "morethan", shape.to_time(changed_since)))
        if text:
            wanted.append((1, "contains", text))
        if mine:
            wanted.append((22, "equals", str((await self.session.login()).user_id)))
        wanted.append((12, "equals", str(to_glpi_status(status)) if status else _ALL_STATUSES))
        params: dict[str, Any] = {"sort": 19, "order": "ASC"}
        for i, (field, how, value) in enumerate(wanted):
            params |= {
                f"criteria[{i}][field]": field,
                f"criteria[{i}][searchtype]": how,
                f"criteria[{i}][value]": value,
            }
            params |= {f"criteria[{i}][link]": "AND"} if i else {}
        params |= {f"forcedisplay[{i}]": option for i, option in enumerate((1, 2, 12, 19))}
        answer = await self.session.search("Ticket", params, start=start, limit=limit)
        total = int(answer.get("totalcount") or 0)
        rows = [summary_from_search(row, shape) for row in answer.get("data") or []]
        more = start + len(rows) if rows and start + len(rows) < total else None
        return TicketPage(total=total, tickets=rows, next_start=more)

    async def update_ticket(self, call: Call, ticket_id: int, changes: TicketChanges) -> TicketRef:
        """Change fields, then add `content` as a public followup.

        Raises InvalidInput when nothing is asked, NotFound for an unknown ticket. The followup comes last: it is the
        one part that a repeat must not do again, so nothing may fail after it.
        """
        fields = await self._to_glpi_changes(changes)
        if not fields and not changes.content:
            raise InvalidInput("nothing to change: give content, status, category, urgency or priority")
        known = await self.get_ticket(ticket_id)
        if fields:
            await self.session.update("Ticket", ticket_id, fields)
            known = await self.get_ticket(ticket_id)
        if changes.content:
            await self.add_followup(
                call.part("update"), ticket_id, changes.content, private=False, notify=changes.notify
            )
        return TicketRef(ticket_id=ticket_id, status=known.status)

    async def _to_glpi_changes(self, changes: TicketChanges) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if changes.status is not None:
            fields["status"] = to_glpi_status(changes.status)
        if changes.category is not None:
            fields["itilcategories_id"] = (await self.find_category(changes.category)).category_id
        if changes.urgency is not None:
            fields["urgency"] = changes.urgency
        if changes.priority is not None:
            fields["priority"] = changes.priority
        return fields | ({"_disablenotif": True} if fields and not changes.notify else {})

    async def add_followup(
        self, call: Call, ticket_id: int, content: str, *, private: bool, notify: bool = True
    ) -> FollowupRef:
        """Add a text to a ticket once. Raises NotFound for an unknown ticket."""
        mark = self.session.mark("followup", call)
        if mark and call.look_first:
            if found := await self._find_marked_followup(ticket_id, mark):
                return FollowupRef(ticket_id=ticket_id, followup_id=found, already_done=True)
            call.check_may_act(SYSTEM)
        fields = {
            "itemtype": "Ticket",
            "items_id": ticket_id,
            "content": to_glpi_html(content, mark=mark),
            "is_private": int(private),
            **({} if notify else {"_disablenotif": True}),
        }
        try:
            return FollowupRef(ticket_id=ticket_id, followup_id=await self.session.add("ITILFollowup", fields))
        except OutcomeUnknown as lost:
            if mark is None:
                raise
            found = await found_or(lost, self._find_marked_followup(ticket_id, mark))
            return FollowupRef(ticket_id=ticket_id, followup_id=found)
        except UpstreamRejected:
            await self.session.get(f"/Ticket/{ticket_id}")  # NotFound says it better than "refused the write"
            raise

    async def _find_marked_followup(self, ticket_id: int, mark: str) -> int | None:
        newest = {"sort": "id", "order": "DESC"}
        rows = await self.session.list(f"/Ticket/{ticket_id}/ITILFollowup", newest, limit=MAX_ENTRIES)
        me = (await self.session.login()).user_id
        ours = (row for row in rows if int(row.get("users_id") or 0) == me and mark in str(row.get("content")))
        return next((int(row["id"]) for row in ours), None)

    async def solve_ticket(self, ticket_id: int, solution: str, *, notify: bool) -> TicketRef:
        """Add a solution, which solves the ticket; already solved or closed is said, not an error."""
        known = await self.get_ticket(ticket_id)
        if known.status in (TicketStatus.SOLVED, TicketStatus.CLOSED):
            return TicketRef(ticket_id=ticket_id, status=known.status, already_done=True)
        fields = {
            "itemtype": "Ticket",
            "items_id": ticket_id,
            "content": to_glpi_html(solution),
            **({} if notify else {"_disablenotif": True}),
        }
        try:
            await self.session.add("ITILSolution", fields)
        except OutcomeUnknown as lost:
            if (await found_or(lost, self.get_ticket(ticket_id))).status is not TicketStatus.SOLVED:
                raise
        except UpstreamRejected:
            # Somebody may have solved it since it was read.
            known = await self.get_ticket(ticket_id)
            if known.status not in (TicketStatus.SOLVED, TicketStatus.CLOSED):
                raise
            return TicketRef(ticket_id=ticket_id, status=known.status, already_done=True)
        return TicketRef(ticket_id=ticket_id, status=TicketStatus.SOLVED)

    async def assign_ticket(self, ticket_id: int, technician_id: int) -> TicketRef:
        """Add a technician; assigned already is said, not an error."""
        known = await self.get_ticket(ticket_id)
        if technician_id in known.technician_ids:
            return TicketRef(ticket_id=ticket_id, status=known.status, already_done=True)
        await self.session.get(f"/User/{technician_id}")
        fields = {"tickets_id": ticket_id, "users_id": technician_id, "type": 2, "use_notification": 1}
        try:
            await self.session.add("Ticket_User", fields)
        except OutcomeUnknown as lost:
            if technician_id not in (await found_or(lost, self.get_ticket(ticket_id))).technician_ids:
                raise
        return TicketRef(ticket_id=ticket_id, status=(await self.get_ticket(ticket_id)).status)

    async def list_categories(self) -> list[Category]:
        """All categories, known for 5 minutes: one more than 1,000 when there are more."""
        now = self._clock()
        if self._categories is None or now - self._categories[0] > CATEGORIES_TTL_S:
            shape = await self.shape()
            rows = await self.session.list("/ITILCategory", limit=MAX_CATEGORIES + 1)
            found = [Category(category_id=int(r["id"]), name=shape.line(r["completename"])) for r in rows]
            self._categories = (now, sorted(found, key=lambda category: category.name))
        return self._categories[1]

    async def find_category(self, name: str) -> Category:
        """By exact path, then by the one category whose last part it is; case and accents do not count.

        Raises InvalidInput with the candidates when none or several fit.
        """
        known = await self.list_categories()
        wanted = _fold(name)
        exact = [c for c in known if _fold(c.name) == wanted]
        child = [c for c in known if _fold(c.name).endswith(f">{wanted}")]
        fits = exact or child
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise InvalidInput(
                f"category {name!r} fits several: {'; '.join(c.name for c in fits)}. Give the whole path"
            )
        near = [c.name for c in known if any(word in _fold(c.name) for word in wanted.split(">") if word)]
        listed = "; ".join((near or [c.name for c in known])[:20])
        raise InvalidInput(f"no category {name!r}. Candidates: {listed}")

    async def check_health(self) -> Health:
        """A full login, read, logout. Raises what keeps GLPI from working."""
        started = time.perf_counter()
        login = await self.session.probe()
        took_ms = round(1000 * (time.perf_counter() - started))
        return Health(status="UP", user_id=login.user_id, version=login.version, response_ms=took_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChanges:
    """What update_ticket changes; None leaves a field as it is."""

    content: str | None = None
    status: TicketStatus | None = None
    category: str | None = None
    urgency: int | None = None
    priority: int | None = None
    notify: bool = True


def _fold(path: str) -> str:
    """A category's path for comparison: no case, no accents, no blanks around `>`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", path) if not unicodedata.combining(c))
    return ">".join(" ".join(part.split()) for part in plain.casefold().split(">"))


def _requester(new: NewTicket) -> dict[str, Any]:
    if new.requester_id is not None:
        return {"_users_id_requester": new.requester_id}
    if new.requester_email is not None:
        contact = {"use_notification": [1], "alternative_email": [new.requester_email]}
        return {"_users_id_requester": [0], "_users_id_requester_notif": contact}
    return {}


def _is_requested_by(actors: list[dict[str, Any]], new: NewTicket) -> bool:
    requesters = [row for row in actors if int(row["type"]) == 1]
    if new.requester_id is not None:
        return any(int(row["users_id"]) == new.requester_id for row in requesters)
    if new.requester_email is not None:
        return any(str(row.get("alternative_email")) == new.requester_email for row in requesters)
    return not requesters
