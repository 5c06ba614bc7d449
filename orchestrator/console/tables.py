"""What the console keeps: who is signed in, who tries to, and what operators and effects did."""

from __future__ import annotations

import sqlalchemy as sa

from orchestrator.tables import metadata
from shared.instant import Instant

_instant = Instant()

operator_session = sa.Table(
    "operator_session",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True, comment="SHA-256 of the cookie"),
    sa.Column("operator", sa.String(64), nullable=False, index=True),
    sa.Column("method", sa.String(16), nullable=False, comment="password, oidc"),
    sa.Column("password_digest", sa.String(64), nullable=False, comment="of the hash that was good; a new one ends it"),
    sa.Column("signed_in_at", _instant, nullable=False),
    sa.Column("seen_at", _instant, nullable=False),
    sa.Column("expires_at", _instant, nullable=False, index=True),
)

sign_in_try = sa.Table(
    "operator_sign_in_try",
    metadata,
    sa.Column("name_digest", sa.String(64), primary_key=True, comment="SHA-256 of the name, known or not"),
    sa.Column("tries", sa.Integer, nullable=False, comment="wrong ones in a row"),
    sa.Column("last_at", _instant, nullable=False, index=True),
    sa.Column("locked_until", _instant, nullable=True),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _instant, nullable=False),
    sa.Column("actor", sa.String(64), nullable=False, comment="an operator's name, api-token, workflow"),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.String(120), nullable=False, comment="what it was done to: a run, an approval, a switch"),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False, comment="hash of the line before"),
    sa.Column("hash", sa.String(64), nullable=False, comment="of this line and `previous`"),
    sa.Index("ix_audit_at", "at", "id"),
    sa.Index("ix_audit_actor", "actor", "at"),
    sa.Index("ix_audit_kind", "kind", "at"),
    sa.Index("ix_audit_subject", "subject", "at"),
)
