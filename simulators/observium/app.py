"""The simulated Observium as an ASGI application."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from simulators.faults import FaultMiddleware, Faults, fault_routes
from simulators.observium.api import Api
from simulators.observium.auth import Gate
from simulators.observium.control import control_routes
from simulators.observium.sender import Sender
from simulators.observium.state import Clock, ObserviumState

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def now_utc() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def create_app(
    *,
    base_url: str = "https://observium.widip.example",
    tokens: tuple[str, ...] = ("obs_sim-token",),
    basic: tuple[str, str] = ("widip", "sim-password"),
    clock: Clock = now_utc,
    zone: tzinfo | None = None,
    more_sites: int = 0,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """Build one Observium; its state is `app.state.observium`, its faults `app.state.faults`.

    zone is the server's local time (Europe/Paris unless told); more_sites are invented beside the world's; transport
    carries the deliveries of `/_sim/deliver` and is the network unless told.
    """
    state = ObserviumState(base_url=base_url, clock=clock, zone=zone or ZoneInfo("Europe/Paris"), more_sites=more_sites)
    faults = Faults()
    api = Api(state, Gate(tokens=tokens, basic=basic, clock=clock))
    routes = [
        Route("/api/v0/{path:path}", api.handle, methods=METHODS),
        *control_routes(state, Sender(state, transport)),
        *fault_routes(faults),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(FaultMiddleware, faults=faults)])
    app.state.observium = state
    app.state.faults = faults
    return app
