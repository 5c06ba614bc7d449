"""The simulated MySecret, a Password Pusher, as an ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware

from simulators.faults import FaultMiddleware, Faults, fault_routes
from simulators.mysecret.api import api_routes, show_no_page
from simulators.mysecret.control import control_routes
from simulators.mysecret.front import Front
from simulators.mysecret.pages import page_routes
from simulators.mysecret.state import MySecretState, Profile

USERS = {"pwp_sim-token": "widip@widip.example", "pwp_sim-other-token": "autre@widip.example"}


def now_utc() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def create_app(
    *,
    profile: Profile = "2.11",
    users: Mapping[str, str] | None = None,
    clock: Callable[[], datetime] = now_utc,
) -> Starlette:
    """One fresh instance; its state is `app.state.mysecret`, its faults `app.state.faults`.

    users: e-mail by API token. An empty mapping is an instance that nobody has set up yet.
    """
    state = MySecretState(profile=profile, users=USERS if users is None else users, clock=clock)
    faults = Faults()
    app = Starlette(
        routes=[*control_routes(state), *fault_routes(faults), *api_routes(state), *page_routes(state)],
        middleware=[Middleware(FaultMiddleware, faults=faults), Middleware(Front, state=state)],
        exception_handlers={404: show_no_page},
    )
    app.state.mysecret = state
    app.state.faults = faults
    return app
