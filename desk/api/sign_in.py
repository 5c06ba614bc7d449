"""/api/v1/sign-in: a code, a proxy's header, who I am, out again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from desk.api.access import COOKIE, find_proxied_email, person_finder, source_of
from desk.api.inputs import Address, Ours
from desk.parts import Parts
from desk.people import Method, Person, is_referent
from desk.problems import CannotDo, Problem, problems


class CodeRequest(BaseModel):
    """Who wants to sign in."""

    email: Address


class CodeRequested(BaseModel):
    """The same answer for every address: it does not tell who exists."""

    challenge: str
    expires_in_s: int


class CodeEntry(BaseModel):
    """The code that came by mail; blanks do not count."""

    challenge: Ours
    code: str = Field(min_length=1, max_length=20)


class SignedIn(BaseModel):
    """A token for `Authorization: Bearer`; browsers get it as a cookie, too."""

    token: str
    expires_in_s: int


class Me(BaseModel):
    """The signed-in person. seen_at: when the directory last told us who that is."""

    email: str
    display_name: str
    site: str | None
    is_referent: bool
    method: Method
    signed_in_at: datetime
    seen_at: datetime


def build_sign_in(parts: Callable[[], Parts]) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["sign-in"])
    who = Depends(person_finder(parts))

    def welcome(response: Response, token: str) -> SignedIn:
        lasts_s = int(parts().services.settings.sign_in_hours * 3600)
        response.set_cookie(COOKIE, token, max_age=lasts_s, secure=True, httponly=True, samesite="strict")
        return SignedIn(token=token, expires_in_s=lasts_s)

    @router.post("/sign-in/code", status_code=202, responses=problems(Problem.NO_CODES, Problem.TOO_MANY))
    async def request_code(asked: CodeRequest, request: Request) -> CodeRequested:
        """Have a code sent to one's own address, as the directory knows it."""
        challenge = await parts().sign_ins.request_code(asked.email, source=source_of(request))
        return CodeRequested(challenge=challenge, expires_in_s=int(parts().services.settings.code_minutes * 60))

    @router.post("/sign-in", responses=problems(Problem.WRONG_CODE, Problem.TOO_MANY))
    async def enter_code(entry: CodeEntry, request: Request, response: Response) -> SignedIn:
        """Sign in with the code."""
        source = source_of(request)
        return welcome(response, await parts().sign_ins.enter_code(entry.challenge, entry.code, source=source))

    @router.post("/sign-in/proxy", responses=problems(Problem.NOT_SIGNED_IN, Problem.TOO_MANY, Problem.AWAY))
    async def enter_by_header(request: Request, response: Response) -> SignedIn:
        """Sign in as the person whom our proxy names in its header."""
        email = find_proxied_email(parts().services.settings, request)
        if email is None:
            raise CannotDo(Problem.NOT_SIGNED_IN)
        source = source_of(request)
        return welcome(response, await parts().sign_ins.enter_by_header(email, source=source))

    @router.get("/me", responses=problems(Problem.NOT_SIGNED_IN))
    async def me(person: Person = who) -> Me:
        """Who I am."""
        account = person.account
        return Me(
            email=account.email,
            display_name=account.display_name,
            site=account.site,
            is_referent=is_referent(parts().services.sites, account),
            method=person.method,
            signed_in_at=person.signed_in_at,
            seen_at=account.seen_at,
        )

    @router.post("/sign-out", status_code=204, responses=problems(Problem.NOT_SIGNED_IN))
    async def sign_out(response: Response, person: Person = who) -> None:
        """End this sign-in, wherever its token is."""
        await parts().sign_ins.end(person)
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")

    return router
