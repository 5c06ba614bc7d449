"""One tool call: what its arguments must be, what its answer looks like, what an error gives away."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from mcp_types import CallToolResult, TextContent
from mcp_types import Tool as McpTool
from structlog.testing import capture_logs

from shared.mcp_calls import ERROR_META, KEY_META
from shared.mcp_tool import KEYED, Risk, Tool
from tests.shared.conftest import MakeSettings
from tests.shared.toy import SECRET, Home, Toy, connect, without_socket


@dataclass(frozen=True)
class Caller:
    """The SDK's client, connected for each request: it must be left in the task that entered it."""

    url: str
    how: str
    way: httpx2.AsyncBaseTransport | None = None

    async def call_tool(self, name: str, arguments: dict[str, Any], *, meta: Any = None) -> CallToolResult:
        async with connect(self.url, how=self.how, way=self.way) as client:
            return await client.call_tool(name, arguments, meta=meta)

    async def list_tools(self) -> dict[str, McpTool]:
        async with connect(self.url, how=self.how, way=self.way) as client:
            return {tool.name: tool for tool in (await client.list_tools()).tools}


@pytest.fixture
async def client(toy: Toy, make_settings: MakeSettings) -> AsyncIterator[Caller]:
    """A caller over /mcp."""
    async with without_socket(toy.app(make_settings(allowed_hosts="toy"))) as way:
        yield Caller("http://toy", "http-auto", way)


@pytest.fixture
def old_client(home: Home) -> Caller:
    """A caller over SSE."""
    return Caller(home.endpoint.base_url, "sse-legacy")


