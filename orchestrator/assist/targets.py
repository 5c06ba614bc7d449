"""Whom and what a request is about, found in the directory: the account, the groups to copy, the OU to move to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from orchestrator.assist.action import AccountFacts, Binding, NewAccount
from orchestrator.assist.binding import check_self, match_colleague
from orchestrator.assist.codes import Code
from orchestrator.assist.directory import Directory
from orchestrator.assist.new_account import build_new
from orchestrator.assist.places import find_target_ou
from orchestrator.assist.plans import Missing, Person, Plan, Request
from shared.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was found. code: why nothing can be done. left_out: groups with privileges, by name.

    A binding alone: the words say of what kind of account they speak, and too little to look for it.
    """

    binding: Binding | None = None
    account: AccountFacts | None = None
    new: NewAccount | None = None
    groups_from: AccountFacts | None = None
    groups: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    target_ou: str | None = None
    code: Code | None = None

    @property
    def is_found(self) -> bool:
        """True when there is somebody to act on."""
        return self.code is None and (self.account is not None or self.new is not None)


_UNNAMED = frozenset({Missing.PERSON, Missing.FIRSTNAME, Missing.LASTNAME})


class TargetFinder:
    """Finds the target of one request. chosen: the new account as it was decided when its making began."""

    def __init__(
        self, directory: Directory, *, author: AccountFacts, site: Site | None, chosen: NewAccount | None
    ) -> None:
        self._directory = directory
        self._author = author
        self._site = site
        self._chosen = chosen

    async def find(self, asked: Request) -> Target:
        """The target; no binding when the request does not say whom it is about. Raises UpstreamError."""
        if asked.plan is Plan.CREATE_ACCOUNT:
            return await self._with_groups(await self._find_new(asked), asked.same_rights_as)
        if asked.person is None:
            return Target()
        if not asked.person.is_author and _UNNAMED & set(asked.missing):
            return Target(binding=Binding.COLLEAGUE)
        target = await self._find_account(asked.person)
        return await self._with_ou(target, asked) if asked.plan is Plan.MOVE else target

    async def _find_account(self, person: Person) -> Target:
        if person.is_author:
            return Target(binding=Binding.SELF, account=self._author, code=check_self(person, self._author))
        found = await self._match(person)
        if isinstance(found, Code):
            return Target(binding=Binding.COLLEAGUE, code=found)
        if found.object_guid == self._author.object_guid:
            return Target(binding=Binding.SELF, account=self._author)
        return Target(binding=Binding.COLLEAGUE, account=await self._directory.with_mail(found))

    async def _match(self, person: Person) -> AccountFacts | Code:
        if self._site is None:
            return Code.SITE_UNKNOWN
        candidates = await self._directory.list_candidates(person)
        return Code.AMBIGUOUS if candidates is None else match_colleague(person, candidates, site=self._site)

    async def _find_new(self, asked: Request) -> Target:
        if self._site is None:
            return Target(binding=Binding.NEW, code=Code.SITE_UNKNOWN)
        if self._chosen is not None:
            return Target(binding=Binding.NEW, new=self._chosen)
        if _UNNAMED & set(asked.missing):
            return Target(binding=Binding.NEW)
        if (known := await self._find_namesake(asked)) is not None:
            return Target(binding=Binding.NEW, code=known)
        taken: set[str] = set()
        while not isinstance(new := build_new(asked, self._site, taken), Code):
            if not await self._is_taken(new):
                return Target(binding=Binding.NEW, new=new)
            taken.add(new.username)
        return Target(binding=Binding.NEW, code=new)

    async def _is_taken(self, new: NewAccount) -> bool:
        """Its login is somebody's, or the address that goes with it."""
        if await self._directory.has_login(new.username):
            return True
        return new.glpi_email is not None and await self._directory.has_mail(new.glpi_email)

    async def _find_namesake(self, asked: Request) -> Code | None:
        """Somebody of this name is there already: the same person, mostly, by a ticket that came before."""
        person = asked.person
        if person is None or not (person.firstname and person.lastname):
            return None
        found = await self._match(Person(firstname=person.firstname, lastname=person.lastname))
        return None if found in (Code.NO_MATCH, Code.OTHER_SITE) else Code.NAME_TAKEN

    async def _with_groups(self, target: Target, person: Person | None) -> Target:
        if person is None or not target.is_found:
            return target
        source = await self._match(person)
        if isinstance(source, Code):
            return replace(target, code=source)
        copyable = await self._directory.list_copyable(source)
        return replace(target, groups_from=source, groups=copyable.dns, left_out=copyable.left_out)

    async def _with_ou(self, target: Target, asked: Request) -> Target:
        if not target.is_found or self._site is None or Missing.PLACE in asked.missing:
            return target
        ous = [ou for under in self._site.ad_ous for ou in await self._directory.list_ous(under)]
        found = find_target_ou(asked, ous, self._site)
        return replace(target, code=found) if isinstance(found, Code) else replace(target, target_ou=found)
