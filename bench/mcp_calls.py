"""An MCP tool call with our own client, over both transports; the server answers from its cache."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import get_args

from bench.load import Call, from_clients, one_by_one
from bench.processes import cpu_ms
from bench.references import N8N_MCP_SSE_MS, N8N_MCP_SSE_PER_S
from bench.rows import Row, latency_row, rate_row
from bench.worlds import Scale, Worlds, pids
from cli.demo_world import DemoWorld
from shared.mcp_client import Endpoint, Toolbox, Transport

CLIENTS = 10
TOOL, ARGUMENTS = "observium_get_device_info", {"device_id": 11}


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """SSE, then Streamable HTTP."""
    world = worlds.shared()
    return [
        row for transport in reversed(get_args(Transport)) for row in asyncio.run(_measure(world, transport, scale))
    ]


async def _measure(world: DemoWorld, transport: Transport, scale: Scale) -> list[Row]:
    endpoint = Endpoint("observium", world.servers["observium"], world.tokens["observium"])
    async with AsyncExitStack() as stack:
        boxes = [
            await stack.enter_async_context(Toolbox([endpoint], transport=transport)) for _client in range(CLIENTS)
        ]
        calls = [_call(box) for box in boxes]
        alone = await one_by_one(calls[0], scale.pick(full=500, quick=100))
        server = {"server": pids(world)["observium"]}
        before = cpu_ms(server)["server"]
        crowd = await from_clients(calls, scale.pick(full=2000, quick=400))
        server_ms = (cpu_ms(server)["server"] - before) / len(crowd.ms)
    n8n_ms, n8n_per_s = (N8N_MCP_SSE_MS, N8N_MCP_SSE_PER_S) if transport == "sse" else (None, None)
    name = transport.upper()
    note = f"a connection each; the server takes {server_ms:.1f} ms of processor a call, the client shares its cores"
    return [
        latency_row(f"MCP tool call over {name}, one at a time", alone, n8n=n8n_ms, note="cached get_device_info"),
        rate_row(f"MCP tool calls over {name}, {CLIENTS} clients", crowd, n8n=n8n_per_s, note=note),
    ]


def _call(box: Toolbox) -> Call:
    return lambda: box.call(TOOL, ARGUMENTS)
