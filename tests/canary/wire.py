"""What goes over a wire between a client and a server, kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cli.processes import free_socket


@dataclass
class Wire:
    """A way to a server; `bytes` is all that went along it, both ways."""

    url: str
    bytes: bytearray = field(default_factory=bytearray)


@asynccontextmanager
async def listening_wire(url: str) -> AsyncIterator[Wire]:
    """A port of loopback that leads to the server at `url`."""
    target, tasks = urlsplit(url), set[asyncio.Task[None]]()
    listener = free_socket()
    wire = Wire(f"http://127.0.0.1:{listener.getsockname()[1]}")

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                wire.bytes += data
                writer.write(data)
                await writer.drain()
        writer.close()

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(target.hostname, target.port)
        for pair in ((reader, there[1]), (there[0], writer)):
            tasks.add(asyncio.create_task(carry(*pair)))

    server = await asyncio.start_server(join, sock=listener)
    try:
        yield wire
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
