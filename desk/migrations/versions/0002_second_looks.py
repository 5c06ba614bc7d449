"""Which of a ticket's texts a signed-in person wrote; what the model adds to a summary."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column(
        "own_texts",
        sa.Column(
            "key", sa.String(length=24), nullable=True, comment="description, followup:17; empty until GLPI has it"
        ),
    )
    op.add_column(
        "own_texts",
        sa.Column("entry_id", sa.Integer(), nullable=True, comment="of the outbox, which tells GLPI this followup"),
    )
    op.add_column(
        "analysis_sessions",
        sa.Column("refined", sa.JSON(), nullable=True, comment="the summary with what the model adds"),
    )
