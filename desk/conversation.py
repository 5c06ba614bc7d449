"""From what a person writes to a ticket: analyze, then accept, correct or answer, or leave it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from desk.analysis import Action, Category, Summary, Thresholds, analyze
from desk.analysis.texts import MISSING_SITE
from desk.catalog import Catalog
from desk.filing import Filing, Made
from desk.people import Person
from desk.problems import CannotDo, Problem
from desk.records import Event, note
from desk.refining import Refiner
from desk.services import Services
from desk.sessions import SessionState, change_session, check_open, find_session, use_session
from desk.tables import analysis_sessions, tickets
from desk.texts import Validation, tidy

MAX_MESSAGE = 20_000
MAX_ROUNDS = 3
"""Asked so often, a person rather picks a category than answers once more."""
_YES = frozenset(
    {"oui", "ok", "d'accord", "daccord", "yes", "o", "true", "valider", "je confirme", "c'est ça", "parfait"}
)
_NO = frozenset({"non", "no", "n", "false", "annuler", "pas du tout", "ce n'est pas ça"})


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a person changes of a summary; None leaves it."""

    category_id: int | None = None
    priority: int | None = None
    title: str | None = None
    symptoms: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Where a conversation stands."""

    session_id: str
    expires_at: datetime
    summary: Summary
    state: SessionState = SessionState.OPEN
    refined: Summary | None = None
    made: Mapping[str, Any] = field(default_factory=dict)


class Conversations:
    """The use cases of /workflow."""

    def __init__(self, services: Services, catalog: Catalog, filing: Filing, refiner: Refiner) -> None:
        self._s = services
        self._catalog = catalog
        self._filing = filing
        self._refiner = refiner

    async def begin(self, message: str, email: str, person: Person | None) -> Step:
        """Analyze a message and open a session for it. person: None where nobody has to sign in."""
        now, message = self._s.clock(), tidy(message)
        summary = await self._analyze(message, person)
        row = {
            "id": secrets.token_urlsafe(32),
            "email": email.lower(),
            "sign_in_id": person.sign_in_id if person else None,
            "state": SessionState.OPEN.value,
            "created_at": now,
            "expires_at": now + timedelta(minutes=self._s.settings.session_minutes),
            "message": message,
            "summary": summary.model_dump(mode="json"),
            "tries": 1,
        }
        await self._s.database.write(partial(_insert_session, row))
        self._refiner.start(row, person)
        return _step(row)

    async def find(self, session_id: str, person: Person | None) -> Step:
        """A session as it stands; a used one, with its ticket. Raises CannotDo."""

        def query(connection: sa.Connection) -> Step:
            row = find_session(connection, session_id, person)
            if row["state"] == SessionState.OPEN:
                check_open(connection, row, now=self._s.clock())
            made = sa.select(tickets.c.id, tickets.c.number).where(tickets.c.session_id == session_id)
            found = connection.execute(made).mappings().first()
            return _step(row, dict(found or {}))

        return await self._s.database.read(query)

    async def answer(self, session_id: str, answer: str, person: Person | None) -> Step:
        """Answer the questions; the analysis is made again with the answer. Raises CannotDo."""
        row = await self._open_row(session_id, person)
        message = tidy(f"{row['message']}\n\n{answer}")
        if len(message) > MAX_MESSAGE:
            raise CannotDo(Problem.TOO_LONG)
        summary = await self._analyze(message, person)
        if summary.action is Action.CLARIFY and row["tries"] + 1 >= MAX_ROUNDS:
            summary = summary.model_copy(update={"action": Action.CONFIRM, "questions": ()})
        step = await self._change(row, Event.CLARIFIED, message, summary)
        fresh = {"message": message, "summary": summary.model_dump(mode="json"), "tries": row["tries"] + 1}
        self._refiner.start({**row, **fresh}, person)
        return step

    async def accept(self, session_id: str, response: str, person: Person | None) -> Made | Step:
        """The person's word on a summary that we are sure of: yes makes the ticket, no lets them pick.

        Raises CannotDo.
        """
        row = await self._open_row(session_id, person)
        summary = Summary.model_validate(row["summary"])
        if summary.action is not Action.AUTO_VALIDATE:
            raise CannotDo(Problem.WRONG_STEP, detail={"action": summary.action.value})
        said = " ".join(response.casefold().replace("’", "'").strip(" .!").split())
        if said in _NO:
            rejected = summary.model_copy(update={"action": Action.CONFIRM})
            return await self._change(row, Event.REJECTED, row["message"], rejected)
        if said not in _YES:
            raise CannotDo(Problem.UNCLEAR_ANSWER)
        return await self._filing.file(row, person, Validation.AUTO)

    async def confirm(
        self, session_id: str, corrections: Corrections, person: Person | None, *, refined: bool = False
    ) -> Made:
        """Make the ticket as the person confirms or corrects it: the summary that was answered, or the refined one.

        Raises CannotDo, CannotDo(WRONG_STEP) where there is no refined one.
        """
        row = await self._open_row(session_id, person)
        if refined:
            if row["refined"] is None:
                raise CannotDo(Problem.WRONG_STEP)
            row = {**row, "summary": row["refined"]}
        summary = Summary.model_validate(row["summary"])
        changes = await self._check(corrections, summary)
        how = Validation.CORRECTED if changes else Validation.CONFIRMED
        return await self._filing.file(row, person, how, changes)

    async def _check(self, corrections: Corrections, summary: Summary) -> dict[str, Any]:
        """What is really another value than the summary's."""
        changes: dict[str, Any] = {}
        if corrections.category_id is not None and corrections.category_id != summary.category_id:
            known: Category | None = await self._catalog.find(corrections.category_id)
            if known is None:
                raise CannotDo(Problem.UNKNOWN_CATEGORY)
            changes |= {"category_id": known.category_id, "category": known.name}
        if corrections.priority is not None and corrections.priority != summary.priority:
            changes["priority"] = corrections.priority
        title = tidy(corrections.title or "").replace("\n", " ")
        if title and title != summary.title:
            changes["title"] = title
        if corrections.symptoms is not None:
            kept = [symptom for symptom in summary.symptoms if symptom in corrections.symptoms]
            changes |= {"symptoms": kept} if len(kept) < len(summary.symptoms) else {}
        return changes

    async def cancel(self, session_id: str, person: Person | None) -> None:
        """Leave it: no ticket. Raises CannotDo."""

        def work(connection: sa.Connection) -> None:
            row = find_session(connection, session_id, person)
            check_open(connection, row, now=self._s.clock())
            use_session(connection, row, SessionState.CANCELLED)
            note(connection, Event.CANCELLED, at=self._s.clock(), by=row["email"], session_id=session_id)

        await self._s.database.write(work)

    async def _analyze(self, message: str, person: Person | None) -> Summary:
        settings = self._s.settings
        thresholds = Thresholds(auto_validate=settings.auto_validate_from, confirm=settings.confirm_from)
        summary = await asyncio.to_thread(  # a long message takes a while, and others wait
            analyze,
            message,
            categories=await self._catalog.list(),
            sites=[site.name for site in self._s.sites],
            thresholds=thresholds,
        )
        if person is None or person.account.site is None:
            return summary
        # Whose site the directory tells is not asked for it.
        missing = tuple(point for point in summary.missing if point != MISSING_SITE)
        return summary.model_copy(update={"missing": missing})

    async def _open_row(self, session_id: str, person: Person | None) -> dict[str, Any]:
        def query(connection: sa.Connection) -> dict[str, Any]:
            row = find_session(connection, session_id, person)
            check_open(connection, row, now=self._s.clock())
            return row

        return await self._s.database.read(query)

    async def _change(self, row: dict[str, Any], event: Event, message: str, summary: Summary) -> Step:
        def work(connection: sa.Connection) -> None:
            change_session(connection, row, message=message, summary=summary)
            detail = {"action": summary.action.value, "category": summary.category, "confidence": summary.confidence}
            note(connection, event, at=self._s.clock(), by=row["email"], session_id=row["id"], detail=detail)

        await self._s.database.write(work)
        return _step({**row, "summary": summary.model_dump(mode="json"), "refined": None})


def _insert_session(row: Mapping[str, Any], connection: sa.Connection) -> None:
    connection.execute(analysis_sessions.insert().values(row))
    summary = row["summary"]
    detail = {name: summary[name] for name in ("action", "category", "confidence")}
    note(connection, Event.ANALYZED, at=row["created_at"], by=row["email"], session_id=row["id"], detail=detail)


def _step(row: Mapping[str, Any], made: Mapping[str, Any] | None = None) -> Step:
    summary = Summary.model_validate(row["summary"])
    refined = Summary.model_validate(row["refined"]) if row.get("refined") else None
    return Step(row["id"], row["expires_at"], summary, SessionState(row["state"]), refined, dict(made or {}))
