"""A WebSocket client that speaks ASGI to an app in this event loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any


class Closed(Exception):
    """The app has closed the connection, with this code."""


class Socket:
    """One connection."""

    def __init__(self) -> None:
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive(self, timeout_s: float = 5.0) -> dict[str, Any]:
        """The next message. Raises Closed."""
        async with asyncio.timeout(timeout_s):
            message = await self.from_app.get()
        if message["type"] == "websocket.close":
            raise Closed(message["code"])
        return dict(json.loads(message["text"]))


@asynccontextmanager
async def connected(app: Any, path: str, headers: Mapping[str, str]) -> AsyncIterator[Socket]:
    """Connected until the block ends, or the app closes."""
    socket = Socket()
    plain, _, query = path.partition("?")
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": plain,
        "raw_path": plain.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in {"host": "desk", **headers}.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "subprotocols": [],
        "state": {},
    }
    await socket.to_app.put({"type": "websocket.connect"})
    task = asyncio.create_task(app(scope, socket.to_app.get, socket.from_app.put))
    async with asyncio.timeout(5):
        first = await socket.from_app.get()
    assert first["type"] == "websocket.accept", first
    try:
        yield socket
    finally:
        await socket.to_app.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(5):
            await task
