"""GLPI's categories as we last saw them: in our database, so that they are there with GLPI down."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from desk.analysis import Category
from desk.services import Services
from desk.tables import categories
from shared.errors import WidipError
from shared.logs import get_logger

logger = get_logger("catalog")

EVERY_10_MIN = "30 */10 * * * *"
ASK_S = 20.0
RETRY_S = 3.0


class Catalog:
    """The list; `refresh` asks GLPI again."""

    def __init__(self, services: Services) -> None:
        self._s = services

    async def list(self) -> tuple[Category, ...]:
        """All categories by name; empty before GLPI was ever reached."""
        query = sa.select(categories.c.category_id, categories.c.name).order_by(categories.c.name)
        rows = await self._s.database.read(lambda connection: connection.execute(query).all())
        return tuple(Category(category_id=row.category_id, name=row.name) for row in rows)

    async def seen_at(self) -> datetime | None:
        """When GLPI last told them."""
        query = sa.select(sa.func.max(categories.c.seen_at))
        return await self._s.database.read(lambda connection: connection.execute(query).scalar())

    async def find(self, category_id: int) -> Category | None:
        """The category with this number of GLPI's."""
        return next((known for known in await self.list() if known.category_id == category_id), None)

    async def refresh_until_told(self) -> None:
        """At the start: GLPI's server may come up after us."""
        is_told = await self.refresh()
        while not is_told:
            await asyncio.sleep(RETRY_S)
            is_told = await self.refresh()

    async def refresh(self) -> bool:
        """Take over GLPI's list; False when GLPI does not answer: what we have stays, and grows older."""
        try:
            reply = await self._s.toolbox.call("glpi_list_categories", {}, deadline_s=ASK_S)
        except WidipError as error:
            logger.warning("categories_not_refreshed", code=error.code)
            return False
        found = [Category(category_id=row["category_id"], name=row["name"]) for row in reply.data["categories"]]
        await self._s.database.write(partial(_replace, found, self._s.clock()))
        return True


def _replace(found: Sequence[Category], now: datetime, connection: sa.Connection) -> None:
    connection.execute(categories.delete())
    rows = [{"category_id": one.category_id, "name": one.name, "seen_at": now} for one in found]
    if rows:
        connection.execute(categories.insert(), rows)
