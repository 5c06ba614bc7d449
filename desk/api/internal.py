"""/internal: what the orchestrator asks, with its own token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from desk.parts import Parts
from desk.people import Method
from desk.tables import own_texts, tickets

_bearer = HTTPBearer(auto_error=False)


class SignedText(BaseModel):
    """Who was signed in, since when and how, for one text that the desk wrote to GLPI.

    sha256: of the text with every run of blanks as one, UTF-8, in hex. key: `description` or `followup:17`, GLPI's
    number; a followup that GLPI has just been given may not have its key yet.
    """

    sha256: str
    object_guid: str
    email: str
    signed_in_at: datetime
    method: Method
    key: str | None


class Identity(BaseModel):
    """The texts of one ticket that signed-in people wrote; those of anybody else are not listed."""

    texts: list[SignedText]


def build_internal(parts: Callable[[], Parts]) -> APIRouter:
    """The routes."""

    async def check_token(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> None:
        presented = credentials.credentials if credentials else ""
        expected = parts().services.settings.internal_token.get_secret_value()
        if not hmac.compare_digest(presented.encode(), expected.encode()):
            raise HTTPException(401, "wrong or missing token", headers={"WWW-Authenticate": "Bearer"})

    router = APIRouter(prefix="/internal", tags=["internal"], dependencies=[Depends(check_token)])

    @router.get("/identity/{glpi_ticket_id}", responses={401: {"description": "wrong or missing token"}})
    async def get_identity(glpi_ticket_id: Annotated[int, Path(ge=1, le=2**31 - 1)]) -> Identity:
        """Who wrote which text of a GLPI ticket; empty for a ticket that is not the desk's."""
        query = (
            sa.select(own_texts)
            .join(tickets, tickets.c.id == own_texts.c.ticket_id)
            .where(tickets.c.glpi_ticket_id == glpi_ticket_id)
            .order_by(own_texts.c.id)
        )
        rows = await parts().services.database.read(lambda connection: connection.execute(query).mappings().all())
        return Identity(texts=[SignedText.model_validate(dict(row)) for row in rows])

    return router
