"""A second look at a message by the model, told over the WebSocket: the rules' summary stays until the person takes it.

The model reads the masked text, and answers in closed lists only: one of GLPI's categories by its number, and our own
symptoms. What is shown to people is worded by us. Its word never makes us surer: it leads to `confirm` at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import BaseModel, Field

from desk.analysis import Action, Category, Summary, Symptom, gives_orders, label_of
from desk.analysis.models import MAX_ALTERNATIVES
from desk.catalog import Catalog
from desk.people import Person
from desk.records import DESK, Event, note
from desk.services import Services
from desk.sessions import refine_session
from shared.errors import WidipError
from shared.llm import Ask, Llm
from shared.llm_lock import Priority
from shared.logs import get_logger, where_it_failed
from shared.masking import mask_personal

logger = get_logger("refining")

MAX_SHOWN = 4000
"""Characters of a message that the model reads: what is behind them has never told the category."""
MAX_CATEGORIES = 250
MAX_SYMPTOMS = 3
OUTPUT_TOKENS = 160
"""Many times what the answer needs; a model that goes on and on is cut."""
REQUESTS = 2
_PROMPT = (Path(__file__).parent / "templates" / "refine.md").read_text(encoding="utf-8")


class Reading(BaseModel):
    """The model's answer."""

    category_id: int | None = Field(description="number of the category that surely fits, or null")
    symptoms: Annotated[list[Symptom], Field(max_length=MAX_SYMPTOMS)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A session to look at again: its row, and what the rules had."""

    row: dict[str, Any]
    summary: Summary


class Refiner:
    """Asks behind the answer to the person; a newer message of a session ends the look at its older one."""

    def __init__(self, services: Services, catalog: Catalog, llm: Llm | None) -> None:
        self._s = services
        self._catalog = catalog
        self._llm = llm
        self._asking: dict[str, asyncio.Task[None]] = {}

    def start(self, row: dict[str, Any], person: Person | None) -> None:
        """Have an open session refined. Nobody hears of an anonymous one, and no model reads what gives it orders."""
        if (older := self._asking.pop(row["id"], None)) is not None:
            older.cancel()
        if self._llm is None or person is None or not row["message"] or gives_orders(row["message"]):
            return
        asked = Asked(row, Summary.model_validate(row["summary"]))
        task = self._asking[row["id"]] = asyncio.create_task(self._refine(self._llm, asked))
        task.add_done_callback(partial(self._forget, row["id"]))

    async def aclose(self) -> None:
        """Leave what is being asked: the rules' summaries stay."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, session_id: str, task: asyncio.Task[None]) -> None:
        if self._asking.get(session_id) is task:
            del self._asking[session_id]

    async def _refine(self, llm: Llm, asked: Asked) -> None:
        try:
            categories = await self._catalog.list()
            reading = await self._ask(llm, asked, categories[:MAX_CATEGORIES])
            sure = self._s.settings.confirm_from
            await self._keep(asked, merge(asked.summary, reading, categories, confidence=sure))
        except WidipError as error:
            logger.warning("not_refined", code=error.code)
            await self._keep(asked, None, why=error.code)
        except sa.exc.SQLAlchemyError as error:
            logger.error("refinement_lost", error_type=type(error).__name__, where=where_it_failed(error))

    async def _ask(self, llm: Llm, asked: Asked, categories: Sequence[Category]) -> Reading:
        listed = "\n".join(f"{known.category_id} {known.name}" for known in categories)
        fenced = shown_to_model(asked.row["message"]).replace("<", "‹")
        messages = [
            {"role": "system", "content": _PROMPT},
            {"role": "user", "content": f"<categories>\n{listed}\n</categories>\n<message>\n{fenced}\n</message>"},
        ]
        deadline = asyncio.get_running_loop().time() + self._s.settings.refine_s
        ask = Ask(
            run="chat",
            messages=messages,
            priority=Priority.CHAT,
            deadline=deadline,
            requests=REQUESTS,
            output_tokens=OUTPUT_TOKENS,
        )
        reading, _reply = await llm.answer(ask, Reading)
        return reading

    async def _keep(self, asked: Asked, refined: Summary | None, *, why: str | None = None) -> None:
        await self._s.database.write(partial(self._write, asked.row, refined, why))

    def _write(self, row: dict[str, Any], refined: Summary | None, why: str | None, connection: sa.Connection) -> None:
        """Only while the session still waits for the person's word on that very message."""
        if not refine_session(connection, row, refined):
            return
        found = refined.model_dump(mode="json", include={"action", "category", "confidence"}) if refined else {}
        detail = {**found, **({"why": why} if why else {})}
        note(connection, Event.REFINED, at=self._s.clock(), by=DESK, session_id=row["id"], detail=detail)


def shown_to_model(message: str) -> str:
    """What of a message the model reads, and its author is shown: with identity and health patterns taken out."""
    return mask_personal(message)[:MAX_SHOWN]  # in this order: half a number is not known as one


def merge(rules: Summary, reading: Reading, categories: Sequence[Category], *, confidence: float) -> Summary:
    """The rules' summary with what the model adds. Pure.

    A category counts only if GLPI has it. confidence: of a category that the model alone has found. Never
    `auto_validate` where the rules had another action, and no more `auto_validate` where the model disagrees.
    """
    known = next((each for each in categories if each.category_id == reading.category_id), None)
    symptoms = rules.symptoms or tuple(label_of(symptom) for symptom in dict.fromkeys(reading.symptoms))
    changes: dict[str, Any] = {"symptoms": symptoms}
    if known is not None and known.category_id != rules.category_id:
        changes |= {
            "category_id": known.category_id,
            "category": known.name,
            "confidence": confidence,
            "alternatives": _others(rules, known),
        }
        if rules.action is Action.AUTO_VALIDATE or symptoms:
            changes |= {"action": Action.CONFIRM, "questions": ()}
    elif known is not None and rules.action is Action.CLARIFY and symptoms:
        changes |= {"action": Action.CONFIRM, "questions": ()}
    return rules.model_copy(update=changes)


def _others(rules: Summary, chosen: Category) -> tuple[Category, ...]:
    """What the rules had found comes first."""
    own = [Category(category_id=rules.category_id, name=rules.category)] if rules.category_id and rules.category else []
    others = [each for each in (*own, *rules.alternatives) if each.category_id != chosen.category_id]
    return tuple(others[:MAX_ALTERNATIVES])
