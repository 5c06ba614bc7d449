"""Behind a proxy: the sender is whom it names; the peer itself is kept for what only a proxy may say."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PEER = "widip.peer"


class Forwarded:
    """Believes the X-Forwarded-For of these proxies and of nobody else; scope[PEER] is who is really connected."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._next: ASGIApp = ProxyHeadersMiddleware(app, trusted_hosts=list(proxies)) if proxies else app  # type: ignore[arg-type,assignment]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        scope[PEER] = scope.get("client")
        await self._next(scope, receive, send)
