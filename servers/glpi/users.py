"""GLPI's accounts."""

from __future__ import annotations

from typing import Any

from servers.glpi.client import GlpiClient
from servers.glpi.models import User, UserList, UserRef, user_from_glpi
from shared.errors import InvalidInput, NotFound, OutcomeUnknown, UpstreamRejected

_FIELDS_TO_GLPI = {"firstname": "firstname", "lastname": "realname", "phone": "phone", "active": "is_active"}


class GlpiUsers:
    """Accounts of one GLPI."""

    def __init__(self, glpi: GlpiClient) -> None:
        self._session = glpi.session
        self._shape = glpi.shape

    async def find(self, *, email: str | None = None, login: str | None = None) -> UserList:
        """Accounts with this exact address or login, those in the bin left out. Several may share an address."""
        if (email is None) == (login is None):
            raise InvalidInput("give either email or login")
        ids = await self._ids_by_email(email) if email is not None else await self._ids_by_login(login or "")
        return UserList(users=[await self.get(user_id) for user_id in ids])

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
        except OutcomeUnknown:
            known = await self._same_login(login)
            if known is None:
                raise
            return _already(known, firstname, lastname, login).model_copy(update={"already_done": None})

    async def update(self, user_id: int, updates: dict[str, str | bool]) -> UserRef:
        """Change an account and read back that it holds; `email` is added as default address."""
        unknown = set(updates) - set(_FIELDS_TO_GLPI) - {"email"}
        if unknown or not updates:
            raise InvalidInput(f"updates may hold: email, {', '.join(_FIELDS_TO_GLPI)}")
        fields: dict[str, Any] = {
            _FIELDS_TO_GLPI[name]: int(value) if isinstance(value, bool) else value
            for name, value in updates.items()
            if name != "email"
        }
        await self._session.get(f"/User/{user_id}")
        if fields:
            await self._session.update("User", user_id, fields)
        if "email" in updates:
            await self._add_email(user_id, str(updates["email"]))
        return UserRef(user_id=user_id, login=(await self.get(user_id)).login)

    async def disable(self, user_id: int) -> UserRef:
        """Make an account unable to sign in; its history stays."""
        known = await self.get(user_id)
        if not known.active:
            return UserRef(user_id=user_id, login=known.login, already_done=True)
        await self._session.update("User", user_id, {"is_active": 0})
        if (await self.get(user_id)).active:
            raise UpstreamRejected(f"GLPI left account {user_id} active", system="glpi")
        return UserRef(user_id=user_id, login=known.login)

    async def _add_email(self, user_id: int, email: str) -> None:
        if email in (await self.get(user_id)).emails:
            return
        await self._session.add("UserEmail", {"users_id": user_id, "email": email, "is_default": 1})

    async def _ids_by_email(self, email: str) -> list[int]:
        rows = await self._session.list("/UserEmail", {"searchText[email]": f"^{email}$"}, limit=20)
        same = {int(row["users_id"]) for row in rows if str(row["email"]).casefold() == email.casefold()}
        return [user_id for user_id in sorted(same) if await self._is_kept(user_id)]

    async def _is_kept(self, user_id: int) -> bool:
        try:
            return not int((await self._session.get(f"/User/{user_id}")).get("is_deleted") or 0)
        except NotFound:
            return False

    async def _ids_by_login(self, login: str, *, binned: bool = False) -> list[int]:
        params = {"searchText[name]": f"^{login}$", "is_deleted": "true" if binned else "false"}
        rows = await self._session.list("/User", params, limit=20)
        return [int(row["id"]) for row in rows if str(row["name"]).casefold() == login.casefold()]

    async def _same_login(self, login: str) -> User | None:
        ids = await self._ids_by_login(login) or await self._ids_by_login(login, binned=True)
        return await self.get(ids[0]) if ids else None


def _already(known: User, firstname: str, lastname: str, login: str) -> UserRef:
    if (known.firstname, known.lastname) != (firstname, lastname):
        raise InvalidInput(f"login {login} is taken by another person (account {known.user_id})")
    if not known.active:
        raise InvalidInput(f"login {login} exists but is disabled or in the bin (account {known.user_id})")
    return UserRef(user_id=known.user_id, login=known.login, already_done=True)
