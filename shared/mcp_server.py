"""One function builds an MCP server's Starlette app from its list of tools.

Every server gets the same: SSE at /sse and at its historical prefix, Streamable HTTP at /mcp, tokens, /healthz,
/readyz, /metrics. What the SDK leaves to us is in contracts/mcp.md, section 3; each point has a test.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.provider import AccessToken
from mcp.server.lowlevel import Server
from mcp.server.sse import SseServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import InvalidInput, WidipError
from shared.idempotency import IdempotencyRecord
from shared.mcp_calls import ToolCalls
from shared.mcp_tokens import TokenBook
from shared.mcp_tool import Risk, Tool
from shared.metrics import ToolMetrics, metrics_route
from shared.redis_helper import RedisHelper
from shared.settings import ServerSettings

VERSION = "0.1.0"
READY_CACHE_S = 5.0
DRAIN_S = 10.0

CheckReady = Callable[[], Awaitable[list[str]]]
"""Reaches the server's system with its credentials; returns warnings, raises WidipError when it cannot work."""


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """What tells one server from another. writes_need_redis: without it, it refuses them."""

    name: str
    historical_prefix: str
    instructions: str
    writes_need_redis: bool = False


def build_app(
    spec: ServerSpec,
    tools: Sequence[Tool],
    *,
    settings: ServerSettings,
    redis: RedisHelper,
    check_ready: CheckReady,
    lifespan: Callable[[], AbstractAsyncContextManager[None]],
    digest: Callable[[str], str] | None = None,
) -> Starlette:
    """The server as an ASGI app. `lifespan` opens and closes what the tools use, once a process.

    digest: of arguments, keyed, for a server that is given secrets.
    """
    registry = CollectorRegistry()
    metrics = ToolMetrics(registry)
    book = _open_book(spec, settings, redis)
    calls = ToolCalls(
        registered(tools, settings),
        server=spec.name,
        book=book,
        record=IdempotencyRecord(
            redis, server=spec.name, settle_s=settings.write_settle_s, needs_redis=spec.writes_need_redis
        ),
        metrics=metrics,
        digest=digest,
    )
    server: Server[Any] = Server(
        f"widip-{spec.name}",
        version=VERSION,
        instructions=spec.instructions,
        on_list_tools=calls.list_tools,
        on_call_tool=calls.call_tool,
        # Without it the SDK runs a whole tools/list before each call on /mcp, to check headers that none of ours has.
        get_tool_input_schema=calls.find_schema,
    )
    security = TransportSecuritySettings(
        allowed_hosts=list(settings.allowed_hosts), allowed_origins=list(settings.allowed_origins)
    )
    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True, security_settings=security)

    def transports() -> list[Route | Mount]:
        guard = RequireAuthMiddleware if book else _open
        sse = SseServerTransport("/messages/", security_settings=security)
        limited = _SseEndpoint(server, sse, limit=settings.max_sse_sessions, metrics=metrics)
        return [
            Route("/sse", endpoint=guard(limited, []), methods=["GET"]),
            Mount("/messages/", app=guard(sse.handle_post_message, [])),
            Route("/mcp", endpoint=guard(StreamableHTTPASGIApp(manager), [])),
        ]

    @asynccontextmanager
    async def run(_app: Starlette) -> AsyncIterator[None]:
        async with lifespan(), redis, manager.run():
            yield
            await calls.drain(DRAIN_S)

    # The same endpoints under both names: one cap on SSE sessions, not one each.
    endpoints = transports()
    return Starlette(
        routes=[
            *_probes(check_ready),
            metrics_route(registry),
            *endpoints,
            Mount(spec.historical_prefix, routes=endpoints),
        ],
        middleware=_middleware(book),
        lifespan=run,
    )


def registered(tools: Sequence[Tool], settings: ServerSettings) -> list[Tool]:
    """The tools left by READ_ONLY and TOOLS. A name in TOOLS that does not exist is an error, not a surprise."""
    unknown = set(settings.tools) - {tool.name for tool in tools}
    if unknown:
        raise InvalidInput(f"TOOLS names tools that do not exist: {', '.join(sorted(unknown))}")
    return [
        tool
        for tool in tools
        if (not settings.tools or tool.name in settings.tools) and (not settings.read_only or tool.risk is Risk.READ)
    ]


def _open_book(spec: ServerSpec, settings: ServerSettings, redis: RedisHelper) -> TokenBook | None:
    if settings.tokens_file is None:
        return None
    return TokenBook.from_file(settings.tokens_file, redis=redis, server=spec.name)


class _Verifier:
    """Presents our tokens to the SDK."""

    def __init__(self, book: TokenBook) -> None:
        self._book = book

    async def verify_token(self, token: str) -> AccessToken | None:
        """The SDK's protocol."""
        found = self._book.verify(token)
        return AccessToken(token="-", client_id=found.name, scopes=sorted(found.scopes)) if found else None  # noqa: S106


def _middleware(book: TokenBook | None) -> list[Middleware]:
    if book is None:
        return [Middleware(_TrimHeaders)]
    backend = BearerAuthBackend(_Verifier(book))
    auth = [Middleware(AuthenticationMiddleware, backend=backend), Middleware(AuthContextMiddleware)]
    return [Middleware(_TrimHeaders), *auth]


class _TrimHeaders:
    """Blanks around a header's value are no part of it (RFC 9110, 5.5); uvicorn's httptools leaves those behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            scope["headers"] = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
        await self._app(scope, receive, send)


def _open(app: ASGIApp, _scopes: list[str]) -> ASGIApp:
    """The guard of --insecure-dev. A class instance, so that Starlette treats it as ASGI."""
    return _AsAsgi(app)


class _AsAsgi:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await self._app(scope, receive, send)


class _SseEndpoint:
    """GET /sse: one session for as long as the client stays, `limit` sessions at most (the SDK has no cap)."""

    def __init__(self, server: Server[Any], sse: SseServerTransport, *, limit: int, metrics: ToolMetrics) -> None:
        self._server = server
        self._sse = sse
        self._limit = limit
        self._open = 0
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if self._open >= self._limit:
            full = JSONResponse({"error": "too many SSE sessions"}, 503, headers={"retry-after": "30"})
            await full(scope, receive, send)
            return
        self._open += 1
        self._metrics.sse_sessions.inc()
        try:
            async with self._sse.connect_sse(scope, receive, send) as (reader, writer):
                await self._server.run(reader, writer, self._server.create_initialization_options())
        finally:
            self._open -= 1
            self._metrics.sse_sessions.dec()


def _probes(check_ready: CheckReady) -> list[Route]:
    """/healthz: the process answers. /readyz: it can do its work; asked at most every 5 s, whoever asks."""
    lock = asyncio.Lock()
    known: tuple[float, int, dict[str, Any]] | None = None

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        nonlocal known
        async with lock:
            if known is None or time.monotonic() - known[0] > READY_CACHE_S:
                known = (time.monotonic(), *await _readiness(check_ready))
        return JSONResponse(known[2], known[1])

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _readiness(check_ready: CheckReady) -> tuple[int, dict[str, Any]]:
    try:
        warnings = await check_ready()
    except WidipError as error:
        return 503, {"status": "unavailable", "code": error.code, "reason": str(error)}
    return 200, {"status": "ok", "warnings": warnings}
