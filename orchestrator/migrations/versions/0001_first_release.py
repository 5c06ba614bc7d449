"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

instant = sa.DateTime(timezone=True)
NEW = sa.text("admitted_at IS NULL")


def upgrade() -> None:
    """To this version."""
    _create_delivery()
    _create_incident()
    _create_journal()
    _create_run()
    _create_unusable_delivery()
    _create_alert()


def _create_delivery() -> None:
    op.create_table(
        "delivery",
        sa.Column("key", sa.String(length=64), nullable=False, comment="digest of the dedup key"),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="ALERT, REMINDER, RECOVER, SYSLOG"),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("at", instant, nullable=False, comment="when Observium queued it"),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False, comment="how often it was delivered"),
        sa.Column("source", sa.String(length=16), nullable=False, comment="webhook, or poll: found by reconciliation"),
        sa.Column("admitted_at", instant, nullable=True, comment="when incidents took notice of it"),
        sa.Column("outcome", sa.String(length=24), nullable=False, comment="what it changed"),
        sa.Column("incident_key", sa.String(length=64), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_delivery_alert", "delivery", ["instance", "alert_id"])
    op.create_index("ix_delivery_new", "delivery", ["received_at"], sqlite_where=NEW, postgresql_where=NEW)
    op.create_index("ix_delivery_received_at", "delivery", ["received_at"])


def _create_incident() -> None:
    op.create_table(
        "incident",
        sa.Column("key", sa.String(length=64), nullable=False, comment="from the delivery that opened it"),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="site, or storm: the parent of many"),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_key", sa.String(length=64), nullable=True, comment="the storm that it is part of"),
        sa.Column("opened_at", instant, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="1, and one more for each time it came back"),
        sa.Column("round_at", instant, nullable=False, comment="when this round began; deadlines run from here"),
        sa.Column("ticket_id", sa.Integer(), nullable=True, comment="its own ticket"),
        sa.Column("ticket_checked_at", instant, nullable=False, comment="when GLPI was last asked about the ticket"),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("diagnosed_at", instant, nullable=True, comment="when the team was told the verdict so far"),
        sa.Column("settled_at", instant, nullable=True, comment="when the verdict was confirmed or corrected"),
        sa.Column("noted_at", instant, nullable=True, comment="when changes were last written on the ticket"),
        sa.Column("told", sa.JSON(), nullable=False, comment="who was written to"),
        sa.Column("closed_at", instant, nullable=True),
        sa.Column("closed_why", sa.String(length=24), nullable=False),
        sa.Column(
            "kept", sa.JSON(), nullable=False, comment="by effect: what was decided before the first try to write it"
        ),
        sa.Column("work", sa.String(length=16), nullable=True, comment="what a workflow is doing for it now"),
        sa.Column("work_no", sa.Integer(), nullable=False, comment="how many works were started"),
        sa.Column("work_at", instant, nullable=True),
        sa.Column("due_at", instant, nullable=True, comment="when the clock has something for it"),
        sa.Column(
            "waits_for", sa.String(length=16), nullable=False, comment="glpi: until it is back; person: a run failed"
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="works in a row that had to wait"),
        sa.Column("next_try_at", instant, nullable=False, comment="when it waits for GLPI: not before"),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_incident_closed_at", "incident", ["closed_at"])
    op.create_index("ix_incident_device", "incident", ["device_id", "round_at"])
    op.create_index("ix_incident_due_at", "incident", ["due_at"])
    op.create_index("ix_incident_opened_at", "incident", ["opened_at"])
    op.create_index("ix_incident_parent_key", "incident", ["parent_key"])
    op.create_index("ix_incident_site", "incident", ["site", "round_at"])


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_journal_run_id", "journal", ["run_id"])


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column(
            "id",
            sa.String(length=80),
            nullable=False,
            comment="of an incident: its key, with the number of the round or work",
        ),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("incident_key", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False, comment="running, done, waiting, failed"),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_run_incident_key", "run", ["incident_key"])
    op.create_index("ix_run_started_at", "run", ["started_at"])


def _create_unusable_delivery() -> None:
    op.create_table(
        "unusable_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False, comment="the sender's address"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="redacted and cut"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unusable_delivery_received_at", "unusable_delivery", ["received_at"])


def _create_alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False, comment="Observium's: one per checker and entity"),
        sa.Column("incident_key", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False, comment="the delivery that raised it"),
        sa.Column("seen_at", instant, nullable=False, comment="when we first heard of it"),
        sa.Column("changed_at", instant, nullable=False, comment="when we last heard that it failed or recovered"),
        sa.Column("failed_at", instant, nullable=False, comment="by Observium's clock"),
        sa.Column("recovered_at", instant, nullable=True, comment="by Observium's clock"),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("flaps", sa.Integer(), nullable=False, comment="how often it failed again"),
        sa.Column("missed", sa.Integer(), nullable=False, comment="polls in a row that did not list it any more"),
        sa.Column("told", sa.String(length=40), nullable=False, comment="what of it stands on the ticket"),
        sa.ForeignKeyConstraint(["incident_key"], ["incident.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("instance", "alert_id", "incident_key"),
    )
    op.create_index("ix_alert_incident_key", "alert", ["incident_key"])
