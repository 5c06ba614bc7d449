"""A bare HTTP/1.1 client: on two cores a real one would take as much time as what is measured."""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class Line:
    """One connection, one request at a time. Use as an async context manager."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        self._streams = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        if self._streams is not None:
            self._streams[1].close()

    async def post(self, path: str, body: dict[str, Any]) -> bytes:
        """POST JSON and return the answer's body. RuntimeError when it is not a 200."""
        return await self._ask("POST", path, json.dumps(body, ensure_ascii=False).encode())

    async def get(self, path: str) -> bytes:
        """GET, and return the answer's body. RuntimeError when it is not a 200."""
        return await self._ask("GET", path, b"")

    async def _ask(self, method: str, path: str, content: bytes) -> bytes:
        if self._streams is None:
            raise RuntimeError("not connected")
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(content)}\r\n\r\n"
        writer.write(head.encode() + content)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        answer = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
        if not head.startswith("http/1.1 200"):
            raise RuntimeError(f"{path}: {head.splitlines()[0]}: {answer[:200]!r}")
        return answer


async def post_once(url: str, token: str, path: str, body: dict[str, Any]) -> bytes:
    """POST on a connection of its own, as Observium does for each delivery."""
    async with Line(url, token) as line:
        return await line.post(path, body)
