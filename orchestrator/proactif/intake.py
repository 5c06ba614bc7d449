"""Deliveries: kept before they are answered, all that wait in one commit, once each."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from orchestrator.proactif.alerts import Alert
from orchestrator.tables import delivery
from shared.database import Database
from shared.logs import get_logger

logger = get_logger("intake")

RUSH = 3
RUSH_S = 0.05

Row = dict[str, Any]


class Intake:
    """Where webhooks and reconciliation leave what they were told. `poke` is called once something new is kept.

    One commit at a time; what comes meanwhile goes together into the next.
    """

    def __init__(self, database: Database, *, instance: str, poke: Callable[[], None]) -> None:
        self._database = database
        self._instance = instance
        self._poke = poke
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None
        self._last: deque[float] = deque([0.0] * RUSH, maxlen=RUSH)

    @property
    def is_rushed(self) -> bool:
        """Several came within an instant: whoever has time should let them be answered first."""
        return time.monotonic() - self._last[0] < RUSH_S

    async def store(self, alert: Alert, *, source: str = "webhook") -> None:
        """Keep one delivery; a repeat is counted. Returns after the commit."""
        row = {
            "key": alert.dedup_key(self._instance),
            "instance": self._instance,
            "kind": alert.kind.value,
            "alert_id": alert.alert_id,
            "at": alert.at,
            "received_at": datetime.now(UTC),
            "times": 1,
            "source": source,
            "outcome": "",
            "body": alert.model_dump(mode="json"),
        }
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, kept))
        self._last.append(time.monotonic())
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await kept
        logger.info("delivery", alert_id=alert.alert_id, kind=alert.kind.value, source=source, key=row["key"])

    async def _commit_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                await self._database.write(partial(_insert, [row for row, _ in group]), first=True)
            except sa.exc.SQLAlchemyError:
                await self._commit_each(group)
            for _row, kept in group:
                if not kept.done():
                    kept.set_result(None)
            self._poke()
        self._committing = None

    async def _commit_each(self, group: list[tuple[Row, asyncio.Future[None]]]) -> None:
        """One that the database refuses must not cost the others."""
        for row, kept in group:
            try:
                await self._database.write(partial(_insert, [row]), first=True)
            except sa.exc.SQLAlchemyError as error:
                if not kept.done():
                    kept.set_exception(error)


def _insert(rows: list[Row], connection: sa.Connection) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    again = {"times": delivery.c.times + 1}
    connection.execute(dialect.insert(delivery).on_conflict_do_update(index_elements=["key"], set_=again), rows)
