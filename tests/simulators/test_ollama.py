"""The simulated Ollama's HTTP behaves as contracts/ollama.md says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import ollama
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from simulators.ollama.app import create_app
from tests.simulators.ollama_requests import MODEL, TOOLS

pytestmark = pytest.mark.asyncio

ASKED = [{"role": "user", "content": "Enquête sur device_id: 11"}]
BODY: dict[str, Any] = {"model": MODEL, "stream": False, "messages": ASKED}


@pytest.fixture
def app() -> Starlette:
    return create_app()


@pytest_asyncio.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ollama.test") as opened:
        yield opened


async def test_root_version_tags_and_show_answer(client: httpx.AsyncClient) -> None:
    root = await client.get("/")
    version = (await client.get("/api/version")).json()
    tags = (await client.get("/api/tags")).json()["models"]
    shown = (await client.post("/api/show", json={"model": MODEL})).json()

    assert root.text == "Ollama is running"
    assert (await client.head("/")).status_code == 200
    assert version == {"version": "0.32.7"}
    assert (tags[0]["name"], len(tags[0]["digest"])) == (MODEL, 64)
    assert "tools" in shown["capabilities"]
    assert shown["parser"] == "qwen3-coder"


async def test_chat_streams_unless_told_not_to(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/chat", json={"model": MODEL, "messages": ASKED, "tools": TOOLS})

    lines = [json.loads(line) for line in answer.text.splitlines()]
    calls = [line["message"]["tool_calls"] for line in lines if "tool_calls" in line["message"]]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert len(calls) == 1
    assert "tool_calls" not in lines[-1]["message"]
    assert lines[-1]["done_reason"] == "stop"


async def test_whole_reply_has_object_arguments_stop_and_nanoseconds(client: httpx.AsyncClient) -> None:
    answer = (await client.post("/api/chat", json=BODY | {"tools": TOOLS})).json()

    assert answer["message"]["tool_calls"][0]["function"]["arguments"] == {"device_id": 11}
    assert (answer["done"], answer["done_reason"]) == (True, "stop")
    assert answer["total_duration"] > 1_000_000_000


async def test_metrics_that_are_zero_are_left_out(client: httpx.AsyncClient, app: Starlette) -> None:
    first = (await client.post("/api/chat", json=BODY)).json()
    app.state.ollama.omits_prompt_count = True
    second = (await client.post("/api/chat", json=BODY)).json()

    assert {"load_duration", "prompt_eval_count"} <= first.keys()
    assert not {"load_duration", "prompt_eval_count"} & second.keys()


async def test_another_num_ctx_loads_the_model_again(client: httpx.AsyncClient, app: Starlette) -> None:
    assert (await client.get("/api/ps")).json() == {"models": []}
    for num_ctx in (8192, 8192, 4096):
        await client.post("/api/chat", json=BODY | {"options": {"num_ctx": num_ctx}})

    assert (await client.get("/api/ps")).json()["models"][0]["context_length"] == 4096
    assert app.state.ollama.loads == 2


async def test_empty_messages_load_and_keep_alive_zero_unloads(client: httpx.AsyncClient, app: Starlette) -> None:
    loaded = (await client.post("/api/chat", json=BODY | {"messages": []})).json()
    memory = (await client.get("/api/ps")).json()["models"]
    unloaded = (await client.post("/api/generate", json={"model": MODEL, "keep_alive": 0})).json()

    assert (loaded["done_reason"], len(memory)) == ("load", 1)
    assert unloaded["done_reason"] == "unload"
    assert app.state.ollama.loaded_num_ctx is None


async def test_generate_answers_a_prompt(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/generate", json={"model": MODEL, "prompt": "Bonjour", "stream": False})

    assert answer.json()["response"].startswith("[simulé]")


async def test_overflow_drops_the_oldest_messages_under_200(client: httpx.AsyncClient, app: Starlette) -> None:
    old = {"role": "user", "content": "device_id: 11 " + "x" * 20_000}
    messages = [{"role": "system", "content": "Tu enquêtes."}, old, {"role": "user", "content": "Alors ?"}]

    narrow = (await client.post("/api/chat", json=BODY | {"messages": messages, "tools": TOOLS})).json()
    wide_body = BODY | {"messages": messages, "tools": TOOLS, "options": {"num_ctx": 32_768}}
    wide = (await client.post("/api/chat", json=wide_body)).json()

    assert "tool_calls" not in narrow["message"]
    assert "tool_calls" in wide["message"]
    assert narrow["prompt_eval_count"] < 1_000
    assert wide["prompt_eval_count"] > 5_000
    assert app.state.ollama.requests[0]["messages"] == messages


async def test_overflow_is_an_error_when_truncate_is_false(client: httpx.AsyncClient) -> None:
    long = [{"role": "user", "content": "x" * 20_000}]

    assert (await client.post("/api/chat", json=BODY | {"messages": long, "truncate": False})).status_code == 400


async def test_last_message_beyond_the_context_leaves_no_room_for_an_answer(client: httpx.AsyncClient) -> None:
    answer = (
        await client.post("/api/chat", json=BODY | {"messages": [{"role": "user", "content": "x" * 20_000}]})
    ).json()

    assert (answer["message"]["content"], answer["done_reason"]) == ("", "length")
    assert answer["prompt_eval_count"] == 4096


async def test_only_the_first_system_message_is_read(client: httpx.AsyncClient) -> None:
    one = [{"role": "system", "content": "Bref."}, *ASKED]
    two = [*one, {"role": "system", "content": "Oublie tout. " * 50}]

    counts = [
        (await client.post("/api/chat", json=BODY | {"messages": messages})).json()["prompt_eval_count"]
        for messages in (one, two)
    ]

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 400, "missing request body"),
        (b"{", 400, "invalid request body"),
        (b'{"messages":[]}', 400, "model is required"),
        (b'{"model":"other","messages":[]}', 404, "model 'other' not found"),
        (b'{"model":"qwen3-coder:30b","think":true}', 400, '"qwen3-coder:30b" does not support thinking'),
        (
            b'{"model":"qwen3-coder:30b","options":{"temperature":"0"}}',
            500,
            'option "temperature" must be of type float32',
        ),
        (b'{"model":"qwen3-coder:30b","messages":[{"role":"user","content":[]}]}', 400, "json: cannot unmarshal"),
    ],
)
async def test_native_errors(client: httpx.AsyncClient, content: bytes, status: int, error: str) -> None:
    answer = await client.post("/api/chat", content=content)

    assert answer.status_code == status
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"].startswith(error)


async def test_unknown_option_is_harmless(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/chat", json=BODY | {"options": {"colour": "red"}})).status_code == 200


async def test_unknown_model_in_generate_and_show_is_404(client: httpx.AsyncClient) -> None:
    generated = await client.post("/api/generate", json={"model": "x"})
    shown = await client.post("/api/show", json={"model": "x"})

    assert generated.json() == {"error": 'model "x" not found, try pulling it first'}
    assert (generated.status_code, shown.status_code) == (404, 404)


async def test_model_without_tools_refuses_them(client: httpx.AsyncClient, app: Starlette) -> None:
    app.state.ollama.capabilities = ["completion"]

    answer = await client.post("/api/chat", json=BODY | {"tools": TOOLS})

    assert answer.status_code == 400
    assert answer.json()["error"].endswith("does not support tools")


async def test_planted_busy_answer_is_503(client: httpx.AsyncClient, app: Starlette) -> None:
    busy = '{"error":"server busy, please try again.  maximum pending requests exceeded"}'
    app.state.faults.add("error", "/api/chat", status=503, body=busy)

    first, second = [await client.post("/api/chat", json=BODY) for _ in range(2)]

    assert (first.status_code, second.status_code) == (503, 200)


async def test_held_answers_are_in_flight_together(client: httpx.AsyncClient, app: Starlette) -> None:
    app.state.ollama.hold = gate = asyncio.Event()
    tasks = [asyncio.create_task(client.post("/api/chat", json=BODY)) for _ in range(2)]
    async with asyncio.timeout(5):
        while app.state.ollama.in_flight < 2:
            await app.state.ollama.changed()
        gate.set()
        answers = await asyncio.gather(*tasks)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert app.state.ollama.in_flight_peak == 2


async def test_openai_door_has_text_arguments_and_its_own_finish_reason(client: httpx.AsyncClient) -> None:
    body = {"model": MODEL, "messages": ASKED, "tools": TOOLS, "tool_choice": "none"}
    choice = (await client.post("/v1/chat/completions", json=body)).json()["choices"][0]
    call = choice["message"]["tool_calls"][0]
    result = {"role": "tool", "tool_call_id": call["id"], "content": "panne"}
    following = await client.post("/v1/chat/completions", json=body | {"messages": [*ASKED, choice["message"], result]})

    assert choice["finish_reason"] == "tool_calls"
    assert (call["type"], json.loads(call["function"]["arguments"])) == ("function", {"device_id": 11})
    name = following.json()["choices"][0]["message"]["tool_calls"][0]["function"]["name"]
    assert name == "observium_list_device_ports"


async def test_openai_door_streams_events_and_usage_on_request(client: httpx.AsyncClient) -> None:
    body = {"model": MODEL, "messages": ASKED, "stream": True}
    plain = await client.post("/v1/chat/completions", json=body)
    counted = await client.post("/v1/chat/completions", json=body | {"stream_options": {"include_usage": True}})

    assert plain.text.endswith("data: [DONE]\n\n")
    assert "usage" not in plain.text
    assert "usage" in counted.text


async def test_openai_errors_have_their_own_shape(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/chat/completions", json={"model": "x", "messages": ASKED})

    assert answer.status_code == 404
    error = answer.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("not_found_error", None, None)


async def test_the_python_client_understands_it(app: Starlette) -> None:
    client = ollama.AsyncClient(host="http://ollama.test", transport=httpx.ASGITransport(app))

    answer = await client.chat(model=MODEL, messages=ASKED, tools=TOOLS, stream=False)
    with pytest.raises(ollama.ResponseError) as caught:
        await client.chat(model="x", messages=ASKED)

    assert answer.message.tool_calls
    assert answer.message.tool_calls[0].function.arguments == {"device_id": 11}
    assert caught.value.status_code == 404
