"""LLM_BACKEND=openai: what differs from Ollama's own API, and which endpoints are allowed."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from pydantic import ValidationError

from shared.errors import (
    BudgetExceeded,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.llm import LlmSettings
from tests.conftest import Serve
from tests.shared.model_world import READ, TOOLS, WRITE, ModelWorld, Verdict, call_of, user

pytestmark = pytest.mark.requirement("D-80")
OPENAI = pytest.mark.parametrize("world", ["openai"], indirect=True)
PATH = "/v1/chat/completions"
ENDPOINT = {"llm_backend": "openai", "openai_model": "m"}


def completion(**message: Any) -> str:
    """An answer with one choice."""
    return json.dumps({"choices": [{"message": {"role": "assistant", **message}, "finish_reason": "stop"}]})


@OPENAI
async def test_calls_and_their_results_go_back_under_ids_that_match(world: ModelWorld) -> None:
    call = {"function": {"name": READ, "arguments": {"device_id": 12}}}
    world.script("Bien.")

    reply = await world.llm().chat(
        world.ask(
            user(),
            {"role": "assistant", "content": "", "tool_calls": [call, call]},
            {"role": "tool", "tool_name": READ, "content": "un"},
            {"role": "tool", "tool_name": READ, "content": "deux"},
        )
    )

    _user, asked, *results = world.state.requests[0]["messages"]
    ids = [call["id"] for call in asked["tool_calls"]]
    assert len(set(ids)) == 2
    assert [(result["tool_call_id"], result["content"]) for result in results] == list(
        zip(ids, ["un", "deux"], strict=True)
    )
    assert [json.loads(call["function"]["arguments"]) for call in asked["tool_calls"]] == [{"device_id": 12}] * 2
    assert (reply.text, reply.prompt_tokens > 80, reply.output_tokens > 0) == ("Bien.", True, True)


@OPENAI
async def test_answer_has_its_schema_a_length_and_no_tools(world: ModelWorld) -> None:
    world.script("désolé", '{"device_id": 12, "summary": "bien"}')

    verdict, _reply = await world.llm(ollama_num_predict=200).answer(world.ask(), Verdict)

    first, second = world.state.requests
    assert verdict == Verdict(device_id=12, summary="bien")
    assert first["response_format"]["json_schema"]["schema"] == Verdict.model_json_schema()
    assert (first["max_tokens"], "tools" in first, first["temperature"]) == (200, False, 0)
    assert "JSON" in second["messages"][-1]["content"]


@OPENAI
async def test_broken_call_is_asked_for_again_with_a_changed_request(world: ModelWorld) -> None:
    world.script(f"<tool_call><function={READ}><parameter=device_id>1</function></tool_call>", call_of())

    reply = await world.llm().chat(world.ask())

    first, second = world.state.requests
    assert [call.name for call in reply.calls] == [READ]
    assert second["messages"][:-1] == first["messages"]
    assert second["temperature"] > first["temperature"]
    assert [tool["function"]["name"] for tool in second["tools"]] == [tool["function"]["name"] for tool in TOOLS]


def call_with(arguments: str) -> str:
    return completion(tool_calls=[{"id": "c", "type": "function", "function": {"name": WRITE, "arguments": arguments}}])


@OPENAI
@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, '{"error":{"message":"bad key"}}', UpstreamUnauthorized),
        (403, "", UpstreamUnauthorized),
        (404, '{"error":{"message":"no such model"}}', UpstreamRejected),
        (422, '{"error":{"message":"extra"}}', UpstreamRejected),
        (429, '{"error":{"message":"slow down"}}', UpstreamUnavailable),
        (400, '{"error":{"message":"too long","code":"context_length_exceeded"}}', BudgetExceeded),
        (307, "", UpstreamUnavailable),
        (200, '{"choices": []}', UpstreamMalformed),
        (200, completion(), UpstreamMalformed),
        (200, call_with("{"), UpstreamMalformed),
        (200, call_with("[1]"), UpstreamMalformed),
    ],
)
async def test_failure_of_an_endpoint_is_one_of_ours_and_never_quotes_it(
    world: ModelWorld, serve: Serve, status: int, body: str, expected: type[WidipError]
) -> None:
    llm = world.llm(at=await serve(world.app))
    world.faults.add("error", PATH, status=status, body=body, times=-1)

    with pytest.raises(WidipError) as caught:
        await llm.chat(world.ask())

    assert type(caught.value) is expected
    assert "message" not in str(caught.value)


@OPENAI
async def test_check_asks_for_the_model_by_its_name(world: ModelWorld) -> None:
    await world.llm().check()

    with pytest.raises(UpstreamRejected, match="no model gpt-0"):
        await world.llm(openai_model="gpt-0").check()


class Listening(httpx2.AsyncBaseTransport):
    """The way to a model, which remembers the keys that were presented."""

    def __init__(self, way: httpx2.AsyncBaseTransport) -> None:
        self._way = way
        self.heard: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Listen and pass on."""
        self.heard.append(request.headers["authorization"])
        return await self._way.handle_async_request(request)


@OPENAI
@pytest.mark.parametrize("key", ["sk-of-a-test", ""])
async def test_key_is_presented_and_printed_nowhere(world: ModelWorld, key: str) -> None:
    listening = Listening(world.way)

    await world.llm(openai_api_key=key, transport=listening).chat(world.ask())

    assert listening.heard == [f"Bearer {key or 'none'}"]
    settings = LlmSettings.model_validate({**world.settings_at("http://llm"), "openai_api_key": key})
    assert "sk-of" not in f"{settings} {settings!r}"


@pytest.mark.requirement("D-81")
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://vllm:8000/v1",
        "http://10.1.2.3/v1",
        "http://192.168.1.2/v1",
        "http://[::1]:8000/v1",
        "http://[fd00::1]/v1",
        "https://modele.widip.lan/v1",
        "http://host.docker.internal:8000/v1",
    ],
)
def test_endpoint_of_the_house_needs_no_leave(url: str) -> None:
    settings = LlmSettings.model_validate({**ENDPOINT, "openai_base_url": url})

    assert (settings.llm_backend, settings.llm_allow_offsite) == ("openai", False)


@pytest.mark.requirement("D-81")
@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1",
        "https://8.8.8.8/v1",
        "https://[2001:4860::1]/v1",
        "https://[::ffff:8.8.8.8]/v1",
        "https://172.32.0.1/v1",
        "https://127.0.0.1.example.com/v1",
        "https://127.0.0.1@api.example.com/v1",
        "https://API.EXAMPLE.COM./v1",
        "https://notlocal.fr/v1",
    ],
)
def test_endpoint_elsewhere_needs_leave_and_https(url: str) -> None:
    values = {**ENDPOINT, "openai_base_url": url}

    with pytest.raises(ValidationError, match="LLM_ALLOW_OFFSITE=true"):
        LlmSettings.model_validate(values)
    LlmSettings.model_validate({**values, "llm_allow_offsite": True})
    with pytest.raises(ValidationError, match="must be https"):
        LlmSettings.model_validate({**values, "openai_base_url": "http" + url[5:], "llm_allow_offsite": True})


@pytest.mark.requirement("D-81")
@pytest.mark.parametrize("missing", ["openai_base_url", "openai_model"])
def test_endpoint_that_is_not_whole_is_refused_at_start(missing: str) -> None:
    whole = {**ENDPOINT, "openai_base_url": "http://127.0.0.1/v1"}

    with pytest.raises(ValidationError, match="needs OPENAI_BASE_URL and OPENAI_MODEL"):
        LlmSettings.model_validate({**whole, missing: ""})
