"""One call on the API: who asks, with what parameters, and what that session may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from simulators.glpi import rights
from simulators.glpi.state import CRON, GlpiState, Row, Session


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Call:
    """What every handler is given."""

    state: GlpiState
    session: Session
    params: dict[str, Any] = field(default_factory=dict)
    wants_real_text: bool = False
    base_url: str = "http://glpi.example/apirest.php"
    upload: Upload | None = None

    @property
    def user_id(self) -> int:
        """The account that really acts."""
        return self.session.user_id

    @property
    def profile(self) -> rights.Profile:
        """The rights in force."""
        return rights.PROFILES[self.session.profile_id]

    @cached_property
    def entities(self) -> set[int]:
        """Entities this session reaches."""
        return session_entities(self.state, self.session)

    def flag(self, name: str) -> bool:
        """A yes/no parameter as GLPI reads it."""
        return is_true(self.params.get(name))

    def shown(self, value: Any) -> Any:
        """A value as this call gets it back: only version 10 honours the header."""
        return self.state.real(value) if self.wants_real_text and self.state.version == "10.0" else value

    def shown_row(self, row: Row) -> Row:
        """A row as this call gets it back."""
        return {key: self.shown(value) for key, value in row.items()}


def is_true(value: object) -> bool:
    """ "true", "1" and the like."""
    return str(value).lower() in ("1", "true", "yes", "on")


def session_entities(state: GlpiState, session: Session) -> set[int]:
    """Entities of the active profile's rows, with those below where the row is recursive; the cron reaches all."""
    if session.user_id == CRON:
        return {*state.entities}
    found: set[int] = set()
    for row in state.profile_users.values():
        if row["users_id"] == session.user_id and row["profiles_id"] == session.profile_id:
            found |= state.subtree(row["entities_id"]) if row["is_recursive"] else {row["entities_id"]}
    return found


def parse_query(query: str) -> dict[str, Any]:
    """PHP's reading of a query string: `a[0][b]=c` becomes {"a": {"0": {"b": "c"}}}."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        head, *rest = name.replace("]", "").split("[")
        place = found
        for key, following in zip([head, *rest], rest, strict=False):
            inner = place.setdefault(key or str(len(place)), {})
            place = inner if isinstance(inner, dict) else place.setdefault(following, {})
        last = rest[-1] if rest else head
        place[last or str(len(place))] = value
    return found
