"""The built web pages, served by the two backends: safe headers, lasting caches, compressed files.

`make web` builds them into web/dist. A page's HTML is written anew for each answer, with a nonce for the style elements
that its components add; scripts come from files alone. Everything else has its content's hash in its name.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).resolve().parent.parent / "web/dist"
NONCE = "CSP-NONCE"
"""What stands for the nonce in the built HTML."""
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""Best first."""
NOT_BUILT = "This page has not been built yet: run `make web`, then load it again.\n"
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}
_LASTING = {**_SAFE, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def web_pages(page: str, *, paths: Sequence[str], base: str = "/", dist: Path = DIST) -> list[BaseRoute]:
    """The routes of one built page: its HTML at each of `paths` under `base` (deep links), its files under assets.

    A page that has not been built answers 503 and says how to build it, once built it is there without a restart.
    """
    folder = dist / page

    async def show(_request: Request) -> Response:
        try:
            html = (folder / "index.html").read_text(encoding="utf-8")
        except FileNotFoundError:
            return PlainTextResponse(NOT_BUILT, 503, headers=_SAFE)
        nonce = secrets.token_urlsafe(16)
        headers = {**_SAFE, "Cache-Control": "no-store", "Content-Security-Policy": _POLICY.format(nonce=nonce)}
        return HTMLResponse(html.replace(NONCE, nonce), headers=headers)

    files = Mount(f"{base}assets", _Assets(directory=folder / "assets", check_dir=False), name=f"{page} assets")
    return [files, *(Route(f"{base}{path}", show, methods=["GET"], name=f"{page} {path}") for path in paths)]


class _Assets(StaticFiles):
    """Files whose names hold the hash of what is in them; in the best encoding that the browser takes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Raises HTTPException(404)."""
        accepted = _accepted(Headers(scope=scope).get("accept-encoding", ""))
        for encoding in (name for name in ENCODINGS if name in accepted):
            try:
                response = await super().get_response(path + ENCODINGS[encoding], scope)
            except HTTPException:
                continue
            response.headers.update({**_LASTING, "Content-Encoding": encoding, "Content-Type": _type_of(path)})
            return response
        response = await super().get_response(path, scope)
        response.headers.update({**_LASTING, "Content-Type": _type_of(path)})
        return response


_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def _type_of(path: str) -> str:
    """Not the machine's own list: on some, scripts are plain text there."""
    return _TYPES.get(Path(path).suffix, "application/octet-stream")


def _accepted(header: str) -> set[str]:
    """The encodings that the browser takes: those it lists without a weight of nothing."""
    listed = (part.partition(";") for part in header.split(","))
    return {name.strip().lower() for name, _, weight in listed if weight.replace(" ", "") not in ("q=0", "q=0.0")}
