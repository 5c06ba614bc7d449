"""All tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """To this version."""
    _create_analysis_sessions()
    _create_categories()
    _create_cursors()
    _create_feedback()
    _create_history()
    _create_sign_in()
    _create_sign_in_code()
    _create_ticket_number()
    _create_tickets()
    _create_users()
    _create_outbox()
    _create_own_texts()


def _create_analysis_sessions() -> None:
    op.create_table(
        "analysis_sessions",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("sign_in_id", sa.String(length=43), nullable=True, comment="empty: nobody was signed in"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="open, used, cancelled"),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("message", sa.Text(), nullable=False, comment="the person's own words, tidied, with the answers"),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column(
            "tries", sa.Integer(), nullable=False, comment="1, and one more for each clarification or correction"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_analysis_sessions_email"), "analysis_sessions", ["email"], unique=False)
    op.create_index(op.f("ix_analysis_sessions_expires_at"), "analysis_sessions", ["expires_at"], unique=False)


def _create_categories() -> None:
    op.create_table(
        "categories",
        sa.Column("category_id", sa.Integer(), autoincrement=False, nullable=False, comment="GLPI's"),
        sa.Column("name", sa.String(length=512), nullable=False, comment="full path"),
        sa.Column("seen_at", instant, nullable=False, comment="when GLPI last listed it"),
        sa.PrimaryKeyConstraint("category_id"),
    )


def _create_cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _create_feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("session_id", sa.String(length=43), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_feedback_session_id"), "feedback", ["session_id"], unique=False)


def _create_history() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("session_id", sa.String(length=43), nullable=True),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False, comment="an address, glpi, or desk"),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_history_session_id"), "history", ["session_id"], unique=False)
    op.create_index(op.f("ix_history_ticket_id"), "history", ["ticket_id"], unique=False)


def _create_sign_in() -> None:
    op.create_table(
        "sign_in",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("object_guid", sa.String(length=36), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False, comment="code, oidc, header"),
        sa.Column("signed_in_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sign_in_expires_at"), "sign_in", ["expires_at"], unique=False)


def _create_sign_in_code() -> None:
    op.create_table(
        "sign_in_code",
        sa.Column(
            "id", sa.String(length=43), nullable=False, comment="who asked for the code has this; the code went by mail"
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="keyed; of the code"),
        sa.Column("expires_at", instant, nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sign_in_code_expires_at"), "sign_in_code", ["expires_at"], unique=False)


def _create_ticket_number() -> None:
    op.create_table(
        "ticket_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )


def _create_tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False, comment="TKT-2026-00123"),
        sa.Column("session_id", sa.String(length=43), nullable=False, comment="two clicks make one ticket"),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False, comment="somebody was signed in"),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=256), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=512), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False, comment="1 to 6"),
        sa.Column(
            "status",
            sa.String(length=16),
            nullable=False,
            comment="new, in_progress, planned, pending, resolved, closed",
        ),
        sa.Column(
            "analysis", sa.JSON(), nullable=False, comment="confidence, symptoms, validation, tries: GLPI never changes"
        ),
        sa.Column("ready_for_l1", sa.Boolean(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("glpi_ticket_id", sa.Integer(), nullable=True),
        sa.Column("glpi_changed_at", instant, nullable=True),
        sa.Column("pulled_at", instant, nullable=True, comment="when GLPI was last read"),
        sa.Column("pull_due_at", instant, nullable=True, comment="when GLPI is to be read again"),
        sa.Column(
            "timeline", sa.JSON(), nullable=False, comment="public followups, tasks and solution, as GLPI had them"
        ),
        sa.Column("technicians", sa.JSON(), nullable=False),
        sa.Column("deleted_at", instant, nullable=True, comment="gone from GLPI, or in its bin"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("glpi_ticket_id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("session_id"),
    )
    op.create_index("ix_tickets_email", "tickets", ["email", "id"], unique=False)
    op.create_index(
        "ix_tickets_pull_due",
        "tickets",
        ["pull_due_at"],
        unique=False,
        sqlite_where=sa.text("pull_due_at IS NOT NULL"),
        postgresql_where=sa.text("pull_due_at IS NOT NULL"),
    )
    op.create_index("ix_tickets_site", "tickets", ["site", "id"], unique=False)


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("email", sa.String(length=254), nullable=False, comment="lower case, as the directory has it"),
        sa.Column("object_guid", sa.String(length=36), nullable=False),
        sa.Column("dn", sa.Text(), nullable=False),
        sa.Column("display_name", sa.String(length=256), nullable=False),
        sa.Column("site", sa.String(length=32), nullable=True),
        sa.Column("seen_at", instant, nullable=False, comment="when the directory last said so"),
        sa.PrimaryKeyConstraint("email"),
    )
    op.create_index(op.f("ix_users_object_guid"), "users", ["object_guid"], unique=False)


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=256), nullable=False, comment="the requester: one at a time and in order"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False, comment="decided before the first try to write"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="waiting, started, done, failed"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("next_try_at", instant, nullable=False),
        sa.Column("done_at", instant, nullable=True),
        sa.Column("problem", sa.String(length=256), nullable=False, comment="why the last try came to nothing"),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_outbox_ticket_id"), "outbox", ["ticket_id"], unique=False)
    op.create_index(
        "ix_outbox_undone",
        "outbox",
        ["lane", "id"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )


def _create_own_texts() -> None:
    op.create_table(
        "own_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="of the text as it is written to GLPI, UTF-8"
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("object_guid", sa.String(length=36), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("signed_in_at", instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_own_texts_ticket_id"), "own_texts", ["ticket_id"], unique=False)
