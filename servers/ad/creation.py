"""New accounts, in the order that works everywhere: disabled, then a sealed password, then enabled.

A crash in between leaves a disabled account with a mark of the caller's key; the key's repeat finds and completes it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from ldap3 import MODIFY_ADD, MODIFY_DELETE

from servers.ad.audit import Action, audited
from servers.ad.client import AdClient
from servers.ad.codes import SYSTEM, AlreadyThere, Operation, Stale
from servers.ad.earlier import Earlier
from servers.ad.entry import ATTRIBUTES, DISABLED, NORMAL_ACCOUNT, Entry
from servers.ad.models import NewPassword
from servers.ad.passwords import Passwords
from servers.ad.session import Change, guid_dn
from shared.dn import build_dn, domain_of, name_of
from shared.errors import InvalidInput, OutcomeUnknown, WidipError
from shared.mcp_tool import Call

CLASSES = ("top", "person", "organizationalPerson", "user")
MAX_CN = 64
_CANNOT_TELL = (
    "the new account is there and disabled, and somebody may have set its password since: nothing was done;"
    " reset_password and enable_account do the rest"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a new account is for."""

    firstname: str
    lastname: str
    username: str

    @property
    def display_name(self) -> str:
        """As people read it."""
        return f"{self.firstname} {self.lastname}"


class AdCreation:
    """Creates accounts. upn_suffix: after the @ of their user principal names."""

    def __init__(self, client: AdClient, passwords: Passwords, *, upn_suffix: str | None = None) -> None:
        self._client = client
        self._session = client.session
        self._passwords = passwords
        self._suffix = upn_suffix or domain_of(client.base_dn)

    async def create(self, call: Call, person: Person, ou_path: str) -> NewPassword:
        """Create an account once per key, or complete what an earlier try under this key began.

        Raises InvalidInput when the user name is taken, NotFound for an OU outside the caller's.
        """
        with audited(call, "create_user") as action:
            ou = await self._client.get_ou(call, ou_path)
            part = call.part("create_user")
            mark = self._mark(part)
            account = await self._find(person, mark)
            if account is None:
                call.check_may_act(SYSTEM)
                await self._passwords.earlier.begin(part)
                account = await self._add(person, ou.dn, mark)
                action.account = account.guid
                return await self._complete(part, account, call)
            action.account = account.guid
            return await self._go_on(part, account, call, action)

    async def _find(self, person: Person, mark: str) -> Entry | None:
        """The account of this login if it is the one that this key has made."""
        known = await self._client.find_by_sam(person.username, ATTRIBUTES)
        if known is not None and known.text("description") != mark:
            raise InvalidInput(f"the user name {person.username} is taken by another account: choose another one")
        return known

    async def _add(self, person: Person, ou: str, mark: str) -> Entry:
        """Two people of one name may live in one OU: the second gets the login behind it."""
        plain = person.display_name if len(person.display_name) <= MAX_CN else person.username
        try:
            return await self._add_as(plain, person, ou, mark)
        except AlreadyThere:
            late = await self._find(person, mark)
            if late is not None:  # an earlier try's, that took effect just now
                return late
        longer = f"{plain[: MAX_CN - len(person.username) - 3]} ({person.username})"
        try:
            return await self._add_as(longer, person, ou, mark)
        except AlreadyThere as error:
            raise InvalidInput(f"the user name {person.username} or its name in the OU is taken") from error

    async def _add_as(self, name: str, person: Person, ou: str, mark: str) -> Entry:
        values = {
            "sAMAccountName": person.username,
            "userPrincipalName": f"{person.username}@{self._suffix}",
            "givenName": person.firstname,
            "sn": person.lastname,
            "displayName": person.display_name,
            "description": mark,
            "userAccountControl": str(NORMAL_ACCOUNT | DISABLED),
        }
        try:
            await self._session.add(build_dn(name, ou), CLASSES, values)
        except OutcomeUnknown as lost:
            try:
                found = await self._find(person, mark)
            except WidipError as error:
                raise lost from error
            if found is None:
                raise
            return found
        made = await self._find(person, mark)
        if made is None:
            raise OutcomeUnknown("Active Directory created an account and does not show it", system=SYSTEM)
        return made

    async def _go_on(self, part: Call, account: Entry, call: Call, action: Action) -> NewPassword:
        """From where the earlier try stopped, if that is certain: somebody may have gone on in its place."""
        begun = await self._passwords.earlier.has_begun(part)
        if account.password_set or not (
            begun or account.uac & DISABLED
        ):  # its owner has chosen his own; or it was made long ago
            action.outcome = "already_done"
            return self._passwords.result(call, account, None, already_done=True)
        if not begun:
            raise InvalidInput(f"the user name {account.sam} is taken by an account made long ago and disabled since")
        account = await self._client.check_target(call, account.guid)
        sealed = await self._passwords.seal(part, account.guid, avoid=_names(account))
        earlier = await self._passwords.earlier.look(part, account, sealed)
        if not account.uac & DISABLED:
            action.outcome = "already_done"
            known = sealed if earlier is Earlier.DONE else None
            return self._passwords.result(call, account, known, already_done=True)
        call.check_may_act(SYSTEM)
        if earlier is Earlier.NOT_DONE:
            return await self._complete(part, account, call)
        if earlier is Earlier.DONE:
            await self._client.charge(account.guid)
            return self._passwords.result(call, await self._enable(call, account.guid), sealed)
        raise OutcomeUnknown(_CANNOT_TELL, system=SYSTEM)

    async def _complete(self, part: Call, account: Entry, call: Call) -> NewPassword:
        sealed = await self._passwords.seal(part, account.guid, avoid=_names(account))
        await self._passwords.set_once(part, account.guid, sealed)
        return self._passwords.result(call, await self._enable(call, account.guid), sealed)

    async def _enable(self, call: Call, guid: UUID) -> Entry:
        again = partial(self._client.check_target, call, guid)
        now = await again()
        flags: list[Change] = [(MODIFY_DELETE, [str(now.uac)]), (MODIFY_ADD, [str(now.uac & ~DISABLED)])]
        if now.uac & DISABLED:
            try:
                await self._session.modify(Operation.FLAGS, guid_dn(guid), {"userAccountControl": flags}, again=again)
            except Stale as error:
                raise OutcomeUnknown(
                    "somebody changes the new account: ask again under the same key", system=SYSTEM
                ) from error
        return now

    def _mark(self, part: Call) -> str:
        """In the new account's description: who finds it again is the key that made it. Unique without a key."""
        named = f"{part.caller} {part.idempotency_key}" if part.idempotency_key else uuid.uuid4().hex
        return f"WIDIP-{self._passwords.digest(named)[:16]}"


def _names(account: Entry) -> tuple[str, ...]:
    return account.sam, name_of(account.dn), account.text("displayname") or ""
