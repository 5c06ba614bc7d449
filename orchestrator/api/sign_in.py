"""Signing in on the console: by password, or with the organisation's account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from orchestrator.address_limit import PERIOD_S, AddressLimit
from orchestrator.api.access import COOKIE, Access, check_own_page
from orchestrator.console.sessions import Method, Session, SignInRefused
from orchestrator.operators import OperatorRole
from orchestrator.services import Services
from shared.errors import UpstreamError
from shared.oidc import OidcProvider, SignInFailed

TRY_COOKIE = "widip_console_oidc"
OIDC_PATH = "/api/sign-in/oidc"
PAGE = "/console/"
TRIES_A_MINUTE = 20
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_Given = Annotated[str, Query(max_length=4000)]


class WaysIn(BaseModel):
    """How operators can sign in here."""

    password: bool
    oidc: bool


class SignIn(BaseModel):
    """Name and password of an operator."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=1000)]


class SignedIn(BaseModel):
    """Who is signed in. idle_at: it ends then if nothing is done; ends_at: it ends then in any case."""

    name: str
    roles: list[OperatorRole]
    method: Method
    signed_in_at: datetime
    idle_at: datetime
    ends_at: datetime


class SignInProblem(BaseModel):
    """Why nobody was signed in. retry_after_s: when a locked name may be tried again."""

    code: Literal["wrong", "locked", "too_many"]
    message: str
    retry_after_s: int | None = None


class SignInProblemBody(BaseModel):
    """As FastAPI wraps it."""

    detail: SignInProblem | str


def build_sign_in(services: Callable[[], Services], oidc: Callable[[], OidcProvider | None]) -> APIRouter:
    """`/api/sign-in`, `/api/sign-out`, `/api/session`, and the provider's way."""
    router = APIRouter(tags=["sign-in"])
    limit = AddressLimit(TRIES_A_MINUTE)

    @router.get("/api/sign-in", operation_id="get_ways_in")
    async def get_ways_in(request: Request) -> WaysIn:
        """What the sign-in page offers. For anybody."""
        access: Access = request.app.state.access
        operators = access.operators.current() or ()
        return WaysIn(password=any(one.password_argon2 for one in operators), oidc=oidc() is not None)

    @router.post(
        "/api/sign-in",
        operation_id="sign_in",
        responses={401: {"model": SignInProblemBody}, 403: {}, 429: {"model": SignInProblemBody}},
    )
    async def sign_in(given: SignIn, request: Request, response: Response) -> SignedIn:
        """Sign in by password; sets the session's cookie. After a few wrong tries the name is locked for a while."""
        access: Access = request.app.state.access
        check_own_page(request, access.origins)
        _charge(limit, request)
        sessions = access.sessions
        if sessions is None:
            raise HTTPException(503, "starting")
        try:
            cookie = await sessions.sign_in(given.name, given.password.get_secret_value())
        except SignInRefused as error:
            raise _problem(error) from None
        session = await sessions.find(cookie, counts=False)
        if session is None:
            raise HTTPException(401, "signed out meanwhile")
        _set_cookie(response, request, cookie, services())
        return _shown(session)

    @router.get("/api/session", operation_id="get_session", responses={401: {}})
    async def get_session(request: Request) -> SignedIn:
        """Who is signed in by this cookie."""
        return _shown(await _find(request))

    @router.post("/api/sign-out", operation_id="sign_out", status_code=204, responses={401: {}, 403: {}})
    async def sign_out(request: Request, response: Response) -> None:
        """End this session."""
        access: Access = request.app.state.access
        session = await _find(request)
        if access.sessions is not None:
            await access.sessions.sign_out(session)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=is_secure(request))

    _add_oidc(router, services, oidc, limit)
    return router


def _add_oidc(
    router: APIRouter,
    services: Callable[[], Services],
    oidc: Callable[[], OidcProvider | None],
    limit: AddressLimit,
) -> None:
    @router.get(
        OIDC_PATH, operation_id="begin_oidc", status_code=303, response_class=RedirectResponse, responses={404: {}}
    )
    async def begin(request: Request) -> RedirectResponse:
        """Sign in with the organisation's account: leads to its provider."""
        provider = oidc()
        if provider is None:
            raise HTTPException(404, "no OpenID provider is configured")
        try:
            begun = await provider.begin()
        except UpstreamError as error:
            raise HTTPException(503, str(error)) from error
        response = RedirectResponse(begun.url, 303)
        # Lax: the provider leads back here from a page of its own.
        response.set_cookie(
            TRY_COOKIE,
            begun.cookie,
            max_age=600,
            path=OIDC_PATH,
            secure=is_secure(request),
            httponly=True,
            samesite="lax",
        )
        return response

    @router.get(f"{OIDC_PATH}/callback", operation_id="finish_oidc", status_code=303, response_class=RedirectResponse)
    async def finish(request: Request, state: _Given = "", code: _Given = "") -> RedirectResponse:
        """Back from the provider: signs in, and leads to the console, which says what went wrong if something did."""
        _charge(limit, request)
        access: Access = request.app.state.access
        provider = oidc()
        if provider is None or access.sessions is None:
            raise HTTPException(404, "no OpenID provider is configured")
        try:
            vouched = await provider.finish(request.cookies.get(TRY_COOKIE, ""), state=state, code=code)
            cookie = await access.sessions.sign_in_vouched(vouched)
        except (SignInFailed, SignInRefused):
            return RedirectResponse(f"{PAGE}?sign-in=refused", 303)
        except UpstreamError:
            return RedirectResponse(f"{PAGE}?sign-in=away", 303)
        response = RedirectResponse(PAGE, 303)
        _set_cookie(response, request, cookie, services())
        response.delete_cookie(TRY_COOKIE, path=OIDC_PATH, secure=is_secure(request), httponly=True, samesite="lax")
        return response


def is_secure(request: Request) -> bool:
    """False only on this machine without TLS, where a Secure cookie would come back from few clients."""
    host = (request.url.hostname or "", request.client.host if request.client else "")
    return not (request.url.scheme == "http" and all(name in _LOOPBACK for name in host))


async def _find(request: Request) -> Session:
    access: Access = request.app.state.access
    session = await access.find_session(request, request.cookies.get(COOKIE))
    if session is None:
        raise HTTPException(401, "not signed in")
    return session


def _charge(limit: AddressLimit, request: Request) -> None:
    if not limit.admits(request.client.host if request.client else ""):
        problem = SignInProblem(code="too_many", message="too many tries from this address", retry_after_s=PERIOD_S)
        raise HTTPException(429, problem.model_dump(), headers={"retry-after": str(PERIOD_S)})


def _problem(error: SignInRefused) -> HTTPException:
    if error.retry_at is None:
        return HTTPException(401, SignInProblem(code="wrong", message=str(error)).model_dump())
    left_s = max(1, int((error.retry_at - datetime.now(UTC)).total_seconds()))
    problem = SignInProblem(code="locked", message=str(error), retry_after_s=left_s)
    return HTTPException(429, problem.model_dump(), headers={"retry-after": str(left_s)})


def _set_cookie(response: Response, request: Request, cookie: str, services: Services) -> None:
    lasts_s = int(services.settings.console_session_hours * 3600)
    response.set_cookie(
        COOKIE, cookie, max_age=lasts_s, path="/", secure=is_secure(request), httponly=True, samesite="strict"
    )


def _shown(session: Session) -> SignedIn:
    return SignedIn(
        name=session.operator.name,
        roles=sorted(session.operator.roles),
        method=session.method,
        signed_in_at=session.signed_in_at,
        idle_at=session.idle_at,
        ends_at=session.ends_at,
    )
