"""A line between browser and server that can be cut and mended: bytes go through unchanged."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Line:
    """Listens on a port of its own, as long as it is not cut."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._server: asyncio.Server | None = None
        self._open = set[asyncio.StreamWriter]()
        self._is_cut = True
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Line]:
        """A line to the server at `url`."""
        parts = urlsplit(url)
        line = cls(parts.hostname or "", parts.port or 80)
        await line.mend()
        try:
            yield line
        finally:
            await line.cut()

    @property
    def url(self) -> str:
        """Where browsers find it."""
        return f"http://127.0.0.1:{self.port}"

    async def mend(self) -> None:
        """Listen, at the same port as before."""
        self._is_cut = False
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Every connection breaks, and no new one is taken."""
        self._is_cut = True
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection(*self._there)
        if self._is_cut:  # meanwhile
            writer.transport.abort()
            to_there.close()
            return
        self._open |= {writer, to_there}
        try:
            await asyncio.gather(_copy(reader, to_there), _copy(there, writer))
        finally:
            self._open -= {writer, to_there}


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
    to.close()
