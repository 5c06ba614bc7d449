"""Ranges of lists and searches: `range=0-49`, Content-Range, 206."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from simulators.glpi.call import Call
from simulators.glpi.errors import ApiError, bad_request

T = TypeVar("T")


@dataclass(frozen=True)
class Window:
    """First and last rank asked for, both included."""

    start: int
    end: int

    @classmethod
    def from_params(cls, call: Call) -> Window:
        """From `range`, or the user's list limit; raises 400 on nonsense and 500 when it runs backwards."""
        asked = call.params.get("range")
        if asked is None:
            return cls(0, call.state.list_limit - 1)
        found = re.fullmatch(r"(\d+)-(\d+)", str(asked))
        if found is None:
            raise bad_request("ERROR", "Le paramètre range doit avoir la forme début-fin")
        start, end = int(found[1]), int(found[2])
        if end < start:
            if call.state.version == "9.5":
                raise bad_request("ERROR", "Plage inversée")
            raise ApiError(500, "ERROR_UNKNOWN", "Une erreur inattendue est survenue")
        return cls(start, end)

    def check_starts_within(self, total: int) -> None:
        """Raises 400 when the range starts past the end."""
        if self.start > total:
            raise bad_request("ERROR_RANGE_EXCEED_TOTAL", f"La plage demandée dépasse le total : {total}")

    def cut(self, rows: list[T]) -> list[T]:
        """The rows within."""
        return rows[self.start : self.end + 1]


def content_range(window: Window, count: int, total: int) -> str:
    """As the header and the search answer spell it."""
    return f"{window.start}-{window.start + count - 1}/{total}"


def ranged_headers(window: Window, count: int, total: int) -> dict[str, str]:
    """Content-Range, absent when there is nothing at all."""
    return {"Content-Range": content_range(window, count, total)} if total else {}
