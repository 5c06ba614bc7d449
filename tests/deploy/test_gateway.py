"""The gateway's configuration, run for real before the real servers: the URLs that existing clients have."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx
import pytest
from mcp import Client
from mcp.client.sse import sse_client

from tests import mcp_wire
from tests.deploy.conftest import REAL_NAME, Home, Server, upstreams
from tests.deploy.gateway import Gateway, open_gateway
from tests.inspector.reads import READS
from tests.system import TOKEN

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    # The SDK does not close its streams when a stopping server cuts an SSE session.
    pytest.mark.filterwarnings("ignore:Unclosed <MemoryObject:ResourceWarning"),
]

SESSIONS = "widip_sse_sessions"
NOWHERE = "127.0.0.1:1"
HIDDEN = "widip_hunter2-swordfish"
LIST_TOOLS = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}

INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2024-11-05", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}


@asynccontextmanager
async def connected(gateway: Gateway, server: Server) -> AsyncIterator[Client]:
    """An MCP client at the server's historical SSE URL."""
    source = sse_client(
        f"{gateway.url}{server.spec.historical_prefix}/sse", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with anyio.fail_after(30):
        async with Client(source, mode="legacy", read_timeout_seconds=10.0) as client:
            yield client


async def count_sessions(server: Server) -> int:
    async with httpx.AsyncClient(base_url=server.url) as http:
        metrics = (await http.get("/metrics")).text
    return int(next(float(line.split()[1]) for line in metrics.splitlines() if line.startswith(SESSIONS)))


async def no_sessions(server: Server) -> None:
    """Return once the server has none; well before its own ping of 15 s would notice that a client is gone."""
    with anyio.fail_after(5):
        while await count_sessions(server) > 0:
            await asyncio.sleep(0.02)


async def ask_as(gateway: Gateway, server: Server, host: str) -> int:
    """The status of tools/list for a client that calls the gateway by the name `host`."""
    headers = mcp_wire.headers() | {"host": host}
    async with httpx.AsyncClient(base_url=gateway.url, headers=headers) as http:
        return (await http.post(f"{server.spec.historical_prefix}/mcp", json=LIST_TOOLS)).status_code


async def read_events(stream: httpx.Response) -> AsyncIterator[str]:
    """The data of each event; comments (pings) are no events."""
    async for line in stream.aiter_lines():
        if line.startswith("data: "):
            yield line.removeprefix("data: ")


async def read_until_closed(url: str) -> None:
    """Ask one question on a connection, and wait until the other side closes it for being idle."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.requirement("I-02")
async def test_old_url_lists_tools_and_calls_one(gateway: Gateway, server: Server) -> None:
    read = READS[server.name]

    async with connected(gateway, server) as client:
        listed = (await client.list_tools()).tools
        answer = await client.call_tool(read.tool, read.arguments)

    direct = await mcp_wire.ask(server.url, "tools/list")
    assert [tool.name for tool in listed] == [tool["name"] for tool in direct["tools"]]
    assert not answer.is_error
    assert answer.structured_content


async def test_streamable_http_is_at_the_old_prefix_too(gateway: Gateway, server: Server) -> None:
    through = await mcp_wire.ask(gateway.url + server.spec.historical_prefix, "tools/list")

    assert through == await mcp_wire.ask(server.url, "tools/list")


async def test_stream_is_passed_on_as_it_is_written(gateway: Gateway, server: Server) -> None:
    url = f"{gateway.url}{server.spec.historical_prefix}/sse"
    headers = mcp_wire.headers() | {"accept-encoding": "gzip, br, zstd"}

    async with httpx.AsyncClient(headers=headers) as http, http.stream("GET", url) as stream:
        first = await anext(stream.aiter_lines())
        kind, encoding = stream.headers["content-type"], stream.headers.get("content-encoding")

    assert first == "event: endpoint"
    assert kind.startswith("text/event-stream")
    assert encoding is None


@pytest.mark.requirement("I-04")
async def test_place_of_a_client_that_leaves_is_free_at_once(gateway: Gateway, server: Server) -> None:
    await no_sessions(server)

    async with connected(gateway, server):
        during = await count_sessions(server)
    await no_sessions(server)

    assert during == 1


@pytest.mark.requirement("I-04")
async def test_silent_stream_outlives_what_idle_connections_are_allowed(
    home: Home, server: Server, tmp_path: Path
) -> None:
    url = f"{server.spec.historical_prefix}/sse"
    async with open_gateway(tmp_path, upstreams(home) | {"GATEWAY_IDLE": "100ms"}) as gateway:
        # No pool: a connection of the client that is closed meanwhile would be a fault of the test.
        limits = httpx.Limits(max_keepalive_connections=0)
        async with (
            httpx.AsyncClient(base_url=gateway.url, headers=mcp_wire.headers(), limits=limits) as http,
            http.stream("GET", url) as stream,
        ):
            events = read_events(stream)
            messages = await anext(events)
            await read_until_closed(gateway.url)
            sent = await http.post(messages, json=INITIALIZE)
            answer = json.loads(await anext(events))

    assert sent.status_code == 202
    assert answer["result"]["serverInfo"]["name"] == f"widip-{server.name}"


@pytest.mark.requirement("I-03")
async def test_server_that_is_away_is_said_at_once_and_the_others_go_on(
    home: Home, server: Server, tmp_path: Path
) -> None:
    others = [other for other in home.values() if other is not server]
    at_nowhere = {f"{server.name.upper()}_UPSTREAM": NOWHERE}
    async with open_gateway(tmp_path, upstreams(home) | at_nowhere) as gateway:
        async with httpx.AsyncClient(headers=mcp_wire.headers(), timeout=2) as http:
            answers = [
                await http.get(f"{gateway.url}{server.spec.historical_prefix}/sse"),
                await http.post(f"{gateway.url}{server.spec.historical_prefix}/mcp", json=LIST_TOOLS),
            ]
        listed = [await mcp_wire.ask(gateway.url + other.spec.historical_prefix, "tools/list") for other in others]

    assert [answer.status_code for answer in answers] == [502, 502]
    assert {answer.headers["content-type"] for answer in answers} == {"text/plain; charset=utf-8"}
    assert {answer.text for answer in answers} == {"The server behind this address does not answer (502)."}
    assert all(found["tools"] for found in listed)


async def test_server_that_takes_no_connection_is_given_up_within_seconds(home: Home, tmp_path: Path) -> None:
    name, server = next(iter(home.items()))
    with socket.socket() as deaf, socket.socket() as only, socket.socket() as waiting:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        only.connect(deaf.getsockname())  # takes the one place, so that Linux drops whoever comes next
        waiting.setblocking(False)
        waiting.connect_ex(deaf.getsockname())
        address = "{}:{}".format(*deaf.getsockname())
        async with (
            open_gateway(tmp_path, upstreams(home) | {f"{name.upper()}_UPSTREAM": address}) as gateway,
            httpx.AsyncClient(base_url=gateway.url, headers=mcp_wire.headers(), timeout=10) as http,
        ):
            answer = await http.get(f"{server.spec.historical_prefix}/sse")

    assert answer.status_code in (502, 504)


@pytest.mark.requirement("I-05")
async def test_no_token_reaches_the_log(home: Home, tmp_path: Path) -> None:
    away = next(iter(home))
    wrong = {"authorization": f"Bearer {HIDDEN}", "cookie": HIDDEN, "x-token": HIDDEN}
    async with open_gateway(tmp_path, upstreams(home) | {f"{away.upper()}_UPSTREAM": NOWHERE}) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url, headers=wrong, params={"token": HIDDEN}) as http:
            paths = [f"{server.spec.historical_prefix}/sse" for server in home.values()] + ["/elsewhere"]
            statuses = [(await http.get(path)).status_code for path in paths]
        await gateway.stop()
        log, requests = gateway.log(), gateway.requests()

    assert set(statuses) == {502, 401, 404}
    assert [(line["status"], line["request"]["uri"]) for line in requests] == list(zip(statuses, paths, strict=True))
    assert HIDDEN not in log


async def test_servers_still_see_by_which_name_they_are_called(gateway: Gateway, server: Server) -> None:
    statuses = {host: await ask_as(gateway, server, host) for host in ("127.0.0.1:5678", REAL_NAME, "evil.example")}

    assert statuses == {"127.0.0.1:5678": 200, REAL_NAME: 200, "evil.example": 421}


async def test_nothing_but_the_old_urls_is_passed_on(gateway: Gateway, server: Server) -> None:
    prefix = server.spec.historical_prefix
    paths = ("/", "/sse", "/mcp", "/metrics", "/readyz", prefix, f"{prefix}/metrics", f"{prefix}/readyz")
    async with httpx.AsyncClient(base_url=gateway.url, headers=mcp_wire.headers()) as http:
        statuses = {path: (await http.get(path)).status_code for path in paths}

    assert set(statuses.values()) == {404}, statuses


async def test_open_stream_does_not_hold_up_a_stop(home: Home, tmp_path: Path) -> None:
    url = f"{next(iter(home.values())).spec.historical_prefix}/sse"
    async with (
        open_gateway(tmp_path, upstreams(home)) as gateway,
        httpx.AsyncClient(base_url=gateway.url, headers=mcp_wire.headers()) as http,
        http.stream("GET", url) as stream,
    ):
        opened = stream.status_code
        ended = await gateway.stop()

    assert opened == 200
    assert ended == 0
