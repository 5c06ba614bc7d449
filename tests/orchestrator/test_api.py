"""The orchestrator's HTTP API: the journal and the Redis helper."""

from __future__ import annotations

import asyncio

import pytest

from tests.orchestrator.conftest import DEADLINE_S, Orchestrated, Start


@pytest.mark.parametrize("path", ["/api/runs", "/api/runs/x", "/redis"])
@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}])
async def test_without_the_api_token_nothing_is_told(
    orchestrated: Orchestrated, path: str, header: dict[str, str]
) -> None:
    method = "POST" if path == "/redis" else "GET"

    answer = await orchestrated.http.request(method, path, headers=header)

    assert answer.status_code == 401


@pytest.mark.both_databases
async def test_an_unknown_run_is_404(orchestrated: Orchestrated) -> None:
    answer = await orchestrated.http.get("/api/runs/nothing", headers=orchestrated.auth)

    assert answer.status_code == 404


@pytest.mark.both_databases
async def test_the_journal_goes_on_after_the_line_that_was_read(orchestrated: Orchestrated) -> None:
    run = await orchestrated.play()
    journal = await orchestrated.journal(run["id"])

    rest = await orchestrated.http.get(
        f"/api/runs/{run['id']}", params={"after": journal[3]["id"]}, headers=orchestrated.auth
    )

    assert rest.json()["journal"] == journal[4:]


async def test_tool_calls_are_journalled_with_size_latency_and_cut_arguments(orchestrated: Orchestrated) -> None:
    run = await orchestrated.play()

    [mail] = [
        line["detail"]
        for line in await orchestrated.journal(run["id"])
        if line["kind"] == "tool_call" and line["detail"]["tool"] == "glpi_send_email"
    ]
    assert mail["answer_chars"] > 0
    assert mail["ms"] > 0
    assert mail["outcome"] == "ok"
    assert len(mail["arguments"]["body"]) < 450


async def test_model_calls_are_journalled_with_their_tokens(orchestrated: Orchestrated) -> None:
    run = await orchestrated.play()

    calls = [line["detail"] for line in await orchestrated.journal(run["id"]) if line["kind"] == "model_call"]
    assert len(calls) >= 3
    assert all(call["prompt_tokens"] > 0 and call["output_tokens"] > 0 for call in calls)


async def test_the_redis_helper_serves_the_lock_of_the_brief(orchestrated: Orchestrated) -> None:
    async def ask(**command: object) -> dict[str, object]:
        answer = await orchestrated.http.post("/redis", json=command, headers=orchestrated.auth)
        return dict(answer.json())

    taken = await ask(action="acquire", key="ollama_lock", lock_id="n8n-1", ttl=120)
    again = await ask(action="acquire", key="ollama_lock", lock_id="n8n-2", ttl=120)
    stolen = await ask(action="release", key="ollama_lock", lock_id="n8n-2")
    read = await ask(action="get", key="ollama_lock")
    given = await ask(action="release", key="ollama_lock", lock_id="n8n-1")

    assert (taken["success"], again["success"], stolen["success"], given["success"]) == (True, False, False, True)
    assert read["value"] == "n8n-1"


@pytest.mark.parametrize(
    "command",
    [
        {"action": "get", "key": "widip:idempotency:glpi:x"},
        {"action": "get", "key": "anything"},
        {"action": "flushall", "key": "ollama_lock"},
        {"action": "acquire", "key": "ollama_lock", "ttl": 120},
        {"action": "acquire", "key": "ollama_lock", "lock_id": "x"},
        {"action": "set", "key": "glpi_health_status"},
        {"action": "get", "key": "ollama_lock", "more": 1},
    ],
)
async def test_commands_outside_the_brief_are_refused(orchestrated: Orchestrated, command: dict[str, object]) -> None:
    answer = await orchestrated.http.post("/redis", json=command, headers=orchestrated.auth)

    assert answer.status_code == 422


async def test_the_redis_helper_says_when_redis_is_away(start: Start) -> None:
    orchestrated = await start(redis_port=9)

    answer = await orchestrated.http.post(
        "/redis", json={"action": "get", "key": "ollama_lock"}, headers=orchestrated.auth
    )

    assert answer.status_code == 503


async def wait_for_verdict(orchestrated: Orchestrated) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            journals = [await orchestrated.journal(run["id"]) for run in await orchestrated.runs()]
            if any(line["kind"] == "verdict" for journal in journals for line in journal):
                return
            await asyncio.sleep(0.05)


async def test_a_lock_held_by_somebody_else_is_waited_for_and_never_stolen(orchestrated: Orchestrated) -> None:
    hold = {"action": "acquire", "key": "ollama_lock", "lock_id": "n8n-1", "ttl": 120}
    await orchestrated.http.post("/redis", json=hold, headers=orchestrated.auth)
    await orchestrated.post(orchestrated.delivery(orchestrated.break_port()))
    await wait_for_verdict(orchestrated)

    release = {"action": "release", "key": "ollama_lock", "lock_id": "n8n-1"}
    released = await orchestrated.http.post("/redis", json=release, headers=orchestrated.auth)
    run = (await orchestrated.wait_ended())[0]

    kinds = [line["kind"] for line in await orchestrated.journal(run["id"])]
    assert released.json()["success"] is True
    assert kinds.index("verdict") < kinds.index("lock_taken")
    assert run["state"] == "done"
