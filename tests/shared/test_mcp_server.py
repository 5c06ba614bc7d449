"""The doors of an MCP server: who gets in, by which way, how many, and what its probes say."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import httpx
import pytest
from pydantic import ValidationError

from shared.errors import InvalidInput, UpstreamUnavailable
from shared.settings import ServerSettings
from tests.conftest import Serve
from tests.shared.conftest import MakeSettings
from tests.shared.toy import PREFIX, READER, TOKEN, Home, Toy, bearer, connect, open_sse, write_tokens

WAYS = ("http-auto", "http-legacy", "sse-legacy")
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@pytest.fixture
async def url(home: Home) -> str:
    return home.endpoint.base_url


async def ask(url: str, *, headers: dict[str, str] | None = None, method: str = "GET") -> httpx.Response:
    """One request, its answer's headers only when it is a stream."""
    async with (
        httpx.AsyncClient() as http,
        http.stream(method, url, headers=headers, json=PING if method == "POST" else None) as response,
    ):
        if "event-stream" not in response.headers.get("content-type", ""):
            await response.aread()
        return response


DOORS = [("GET", "/sse"), ("POST", "/mcp"), ("GET", f"{PREFIX}/sse"), ("POST", f"{PREFIX}/mcp")]
POSTS = [("POST", "/messages/?session_id=0"), ("POST", f"{PREFIX}/messages/?session_id=0")]


@pytest.mark.requirement("M-07")
async def test_foreign_host_header_is_421_and_our_own_is_let_in(url: str) -> None:
    headers = bearer(TOKEN) | {"Accept": "application/json, text/event-stream"}

    for method, path in DOORS:
        ours = await ask(url + path, headers=headers, method=method)
        foreign = await ask(url + path, headers=headers | {"Host": "evil.example"}, method=method)

        assert (ours.status_code, foreign.status_code) == (200, 421), path


async def test_foreign_origin_is_403_and_a_listed_one_is_let_in(
    toy: Toy, make_settings: MakeSettings, serve: Serve
) -> None:
    url = await serve(toy.app(make_settings(allowed_origins="https://desk.widip.example")))
    headers = bearer(TOKEN) | {"Accept": "application/json, text/event-stream"}

    for method, path in DOORS:
        listed = await ask(url + path, headers=headers | {"Origin": "https://desk.widip.example"}, method=method)
        foreign = await ask(url + path, headers=headers | {"Origin": "https://evil.example"}, method=method)

        assert (listed.status_code, foreign.status_code) == (200, 403), path


async def test_no_token_or_a_wrong_one_is_401_at_every_door(url: str) -> None:
    for method, path in DOORS + POSTS:
        known = await ask(url + path, headers=bearer(TOKEN), method=method)
        none = await ask(url + path, method=method)
        wrong = await ask(url + path, headers=bearer("widip_nobody"), method=method)

        assert known.status_code != 401, path
        assert (none.status_code, wrong.status_code) == (401, 401), path


async def test_session_of_one_token_refuses_messages_of_another(url: str) -> None:
    async with open_sse(url, TOKEN) as messages:
        own = await ask(messages, headers=bearer(TOKEN), method="POST")
        other = await ask(messages, headers=bearer(READER), method="POST")
        nobody = await ask(messages, method="POST")

    assert [own.status_code, other.status_code, nobody.status_code] == [202, 404, 401]


async def test_host_lifespan_runs_once_however_many_clients_connect(home: Home, url: str, toy: Toy) -> None:
    async with AsyncExitStack() as stack:
        for way in WAYS * 3:
            client = await stack.enter_async_context(connect(url, how=way))
            await client.list_tools()

        assert toy.lifespans == ["opened"]

    await home.stop()
    assert toy.lifespans == ["opened", "closed"]


async def test_every_way_in_serves_both_names(url: str) -> None:
    for place in (url, url + PREFIX):
        for how in WAYS:
            async with connect(place, how=how) as client:
                listed = [tool.name for tool in (await client.list_tools()).tools]
                result = await client.call_tool("get_thing", {"number": 5})

            assert "get_thing" in listed
            assert result.structured_content == {"name": "bolt", "number": 5, "tags": ["a"]}


@pytest.mark.parametrize(("how", "modern"), [("http-auto", True), ("http-legacy", False)])
async def test_streamable_http_speaks_both_protocol_eras(url: str, how: str, modern: bool) -> None:
    async with connect(url, how=how) as client:
        version = client.session.protocol_version

    assert version is not None
    assert (version >= "2026-07-28") is modern


async def test_one_sse_session_too_many_is_503_and_a_closed_one_makes_room(
    toy: Toy, make_settings: MakeSettings, serve: Serve
) -> None:
    url = await serve(toy.app(make_settings(max_sse_sessions=1)))

    async with open_sse(url):
        too_many = [await ask(f"{url}{prefix}/sse", headers=bearer(TOKEN)) for prefix in ("", PREFIX)]

    assert [answer.status_code for answer in too_many] == [503, 503]
    assert "retry-after" in too_many[0].headers
    with anyio.fail_after(5):
        while (await ask(f"{url}/sse", headers=bearer(TOKEN))).status_code != 200:
            await anyio.lowlevel.checkpoint()


async def test_healthz_needs_no_token(url: str) -> None:
    assert (await ask(f"{url}/healthz")).json() == {"status": "ok"}


async def test_readyz_tells_its_warnings_and_asks_the_system_once_for_two_requests(url: str, toy: Toy) -> None:
    first, second = await ask(f"{url}/readyz"), await ask(f"{url}/readyz")

    assert first.status_code == second.status_code == 200
    assert first.json() == second.json() == {"status": "ok", "warnings": ["low on bolts"]}
    assert toy.checks == 1


