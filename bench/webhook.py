"""How fast a delivery is answered: kept before it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from functools import partial

import httpx

from bench.deliveries import PATH, new_delivery
from bench.http_line import post_once
from bench.load import at_rate, from_clients, one_by_one
from bench.references import N8N_WEBHOOK_50_CLIENTS_PER_S, N8N_WEBHOOK_MS
from bench.rows import Row, latency_row, rate_row
from bench.worlds import Scale, Worlds, fail_ports
from cli.demo_world import DemoWorld

CLIENTS = 50
LOADED_PER_S = 85.0


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """Alone, with 50 clients, and while workflows run; each kind in a system without a backlog."""
    with backlogged(worlds) as world:
        park_runs(world)
        rows = asyncio.run(_measure_parked(world, scale))
    for storm_size, how in (
        ("20", "a storm, as it would be"),
        ("1000000", "storms switched off: each has its own run"),
    ):
        with backlogged(worlds, STORM_SIZE=storm_size) as world:
            fail_ports(world)
            rows.append(asyncio.run(_measure_loaded(world, scale, how)))
    return rows


@contextlib.contextmanager
def backlogged(worlds: Worlds, **settings: str) -> Iterator[DemoWorld]:
    """A system whose orchestrator is killed in the end: it would wait for the runs that it has begun."""
    with worlds.fresh(**settings) as world:
        try:
            yield world
        finally:
            dict(world.children.started)["orchestrator"].kill()


def park_runs(world: DemoWorld) -> None:
    """GLPI takes the connection and says nothing, so that the runs wait and only the intake works."""
    fault = {"kind": "hang", "match": "/apirest.php", "times": -1}
    httpx.post(f"{world.simulators['glpi']}/_sim/faults", json=fault, timeout=10).raise_for_status()


async def _measure_parked(world: DemoWorld, scale: Scale) -> list[Row]:
    post = partial(_post, world)
    alone = await one_by_one(post, scale.pick(full=300, quick=100))
    crowd = await from_clients([post] * CLIENTS, scale.pick(full=2000, quick=400))
    note = "new alerts, a connection each, their runs parked by a hanging GLPI"
    return [
        latency_row("webhook answered, one at a time", alone, n8n=N8N_WEBHOOK_MS, note=note),
        rate_row(f"webhooks, {CLIENTS} clients", crowd, n8n=N8N_WEBHOOK_50_CLIENTS_PER_S, note=note),
    ]


async def _measure_loaded(world: DemoWorld, scale: Scale, how: str) -> Row:
    count = scale.pick(full=850, quick=170)
    loaded = await at_rate(partial(_post, world), per_s=LOADED_PER_S, count=count)
    note = f"every delivery a new alert, {how}; timed from the instant it was due"
    name = f"webhook answered, {LOADED_PER_S:.0f}/s while workflows run"
    return latency_row(name if "would" in how else f"{name}, no storm", loaded, note=note)


async def _post(world: DemoWorld) -> None:
    await post_once(world.orchestrator, world.webhook_token, PATH, new_delivery())
