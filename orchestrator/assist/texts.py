"""What a ticket says, text by text, each with the account that wrote it and those that had a hand in it. Pure.

Who wrote a text is read from GLPI's own history alone: writer, requester and the author field of a followup are claims
(contracts/glpi.md, section 13; servers/glpi/README.md, "Who wrote what").
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

DESCRIPTION = "description"
UNKNOWN_EDITOR = 0
"""An editor whom GLPI's history does not name: its own cron, or an account that acted as another."""

_TITLE, _SOURCE, _DESCRIPTION = "1", "9", "21"
_EMAIL = "email"
_FOLLOWUP = "ITILFollowup"
_SYSTEM_LOGINS = ("cron_", "glpi-system")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketText:
    """The description with its title, or one public followup.

    key: `description` or `followup:17`. author_id: by the history; None when it names no account, and author_login is
    what it says then. editor_ids: accounts that changed the text, its author too; UNKNOWN_EDITOR may be among them.
    truncated: GLPI has more of it than was read; whole_sha256 is of all of it then, as DeskWord has it. by_mail: GLPI
    says that it came by mail, or may have said so: then the author is whoever had the mails collected.
    """

    key: str
    content: str
    author_id: int | None
    at: datetime | None
    title: str = ""
    author_login: str = ""
    editor_ids: tuple[int, ...] = ()
    truncated: bool = False
    whole_sha256: str | None = None
    by_mail: bool = False

    @property
    def digest(self) -> str:
        """Of all that was read, in hexadecimal: another one is another text."""
        return hashlib.sha256(f"{self.title}\n{self.content}".encode()).hexdigest()

    @property
    def is_by_system(self) -> bool:
        """GLPI itself made it: out of a mail, mostly."""
        return self.author_login.casefold().startswith(_SYSTEM_LOGINS)


def texts_of(
    ticket: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], history: Sequence[Mapping[str, Any]]
) -> tuple[TicketText, ...]:
    """The texts that can ask for something: the description first, then the public followups as they are given.

    ticket is the answer of get_ticket_info; entries and history are all pages of get_ticket_timeline, read without
    public_only (which hides who wrote a followup). What the history does not tell stays without author.
    """
    followups = [entry for entry in entries if entry["kind"] == "followup" and not entry["private"]]
    return (_description(ticket, history), *(_followup(entry, history) for entry in followups))


def _description(ticket: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> TicketText:
    created = [line for line in history if line["action"] == "created" and not line.get("field")]
    edits = [line for line in history if line["action"] == "changed" and line.get("field") in (_TITLE, _DESCRIPTION)]
    # A source can be changed, and then nothing says what it was.
    is_source_changed = any(line["action"] == "changed" and line.get("field") == _SOURCE for line in history)
    author_id, author_login = _author(created)
    return TicketText(
        key=DESCRIPTION,
        title=ticket["title"],
        content=ticket["content"],
        author_id=author_id,
        author_login=author_login,
        editor_ids=_distinct(line.get("author_id") for line in edits),
        at=_instant(ticket.get("opened_at")),
        truncated=bool(ticket.get("truncated")),
        whole_sha256=ticket.get("whole_sha256"),
        by_mail=is_source_changed or ticket.get("source") == _EMAIL,
    )


def _followup(entry: Mapping[str, Any], history: Sequence[Mapping[str, Any]]) -> TicketText:
    number = str(entry["entry_id"])
    lines = [line for line in history if line.get("field") == _FOLLOWUP and line.get("new_value") == number]
    author_id, author_login = _author([line for line in lines if line["action"] == "added"])
    editors = [line.get("author_id") for line in lines if line["action"] == "changed"]
    # Each may be all that is left of a change: a history can be cleaned, and the entry names the last hand only.
    if entry.get("editor_id") is not None:
        editors.append(entry["editor_id"])
    elif entry.get("edited_at") is not None and not editors:
        editors.append(UNKNOWN_EDITOR)
    return TicketText(
        key=f"followup:{number}",
        content=entry["text"],
        author_id=author_id,
        author_login=author_login,
        editor_ids=_distinct(editors),
        at=_instant(entry.get("at")),
        truncated=bool(entry.get("truncated")),
        whole_sha256=entry.get("whole_sha256"),
        by_mail=entry.get("source") == _EMAIL,
    )


def _author(lines: Sequence[Mapping[str, Any]]) -> tuple[int | None, str]:
    """The account of the one line that tells of the making; nobody when there is none, or several."""
    if len(lines) != 1:
        return None, ""
    return lines[0].get("author_id"), str(lines[0].get("author_login", ""))


def _distinct(ids: Iterable[int | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(UNKNOWN_EDITOR if number is None else int(number) for number in ids))


def _instant(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
