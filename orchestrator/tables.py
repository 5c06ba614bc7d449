"""The orchestrator's own tables. DBOS keeps its own beside them, in the same database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


class Instant(sa.TypeDecorator[datetime]):
    """Aware UTC in and out: SQLite keeps no zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To the database."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """From the database."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


_instant = Instant()

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="digest of the dedup key"),
    sa.Column("instance", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="ALERT, REMINDER, RECOVER, SYSLOG"),
    sa.Column("alert_id", sa.BigInteger, nullable=False),
    sa.Column("received_at", _instant, nullable=False, index=True),
    sa.Column("times", sa.Integer, nullable=False, comment="how often it was delivered"),
    sa.Column("body", sa.JSON, nullable=False),
)

unusable_delivery = sa.Table(
    "unusable_delivery",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("received_at", _instant, nullable=False, index=True),
    sa.Column("source", sa.String(64), nullable=False, comment="the sender's address"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False, comment="redacted and cut"),
)

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("instance", sa.String(64), nullable=False),
    sa.Column("alert_id", sa.BigInteger, nullable=False),
    sa.Column("delivery_key", sa.String(64), nullable=False, unique=True),
    sa.Column("site", sa.String(32), nullable=True),
    sa.Column("device_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(24), nullable=False, comment="open, waiting_for_glpi, notified, failed"),
    sa.Column("ticket_id", sa.Integer, nullable=True),
    sa.Column("email_id", sa.Integer, nullable=True),
    sa.Column("verdict", sa.JSON, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False, comment="runs after the first, once GLPI was back"),
    sa.Column("next_try_at", _instant, nullable=False, comment="when it waits: not before"),
    sa.Column("kept", sa.JSON, nullable=False, comment="by effect: what was decided before the first try to write it"),
    sa.Column("opened_at", _instant, nullable=False, index=True),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True, comment="the workflow's id"),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, comment="running, done, waiting, failed"),
    sa.Column("started_at", _instant, nullable=False, index=True),
    sa.Column("ended_at", _instant, nullable=True),
    sa.Column("summary", sa.JSON, nullable=False),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.String(80), nullable=False, index=True),
    sa.Column("at", _instant, nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
)
