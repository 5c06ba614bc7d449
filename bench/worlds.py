"""The demo's system, started for the measurements and always stopped."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.deliveries import FIRST_DEVICE, SITES, wan_port
from cli.demo_world import DemoWorld, start_world
from cli.processes import ROOT

UNDISTURBED = {"STORM_SIZE": "1000000", "RECONCILE_S": "3600", "SETTLE_S": "900"}
"""No storm, no second look while the first runs are measured."""
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
    def fresh(self, **settings: str) -> Iterator[DemoWorld]:
        """One more system, stopped afterwards. settings: the orchestrator's."""
        world = self._start(settings)
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

    def _start(self, more: Mapping[str, str] | None = None) -> DemoWorld:
        started = time.monotonic()
        folder = self.folder / f"world-{len(self.ready_s)}"
        folder.mkdir(parents=True, exist_ok=True)
        settings = UNDISTURBED | {"SITES_FILE": str(_write_sites(folder / "sites.toml"))} | dict(more or {})
        world = start_world(folder, more_sites=SITES, settings=settings)
        self.ready_s.append(time.monotonic() - started)
        return world


def pids(world: DemoWorld) -> dict[str, int]:
    """The process of each program."""
    return {name: process.pid for name, process in world.children.started}


def fail_ports(world: DemoWorld) -> None:
    """Make true in Observium what the deliveries say."""
    with httpx.Client(base_url=world.simulators["observium"], timeout=10, trust_env=False) as observium:
        for device_id in range(FIRST_DEVICE, FIRST_DEVICE + SITES):
            observium.post(f"/_sim/port/{wan_port(device_id)}", json={"oper": "down"}).raise_for_status()


def _write_sites(path: Path) -> Path:
    """The demo's registry with the invented sites."""
    more = "".join(
        f"""
[[site]]
code = "SITE{number}"
name = "Site {number}"
glpi_entity_id = 2
isp = {{ name = "Fibrelys", circuit = "C-{number}" }}
[[site.device]]
id = {number}
hostname = "site{number}-fw1.widip.example"
role = "edge"
owner = "WIDIP"
wan_ports = ["wan1"]
backup_ports = ["wan2"]
"""
        for number in range(FIRST_DEVICE, FIRST_DEVICE + SITES)
    )
    path.write_text((ROOT / "deploy/demo/sites.toml").read_text(encoding="utf-8") + more, encoding="utf-8")
    return path
