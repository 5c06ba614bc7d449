"""The model's replies, row by row of what qwen3-coder and its server do to them, each to its right end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.errors import BudgetExceeded, UpstreamMalformed
from shared.llm import MAX_REPAIRS, ToolCallRequest
from tests.shared.model_world import BOTH, READ, TOOLS, WRITE, DenseTokens, ModelWorld, Verdict, call_of, leak_of, user

GOOD = call_of()
CALL = ToolCallRequest(READ, {"device_id": 12})
BROKEN = {
    "opener missing, a write": leak_of(WRITE, "<parameter=title>\nx\n</parameter>"),
    "opener missing, a read and a write": leak_of() + leak_of(WRITE),
    "opener missing, a read cut off": "<function=observium_get_device_info>\n<parameter=device_id>12",
    "closer alone": "Voilà.</tool_call>",
    "call as bare JSON": json.dumps({"name": READ, "arguments": {"device_id": 12}}),
    "call never closed": f"<tool_call>\n<function={READ}>",
    "JSON inside the call": '<tool_call>{"name":"x"}</tool_call>',
    "empty call": "<tool_call></tool_call>",
    "parameter not closed": f"<tool_call><function={READ}><parameter=device_id>1</function></tool_call>",
    "nothing at all": "",
    "blanks": " \n ",
}


@BOTH
@pytest.mark.parametrize(
    ("raw", "text", "calls"),
    [
        ("Tout va bien.", "Tout va bien.", []),
        (GOOD, "", [CALL]),
        (f"Voyons. {GOOD}", "Voyons.", [CALL]),
        (f"{GOOD}{GOOD}", "", [CALL, CALL]),
        (call_of(READ, "</function><function=other>"), "", [ToolCallRequest(READ, {})]),
        (
            call_of(READ, "<parameter=device_id>1</parameter><parameter=device_id>2</parameter>"),
            "",
            [ToolCallRequest(READ, {"device_id": 2})],
        ),
        (call_of(READ, "<parameter=device_id>null</parameter>"), "", [ToolCallRequest(READ, {"device_id": None})]),
        (call_of(READ, "<parameter=deep>oui</parameter>"), "", [ToolCallRequest(READ, {"deep": False})]),
        (call_of(READ, "<parameter=device_id>ten</parameter>"), "", [ToolCallRequest(READ, {"device_id": "ten"})]),
        (call_of(READ, "<parameter=tags>a,b</parameter>"), "", [ToolCallRequest(READ, {"tags": "a,b"})]),
        (call_of("unknown", ""), "", [ToolCallRequest("unknown", {})]),
        (
            call_of(WRITE, "<parameter=title><x=1></parameter>"),
            "",
            [ToolCallRequest(WRITE, {"title": '<x name="1">'})],
        ),
    ],
    ids=[
        "text",
        "call",
        "text and call",
        "two calls",
        "two functions in one",
        "parameter twice",
        "null",
        "bad boolean",
        "bad integer",
        "bad array",
        "unknown tool",
        "tag in a value",
    ],
)
async def test_readable_reply_is_passed_on_at_once(
    world: ModelWorld, raw: str, text: str, calls: list[ToolCallRequest]
) -> None:
    world.script(raw)

    reply = await world.llm().chat(world.ask())

    assert (reply.text, list(reply.calls), reply.recovered) == (text, calls, False)
    assert len(world.state.requests) == 1


@pytest.mark.requirement("L-01")
@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_reply_is_asked_for_again_with_a_changed_request(world: ModelWorld, raw: str) -> None:
    world.script(raw, GOOD)

    reply = await world.llm().chat(world.ask())

    assert list(reply.calls) == [CALL]
    assert not reply.recovered
    first, second = world.state.requests
    assert first["options"]["seed"] != second["options"]["seed"]
    assert second["messages"][:-1] == first["messages"]
    assert "could not be read" in second["messages"][-1]["content"]


@BOTH
@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
async def test_reply_that_stays_broken_is_given_up_after_two_repairs(world: ModelWorld, raw: str) -> None:
    world.state.hostile = lambda _body: raw

    with pytest.raises(UpstreamMalformed) as caught:
        await world.llm().chat(world.ask())

    assert caught.value.system == world.backend
    bodies = [json.dumps(body, sort_keys=True) for body in world.state.requests]
    assert len(bodies) == len(set(bodies)) == 1 + MAX_REPAIRS == 3


@BOTH
@pytest.mark.requirement("L-02")
@pytest.mark.parametrize("text", [leak_of(), f"Je regarde.\n{leak_of()}", leak_of() + leak_of()])
async def test_leaked_call_of_a_read_is_recovered(world: ModelWorld, text: str) -> None:
    world.script(text)

    reply = await world.llm().chat(world.ask())

    assert reply.recovered
    assert list(reply.calls) == [ToolCallRequest(READ, {"device_id": "12"})] * text.count("<function=")
    assert len(world.state.requests) == 1


@pytest.mark.parametrize("tool", [READ, WRITE])
async def test_leaked_call_is_never_recovered_when_nothing_is_known_to_only_read(world: ModelWorld, tool: str) -> None:
    world.state.hostile = lambda _body: leak_of(tool)

    with pytest.raises(UpstreamMalformed, match="leaked"):
        await world.llm().chat(world.ask(read_only=frozenset()))


@BOTH
async def test_write_inside_a_leaked_read_is_not_recovered_as_a_write(world: ModelWorld) -> None:
    world.script(leak_of(READ, f"<parameter=device_id>\n<function={WRITE}>\n</parameter>"))

    reply = await world.llm().chat(world.ask())

    assert {call.name for call in reply.calls} == {READ}


@BOTH
async def test_reply_cut_at_its_length_is_not_taken_for_an_answer(world: ModelWorld) -> None:
    world.state.hostile = lambda _body: "mot " * 500

    with pytest.raises(UpstreamMalformed, match="length limit"):
        await world.llm(ollama_num_predict=64).chat(world.ask())

    assert len(world.state.requests) == 3


@pytest.mark.parametrize("factor", [1.0, 3.0])
async def test_context_that_overflowed_stops_the_run(world: ModelWorld, factor: float) -> None:
    world.script("Bien.")
    llm = world.llm(ollama_num_ctx=2048, transport=DenseTokens(world.way, factor))
    ask = world.ask(user("mot " * 700), tools=())

    if factor == 1.0:
        assert (await llm.chat(ask)).text == "Bien."
    else:
        with pytest.raises(BudgetExceeded, match="overflowed"):
            await llm.chat(ask)

    assert len(world.state.requests) == 1


@BOTH
@pytest.mark.parametrize("seen", [0, 100, 5000])
async def test_prompt_that_shrank_means_that_messages_were_dropped(world: ModelWorld, seen: int) -> None:
    world.script("Bien.")
    ask = world.ask(seen_tokens=seen)

    if seen < 5000:
        assert (await world.llm().chat(ask)).prompt_tokens > 80
    else:
        with pytest.raises(BudgetExceeded, match="overflowed"):
            await world.llm().chat(ask)


async def test_prompt_count_that_is_left_out_means_nothing(world: ModelWorld) -> None:
    world.state.omits_prompt_count = True
    world.script("Bien.")

    reply = await world.llm().chat(world.ask(seen_tokens=5000))

    assert (reply.text, reply.prompt_tokens) == ("Bien.", 0)


@BOTH
@pytest.mark.parametrize(
    "big",
    [
        user("x" * 20_000),
        {"role": "tool", "content": "x" * 20_000},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"function": {"name": WRITE, "arguments": {"title": "x" * 20_000}}}],
        },
    ],
    ids=["user", "tool", "arguments"],
)
async def test_conversation_too_large_for_the_context_is_refused_before_it_is_sent(
    world: ModelWorld, big: dict[str, Any]
) -> None:
    await world.llm().chat(world.ask(user()))
    sent = len(world.state.requests)

    with pytest.raises(BudgetExceeded, match="no longer fits"):
        await world.llm().chat(world.ask(user(), big))

    assert len(world.state.requests) == sent


async def test_every_request_names_the_same_context_and_never_streams(world: ModelWorld) -> None:
    world.script("", GOOD, '{"device_id": 500}')
    llm = world.llm()

    await llm.chat(world.ask())
    await llm.answer(world.ask(user("device_id: 12")), Verdict)

    assert len(world.state.requests) >= 4
    assert {body["options"]["num_ctx"] for body in world.state.requests} == {4096}
    assert {body["stream"] for body in world.state.requests} == {False}
    assert world.state.loads == 1


async def test_answer_is_a_checked_model_asked_for_without_tools(world: ModelWorld) -> None:
    world.script('{"device_id": 12, "summary": "Tout va bien."}')

    verdict, _reply = await world.llm().answer(world.ask(), Verdict)

    assert verdict == Verdict(device_id=12, summary="Tout va bien.")
    request = world.state.requests[0]
    assert not request.get("tools")
    assert request["format"] == Verdict.model_json_schema()
    assert '"device_id"' in request["messages"][-1]["content"]


async def test_chat_sends_tools_and_no_format(world: ModelWorld) -> None:
    world.script("Bien.")

    await world.llm().chat(world.ask())

    assert [tool["function"]["name"] for tool in world.state.requests[0]["tools"]] == [
        tool["function"]["name"] for tool in TOOLS
    ]
    assert not world.state.requests[0].get("format")


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [('{"device_id": 500, "summary": "x"}', "less than or equal to 99"), ("désolé", "JSON"), ("", "JSON")],
)
async def test_answer_that_does_not_fit_is_repaired_once_with_the_reason(
    world: ModelWorld, wrong: str, hint: str
) -> None:
    world.script(wrong, '{"device_id": 12, "summary": "bien"}')

    verdict, _reply = await world.llm().answer(world.ask(), Verdict)

    assert verdict.device_id == 12
    first, second = world.state.requests
    assert hint in second["messages"][-1]["content"]
    assert first["options"]["seed"] != second["options"]["seed"]


@BOTH
async def test_answer_that_never_fits_is_given_up_after_one_repair(world: ModelWorld) -> None:
    world.state.hostile = lambda _body: '{"device_id": 500, "summary": "secret du patient"}'

    with pytest.raises(UpstreamMalformed, match="does not fit") as caught:
        await world.llm().answer(world.ask(), Verdict)

    assert len(world.state.requests) == 2
    assert "secret" not in str(caught.value)
