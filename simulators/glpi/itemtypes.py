"""The itemtypes this GLPI knows, each a value: where its rows are and what writes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from simulators.glpi import actors, documents, mail, tickets, timeline, users
from simulators.glpi.call import Call
from simulators.glpi.state import Row


class Delete(Protocol):
    """Removes a row."""

    def __call__(self, call: Call, row: Row, /, *, purge: bool) -> None:
        """Remove it, or only put it into the bin."""


@dataclass(frozen=True)
class Itemtype:
    """None for a write means that nobody can."""

    name: str
    table: str
    create: Callable[[Call, Row], Row] | None = None
    update: Callable[[Call, Row, Row], str] | None = None
    delete: Delete | None = None
    free_create: bool = False
    parent_key: str = ""

    def is_under(self, row: Row, parent_type: str, parent_id: int) -> bool:
        """Whether a row belongs to the parent of a sub-item call."""
        if self.parent_key == "items_id":
            return bool(row["itemtype"] == parent_type and row["items_id"] == parent_id)
        return bool(self.parent_key == f"{parent_type.lower()}s_id" and row[self.parent_key] == parent_id)


_FOLLOWUP = Itemtype(
    "ITILFollowup",
    "followups",
    timeline.create_followup,
    timeline.update_followup,
    timeline.delete_followup,
    parent_key="items_id",
)

ITEMTYPES: dict[str, Itemtype] = {
    "Ticket": Itemtype(
        "Ticket",
        "tickets",
        tickets.create_ticket,
        tickets.update_ticket,
        tickets.delete_ticket,
    ),
    "ITILFollowup": _FOLLOWUP,
    "TicketFollowup": _FOLLOWUP,
    "ITILSolution": Itemtype(
        "ITILSolution",
        "solutions",
        timeline.create_solution,
        timeline.update_solution,
        timeline.delete_solution,
        parent_key="items_id",
    ),
    "TicketTask": Itemtype(
        "TicketTask",
        "tasks",
        timeline.create_task,
        timeline.update_task,
        timeline.delete_task,
        parent_key="tickets_id",
    ),
    "Ticket_User": Itemtype(
        "Ticket_User",
        "ticket_users",
        actors.create_ticket_user,
        actors.update_ticket_user,
        actors.delete_ticket_user,
        parent_key="tickets_id",
    ),
    "User": Itemtype("User", "users", users.create_user, users.update_user, users.delete_user),
    "UserEmail": Itemtype(
        "UserEmail",
        "emails",
        users.create_email,
        users.update_email,
        users.delete_email,
        parent_key="users_id",
    ),
    "Profile_User": Itemtype(
        "Profile_User",
        "profile_users",
        users.create_right,
        users.update_right,
        users.delete_right,
        parent_key="users_id",
    ),
    "QueuedNotification": Itemtype(
        "QueuedNotification",
        "queued",
        mail.create_queued,
        mail.update_queued,
        mail.delete_queued,
        free_create=True,
    ),
    "Document": Itemtype("Document", "documents", documents.create_document),
    "Document_Item": Itemtype("Document_Item", "document_items", parent_key="items_id"),
    "ITILCategory": Itemtype("ITILCategory", "categories"),
    "Entity": Itemtype("Entity", "entities"),
    "Log": Itemtype("Log", "logs", parent_key="items_id"),
}
