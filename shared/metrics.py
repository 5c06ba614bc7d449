"""Prometheus metrics. Labels come from closed sets, so that a stranger cannot make them grow."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class ToolMetrics:
    """What an MCP server counts: calls by tool and outcome (ok, replayed or an error code), their latency."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter("widip_tool_calls_total", "Tool calls", ["tool", "outcome"], registry=registry)
        self._seconds = Histogram(
            "widip_tool_seconds", "Latency of tool calls", ["tool"], buckets=LATENCY_BUCKETS, registry=registry
        )
        self.sse_sessions = Gauge("widip_sse_sessions", "Open SSE sessions", registry=registry)

    def record(self, tool: str, outcome: str, seconds: float) -> None:
        """Count one call; `tool` is a registered name or "unknown"."""
        self._calls.labels(tool, outcome).inc()
        self._seconds.labels(tool).observe(seconds)


def metrics_route(registry: CollectorRegistry) -> Route:
    """`GET /metrics` in Prometheus' text format."""

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return Route("/metrics", metrics)


class HttpMetrics:
    """ASGI middleware: requests by route template and status, and their latency."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self._app = app
        self._seconds = Histogram(
            "widip_http_seconds",
            "Latency of HTTP requests",
            ["route", "status"],
            buckets=LATENCY_BUCKETS,
            registry=registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._seconds.labels(_route_of(scope), str(status)).observe(time.perf_counter() - started)


def _route_of(scope: Scope) -> str:
    """The template, never a path with something in it: an unknown path is one label, not one each."""
    if "route" in scope:
        return str(scope["route"].path)
    is_plain = "endpoint" in scope and not scope.get("path_params")
    return str(scope["path"]) if is_plain else "unknown"
