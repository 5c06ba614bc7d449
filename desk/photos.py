"""Photos of a ticket: kept until GLPI has them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from desk.images import NotAPhoto, Photo, make_photo
from desk.lanes import NEW_QUEUE, Kind, add_entry, start_lane
from desk.people import Person
from desk.problems import CannotDo, Problem
from desk.records import Event, note
from desk.services import Services
from desk.shelf import get_open
from desk.tables import photos
from desk.tickets import lane_of

AT_ONCE = 2
"""Pictures that are decoded at the same time: each may take much memory."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo under the name that it has in GLPI."""

    filename: str
    photo: Photo


class Photos:
    """The use case."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def add(self, ticket_id: int, content: bytes, person: Person) -> Taken:
        """Take a photo and have GLPI told.

        Raises CannotDo(UNKNOWN_TICKET), CannotDo(TICKET_CLOSED), CannotDo(NOT_A_PHOTO).
        """
        await self._s.database.read(partial(get_open, sites=self._s.sites, ticket_id=ticket_id, person=person))
        try:
            async with self._turn:
                photo = await asyncio.to_thread(make_photo, content)
        except NotAPhoto as error:
            raise CannotDo(Problem.NOT_A_PHOTO) from error
        filename = await self._s.database.write(partial(self._write, ticket_id, photo, person, self._s.clock()))
        self._s.engine.nudge(NEW_QUEUE)
        return Taken(filename, photo)

    def _write(self, ticket_id: int, photo: Photo, person: Person, now: datetime, connection: sa.Connection) -> str:
        ticket = get_open(connection, self._s.sites, ticket_id, person)
        row = {"ticket_id": ticket_id, "jpeg": photo.jpeg, "created_at": now}
        photo_id = connection.execute(photos.insert().values(row).returning(photos.c.id)).scalar_one()
        filename = f"{ticket['number']}-{photo_id}.jpg"
        arguments = {"photo_id": photo_id, "filename": filename}
        lane = lane_of(ticket)
        add_entry(connection, ticket_id=ticket_id, lane=lane, kind=Kind.PHOTO, arguments=arguments, now=now)
        detail = {"kind": Kind.PHOTO.value, "filename": filename}
        note(connection, Event.PHOTO, at=now, by=person.email, ticket_id=ticket_id, detail=detail)
        start_lane(connection, self._s.engine, lane, NEW_QUEUE, now=now)
        return filename
