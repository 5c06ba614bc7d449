"""Passwords: made, sealed before they are set, set once.

A reset that was sent without an answer may have been done, and may still be done. Its password is sealed under the
caller's key first, so that a repeat sets the same one; and what the account looked like before is kept (earlier.py), so
that a repeat never undoes what its owner or anybody else has set since.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Sequence
from uuid import UUID

from ldap3 import MODIFY_REPLACE
from pydantic import SecretStr

from servers.ad.audit import audited
from servers.ad.client import AdClient
from servers.ad.codes import SYSTEM, Operation
from servers.ad.earlier import Earlier, EarlierTries, Trace
from servers.ad.entry import Entry
from servers.ad.models import NewPassword
from servers.ad.session import Change, Check, guid_dn
from shared.errors import OutcomeUnknown, Refused, WidipError
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
_CANNOT_TELL = (
    "whether the earlier try set the password cannot be told any more, so nothing was done;"
    " another idempotency key resets it again"
)


class Passwords:
    """Seals and sets passwords. length: of those that are made here, more if the domain asks for more."""

    def __init__(self, client: AdClient, seals: Seals, redis: RedisHelper, *, length: int = 16) -> None:
        self._client = client
        self._session = client.session
        self._seals = seals
        self.earlier = EarlierTries(client.session, redis, seals)
        self._length = length

    def digest(self, text: str) -> str:
        """A fingerprint that nobody without our key can make."""
        return self._seals.digest(text)

    async def seal(self, call: Call, guid: UUID, *, avoid: Sequence[str], given: SecretStr | None = None) -> Sealed:
        """A password for this account under this key: the first try's, when there was one."""
        value = given or make_password(max(self._length, await self._client.min_password_length()), avoid=avoid)
        return await self._seals.seal(call, value, purpose=Purpose.PASSWORD, subject=str(guid))

    async def _set_password(self, guid: UUID, password: SecretStr, *, again: Check) -> None:
        """Set it, unlock, and ask for another at the next logon: all or nothing."""
        changes: dict[str, list[Change]] = {
            "unicodePwd": [(MODIFY_REPLACE, [f'"{password.get_secret_value()}"'.encode("utf-16-le")])],
            "lockoutTime": [(MODIFY_REPLACE, ["0"])],
            "pwdLastSet": [(MODIFY_REPLACE, ["0"])],
        }
        await self._session.modify(Operation.RESET, guid_dn(guid), changes, again=again)

    async def reset(
        self, call: Call, samaccountname: str, new_password: SecretStr | None, guid: UUID | None = None
    ) -> NewPassword:
        """Reset an account's password once per key. Raises Refused, NotFound, CapReached, InvalidInput (policy)."""
        with audited(call, "reset_password") as action:
            if new_password is not None and "set_password" not in call.scopes:
                raise Refused("a password of your own needs the scope set_password; without new_password one is made")
            part = call.part(f"reset_password:{self._fingerprint(new_password)}")
            if part.look_first:
                await self.earlier.has_begun(part)  # before anything can fail: the trace must outlive the key's record
            target = await self._client.get_target(call, samaccountname, action, guid)
            avoid = (target.sam, target.text("displayname") or "")
            sealed = await self.seal(part, target.guid, avoid=avoid, given=new_password)
            earlier = await self.earlier.look(part, target, sealed) if part.look_first else Earlier.NOT_DONE
            if earlier is Earlier.UNKNOWN:
                raise OutcomeUnknown(_CANNOT_TELL, system=SYSTEM)
            if earlier is Earlier.NOT_DONE:
                part.check_may_act(SYSTEM)
                await self.set_once(part, target.guid, sealed)
                return self.result(call, target, sealed)
            action.outcome = "already_done"
            return self.result(call, target, sealed if earlier is Earlier.DONE else None, already_done=True)

    async def set_once(self, part: Call, guid: UUID, sealed: Sealed) -> None:
        """Charge the account, keep what it looks like, set the password. Raises Refused, CapReached, OutcomeUnknown."""
        await self._client.charge(guid)
        before = await self._prepare(part, guid, sealed)

        async def again() -> None:
            nonlocal before
            before = await self._prepare(part, guid, sealed)

        try:
            await self._set_password(guid, sealed.value, again=again)
        except OutcomeUnknown as lost:
            await self._find_or_raise(lost, part, before, guid, sealed)

    async def _find_or_raise(self, lost: OutcomeUnknown, part: Call, before: Trace, guid: UUID, sealed: Sealed) -> None:
        """Nothing when it was done after all; raises `lost` otherwise, or when nobody can look."""
        try:
            now = await self._client.check_target(part, guid)
            earlier = await self.earlier.compare(part, before, now, sealed)
        except WidipError as error:
            raise lost from error
        if earlier is not Earlier.DONE:
            raise lost

    async def _prepare(self, part: Call, guid: UUID, sealed: Sealed) -> Trace:
        """Just before each try: the account may be written to, and what it looks like is kept."""
        return await self.earlier.remember(part, await self._client.check_target(part, guid), sealed)

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
