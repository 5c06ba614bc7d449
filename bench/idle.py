"""What the programs take when nothing happens, and what they keep after work."""

from __future__ import annotations

import time
from collections.abc import Mapping

from bench.alert_run import run_burst
from bench.processes import cpu_ms, memory
from bench.references import N8N_IDLE_MB, N8N_LOADED_MB
from bench.rows import Row
from bench.worlds import OUR_PROGRAMS, Scale, Worlds, pids

SETTLE_S = 1.0


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """Processor and memory of a system that has just started, then its memory after a burst of alerts."""
    seconds, alerts = scale.pick(full=10, quick=3), scale.pick(full=100, quick=10)
    world = worlds.shared()
    watched = {name: pid for name, pid in pids(world).items() if name != "simulators"}
    time.sleep(SETTLE_S)
    rows = [_cpu_row(watched, seconds), *_memory_rows(watched, "idle", N8N_IDLE_MB)]
    run_burst(world, alerts)
    return [*rows, *_memory_rows(watched, f"after {alerts} alerts", N8N_LOADED_MB)]


def _cpu_row(watched: Mapping[str, int], seconds: int) -> Row:
    before = cpu_ms(watched)
    time.sleep(seconds)
    used = {name: (spent - before[name]) / seconds / 10 for name, spent in cpu_ms(watched).items()}
    note = f"of one core, over {seconds} s: {_listed(used)}"
    return Row(name="idle processor, with Redis", value=sum(used.values()), unit="%", note=note)


def _memory_rows(watched: Mapping[str, int], when: str, n8n_mb: float) -> list[Row]:
    found = memory(watched)
    pss = {name: each.pss_mb for name, each in found.items()}
    rss = {name: each.rss_mb for name, each in found.items()}
    ours = sum(size for name, size in pss.items() if name in OUR_PROGRAMS)
    note = f"PSS: {_listed(pss)}; RSS: {_listed(rss)}"
    return [
        Row(name=f"memory {when}, three programs", value=ours, unit="MB", n8n=n8n_mb, note=note),
        Row(name=f"memory {when}, with Redis", value=sum(pss.values()), unit="MB", n8n=n8n_mb),
    ]


def _listed(sizes: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {size:.1f}" for name, size in sizes.items())
