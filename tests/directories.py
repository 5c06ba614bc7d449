"""The directories that tests run against: the simulated one always, a Samba of our own where it can be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from simulators.ad.app import ActiveDirectory
from simulators.ad.world import ADMIN_PASSWORD, World, load_world
from simulators.faults import Faults

T = TypeVar("T")
SERVICE = "svc-widip"


@dataclass(frozen=True)
class DirectoryPlace:
    """Where a directory listens and how to get in; `service` is the delegated account, as `DOMAIN\\login`."""

    host: str
    port: int
    plain_port: int
    ca_file: Path
    base_dn: str
    netbios: str
    service: str
    service_password: str
    admin: str
    admin_password: str

    def dn(self, path: str) -> str:
        """A path below the domain, as a whole name."""
        return f"{path},{self.base_dn}"


def place_of(world: World, host: str, port: int, plain_port: int, ca_file: Path) -> DirectoryPlace:
    """The place of a directory that is filled with `world`."""
    return DirectoryPlace(
        host=host,
        port=port,
        plain_port=plain_port,
        ca_file=ca_file,
        base_dn=",".join(f"DC={label}" for label in world.dns_name.split(".")),
        netbios=world.netbios,
        service=f"{world.netbios}\\{world.service.login}",
        service_password=world.service.password,
        admin=f"{world.netbios}\\Administrator",
        admin_password=ADMIN_PASSWORD,
    )


@dataclass(frozen=True)
class SimulatedDirectory:
    """The simulator on a thread with a loop of its own: callers of ldap3 block."""

    server: ActiveDirectory
    place: DirectoryPlace
    loop: asyncio.AbstractEventLoop

    @property
    def faults(self) -> Faults:
        """What is planted in it, and the requests that it has seen."""
        return self.server.faults

    def call(self, work: Callable[[], T]) -> T:
        """Run on its loop, and wait."""

        async def run() -> T:
            return work()

        return self.wait_for(run())

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """As call, for what takes time: `stop`, `restart`."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=20)


@contextmanager
def simulated_directory(folder: Path) -> Iterator[SimulatedDirectory]:
    """A directory that runs as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulated directory", daemon=True)
    thread.start()
    server, ca_file = ActiveDirectory(), folder / "simulated-ca.pem"
    server.write_ca(ca_file)

    async def start() -> tuple[int, int]:
        return await server.start(), await server.start_plain()

    port, plain_port = asyncio.run_coroutine_threadsafe(start(), loop).result(timeout=20)
    try:
        yield SimulatedDirectory(server, place_of(load_world(), "127.0.0.1", port, plain_port, ca_file), loop)
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=20)
        loop.close()
