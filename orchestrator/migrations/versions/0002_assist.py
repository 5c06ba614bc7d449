"""What Assist keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """To this version."""
    _create_request()
    _create_account_write()
    _create_assist_ticket()
    _create_glpi_cursor()
    _create_glpi_delivery()
    _create_switch()
    _create_approval()
    _create_confirmation()


def _create_account_write() -> None:
    op.create_table(
        "account_write",
        sa.Column(
            "request_key", sa.String(length=48), nullable=False, comment="one for each request that was let through"
        ),
        sa.Column("plan", sa.String(length=24), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False, comment="objectGUID, or the login of a new account"),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.Column("at", instant, nullable=False),
        sa.PrimaryKeyConstraint("request_key"),
    )
    op.create_index("ix_account_write_at", "account_write", ["at"])


def _create_assist_ticket() -> None:
    op.create_table(
        "assist_ticket",
        sa.Column("ticket_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hinted_at", instant, nullable=False, comment="the newest hint that something changed"),
        sa.Column("looked_at", instant, nullable=True, comment="the hint that the last look had seen"),
        sa.Column("due_at", instant, nullable=True, comment="when a look that failed is tried again"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="looks in a row that failed"),
        sa.Column("history", sa.JSON(), nullable=False, comment="how much of GLPI's history was seen"),
        sa.Column("texts", sa.JSON(), nullable=False, comment="which of its texts were read: key and digest"),
        sa.Column("work", sa.Boolean(), nullable=False, comment="a workflow looks at it now"),
        sa.Column("work_no", sa.Integer(), nullable=False, comment="how many looks were started"),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    op.create_index("ix_assist_ticket_due_at", "assist_ticket", ["due_at"])


def _create_glpi_cursor() -> None:
    op.create_table(
        "glpi_cursor",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("position", sa.JSON(), nullable=False, comment="where reading what changed in GLPI stands"),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_glpi_delivery() -> None:
    op.create_table(
        "glpi_delivery",
        sa.Column("key", sa.String(length=64), nullable=False, comment="what every repeat of a signed delivery shares"),
        sa.Column("received_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_glpi_delivery_received_at", "glpi_delivery", ["received_at"])


def _create_request() -> None:
    op.create_table(
        "request",
        sa.Column(
            "key", sa.String(length=48), nullable=False, comment="ticket, text and number: the stem of its writes' keys"
        ),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("text_key", sa.String(length=80), nullable=False, comment="the text that asks it, and its digest"),
        sa.Column("texts", sa.JSON(), nullable=False, comment="every text that it was read from: key and digest"),
        sa.Column("number", sa.Integer(), nullable=False, comment="a text may ask several things"),
        sa.Column("plan", sa.String(length=24), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False, comment="what was read, as a Request"),
        sa.Column(
            "author_id", sa.Integer(), nullable=True, comment="the GLPI account that wrote it, by GLPI's history"
        ),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False, comment="why it is in this state"),
        sa.Column("action", sa.JSON(), nullable=True, comment="what exactly would be or was done, as an Action"),
        sa.Column("digest", sa.String(length=64), nullable=True, comment="of that: what is confirmed and approved"),
        sa.Column(
            "kept", sa.JSON(), nullable=False, comment="by effect: what was decided before the first try to write it"
        ),
        sa.Column("done", sa.JSON(), nullable=False, comment="the effects that are there, in order, for people"),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("settled_at", instant, nullable=True, comment="when nothing but our work was missing"),
        sa.Column("closed_at", instant, nullable=True),
        sa.Column("work", sa.Boolean(), nullable=False, comment="a workflow is on it now"),
        sa.Column("work_no", sa.Integer(), nullable=False),
        sa.Column("due_at", instant, nullable=True, comment="when the clock has something for it"),
        sa.Column("waits_for", sa.String(length=16), nullable=False, comment="the system that it waits for"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="works in a row that had to wait"),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("ticket_id", "text_key", "number"),
    )
    op.create_index("ix_request_created_at", "request", ["created_at"])
    op.create_index("ix_request_due_at", "request", ["due_at"])
    op.create_index("ix_request_state", "request", ["state"])
    op.create_index("ix_request_ticket_id", "request", ["ticket_id"])


def _create_switch() -> None:
    op.create_table(
        "switch",
        sa.Column("plan", sa.String(length=24), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=False, comment="a site's code, * for all, ? for none known"),
        sa.Column("mode", sa.String(length=8), nullable=False, comment="off, suggest, on"),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("plan", "site"),
    )


def _create_approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_key", sa.String(length=48), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of the action that it allows"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="why policy asks for it"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="open, approved, rejected, expired, void"),
        sa.Column("identity", sa.JSON(), nullable=False, comment="who asks and what proves it, as an Identity"),
        sa.Column(
            "barred_ids", sa.JSON(), nullable=False, comment="GLPI accounts that must not decide: author, editors…"
        ),
        sa.Column("barred_guids", sa.JSON(), nullable=False, comment="directory accounts that must not decide"),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("decided_at", instant, nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=False, comment="the operator's name"),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["request_key"], ["request.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_key", "digest"),
    )
    op.create_index("ix_approval_expires_at", "approval", ["expires_at"])
    op.create_index("ix_approval_request_key", "approval", ["request_key"])


def _create_confirmation() -> None:
    op.create_table(
        "confirmation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_key", sa.String(length=48), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of the action that it confirms"),
        sa.Column("account_guid", sa.String(length=36), nullable=False, comment="whose address it was sent to"),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("confirmed_at", instant, nullable=True),
        sa.Column("refused_at", instant, nullable=True, comment="the person said: it was not me"),
        sa.ForeignKeyConstraint(["request_key"], ["request.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request_key", "digest"),
    )
    op.create_index("ix_confirmation_expires_at", "confirmation", ["expires_at"])
    op.create_index("ix_confirmation_request_key", "confirmation", ["request_key"])
