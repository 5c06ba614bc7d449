"""Numbers that are given once; indexes for what the desk does by itself, however many tickets it keeps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    if op.get_bind().dialect.name == "sqlite":
        for table in ("history", "outbox", "photos"):  # nothing refers to them
            with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
                pass
    op.drop_index("ix_analysis_sessions_expires_at", "analysis_sessions")
    _create_index("ix_analysis_sessions_unused", "analysis_sessions", "expires_at", where="state != 'used'")
    _create_index("ix_outbox_failed", "outbox", "id", where="state = 'failed'")
    over = "status = 'closed' OR deleted_at IS NOT NULL"
    op.execute(f"UPDATE tickets SET glpi_changed_at = created_at WHERE glpi_changed_at IS NULL AND ({over})")  # noqa: S608
    _create_index("ix_tickets_over", "tickets", "glpi_changed_at", where=over)
    _create_index(
        "ix_tickets_open",
        "tickets",
        "email",
        where="status != 'closed' AND deleted_at IS NULL AND glpi_ticket_id IS NOT NULL",
    )


def _create_index(name: str, table: str, column: str, *, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
