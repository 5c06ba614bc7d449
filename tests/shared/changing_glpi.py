"""A GLPI reduced to the dates of its tickets, which change while they are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.glpi_changes import ChangeCursor, TicketChange, read_changes

EPOCH = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
Order = Callable[[tuple[int, int]], Any]


def second(number: int) -> datetime:
    """The n-th second of this world."""
    return EPOCH + timedelta(seconds=number)


def by_number(row: tuple[int, int]) -> tuple[int, int]:
    """Equal dates in the order of their tickets, as a database often has them."""
    return row[1], row[0]


@dataclass
class ChangingGlpi:
    """`dates` are seconds by ticket; `steps` run one before each page that is asked for."""

    page_size: int
    dates: dict[int, int] = field(default_factory=dict)
    clock: int = 0
    order: Order = by_number
    steps: list[Callable[[ChangingGlpi], None]] = field(default_factory=list)
    moment: int = 0
    changed: dict[int, int] = field(default_factory=dict)
    newest: dict[int, int] = field(default_factory=dict)
    asked: list[tuple[datetime | None, int]] = field(default_factory=list)

    def change(self, ticket_id: int, *, at: int | None = None) -> None:
        """A ticket changes now, or by a request that began at second `at` and ends only now."""
        self.moment += 1
        self.dates[ticket_id] = self.clock if at is None else at
        self.changed[ticket_id] = self.moment
        self.newest[ticket_id] = max(self.dates[ticket_id], self.newest.get(ticket_id, 0))

    async def fetch_page(self, changed_since: datetime | None, start: int) -> dict[str, Any]:
        """What glpi_search_tickets answers: strict, by last change."""
        if self.steps:
            self.steps.pop(0)(self)
        self.moment += 1
        self.asked.append((changed_since, start))
        rows = [(n, at) for n, at in self.dates.items() if changed_since is None or second(at) > changed_since]
        rows.sort(key=self.order)
        page = rows[start : start + self.page_size]
        end = start + len(page)
        tickets = [{"ticket_id": n, "title": "x", "changed_at": second(at).isoformat()} for n, at in page]
        more = {"next_start": end} if page and end < len(rows) else {}
        return {"total": len(rows), "tickets": tickets, **more}


@dataclass
class Reader:
    """Polls as a program would: it keeps the cursor as text, and what it was told, with the moment of each."""

    glpi: ChangingGlpi
    cursor: ChangeCursor = field(default_factory=ChangeCursor)
    told: list[TicketChange] = field(default_factory=list)
    moments: dict[int, int] = field(default_factory=dict)

    async def poll(
        self, *, deep: bool = False, now: int | None = None, max_pages: int = 5000
    ) -> Sequence[TicketChange]:
        """One poll; what it told."""
        before = len(self.told)
        at = second(self.glpi.clock if now is None else now)
        cursor = ChangeCursor.model_validate_json(self.cursor.model_dump_json())
        reading = read_changes(cursor, self.glpi.fetch_page, now=at, deep=deep, pause=self._pause, max_pages=max_pages)
        async for self.cursor, changes in reading:
            self.told += changes
            self.moments |= {change.ticket_id: self.glpi.moment for change in changes}
        return self.told[before:]

    async def _pause(self, seconds: float) -> None:
        assert seconds > 1
        self.glpi.clock += 2
