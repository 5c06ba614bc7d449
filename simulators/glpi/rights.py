"""Profiles, cut down to what the sheet reports (sections 7, 8, 12 and 13)."""

from __future__ import annotations

from dataclasses import dataclass

EVERYTHING = frozenset(
    {
        "Ticket",
        "ITILFollowup",
        "ITILSolution",
        "TicketTask",
        "Ticket_User",
        "User",
        "UserEmail",
        "Profile_User",
        "ITILCategory",
        "Entity",
        "QueuedNotification",
        "Log",
        "Document",
        "Document_Item",
    }
)
TICKET_WORK = frozenset({"Ticket", "ITILFollowup", "ITILSolution", "TicketTask", "Ticket_User"})


@dataclass(frozen=True)
class Profile:
    """What an account may do; every account may also create QueuedNotification rows."""

    name: str
    interface: str
    reads: frozenset[str]
    writes: frozenset[str]
    sees_all: bool = True


PROFILES: dict[int, Profile] = {
    1: Profile(
        "Self-Service",
        "helpdesk",
        frozenset({"Ticket", "ITILFollowup", "ITILSolution", "Ticket_User", "Entity", "Log"}),
        frozenset({"Ticket", "ITILFollowup"}),
        sees_all=False,
    ),
    4: Profile("Super-Admin", "central", EVERYTHING, EVERYTHING - {"Log"}),
    6: Profile(
        "Technician",
        "central",
        TICKET_WORK | {"User", "UserEmail", "Entity", "Log"},
        TICKET_WORK,
    ),
    9: Profile(
        "Intégration",
        "central",
        EVERYTHING,
        TICKET_WORK | {"User", "UserEmail", "Profile_User", "Document"},
    ),
}
PROFILE_IDS = {"self-service": 1, "super-admin": 4, "technician": 6, "integration": 9}
SELF_SERVICE = PROFILE_IDS["self-service"]
