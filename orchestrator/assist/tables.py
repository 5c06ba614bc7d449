"""What Assist keeps: tickets to look at, what they ask, who confirmed and approved what, what is switched on."""

from __future__ import annotations

import sqlalchemy as sa

from orchestrator.tables import metadata
from shared.instant import Instant

_instant = Instant()

glpi_delivery = sa.Table(
    "glpi_delivery",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True, comment="what every repeat of a signed delivery shares"),
    sa.Column("received_at", _instant, nullable=False, index=True),
)

glpi_cursor = sa.Table(
    "glpi_cursor",
    metadata,
    sa.Column("name", sa.String(16), primary_key=True),
    sa.Column("position", sa.JSON, nullable=False, comment="where reading what changed in GLPI stands"),
)

ticket = sa.Table(
    "assist_ticket",
    metadata,
    sa.Column("ticket_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hinted_at", _instant, nullable=False, comment="the newest hint that something changed"),
    sa.Column("looked_at", _instant, nullable=True, comment="the hint that the last look had seen"),
    sa.Column("due_at", _instant, nullable=True, index=True, comment="when a look that failed is tried again"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="looks in a row that failed"),
    sa.Column("history", sa.JSON, nullable=False, comment="how much of GLPI's history was seen"),
    sa.Column("texts", sa.JSON, nullable=False, comment="which of its texts were read: key and digest"),
    sa.Column("work", sa.Boolean, nullable=False, comment="a workflow looks at it now"),
    sa.Column("work_no", sa.Integer, nullable=False, comment="how many looks were started"),
)

request = sa.Table(
    "request",
    metadata,
    sa.Column("key", sa.String(48), primary_key=True, comment="ticket, text and number: the stem of its writes' keys"),
    sa.Column("ticket_id", sa.Integer, nullable=False, index=True),
    sa.Column("text_key", sa.String(80), nullable=False, comment="the text that asks it, and its digest"),
    sa.Column("texts", sa.JSON, nullable=False, comment="every text that it was read from: key and digest"),
    sa.Column("number", sa.Integer, nullable=False, comment="a text may ask several things"),
    sa.Column("plan", sa.String(24), nullable=False),
    sa.Column("asked", sa.JSON, nullable=False, comment="what was read, as a Request"),
    sa.Column("author_id", sa.Integer, nullable=True, comment="the GLPI account that wrote it, by GLPI's history"),
    sa.Column("site", sa.String(32), nullable=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("code", sa.String(40), nullable=False, comment="why it is in this state"),
    sa.Column("action", sa.JSON, nullable=True, comment="what exactly would be or was done, as an Action"),
    sa.Column("digest", sa.String(64), nullable=True, comment="of that: what is confirmed and approved"),
    sa.Column("kept", sa.JSON, nullable=False, comment="by effect: what was decided before the first try to write it"),
    sa.Column("done", sa.JSON, nullable=False, comment="the effects that are there, in order, for people"),
    sa.Column("created_at", _instant, nullable=False, index=True),
    sa.Column("settled_at", _instant, nullable=True, comment="when nothing but our work was missing"),
    sa.Column("closed_at", _instant, nullable=True, index=True),
    sa.Column("work", sa.Boolean, nullable=False, comment="a workflow is on it now"),
    sa.Column("work_no", sa.Integer, nullable=False),
    sa.Column("due_at", _instant, nullable=True, index=True, comment="when the clock has something for it"),
    sa.Column("waits_for", sa.String(16), nullable=False, comment="the system that it waits for"),
    sa.Column("attempts", sa.Integer, nullable=False, comment="works in a row that had to wait"),
    sa.UniqueConstraint("ticket_id", "text_key", "number"),
)

confirmation = sa.Table(
    "confirmation",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("request_key", sa.String(48), sa.ForeignKey("request.key"), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False, comment="of the action that it confirms"),
    sa.Column("account_guid", sa.String(36), nullable=False, comment="whose address it was sent to"),
    sa.Column("recipient", sa.String(320), nullable=False),
    sa.Column("expires_at", _instant, nullable=False, index=True),
    sa.Column("confirmed_at", _instant, nullable=True),
    sa.Column("refused_at", _instant, nullable=True, comment="the person said: it was not me"),
    sa.UniqueConstraint("request_key", "digest"),
)

approval = sa.Table(
    "approval",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("request_key", sa.String(48), sa.ForeignKey("request.key"), nullable=False, index=True),
    sa.Column("digest", sa.String(64), nullable=False, comment="of the action that it allows"),
    sa.Column("code", sa.String(40), nullable=False, comment="why policy asks for it"),
    sa.Column("state", sa.String(16), nullable=False, comment="open, approved, rejected, expired, void"),
    sa.Column("identity", sa.JSON, nullable=False, comment="who asks and what proves it, as an Identity"),
    sa.Column("barred_ids", sa.JSON, nullable=False, comment="GLPI accounts that must not decide: author, editors…"),
    sa.Column("barred_guids", sa.JSON, nullable=False, comment="directory accounts that must not decide"),
    sa.Column("created_at", _instant, nullable=False),
    sa.Column("expires_at", _instant, nullable=False, index=True),
    sa.Column("decided_at", _instant, nullable=True),
    sa.Column("decided_by", sa.String(64), nullable=False, comment="the operator's name"),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.UniqueConstraint("request_key", "digest"),
)

switch = sa.Table(
    "switch",
    metadata,
    sa.Column("plan", sa.String(24), primary_key=True),
    sa.Column("site", sa.String(32), primary_key=True, comment="a site's code, * for all, ? for none known"),
    sa.Column("mode", sa.String(8), nullable=False, comment="off, suggest, on"),
    sa.Column("changed_at", _instant, nullable=False),
    sa.Column("changed_by", sa.String(64), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
)

account_write = sa.Table(
    "account_write",
    metadata,
    sa.Column("request_key", sa.String(48), primary_key=True, comment="one for each request that was let through"),
    sa.Column("plan", sa.String(24), nullable=False),
    sa.Column("account", sa.String(64), nullable=False, comment="objectGUID, or the login of a new account"),
    sa.Column("site", sa.String(32), nullable=True),
    sa.Column("at", _instant, nullable=False, index=True),
)
