"""Instants: a clock, and a column that holds one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


class Instant(sa.TypeDecorator[datetime]):
    """Aware UTC in and out: SQLite keeps no zone, PostgreSQL answers in the zone of its server."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
