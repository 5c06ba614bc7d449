"""What the orchestrator keeps about one person: told to, and forgotten for, an administrator who names the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from orchestrator.api.access import Admin
from orchestrator.api.runs import JournalLine
from orchestrator.console.audit import add_act
from orchestrator.operators import Operator
from orchestrator.people_rows import export_person, forget_person
from orchestrator.services import Services
from shared.logs import get_logger
from shared.settings import EMAIL

logger = get_logger("people")

_Rows = list[dict[str, Any]]


class PersonAsked(BaseModel):
    """Whom it is about. In the body: addresses of requests are logged."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: Annotated[str, Field(pattern=EMAIL, max_length=254)]


class PersonLine(JournalLine):
    """A line of the journal that names the person."""

    run_id: str


class PersonTold(BaseModel):
    """Every row that names the person, by table."""

    journal: list[PersonLine]
    request: _Rows
    confirmation: _Rows
    approval: _Rows
    account_write: _Rows
    delivery: _Rows
    unusable_delivery: _Rows
    incident: _Rows
    alert: _Rows
    run: _Rows


class PersonForgotten(BaseModel):
    """How many rows of each table name nobody any more. open: of what has not ended, and stays: forget again then."""

    journal: int
    request: int
    confirmation: int
    approval: int
    account_write: int
    delivery: int
    unusable_delivery: int
    incident: int
    alert: int
    run: int
    open: int


def build_people(services: Callable[[], Services]) -> APIRouter:
    """`/api/people/export` and `/api/people/forget`."""
    router = APIRouter(prefix="/api/people", tags=["people"])

    @router.post("/export")
    async def export(asked: PersonAsked, operator: Admin) -> PersonTold:
        """Every row that names this address, or the account that has it."""
        told = await export_person(services().database, asked.email)
        await _note(services(), operator, "person_export", sum(map(len, told.values())))
        logger.warning("person_exported", operator=operator.name, rows=sum(map(len, told.values())))
        return PersonTold.model_validate(told)

    @router.post("/forget")
    async def forget(asked: PersonAsked, operator: Admin) -> PersonForgotten:
        """Erase who it was from those rows; that something was done, when and on which GUID stays."""
        counts = await forget_person(services().database, asked.email)
        await _note(services(), operator, "person_forget", sum(counts.values()))
        logger.warning("person_forgotten", operator=operator.name, rows=sum(counts.values()))
        return PersonForgotten.model_validate(counts)

    return router


async def _note(services: Services, operator: Operator, kind: str, rows: int) -> None:
    """That it was done, and not of whom: the audit forgets nobody."""
    now = datetime.now(UTC)
    await services.database.write(
        lambda c: add_act(c, operator.name, kind, operator.name, {"rows": rows}, now=now), first=True
    )
