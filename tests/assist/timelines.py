"""Answers of GLPI's server about one ticket, as its history tells them: what test cases of identity are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestrator.assist.texts import TicketText, texts_of

CLAIRE, ZOE, TECHNICIAN, DESK = 20, 21, 4, 6
Line = dict[str, Any]


def line(action: str, by: int | None, *, field: str = "", value: str = "", login: str = "x") -> Line:
    """One line of the history; by=None: it names no account."""
    named = {} if by is None else {"author_id": by}
    return {"action": action, "author_login": login, "field": field, "new_value": value, **named}


def followup(number: int, claimed: int, text: str = "Merci", **more: Any) -> Line:
    """One public followup; claimed: whom GLPI names as its author."""
    entry = {"kind": "followup", "entry_id": number, "author_id": claimed, "private": False, "text": text}
    return entry | {"at": "2026-03-01T10:00:00Z"} | more


def added(number: int, by: int | None, **more: Any) -> Line:
    """The line of the history that proves who wrote a followup."""
    return line("added", by, field="ITILFollowup", value=str(number), **more)


def texts(
    history: Sequence[Line], entries: Sequence[Line] = (), content: str = "J'ai perdu mon mot de passe", **ticket: Any
) -> tuple[TicketText, ...]:
    """The texts of a ticket whose writer and requester claim to be the technician."""
    answer = {"ticket_id": 1, "title": "Mot de passe", "content": content, "opened_at": "2026-03-01T09:00:00Z"}
    claims = {"writer_id": TECHNICIAN, "requester_ids": [TECHNICIAN]}
    return texts_of(answer | claims | ticket, entries, history)
