"""The official MCP Inspector, which is none of our code, with each of our servers. docs/inspector.md shows its use."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests import mcp_wire
from tests.inspector.reads import READS
from tests.node.tools import NodeTools, Ran
from tests.one_server import SERVERS, OneServer, open_server
from tests.system import TOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEGACY, MODERN = "legacy", "modern"  # what the Inspector calls a handshake (until 2025-11-25) and none (2026-07-28)
WAYS_IN = (
    ("sse", "", LEGACY),
    ("sse", "historical", LEGACY),
    ("http", "", LEGACY),
    ("http", "", MODERN),
)
ENDPOINTS = {"sse": "/sse", "http": "/mcp"}
OK, AUTH_REQUIRED, TOOL_ERROR = 0, 3, 5


@pytest_asyncio.fixture(params=SERVERS, scope="module", loop_scope="module")
async def server(
    request: pytest.FixtureRequest, redis_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OneServer]:
    """Each server in turn."""
    async with open_server(request.param, redis_port, tmp_path_factory.mktemp(request.param)) as one:
        yield one


async def _inspect(
    tools: NodeTools, server: OneServer, *arguments: str, way: tuple[str, str, str] = WAYS_IN[2], token: str = TOKEN
) -> Ran:
    transport, prefix, era = way
    url = server.url + (server.spec.historical_prefix if prefix else "") + ENDPOINTS[transport]
    reached = ("--transport", transport, "--protocol-era", era, "--header", f"Authorization: Bearer {token}")
    return await tools.run("mcp-inspector", "--cli", url, *reached, "--format", "json", *arguments)


def _calling(tool: str, arguments: dict[str, Any]) -> tuple[str, ...]:
    return "--method", "tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments)


def _result(ran: Ran) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(ran.out)["result"]
    return result


@pytest.mark.requirement("M-11")
@pytest.mark.requirement("M-13")
async def test_inspector_lists_the_tools_over_sse_and_http_and_finds_no_fault(
    node_tools: NodeTools, server: OneServer
) -> None:
    offered = (await mcp_wire.ask(server.url, "tools/list"))["tools"]

    for way in WAYS_IN:
        ran = await _inspect(node_tools, server, "--method", "tools/list", "--strict", way=way)

        assert (ran.code, ran.err) == (OK, ""), way
        assert _result(ran)["tools"] == offered, way


@pytest.mark.requirement("M-11")
async def test_inspector_reads_the_same_over_sse_and_http(node_tools: NodeTools, server: OneServer) -> None:
    read = READS[server.name]

    for way in WAYS_IN:
        ran = await _inspect(node_tools, server, *_calling(read.tool, read.arguments), way=way)

        assert ran.code == OK, (way, ran.err)
        result = _result(ran)
        assert result["structuredContent"].items() >= read.answer.items(), way
        assert json.loads(result["content"][0]["text"]) == result["structuredContent"], way


@pytest.mark.requirement("M-12")
async def test_inspector_shows_an_error_as_an_error(node_tools: NodeTools, server: OneServer) -> None:
    ran = await _inspect(node_tools, server, *_calling(READS[server.name].tool, {"no_such_argument": 1}))

    assert ran.code == TOOL_ERROR, ran.err
    result = _result(ran)
    assert result["isError"] is True
    assert "no_such_argument: unknown argument" in result["content"][0]["text"]
    assert result["_meta"]["widip/error"] == {"code": "invalid_input", "retryable": False}


@pytest.mark.requirement("M-12")
@pytest.mark.parametrize("way", [WAYS_IN[0], WAYS_IN[2]], ids=["sse", "http"])
async def test_inspector_is_refused_with_a_wrong_token(
    node_tools: NodeTools, server: OneServer, way: tuple[str, str, str]
) -> None:
    ran = await _inspect(node_tools, server, "--method", "tools/list", way=way, token="widip_wrong")

    assert (ran.code, ran.out) == (AUTH_REQUIRED, "")
    assert json.loads(ran.err)["error"]["code"] == "auth_required"