def text_of(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


def code_of(result: CallToolResult) -> str:
    return str((result.meta or {}).get(ERROR_META, {}).get("code", ""))


async def test_text_is_compact_and_says_the_same_as_the_structured_content(client: Caller, old_client: Caller) -> None:
    for caller in (client, old_client):
        result = await caller.call_tool("get_thing", {"number": 3, "name": "écrou"})

        assert not result.is_error
        assert text_of(result) == '{"name":"écrou","number":3,"tags":["a"]}'
        assert result.structured_content == json.loads(text_of(result))


async def test_error_says_its_code_in_meta_and_not_in_structured_content(client: Caller, old_client: Caller) -> None:
    for caller in (client, old_client):
        result = await caller.call_tool("get_thing", {"number": 404})

        assert result.is_error
        assert text_of(result) == "no thing 404"
        assert (result.meta or {})[ERROR_META] == {"code": "not_found", "retryable": False}
        assert result.structured_content is None


async def test_retryable_error_says_so(client: Caller) -> None:
    result = await client.call_tool("add_thing", {"name": "x", "fails": "away"})

    assert (result.meta or {})[ERROR_META] == {"code": "upstream_unavailable", "retryable": True}


@pytest.mark.requirement("M-03")
async def test_unforeseen_exception_gives_only_a_reference_that_the_log_has_too(
    client: Caller, old_client: Caller, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for caller in (client, old_client):
        with capture_logs() as logs:
            result = await caller.call_tool("crash", {"name": "x"})

        assert result.is_error
        assert code_of(result) == "internal"
        reference = text_of(result).removeprefix("Internal error, reference ")
        crashed = next(entry for entry in logs if entry["event"] == "tool_crashed")
        assert crashed["request_id"] == reference
        assert crashed["error_type"] == "RuntimeError"
        assert any(line.endswith(" crash") for line in crashed["where"])
        written = "".join((*capfd.readouterr(), caplog.text, json.dumps(logs), result.model_dump_json()))
        assert SECRET not in written
        assert "dc1" not in written


@pytest.mark.requirement("M-04")
async def test_unknown_argument_is_refused_naming_it_and_the_known_ones(client: Caller) -> None:
    result = await client.call_tool("get_thing", {"number": 1, "nmae": "x"})

    assert code_of(result) == "invalid_input"
    assert text_of(result) == "get_thing refuses nmae: unknown argument (known: number, name, ratio, kind)"


@pytest.mark.requirement("M-04")
async def test_operation_is_accepted_when_it_is_the_tool_s_name_and_refused_otherwise(client: Caller) -> None:
    same = await client.call_tool("get_thing", {"number": 1, "operation": "get_thing"})
    other = await client.call_tool("get_thing", {"number": 1, "operation": "drop_things"})

    assert not same.is_error
    assert code_of(other) == "invalid_input"
    assert "operation: unknown argument" in text_of(other)


@pytest.mark.parametrize("argument", ["number", "ratio"])
async def test_boolean_is_no_number_but_digits_in_a_text_are(client: Caller, argument: str) -> None:
    digits = await client.call_tool("get_thing", {"number": 1, argument: "5"})
    boolean = await client.call_tool("get_thing", {"number": 1, argument: True})

    assert not digits.is_error
    assert code_of(boolean) == "invalid_input"
    assert text_of(boolean) == f"{argument}: a number is needed, not true"


async def test_digits_in_a_text_arrive_as_a_number(client: Caller) -> None:
    result = await client.call_tool("get_thing", {"number": "5"})

    assert (result.structured_content or {})["number"] == 5


@pytest.mark.parametrize("arguments", [{}, {"number": 0}, {"number": "many"}, {"number": 1, "kind": "c"}])
async def test_wrong_arguments_are_refused_without_a_crash(client: Caller, arguments: dict[str, Any]) -> None:
    assert code_of(await client.call_tool("get_thing", arguments)) == "invalid_input"


async def test_list_of_constrained_texts_is_an_ordinary_argument(client: Caller) -> None:
    fits = await client.call_tool("count_marks", {"marks": ["a", "b"]})
    too_long = await client.call_tool("count_marks", {"marks": ["a" * 10]})

    assert (fits.structured_content or {})["number"] == 2
    assert code_of(too_long) == "invalid_input"


async def test_unknown_tool_is_told_which_ones_there_are(client: Caller) -> None:
    result = await client.call_tool("get_thong", {})

    assert code_of(result) == "no_such_tool"
    assert "get_thing" in text_of(result)


async def test_every_tool_says_its_four_annotations_and_whether_keys_are_kept(client: Caller) -> None:
    tools = await client.list_tools()

    def said(name: str) -> tuple[bool | None, ...]:
        a = tools[name].annotations
        assert a is not None
        return a.read_only_hint, a.destructive_hint, a.idempotent_hint, a.open_world_hint

    assert said("get_thing") == (True, False, True, False)
    assert said("add_thing") == (False, False, False, False)
    assert said("drop_things") == (False, True, True, False)
    assert said("send_thing") == (False, False, False, True)
    assert not any(hint is None for name in tools for hint in said(name))
    assert {name for name, tool in tools.items() if (tool.meta or {})[KEYED]} == {
        "add_thing",
        "add_slowly",
        "drop_things",
        "send_thing",
    }


async def test_listed_schema_forbids_other_arguments_and_describes_the_output(client: Caller) -> None:
    tools = await client.list_tools()

    schema = tools["get_thing"].input_schema

    assert schema["additionalProperties"] is False
    assert schema["required"] == ["number"]
    assert schema["properties"]["number"] == {"description": "which one", "minimum": 1, "type": "integer"}
    assert schema["properties"]["ratio"] == {"type": "number"}
    assert "title" not in json.dumps(schema)
    assert (tools["get_thing"].output_schema or {})["required"] == ["name"]


async def test_keyed_write_is_done_once_and_its_repeat_says_replayed(
    client: Caller, old_client: Caller, toy: Toy
) -> None:
    meta: Any = {KEY_META: "alert-1"}

    first = await client.call_tool("add_thing", {"name": "x"}, meta=meta)
    again = await old_client.call_tool("add_thing", {"name": "x"}, meta=meta)

    assert toy.written == ["x"]
    assert text_of(again) == text_of(first)
    assert [(result.meta or {}).get("widip/replayed") for result in (first, again)] == [None, True]


async def test_write_without_a_key_is_done_each_time(client: Caller, toy: Toy) -> None:
    for _ in range(2):
        await client.call_tool("add_thing", {"name": "x"})

    assert toy.written == ["x", "x"]


@pytest.mark.parametrize("meta", [{KEY_META: ""}, {KEY_META: 5}, {KEY_META: "k" * 201}, {"widip/fresh_after": "now"}])
async def test_meta_of_the_wrong_kind_is_refused(client: Caller, toy: Toy, meta: Any) -> None:
    result = await client.call_tool("add_thing", {"name": "x"}, meta=meta)

    assert code_of(result) == "invalid_input"
    assert toy.written == []


async def test_tool_is_told_who_calls_and_how_fresh_the_answer_must_be(client: Caller, toy: Toy) -> None:
    meta: Any = {KEY_META: "k", "widip/fresh_after": 1_700_000_000}

    await client.call_tool("add_thing", {"name": "x"}, meta=meta)

    call = toy.calls[0]
    assert (call.caller, call.idempotency_key, call.look_first, call.fresh_after) == ("writer", "k", False, 1.7e9)


def test_tool_that_returns_no_model_is_a_mistake_of_its_author() -> None:
    async def get_text() -> str:
        return ""

    with pytest.raises(TypeError, match="get_text must return a pydantic model"):
        _ = Tool(get_text, Risk.READ).listing  # type: ignore[arg-type]
