"""What operators and effects did (a chain), and the whole journal: searched, exported, verified."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from orchestrator.api.access import Reader, find_reader, name_of
from orchestrator.api.paging import MAX_NUMBER, Cursor, find_next, page_after
from orchestrator.api.runs import JournalLine
from orchestrator.console.audit import add_act, check_chain
from orchestrator.console.searching import AUDIT, JOURNAL, Filters, Source, export_csv, export_json
from orchestrator.services import Services

Format = Literal["csv", "json"]
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_WRITERS = {"csv": export_csv, "json": export_json}
_EXPORTED: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "application/json": {}}}}
_Word = Annotated[str, Query(max_length=120, pattern=r"^[^\x00]*$")]


class ActLine(BaseModel):
    """One line of the audit. subject: what it was done to; hash: of this line and the hash before."""

    id: int
    at: datetime
    actor: str
    kind: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


class ActPage(BaseModel):
    """Latest first. next: where the next page begins."""

    lines: list[ActLine]
    next: str | None


class RunLine(JournalLine):
    """A line of the journal, with its run."""

    run_id: str


class JournalPage(BaseModel):
    """Latest first. next: where the next page begins."""

    lines: list[RunLine]
    next: str | None


class Verified(BaseModel):
    """How far the chain holds. ok: so far nothing is broken. next_after: go on from there; null at the end.

    broken_at: the first line that does not fit, and reason. last_id and last_hash: the last line that does; compare
    them with the program's log (`act`) to see that nothing was cut off behind it.
    """

    ok: bool
    checked: int
    last_id: int
    last_hash: str
    broken_at: int | None
    reason: str
    next_after: int | None


def _filters(
    kind: _Word = "",
    subject: _Word = "",
    actor: _Word = "",
    text: _Word = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Filters:
    """subject: of the journal, the run; text: anywhere in the detail."""
    return Filters(kind=kind, subject=subject, actor=actor, text=text.strip(), since=since, until=until)


_Filters = Annotated[Filters, Depends(_filters)]
_Limit = Annotated[int, Query(ge=1, le=500)]


def build_audit(services: Callable[[], Services]) -> APIRouter:
    """`/api/audit` and `/api/journal`, each with `/export`; `/api/audit/verify`."""
    router = APIRouter(tags=["audit"], dependencies=[Depends(find_reader)])

    async def search(source: Source, filters: Filters, limit: int, cursor: str | None) -> list[dict[str, Any]]:
        columns = source.table.c
        query = page_after(source.find(filters), columns.at, columns.id, cursor, limit)
        return await services().database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])

    async def export(source: Source, filters: Filters, way: Format, reader: Reader) -> StreamingResponse:
        """Said in the audit before the first line leaves."""
        database, now, name = services().database, datetime.now(UTC), source.table.name
        told = {name: str(getattr(filters, name)) for name in filters.__slots__ if getattr(filters, name)}
        note = partial(add_act, actor=name_of(reader), kind="export", subject=name, detail={"format": way, **told})
        await database.write(lambda connection: note(connection, now=now), first=True)
        file = f'attachment; filename="widip-{name}-{now:%Y%m%d-%H%M}.{way}"'
        lines = _WRITERS[way](database, source, filters)
        return StreamingResponse(lines, media_type=_MEDIA[way], headers={"content-disposition": file})

    @router.get("/api/audit", operation_id="search_audit")
    async def search_audit(filters: _Filters, limit: _Limit = 100, cursor: Cursor = None) -> ActPage:
        """Sign-ins, decisions, switches, replays, exports, and effects on the outside."""
        rows = await search(AUDIT, filters, limit, cursor)
        lines = [ActLine.model_validate(row) for row in rows[:limit]]
        return ActPage(lines=lines, next=find_next(rows, limit, "at", "id"))

    @router.get("/api/audit/export", operation_id="export_audit", response_class=StreamingResponse, responses=_EXPORTED)
    async def export_audit(filters: _Filters, reader: Reader, format: Format = "csv") -> StreamingResponse:
        """All lines that fit, oldest first, with their hashes."""
        return await export(AUDIT, filters, format, reader)

    @router.get("/api/audit/verify", operation_id="verify_audit")
    async def verify_audit(
        after: Annotated[int, Query(ge=0, le=MAX_NUMBER)] = 0,
        limit: Annotated[int, Query(ge=1, le=100_000)] = 50_000,
    ) -> Verified:
        """Does each line hold the hash of the one before? Goes on from `next_after`, so many lines at a time."""
        found = await services().database.read(lambda c: check_chain(c, after=after, limit=limit))
        return Verified(
            ok=found.broken_at is None,
            checked=found.lines,
            last_id=found.last_id,
            last_hash=found.last_hash,
            broken_at=found.broken_at,
            reason=found.reason,
            next_after=None if found.is_complete else found.last_id,
        )

    @router.get("/api/journal", operation_id="search_journal")
    async def search_journal(filters: _Filters, limit: _Limit = 100, cursor: Cursor = None) -> JournalPage:
        """Every line of every run."""
        rows = await search(JOURNAL, filters, limit, cursor)
        lines = [RunLine.model_validate(row) for row in rows[:limit]]
        return JournalPage(lines=lines, next=find_next(rows, limit, "at", "id"))

    @router.get(
        "/api/journal/export", operation_id="export_journal", response_class=StreamingResponse, responses=_EXPORTED
    )
    async def export_journal(filters: _Filters, reader: Reader, format: Format = "csv") -> StreamingResponse:
        """All lines that fit, oldest first."""
        return await export(JOURNAL, filters, format, reader)

    return router
