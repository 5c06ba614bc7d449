"""What we keep of others so that it is there when they are away, and how old it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from pydantic import BaseModel

from desk.services import Services
from desk.tables import categories, users

CACHES = {"categories": categories, "users": users}
OLD = timedelta(hours=1)
"""Categories are asked for every ten minutes: when they are older than that, GLPI has not answered six times."""


class Cache(BaseModel):
    """How many rows, and how old the newest is, in seconds: None when there is none.

    Categories come all at once; a person's row is as old as the person's last sign-in (GET /api/v1/me tells each).
    """

    rows: int
    age_s: int | None


async def read_caches(services: Services) -> dict[str, Cache]:
    """Both."""
    return await services.database.read(partial(_read, services.clock()))


def find_old(caches: dict[str, Cache]) -> str | None:
    """What to say of categories that nobody has refreshed; None when they are young enough."""
    known = caches["categories"]
    if known.age_s is None:
        return "GLPI has never told its categories"
    if known.age_s > OLD.total_seconds():
        return f"GLPI told its {known.rows} categories {known.age_s // 60} minutes ago"
    return None


def _read(now: datetime, connection: sa.Connection) -> dict[str, Cache]:
    found = {}
    for name, table in CACHES.items():
        rows, newest = connection.execute(sa.select(sa.func.count(), sa.func.max(table.c.seen_at))).one()
        age_s = max(0, int((now - newest).total_seconds())) if newest else None
        found[name] = Cache(rows=rows, age_s=age_s)
    return found
