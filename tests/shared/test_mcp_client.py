"""The toolbox: many servers as one list, calls that survive restarts, and no write done twice for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from shared.errors import (
    InvalidInput,
    NoSuchTool,
    NotFound,
    OutcomeUnknown,
    UpstreamError,
    UpstreamUnauthorized,
    UpstreamUnavailable,
)
from shared.mcp_client import Endpoint, Toolbox, Transport
from tests.conftest import running
from tests.shared.conftest import MakeSettings
from tests.shared.toy import OVER_4_MIB, READER, TOKEN, Home, Toy

# The SDK does not close its streams when a stopping server cuts an SSE session.
pytestmark = pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning")

AWAY = Endpoint("away", "http://127.0.0.1:1", TOKEN)


@pytest.fixture(params=["http", "sse"])
def transport(request: pytest.FixtureRequest) -> Transport:
    chosen: Transport = request.param
    return chosen


@asynccontextmanager
async def open_toolbox(home: Home, transport: Transport) -> AsyncIterator[Toolbox]:
    """Connected to the toy; whatever happens inside, it is over in 30 s."""
    with anyio.fail_after(30):
        async with Toolbox([home.endpoint], transport=transport, wait_up_s=15.0) as toolbox:
            yield toolbox


async def test_names_are_prefixed_and_what_a_tool_is_comes_along(home: Home, transport: Transport) -> None:
    twin = Endpoint("twin", home.endpoint.base_url, READER)

    async with Toolbox([home.endpoint, twin], transport=transport) as toolbox:
        tools = {tool.qualified: tool for tool in toolbox.tools()}
        reply = await toolbox.call("twin_get_thing", {"number": 7})

    assert {"toy_get_thing", "toy_add_thing", "twin_get_thing"} <= set(tools)
    assert "twin_add_thing" not in tools
    assert (tools["toy_get_thing"].read_only, tools["toy_get_thing"].keyed) == (True, False)
    assert (tools["toy_drop_things"].idempotent, tools["toy_add_thing"].keyed) == (True, True)
    assert reply.data == {"name": "bolt", "number": 7, "tags": ["a"]}
    assert reply.text == '{"name":"bolt","number":7,"tags":["a"]}'


async def test_error_of_a_tool_arrives_as_the_same_error(home: Home, transport: Transport) -> None:
    async with open_toolbox(home, transport) as toolbox:
        with pytest.raises(NotFound, match=r"^no thing 404$"):
            await toolbox.call("toy_get_thing", {"number": 404})
        with pytest.raises(InvalidInput, match="nmae: unknown argument"):
            await toolbox.call("toy_get_thing", {"nmae": 1})
        with pytest.raises(UpstreamUnavailable) as away:
            await toolbox.call("toy_add_thing", {"name": "x", "fails": "away"})

    assert away.value.system == "toy"


@pytest.mark.parametrize("name", ["toy_get_thong", "nobody_get_thing", "toy", ""])
async def test_a_tool_that_nobody_has_is_another_error_than_a_thing_that_is_not_there(home: Home, name: str) -> None:
    async with open_toolbox(home, "http") as toolbox:
        await toolbox.call("toy_get_thing", {"number": 1})

        with pytest.raises(NoSuchTool):
            await toolbox.call(name, {})


@pytest.mark.requirement("C-01")
async def test_one_server_down_stops_no_other_and_is_named(home: Home, transport: Transport) -> None:
    async with Toolbox([AWAY, home.endpoint], transport=transport, wait_up_s=0.3) as toolbox:
        reply = await toolbox.call("toy_get_thing", {"number": 1})
        with pytest.raises(UpstreamUnavailable, match="MCP server away cannot be reached") as caught:
            await toolbox.call("away_get_thing", {}, deadline_s=0.2)
        problems = toolbox.problems()

    assert reply.data["number"] == 1
    assert caught.value.system == "mcp:away"
    assert {name: type(problem) for name, problem in problems.items()} == {"away": UpstreamUnavailable}


async def test_refused_token_is_unauthorized_and_not_mistaken_for_an_absent_server(
    home: Home, transport: Transport
) -> None:
    refused = Endpoint("toy", home.endpoint.base_url, "widip_wrong")

    async with Toolbox([refused, AWAY], transport=transport, wait_up_s=0.5) as toolbox:
        with pytest.raises(UpstreamUnauthorized, match="toy refuses our token") as caught:
            await toolbox.call("toy_get_thing", {"number": 1}, deadline_s=0.2)
        problems = toolbox.problems()

    assert caught.value.system == "mcp:toy"
    assert type(problems["away"]) is UpstreamUnavailable


async def test_token_revoked_meanwhile_is_unauthorized(
    home: Home, make_settings: MakeSettings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_toolbox(home, "http") as toolbox:
        await toolbox.call("toy_get_thing", {"number": 1})
        tokens = tmp_path_factory.mktemp("other") / "tokens.toml"
        tokens.write_text(f'[[token]]\nname = "a"\nsha256 = "{"0" * 64}"\nscopes = ["read"]\n')
        home.settings = make_settings(tokens_file=tokens)
        await home.restart()

        with pytest.raises(UpstreamUnauthorized):
            await toolbox.call("toy_get_thing", {"number": 1}, deadline_s=2.0)


@asynccontextmanager
async def page_instead(home: Home, status: int) -> AsyncIterator[None]:
    """A web page on the toy's port, as a proxy shows it while the server is away."""

    async def page(_request: Request) -> Response:
        return HTMLResponse("<html>401 maintenance</html>", status)

    await home.stop()
    proxy = Starlette(routes=[Route("/{path:path}", page, methods=["GET", "POST"])])
    async with running(proxy, sock=home.listen()):
        yield


