"""Pages of rows, latest first: each names where the next begins. Offsets would shift under new rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import HTTPException, Query

_BETWEEN = "~"
MAX_NUMBER = 2**31 - 1

Cursor = Annotated[
    str | None,
    Query(
        max_length=140,
        pattern=r"^[0-9T:.+-]{19,40}~[A-Za-z0-9:._-]{1,96}$",
        description="`next` of the page before",
    ),
]


def page_after(
    query: sa.Select[Any], at: sa.Column[Any], key: sa.Column[Any], cursor: str | None, limit: int
) -> sa.Select[Any]:
    """The query, latest first, from the cursor on, and one row more than `limit`. Raises 422 for no cursor of ours."""
    ordered = query.order_by(at.desc(), key.desc()).limit(limit + 1)
    if not cursor:
        return ordered
    text, _, number = cursor.partition(_BETWEEN)
    try:
        moment = datetime.fromisoformat(text)
        last: object = min(int(number), MAX_NUMBER) if isinstance(key.type, sa.Integer) else number
    except ValueError:
        raise HTTPException(422, "this is not where a page ended") from None
    if moment.tzinfo is None:
        raise HTTPException(422, "this is not where a page ended")
    return ordered.where((at < moment) | ((at == moment) & (key < last)))


def find_next(rows: Sequence[Mapping[str, Any]], limit: int, at: str, key: str) -> str | None:
    """Where the next page begins; None when this is the last."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    return f"{last[at].isoformat()}{_BETWEEN}{last[key]}"
