"""What a person sees: the retrieval step, the secret, the passphrase, the end of it."""

from __future__ import annotations

import hashlib
import secrets
from html import escape
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators.mysecret.access import visitor
from simulators.mysecret.front import FIRST_RUN
from simulators.mysecret.state import MySecretState, Push
from simulators.mysecret.words import WORDS, find_language

_STYLE = (
    "body{font-family:sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#222;text-align:center}"
    "a.button,button{display:inline-block;padding:.8rem 1.6rem;background:#2f6fa7;color:#fff;border:0;"
    "border-radius:.3rem;font-size:1rem;text-decoration:none}"
    "pre{background:#f4f7fa;padding:1rem;text-align:left;white-space:pre-wrap;overflow-wrap:anywhere}"
)
# Neither a copy of a secret nor its address may stay anywhere.
_PRIVATE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


class Pages:
    """The HTML of one state."""

    def __init__(self, state: MySecretState) -> None:
        self._state = state

    async def show_step(self, request: Request) -> Response:
        """GET /p/{token}/r: counts nothing; its button leads to the secret."""
        push = self._find(request)
        if push is None or push.expired:
            return self._expired(request)
        words = _words(request)
        # A locale that was asked for stays asked for.
        query = f"?{request.url.query}" if request.url.query else ""
        link = escape(f"/p/{push.url_token}{query}")
        button = f'<a class="button" rel="nofollow" href="{link}">{words["click"]}</a>'
        return self._page(request, self._state.title, f"<p>{words['step']}</p><p>{button}</p>")

    async def show_secret(self, request: Request) -> Response:
        """GET /p/{token}: counts a view, whoever or whatever follows the link."""
        push = self._find(request)
        if push is None:
            return self._expired(request)
        if not push.expired and push.passphrase and not self._has_passphrase(request, push):
            return RedirectResponse(f"/p/{push.url_token}/passphrase", 302)
        payload = self._state.view(push, visitor(request))
        return self._expired(request) if payload is None else self._secret(request, push, payload)

    async def ask_passphrase(self, request: Request) -> Response:
        """GET /p/{token}/passphrase."""
        push = self._find(request)
        if push is None or push.expired:
            return self._expired(request)
        words = _words(request)
        wrong = f"<p>{words['wrong']}</p>" if "wrong" in request.query_params else ""
        field = f'<input type="password" name="passphrase" aria-label="{words["passphrase"]}" autofocus>'
        form = f'<form method="post" action="/p/{push.url_token}/access">{field} <button>{words["go"]}</button></form>'
        return self._page(request, words["passphrase"], wrong + form)

    async def check_passphrase(self, request: Request) -> Response:
        """POST /p/{token}/access: a cookie for three minutes, or the question again."""
        push = self._find(request)
        if push is None or push.expired:
            return self._expired(request)
        given = parse_qs((await request.body()).decode(errors="replace")).get("passphrase", [""])[0]
        if not secrets.compare_digest(given.encode(), push.passphrase.encode()):
            self._state.log(push, "failed_passphrase", visitor(request))
            return RedirectResponse(f"/p/{push.url_token}/passphrase?wrong=1", 303)
        answer = RedirectResponse(f"/p/{push.url_token}", 303)
        # Not the phrase itself: what stays in a browser's jar is worth nothing elsewhere.
        answer.set_cookie(f"{push.url_token}-p", _proof(push), max_age=180, httponly=True, samesite="strict")
        return answer

    async def expire(self, request: Request) -> Response:
        """POST /p/{token}/expire: the button below a secret."""
        push = self._find(request)
        if push is not None and self._state.may_expire(push, visitor(request)):
            self._state.expire(push, by=visitor(request))
        return RedirectResponse(f"/p/{escape(request.path_params['token'])}/r", 303)

    async def show_home(self, request: Request) -> Response:
        """GET /."""
        return self._page(request, self._state.title, f"<p>{_words(request)['home']}</p>")

    async def show_first_run(self, request: Request) -> Response:
        """GET /users/first_run."""
        return self._page(request, self._state.title, f"<p>{_words(request)['first_run']}</p>")

    def _find(self, request: Request) -> Push | None:
        return self._state.find(request.path_params["token"])

    def _has_passphrase(self, request: Request, push: Push) -> bool:
        return secrets.compare_digest(request.cookies.get(f"{push.url_token}-p", "").encode(), _proof(push).encode())

    def _secret(self, request: Request, push: Push, payload: str) -> Response:
        words = _words(request)
        left = f"{words['views']} {push.views_remaining}. {words['days']} {push.days_remaining(self._state.clock())}."
        body = f"<h1>{words['secret']}</h1><pre>{escape(payload)}</pre><p>{words['last'] if push.expired else left}</p>"
        if push.deletable_by_viewer and not push.expired:
            action = f"/p/{push.url_token}/expire"
            body += f'<form method="post" action="{action}"><button>{words["delete"]}</button></form>'
        return self._page(request, words["secret"], body)

    def _expired(self, request: Request) -> Response:
        """The same for what never was: a 404 would tell the two apart."""
        words = _words(request)
        return self._page(request, words["expired"], f"<h1>{words['expired']}</h1><p>{words['expired_text']}</p>")

    def _page(self, request: Request, title: str, body: str) -> Response:
        head = f'<!DOCTYPE html><html lang="{find_language(request)}"><head><meta charset="utf-8">'
        head += '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        head += f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        return HTMLResponse(f"{head}<body>{body}</body></html>", headers=_PRIVATE)


def _words(request: Request) -> dict[str, str]:
    return WORDS[find_language(request)]


def _proof(push: Push) -> str:
    return hashlib.sha256(f"{push.url_token} {push.passphrase}".encode()).hexdigest()


def page_routes(state: MySecretState) -> list[Route]:
    """The pages' addresses; those of the API come first."""
    pages = Pages(state)
    return [
        Route("/", pages.show_home),
        Route(FIRST_RUN, pages.show_first_run),
        Route("/p/{token}/r", pages.show_step),
        Route("/p/{token}/passphrase", pages.ask_passphrase),
        Route("/p/{token}/access", pages.check_passphrase, methods=["POST"]),
        Route("/p/{token}/expire", pages.expire, methods=["POST"]),
        Route("/p/{token}", pages.show_secret),
    ]
