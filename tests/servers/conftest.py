"""The worlds that tests of the servers start from."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.redis_helper import RedisHelper
from tests.servers import mysecret_world
from tests.servers.glpi_world import World, open_world


@pytest.fixture
def clean_redis_port(redis_port: int, redis: RedisHelper) -> int:
    """The port of an empty Redis."""
    return redis_port


@pytest.fixture
async def own_glpi(clean_redis_port: int, tmp_path: Path) -> AsyncIterator[World]:
    """A GLPI 10 with our server, for this test only."""
    async with open_world(clean_redis_port, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_glpi(redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A GLPI 10 with our server, for all tests of a module: starting and stopping is most of a test's time."""
    async with open_world(redis_port, tmp_path_factory.mktemp("glpi")) as opened:
        yield opened


@pytest.fixture
def glpi(running_glpi: World, clean_redis_port: int) -> World:
    """The module's GLPI as it was at its start. Its modules say `asyncio(loop_scope="module")`."""
    running_glpi.start_afresh()
    return running_glpi


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=mysecret_world.PROFILES)
async def running_mysecret(
    request: pytest.FixtureRequest, redis_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[mysecret_world.World]:
    """Each version of MySecret with our server and its account, for all tests of a module."""
    folder = tmp_path_factory.mktemp("mysecret")
    async with mysecret_world.open_world(redis_port, folder, profile=request.param) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running_newest_mysecret(
    redis_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[mysecret_world.World]:
    """The newest version of it."""
    async with mysecret_world.open_world(redis_port, tmp_path_factory.mktemp("mysecret")) as opened:
        yield opened


@pytest.fixture
def mysecret(running_mysecret: mysecret_world.World, clean_redis_port: int) -> mysecret_world.World:
    """The module's MySecret as it was at its start. Its modules say `asyncio(loop_scope="module")`."""
    running_mysecret.start_afresh()
    return running_mysecret


@pytest.fixture
def newest_mysecret(running_newest_mysecret: mysecret_world.World, clean_redis_port: int) -> mysecret_world.World:
    """The same of the newest version."""
    running_newest_mysecret.start_afresh()
    return running_newest_mysecret
