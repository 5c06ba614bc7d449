"""GLPI's accounts."""

from __future__ import annotations

from typing import Any

from servers.glpi.client import GlpiClient
from servers.glpi.models import User, UserChanges, UserList, UserRef, user_from_glpi
from servers.glpi.session import found_or
from shared.errors import InvalidInput, NotFound, OutcomeUnknown, Refused, UpstreamRejected

MAX_USERS = 20
MAX_ALIKE = 500
_TO_GLPI = {"firstname": "firstname", "lastname": "realname", "phone": "phone", "active": "is_active"}


class GlpiUsers:
    """Accounts of one GLPI."""

    def __init__(self, glpi: GlpiClient) -> None:
        self._session = glpi.session
        self._shape = glpi.shape

    async def find(self, *, email: str | None = None, login: str | None = None, user_id: int | None = None) -> UserList:
        """Accounts with this address, login or number, those in the bin left out; 20 of those that share an address.

        Raises InvalidInput when GLPI takes more than 500 for alike: the rest would be guessed.
        """
        if sum(wanted is not None for wanted in (email, login, user_id)) != 1:
            raise InvalidInput("give one of email, login and user_id")
        if email is not None:
            ids = await self._ids_by_email(email)
        elif login is not None:
            ids = await self._ids_by_login(login)
        elif user_id is not None and await self._is_kept(user_id):
            ids = [user_id]
        else:
            ids = []
        users = [await self.get(user_id) for user_id in ids[:MAX_USERS]]
        return UserList(users=users, truncated=len(ids) > MAX_USERS or None)

    async def get(self, user_id: int) -> User:
        """One account. Raises NotFound."""
        raw = await self._session.get(f"/User/{user_id}")
        emails = await self._session.list(f"/User/{user_id}/UserEmail", limit=20)
        return user_from_glpi(raw, emails, await self._shape())

    async def create(self, *, firstname: str, lastname: str, email: str, login: str) -> UserRef:
        """Create an account without a password.

        The same person under the same login already there is said, not an error; another one is InvalidInput. GLPI
        compares logins without case, the bin included.
        """
        known = await self._same_login(login)
        if known is not None:
            return _already(known, firstname, lastname, login)
        fields = {"name": login, "realname": lastname, "firstname": firstname, "_useremails": [email]}
        try:
            return UserRef(user_id=await self._session.add("User", fields), login=login)
        except OutcomeUnknown as lost:
            known = await found_or(lost, self._same_login(login))
            return _already(known, firstname, lastname, login).model_copy(update={"already_done": None})

    async def update(self, user_id: int, changes: UserChanges) -> UserRef:
        """Change an account and read back that it holds; `email` is added as default address.

        Raises UpstreamRejected when GLPI said yes and did not: a directory rules that account, or another right lacks.
        """
        named = changes.model_dump(exclude_none=True, exclude={"email"})
        fields = {_TO_GLPI[name]: 1 if value is True else value for name, value in named.items()}
        if not fields and changes.email is None:
            raise InvalidInput(f"nothing to change: give {', '.join(UserChanges.model_fields)}")
        known = await self.get(user_id)
        if fields:
            await self._session.update("User", user_id, fields)
            await self._check_holds(user_id, fields)
        if changes.email is not None and changes.email not in known.emails:
            await self._session.add("UserEmail", {"users_id": user_id, "email": changes.email, "is_default": 1})
        return UserRef(user_id=user_id, login=known.login)

    async def _check_holds(self, user_id: int, fields: dict[str, Any]) -> None:
        raw, shape = await self._session.get(f"/User/{user_id}"), await self._shape()
        lost = [name for name, value in fields.items() if shape.line(raw.get(name)) != str(value)]
        if lost:
            raise UpstreamRejected(f"GLPI left {', '.join(lost)} of account {user_id} as it was", system="glpi")

    async def disable(self, user_id: int) -> UserRef:
        """Make an account unable to sign in; its history stays."""
        if user_id == (await self._session.login()).user_id:
            raise Refused("this is the account that WIDIP itself works with")
        known = await self.get(user_id)
        if not known.active:
            return UserRef(user_id=user_id, login=known.login, already_done=True)
        await self._session.update("User", user_id, {"is_active": 0})
        if (await self.get(user_id)).active:
            raise UpstreamRejected(f"GLPI left account {user_id} active", system="glpi")
        return UserRef(user_id=user_id, login=known.login)

    async def _ids_by_email(self, email: str) -> list[int]:
        rows = await self._list_alike("/UserEmail", {"searchText[email]": f"^{email}$"})
        same = {int(row["users_id"]) for row in rows if str(row["email"]).casefold() == email.casefold()}
        return [user_id for user_id in sorted(same) if await self._is_kept(user_id)]

    async def _is_kept(self, user_id: int) -> bool:
        try:
            return not int((await self._session.get(f"/User/{user_id}")).get("is_deleted") or 0)
        except NotFound:
            return False

    async def _ids_by_login(self, login: str, *, binned: bool = False) -> list[int]:
        params = {"searchText[name]": f"^{login}$", "is_deleted": "true" if binned else "false"}
        rows = await self._list_alike("/User", params)
        return [int(row["id"]) for row in rows if str(row["name"]).casefold() == login.casefold()]

    async def _list_alike(self, path: str, params: dict[str, str]) -> list[dict[str, Any]]:
        """What GLPI takes for equal: `_` and `%` are wildcards to it, and accents do not count."""
        rows = await self._session.list_rows(path, params, at_most=MAX_ALIKE)
        if len(rows) > MAX_ALIKE:
            raise InvalidInput(f"over {MAX_ALIKE} accounts look like this one to GLPI: search by something else")
        return rows

    async def _same_login(self, login: str) -> User | None:
        ids = await self._ids_by_login(login) or await self._ids_by_login(login, binned=True)
        return await self.get(ids[0]) if ids else None


def _already(known: User, firstname: str, lastname: str, login: str) -> UserRef:
    if (known.firstname, known.lastname) != (firstname, lastname):
        raise InvalidInput(f"login {login} is taken by another person (account {known.user_id})")
    if not known.active:
        raise InvalidInput(f"login {login} exists but is disabled or in the bin (account {known.user_id})")
    return UserRef(user_id=known.user_id, login=known.login, already_done=True)
