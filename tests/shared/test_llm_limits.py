"""What the model's client does when Ollama fails, is slow, or would be told too much."""

from __future__ import annotations

import asyncio
import json
import time

import anyio
import pytest

from shared.errors import BudgetExceeded, UpstreamError, UpstreamMalformed, UpstreamRejected, UpstreamUnavailable
from shared.llm_lock import LOCK
from shared.masking import mask_content, mask_personal
from tests.conftest import Serve
from tests.shared.model_world import BOTH, TOOLS, ModelWorld, Verdict, user

PERSONAL = [
    "jeanne.durand@famille.fr",
    "06 39 98 12 34",
    "0612345678",
    "+33 6 12 34 56 78",
    "0033612345678",
    "2 41 03 75 123 456 78",
    "241037512345678",
    "née le 12/03/1941",
    "né(e) le 3 mars 1941",
    "DDN : 12.03.1941",
    "Mme Durand",
    "M. Jean DURAND",
    "Mr Durand",
    "patiente : Jeanne Durand",
    "résident Durand",
    "IPP 8001234567",
    "FR76 3000 6000 0112 3456 7890 189",
    "Alzheimer",
]
HARMLESS = [
    "Switch lilas-sw1, port Gi1/0/24, 10.12.0.1, 2026-11-20T10:11:12Z, ticket 123456.",
    "Le patient est tombé ; la ligne SDSL-0612 du 01/02 est coupée depuis 09:10:11.",
    "00:1b:44:11:3a:b7",
]


@BOTH
@pytest.mark.requirement("L-03")
@pytest.mark.parametrize("personal", PERSONAL)
async def test_personal_data_never_reaches_the_model(world: ModelWorld, personal: str) -> None:
    result = {"note": f"Appel\n{personal}\n\tà rappeler", "list": [{"deep": personal}], "port_id": 12}
    compact = json.dumps(result, ensure_ascii=False)
    escaped = json.dumps(result)
    world.script("Bien.", '{"device_id": 12, "summary": "bien"}')
    messages = [user(f"Bonjour,\n{personal}\nMerci"), *({"role": "tool", "content": c} for c in (compact, escaped))]

    await world.llm().chat(world.ask(*messages))
    await world.llm().answer(world.ask(*messages), Verdict)

    assert len(world.state.requests) == 2
    for request in world.state.requests:
        said, *results = (message["content"] for message in request["messages"][:3])
        assert personal not in said
        assert said.startswith("Bonjour,\n[")
        assert said.endswith("]\nMerci")
        for text in results:
            data = json.loads(text)
            assert personal not in json.dumps(data, ensure_ascii=False)
            assert data["note"].startswith("Appel\n[")
            assert data["note"].endswith("]\n\tà rappeler")
            assert data["port_id"] == 12


@pytest.mark.parametrize("text", HARMLESS)
def test_what_names_nobody_stays_as_it_is(text: str) -> None:
    assert mask_personal(text) == text
    assert json.loads(mask_content(json.dumps({"a": [text, 12, 1.5, None, True]}))) == {
        "a": [text, 12, 1.5, None, True]
    }


def test_number_that_identifies_a_person_is_masked_as_a_number_too() -> None:
    assert json.loads(mask_content('{"nir": 241037512345678, "n": 5}')) == {"nir": "[n° sécu]", "n": 5}


