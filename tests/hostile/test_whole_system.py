"""Attackers and a hostile model against the whole system, one trace after the other in one running world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, note

from tests.hostile import holds
from tests.hostile.arena import Arena, open_arena
from tests.hostile.depth import traces
from tests.hostile.model import HostileModel, models
from tests.hostile.schemes import AIMED, Trace, plays
from tests.orchestrator.assist.world import assist_builder
from tests.system import Serve

MANY = 1_000_000
CAPS = ("assist_per_account", "assist_per_site", "assist_per_hour", "assist_per_day")


@pytest.fixture
async def arena(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, database_url: str
) -> AsyncIterator[Arena]:
    """Every plan is on, and nothing is refused for being too much: each trace is decided on its own merits."""
    async with assist_builder(serve, redis_port, tmp_path, database_url) as build:
        caps = dict.fromkeys(CAPS, MANY) | {"public_proxies": ("127.0.0.1",)}
        world = await build(ad={"ad_account_hourly_writes": MANY}, **caps)
        async with open_arena(world) as arena:
            yield arena


def with_aims(test: Callable[..., Any]) -> Callable[..., Any]:
    for trace, model in reversed(AIMED):
        test = example(trace=trace, model=model)(test)
    return test


# The engine's threads use `random` while a trace is drawn: Hypothesis takes that for the strategies' doing, and says so
# with a strategy's whole text.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module", "ignore:Generating overly large repr")
@pytest.mark.requirement("H-20")
@pytest.mark.requirement("H-21")
@pytest.mark.requirement("H-22")
@pytest.mark.requirement("H-23")
@pytest.mark.requirement("H-24")
@pytest.mark.requirement("H-25")
@pytest.mark.requirement("H-26")
@pytest.mark.requirement("H-27")
@traces(0.025, without=len(AIMED))
@given(trace=plays(), model=models())
@with_aims
async def test_no_attack_on_the_running_system_gets_more_than_its_author_has_a_right_to(
    arena: Arena, trace: Trace, model: HostileModel
) -> None:
    note(f"{trace}\n{model}"[:3000])

    played = await arena.play(trace, model)

    holds.assert_directory(arena, played)
    holds.assert_served(arena, played)
    holds.assert_mails(arena, played)
    await holds.assert_approvals(arena, played)
    holds.assert_prompts(arena, played)
    holds.assert_texts(arena, played)
    holds.assert_glpi(arena, played)
    await holds.assert_no_fault(arena, played)
