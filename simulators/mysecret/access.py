"""Who is asking the JSON API, and whether he may. Source: contracts/mysecret.md, section 5."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.mysecret.state import MySecretState, Visitor

SIGN_IN = "You need to sign in or sign up before continuing."


class RefusedError(Exception):
    """The answer that ends a request."""

    def __init__(self, answer: Response) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def refuse(status: int, error: str | None = None) -> RefusedError:
    """With `{"error"}`, or with an empty body."""
    return RefusedError(Response(status_code=status) if error is None else JSONResponse({"error": error}, status))


def identify(state: MySecretState, request: Request, *, needs_user: bool = False) -> Visitor:
    """Who asks. Raises RefusedError for credentials that are present and wrong, and where anonymous is not enough."""
    user = _find_user(state, request)
    headers = request.headers
    is_trying = "authorization" in headers or "x-user-token" in headers
    if user is None and is_trying and not state.is_old:
        raise refuse(401)
    if user is None and needs_user:
        raise refuse(401)
    if user is None and not state.allow_anonymous:
        raise refuse(401, SIGN_IN)
    return visitor(request, user)


def visitor(request: Request, user: str | None = None) -> Visitor:
    """What the audit keeps of a request."""
    return Visitor(
        user=user,
        ip=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", "")[:255],
        referrer=request.headers.get("referer", "")[:255],
    )


def _find_user(state: MySecretState, request: Request) -> str | None:
    headers = request.headers
    if "x-user-email" in headers and "x-user-token" in headers:
        user = _user_of(state, headers["x-user-token"])
        # Later versions do not look at the e-mail any more.
        return user if not state.is_old or user == headers["x-user-email"] else None
    if state.is_old:
        return None
    words = headers.get("authorization", "").split()
    return _user_of(state, words[-1]) if words else None


def _user_of(state: MySecretState, token: str) -> str | None:
    for known, email in state.users.items():
        if secrets.compare_digest(known.encode(), token.encode()):
            return email
    return None
