"""The worlds that tests of the servers start from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.redis_helper import RedisHelper
from tests.directories import DirectoryPlace, SimulatedDirectory
from tests.samba.dc import why_not
from tests.samba.sharing import run_folder, shared_samba
from tests.servers import ad_world, mysecret_world
from tests.servers.glpi_world import World, open_world
from tests.simulators.ad_lab import Lab


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


@pytest.fixture(scope="session")
def samba_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectoryPlace]:
    """A real domain controller, one for the whole run."""
    reason = why_not()
    if reason:
        pytest.skip(f"no Samba domain controller: {reason}")
    with shared_samba(run_folder(tmp_path_factory.getbasetemp())) as place:
        yield place


@pytest.fixture(params=["simulator", "samba"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """Each directory in turn."""
    kind = request.param
    place = (
        request.getfixturevalue("simulated").place if kind == "simulator" else request.getfixturevalue("samba_place")
    )
    built = Lab(kind, place)
    yield built
    built.close()


@pytest.fixture
async def open_ad(
    lab: Lab, clean_redis_port: int, redis: RedisHelper, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[ad_world.World]]]:
    """`await open_ad(setting=value)`: as `ad`, with other settings."""
    async with AsyncExitStack() as stack:

        async def start(**changes: Any) -> ad_world.World:
            port = changes.pop("redis_port", clean_redis_port)
            opened = ad_world.open_world(lab, port, redis, tmp_path, **changes)
            return await stack.enter_async_context(opened)

        yield start


@pytest.fixture
async def whole_domain(
    lab: Lab, clean_redis_port: int, redis: RedisHelper, tmp_path: Path
) -> AsyncIterator[ad_world.World]:
    """As `ad`, where the operator's token reaches the whole domain."""
    tokens = ad_world.write_ad_tokens(tmp_path, lab.place, operator=lab.place.base_dn)
    async with ad_world.open_world(lab, clean_redis_port, redis, tmp_path, tokens_file=tokens) as opened:
        yield opened


@pytest.fixture
async def simulated_ad(
    simulated: SimulatedDirectory, clean_redis_port: int, redis: RedisHelper, tmp_path: Path
) -> AsyncIterator[ad_world.World]:
    """Our server on the simulator alone, for what would disturb others on a shared directory."""
    built = Lab("simulator", simulated.place)
    async with ad_world.open_world(built, clean_redis_port, redis, tmp_path) as opened:
        yield opened
    built.close()


@pytest.fixture
async def ad(lab: Lab, clean_redis_port: int, redis: RedisHelper, tmp_path: Path) -> AsyncIterator[ad_world.World]:
    """Our server on each directory in turn, with the network between them."""
    async with ad_world.open_world(lab, clean_redis_port, redis, tmp_path) as opened:
        yield opened
