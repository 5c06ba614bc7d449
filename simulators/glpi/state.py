"""Everything one GLPI remembers, and its switches."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from simulators.glpi.text import Version, to_real, to_stored

Row = dict[str, Any]

FULL_VERSION: dict[Version, str] = {"9.5": "9.5.13", "10.0": "10.0.19", "11.0": "11.0.2"}
PRIORITIES = ((1, 1, 2, 2, 2), (1, 2, 2, 3, 3), (2, 2, 3, 4, 4), (2, 3, 4, 4, 5), (3, 4, 5, 5, 5))
CRON, CRON_NAME = 0, "cron_mailgate"
DATE_FORMAT = "%Y-%m-%d %H:%M:%S"


@dataclass
class Session:
    """One login; it outlives the disabling of its user."""

    token: str
    user_id: int
    profile_id: int
    entity_id: int


class GlpiState:
    """Tables are dicts of rows by id; text in them is as GLPI stores it (see `real`)."""

    def __init__(
        self, *, version: Version, user_tokens: dict[str, int], app_token: str, clock: Callable[[], datetime]
    ) -> None:
        self.version: Version = version
        self.user_tokens = user_tokens
        self.app_token = app_token
        self.clock = clock
        self.sessions: dict[str, Session] = {}
        self.passwords: dict[int, str] = {}
        self._last_ids: dict[str, int] = {}
        self._create_tables()
        # Switches.
        self.maintenance = False
        self.api_enabled = True
        self.ip_allowed = True
        self.credentials_login = False
        self.notifications = True
        self.solutions_wait = True
        self.queue_mode: Literal["cli", "internal"] = "cli"
        self.webhook_mode: Literal["cli", "internal"] = "internal"
        # Settings.
        self.list_limit = 20
        self.smtp: tuple[str, int] | None = None
        self.smtp_max_retries = 5
        self.smtp_retry_minutes = 5
        self.mail_delay_s = 0
        self.queue_lock = asyncio.Lock()
        self.webhook_timeout_s = 5.0
        self.webhook_lock = asyncio.Lock()
        self.unix_clock: Callable[[], float] = time.time
        self.instance_uuid = "sim0glpi0uuid"
        self.mail_host = "glpi.example"
        self.mail_sender = "glpi@widip.example"

    def _create_tables(self) -> None:
        self.tickets: dict[int, Row] = {}
        self.followups: dict[int, Row] = {}
        self.solutions: dict[int, Row] = {}
        self.tasks: dict[int, Row] = {}
        self.ticket_users: dict[int, Row] = {}
        self.users: dict[int, Row] = {}
        self.emails: dict[int, Row] = {}
        self.profile_users: dict[int, Row] = {}
        self.categories: dict[int, Row] = {}
        self.entities: dict[int, Row] = {}
        self.queued: dict[int, Row] = {}
        self.logs: dict[int, Row] = {}
        self.documents: dict[int, Row] = {}
        self.document_items: dict[int, Row] = {}
        self.files: dict[int, bytes] = {}
        self.webhooks: dict[int, Row] = {}
        self.queued_webhooks: dict[int, Row] = {}

    def table(self, name: str) -> dict[int, Row]:
        """A table by its attribute name."""
        rows: dict[int, Row] = getattr(self, name)
        return rows

    def insert(self, table: str, row: Row) -> Row:
        """Add a row; its id is the given one (seeding) or the next, never one used before."""
        rows = self.table(table)
        row_id = row.get("id") or self._last_ids.get(table, 0) + 1
        self._last_ids[table] = max(row_id, self._last_ids.get(table, 0))
        rows[row_id] = {**row, "id": row_id}
        return rows[row_id]

    def now(self) -> str:
        """Server-local time as GLPI writes it: no zone, whole seconds."""
        return self.clock().strftime(DATE_FORMAT)

    def stored(self, text: str) -> str:
        """Text as a column of this version holds it."""
        return to_stored(self.version, text)

    def real(self, value: Any) -> Any:
        """A column's value as a person reads it."""
        return to_real(self.version, value) if isinstance(value, str) else value

    def log(
        self,
        who: int,
        item: tuple[str, int],
        *,
        action: int,
        option: int = 0,
        old: Any = "",
        new: Any = "",
        link: str = "",
    ) -> Row:
        """One history row of `item`, signed by the account that really acts; the cron has a name and no number."""
        row = {
            "itemtype": item[0],
            "items_id": item[1],
            "itemtype_link": link,
            "linked_action": action,
            "user_name": f"{self.users[who]['name']} ({who})" if who in self.users else CRON_NAME,
            "date_mod": self.now(),
            "id_search_option": option,
            "old_value": "" if old is None else str(old)[:255],
            "new_value": "" if new is None else str(new)[:255],
        }
        return self.insert("logs", row)

    def actors(self, ticket_id: int, kind: int | None = None) -> list[Row]:
        """Ticket_User rows of a ticket: 1 requester, 2 assigned, 3 observer."""
        rows = (row for row in self.ticket_users.values() if row["tickets_id"] == ticket_id)
        return [row for row in rows if kind in (None, row["type"])]

    def default_email(self, user_id: int) -> str:
        """A user's default address, "" without one."""
        rows = [row for row in self.emails.values() if row["users_id"] == user_id]
        rows.sort(key=lambda row: (-row["is_default"], row["id"]))
        return str(rows[0]["email"]) if rows else ""

    def subtree(self, entity_id: int) -> set[int]:
        """An entity and all those under it."""
        found = {entity_id}
        for row in sorted(self.entities.values(), key=lambda row: int(row["level"])):
            if row["id"] and row["entities_id"] in found:
                found.add(row["id"])
        return found
