"""The pages that employees open from a mail: "was it you who asked?". Nothing else is reachable on their port.

Reading a page changes nothing, for mail programs and scanners open every link: only the form's POST answers. A link
that was used, is too old, is forged or is about what is no longer asked gets one and the same page. No link is logged.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs

import jinja2
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from orchestrator.address_limit import PERIOD_S, AddressLimit
from orchestrator.assist.confirmations import PUBLIC_PATH, answer_confirmation, find_question
from orchestrator.assist.plans import Plan
from orchestrator.services import Services
from shared.logs import get_logger

logger = get_logger("public")

REQUESTS_A_MINUTE = 60
MAX_FORM = 1024

DEEDS: Mapping[Plan, str] = {
    Plan.PASSWORD_RESET: "Un nouveau mot de passe remplacera l'actuel, qui ne fonctionnera plus. Le lien pour le lire "
    "sera envoyé à l'adresse ci-dessous.",
    Plan.UNLOCK: "Le compte sera déverrouillé. Son mot de passe ne change pas.",
    Plan.CREATE_ACCOUNT: "Un nouveau compte sera créé. Le lien pour lire son premier mot de passe sera envoyé à "
    "l'adresse ci-dessous.",
    Plan.DISABLE: "Le compte sera désactivé : personne ne pourra plus s'en servir.",
    Plan.ENABLE: "Le compte sera réactivé.",
    Plan.MOVE: "Le compte sera déplacé vers un autre établissement ou service.",
}

_templates = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "assist/templates/public"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
)
_STYLE = _templates.get_template("style.css.j2").render()
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
}


def create_public_app(services: Services, key: str) -> Starlette:
    """The app of the public port. key: CONFIRMATION_KEY."""
    pages = _Pages(services, key)
    app = Starlette(
        routes=[Route(f"{PUBLIC_PATH}{{token}}", pages.confirm, methods=["GET", "POST"])],
        exception_handlers={404: _show_gone, 405: _show_gone, Exception: _show_away},
    )
    app.router.redirect_slashes = False
    return app


class _Pages:
    def __init__(self, services: Services, key: str) -> None:
        self._s = services
        self._key = key
        self._limit = AddressLimit(REQUESTS_A_MINUTE)

    async def confirm(self, request: Request) -> Response:
        """Show the question; by POST, take its answer."""
        if not self._limit.admits(request.client.host if request.client else ""):
            return _page("busy", HTTPStatus.TOO_MANY_REQUESTS, {"retry-after": str(PERIOD_S)})
        token: str = request.path_params["token"]
        try:
            return await (self._answer(request, token) if request.method == "POST" else self._ask(token))
        except sa.exc.SQLAlchemyError as error:
            logger.error("confirmation_failed", error_type=type(error).__name__)
            return await _show_away(request, error)

    async def _ask(self, token: str) -> Response:
        find = partial(find_question, key=self._key, token=token, now=datetime.now(UTC))
        question = await self._s.database.read(find)
        if question is None:
            return _page("gone", HTTPStatus.NOT_FOUND)
        return _page("question", action=question.action, deed=DEEDS[question.action.plan])

    async def _answer(self, request: Request, token: str) -> Response:
        said = await _read_answer(request)
        if said is None:
            return _page("unclear", HTTPStatus.BAD_REQUEST)
        keep = partial(
            answer_confirmation, engine=self._s.engine, key=self._key, token=token, yes=said, now=datetime.now(UTC)
        )
        kept = await self._s.database.write(keep, first=True)
        if kept is None:
            return _page("gone", HTTPStatus.NOT_FOUND)
        question, queue = kept
        if queue is not None:
            self._s.engine.nudge(queue)
        logger.info("confirmation_answered", request=question.request_key, confirmed=said)
        return _page("answered", action=question.action, yes=said)


async def _read_answer(request: Request) -> bool | None:
    """What the form says; None for anything but one of its two buttons."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            return None
    answers = parse_qs(body.decode("ascii", errors="replace")).get("answer", [])
    return {"yes": True, "no": False}.get(answers[0]) if len(answers) == 1 else None


async def _show_gone(_request: Request, _error: Exception) -> Response:
    return _page("gone", HTTPStatus.NOT_FOUND)


async def _show_away(_request: Request, _error: Exception) -> Response:
    return _page("away", HTTPStatus.SERVICE_UNAVAILABLE)


def _page(
    name: str, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None, **values: object
) -> Response:
    text = _templates.get_template(f"{name}.html.j2").render(values)
    return HTMLResponse(text, status, {**HEADERS, **(headers or {})})
