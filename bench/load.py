"""Ways to call something many times and time each call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from bench.rows import Timings

Call = Callable[[], Awaitable[object]]
WARM_UP = 10


async def one_by_one(call: Call, count: int) -> Timings:
    """A single caller, after a few calls that are not counted."""
    for _ in range(WARM_UP):
        await call()
    return await from_clients([call], count)


async def from_clients(calls: list[Call], count: int) -> Timings:
    """`count` calls in all; each client makes its next one as soon as it has the answer."""
    left = iter(range(count))
    spent: list[float] = []

    async def client(call: Call) -> None:
        for _ in left:
            spent.append(await _time(call, since=time.perf_counter()))

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for call in calls:
            group.create_task(client(call))
    return Timings(spent, time.perf_counter() - started)


async def at_rate(call: Call, *, per_s: float, count: int) -> Timings:
    """`count` calls at fixed instants, whether the ones before were answered or not, each timed from its instant."""
    spent: list[float] = []

    async def one(due: float) -> None:
        spent.append(await _time(call, since=due))

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            due = started + number / per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due))
    return Timings(spent, time.perf_counter() - started)


async def _time(call: Call, *, since: float) -> float:
    await call()
    return (time.perf_counter() - since) * 1000
