"""The demo's system, started for the measurements and always stopped."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.deliveries import FAILED_PORTS
from cli.demo_world import DemoWorld, start_world

OUR_PROGRAMS = ("observium", "glpi", "orchestrator")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure."""

    quick: bool

    def pick(self, *, full: int, quick: int) -> int:
        """A number of calls, or of seconds."""
        return quick if self.quick else full


@dataclass
class Worlds:
    """Systems in folders below `folder`; `ready_s` notes how long each took to start."""

    folder: Path
    ready_s: list[float] = field(default_factory=list)
    _shared: DemoWorld | None = None

    @contextlib.contextmanager
    def fresh(self) -> Iterator[DemoWorld]:
        """One more system, stopped afterwards."""
        world = self._start()
        try:
            yield world
        finally:
            world.children.stop()

    def shared(self) -> DemoWorld:
        """The system of the measurements that leave no work behind, started at first use."""
        if self._shared is None:
            self._shared = self._start()
        return self._shared

    def stop(self) -> None:
        """End the shared system."""
        if self._shared is not None:
            self._shared.children.stop()
            self._shared = None

    def _start(self) -> DemoWorld:
        started = time.monotonic()
        world = start_world(self.folder / f"world-{len(self.ready_s)}")
        self.ready_s.append(time.monotonic() - started)
        return world


def pids(world: DemoWorld) -> dict[str, int]:
    """The process of each program."""
    return {name: process.pid for name, process in world.children.started}


def fail_ports(world: DemoWorld) -> None:
    """Make true in Observium what the deliveries say."""
    for port_id in FAILED_PORTS.values():
        answer = httpx.post(f"{world.simulators['observium']}/_sim/port/{port_id}", json={"oper": "down"}, timeout=10)
        answer.raise_for_status()
