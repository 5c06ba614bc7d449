"""Deliveries: kept before they are answered, all that wait in one commit, once each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from orchestrator.proactif.alerts import Alert
from orchestrator.tables import delivery
from shared.database import Database
from shared.logs import get_logger

logger = get_logger("intake")


class Intake:
    """Where webhooks and reconciliation leave what they were told. `poke` is called once something new is kept."""

    def __init__(self, database: Database, *, instance: str, poke: Callable[[], None]) -> None:
        self._database = database
        self._instance = instance
        self._poke = poke

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
        await self._database.write(lambda connection: _insert(connection, row), first=True)
        logger.info("delivery", alert_id=alert.alert_id, kind=alert.kind.value, source=source, key=row["key"])
        self._poke()


def _insert(connection: sa.Connection, row: dict[str, Any]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(delivery).values(**row)
    again = {"times": delivery.c.times + 1}
    connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))
