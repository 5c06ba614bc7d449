"""Making the ticket that a conversation has come to, and waiting a moment for GLPI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from desk.bells import Bells
from desk.lanes import NEW_QUEUE, State
from desk.people import Person
from desk.records import Event, note
from desk.services import Services
from desk.sessions import SessionState, use_session
from desk.tables import outbox, tickets
from desk.texts import Delivery, Validation
from desk.tickets import NewTicket, create_ticket, lane_of


@dataclass(frozen=True, slots=True)
class Made:
    """A ticket as the person is told of it."""

    ticket: Mapping[str, Any]
    delivery: Delivery


class Filing:
    """Session in, ticket out."""

    def __init__(self, services: Services, bells: Bells) -> None:
        self._s = services
        self._bells = bells
        self._zone = ZoneInfo(services.settings.desk_timezone)

    async def file(
        self,
        row: Mapping[str, Any],
        person: Person | None,
        validation: Validation,
        changes: Mapping[str, Any] | None = None,
    ) -> Made:
        """Make the ticket of a session: once. changes: what the person corrected. Raises CannotDo(SESSION_USED).

        A session that was begun by nobody stays nobody's, whoever ends it.
        """
        person = person if row["sign_in_id"] is not None else None
        new = _agree(row, person, validation, changes or {})
        work = partial(self._write, row, new, changes or {}, self._entity_of(person))
        ticket = await self._s.database.write(work, first=True)
        self._s.engine.nudge(NEW_QUEUE)
        return await self._wait_delivered(ticket["id"])

    def _entity_of(self, person: Person | None) -> int | None:
        site = self._s.sites.by_code(person.account.site) if person and person.account.site else None
        return site.glpi_entity_id if site else None

    def _write(
        self,
        row: Mapping[str, Any],
        new: NewTicket,
        changes: Mapping[str, Any],
        entity_id: int | None,
        connection: sa.Connection,
    ) -> dict[str, Any]:
        now = self._s.clock()
        use_session(connection, row, SessionState.USED)
        if changes:
            before = {name: row["summary"][name] for name in changes}
            detail = {"from": before, "to": dict(changes)}
            note(connection, Event.CORRECTED, at=now, by=new.email, session_id=row["id"], detail=detail)
        return create_ticket(connection, self._s.engine, new, entity_id=entity_id, zone=self._zone, now=now)

    async def _wait_delivered(self, ticket_id: int) -> Made:
        """The ticket once GLPI has it, or why it has not yet: for a moment, somebody is waiting."""
        deadline = self._s.clock() + timedelta(seconds=self._s.settings.reply_wait_s)
        while True:
            made = await self._s.database.read(partial(_look, ticket_id))
            left_s = (deadline - self._s.clock()).total_seconds()
            if made.delivery is not Delivery.ON_ITS_WAY or left_s <= 0:
                return made
            await self._bells.wait(ticket_id, timeout_s=left_s)


def _agree(
    row: Mapping[str, Any], person: Person | None, validation: Validation, changes: Mapping[str, Any]
) -> NewTicket:
    summary = row["summary"]
    agreed = {**summary, **changes}
    return NewTicket(
        session_id=row["id"],
        email=row["email"],
        person=person,
        title=agreed["title"],
        description=row["message"] or agreed["title"],
        category_id=agreed["category_id"],
        category=agreed["category"],
        priority=agreed["priority"],
        analysis={**summary, "symptoms": agreed["symptoms"], "validation": validation.value, "tries": row["tries"]},
    )


def _look(ticket_id: int, connection: sa.Connection) -> Made:
    ticket = dict(connection.execute(sa.select(tickets).where(tickets.c.id == ticket_id)).mappings().one())
    if ticket["glpi_ticket_id"] is not None:
        return Made(ticket, Delivery.DELIVERED)
    undone = (outbox.c.lane == lane_of(ticket)) & outbox.c.done_at.is_(None)
    head = connection.execute(sa.select(outbox).where(undone).order_by(outbox.c.id).limit(1)).mappings().first()
    waits = head is None or (head["state"] == State.WAITING and head["problem"])
    return Made(ticket, Delivery.WAITING if waits else Delivery.ON_ITS_WAY)
