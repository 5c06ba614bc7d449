"""The JSON API: v1 under /p (every version), v2 under /api/v2/pushes (from 2.3), the version endpoints.

Source: contracts/mysecret.md, sections 1 to 6.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulators.mysecret.access import RefusedError, identify, refuse
from simulators.mysecret.shapes import find_link, write_audit, write_push
from simulators.mysecret.state import MAX_PAYLOAD, VERSIONS, MySecretState, Push, Visitor

NOT_FOUND_PAGE = (
    "<!DOCTYPE html><html><body><h1>404</h1><p>The page you were looking for doesn't exist.</p></body></html>"
)
FORGED_PAGE = "<!DOCTYPE html><html><body><h1>422</h1><p>The change you wanted was rejected.</p></body></html>"
WRONG_WORDS = "That passphrase is incorrect."
PAGE = 50
TRIES_A_MINUTE = 5

Endpoint = Callable[[Request], Awaitable[Response]]


def _refusable(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    @wraps(endpoint)
    async def guarded(self: Api, request: Request) -> Response:
        try:
            return await endpoint(self, request)
        except RefusedError as refusal:
            return refusal.answer

    return guarded


class Api:
    """One version of the API over one state."""

    def __init__(self, state: MySecretState, *, v2: bool) -> None:
        self._state = state
        self._v2 = v2
        self._root = "push" if v2 else "password"
        self._tries: defaultdict[str, list[datetime]] = defaultdict(list)

    @_refusable
    async def create(self, request: Request) -> Response:
        """201 with the push. What is out of range is replaced by the default and nobody is told."""
        by = identify(self._state, request)
        given = (await _read(request)).get(self._root)
        if not isinstance(given, dict) or not given:
            raise self._missing_root()
        payload = given.get("payload")
        if not isinstance(payload, str) or not 1 <= len(payload) <= MAX_PAYLOAD or not payload.strip():
            raise self._bad_payload()
        push = self._state.create(given, by)
        return JSONResponse(write_push(self._state, request, push, is_own=True), 201)

    @_refusable
    async def show(self, request: Request) -> Response:
        """The payload: this counts a view."""
        by, push = identify(self._state, request), self._find(request)
        if not push.expired and push.passphrase and request.query_params.get("passphrase") != push.passphrase:
            return self._refuse_passphrase(push, by)
        was_expired = push.expired
        shown = write_push(self._state, request, push)
        payload = self._state.view(push, by)
        counted = {"views_remaining": push.views_remaining, "expired": was_expired}
        return JSONResponse(shown | counted | {"payload": payload, "files": []})

    @_refusable
    async def preview(self, request: Request) -> Response:
        """The link of a push, expired or not; counts nothing."""
        identify(self._state, request)
        return JSONResponse({"url": find_link(self._state, request, self._find(request))})

    @_refusable
    async def audit(self, request: Request) -> Response:
        """For its owner only."""
        by, push = identify(self._state, request, needs_user=True), self._find(request)
        if push.owner != by.user:
            # The old version says so with 200.
            raise refuse(200 if self._state.is_old else 403, "That push doesn't belong to you.")
        return JSONResponse(write_audit(self._state, push, v2=self._v2))

    @_refusable
    async def expire(self, request: Request) -> Response:
        """Its owner, or anybody where it is deletable by viewers; again is no error."""
        by, push = identify(self._state, request), self._find(request)
        if not self._state.may_expire(push, by):
            raise refuse(401, "That push is not deletable by viewers.")
        self._state.expire(push, by=by)
        return JSONResponse(write_push(self._state, request, push))

    @_refusable
    async def active(self, request: Request) -> Response:
        """The caller's pushes that live."""
        return self._list(request, expired=False)

    @_refusable
    async def expired(self, request: Request) -> Response:
        """The caller's pushes that are over."""
        return self._list(request, expired=True)

    def _list(self, request: Request, *, expired: bool) -> Response:
        by = identify(self._state, request, needs_user=True)
        own = [push for token, push in self._state.pushes.items() if self._state.find(token) and push.owner == by.user]
        wanted = [push for push in reversed(own) if push.expired is expired]
        page = min(max(int(request.query_params.get("page") or 1), 1), 200)
        shown = wanted[PAGE * (page - 1) : PAGE * page]
        return JSONResponse([write_push(self._state, request, push, is_own=True) for push in shown])

    def _find(self, request: Request) -> Push:
        push = self._state.find(request.path_params["token"])
        if push is None:
            raise refuse(404, "not-found")
        return push

    def _missing_root(self) -> RefusedError:
        if self._state.is_old:
            return refuse(422, "No password, text or files provided.")
        return refuse(400, f"param is missing or the value is empty or invalid: {self._root}")

    def _bad_payload(self) -> RefusedError:
        if self._state.is_old:
            return refuse(422, "Payload length must be between 1 and 1_048_576.")
        return RefusedError(JSONResponse({"payload": ["Payload is required."]}, 422))

    def _refuse_passphrase(self, push: Push, by: Visitor) -> Response:
        if self._state.has_v2 and self._is_guessing(push):
            return JSONResponse({"error": "Too many passphrase attempts. Please try again later."}, 429)
        self._state.log(push, "failed_passphrase", by)
        if self._state.is_old:
            return JSONResponse({"error": WRONG_WORDS})
        hint = "This push requires a passphrase. Please provide it using the 'passphrase' parameter"
        return JSONResponse({"error": WRONG_WORDS, "message": hint, "status": "unauthorized"}, 401)

    def _is_guessing(self, push: Push) -> bool:
        now, tries = self._state.clock(), self._tries[push.url_token]
        tries[:] = [at for at in tries if now - at < timedelta(minutes=1)]
        tries.append(now)
        return len(tries) > TRIES_A_MINUTE


