"""How fast a delivery of GLPI is answered: its hint is kept and the look started before it is."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial

from bench.http_line import post_once
from bench.load import from_clients, one_by_one
from bench.rows import Row, latency_row
from bench.webhook import backlogged, park_runs
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoWorld

PATH = "/webhooks/glpi"
TOKEN = "bench-glpi-webhook-token"
CLIENTS = 50
LIMIT_MS = 50

_ticket_ids = itertools.count(100_000)


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """Each delivery about another ticket, whose look waits for a GLPI that says nothing."""
    with backlogged(worlds, GLPI_WEBHOOK_TOKEN=TOKEN) as world:
        park_runs(world)
        return asyncio.run(_measure(world, scale))


async def _measure(world: DemoWorld, scale: Scale) -> list[Row]:
    post = partial(_post, world)
    alone = await one_by_one(post, scale.pick(full=300, quick=100))
    crowd = await from_clients([post] * CLIENTS, scale.pick(full=2000, quick=400))
    note = "a ticket each, a connection each, their looks parked by a hanging GLPI"
    return [
        latency_row("GLPI's webhook answered, one at a time", alone, limit=LIMIT_MS, note=note),
        latency_row(f"GLPI's webhook answered, {CLIENTS} clients", crowd, note=note),
    ]


async def _post(world: DemoWorld) -> None:
    await post_once(world.orchestrator, TOKEN, PATH, {"ticket_id": next(_ticket_ids)})
