"""What texts that were not read before ask for, beside what their ticket has asked already. Pure.

A request belongs to the text that makes it. It is not made again by a reminder, by a corrected typing error or by
somebody else's words; an answer to our question is read together with the text that we asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from orchestrator.assist.plans import FRANCE, MAX_QUOTE, Plan, Request
from orchestrator.assist.reader.requests import read_requests
from orchestrator.assist.rows import State
from orchestrator.assist.texts import DESCRIPTION, TicketText
from shared.logs import REDACTED, redact_text

Row = Mapping[str, Any]
MAX_PER_TICKET = 40
"""A ticket that asks for more is a person's to read."""
_NO_ACT = (Plan.QUESTION, Plan.NOT_OURS)
_TOLD_SECRET = re.compile(
    r"(?i)((?:mot de passe|mdp|code|passe)\b[^.!?\n]{0,30}?\b(?:est|était|c'est)\s+)(?=\S*[\d@#$%&*])\S+"
)


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that is not stored yet. texts: all that it was read from, the newest, which makes it, last."""

    texts: tuple[TicketText, ...]
    number: int
    request: Request

    @property
    def text(self) -> TicketText:
        """The text that makes it, and is its author's."""
        return self.texts[-1]


@dataclass(frozen=True, slots=True)
class Intake:
    """What a look found. read: the names of all texts that are there. continued: requests that an answer replaces.

    changed: open requests of which a text is no more what it was, or that wait for a day and whose author has spoken.
    """

    new: tuple[NewRequest, ...]
    read: tuple[str, ...]
    continued: tuple[str, ...]
    changed: tuple[str, ...]


def name_of(text: TicketText) -> str:
    """A text in one of its revisions."""
    return f"{text.key}:{text.digest[:16]}"


def take_in(
    texts: Sequence[TicketText], rows: Sequence[Row], *, known: Sequence[str], may_ask: Callable[[TicketText], bool]
) -> Intake:
    """Read what is new.

    rows: the ticket's requests. known: the names of the texts that were read before. may_ask: whether a text counts as
    somebody's request at all; one that does not is never read later either.
    """
    there = {text.key: text for text in texts}
    new: list[NewRequest] = []
    continued: list[str] = []
    for text in texts:
        if name_of(text) in known or not may_ask(text):
            continue
        found, answered = _read(text, there, [row for row in rows if row["key"] not in continued])
        room = max(0, MAX_PER_TICKET - len(rows) - len(new))
        new += [NewRequest(of, number, request) for number, (of, request) in enumerate(found[:room], start=1)]
        continued += answered if found[:room] else []
    open_rows = [row for row in rows if row["closed_at"] is None and row["key"] not in continued]
    speakers = {text.author_id for text in texts if name_of(text) not in known}
    changed = tuple(row["key"] for row in open_rows if not _stands(row, there) or _may_be_off(row, speakers))
    return Intake(tuple(new), tuple(map(name_of, texts)), tuple(continued), changed)


_Found = list[tuple[tuple[TicketText, ...], Request]]


def _read(text: TicketText, there: Mapping[str, TicketText], rows: Sequence[Row]) -> tuple[_Found, list[str]]:
    """What one text asks, each with the texts that it was read from, and the keys of the requests that it answers."""
    others = [row for row in rows if _covers(row, text, there)]
    asked = [row for row in rows if _is_answered(row, text, there)]
    found: _Found = []
    if asked:
        keys = dict.fromkeys(part["key"] for row in asked for part in row["texts"])
        together = (*(there[key] for key in keys), text)
        settled = [row for row in rows if row not in asked and _shares(row, keys)]
        found = [(together, request) for request in _pick(_requests_of(together), asked, [*settled, *others])]
    covered = {request.plan for _texts, request in found}
    alone = [r for r in _requests_of((text,)) if r.plan not in covered and not _is_among(r, others)]
    if found or text.key != DESCRIPTION:
        alone = [request for request in alone if request.plan not in _NO_ACT]
    answered = [row["key"] for row in asked] if found else []
    return [*found, *(((text,), request) for request in alone)], answered


def is_said_without_title(asked: Request, texts: Sequence[TicketText]) -> bool:
    """Whether the texts say it without their title too, which a program may have made out of them."""
    said = _requests_of([replace(text, title="") for text in texts])
    return any(request.plan is asked.plan and request.person == asked.person for request in said)


def _requests_of(texts: Sequence[TicketText]) -> list[Request]:
    written_at = texts[-1].at or datetime.now(UTC)
    content = "\n".join(text.content for text in texts)
    return read_requests(content, title=texts[0].title, today=written_at.astimezone(FRANCE).date())


def _pick(requests: Sequence[Request], asked: Sequence[Row], settled: Sequence[Row]) -> list[Request]:
    """Of what text and answer ask together, what we had asked about: the rest of the text has its own requests."""
    plans = {row["plan"] for row in asked}
    rest = [request for request in requests if not _is_among(request, settled)]
    acts = [r for r in rest if r.plan not in _NO_ACT and (r.plan.value in plans or Plan.QUESTION.value in plans)]
    return acts or [request for request in rest if request.plan in _NO_ACT]


def _is_answered(row: Row, text: TicketText, there: Mapping[str, TicketText]) -> bool:
    """We asked this text's author, and what we asked about is still there as it was."""
    by_same = text.author_id is not None and row["author_id"] == text.author_id
    return by_same and row["state"] == State.ASKED and row["closed_at"] is None and _stands(row, there)


def _covers(row: Row, text: TicketText, there: Mapping[str, TicketText]) -> bool:
    """The same asked again would be no other request: it is under way, or was dealt with before a correction."""
    if any(part["key"] == text.key for part in row["texts"]):
        return row["closed_at"] is not None or row["state"] == State.ACTING
    is_open = row["closed_at"] is None and row["state"] != State.ASKED
    return is_open and row["author_id"] == text.author_id and _stands(row, there)


def _stands(row: Row, there: Mapping[str, TicketText]) -> bool:
    return all(part["key"] in there and there[part["key"]].digest == part["digest"] for part in row["texts"])


def _may_be_off(row: Row, speakers: Collection[int | None]) -> bool:
    return row["state"] == State.SCHEDULED and row["author_id"] in speakers


def _shares(row: Row, keys: Mapping[str, None]) -> bool:
    return any(part["key"] in keys for part in row["texts"])


def _is_among(request: Request, rows: Sequence[Row]) -> bool:
    person = request.person.model_dump(mode="json") if request.person else None
    return any(row["plan"] == request.plan and row["asked"].get("person") == person for row in rows)


def without_secrets(request: Request) -> dict[str, Any]:
    """A request as it is kept: a password that somebody typed into his ticket is not."""
    kept = request.model_dump(mode="json")
    for name in ("quote", "job", "service", "place"):
        if kept[name]:
            kept[name] = redact_text(_TOLD_SECRET.sub(rf"\1{REDACTED}", kept[name]))[:MAX_QUOTE]
    return kept
