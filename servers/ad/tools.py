"""The Active Directory tools, as the model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, SecretStr

from servers.ad.changes import AdChanges
from servers.ad.client import AdClient
from servers.ad.creation import AdCreation, Person
from servers.ad.memberships import MAX_COPIED, AdMemberships
from servers.ad.models import (
    Account,
    AccountPage,
    AccountRef,
    AccountStatus,
    CopiedGroups,
    NewPassword,
    OuPage,
    PreviewedGroups,
)
from servers.ad.passwords import Passwords, check_settable
from shared.mcp_tool import Call, Risk, Tool
from shared.settings import EMAIL

LOGIN = r"^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]{0,18}[\p{L}\p{N}_-])?$"
NEW_LOGIN = r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,18}[A-Za-z0-9_-])?$"
PERSON = r"^\p{L}[\p{L}\p{M}'’. -]{0,62}$"
DISPLAY = r"^[\p{L}\p{N}][\p{L}\p{M}\p{N}'’., ()_-]{1,99}$"

Sam = Annotated[str, Field(pattern=LOGIN)]
PersonName = Annotated[str, Field(pattern=PERSON)]
Meant = Annotated[UUID | None, Field(description="refuse if the login is another account's by now")]
OuDn = Annotated[str, Field(min_length=4, max_length=500, description="OU=…,DC=…")]
GroupDn = Annotated[str, Field(min_length=4, max_length=500)]


class AdTools:
    """One method per tool; the method's name is the tool's name."""

    def __init__(
        self,
        client: AdClient,
        passwords: Passwords,
        creation: AdCreation,
        changes: AdChanges,
        memberships: AdMemberships,
    ) -> None:
        self._client = client
        self._passwords = passwords
        self._creation = creation
        self._changes = changes
        self._memberships = memberships

    async def search_user(
        self,
        call: Call,
        samaccountname: Sam | None = None,
        email: Annotated[str, Field(pattern=EMAIL)] | None = None,
        displayname: Annotated[str, Field(pattern=DISPLAY, description="a part of it")] | None = None,
    ) -> AccountPage:
        """Find accounts by login, e-mail or part of the name; all that is given must fit. 20 at most."""
        return await self._client.search_accounts(
            call, samaccountname=samaccountname, email=email, displayname=displayname
        )

    async def get_account_status(self, call: Call, samaccountname: Sam) -> AccountStatus:
        """Tell whether an account is locked out, disabled, expired, protected, or must change its password."""
        return await self._client.get_status(call, samaccountname)

    async def find_account_by_guid(self, call: Call, object_guid: UUID) -> Account:
        """Read the account of an objectGUID, which survives renames and moves."""
        return await self._client.get_account(call, object_guid)

    async def list_ous(self, call: Call, under: OuDn | None = None) -> OuPage:
        """List the OUs that you may use, or those in one of them. 200 at most."""
        return await self._client.list_ous(call, under)

    async def create_user(
        self,
        call: Call,
        firstname: PersonName,
        lastname: PersonName,
        username: Annotated[str, Field(pattern=NEW_LOGIN)],
        ou_path: OuDn,
    ) -> NewPassword:
        """Create an account with a random password, to be changed at the first logon. A taken login is refused."""
        person = Person(firstname=firstname, lastname=lastname, username=username)
        return await self._creation.create(call, person, ou_path)

    async def reset_password(
        self,
        call: Call,
        samaccountname: Sam,
        new_password: Annotated[SecretStr, BeforeValidator(check_settable), Field(min_length=8, max_length=127)]
        | None = None,
        object_guid: Meant = None,
    ) -> NewPassword:
        """Set a new random password, to be changed at the next logon; also unlocks. new_password needs a scope."""
        return await self._passwords.reset(call, samaccountname, new_password, object_guid)

    async def unlock_account(self, call: Call, samaccountname: Sam, object_guid: Meant = None) -> AccountRef:
        """End a lockout; the password stays."""
        return await self._changes.unlock(call, samaccountname, object_guid)

    async def disable_account(self, call: Call, samaccountname: Sam, object_guid: Meant = None) -> AccountRef:
        """Disable an account (kept, can be enabled again)."""
        return await self._changes.disable(call, samaccountname, object_guid)

    async def enable_account(self, call: Call, samaccountname: Sam, object_guid: Meant = None) -> AccountRef:
        """Enable a disabled account."""
        return await self._changes.enable(call, samaccountname, object_guid)

    async def move_to_ou(
        self, call: Call, samaccountname: Sam, target_ou: OuDn, object_guid: Meant = None
    ) -> AccountRef:
        """Move an account to another OU: other policies apply to it there."""
        return await self._changes.move(call, samaccountname, target_ou, object_guid)

    async def preview_copied_groups(self, call: Call, source_user: Sam) -> PreviewedGroups:
        """List the groups of an account, and whether copy_groups_from would copy each. Changes nothing."""
        return await self._memberships.preview(call, source_user)

    async def copy_groups_from(
        self,
        call: Call,
        source_user: Sam,
        target_user: Sam,
        only: Annotated[list[GroupDn], Field(max_length=MAX_COPIED, description="of its groups")] | None = None,
    ) -> CopiedGroups:
        """Add target_user to the groups of source_user; says what became of each. Never a privileged group."""
        return await self._memberships.copy(call, source_user=source_user, target_user=target_user, only=only)


def build_tools(
    client: AdClient, passwords: Passwords, creation: AdCreation, changes: AdChanges, memberships: AdMemberships
) -> Sequence[Tool]:
    """Every tool of this server, with its risk."""
    tools = AdTools(client, passwords, creation, changes, memberships)
    return (
        Tool(tools.search_user, Risk.READ),
        Tool(tools.get_account_status, Risk.READ),
        Tool(tools.find_account_by_guid, Risk.READ),
        Tool(tools.list_ous, Risk.READ),
        Tool(tools.create_user, Risk.WRITE),
        Tool(tools.reset_password, Risk.DESTRUCTIVE),
        Tool(tools.unlock_account, Risk.WRITE, idempotent=True),
        Tool(tools.disable_account, Risk.DESTRUCTIVE, idempotent=True),
        Tool(tools.enable_account, Risk.WRITE, idempotent=True),
        Tool(tools.move_to_ou, Risk.DESTRUCTIVE, idempotent=True),
        Tool(tools.preview_copied_groups, Risk.READ),
        Tool(tools.copy_groups_from, Risk.WRITE, idempotent=True),
    )
