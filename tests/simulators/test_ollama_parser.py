"""Each row of the parser's table in contracts/ollama.md, section 5, and what an HTTP client sees of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from simulators.ollama.app import create_app
from tests.simulators.ollama_requests import MODEL, build_tool

pytestmark = pytest.mark.asyncio

TOOL = build_tool(
    "probe",
    {
        "host": {"type": "string"},
        "count": {"type": "integer"},
        "ratio": {"type": "number"},
        "deep": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "extra": {"type": "object"},
        "maybe": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
)
BODY: dict[str, Any] = {
    "model": MODEL,
    "stream": False,
    "messages": [{"role": "user", "content": "sw1 up?"}],
    "tools": [TOOL],
}


@pytest.fixture
def app() -> Starlette:
    return create_app()


@pytest_asyncio.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ollama.test") as opened:
        yield opened


def write_call(*parameters: tuple[str, str], name: str = "probe") -> str:
    inner = "".join(f"<parameter={key}>\n{value}\n</parameter>\n" for key, value in parameters)
    return f"<tool_call>\n<function={name}>\n{inner}</function>\n</tool_call>"


async def say(client: httpx.AsyncClient, raw: str, **changes: Any) -> httpx.Response:
    await client.post("/_sim/script", json={"outputs": [raw]})
    return await client.post("/api/chat", json=BODY | changes)


async def read_message(client: httpx.AsyncClient, raw: str) -> dict[str, Any]:
    answer = await say(client, raw)
    assert answer.status_code == 200, answer.text
    message: dict[str, Any] = answer.json()["message"]
    return message


async def read_arguments(client: httpx.AsyncClient, *parameters: tuple[str, str]) -> dict[str, Any]:
    message = await read_message(client, write_call(*parameters))
    arguments: dict[str, Any] = message["tool_calls"][0]["function"]["arguments"]
    return arguments


async def test_text_before_a_call_is_kept_and_arguments_are_typed(client: httpx.AsyncClient) -> None:
    raw = "Je regarde.\n" + write_call(("host", "12"), ("count", "3"), ("ratio", "0.5"), ("deep", "true"))
    message = await read_message(client, raw + "\n")

    call = message["tool_calls"][0]
    assert message["content"] == "Je regarde."
    assert call["function"]["arguments"] == {"host": "12", "count": 3, "ratio": 0.5, "deep": True}
    assert call["id"].startswith("call_")
    assert len(call["id"]) == len("call_") + 8
    assert "type" not in call


async def test_array_and_object_values_are_parsed(client: httpx.AsyncClient) -> None:
    arguments = await read_arguments(client, ("tags", '["a","b"]'), ("extra", '{"k": 1}'), ("maybe", "7"))

    assert arguments == {"tags": ["a", "b"], "extra": {"k": 1}, "maybe": 7}


async def test_two_blocks_give_two_calls_and_the_text_between_is_glued(client: httpx.AsyncClient) -> None:
    raw = f"A\n{write_call(('host', 'a'))}\nB\n{write_call(('host', 'b'))}\nC"
    message = await read_message(client, raw)

    assert message["content"] == "ABC"
    assert [call["function"]["index"] for call in message["tool_calls"]] == [0, 1]
    assert [call["function"]["arguments"]["host"] for call in message["tool_calls"]] == ["a", "b"]


async def test_missing_opener_leaks_the_call_as_text(client: httpx.AsyncClient) -> None:
    raw = write_call(("host", "a")).removeprefix("<tool_call>\n")
    message = await read_message(client, raw)

    assert message["content"] == raw
    assert "tool_calls" not in message


@pytest.mark.parametrize("preamble", ["", "Voyons."])
async def test_unclosed_block_vanishes_without_error(client: httpx.AsyncClient, preamble: str) -> None:
    answer = await say(client, preamble + write_call(("host", "a")).removesuffix("</tool_call>"))

    assert answer.status_code == 200
    assert answer.json()["message"] == {"role": "assistant", "content": preamble}
    assert answer.json()["done_reason"] == "stop"


async def test_num_predict_cuts_a_call_in_two(client: httpx.AsyncClient) -> None:
    answer = await say(client, "Voyons. " + write_call(("host", "a")), options={"num_predict": 12})

    assert answer.json()["message"] == {"role": "assistant", "content": "Voyons."}
    assert (answer.json()["done_reason"], answer.json()["eval_count"]) == ("length", 12)


@pytest.mark.parametrize("inner", ['{"name":"probe","arguments":{}}', "", "\n"])
async def test_json_or_nothing_in_a_block_is_500_eof(client: httpx.AsyncClient, inner: str) -> None:
    answer = await say(client, f"<tool_call>{inner}</tool_call>")

    assert (answer.status_code, answer.json()) == (500, {"error": "EOF"})


async def test_unclosed_parameter_is_500_with_the_line(client: httpx.AsyncClient) -> None:
    raw = "<tool_call>\n<function=probe>\n<parameter=host>\na\n</function>\n</tool_call>"
    answer = await say(client, raw)

    message = "XML syntax error on line 5: element <parameter> closed by </function>"
    assert (answer.status_code, answer.json()) == (500, {"error": message})


async def test_second_function_in_a_block_is_dropped(client: httpx.AsyncClient) -> None:
    raw = "<tool_call><function=one></function><function=two></function></tool_call>"
    message = await read_message(client, raw)

    assert [call["function"]["name"] for call in message["tool_calls"]] == ["one"]


async def test_last_of_duplicate_parameters_wins(client: httpx.AsyncClient) -> None:
    assert await read_arguments(client, ("host", "a"), ("host", "b")) == {"host": "b"}


@pytest.mark.parametrize("name", ["host", "count", "maybe", "undeclared"])
async def test_null_is_null_for_any_type(client: httpx.AsyncClient, name: str) -> None:
    assert await read_arguments(client, (name, "null")) == {name: None}


async def test_bad_boolean_is_false(client: httpx.AsyncClient) -> None:
    assert await read_arguments(client, ("deep", "oui")) == {"deep": False}


@pytest.mark.parametrize(("name", "value"), [("count", "ten"), ("count", "1.5"), ("tags", "a,b"), ("extra", "k=1")])
async def test_bad_integer_array_or_object_stays_text(client: httpx.AsyncClient, name: str, value: str) -> None:
    assert await read_arguments(client, (name, value)) == {name: value}


async def test_unknown_tool_and_arguments_pass_unchecked(client: httpx.AsyncClient) -> None:
    message = await read_message(client, write_call(("speed", "9"), name="delete_everything"))

    function = message["tool_calls"][0]["function"]
    assert (function["name"], function["arguments"]) == ("delete_everything", {"speed": "9"})


async def test_tag_with_a_value_is_rewritten_but_other_markup_is_kept(client: httpx.AsyncClient) -> None:
    assert await read_arguments(client, ("host", "<x=1> a & b < c")) == {"host": '<x name="1"> a & b < c'}


async def test_value_keeps_its_own_lines(client: httpx.AsyncClient) -> None:
    assert await read_arguments(client, ("host", "one\n  two")) == {"host": "one\n  two"}


async def test_streamed_error_after_text_is_a_last_line_under_200(client: httpx.AsyncClient) -> None:
    answer = await say(client, "Voyons. <tool_call></tool_call>", stream=True)

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.status_code == 200
    assert lines[0]["message"]["content"] == "Voyons."
    assert lines[-1] == {"error": "EOF"}


async def test_streamed_error_before_any_text_is_500(client: httpx.AsyncClient) -> None:
    answer = await say(client, "<tool_call></tool_call>", stream=True)

    assert (answer.status_code, answer.json()) == (500, {"error": "EOF"})


async def test_same_conversation_fails_again_and_a_changed_one_does_not(client: httpx.AsyncClient) -> None:
    first = await say(client, "<tool_call></tool_call>")
    same = await client.post("/api/chat", json=BODY)
    hinted = [*BODY["messages"], {"role": "user", "content": "Émets un appel d'outil."}]
    changed = await client.post("/api/chat", json=BODY | {"messages": hinted})
    reseeded = await client.post("/api/chat", json=BODY | {"options": {"seed": 8}})

    assert [first.status_code, same.status_code] == [500, 500]
    assert same.json() == first.json()
    assert [changed.status_code, reseeded.status_code] == [200, 200]


async def test_leak_and_empty_reply_repeat_too(client: httpx.AsyncClient, app: Starlette) -> None:
    await say(client, "<function=probe></function></tool_call>")
    again = await client.post("/api/chat", json=BODY)
    await client.delete("/_sim/script")
    forgotten = await client.post("/api/chat", json=BODY)

    assert "<function=" in again.json()["message"]["content"]
    assert "<function=" not in forgotten.json()["message"]["content"]
    assert len(app.state.ollama.requests) == 1


async def test_calls_without_tools_are_lost_unless_streamed(client: httpx.AsyncClient) -> None:
    whole = await say(client, "Bien. " + write_call(("host", "a")), tools=[])
    streamed = await say(client, "Bien. " + write_call(("host", "a")), tools=[], stream=True)

    assert whole.json()["message"] == {"role": "assistant", "content": "Bien."}
    assert '"tool_calls"' in streamed.text


async def test_hostile_hook_sees_the_request_and_may_let_it_pass(client: httpx.AsyncClient, app: Starlette) -> None:
    app.state.ollama.hostile = lambda body: write_call(name="evil") if body.get("tools") else None

    struck = await client.post("/api/chat", json=BODY)
    spared = await client.post("/api/chat", json=BODY | {"tools": []})

    assert struck.json()["message"]["tool_calls"][0]["function"]["name"] == "evil"
    assert spared.json()["message"]["content"].startswith("[simulé]")
