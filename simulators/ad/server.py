"""The directory on real sockets: listening, stopping, freezing; one task a connection."""

from __future__ import annotations

import asyncio
import socket
import ssl

from simulators.ad.connection import Connection
from simulators.ad.directory import Source
from simulators.faults import Faults


class LdapServer:
    """Listens until stopped. `is_encrypted` is LDAPS; without it, StartTLS is offered.

    frozen: what connects is accepted and what is sent is read, but nothing is done or answered until the thaw.
    """

    def __init__(self, source: Source, faults: Faults, context: ssl.SSLContext, *, is_encrypted: bool) -> None:
        self._source, self._faults = source, faults
        self._context, self._is_encrypted = context, is_encrypted
        self._listener: asyncio.Server | None = None
        self._address: tuple[str, int] | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._awake = asyncio.Event()
        self._awake.set()

    async def start(self, host: str = "127.0.0.1", port: int = 0, *, sock: socket.socket | None = None) -> int:
        """Listen, on a free port by default or on a socket that listens already; returns the port."""
        if sock is None:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
        self._listener = await asyncio.start_server(self._accept, sock=sock)
        host, port = self._listener.sockets[0].getsockname()[:2]
        self._address = (host, port)
        return int(port)

    async def stop(self) -> None:
        """Refuse new connections and cut those that are open."""
        self._awake.set()
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self.cut()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def come_back(self) -> None:
        """Listen again where it did, if it ever did."""
        if self._listener is None and self._address is not None:
            await self.start(*self._address)

    def cut(self) -> None:
        """Every open connection ends at once."""
        for writer in list(self._connections):
            writer.transport.abort()

    def freeze(self) -> None:
        """Until `thaw`."""
        self._awake.clear()

    def thaw(self) -> None:
        """What was asked meanwhile is worked and answered now."""
        self._awake.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read nothing before the handshake: what the client says first belongs to TLS."""
        if self._is_encrypted:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        connection = Connection(self._source, self._faults, self._awake, self._context, reader, writer)
        try:
            await connection.serve(is_encrypted=self._is_encrypted)
        finally:
            self._connections.discard(writer)
            writer.close()
