"""A simulated Observium with a clock in hand and a webhook receiver behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.observium.app import create_app
from simulators.observium.state import ObserviumState

TOKEN = {"Authorization": "Bearer obs_sim-token"}
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass
class Receiver:
    """Somebody's webhook: keeps what it got, answers what it was told to."""

    status: int = 200
    body: str = '{"status":"successful"}'
    media_type: str = "application/json"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def handle(self, request: Request) -> Response:
        """POST /hook."""
        self.got.append((dict(request.headers), await request.body()))
        return Response(self.body, self.status, media_type=self.media_type)


@dataclass
class World:
    """One simulator, its clock, a client and a receiver."""

    app: Starlette
    client: httpx.AsyncClient
    receiver: Receiver
    clock: list[datetime]

    @property
    def state(self) -> ObserviumState:
        """What the simulator holds."""
        state: ObserviumState = self.app.state.observium
        return state

    async def get(self, path: str, **query: str) -> Any:
        """An API answer that must be 200."""
        answer = await self.client.get(f"/api/v0/{path}", params=query, headers=TOKEN)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, seconds: float) -> None:
        """Let the clock run."""
        self.clock[0] += timedelta(seconds=seconds)


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """A fresh simulator at 8:00 UTC, two hours later by its own clock."""
    receiver, clock = Receiver(), [START]
    hook = Starlette(routes=[Route("/hook", receiver.handle, methods=["POST"])])
    app = create_app(
        clock=lambda: clock[0],
        zone=timezone(timedelta(hours=2)),
        transport=httpx.ASGITransport(hook),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://observium.test") as client:
        yield World(app, client, receiver, clock)


async def open_wan_alert(world: World) -> int:
    """Cut lilas-fw1's operator link and let its checker fail; the alert's id."""
    await world.client.post("/_sim/port/1101", json={"oper": "down"})
    wanted = {"device_id": 11, "entity_type": "port", "entity_id": 1101, "name": "WAN tombé"}
    answer = await world.client.post("/_sim/alert", json=wanted)
    alert_id: int = answer.json()["alert_id"]
    return alert_id