@pytest.mark.parametrize("piece", ["x", "1", " ", "a.", "M. A", "0 ", "ipp 1 ", "-"])
def test_long_text_is_masked_without_delay(piece: str) -> None:
    started = time.perf_counter()

    mask_personal(piece * (200_000 // len(piece)))

    assert time.perf_counter() - started < 5


@BOTH
async def test_notes_tell_figures_and_never_a_prompt_or_a_reply(
    world: ModelWorld, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="widip")
    world.script("réponse-confidentielle")

    await world.llm().chat(world.ask(user("question-confidentielle")))

    assert [kind for kind, _ in world.notes] == ["lock_taken", "model_call", "lock_released"]
    figures = dict(world.notes)["model_call"]
    assert figures["text_chars"] == len("réponse-confidentielle")
    assert figures["prompt_tokens"] > 0
    written = "".join((*capfd.readouterr(), caplog.text, str(world.notes)))
    assert "confidentielle" not in written


@BOTH
async def test_lock_is_held_during_the_call_and_free_after_it(world: ModelWorld) -> None:
    world.state.hold = asyncio.Event()
    world.script("Bien.")

    call = asyncio.create_task(world.llm().chat(world.ask()))
    with anyio.fail_after(5):
        while world.state.in_flight == 0:
            await world.state.changed()
    assert (await world.redis.get(LOCK) or "").startswith("test:run-1:")
    world.state.hold.set()
    await call

    assert not await world.redis.exists(LOCK)


@BOTH
async def test_model_calls_of_two_runs_never_overlap(world: ModelWorld) -> None:
    world.state.latency_s = 0.01
    llm = world.llm()

    await asyncio.gather(*(llm.chat(world.ask(user(f"Question {n}"))) for n in range(6)))

    assert len(world.state.requests) == 6
    assert world.state.in_flight_peak == 1


@BOTH
async def test_hanging_model_is_left_at_the_deadline_and_the_lock_comes_free(world: ModelWorld) -> None:
    world.state.hold = asyncio.Event()
    loop = asyncio.get_running_loop()
    started = loop.time()

    with pytest.raises(UpstreamUnavailable) as caught:
        await world.llm().chat(world.ask(within_s=0.4))

    assert caught.value.system == world.backend
    assert 0.3 <= loop.time() - started < 2
    assert not await world.redis.exists(LOCK)


@BOTH
async def test_one_call_takes_no_longer_than_its_own_limit(world: ModelWorld) -> None:
    world.state.hold = asyncio.Event()

    with anyio.fail_after(3), pytest.raises(UpstreamUnavailable):
        await world.llm(ollama_timeout_s=0.3).chat(world.ask(within_s=30))


async def test_no_time_left_means_no_call(world: ModelWorld) -> None:
    with pytest.raises((BudgetExceeded, UpstreamUnavailable)):
        await world.llm().chat(world.ask(within_s=-1))

    assert world.state.requests == []


@BOTH
async def test_cancelled_caller_frees_the_lock(world: ModelWorld) -> None:
    world.state.hold = asyncio.Event()
    call = asyncio.create_task(world.llm().chat(world.ask()))
    with anyio.fail_after(5):
        while world.state.in_flight == 0:
            await world.state.changed()

    call.cancel()
    await asyncio.wait([call])

    assert call.cancelled()
    assert not await world.redis.exists(LOCK)


async def test_model_that_is_not_there_is_rejected_saying_to_pull_it(world: ModelWorld) -> None:
    llm = world.llm(ollama_model="qwen9")

    for attempt in (llm.chat(world.ask()), llm.check()):
        with pytest.raises(UpstreamRejected, match="no model qwen9: pull it"):
            await attempt

    assert len(world.state.requests) == 1


BUSY = '{"error":"server busy, please try again.  maximum pending requests exceeded"}'


@BOTH
@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        ("error", {"status": 503, "body": BUSY}, UpstreamUnavailable),
        ("error", {"status": 500, "body": '{"error":"llama runner process has terminated"}'}, UpstreamUnavailable),
        ("error", {"status": 502, "body": "<html>Bad gateway</html>"}, UpstreamUnavailable),
        ("error", {"status": 400, "body": '{"error":"does not support tools"}'}, UpstreamRejected),
        ("html", {}, UpstreamUnavailable),
        ("error", {"status": 200, "body": '{"message": 5}'}, UpstreamMalformed),
        ("down", {}, UpstreamUnavailable),
        ("drop_answer", {}, UpstreamUnavailable),
    ],
    ids=["busy", "runner died", "gateway", "refused", "web page", "other shape", "cut", "answer lost"],
)
async def test_failure_of_the_server_is_one_of_ours_and_frees_the_lock(
    world: ModelWorld, serve: Serve, kind: str, options: dict[str, float | str], expected: type[UpstreamError]
) -> None:
    llm = world.llm(at=await serve(world.app))
    world.faults.add(kind, world.path, **options)
    world.script("Bien.")

    with pytest.raises(expected) as caught:
        await llm.chat(world.ask())

    assert type(caught.value) is expected
    assert not await world.redis.exists(LOCK)
    assert world.faults.count(world.path) == 1
    assert (await llm.chat(world.ask())).text


@BOTH
async def test_server_that_is_away_is_unavailable(world: ModelWorld) -> None:
    llm = world.llm(at="http://127.0.0.1:1")

    for attempt in (llm.chat(world.ask()), llm.check()):
        with pytest.raises(UpstreamUnavailable):
            await attempt


async def test_check_passes_a_model_with_tools_and_refuses_one_without(world: ModelWorld) -> None:
    await world.llm().check()
    world.state.capabilities = ["completion"]

    with pytest.raises(UpstreamRejected, match="does not support tools"):
        await world.llm().check()


async def test_tools_are_the_callers_and_are_not_changed(world: ModelWorld) -> None:
    before = json.dumps(TOOLS)
    world.script("Bien.")

    await world.llm().chat(world.ask())

    assert json.dumps(TOOLS) == before
