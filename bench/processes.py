"""What the kernel knows of a process that we started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Memory:
    """pss counts a page shared by n processes as 1/n, so that sums are true; rss counts it in each."""

    pss_mb: float
    rss_mb: float


def cpu_ms(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time used so far, by program."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in pids.items()}
    return {name: 1000.0 * (spent.user + spent.system) for name, spent in times.items()}


def memory(pids: Mapping[str, int]) -> dict[str, Memory]:
    """Memory now, by program."""
    found = {name: psutil.Process(pid).memory_full_info() for name, pid in pids.items()}
    return {name: Memory(seen.pss / MB, seen.rss / MB) for name, seen in found.items()}


def environment_of(pid: int) -> dict[str, str]:
    """The environment that a process was started with."""
    return dict(psutil.Process(pid).environ())


def machine_memory_gb() -> int:
    """Memory of the machine."""
    total: int = psutil.virtual_memory().total
    return round(total / 1e9)
