"""The operator console: sessions, tries to sign in, the chained audit, and indexes for searching."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """To this version."""
    _create_sessions()
    _create_audit()
    op.add_column(
        "unusable_delivery",
        sa.Column(
            "replayed_at", instant, nullable=True, comment="when an operator had it read once more, and it could be"
        ),
    )
    op.create_index("ix_run_state", "run", ["state", "started_at"])
    op.create_index("ix_journal_at", "journal", ["at", "id"])
    op.create_index("ix_journal_kind", "journal", ["kind", "at"])
    op.create_index("ix_request_closed_at", "request", ["closed_at"])


def _create_sessions() -> None:
    op.create_table(
        "operator_session",
        sa.Column("id", sa.String(length=64), nullable=False, comment="SHA-256 of the cookie"),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False, comment="password, oidc"),
        sa.Column(
            "password_digest",
            sa.String(length=64),
            nullable=False,
            comment="of the hash that was good; a new one ends it",
        ),
        sa.Column("signed_in_at", instant, nullable=False),
        sa.Column("seen_at", instant, nullable=False),
        sa.Column("expires_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_operator_session_operator", "operator_session", ["operator"])
    op.create_index("ix_operator_session_expires_at", "operator_session", ["expires_at"])
    op.create_table(
        "operator_sign_in_try",
        sa.Column("name_digest", sa.String(length=64), nullable=False, comment="SHA-256 of the name, known or not"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="wrong ones in a row"),
        sa.Column("last_at", instant, nullable=False),
        sa.Column("locked_until", instant, nullable=True),
        sa.PrimaryKeyConstraint("name_digest"),
    )
    op.create_index("ix_operator_sign_in_try_last_at", "operator_sign_in_try", ["last_at"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False, comment="an operator's name, api-token, workflow"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=120),
            nullable=False,
            comment="what it was done to: a run, an approval, a switch",
        ),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False, comment="hash of the line before"),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="of this line and `previous`"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_at", "audit", ["at", "id"])
    op.create_index("ix_audit_actor", "audit", ["actor", "at"])
    op.create_index("ix_audit_kind", "audit", ["kind", "at"])
    op.create_index("ix_audit_subject", "audit", ["subject", "at"])