async def _read(request: Request) -> dict[str, Any]:
    """JSON, or a form's `password[payload]=…`; nothing where it is neither."""
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        try:
            parsed = json.loads(body)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}
    read: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(errors="replace"), keep_blank_values=True):
        root, _, rest = name.partition("[")
        if rest.endswith("]"):
            read.setdefault(root, {})[rest[:-1]] = value
    return read


async def refuse_form(_request: Request) -> Response:
    """POST /p: without `.json` it is a form, and a form needs the token of its page."""
    return HTMLResponse(FORGED_PAGE, 422)


async def show_no_page(_request: Request, _error: Exception) -> Response:
    """Rails' page for an address that it does not know."""
    return HTMLResponse(NOT_FOUND_PAGE, 404)


def _version(state: MySecretState, api_version: str) -> Endpoint:
    async def show(_request: Request) -> Response:
        known = {"application_version": VERSIONS[state.profile], "api_version": api_version, "edition": "oss"}
        return JSONResponse(known | {"features": {}})

    return show


def api_routes(state: MySecretState) -> list[Route]:
    """The routes of this profile."""
    routes = [*_routes(Api(state, v2=False), "/p", (".json",)), Route("/p", refuse_form, methods=["POST"])]
    if not state.is_old:
        routes.append(Route("/api/v1/version.json", _version(state, "1.0")))
    if state.has_v2:
        suffixes = (".json", "")
        routes += _routes(Api(state, v2=True), "/api/v2/pushes", suffixes)
        routes += [Route(f"/api/v2/version{suffix}", _version(state, "2.1")) for suffix in suffixes]
    return routes


def _routes(api: Api, base: str, suffixes: tuple[str, ...]) -> list[Route]:
    found = []
    for suffix in suffixes:
        one = f"{base}/{{token}}"
        found += [
            Route(f"{base}{suffix}", api.create, methods=["POST"]),
            Route(f"{base}/active{suffix}", api.active),
            Route(f"{base}/expired{suffix}", api.expired),
            Route(f"{one}/preview{suffix}", api.preview),
            Route(f"{one}/audit{suffix}", api.audit),
            Route(f"{one}{suffix}", api.show, methods=["GET"]),
            Route(f"{one}{suffix}", api.expire, methods=["DELETE"]),
        ]
    return found
