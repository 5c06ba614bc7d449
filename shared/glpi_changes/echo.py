"""The echo rule: what we did ourselves comes back as a change, and is none.

The author of a change is the one in GLPI's own history, which nobody can claim to be: writer, requester and source of a
ticket are claims (contracts/glpi.md, section 13). Ours are the GLPI accounts of the program that asks: to the
orchestrator the desk is somebody else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import UpstreamMalformed

HistoryRow = Mapping[str, Any]
FetchTimeline = Callable[[int], Awaitable[Mapping[str, Any]]]
"""`glpi_get_ticket_timeline` of one ticket with this `start`."""

BOOKKEEPING = frozenset({"cron_queuedwebhook"})
"""GLPI notes in a ticket's history that it told us of it, if asked to: to act on that would never end."""
MAX_PAGES = 100
_COMPARED = ("at", "author_id", "author_login", "action", "field", "new_value")


class KnownHistory(BaseModel):
    """How much of a ticket's history was seen: its rows have no id, but only grow at the end. Store it."""

    model_config = ConfigDict(frozen=True)

    rows: int = Field(default=0, ge=0)
    last: str = ""

    @property
    def start(self) -> int:
        """From which row to read: the last one known, to see that it is still there."""
        return max(0, self.rows - 1)


@dataclass(frozen=True, slots=True)
class News:
    """What happened since: `others` are the rows of everybody else, oldest first.

    is_rewritten: what was known is no longer there (GLPI purges old history), so nobody can tell what is new.
    """

    known: KnownHistory
    others: tuple[HistoryRow, ...]
    is_rewritten: bool = False

    @property
    def is_by_others(self) -> bool:
        """Whether to act. In doubt, yes: a needless look is harmless and happens once."""
        return bool(self.others) or self.is_rewritten


def find_news(history: Sequence[HistoryRow], *, known: KnownHistory, own_ids: Collection[int], start: int = 0) -> News:
    """Compare a ticket's history, from its row `start` to its end, with what was known of it.

    history: the `history` of glpi_get_ticket_timeline. start: `known.start` or less. own_ids: our GLPI accounts.
    """
    if start > known.start:
        raise ValueError("the history has to be read from the last row that is known, or from before")
    seen = known.rows - start
    is_rewritten = bool(known.rows) and (len(history) < seen or _digest(history[seen - 1]) != known.last)
    fresh = history if is_rewritten else history[seen:]
    others = tuple(row for row in fresh if not _is_ours(row, own_ids))
    now_known = KnownHistory(rows=start + len(history), last=_digest(history[-1]) if history else "")
    return News(now_known, others, is_rewritten)


async def read_news(fetch_timeline: FetchTimeline, *, known: KnownHistory, own_ids: Collection[int]) -> News:
    """Read a ticket's history from where it is known to its end, whole again if it was rewritten."""
    news = find_news(await _read_history(fetch_timeline, known.start), known=known, own_ids=own_ids, start=known.start)
    if news.is_rewritten and known.start:
        return find_news(await _read_history(fetch_timeline, 0), known=known, own_ids=own_ids)
    return news


async def _read_history(fetch_timeline: FetchTimeline, start: int) -> list[HistoryRow]:
    rows: list[HistoryRow] = []
    for _ in range(MAX_PAGES):
        page = await fetch_timeline(start)
        rows += page["history"]
        next_start = page.get("next_start")
        # Texts and history share their pages: there may be more of the one after the other has ended.
        if next_start is None or len(page["history"]) < next_start - start:
            return rows
        start = next_start
    raise UpstreamMalformed("a ticket's history has no end", system="GLPI")


def _is_ours(row: HistoryRow, own_ids: Collection[int]) -> bool:
    """By the number of the account that acted. What GLPI did of itself has none, and counts (it closes tickets)."""
    author_id = row.get("author_id")
    if author_id is None:
        return row.get("author_login") in BOOKKEEPING
    return author_id in own_ids


def _digest(row: HistoryRow) -> str:
    told = json.dumps([row.get(key) for key in _COMPARED], default=str, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
