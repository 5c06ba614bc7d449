"""Reads what changed in GLPI, page by page, through whoever can search its tickets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from shared.errors import UpstreamMalformed
from shared.glpi_changes.cursor import ChangeCursor, TicketChange

FetchPage = Callable[[datetime | None, int], Awaitable[Mapping[str, Any]]]
"""`glpi_search_tickets` with changed_since and start; the limit, two or more, is the callable's."""

SETTLE_S = 1.5
"""Longer than GLPI's grain of one second."""
MAX_PAGES = 200
_TRIES = 3


async def read_changes(
    cursor: ChangeCursor,
    fetch_page: FetchPage,
    *,
    now: datetime,
    deep: bool = False,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    max_pages: int = MAX_PAGES,
) -> AsyncIterator[tuple[ChangeCursor, tuple[TicketChange, ...]]]:
    """After each page the new cursor and what changed: store both together, then a crash tells nothing twice.

    What changed in the very last second is read once more, SETTLE_S later. After `max_pages` it stops; the next call
    goes on from there. What fetch_page raises passes through: the cursor last yielded is good.
    """
    cursor = cursor.begin(now=now, deep=deep)
    is_settled = False
    for _ in range(max_pages):
        cursor, changes = cursor.take(await fetch_page(cursor.changed_since, cursor.start))
        yield cursor, changes
        if cursor.is_reading:
            continue
        if not cursor.held or is_settled:
            return
        await pause(SETTLE_S)
        cursor, is_settled = cursor.settle(), True


async def open_cursor(fetch_page: FetchPage, *, now: datetime) -> ChangeCursor:
    """A cursor at GLPI's newest change: what is older is not told. In an empty GLPI, one at the beginning.

    Raises UpstreamMalformed when GLPI's list has no end.
    """
    for _ in range(_TRIES):
        total = int((await fetch_page(None, 0)).get("total") or 0)
        if not total:
            return ChangeCursor()
        found = ChangeCursor().take(await fetch_page(None, total - 1))[0]
        if found.last_at is not None:
            return ChangeCursor(last_at=min(found.last_at, now))
    raise UpstreamMalformed("GLPI's list of tickets has no end", system="GLPI")
