"""What is told to GLPI for one entry of the outbox, each kind in its way: once, however often it is tried."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from functools import partial

import sqlalchemy as sa

from desk.fields import to_glpi
from desk.lanes import Kind
from desk.reading import Facts, Reader
from desk.services import Services
from desk.tables import outbox, own_texts, photos, users
from shared.errors import InvalidInput, NotFound

WRITE_S = 60.0


class Deliveries:
    """The writes to GLPI. Their keys are named after their effect."""

    def __init__(self, services: Services, reader: Reader) -> None:
        self._s = services
        self._reader = reader
        self._kinds: dict[Kind, Callable[[Facts, Facts], Awaitable[Facts]]] = {
            Kind.CREATE: self._create,
            Kind.NOTE: self._add_note,
            Kind.FOLLOWUP: self._add_signed_followup,
            Kind.UPDATE: self._update,
            Kind.PHOTO: self._add_photo,
        }

    async def deliver(self, entry: Facts, ticket: Facts) -> Facts:
        """Tell GLPI; returns what our ticket takes over from its answer. Raises WidipError."""
        return await self._kinds[Kind(entry["kind"])](entry, ticket)

    async def _create(self, entry: Facts, ticket: Facts) -> Facts:
        arguments = entry["arguments"]
        if not {"requester_id", "requester_email"} & arguments.keys():
            arguments = {**arguments, **await self._find_requester(ticket)}
            await self._s.database.write(partial(_keep_arguments, entry["id"], arguments))
        key = f"desk:{ticket['session_id']}:ticket"
        try:
            reply = await self._call("glpi_create_ticket", arguments, key=key)
        except InvalidInput:
            # A category that GLPI no longer has must not cost the ticket.
            plain = {name: value for name, value in arguments.items() if name != "category"}
            if plain == arguments:
                raise
            reply = await self._call("glpi_create_ticket", plain, key=key)
        return {"glpi_ticket_id": int(reply["ticket_id"])}

    async def _find_requester(self, ticket: Facts) -> Facts:
        """GLPI's account of the requester where GLPI itself links it to the directory's; else the address."""
        email: Facts = {"requester_email": ticket["email"]}
        guid = await self._s.database.read(partial(_find_guid, ticket["email"])) if ticket["is_verified"] else None
        if guid is None:
            return email
        found = await self._call("glpi_get_glpi_user", {"email": ticket["email"]})
        linked = [user for user in found["users"] if str(user.get("object_guid") or "").lower() == guid]
        return {"requester_id": linked[0]["user_id"]} if len(linked) == 1 and linked[0]["active"] else email

    async def _add_note(self, entry: Facts, ticket: Facts) -> Facts:
        await self._add_followup(entry, ticket)
        return {}

    async def _add_signed_followup(self, entry: Facts, ticket: Facts) -> Facts:
        """The person's word holds for this followup alone, not for the same words elsewhere on the ticket."""
        followup_id = await self._add_followup(entry, ticket)
        await self._s.database.write(partial(_name_text, entry["id"], f"followup:{followup_id}"))
        return {}

    async def _add_followup(self, entry: Facts, ticket: Facts) -> int:
        arguments = {"ticket_id": _glpi_id(ticket), **entry["arguments"]}
        return int((await self._call("glpi_add_followup", arguments, key=_key(entry, ticket)))["followup_id"])

    async def _add_photo(self, entry: Facts, ticket: Facts) -> Facts:
        given = entry["arguments"]
        jpeg = await self._s.database.read(partial(_get_jpeg, given["photo_id"]))
        arguments: Facts = {
            "ticket_id": _glpi_id(ticket),
            "filename": given["filename"],
            "content": base64.b64encode(jpeg).decode(),
        }
        await self._call("glpi_add_document", arguments, key=_key(entry, ticket))
        return {}

    async def _update(self, entry: Facts, ticket: Facts) -> Facts:
        """Change what GLPI has not changed meanwhile: what it has, stays as it is there, and history says so."""
        number = _glpi_id(ticket)
        fresh = await self._reader.read(number)
        if fresh is None:
            raise NotFound("GLPI has this ticket no more")
        wanted, base = entry["arguments"]["changes"], entry["arguments"]["base"]
        lost = {
            field: fresh.fields[field]
            for field, value in wanted.items()
            if field in base and field in fresh.fields and fresh.fields[field] not in (base[field], value)
        }
        told = {field: to_glpi(field, value) for field, value in wanted.items() if field not in lost}
        if told:
            arguments: Facts = {"ticket_id": number, **told, "notify": False}
            await self._call("glpi_update_ticket", arguments, key=_key(entry, ticket))
        return lost

    async def _call(self, tool: str, arguments: Facts, *, key: str | None = None) -> Facts:
        return (await self._s.toolbox.call(tool, arguments, deadline_s=WRITE_S, key=key)).data


def _glpi_id(ticket: Facts) -> int:
    """Raises InvalidInput for a ticket that GLPI has refused: what belongs to it cannot be told either."""
    if ticket["glpi_ticket_id"] is None:
        raise InvalidInput("GLPI has no such ticket")
    return int(ticket["glpi_ticket_id"])


def _key(entry: Facts, ticket: Facts) -> str:
    return f"desk:{ticket['session_id']}:{entry['kind']}:{entry['id']}"


def _keep_arguments(entry_id: int, arguments: Facts, connection: sa.Connection) -> None:
    connection.execute(outbox.update().where(outbox.c.id == entry_id).values(arguments=arguments))


def _name_text(entry_id: int, key: str, connection: sa.Connection) -> None:
    connection.execute(own_texts.update().where(own_texts.c.entry_id == entry_id).values(key=key))


def _get_jpeg(photo_id: int, connection: sa.Connection) -> bytes:
    return bytes(connection.execute(sa.select(photos.c.jpeg).where(photos.c.id == photo_id)).scalar_one())


def _find_guid(email: str, connection: sa.Connection) -> str | None:
    return connection.execute(sa.select(users.c.object_guid).where(users.c.email == email)).scalar()
