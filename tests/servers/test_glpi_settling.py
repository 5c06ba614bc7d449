"""A GLPI that does the work after its client has given up: nothing is done twice."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import pytest

from shared.errors import OutcomeUnknown
from tests.servers.glpi_world import World, open_world

TICKET = {"title": "Écran noir", "description": "Plus d'image"}


async def wait_for_tickets(world: World, n: int) -> None:
    async with asyncio.timeout(10):
        while len(world.state.tickets) < n:
            await asyncio.sleep(0.01)


@pytest.mark.requirement("G-06")
async def test_write_that_takes_effect_late_is_found_and_not_repeated(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, glpi_timeout_s=0.4, write_settle_s=60.0) as world:
        before = len(world.state.tickets)
        world.faults.add("late", "POST /apirest.php/Ticket")

        with contextlib.suppress(OutcomeUnknown):  # unless the look comes later than the work
            await world.call("create_ticket", key="k", **TICKET)
        await wait_for_tickets(world, before + 1)
        again = await world.call("create_ticket", key="k", **TICKET)

        assert len(world.state.tickets) == before + 1
        assert again["ticket_id"] == max(world.state.tickets)


async def test_write_without_an_answer_is_not_repeated_before_it_has_settled(
    clean_redis_port: int, tmp_path: Path
) -> None:
    async with open_world(clean_redis_port, tmp_path, glpi_timeout_s=0.4, write_settle_s=60.0) as world:
        world.faults.add("hang", "POST /apirest.php/Ticket")

        for _ in range(3):
            with pytest.raises(OutcomeUnknown):
                await world.call("create_ticket", key="k", **TICKET)

        assert world.faults.count("POST /apirest.php/Ticket") == 1


async def test_write_without_an_answer_is_repeated_once_it_has_settled(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, glpi_timeout_s=0.4, write_settle_s=0.0) as world:
        before = len(world.state.tickets)
        world.faults.add("hang", "POST /apirest.php/Ticket")

        with pytest.raises(OutcomeUnknown):
            await world.call("create_ticket", key="k", **TICKET)
        await world.call("create_ticket", key="k", **TICKET)

        assert len(world.state.tickets) == before + 1


async def test_answer_that_came_but_was_no_answer_is_repeated_at_once(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, write_settle_s=60.0) as world:
        before = len(world.state.tickets)
        world.faults.add("html", "POST /apirest.php/Ticket")

        with pytest.raises(OutcomeUnknown):
            await world.call("create_ticket", key="k", **TICKET)
        await world.call("create_ticket", key="k", **TICKET)

        assert len(world.state.tickets) == before + 1
