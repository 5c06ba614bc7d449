"""Who may use the API: operators, by their own token or signed in on the console; and whoever has API_TOKEN.

A browser sends its cookie by itself, whoever's page asks: where something changes, a cookie counts only with our own
header, which no foreign page can send, and from our own address.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from orchestrator.console.audit import BY_TOKEN
from orchestrator.console.sessions import Session, Sessions
from orchestrator.operators import Operator, OperatorRole, OperatorsFile

COOKIE = "widip_console"
OWN_HEADER = "x-widip-console"
IDLE_HEADER = "x-widip-idle"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_OPERATOR = HTTPBearer(
    auto_error=False, scheme_name="Operator", description="the operator's own token; API_TOKEN where nothing is decided"
)
_SESSION = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="Session",
    description=f"what changes anything needs {OWN_HEADER}: 1, too",
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_OPERATOR)]
_Cookie = Annotated[str | None, Depends(_SESSION)]


@dataclass(slots=True)
class Access:
    """What tokens and cookies are checked against. sessions: from the start of the program on."""

    api_token: str
    operators: OperatorsFile
    origins: tuple[str, ...] = ()
    sessions: Sessions | None = None

    async def find_reader(
        self,
        request: Request,
        credentials: HTTPAuthorizationCredentials | None,
        cookie: str | None,
        *,
        counts: bool = True,
    ) -> Operator | None:
        """The operator who looks, None for the holder of API_TOKEN. Raises 401 for anybody else."""
        if self.is_program(credentials):
            return None
        if credentials is not None:
            operator = self.find_bearer(credentials)
        else:
            session = await self.find_session(request, cookie, counts=counts)
            operator = session.operator if session else None
        if operator is None:
            raise _unauthorized("not signed in, or a wrong token")
        return operator

    async def find_session(self, request: Request, cookie: str | None, *, counts: bool = True) -> Session | None:
        """Who is signed in by this cookie. Raises 403 for a change that no page of ours asks for.

        counts: somebody does something; a page that only waits says so itself.
        """
        if not cookie or self.sessions is None:
            return None
        if request.method not in _SAFE:
            check_own_page(request, self.origins)
        return await self.sessions.find(cookie, counts=counts and IDLE_HEADER not in request.headers)

    def find_bearer(self, credentials: HTTPAuthorizationCredentials | None) -> Operator | None:
        """The operator whose token this is."""
        operators = self.operators.current()
        return operators.verify(credentials.credentials) if operators and credentials else None

    def is_program(self, credentials: HTTPAuthorizationCredentials | None) -> bool:
        """True for the holder of API_TOKEN."""
        presented = credentials.credentials if credentials else ""
        return hmac.compare_digest(presented.encode(), self.api_token.encode())


def check_own_page(request: Request, origins: tuple[str, ...]) -> None:
    """Raises 403 unless the request carries our header and does not come from a page of somebody else."""
    origin = request.headers.get("origin")
    try:
        is_ours = origin is None or origin in origins or urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:  # no URL at all
        is_ours = False
    if OWN_HEADER not in request.headers or not is_ours:
        raise HTTPException(403, f"a change by cookie needs the header {OWN_HEADER} and our own page")


async def find_reader(request: Request, credentials: _Credentials, cookie: _Cookie = None) -> Operator | None:
    """The operator who looks, None for the holder of API_TOKEN; 401 for anybody else."""
    access: Access = request.app.state.access
    return await access.find_reader(request, credentials, cookie)


async def watch_reader(
    request: Request, credentials: _Credentials, cookie: _Cookie = None
) -> Callable[[], Awaitable[bool]]:
    """As find_reader, for an answer that goes on: whether they still may read it, without counting as activity."""
    access: Access = request.app.state.access
    await access.find_reader(request, credentials, cookie)

    async def may_read() -> bool:
        try:
            await access.find_reader(request, credentials, cookie, counts=False)
        except HTTPException:
            return False
        return True

    return may_read


def needs(
    *roles: OperatorRole,
) -> Callable[[Request, HTTPAuthorizationCredentials | None, str | None], Awaitable[Operator]]:
    """A dependency that gives the operator, who has one of these roles: 401, 403, without an operators file 503."""

    async def find_operator(request: Request, credentials: _Credentials, cookie: _Cookie = None) -> Operator:
        access: Access = request.app.state.access
        if access.operators.current() is None:
            raise HTTPException(503, access.operators.why_none)
        operator = await find_reader(request, credentials, cookie)
        if operator is None:
            raise HTTPException(403, "this needs an operator's own token: API_TOKEN says not who you are")
        if not operator.roles & set(roles):
            raise HTTPException(403, f"operator {operator.name} lacks the role {' or '.join(roles)}")
        return operator

    return find_operator


async def find_worker(request: Request, credentials: _Credentials, cookie: _Cookie = None) -> str:
    """Whose name stands for what is tried again: an operator's with that role, or the program's; 401, 403."""
    operator = await find_reader(request, credentials, cookie)
    if operator is not None and not operator.roles & {OperatorRole.OPERATOR, OperatorRole.ADMIN}:
        raise HTTPException(403, f"operator {operator.name} lacks the role operator")
    return name_of(operator)


async def check_program(request: Request, credentials: _Credentials) -> None:
    """For the brief's clients: API_TOKEN and nothing else."""
    access: Access = request.app.state.access
    if not access.is_program(credentials):
        raise _unauthorized("wrong or missing API token")


def name_of(operator: Operator | None) -> str:
    """Who it was, for the audit."""
    return operator.name if operator else BY_TOKEN


Reader = Annotated[Operator | None, Depends(find_reader)]
StillReader = Annotated[Callable[[], Awaitable[bool]], Depends(watch_reader)]
Worker = Annotated[str, Depends(find_worker)]
Approver = Annotated[Operator, Depends(needs(OperatorRole.APPROVER))]
Switcher = Annotated[Operator, Depends(needs(OperatorRole.ADMIN, OperatorRole.OPERATOR))]
Admin = Annotated[Operator, Depends(needs(OperatorRole.ADMIN))]


def _unauthorized(why: str) -> HTTPException:
    return HTTPException(401, why, headers={"WWW-Authenticate": "Bearer"})
