"""Unlock, disable, enable, move: the state is compared, so a repeat finds what an earlier try has done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE

from servers.ad.audit import Action, audited
from servers.ad.client import AdClient
from servers.ad.codes import SYSTEM, Operation, Stale
from servers.ad.entry import DISABLED, Entry
from servers.ad.models import AccountRef, ref_from_ad
from servers.ad.session import guid_dn
from shared.dn import is_same, parent_of, rdn_of
from shared.errors import OutcomeUnknown, UpstreamUnavailable, WidipError
from shared.mcp_tool import Call

STALE_TRIES = 5
IsDone = Callable[[Entry], bool]


@dataclass(frozen=True, slots=True)
class Named:
    """An account as a caller names it. guid: the one that he means, if he says so."""

    login: str
    guid: UUID | None


class AdChanges:
    """Changes of one account's state."""

    def __init__(self, client: AdClient) -> None:
        self._client = client
        self._session = client.session

    async def unlock(self, call: Call, samaccountname: str, guid: UUID | None = None) -> AccountRef:
        """End a lockout; not locked out is said, not an error."""
        with audited(call, "unlock_account") as action:
            target = await self._begin(call, Named(samaccountname, guid), action, _is_unlocked)
            if _is_unlocked(target):
                return ref_from_ad(target, already_done=True)
            await self._client.charge(target.guid)
            target = await self._client.check_target(call, target.guid)
            changes = {"lockoutTime": [(MODIFY_REPLACE, ["0"])]}
            try:
                again = partial(self._client.check_target, call, target.guid)
                await self._session.modify(Operation.UNLOCK, guid_dn(target.guid), changes, again=again)
            except OutcomeUnknown as lost:
                await self._found_or(lost, call, target.guid, _is_unlocked)
            return ref_from_ad(target)

    async def disable(self, call: Call, samaccountname: str, guid: UUID | None = None) -> AccountRef:
        """Make an account unable to sign in; disabled already is said, not an error."""
        with audited(call, "disable_account") as action:
            return await self._set_flag(call, Named(samaccountname, guid), action, _is_disabled)

    async def enable(self, call: Call, samaccountname: str, guid: UUID | None = None) -> AccountRef:
        """Let an account sign in again; enabled already is said, not an error."""
        with audited(call, "enable_account") as action:
            return await self._set_flag(call, Named(samaccountname, guid), action, _is_enabled)

    async def _set_flag(self, call: Call, named: Named, action: Action, is_done: IsDone) -> AccountRef:
        target = await self._begin(call, named, action, is_done)
        if is_done(target):
            return ref_from_ad(target, already_done=True)
        await self._client.charge(target.guid)
        for _ in range(STALE_TRIES):
            target = await self._client.check_target(call, target.guid)
            if is_done(target):
                return ref_from_ad(target)
            try:
                await self._swap(call, target)
            except Stale:
                continue
            except OutcomeUnknown as lost:
                await self._found_or(lost, call, target.guid, is_done)
            return ref_from_ad(target)
        raise UpstreamUnavailable("somebody else keeps changing this account", system=SYSTEM)

    async def _swap(self, call: Call, target: Entry) -> None:
        """The one bit, and only if all the others are as we read them."""
        old = target.uac
        flags = [(MODIFY_DELETE, [str(old)]), (MODIFY_ADD, [str(old ^ DISABLED)])]
        again = partial(self._client.check_target, call, target.guid)
        await self._session.modify(Operation.FLAGS, guid_dn(target.guid), {"userAccountControl": flags}, again=again)

    async def move(self, call: Call, samaccountname: str, target_ou: str, guid: UUID | None = None) -> AccountRef:
        """Move an account to another of the caller's OUs; there already is said, not an error."""
        with audited(call, "move_to_ou") as action:
            ou = await self._client.get_ou(call, target_ou)

            def is_there(entry: Entry) -> bool:
                return is_same(parent_of(entry.dn), ou.dn)

            target = await self._begin(call, Named(samaccountname, guid), action, is_there)
            if is_there(target):
                return ref_from_ad(target, already_done=True)
            await self._client.charge(target.guid)
            target = await self._client.check_target(call, target.guid)
            again = partial(self._client.check_target, call, target.guid)
            try:
                await self._session.move(guid_dn(target.guid), rdn=rdn_of(target.dn), to=ou.dn, again=again)
            except OutcomeUnknown as lost:
                await self._found_or(lost, call, target.guid, is_there)
            return ref_from_ad(Entry(f"{rdn_of(target.dn)},{ou.dn}", target.raw))

    async def _begin(self, call: Call, named: Named, action: Action, is_done: IsDone) -> Entry:
        target = await self._client.get_target(call, named.login, action, named.guid)
        if is_done(target):
            action.outcome = "already_done"
        else:
            call.check_may_act(SYSTEM)
        return target

    async def _found_or(self, lost: OutcomeUnknown, call: Call, guid: UUID, is_done: IsDone) -> None:
        """Nothing when the write has been done after all; raises `lost` otherwise, or when nobody can look."""
        try:
            done = is_done(await self._client.check_target(call, guid))
        except WidipError as error:
            raise lost from error
        if not done:
            raise lost


def _is_unlocked(entry: Entry) -> bool:
    return not entry.is_locked_out and not entry.number("lockouttime")


def _is_disabled(entry: Entry) -> bool:
    return bool(entry.uac & DISABLED)


def _is_enabled(entry: Entry) -> bool:
    return not entry.uac & DISABLED
