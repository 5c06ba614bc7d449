"""What Assist reads of the directory, through the AD server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orchestrator.assist.action import AccountFacts
from orchestrator.assist.plans import Person
from orchestrator.journal import RunTools
from shared.errors import NotFound

Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Copyable:
    """The groups of an account that may be copied (DNs), and the names of those that may not."""

    dns: tuple[str, ...]
    left_out: tuple[str, ...]


class Directory:
    """Reads for one request. Each answer is asked for once: a re-check makes a new one."""

    def __init__(self, tools: RunTools) -> None:
        self._tools = tools
        self._by_mail: dict[str, tuple[list[Found], bool]] = {}

    async def find_by_guid(self, guid: UUID) -> tuple[AccountFacts, bool] | None:
        """The account and whether it can sign in; None when it is gone, or outside what we may see."""
        try:
            found = (await self._tools.call("ad_find_account_by_guid", {"object_guid": str(guid)})).data
        except NotFound:
            return None
        status = found["status"]
        return await self.with_mail(account_from(found)), not (status["disabled"] or status["expired"])

    async def find_by_mail(self, mail: str) -> AccountFacts | None:
        """The one account with this address; None when there is none, or more than one."""
        found, is_unique = await self._search_mail(mail)
        return account_from(found[0]).model_copy(update={"mail_is_unique": True}) if is_unique else None

    async def list_candidates(self, person: Person) -> list[AccountFacts] | None:
        """Accounts that could be this person's, without a word on their addresses; None when there are too many."""
        if person.login:
            return await self._search(samaccountname=person.login)
        name = person.lastname or person.firstname
        return await self._search(displayname=name) if name and len(name) > 1 else []

    async def has_login(self, login: str) -> bool:
        """True when the login is taken."""
        page = (await self._tools.call("ad_search_user", {"samaccountname": login})).data
        return bool(page["accounts"]) or bool(page.get("others_exist"))

    async def has_mail(self, mail: str) -> bool:
        """True when an account, or anything else of the domain, has the address."""
        page = (await self._tools.call("ad_search_user", {"email": mail})).data
        return bool(page["accounts"]) or bool(page.get("others_exist"))

    async def is_protected(self, account: AccountFacts) -> bool:
        """True when the server would not change it: privileged people's accounts."""
        status = await self._tools.call("ad_get_account_status", {"samaccountname": account.samaccountname})
        return bool(status.data["protected"])

    async def list_copyable(self, source: AccountFacts) -> Copyable:
        """The groups of a colleague, those with privileges left out."""
        arguments = {"source_user": source.samaccountname}
        groups = (await self._tools.call("ad_preview_copied_groups", arguments)).data["groups"]
        may: list[Found] = []
        rest: list[Found] = []
        for group in groups:
            (may if group["outcome"] == "copyable" else rest).append(group)
        return Copyable(tuple(sorted(group["dn"] for group in may)), tuple(group["group"] for group in rest))

    async def list_ous(self, under: str) -> list[str]:
        """DNs of the OUs in one."""
        return [ou["dn"] for ou in (await self._tools.call("ad_list_ous", {"under": under})).data["ous"]]

    async def _search(self, **criteria: str) -> list[AccountFacts] | None:
        page = (await self._tools.call("ad_search_user", criteria)).data
        if page.get("truncated"):
            return None
        return [account_from(found) for found in page["accounts"]]

    async def with_mail(self, account: AccountFacts) -> AccountFacts:
        """The same, and whether its address is its own alone."""
        is_unique = bool(account.mail) and (await self._search_mail(str(account.mail)))[1]
        return account.model_copy(update={"mail_is_unique": is_unique})

    async def _search_mail(self, mail: str) -> tuple[list[Found], bool]:
        key = mail.casefold()
        if key not in self._by_mail:
            page = (await self._tools.call("ad_search_user", {"email": mail})).data
            is_unique = len(page["accounts"]) == 1 and not page.get("truncated") and not page.get("others_exist")
            self._by_mail[key] = page["accounts"], is_unique
        return self._by_mail[key]


def account_from(found: Found) -> AccountFacts:
    """An account as the AD server tells it."""
    return AccountFacts(
        object_guid=found["object_guid"],
        samaccountname=found["samaccountname"],
        dn=found["dn"],
        display_name=found.get("display_name") or "",
        mail=found.get("mail"),
    )
