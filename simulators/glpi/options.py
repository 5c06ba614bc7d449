"""Search options: the numbers that /search speaks (sheet, section 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from simulators.glpi.state import GlpiState, Row

Kind = Literal["text", "number", "date", "status", "name", "user", "tree", "email"]
Reader = Callable[[GlpiState, Row], list[Any]]


@dataclass(frozen=True)
class Option:
    """`read` gives the values as stored: ids for users and trees."""

    uid: str
    read: Reader
    kind: Kind = "text"
    table: str = ""

    def displayed(self, state: GlpiState, row: Row) -> list[Any]:
        """The values as the answer shows them."""
        if self.kind == "tree":
            rows = state.table(self.table)
            return [rows[key]["completename"] for key in self.read(state, row) if key in rows]
        if self.kind == "user":
            return [str(key) for key in self.read(state, row)]
        return [value for value in self.read(state, row) if value is not None]

    def texts(self, state: GlpiState, row: Row) -> list[str]:
        """What `contains` looks into."""
        if self.kind != "user":
            return [str(value) for value in self.displayed(state, row)]
        users = (state.users[key] for key in self.read(state, row) if key in state.users)
        return [text for user in users for text in (user["name"], user["realname"], user["firstname"]) if text]


def _column(key: str) -> Reader:
    return lambda _state, row: [row[key]]


def _reference(key: str) -> Reader:
    """An id, nothing when unset."""
    return lambda _state, row: [row[key]] if row[key] else []


def _actors(kind: int) -> Reader:
    return lambda state, row: [actor["users_id"] for actor in state.actors(row["id"], kind) if actor["users_id"]]


def _alternative_emails(state: GlpiState, row: Row) -> list[Any]:
    return [actor["alternative_email"] for actor in state.actors(row["id"]) if actor["alternative_email"]]


def _parts(table: str, key: str) -> Reader:
    def read(state: GlpiState, row: Row) -> list[Any]:
        return [part[key] for part in state.table(table).values() if part["items_id"] == row["id"]]

    return read


def _emails(state: GlpiState, row: Row) -> list[Any]:
    return [mail["email"] for mail in state.emails.values() if mail["users_id"] == row["id"]]


def _nothing(_state: GlpiState, _row: Row) -> list[Any]:
    return []


TICKET_OPTIONS: dict[int, Option] = {
    1: Option("Ticket.name", _column("name"), "name"),
    2: Option("Ticket.id", _column("id"), "number"),
    3: Option("Ticket.priority", _column("priority"), "number"),
    4: Option("Ticket.Ticket_User.User.name", _actors(1), "user"),
    5: Option("Ticket.Ticket_User.User.name_tech", _actors(2), "user"),
    7: Option("Ticket.ITILCategory.completename", _reference("itilcategories_id"), "tree", "categories"),
    8: Option("Ticket.Group_Ticket.Group.completename", _nothing),
    9: Option("Ticket.RequestType.name", _column("requesttypes_id"), "number"),
    10: Option("Ticket.urgency", _column("urgency"), "number"),
    11: Option("Ticket.impact", _column("impact"), "number"),
    12: Option("Ticket.status", _column("status"), "status"),
    14: Option("Ticket.type", _column("type"), "number"),
    15: Option("Ticket.date", _column("date"), "date"),
    16: Option("Ticket.closedate", _column("closedate"), "date"),
    17: Option("Ticket.solvedate", _column("solvedate"), "date"),
    19: Option("Ticket.date_mod", _column("date_mod"), "date"),
    21: Option("Ticket.content", _column("content")),
    22: Option("Ticket.User.name", _reference("users_id_recipient"), "user"),
    24: Option("Ticket.ITILSolution.content", _parts("solutions", "content")),
    25: Option("Ticket.ITILFollowup.content", _parts("followups", "content")),
    34: Option("Ticket.Ticket_User.alternative_email", _alternative_emails),
    64: Option("Ticket.User.name_editor", _reference("users_id_lastupdater"), "user"),
    66: Option("Ticket.Ticket_User.User.name_observer", _actors(3), "user"),
    80: Option("Ticket.Entity.completename", lambda _state, row: [row["entities_id"]], "tree", "entities"),
    83: Option("Ticket.Location.completename", _nothing),
    91: Option("Ticket.ITILFollowup.is_private", _parts("followups", "is_private"), "number"),
}
USER_OPTIONS: dict[int, Option] = {
    1: Option("User.name", _column("name"), "name"),
    2: Option("User.id", _column("id"), "number"),
    5: Option("User.UserEmail.email", _emails, "email"),
    6: Option("User.phone", _column("phone")),
    8: Option("User.is_active", _column("is_active"), "number"),
    9: Option("User.firstname", _column("firstname")),
    11: Option("User.mobile", _column("mobile")),
    19: Option("User.date_mod", _column("date_mod"), "date"),
    22: Option("User.registration_number", _column("registration_number")),
    34: Option("User.realname", _column("realname")),
}
OPTIONS: dict[str, dict[int, Option]] = {"Ticket": TICKET_OPTIONS, "User": USER_OPTIONS}
ALWAYS_SHOWN = {"Ticket": (2, 1, 80), "User": (1,)}
SHOWN_BY_DEFAULT = {"Ticket": (12, 19, 15, 3, 4, 5, 7), "User": (34, 5, 6, 8)}
