"""Passwords: made, sealed before they are set, set once.

A reset that was sent without an answer may have been done, and may still be done. Its password is sealed under the
caller's key first, so that a repeat sets the same one; and what the account looked like before is kept for as long as
the key may be repeated, so that a repeat never undoes what its owner has chosen since.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ldap3 import MODIFY_REPLACE
from pydantic import BaseModel, SecretStr

from servers.ad.audit import audited
from servers.ad.client import AdClient
from servers.ad.codes import SYSTEM, Operation, proves_password
from servers.ad.entry import Entry
from servers.ad.models import NewPassword
from servers.ad.session import Change, Check, guid_dn
from shared.errors import OutcomeUnknown, Refused, UpstreamUnavailable, WidipError
from shared.idempotency import KEEP_S
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import Purpose, Sealed, Seals

_ALPHABETS = (
    "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "abcdefghijkmnopqrstuvwxyz",
    "23456789",
    "!%+-=?@_",
)
"""Without what is mistaken for something else when read aloud or typed: 0 O 1 l I."""


class _Before(BaseModel):
    """The account just before its reset was sent."""

    usn: int
    password_set: int


@dataclass(frozen=True, slots=True)
class _Look:
    """What an earlier try has done. `since`: somebody has set another password after it."""

    applied: bool
    since: bool = False


class Passwords:
    """Seals and sets passwords. length: of those that are made here, more if the domain asks for more."""

    def __init__(self, client: AdClient, seals: Seals, redis: RedisHelper, *, length: int = 16) -> None:
        self._client = client
        self._session = client.session
        self._seals = seals
        self._redis = redis
        self._length = length

    def digest(self, text: str) -> str:
        """A fingerprint that nobody without our key can make."""
        return self._seals.digest(text)

    async def seal(self, call: Call, guid: UUID, *, avoid: Sequence[str], given: SecretStr | None = None) -> Sealed:
        """A password for this account under this key: the first try's, when there was one."""
        value = given or make_password(max(self._length, await self._client.min_password_length()), avoid=avoid)
        return await self._seals.seal(call, value, purpose=Purpose.PASSWORD, subject=str(guid))

    async def set_password(self, guid: UUID, password: SecretStr, *, again: Check) -> None:
        """Set it, unlock, and ask for another at the next logon: all or nothing."""
        changes: dict[str, list[Change]] = {
            "unicodePwd": [(MODIFY_REPLACE, [f'"{password.get_secret_value()}"'.encode("utf-16-le")])],
            "lockoutTime": [(MODIFY_REPLACE, ["0"])],
            "pwdLastSet": [(MODIFY_REPLACE, ["0"])],
        }
        await self._session.modify(Operation.RESET, guid_dn(guid), changes, again=again)

    async def reset(self, call: Call, samaccountname: str, new_password: SecretStr | None) -> NewPassword:
        """Reset an account's password once per key. Raises Refused, NotFound, CapReached, InvalidInput (policy)."""
        with audited(call, "reset_password") as action:
            if new_password is not None and "set_password" not in call.scopes:
                raise Refused("a password of your own needs the scope set_password; without new_password one is made")
            target = await self._client.get_target(call, samaccountname, action)
            part = call.part(f"reset_password:{self._fingerprint(new_password)}")
            avoid = (target.sam, target.text("displayname") or "")
            sealed = await self.seal(part, target.guid, avoid=avoid, given=new_password)
            look = await self._look(part, target, sealed) if call.look_first else _Look(applied=False)
            if look.applied:
                action.outcome = "already_done"
            else:
                await self._act(part, target.guid, sealed)
            return self.result(call, target, None if look.since else sealed, already_done=look.applied)

    async def _act(self, part: Call, guid: UUID, sealed: Sealed) -> None:
        await self._client.charge(guid)
        before = await self._prepare(part, guid)

        async def again() -> None:
            nonlocal before
            before = await self._prepare(part, guid)

        try:
            await self.set_password(guid, sealed.value, again=again)
        except OutcomeUnknown as lost:
            try:
                now = await self._client.check_target(part, guid)
                look = await self._compare(before, now, sealed)
            except WidipError as error:
                raise lost from error
            if not look.applied or look.since:
                raise

    async def _prepare(self, part: Call, guid: UUID) -> _Before:
        """Just before each try: the account may be written to, and what it looks like is kept."""
        return await self._remember(part, await self._client.check_target(part, guid))

    async def _look(self, part: Call, target: Entry, sealed: Sealed) -> _Look:
        """What came of the earlier try. Raises OutcomeUnknown while it may still take effect."""
        kept = await self._redis.get(self._trace(part))
        if kept is None:
            return _Look(applied=False)  # it is written before anything is sent, so nothing was
        look = await self._compare(_Before.model_validate_json(kept), target, sealed if sealed.again else None)
        if not look.applied:
            part.check_may_act(SYSTEM)
        return look

    async def _compare(self, before: _Before, now: Entry, sealed: Sealed | None) -> _Look:
        if now.number("usnchanged") == before.usn:
            return _Look(applied=False)
        if now.password_set:
            changed = now.password_set != before.password_set
            return _Look(applied=changed, since=changed)
        if sealed is None:
            return _Look(applied=False)  # its password is lost; nobody has signed in with it
        try:
            return _Look(applied=proves_password(await self._session.try_bind(now.dn, sealed.value)))
        except UpstreamUnavailable:
            return _Look(applied=False)  # to set the same password again does no harm

    async def _remember(self, part: Call, target: Entry) -> _Before:
        before = _Before(usn=target.number("usnchanged") or 0, password_set=target.password_set)
        if part.idempotency_key is None:
            return before
        trace = self._trace(part)
        if not (part.look_first and await self._redis.exists(trace)):  # else the first try's is the one to compare with
            await self._redis.set(trace, before.model_dump_json(), ttl_s=KEEP_S)
        return before

    def _trace(self, part: Call) -> str:
        """Where the state before the first try is kept, by a digest: a caller's key may say anything."""
        return f"widip:ad:before:{self.digest(f'{part.caller} {part.idempotency_key}')}"

    def _fingerprint(self, new_password: SecretStr | None) -> str:
        """Another password under one key, after a refusal, must not find the first one's seal."""
        return "" if new_password is None else self.digest(new_password.get_secret_value())[:16]

    def result(self, call: Call, target: Entry, sealed: Sealed | None, *, already_done: bool = False) -> NewPassword:
        """The answer; the password in clear only for a token that may see it."""
        reveals = "reveal" in call.scopes and sealed is not None
        return NewPassword(
            samaccountname=target.sam,
            dn=target.dn,
            object_guid=target.guid,
            upn=target.text("userprincipalname"),
            password_ref=sealed.reference if sealed else None,
            password=sealed.value.get_secret_value() if sealed and reveals else None,
            already_done=already_done or None,
        )


def make_password(length: int, *, avoid: Sequence[str] = ()) -> SecretStr:
    """A random password with all four kinds of characters and no part of a name, as Windows' complexity rule asks."""
    everything = "".join(_ALPHABETS)
    parts = [part.casefold() for text in avoid for part in _words(text) if len(part) >= 3]
    while True:
        password = "".join(secrets.choice(everything) for _ in range(length))
        if any(not set(kind) & set(password) for kind in _ALPHABETS):
            continue
        if not any(part in password.casefold() for part in parts):
            return SecretStr(password)


def _words(text: str) -> list[str]:
    for separator in string.punctuation:
        text = text.replace(separator, " ")
    return text.split()


def check_settable(given: object) -> object:
    """A validator: raises ValueError for what a person could not type at a logon screen.

    Before anything strips the text: a password that is set without a blank that its owner types opens nothing.
    """
    if isinstance(given, str) and (not given.isprintable() or given != given.strip()):
        raise ValueError("no control characters, and no blank at either end")
    return given