async def test_readyz_is_503_with_the_reason_and_its_code(url: str, toy: Toy) -> None:
    toy.problem = UpstreamUnavailable("the store is away", system="store")

    answer = await ask(f"{url}/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "code": "upstream_unavailable",
        "reason": "the store is away",
    }


async def test_metrics_count_calls_by_tool_and_never_by_a_stranger_s_word(url: str) -> None:
    async with connect(url, how="sse-legacy") as client:
        await client.call_tool("get_thing", {"number": 1})
        await client.call_tool("no_such_tool_of_a_stranger", {})
        metrics = (await ask(f"{url}/metrics")).text

    assert 'widip_tool_calls_total{outcome="ok",tool="get_thing"} 1.0' in metrics
    assert 'widip_tool_calls_total{outcome="no_such_tool",tool="unknown"} 1.0' in metrics
    assert "widip_sse_sessions 1.0" in metrics
    assert "stranger" not in metrics


def test_server_without_tokens_does_not_start(tmp_path: Path) -> None:
    ServerSettings(tokens_file=write_tokens(tmp_path))

    with pytest.raises(ValidationError, match="TOKENS_FILE is not set"):
        ServerSettings()


def test_insecure_dev_listens_on_loopback_only() -> None:
    ServerSettings(insecure_dev=True)

    with pytest.raises(ValidationError, match=r"127\.0\.0\.1 only"):
        ServerSettings(insecure_dev=True, host="0.0.0.0")


async def test_insecure_dev_serves_anybody(toy: Toy, make_settings: MakeSettings, serve: Serve) -> None:
    url = await serve(toy.app(make_settings(tokens_file=None, insecure_dev=True)))

    for how in WAYS:
        async with connect(url, "", how=how) as client:
            assert not (await client.call_tool("add_thing", {"name": how})).is_error

    assert toy.written == list(WAYS)


def test_tokens_file_that_is_missing_stops_the_start(toy: Toy, make_settings: MakeSettings, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="does not exist"):
        toy.app(make_settings(tokens_file=tmp_path / "absent.toml"))


def test_unknown_name_in_tools_stops_the_start(toy: Toy, make_settings: MakeSettings) -> None:
    with pytest.raises(InvalidInput, match=r"do not exist: get_thong$"):
        toy.app(make_settings(tools="get_thing, get_thong"))


@pytest.mark.requirement("M-09")
@pytest.mark.parametrize(
    ("changes", "there", "gone"),
    [
        ({"read_only": True}, "get_thing", "add_thing"),
        ({"tools": "get_thing,add_thing"}, "add_thing", "drop_things"),
        ({"tools": "get_thing,add_thing", "read_only": True}, "get_thing", "add_thing"),
    ],
    ids=["read_only", "tools", "both"],
)
async def test_filtered_tools_are_neither_listed_nor_callable(
    toy: Toy, make_settings: MakeSettings, serve: Serve, changes: dict[str, object], there: str, gone: str
) -> None:
    url = await serve(toy.app(make_settings(**changes)))

    async with connect(url) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool(gone, {})

    assert there in listed
    assert gone not in listed
    assert result.is_error
    assert (result.meta or {})["widip/error"]["code"] == "no_such_tool"


async def test_stopping_server_closes_nothing_before_its_writes_are_done(home: Home, toy: Toy) -> None:
    with anyio.fail_after(10):
        await _write_and_leave(home.endpoint.base_url, toy)
        async with anyio.create_task_group() as group:
            group.start_soon(home.stop)
            with anyio.move_on_after(1.5):  # uvicorn itself waits a second for requests under way
                await toy.closed.wait()
            assert not toy.closed.is_set()

            toy.gate.opened.set()

    assert toy.written == ["late"]
    assert toy.lifespans == ["opened", "closed"]


async def _write_and_leave(url: str, toy: Toy) -> None:
    """Send a write on a raw connection and cut it once the tool is at work."""
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "add_slowly", "arguments": {"name": "late"}},
    }
    host, port = httpx.URL(url).host, httpx.URL(url).port
    request = httpx.Request(
        "POST", f"{url}/mcp", json=body, headers=bearer(TOKEN) | {"Accept": "application/json, text/event-stream"}
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection((host, port or 0)) as raw:
        await anyio.to_thread.run_sync(raw.sendall, f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + request.read())
        await toy.gate.reached(1)


async def test_client_that_goes_away_does_not_cut_its_write(url: str, toy: Toy) -> None:
    with anyio.fail_after(10):
        await _write_and_leave(url, toy)
        assert toy.written == []

        toy.gate.opened.set()
        await toy.finished.wait()

    assert toy.written == ["late"]


async def test_caller_that_cancels_does_not_cut_his_write(url: str, toy: Toy) -> None:
    with anyio.fail_after(10):
        for count, how in enumerate(WAYS, start=1):
            async with connect(url, how=how) as client:
                call = asyncio.create_task(client.call_tool("add_slowly", {"name": how}))
                await toy.gate.reached(count)
                call.cancel()
                await asyncio.wait([call])
                await client.list_tools()  # behind the cancellation: it has arrived

        assert toy.gate.inside == len(WAYS)
        toy.gate.opened.set()
        while len(toy.written) < len(WAYS):
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient() as http:
            metrics = (await http.get(f"{url}/metrics")).text

    assert toy.written == list(WAYS)
    assert re.search(r'widip_tool_calls_total{outcome="cancelled",tool="add_slowly"} [1-9]', metrics)
