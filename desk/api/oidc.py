"""/api/v1/sign-in/oidc: to the provider, and back from it. Both are opened by the browser, not fetched: whatever goes
wrong leads to the desk's own page, `/?signin=failed&reason=…`, which has words for each reason of `Failure`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from desk.api.access import COOKIE, source_of
from desk.parts import Parts
from desk.problems import CannotDo
from shared.errors import WidipError
from shared.logs import get_logger
from shared.oidc import Failure, SignInFailed

logger = get_logger("oidc")

TRY_COOKIE = "widip_desk_oidc"
_PATH = "/api/v1/sign-in/oidc"
_SEE_OTHER = 303
MAX_GIVEN = 4000
_REASONS = ", ".join(f"`{failure.value}`" for failure in Failure)
_LEADS: dict[int | str, dict[str, Any]] = {
    _SEE_OTHER: {"description": f"on; or to `/?signin=failed&reason=` with one of {_REASONS}"}
}


def build_oidc(parts: Callable[[], Parts]) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=_PATH, tags=["sign-in"], default_response_class=RedirectResponse)

    @router.get("", status_code=_SEE_OTHER, responses=_LEADS)
    async def begin() -> RedirectResponse:
        """Sign in with the organisation's account: leads to its provider."""
        try:
            begun = await parts().oidc.begin()
        except WidipError as error:
            return _back(error)
        response = RedirectResponse(begun.url, _SEE_OTHER)
        # Lax: the provider leads back here from a page of its own.
        response.set_cookie(
            TRY_COOKIE, begun.cookie, max_age=600, path=_PATH, secure=True, httponly=True, samesite="lax"
        )
        return response

    @router.get("/callback", status_code=_SEE_OTHER, responses=_LEADS)
    async def finish(request: Request, state: str = "", code: str = "", error: str = "") -> RedirectResponse:
        """Back from the provider: signs in, and leads to the desk's own page."""
        try:
            await parts().sign_ins.charge(source_of(request))
            token = await _enter(request, state=state, code=code, error=error)
        except WidipError as failed:
            return _back(failed)
        lasts_s = int(parts().services.settings.sign_in_hours * 3600)
        response = RedirectResponse("/", _SEE_OTHER)
        response.set_cookie(COOKIE, token, max_age=lasts_s, secure=True, httponly=True, samesite="strict")
        response.delete_cookie(TRY_COOKIE, path=_PATH, secure=True, httponly=True, samesite="lax")
        return response

    async def _enter(request: Request, *, state: str, code: str, error: str) -> str:
        if max(map(len, (state, code, error))) > MAX_GIVEN:
            raise SignInFailed(Failure.INVALID)
        kept = request.cookies.get(TRY_COOKIE, "")
        vouched = await parts().oidc.finish(kept, state=state, code=code, error=error)
        return await parts().sign_ins.enter_by_provider(vouched)

    return router


def _back(error: WidipError) -> RedirectResponse:
    """To the desk's own page, with the reason; nothing that came with the request goes along."""
    if isinstance(error, SignInFailed):
        failure = error.failure
    elif isinstance(error, CannotDo):  # the limits' only no
        failure = Failure.TOO_MANY
    else:
        logger.warning("upstream_failed", code=error.code)
        failure = Failure.AWAY
    query = urlencode({"signin": "failed", "reason": failure.value})
    return RedirectResponse(f"/?{query}", _SEE_OTHER)