@pytest.mark.parametrize("status", [200, 401, 502])
async def test_link_heals_after_an_answer_that_is_not_mcp_s(home: Home, transport: Transport, status: int) -> None:
    with anyio.fail_after(20):
        async with page_instead(home, status):
            toolbox = Toolbox([home.endpoint], transport=transport, wait_up_s=0.1)
            await toolbox.__aenter__()
            while not toolbox.problems():
                await asyncio.sleep(0.01)
            problem = toolbox.problems()["toy"]
        await home.start()
        while toolbox.problems():
            await asyncio.sleep(0.01)
        reply = await toolbox.call("toy_get_thing", {"number": 1})
        await toolbox.__aexit__()

    assert type(problem) is (UpstreamUnauthorized if status == 401 else UpstreamUnavailable)
    assert reply.data["number"] == 1


async def test_deadline_is_kept_while_the_tool_is_slow_and_the_link_stays(
    home: Home, toy: Toy, transport: Transport
) -> None:
    loop = asyncio.get_running_loop()

    async with open_toolbox(home, transport) as toolbox:
        started = loop.time()
        with pytest.raises(UpstreamUnavailable, match="no answer in time"):
            await toolbox.call("toy_wait_for_gate", {"name": "x"}, deadline_s=0.3)
        took = loop.time() - started
        reply = await toolbox.call("toy_get_thing", {"number": 1})
        assert toolbox.problems() == {}

    assert 0.3 <= took < 1.5
    assert reply.data["number"] == 1


async def test_write_that_misses_the_deadline_is_unknown_not_unavailable(
    home: Home, toy: Toy, transport: Transport
) -> None:
    async with open_toolbox(home, transport) as toolbox:
        with pytest.raises(OutcomeUnknown, match="toy_add_slowly was sent"):
            await toolbox.call("toy_add_slowly", {"name": "x"}, deadline_s=0.3)

        toy.gate.opened.set()
        await toy.finished.wait()

    assert toy.written == ["x"]


@pytest.mark.requirement("M-10")
async def test_argument_over_4_mib_does_not_hang_the_caller_and_the_link_heals(
    home: Home, transport: Transport
) -> None:
    loop = asyncio.get_running_loop()

    async with open_toolbox(home, transport) as toolbox:
        started = loop.time()
        with pytest.raises(UpstreamError):
            await toolbox.call("toy_get_thing", {"number": 1, "name": OVER_4_MIB}, deadline_s=1.0)
        took = loop.time() - started
        reply = await toolbox.call("toy_get_thing", {"number": 1}, deadline_s=10.0)

    assert took < 2.0
    assert reply.data["number"] == 1


@pytest.mark.requirement("C-03")
async def test_read_survives_three_restarts_of_its_server(home: Home, toy: Toy, transport: Transport) -> None:
    async with open_toolbox(home, transport) as toolbox:
        for number in (1, 2, 3):
            await home.restart()
            reply = await toolbox.call("toy_get_thing", {"number": number}, deadline_s=10.0)
            assert reply.data["number"] == number

    assert toy.lifespans.count("opened") == 4


async def _cut_in_the_middle(home: Home, toy: Toy) -> None:
    """Restart the server while a call is inside the tool: its client is cut off after a second."""
    await toy.gate.reached(1)
    async with asyncio.TaskGroup() as group:
        group.create_task(home.stop())
        with anyio.move_on_after(1.5):
            await toy.closed.wait()
        toy.gate.opened.set()
    await home.start()


