"""How tests let a system fail in the middle of a request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.rows import load_request, update_request
from tests.orchestrator.assist.world import DEADLINE_S, AssistWorld

PASSWORD = ("ad", "unicodePwd")
PUSH = ("mysecret", "POST /api/v2/pushes.json")
MAIL = ("glpi", "POST /apirest.php/QueuedNotification")
FOLLOWUP = ("glpi", "POST /apirest.php/ITILFollowup")
SOLUTION = ("glpi", "POST /apirest.php/ITILSolution")
Step = tuple[str, str]
PATIENCE_S = 90.0
"""A write to a system that is away is tried for six seconds, and a test may need three such in a row."""


def faults_of(world: AssistWorld, where: str) -> Any:
    """Those of one system: glpi, ad or mysecret."""
    apps = {"glpi": world.system.glpi, "mysecret": world.accounts.mysecret, "ollama": world.ollama}
    return world.accounts.directory.faults if where == "ad" else apps[where].state.faults


@asynccontextmanager
async def reaching(world: AssistWorld, step: Step) -> AsyncIterator[None]:
    """The block starts what leads there; after it, the next such request is under way and takes its time."""
    where, line = step
    faults = faults_of(world, where)
    before = faults.count(line)
    faults.add("slow", line, delay_s=0.4)
    yield
    async with asyncio.timeout(DEADLINE_S):
        while faults.count(line) == before:
            await asyncio.sleep(0.002)


async def until_waiting(world: AssistWorld, ticket_id: int, system: str) -> dict[str, Any]:
    """The one request, once it waits for a system and nobody works on it."""
    return await _until(world, ticket_id, lambda row: row["waits_for"] == system)


async def until_closed(world: AssistWorld, ticket_id: int, state: str) -> dict[str, Any]:
    """The one request, once it has ended like this and nothing will be done for it any more."""
    return await _until(world, ticket_id, lambda row: row["state"] == state and row["closed_at"] is not None)


async def _until(world: AssistWorld, ticket_id: int, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await world.requests(ticket_id)
                if len(found) == 1 and wanted(found[0]) and not found[0]["work"]:
                    return found[0]
                await asyncio.sleep(0.05)
    except TimeoutError:
        seen = [(row["state"], row["code"], row["waits_for"], row["work"]) for row in found]
        raise AssertionError(f"it is {seen}; {await world.last_words()}") from None


async def let_pass(world: AssistWorld, key: str, time: timedelta) -> None:
    """All that a request remembers happened so much earlier."""

    def shift(connection: sa.Connection) -> None:
        row = load_request(connection, key)
        assert row is not None
        update_request(connection, key, {"kept": {name: _earlier(kept, time) for name, kept in row["kept"].items()}})

    await world.app.state.assist.database.write(shift)


def _earlier(kept: dict[str, Any], time: timedelta) -> dict[str, Any]:
    return kept | ({"at": (datetime.fromisoformat(kept["at"]) - time).isoformat()} if "at" in kept else {})
