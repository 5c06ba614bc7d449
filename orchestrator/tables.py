"""The orchestrator's own tables. DBOS keeps its own beside them, in the same database."""

from __future__ import annotations

import sqlalchemy as sa

from shared.instant import Instant

metadata = sa.MetaData()
_instant = Instant()

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="digest of the dedup key"),
    sa.Column("instance", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, comment="ALERT, REMINDER, RECOVER, SYSLOG"),
    sa.Column("alert_id", sa.BigInteger, nullable=False),
    sa.Column("at", _instant, nullable=False, comment="when Observium queued it"),
    sa.Column("received_at", _instant, nullable=False, index=True),
    sa.Column("times", sa.Integer, nullable=False, comment="how often it was delivered"),
    sa.Column("source", sa.String(16), nullable=False, comment="webhook, or poll: found by reconciliation"),
    sa.Column("admitted_at", _instant, nullable=True, comment="when incidents took notice of it"),
    sa.Column("outcome", sa.String(24), nullable=False, comment="what it changed"),
    sa.Column("incident_key", sa.String(64), nullable=True),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Index("ix_delivery_alert", "instance", "alert_id"),
)
sa.Index(
    "ix_delivery_new",
    delivery.c.received_at,
    sqlite_where=delivery.c.admitted_at.is_(None),
    postgresql_where=delivery.c.admitted_at.is_(None),
)

unusable_delivery = sa.Table(
    "unusable_delivery",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("received_at", _instant, nullable=False, index=True),
    sa.Column("source", sa.String(64), nullable=False, comment="the sender's address"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False, comment="redacted and cut"),
    sa.Column(
        "replayed_at", _instant, nullable=True, comment="when an operator had it read once more, and it could be"
    ),
)

incident = sa.Table(
    "incident",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="from the delivery that opened it"),
    sa.Column("kind", sa.String(8), nullable=False, comment="site, or storm: the parent of many"),
    sa.Column("instance", sa.String(64), nullable=False),
    sa.Column("site", sa.String(32), nullable=True),
    sa.Column("device_id", sa.BigInteger, nullable=False),
    sa.Column("parent_key", sa.String(64), nullable=True, index=True, comment="the storm that it is part of"),
    sa.Column("opened_at", _instant, nullable=False, index=True),
    sa.Column("round", sa.Integer, nullable=False, comment="1, and one more for each time it came back"),
    sa.Column("round_at", _instant, nullable=False, comment="when this round began; deadlines run from here"),
    sa.Column("ticket_id", sa.Integer, nullable=True, comment="its own ticket"),
    sa.Column("ticket_checked_at", _instant, nullable=False, comment="when GLPI was last asked about the ticket"),
    sa.Column("verdict", sa.JSON, nullable=True),
    sa.Column("diagnosed_at", _instant, nullable=True, comment="when the team was told the verdict so far"),
    sa.Column("settled_at", _instant, nullable=True, comment="when the verdict was confirmed or corrected"),
    sa.Column("noted_at", _instant, nullable=True, comment="when changes were last written on the ticket"),
    sa.Column("told", sa.JSON, nullable=False, comment="who was written to"),
    sa.Column("closed_at", _instant, nullable=True, index=True),
    sa.Column("closed_why", sa.String(24), nullable=False),
    sa.Column("kept", sa.JSON, nullable=False, comment="by effect: what was decided before the first try to write it"),
    sa.Column("work", sa.String(16), nullable=True, comment="what a workflow is doing for it now"),
    sa.Column("work_no", sa.Integer, nullable=False, comment="how many works were started"),
    sa.Column("work_at", _instant, nullable=True),
    sa.Column("due_at", _instant, nullable=True, index=True, comment="when the clock has something for it"),
    sa.Column("waits_for", sa.String(16), nullable=False, comment="glpi: until it is back; person: a run failed"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="works in a row that had to wait"),
    sa.Column("next_try_at", _instant, nullable=False, comment="when it waits for GLPI: not before"),
    sa.Index("ix_incident_site", "site", "round_at"),
    sa.Index("ix_incident_device", "device_id", "round_at"),
)

alert = sa.Table(
    "alert",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("instance", sa.String(64), nullable=False),
    sa.Column("alert_id", sa.BigInteger, nullable=False, comment="Observium's: one per checker and entity"),
    sa.Column("incident_key", sa.String(64), sa.ForeignKey("incident.key"), nullable=False, index=True),
    sa.Column("device_id", sa.BigInteger, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False, comment="the delivery that raised it"),
    sa.Column("seen_at", _instant, nullable=False, comment="when we first heard of it"),
    sa.Column("changed_at", _instant, nullable=False, comment="when we last heard that it failed or recovered"),
    sa.Column("failed_at", _instant, nullable=False, comment="by Observium's clock"),
    sa.Column("recovered_at", _instant, nullable=True, comment="by Observium's clock"),
    sa.Column("reminders", sa.Integer, nullable=False),
    sa.Column("flaps", sa.Integer, nullable=False, comment="how often it failed again"),
    sa.Column("missed", sa.Integer, nullable=False, comment="polls in a row that did not list it any more"),
    sa.Column("told", sa.String(40), nullable=False, comment="what of it stands on the ticket"),
    sa.UniqueConstraint("instance", "alert_id", "incident_key"),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column(
        "id", sa.String(80), primary_key=True, comment="of an incident: its key, with the number of the round or work"
    ),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("incident_key", sa.String(64), nullable=True, index=True),
    sa.Column("state", sa.String(16), nullable=False, comment="running, done, waiting, failed"),
    sa.Column("started_at", _instant, nullable=False, index=True),
    sa.Column("ended_at", _instant, nullable=True),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Index("ix_run_state", "state", "started_at"),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.String(80), nullable=False, index=True),
    sa.Column("at", _instant, nullable=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Index("ix_journal_at", "at", "id"),
    sa.Index("ix_journal_kind", "kind", "at"),
)
