"""The Redis helper: over HTTP, as the brief's clients call it, and inside a program."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bench.http_line import Line
from bench.load import Call, one_by_one
from bench.references import LIMIT_LOCK_MS, LIMIT_REDIS_MS, N8N_REDIS_MS
from bench.rows import Row, latency_row
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoWorld
from shared.redis_helper import RedisHelper

KEY, LOCK = "observium_device_bench", "ollama_lock"
VALUE = json.dumps({"device_id": 11, "status": "up", "hostname": "lilas-fw1.widip.example"})


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """get, set, and a lock taken and given back."""
    return asyncio.run(_measure(worlds.shared(), scale.pick(full=1000, quick=200)))


async def _measure(world: DemoWorld, count: int) -> list[Row]:
    rows = []
    async with Line(world.orchestrator, world.api_token) as line:
        for name, call in _http_calls(line).items():
            rows.append(_row(f"POST /redis {name}", await one_by_one(call, count), n8n=N8N_REDIS_MS))
    async with RedisHelper(f"redis://{world.redis.host}:{world.redis.port}") as helper:
        for name, call in _direct_calls(helper).items():
            rows.append(_row(f"RedisHelper {name}", await one_by_one(call, count)))
    return rows


def _row(name: str, timings: Any, **rest: Any) -> Row:
    is_lock = "acquire" in name
    note = "two operations" if is_lock else ""
    return latency_row(name, timings, limit=LIMIT_LOCK_MS if is_lock else LIMIT_REDIS_MS, note=note, **rest)


def _http_calls(line: Line) -> dict[str, Call]:
    async def run(action: str, key: str, **rest: Any) -> None:
        answer = json.loads(await line.post("/redis", {"action": action, "key": key, **rest}))
        if not answer["success"]:
            raise RuntimeError(f"{action} {key} had no effect")

    async def lock() -> None:
        await run("acquire", LOCK, lock_id="bench", ttl=120)
        await run("release", LOCK, lock_id="bench")

    return {
        "set": lambda: run("set", KEY, value=VALUE, ttl=300),
        "get": lambda: run("get", KEY),
        "acquire + release": lock,
    }


def _direct_calls(helper: RedisHelper) -> dict[str, Call]:
    async def lock() -> None:
        await helper.acquire(LOCK, owner="bench", ttl_s=120)
        if not await helper.release(LOCK, owner="bench"):
            raise RuntimeError("the lock was not ours")

    return {
        "set": lambda: helper.set(KEY, VALUE, ttl_s=300),
        "get": lambda: helper.get(KEY),
        "acquire + release": lock,
    }
