"""The desk's own tables. DBOS keeps its own beside them, in the same database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shared.instant import Instant

metadata = sa.MetaData()
_instant = Instant()
EMAIL = 254
GUID = 36
NEVER_AGAIN = True
"""A number names one row for ever: it is in workflows' names, photos' names, and what a client has read up to.

SQLite else gives the numbers of the newest rows again, once they are removed.
"""


def partial_index(rows: sa.ColumnElement[bool]) -> dict[str, Any]:
    """Only these rows, on both databases."""
    return {"sqlite_where": rows, "postgresql_where": rows}


users = sa.Table(
    "users",
    metadata,
    sa.Column("email", sa.String(EMAIL), primary_key=True, comment="lower case, as the directory has it"),
    sa.Column("object_guid", sa.String(GUID), nullable=False, index=True),
    sa.Column("dn", sa.Text, nullable=False),
    sa.Column("display_name", sa.String(256), nullable=False),
    sa.Column("site", sa.String(32), nullable=True),
    sa.Column("seen_at", _instant, nullable=False, comment="when the directory last said so"),
)

sign_in_code = sa.Table(
    "sign_in_code",
    metadata,
    sa.Column("id", sa.String(43), primary_key=True, comment="who asked for the code has this; the code went by mail"),
    sa.Column("email", sa.String(EMAIL), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, comment="keyed; of the code"),
    sa.Column("expires_at", _instant, nullable=False, index=True),
    sa.Column("tries_left", sa.Integer, nullable=False),
)

sign_in = sa.Table(
    "sign_in",
    metadata,
    sa.Column("id", sa.String(43), primary_key=True),
    sa.Column("email", sa.String(EMAIL), nullable=False),
    sa.Column("object_guid", sa.String(GUID), nullable=False),
    sa.Column("method", sa.String(8), nullable=False, comment="code, oidc, header"),
    sa.Column("signed_in_at", _instant, nullable=False),
    sa.Column("expires_at", _instant, nullable=False, index=True),
    sa.Column("ended_at", _instant, nullable=True),
)

categories = sa.Table(
    "categories",
    metadata,
    sa.Column("category_id", sa.Integer, primary_key=True, autoincrement=False, comment="GLPI's"),
    sa.Column("name", sa.String(512), nullable=False, comment="full path"),
    sa.Column("seen_at", _instant, nullable=False, comment="when GLPI last listed it"),
)

analysis_sessions = sa.Table(
    "analysis_sessions",
    metadata,
    sa.Column("id", sa.String(43), primary_key=True),
    sa.Column("email", sa.String(EMAIL), nullable=False, index=True),
    sa.Column("sign_in_id", sa.String(43), nullable=True, comment="empty: nobody was signed in"),
    sa.Column("state", sa.String(16), nullable=False, comment="open, used, cancelled"),
    sa.Column("created_at", _instant, nullable=False),
    sa.Column("expires_at", _instant, nullable=False),
    sa.Column("message", sa.Text, nullable=False, comment="the person's own words, tidied, with the answers"),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("refined", sa.JSON(none_as_null=True), nullable=True, comment="the summary with what the model adds"),
    sa.Column("tries", sa.Integer, nullable=False, comment="1, and one more for each clarification or correction"),
)

is_unused = analysis_sessions.c.state != sa.literal("used", literal_execute=True)
"""What made no ticket: a used session goes with its ticket. Literal, as in the index: a parameter would not fit it."""
sa.Index("ix_analysis_sessions_unused", analysis_sessions.c.expires_at, **partial_index(is_unused))

ticket_number = sa.Table(
    "ticket_number",
    metadata,
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.Integer, nullable=False),
)

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(16), nullable=False, unique=True, comment="TKT-2026-00123"),
    sa.Column("session_id", sa.String(43), nullable=False, unique=True, comment="two clicks make one ticket"),
    sa.Column("email", sa.String(EMAIL), nullable=False),
    sa.Column("is_verified", sa.Boolean, nullable=False, comment="somebody was signed in"),
    sa.Column("site", sa.String(32), nullable=True),
    sa.Column("title", sa.String(256), nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("category_id", sa.Integer, nullable=True),
    sa.Column("category", sa.String(512), nullable=True),
    sa.Column("priority", sa.Integer, nullable=False, comment="1 to 6"),
    sa.Column("status", sa.String(16), nullable=False, comment="new, in_progress, planned, pending, resolved, closed"),
    sa.Column(
        "analysis", sa.JSON, nullable=False, comment="confidence, symptoms, validation, tries: GLPI never changes"
    ),
    sa.Column("ready_for_l1", sa.Boolean, nullable=False),
    sa.Column("created_at", _instant, nullable=False),
    sa.Column("glpi_ticket_id", sa.Integer, nullable=True, unique=True),
    sa.Column("glpi_changed_at", _instant, nullable=True),
    sa.Column("pulled_at", _instant, nullable=True, comment="when GLPI was last read"),
    sa.Column("pull_due_at", _instant, nullable=True, comment="when GLPI is to be read again"),
    sa.Column("timeline", sa.JSON, nullable=False, comment="public followups, tasks and solution, as GLPI had them"),
    sa.Column("technicians", sa.JSON, nullable=False),
    sa.Column("deleted_at", _instant, nullable=True, comment="gone from GLPI, or in its bin"),
    sa.Index("ix_tickets_email", "email", "id"),
    sa.Index("ix_tickets_site", "site", "id"),
)

_CLOSED = sa.literal("closed", literal_execute=True)
is_over = (tickets.c.status == _CLOSED) | tickets.c.deleted_at.is_not(None)
"""GLPI was read then: `glpi_changed_at` is never empty."""
is_open_in_glpi = (tickets.c.status != _CLOSED) & tickets.c.deleted_at.is_(None) & tickets.c.glpi_ticket_id.is_not(None)
sa.Index("ix_tickets_pull_due", tickets.c.pull_due_at, **partial_index(tickets.c.pull_due_at.is_not(None)))
sa.Index("ix_tickets_over", tickets.c.glpi_changed_at, **partial_index(is_over))
sa.Index("ix_tickets_open", tickets.c.email, **partial_index(is_open_in_glpi))

own_texts = sa.Table(
    "own_texts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.Integer, sa.ForeignKey("tickets.id"), nullable=False, index=True),
    sa.Column("sha256", sa.String(64), nullable=False, comment="of the text as it is written to GLPI, UTF-8"),
    sa.Column("email", sa.String(EMAIL), nullable=False),
    sa.Column("object_guid", sa.String(GUID), nullable=False),
    sa.Column("method", sa.String(8), nullable=False),
    sa.Column("signed_in_at", _instant, nullable=False),
    sa.Column("key", sa.String(24), nullable=True, comment="description, followup:17; empty until GLPI has it"),
    sa.Column("entry_id", sa.Integer, nullable=True, comment="of the outbox, which tells GLPI this followup"),
)

photos = sa.Table(
    "photos",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.Integer, sa.ForeignKey("tickets.id"), nullable=False, index=True),
    sa.Column("jpeg", sa.LargeBinary, nullable=False, comment="gone as soon as GLPI has it"),
    sa.Column("created_at", _instant, nullable=False),
    sqlite_autoincrement=NEVER_AGAIN,
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ticket_id", sa.Integer, sa.ForeignKey("tickets.id"), nullable=False, index=True),
    sa.Column("lane", sa.String(EMAIL + 2), nullable=False, comment="the requester: one at a time and in order"),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("arguments", sa.JSON, nullable=False, comment="decided before the first try to write"),
    sa.Column("state", sa.String(16), nullable=False, comment="waiting, started, done, failed"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", _instant, nullable=False),
    sa.Column("next_try_at", _instant, nullable=False),
    sa.Column("done_at", _instant, nullable=True),
    sa.Column("problem", sa.String(256), nullable=False, comment="why the last try came to nothing"),
    sqlite_autoincrement=NEVER_AGAIN,
)
is_failed = outbox.c.state == sa.literal("failed", literal_execute=True)
sa.Index("ix_outbox_undone", outbox.c.lane, outbox.c.id, **partial_index(outbox.c.done_at.is_(None)))
sa.Index("ix_outbox_failed", outbox.c.id, **partial_index(is_failed))

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _instant, nullable=False),
    sa.Column("session_id", sa.String(43), nullable=True, index=True),
    sa.Column("ticket_id", sa.Integer, nullable=True, index=True),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("by", sa.String(EMAIL), nullable=False, comment="an address, glpi, or desk"),
    sa.Column("detail", sa.JSON, nullable=False),
    sqlite_autoincrement=NEVER_AGAIN,
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", _instant, nullable=False),
    sa.Column("session_id", sa.String(43), nullable=False, index=True),
    sa.Column("email", sa.String(EMAIL), nullable=False),
    sa.Column("is_helpful", sa.Boolean, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
