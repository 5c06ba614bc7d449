"""How long until a program can do its work, and until the whole system can."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import httpx

from bench.processes import environment_of
from bench.references import N8N_START_S
from bench.rows import Row
from bench.worlds import OUR_PROGRAMS, Scale, Worlds, pids
from cli.demo_world import DemoWorld
from cli.processes import Children, free_socket

READY_S = 60.0
LOOK_S = 0.01


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """Each program alone beside a running system, then the system."""
    times = scale.pick(full=5, quick=1)
    world = worlds.shared()
    rows = []
    for name in OUR_PROGRAMS:
        spent = median(_start_alone(world, name) for _ in range(times))
        n8n = N8N_START_S if name == "orchestrator" else None
        rows.append(Row(name=f"start to ready, {name} alone", value=spent, unit="s", n8n=n8n))
    worlds.stop()
    for _ in range(scale.pick(full=3, quick=0)):
        with worlds.fresh():
            pass
    note = f"Redis, simulators and three programs; median of {len(worlds.ready_s)}"
    whole = Row(name="start to ready, whole demo", value=median(worlds.ready_s), unit="s", n8n=N8N_START_S, note=note)
    return [*rows, whole]


def _start_alone(world: DemoWorld, name: str) -> float:
    """A second instance with the environment of the first one, but a database of its own."""
    scratch = world.folder / "second.sqlite"
    for leftover in world.folder.glob(f"{scratch.name}*"):
        leftover.unlink()
    environment = environment_of(pids(world)[name])
    environment |= {"DATABASE_URL": f"sqlite:///{scratch}", "EXECUTOR_ID": "second"}
    children = Children(Path(world.children.logs))
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    command = [sys.executable, "-m", "cli", "serve", name, "--fd", str(listener.fileno())]
    started = time.monotonic()
    try:
        child = children.start(f"second-{name}", command, env=environment, fds=[listener.fileno()])
        listener.close()
        _wait_ready(url, child)
        return time.monotonic() - started
    finally:
        children.stop()


def _wait_ready(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=READY_S, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(LOOK_S)
    raise RuntimeError("the second instance did not become ready")
