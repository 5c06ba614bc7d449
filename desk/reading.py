"""One ticket as GLPI has it now, in our words. Texts come as plain text: the GLPI server takes their markup off."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from desk.fields import status_from_glpi
from desk.services import Services
from shared.errors import NotFound

READ_S = 20.0
PAGE, MAX_PAGES = 100, 5
NAMES_KEPT = timedelta(minutes=10)
_MARK = re.compile(r"\n*Réf\. WIDIP-[0-9a-f]{16}\s*\Z")
"""What the GLPI server puts under a text so that it can be found again."""

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fresh:
    """What was read. fields: those of fields.PULLED that GLPI told; entries: public ones only, oldest first.

    merged_into: GLPI's number of the ticket that this one, now in the bin, was merged into.
    """

    fields: Facts
    changed_at: datetime | None
    is_deleted: bool
    is_cut: bool
    technicians: list[str]
    entries: list[Facts]
    merged_into: int | None = None


class Reader:
    """Reads tickets through the GLPI server."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._names: dict[int, tuple[datetime, str]] = {}

    async def read(self, glpi_ticket_id: int) -> Fresh | None:
        """The ticket; None when GLPI has it no more. Raises WidipError when it cannot be read."""
        try:
            found = await self._call("glpi_get_ticket_info", {"ticket_id": glpi_ticket_id})
        except NotFound:
            return None
        status = status_from_glpi(found.get("status"))
        fields = {
            "title": found["title"],
            "description": _MARK.sub("", found["content"]),
            "category": found.get("category"),
            "priority": found["priority"],
            **({"status": status.value} if status else {}),
        }
        changed_at = datetime.fromisoformat(found["changed_at"]) if found.get("changed_at") else None
        technicians = [name for number in found["technician_ids"] if (name := await self._name(number))]
        entries = await self._read_entries(glpi_ticket_id, set(found["requester_ids"]))
        return Fresh(
            fields,
            changed_at,
            is_deleted=bool(found.get("deleted")),
            is_cut=bool(found.get("truncated")),
            technicians=technicians,
            entries=entries,
            merged_into=found.get("merged_into"),
        )

    async def _read_entries(self, glpi_ticket_id: int, requesters: set[int]) -> list[Facts]:
        told: list[Facts] = []
        ours: int | None = None
        start: int | None = 0
        for _page in range(MAX_PAGES):
            asked = {"ticket_id": glpi_ticket_id, "start": start, "limit": PAGE, "public_only": True}
            page = await self._call("glpi_get_ticket_timeline", asked)
            if ours is None:
                ours = _creator(page["history"])
            told += page["entries"]
            start = page.get("next_start")
            if start is None:
                break
        by_requester = requesters | ({ours} if ours is not None else set())
        return [_entry(row, is_ours=row["author_id"] == ours, by_requester=by_requester) for row in told]

    async def _name(self, user_id: int) -> str:
        """A technician's name; empty for an account that is gone."""
        now = self._s.clock()
        known = self._names.get(user_id)
        if known is None or now - known[0] > NAMES_KEPT:
            found = (await self._call("glpi_get_glpi_user", {"user_id": user_id}))["users"]
            name = f"{found[0]['firstname']} {found[0]['lastname']}".strip() if found else ""
            known = self._names[user_id] = (now, name)
        return known[1]

    async def _call(self, tool: str, arguments: Facts) -> Facts:
        return (await self._s.toolbox.call(tool, arguments, deadline_s=READ_S)).data


def _creator(history: list[Mapping[str, Any]]) -> int | None:
    """Our own GLPI account: the one that created our ticket."""
    return next((line.get("author_id") for line in history if line["action"] == "created" and not line["field"]), None)


def _entry(row: Mapping[str, Any], *, is_ours: bool, by_requester: set[int]) -> Facts:
    return {
        "kind": row["kind"],
        "entry_id": row["entry_id"],
        "at": row.get("at"),
        "by": "requester" if row["author_id"] in by_requester else "technician",
        "is_ours": is_ours,
        "text": _MARK.sub("", row["text"]),
        "is_cut": bool(row.get("truncated")),
    }
