"""What a person does to a ticket after it was made: writes on it, changes it, has it looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from desk.fields import Status
from desk.lanes import NEW_QUEUE, Kind, State, add_entry, start_lane
from desk.people import Person
from desk.problems import CannotDo, Problem
from desk.records import Event, note
from desk.services import Services
from desk.shelf import get_open, get_visible
from desk.sync import Sync
from desk.tables import outbox, tickets
from desk.texts import tidy
from desk.tickets import lane_of, sign_text


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants changed; None leaves it."""

    status: Status | None = None
    priority: int | None = None


class Changes:
    """The use cases of one's own ticket. Each raises CannotDo(UNKNOWN_TICKET) for a ticket that is not one's to see."""

    def __init__(self, services: Services, sync: Sync) -> None:
        self._s = services
        self._sync = sync

    async def write(self, ticket_id: int, text: str, person: Person, *, reopen: bool = False) -> dict[str, Any]:
        """Add a public followup, and change the status as GLPI does when the requester writes.

        Raises CannotDo(TICKET_CLOSED), CannotDo(EMPTY_TEXT).
        """
        content = tidy(text)
        if not content:
            raise CannotDo(Problem.EMPTY_TEXT)
        work = partial(self._add_followup, ticket_id, content, person, reopen, self._s.clock())
        ticket = await self._s.database.write(work)
        self._s.engine.nudge(NEW_QUEUE)
        return ticket

    async def change(self, ticket_id: int, wish: Wish, person: Person) -> dict[str, Any]:
        """Resolve a ticket, or change its priority. Raises CannotDo(TICKET_CLOSED)."""
        ticket = await self._s.database.write(partial(self._change, ticket_id, wish, person, self._s.clock()))
        self._s.engine.nudge(NEW_QUEUE)
        return ticket

    async def look_again(self, ticket_id: int, person: Person) -> None:
        """The Sync button: try again what GLPI refused, and take over what GLPI has. Raises UpstreamError."""
        await self._s.database.write(partial(self._try_again, ticket_id, person, self._s.clock()))
        self._s.engine.nudge(NEW_QUEUE)
        await self._sync.pull(ticket_id)

    def _add_followup(
        self, ticket_id: int, content: str, person: Person, reopen: bool, now: datetime, connection: sa.Connection
    ) -> dict[str, Any]:
        ticket = get_open(connection, self._s.sites, ticket_id, person)
        arguments = {"content": content, "private": False}
        entry_id = add_entry(
            connection, ticket_id=ticket_id, lane=lane_of(ticket), kind=Kind.FOLLOWUP, arguments=arguments, now=now
        )
        sign_text(connection, ticket_id, content, person, entry_id=entry_id)
        note(connection, Event.FOLLOWUP, at=now, by=person.email, ticket_id=ticket_id, detail={"kind": "followup"})
        status = _status_after_writing(ticket, reopen=reopen)
        if status is not None:
            self._push(connection, ticket, {"status": status.value}, person, now)
        start_lane(connection, self._s.engine, lane_of(ticket), NEW_QUEUE, now=now)
        return get_visible(connection, self._s.sites, ticket_id, person)

    def _change(
        self, ticket_id: int, wish: Wish, person: Person, now: datetime, connection: sa.Connection
    ) -> dict[str, Any]:
        ticket = get_open(connection, self._s.sites, ticket_id, person)
        wanted = {"status": wish.status.value if wish.status else None, "priority": wish.priority}
        changes = {name: value for name, value in wanted.items() if value is not None and value != ticket[name]}
        if changes:
            self._push(connection, ticket, changes, person, now)
            start_lane(connection, self._s.engine, lane_of(ticket), NEW_QUEUE, now=now)
        return get_visible(connection, self._s.sites, ticket_id, person)

    def _push(
        self,
        connection: sa.Connection,
        ticket: Mapping[str, Any],
        changes: Mapping[str, Any],
        person: Person,
        now: datetime,
    ) -> None:
        """Change our row and have GLPI told, with the values that the change was made from."""
        base = {field: ticket[field] for field in changes}
        connection.execute(tickets.update().where(tickets.c.id == ticket["id"]).values(**changes))
        for field, value in changes.items():
            detail = {"field": field, "from": base[field], "to": value}
            note(connection, Event.CHANGED, at=now, by=person.email, ticket_id=ticket["id"], detail=detail)
        arguments = {"changes": dict(changes), "base": base}
        add_entry(
            connection, ticket_id=ticket["id"], lane=lane_of(ticket), kind=Kind.UPDATE, arguments=arguments, now=now
        )

    def _try_again(self, ticket_id: int, person: Person, now: datetime, connection: sa.Connection) -> None:
        ticket = get_visible(connection, self._s.sites, ticket_id, person)
        failed = (outbox.c.ticket_id == ticket_id) & (outbox.c.state == State.FAILED.value)
        again = {"state": State.WAITING.value, "done_at": None, "next_try_at": now}
        connection.execute(outbox.update().where(failed).values(again))
        start_lane(connection, self._s.engine, lane_of(ticket), NEW_QUEUE, now=now)


def _status_after_writing(ticket: Mapping[str, Any], *, reopen: bool) -> Status | None:
    """As GLPI does it for its own requesters (contracts/glpi.md, section 4): our account is not one to GLPI."""
    goes_on = Status.IN_PROGRESS if ticket["technicians"] else Status.NEW
    if ticket["status"] == Status.PENDING and ticket["technicians"]:
        return goes_on
    return goes_on if ticket["status"] == Status.RESOLVED and reopen else None
