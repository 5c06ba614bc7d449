"""/api/v1/tickets/ID/photos."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from desk.api.access import person_finder
from desk.api.tickets import TicketId
from desk.images import FORMATS, MAX_UPLOAD_BYTES
from desk.limits import Limited
from desk.parts import Parts
from desk.people import Person
from desk.problems import CannotDo, Problem, problems

_PROBLEMS = (
    Problem.NOT_SIGNED_IN,
    Problem.UNKNOWN_TICKET,
    Problem.TICKET_CLOSED,
    Problem.TOO_MANY,
    Problem.TOO_LARGE,
    Problem.NOT_A_PHOTO,
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"required": True, "content": {f"image/{name.lower()}": _BINARY for name in FORMATS}}


class PhotoTaken(BaseModel):
    """The photo as it goes to GLPI; size in bytes."""

    filename: str
    size: int
    width: int
    height: int


def build_photos(parts: Callable[[], Parts]) -> APIRouter:
    """The route."""
    router = APIRouter(prefix="/api/v1", tags=["tickets"])
    who = Depends(person_finder(parts))

    @router.post(
        "/tickets/{ticket_id}/photos",
        status_code=202,
        max_body_size=2 * MAX_UPLOAD_BYTES,  # what is larger than allowed is refused in our words before that
        responses=problems(*_PROBLEMS),
        openapi_extra={"requestBody": _BODY},
    )
    async def add_photo(ticket_id: TicketId, request: Request, person: Person = who) -> PhotoTaken:
        """Send a photo to the technicians. The body is the file; what it is, its content says."""
        await parts().limits.charge(Limited.MESSAGES, person.email, cap=parts().services.settings.hourly_messages)
        taken = await parts().photos.add(ticket_id, await _read_body(request), person)
        photo = taken.photo
        return PhotoTaken(filename=taken.filename, size=len(photo.jpeg), width=photo.width, height=photo.height)

    return router


async def _read_body(request: Request) -> bytes:
    """Raises CannotDo(TOO_LARGE) before more than that is in memory."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_UPLOAD_BYTES:
            raise CannotDo(Problem.TOO_LARGE)
    return bytes(body)
