"""Who is signed in on the console: sessions kept as digests, with two lifetimes; and names that are locked.

Whether a name exists is not told: unknown ones are counted, locked and worked on as known ones are.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.hints import insert_new
from orchestrator.console.audit import add_act
from orchestrator.console.passwords import Passwords
from orchestrator.console.tables import operator_session, sign_in_try
from orchestrator.operators import Operator, OperatorsFile
from orchestrator.settings import OrchestratorSettings
from shared.database import Database
from shared.errors import Refused
from shared.oidc import Vouched

SEEN_EVERY = timedelta(minutes=1)
"""A session that is used is noted so often: not one write for each request."""
STALE_TRIES = timedelta(days=1)


class Method(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - a way to sign in
    OIDC = "oidc"


class SignInRefused(Refused):
    """Nobody is signed in by this. retry_at: when a locked name may be tried again."""

    code = "sign_in_refused"

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. ends_at: at the latest; idle_at: if nothing is done until then."""

    id: str
    operator: Operator
    method: Method
    signed_in_at: datetime
    ends_at: datetime
    idle_at: datetime


class Sessions:
    """Begins, finds and ends sessions."""

    def __init__(self, database: Database, operators: OperatorsFile, settings: OrchestratorSettings) -> None:
        self._database = database
        self._operators = operators
        self._settings = settings
        self._passwords = Passwords()
        self._idle = timedelta(minutes=settings.console_idle_minutes)

    async def sign_in(self, name: str, password: str) -> str:
        """The cookie of a new session. Raises SignInRefused: wrong, or locked."""
        operators = self._operators.current()
        operator = operators.find(name) if operators else None
        await self._charge(name)
        kept = operator.password_argon2 if operator else None
        if not await self._passwords.is_right(kept, password) or operator is None:
            await self._note_refusal(operator, "wrong password")
            raise SignInRefused("wrong name or password")
        return await self._begin(operator, Method.PASSWORD)

    async def sign_in_vouched(self, vouched: Vouched) -> str:
        """As `sign_in`, for whom the OpenID provider names. Raises SignInRefused."""
        operators = self._operators.current()
        operator = operators.find_vouched(vouched.email, vouched.object_guid) if operators else None
        if operator is None:
            await self._note_refusal(None, "no operator is named so")
            raise SignInRefused("the provider names nobody who is an operator here")
        return await self._begin(operator, Method.OIDC)

    async def find(self, cookie: str, *, counts: bool) -> Session | None:
        """Whose cookie this is; None for one that is not ours, over or ended. counts: somebody does something."""
        now, digest = datetime.now(UTC), _digest(cookie)
        row = await self._database.read(partial(_find_row, digest))
        if row is None or now >= row["expires_at"] or now >= row["seen_at"] + self._idle:
            return None
        operators = self._operators.current()
        operator = operators.find(row["operator"]) if operators else None
        if operator is None or not _is_same_password(row, operator):
            return None
        if counts and now - row["seen_at"] > min(SEEN_EVERY, self._idle / 10):
            mine = operator_session.update().where(operator_session.c.id == digest)
            await self._database.write(lambda connection: connection.execute(mine.values(seen_at=now)))
            row |= {"seen_at": now}
        return Session(
            digest,
            operator,
            Method(row["method"]),
            row["signed_in_at"],
            ends_at=row["expires_at"],
            idle_at=row["seen_at"] + self._idle,
        )

    async def sign_out(self, session: Session) -> None:
        """End it."""
        now = datetime.now(UTC)

        def end(connection: sa.Connection) -> None:
            connection.execute(sa.delete(operator_session).where(operator_session.c.id == session.id))
            add_act(connection, session.operator.name, "sign_out", session.operator.name, {}, now=now)

        await self._database.write(end, first=True)

    async def _begin(self, operator: Operator, method: Method) -> str:
        now, cookie = datetime.now(UTC), secrets.token_urlsafe(32)
        row = {
            "id": _digest(cookie),
            "operator": operator.name,
            "method": method.value,
            "password_digest": _digest(operator.password_argon2 or "") if method is Method.PASSWORD else "",
            "signed_in_at": now,
            "seen_at": now,
            "expires_at": now + timedelta(hours=self._settings.console_session_hours),
        }

        def store(connection: sa.Connection) -> None:
            connection.execute(sa.delete(sign_in_try).where(sign_in_try.c.name_digest == _digest(operator.name)))
            connection.execute(operator_session.insert().values(row))
            add_act(connection, operator.name, "sign_in", operator.name, {"method": method.value}, now=now)

        await self._database.write(store, first=True)
        return cookie

    async def _charge(self, name: str) -> None:
        """Count a try before its outcome is known: many at once are counted one by one. Raises SignInRefused."""
        locked = await self._database.write(partial(self._count, _digest(name), datetime.now(UTC)), first=True)
        if locked is not None:
            raise SignInRefused("too many wrong tries: this name is locked for a while", locked)

    def _count(self, digest: str, now: datetime, connection: sa.Connection) -> datetime | None:
        """Until when the name is locked; None when this try may be made."""
        mine = sign_in_try.c.name_digest == digest
        insert_new(connection, sign_in_try, {"name_digest": digest, "tries": 0, "last_at": now})
        row = connection.execute(sa.select(sign_in_try).where(mine).with_for_update()).mappings().one()
        lasts = timedelta(minutes=self._settings.console_lock_minutes)
        if row["locked_until"] is not None and row["locked_until"] > now:
            until: datetime = row["locked_until"]
            return until
        is_fresh = row["locked_until"] is None and now - row["last_at"] < lasts
        tries = row["tries"] + 1 if is_fresh else 1
        locked_until = now + lasts if tries > self._settings.console_tries else None
        values = {"tries": tries, "last_at": now, "locked_until": locked_until}
        connection.execute(sign_in_try.update().where(mine).values(values))
        return locked_until

    async def _note_refusal(self, operator: Operator | None, why: str) -> None:
        """Who typed a password where a name belongs must not read it in the audit: unknown names are not told."""
        name, now = operator.name if operator else "unknown", datetime.now(UTC)
        note = partial(add_act, actor=name, kind="sign_in_refused", subject=name, detail={"why": why}, now=now)
        await self._database.write(note)


def list_stale(now: datetime) -> list[sa.Delete]:
    """What removes sessions that are over and tries that are forgotten."""
    return [
        sa.delete(operator_session).where(operator_session.c.expires_at < now),
        sa.delete(sign_in_try).where(sign_in_try.c.last_at < now - STALE_TRIES),
    ]


def _find_row(digest: str, connection: sa.Connection) -> dict[str, Any] | None:
    row = connection.execute(sa.select(operator_session).where(operator_session.c.id == digest)).mappings().first()
    return dict(row) if row else None


def _is_same_password(row: dict[str, Any], operator: Operator) -> bool:
    """A session that began with a password ends when that is changed."""
    by_password = row["method"] == Method.PASSWORD.value
    return not by_password or bool(row["password_digest"] == _digest(operator.password_argon2 or ""))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
