"""The mapping between our tickets and GLPI's, field by field, and who is right when both have changed.

title, description     GLPI is right: technicians mend them there
category               GLPI is right, by its path; our analysis keeps what we proposed
status, priority       both may change them; a change of ours that GLPI has not been told yet holds only if GLPI still
                       has the value that it was made from: else GLPI is right, and history says so
requester              ours, and never pulled: it is who was signed in
technicians, solution, followups, tasks, dates     GLPI's, read only
confidence, symptoms, validation, tries            ours, and never pushed but in the private note
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """A ticket's state in the words of the desk's API."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"


GLPIS_WORD = {
    Status.NEW: "new",
    Status.IN_PROGRESS: "assigned",
    Status.PLANNED: "planned",
    Status.PENDING: "pending",
    Status.RESOLVED: "solved",
    Status.CLOSED: "closed",
}
"""1 to 6 of GLPI, in the words of its MCP server."""
_OUR_WORD = {theirs: ours for ours, theirs in GLPIS_WORD.items()}
PULLED = ("title", "description", "category", "status", "priority")
PUSHED = ("status", "priority")


def status_from_glpi(word: str | None) -> Status | None:
    """None for a state that GLPI stored but does not define."""
    return _OUR_WORD.get(word or "")


def to_glpi(field: str, value: Any) -> Any:
    """A value of ours as the server takes it."""
    return GLPIS_WORD[Status(value)] if field == "status" else value
