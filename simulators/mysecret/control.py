"""`/_sim/...`: what a test or a demo may look at and switch. Our own programs never need it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.mysecret.state import MySecretState, Push

SWITCHES = (
    "allow_anonymous",
    "retrieval_step_default",
    "deletable_default",
    "deletable_enabled",
    "base_url",
    "days",
    "views",
    "per_minute",
    "per_second",
)


def control_routes(state: MySecretState) -> list[Route]:
    """The routes under /_sim that are this simulator's own."""

    async def pushes(_request: Request) -> Response:
        found = [push for token in list(state.pushes) if (push := state.find(token))]
        return JSONResponse([_shown(push) for push in found])

    async def switches(request: Request) -> Response:
        if request.method == "POST":
            wanted: dict[str, Any] = await request.json()
            unknown = [name for name in wanted if name not in SWITCHES]
            if unknown:
                return JSONResponse({"error": f"no switch {unknown[0]}", "switches": list(SWITCHES)}, 400)
            for name, value in wanted.items():
                setattr(state, name, tuple(value) if isinstance(value, list) else value)
        return JSONResponse({name: getattr(state, name) for name in SWITCHES})

    return [Route("/_sim/pushes", pushes), Route("/_sim/switches", switches, methods=["GET", "POST"])]


def _shown(push: Push) -> dict[str, Any]:
    """Without payload and passphrase."""
    return {
        "url_token": push.url_token,
        "owner": push.owner,
        "expire_after_days": push.expire_after_days,
        "expire_after_views": push.expire_after_views,
        "views_remaining": push.views_remaining,
        "deletable_by_viewer": push.deletable_by_viewer,
        "retrieval_step": push.retrieval_step,
        "expired": push.expired,
        "deleted": push.deleted,
        "audit": [{"kind": event.kind, "at": event.at.isoformat(), "ip": event.by.ip} for event in push.audit],
    }
