"""A simulated Observium and our server over it, each on a port of its own, and a toolbox as their client."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import redis.asyncio as redis
from starlette.applications import Starlette

from servers.observium.app import create_app
from servers.observium.settings import ObserviumSettings
from shared.mcp_client import Endpoint, Toolbox
from simulators.faults import Faults
from simulators.observium.app import create_app as create_observium
from simulators.observium.state import ObserviumState
from tests.conftest import running

TOKEN = "obs_sim-token"
BASIC = {"observium_username": "widip", "observium_password": "sim-password"}


@dataclass
class World:
    """One Observium, one server, one client."""

    simulator: Starlette
    server_url: str
    toolbox: Toolbox
    redis: redis.Redis

    @property
    def state(self) -> ObserviumState:
        """What Observium knows."""
        state: ObserviumState = self.simulator.state.observium
        return state

    @property
    def faults(self) -> Faults:
        """What goes wrong there, and what was asked of it."""
        faults: Faults = self.simulator.state.faults
        return faults

    async def call(self, tool: str, *, fresh_after: float | None = None, **arguments: Any) -> dict[str, Any]:
        """The data that a tool answers."""
        reply = await self.toolbox.call(f"observium_{tool}", arguments, fresh_after=fresh_after)
        assert json.loads(reply.text) == reply.data
        return reply.data


class OldObservium(httpx.AsyncHTTPTransport):
    """The network to an Observium that does not know `fields` and so answers whole rows."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request without `fields`."""
        request.url = request.url.copy_remove_param("fields")
        return await super().handle_async_request(request)


@asynccontextmanager
async def open_world(
    cache_port: int, *, transport: httpx.AsyncBaseTransport | None = None, **changes: Any
) -> AsyncIterator[World]:
    """Everything started and connected; `changes` are settings of the server."""
    simulator = create_observium()
    cache = redis.Redis(port=cache_port, decode_responses=True)
    async with running(simulator, sock=_listen()) as observium_url:
        settings = ObserviumSettings(
            observium_api_url=f"{observium_url}/api/v0",
            insecure_dev=True,
            **{"observium_api_token": TOKEN, "redis_port": cache_port, "observium_timeout_s": 2.0, **changes},
        )
        server = create_app(settings, transport=transport)
        async with running(server, sock=_listen()) as url, Toolbox([Endpoint("observium", url)]) as toolbox, cache:
            yield World(simulator, url, toolbox, cache)


def _listen() -> socket.socket:
    """A free port. asyncio ends Nagle's delay (40 ms an answer) only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
