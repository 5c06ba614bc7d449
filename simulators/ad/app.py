"""The simulated Active Directory: LDAPS (and a plain port when asked), its CA, its faults."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from simulators.ad.certificates import make_certificates
from simulators.ad.directory import Clock, now_utc
from simulators.ad.seed import create_directory
from simulators.ad.server import LdapServer
from simulators.faults import Faults


class ActiveDirectory:
    """One directory with its listeners; `start` it on the running loop."""

    def __init__(self, *, clock: Clock = now_utc) -> None:
        self.faults = Faults()
        self.certificates = make_certificates()
        self._clock = clock
        self._context = self.certificates.context()
        self.directory = create_directory(clock=clock)
        self.encrypted = self._listener(is_encrypted=True)
        self.plain = self._listener(is_encrypted=False)

    def _listener(self, *, is_encrypted: bool) -> LdapServer:
        return LdapServer(lambda: self.directory, self.faults, self._context, is_encrypted=is_encrypted)

    async def start(self, host: str = "127.0.0.1", port: int = 0, *, sock: socket.socket | None = None) -> int:
        """LDAPS on a free port by default, or on a socket that listens already; returns the port."""
        return await self.encrypted.start(host, port, sock=sock)

    async def start_plain(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """LDAP in clear, with StartTLS; returns the port."""
        return await self.plain.start(host, port)

    async def stop(self) -> None:
        """Refuse connections, cut those that are open."""
        await self.encrypted.stop()
        await self.plain.stop()

    async def come_back(self) -> None:
        """Listen again, on the same ports."""
        await self.encrypted.come_back()
        await self.plain.come_back()

    async def restart(self) -> None:
        """Every session is cut."""
        await self.stop()
        await self.come_back()

    def freeze(self) -> None:
        """Accept, read, and do nothing until `thaw`."""
        self.encrypted.freeze()
        self.plain.freeze()

    def thaw(self) -> None:
        """What was asked meanwhile is done now."""
        self.encrypted.thaw()
        self.plain.thaw()

    def start_afresh(self) -> None:
        """The world as it was at its start, without faults; connections stay, and who is bound stays so."""
        self.thaw()
        self.faults.clear()
        self.directory = create_directory(clock=self._clock)

    def write_ca(self, path: Path) -> None:
        """The certificate that clients have to trust."""
        path.write_bytes(self.certificates.ca)


@asynccontextmanager
async def running_directory(*, clock: Clock = now_utc) -> AsyncIterator[tuple[ActiveDirectory, int]]:
    """A directory that listens as long as the block lasts, with its LDAPS port."""
    directory = ActiveDirectory(clock=clock)
    port = await directory.start()
    try:
        yield directory, port
    finally:
        await directory.stop()
