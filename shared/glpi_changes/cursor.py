"""Where the reading of "what changed in GLPI" stands.

GLPI tells changes by a ticket's date_mod: of one second, in its own clock, and without an order among equals. So:
- the cursor is the newest date_mod seen; our own clock only keeps a date from the future from moving it on;
- it asks again from a little before, because a date_mod is the moment at which a request began, and it is seen later;
- it pages by asking again from the last date_mod, because offsets shift while tickets change; by offset only inside a
  second that fills a page, and then a page must begin with the row that the one before ended with;
- a (ticket, date_mod) is told once, and only when its second is over: before, a second change would look the same.
Source: contracts/glpi.md, section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.errors import UpstreamMalformed

OVERLAP = timedelta(minutes=2)
MEMORY = timedelta(minutes=70)
"""More than the hour that GLPI's local time repeats in autumn: a deep look reaches back over it."""
MAX_MISSES = 8
_GRAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class TicketChange:
    """A ticket as it was last changed. changed_at is GLPI's date_mod in UTC."""

    ticket_id: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class _Page:
    """A page of glpi_search_tickets: least recently changed first; no next_start at the end."""

    rows: tuple[tuple[int, datetime | None], ...]
    next_start: int | None


class ChangeCursor(BaseModel):
    """One position, as a value: each method returns the next one. Store it (`model_dump_json`) with what it told.

    `changed_since` and `start` are what to ask for next while `is_reading`. Pages need two rows at least to be safe
    against a ticket that leaves a crowded second while it is read.
    """

    model_config = ConfigDict(frozen=True)

    overlap: timedelta = Field(default=OVERLAP, ge=2 * _GRAIN)
    memory: timedelta = MEMORY
    last_at: AwareDatetime | None = None
    told: dict[int, AwareDatetime] = Field(default_factory=dict)
    held: dict[int, AwareDatetime] = Field(default_factory=dict)
    settling: dict[int, AwareDatetime] = Field(default_factory=dict)
    is_reading: bool = False
    changed_since: AwareDatetime | None = None
    start: int = 0
    expected_first: int | None = None
    misses: int = 0
    not_after: AwareDatetime | None = None

    def begin(self, *, now: datetime, deep: bool = False) -> Self:
        """Start to read what changed; a reading that was interrupted is gone on with.

        now is aware UTC. deep looks back over all that is remembered: once in a while, for what came late.
        """
        limits: dict[str, Any] = {"not_after": now + self.overlap}
        if self.is_reading:
            return self.model_copy(update=limits)
        horizon = self._back_from_last(max(self.memory, self.overlap))
        since = horizon if deep else self._back_from_last(self.overlap)
        told = {key: at for key, at in self.told.items() if horizon is None or at > horizon}
        return self.model_copy(update=limits | {"told": told, "held": {}, "settling": {}} | _reading_from(since))

    def _back_from_last(self, distance: timedelta) -> datetime | None:
        """That much before the newest change; never after what was seen and not told yet."""
        if self.last_at is None:
            return None
        return min([self.last_at - distance, *(at - _GRAIN for at in self.held.values())])

    def settle(self) -> Self:
        """Read what was held again. Call it a second or more after the last page came: then its second is over."""
        since = min(self.held.values()) - _GRAIN
        return self.model_copy(update={"settling": self.held, "held": {}} | _reading_from(since))

    def take(self, answer: Mapping[str, Any]) -> tuple[Self, tuple[TicketChange, ...]]:
        """The cursor after a page, and what of it was not told before, oldest first.

        Raises UpstreamMalformed for what is no page of glpi_search_tickets.
        """
        page = _page_from(answer, self.start)
        newest = self._newest(page)
        told, held, changes = dict(self.told), dict(self.held), []
        for ticket_id, at in page.rows:
            if at is None or told.get(ticket_id) == at:
                continue
            is_over = (newest is not None and at < newest) or self.settling.get(ticket_id) == at
            if not is_over:
                held[ticket_id] = at
                continue
            held.pop(ticket_id, None)
            told[ticket_id] = at
            changes.append(TicketChange(ticket_id, at))
        update = {"last_at": newest, "told": told, "held": held} | self._step(page)
        return self.model_copy(update=update), tuple(changes)

    def _newest(self, page: _Page) -> datetime | None:
        """The newest change that can be: a date from the future would hide all changes until then."""
        dates = [at for _, at in page.rows if at is not None and (self.not_after is None or at <= self.not_after)]
        return max([*dates, *([self.last_at] if self.last_at else [])], default=None)

    def _step(self, page: _Page) -> dict[str, Any]:
        """What to ask for next."""
        first = page.rows[0][0] if page.rows else None
        if self.expected_first is not None and first != self.expected_first and self.misses < MAX_MISSES:
            return _reading_from(self.changed_since) | {"misses": self.misses + 1}
        if page.next_start is None:
            return _reading_from(None) | {"is_reading": False}
        last_id, last_at = page.rows[-1]
        since = last_at - _GRAIN if last_at else None
        if since is not None and (self.changed_since is None or since > self.changed_since):
            return _reading_from(since)
        if len(page.rows) == 1:
            return {"start": page.next_start, "expected_first": None}
        return {"start": page.next_start - 1, "expected_first": last_id}


def _reading_from(since: datetime | None) -> dict[str, Any]:
    return {"is_reading": True, "changed_since": since, "start": 0, "expected_first": None, "misses": 0}


def _page_from(answer: Mapping[str, Any], start: int) -> _Page:
    try:
        rows = tuple((int(row["ticket_id"]), _date(row.get("changed_at"))) for row in answer["tickets"])
        next_start = None if answer.get("next_start") is None else int(answer["next_start"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UpstreamMalformed("GLPI's changes came in an unknown shape", system="GLPI") from error
    if next_start is not None and (not rows or next_start <= start):
        raise UpstreamMalformed("GLPI's list of changes leads nowhere", system="GLPI")
    return _Page(rows, next_start)


def _date(value: Any) -> datetime | None:
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("a date without a zone")
    return at