async def test_read_cut_by_a_restart_is_asked_again(home: Home, toy: Toy, transport: Transport) -> None:
    async with open_toolbox(home, transport) as toolbox, asyncio.TaskGroup() as group:
        call = group.create_task(toolbox.call("toy_wait_for_gate", {"name": "x"}, deadline_s=15.0))
        await _cut_in_the_middle(home, toy)
        reply = await call

    assert reply.data["name"] == "x"


@pytest.mark.requirement("C-02")
async def test_keyed_write_cut_by_a_restart_is_asked_again_and_done_once(
    home: Home, toy: Toy, transport: Transport
) -> None:
    async with open_toolbox(home, transport) as toolbox, asyncio.TaskGroup() as group:
        call = group.create_task(toolbox.call("toy_add_slowly", {"name": "x"}, key="k", deadline_s=15.0))
        await _cut_in_the_middle(home, toy)
        reply = await call

    assert reply.data == {"name": "x", "number": 1, "tags": []}
    assert reply.replayed
    assert toy.written == ["x"]


@pytest.mark.requirement("C-02")
async def test_write_without_a_key_that_is_cut_is_not_asked_again(home: Home, toy: Toy, transport: Transport) -> None:
    async with open_toolbox(home, transport) as toolbox, asyncio.TaskGroup() as group:
        call = group.create_task(_expect_unknown(toolbox))
        await _cut_in_the_middle(home, toy)
        await call
        await toolbox.call("toy_get_thing", {"number": 1}, deadline_s=10.0)

    assert toy.written == ["x"]


async def _expect_unknown(toolbox: Toolbox) -> None:
    with pytest.raises(OutcomeUnknown):
        await toolbox.call("toy_add_slowly", {"name": "x"}, deadline_s=15.0)


async def test_twenty_calls_are_in_flight_together(home: Home, toy: Toy, transport: Transport) -> None:
    async with open_toolbox(home, transport) as toolbox, asyncio.TaskGroup() as group:
        names = [f"n{n}" for n in range(20)]
        calls = [group.create_task(toolbox.call("toy_wait_for_gate", {"name": name})) for name in names]
        await toy.gate.reached(20)
        toy.gate.opened.set()
        replies = await asyncio.gather(*calls)

    assert [reply.data["name"] for reply in replies] == names


async def test_cancelled_caller_does_not_break_the_link_for_the_others(
    home: Home, toy: Toy, transport: Transport
) -> None:
    async with open_toolbox(home, transport) as toolbox:
        stays = asyncio.create_task(toolbox.call("toy_wait_for_gate", {"name": "stays"}))
        goes = asyncio.create_task(toolbox.call("toy_wait_for_gate", {"name": "goes"}))
        await toy.gate.reached(2)
        goes.cancel()
        with pytest.raises(asyncio.CancelledError):
            await goes
        reply = await toolbox.call("toy_get_thing", {"number": 1})
        toy.gate.opened.set()

        assert (await stays).data["name"] == "stays"

    assert reply.data["number"] == 1
    assert toy.lifespans == ["opened"]


@pytest.mark.parametrize("meanwhile", ["nothing", "timed out", "connecting"])
async def test_close_leaves_no_task_behind(home: Home, toy: Toy, transport: Transport, meanwhile: str) -> None:
    endpoints = [home.endpoint, AWAY] if meanwhile == "connecting" else [home.endpoint]

    async def work() -> None:
        async with Toolbox(endpoints, transport=transport, wait_up_s=0.3) as toolbox:
            await toolbox.call("toy_get_thing", {"number": 1})
            if meanwhile == "timed out":
                with pytest.raises(UpstreamUnavailable):
                    await toolbox.call("toy_wait_for_gate", {"name": "x"}, deadline_s=0.2)

    with anyio.fail_after(15):
        await work()  # the server's own tasks start with its first clients
        before = asyncio.all_tasks()
        await work()
        toy.gate.opened.set()  # the server goes on with a read whose caller gave up
        while left := asyncio.all_tasks() - before:
            await asyncio.wait(left, timeout=0.2)

    assert not left


async def test_close_ends_at_whatever_moment_it_comes(home: Home, transport: Transport) -> None:
    """The SDK may answer a cancellation with an error of its own, and asyncio's wait_for may swallow one."""
    refused = Endpoint("refused", home.endpoint.base_url, "widip_wrong")

    with anyio.fail_after(15):
        for moment in range(10):
            async with Toolbox([home.endpoint, refused, AWAY], transport=transport, wait_up_s=moment / 100):
                pass
