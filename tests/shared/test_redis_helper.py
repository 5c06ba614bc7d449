"""Redis through its one door: the operations, locks that only their owner opens, the brief's commands."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.errors import UpstreamUnavailable
from shared.redis_helper import RedisCommand, RedisHelper, run_command


async def test_set_get_exists_delete(redis: RedisHelper) -> None:
    assert await redis.get("k") is None
    assert not await redis.exists("k")

    await redis.set("k", "été")

    assert await redis.get("k") == "été"
    assert await redis.exists("k")
    assert await redis.delete("k")
    assert not await redis.delete("k")
    assert await redis.get("k") is None


async def test_value_expires_after_its_ttl(redis: RedisHelper) -> None:
    await redis.set("k", "v", ttl_s=1)
    assert await redis.exists("k")

    with anyio.fail_after(5):
        while await redis.exists("k"):
            await asyncio.sleep(0.05)


async def test_lock_is_taken_once_and_only_its_owner_renews_and_releases_it(redis: RedisHelper) -> None:
    assert await redis.acquire("lock", owner="a", ttl_s=10)
    assert not await redis.acquire("lock", owner="b", ttl_s=10)
    assert not await redis.acquire("lock", owner="a", ttl_s=10)

    assert not await redis.renew("lock", owner="b", ttl_s=99)
    assert not await redis.release("lock", owner="b")
    assert await redis.get("lock") == "a"
    assert await redis.run("return redis.call('ttl', KEYS[1])", ["lock"], []) <= 10

    assert await redis.renew("lock", owner="a", ttl_s=99)
    assert await redis.run("return redis.call('ttl', KEYS[1])", ["lock"], []) > 90
    assert await redis.release("lock", owner="a")
    assert not await redis.release("lock", owner="a")
    assert not await redis.renew("lock", owner="a", ttl_s=99)
    assert await redis.acquire("lock", owner="b", ttl_s=10)


async def test_of_many_who_want_the_lock_at_once_one_gets_it(redis: RedisHelper) -> None:
    got = await asyncio.gather(*(redis.acquire("lock", owner=str(n), ttl_s=10) for n in range(50)))

    assert got.count(True) == 1


async def test_counter_expires_from_its_first_count(redis: RedisHelper) -> None:
    assert [await redis.count("n", ttl_s=100), await redis.count("n", ttl_s=999)] == [1, 2]

    assert 0 < await redis.run("return redis.call('ttl', KEYS[1])", ["n"], []) <= 100


async def test_burst_larger_than_the_pool_waits_instead_of_failing(redis: RedisHelper) -> None:
    counts = await asyncio.gather(*(redis.count("n", ttl_s=100) for _ in range(300)))

    assert sorted(counts) == list(range(1, 301))


async def test_redis_away_is_unavailable_for_every_operation() -> None:
    async with RedisHelper("redis://127.0.0.1:1/0") as away:
        operations = [
            away.get("k"),
            away.set("k", "v"),
            away.delete("k"),
            away.exists("k"),
            away.acquire("k", owner="a", ttl_s=1),
            away.release("k", owner="a"),
            away.renew("k", owner="a", ttl_s=1),
            away.count("k", ttl_s=1),
            away.ping(),
        ]
        with anyio.fail_after(10):
            results = await asyncio.gather(*operations, return_exceptions=True)

    assert [(type(r), getattr(r, "system", "")) for r in results] == [(UpstreamUnavailable, "redis")] * len(results)


async def test_redis_that_never_answers_is_unavailable_in_time() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, RedisHelper(f"redis://127.0.0.1:{port}/0", timeout_s=0.2) as silent:
        with anyio.fail_after(5), pytest.raises(UpstreamUnavailable):
            await silent.get("k")


async def test_password_is_never_in_an_error() -> None:
    async with RedisHelper("redis://127.0.0.1:1/0", password="hunter2") as away:
        with pytest.raises(UpstreamUnavailable) as caught:
            await away.get("k")

    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"


STEPS = st.lists(
    st.tuples(st.sampled_from(["acquire", "release", "renew", "expire"]), st.sampled_from("abc")), max_size=20
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_lock_always_has_the_owner_that_a_model_of_it_has(
    redis: RedisHelper, steps: list[tuple[str, str]]
) -> None:
    await redis.delete("lock")
    owner: str | None = None

    for step, who in steps:
        match step:
            case "acquire":
                assert await redis.acquire("lock", owner=who, ttl_s=100) is (owner is None)
                owner = owner or who
            case "release":
                assert await redis.release("lock", owner=who) is (owner == who)
                owner = None if owner == who else owner
            case "renew":
                assert await redis.renew("lock", owner=who, ttl_s=100) is (owner == who)
            case _:
                await redis.delete("lock")
                owner = None
        assert await redis.get("lock") == owner


@pytest.mark.parametrize(
    "key",
    [
        "ollama_lock",
        "glpi_health_status",
        "glpi_down_alert_sent",
        "observium_device_12",
        "observium_port_lilas-sw1.4",
        "observium_ports_12",
    ],
)
def test_keys_of_the_brief_are_accepted(key: str) -> None:
    assert RedisCommand(action="get", key=key).key == key


@pytest.mark.parametrize(
    "key",
    [
        "",
        "other",
        "widip:idempotency:toy:writer:add:k",
        "ollama_lock2",
        "x_ollama_lock",
        "observium_device_",
        "observium_device_a b",
        "observium_device_a:b",
        f"observium_device_{'x' * 81}",
        "ollama_lock\n",
        "*",
    ],
)
def test_any_other_key_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        RedisCommand(action="get", key=key)


@pytest.mark.parametrize(
    ("command", "lacks"),
    [
        ({"action": "set"}, "value"),
        ({"action": "acquire", "ttl": 5}, "lock_id"),
        ({"action": "acquire", "lock_id": "a"}, "ttl"),
        ({"action": "release"}, "lock_id"),
        ({"action": "renew", "ttl": 5}, "lock_id"),
        ({"action": "renew", "lock_id": "a"}, "ttl"),
    ],
)
def test_command_that_lacks_something_says_what(command: dict[str, Any], lacks: str) -> None:
    complete = {"key": "ollama_lock", "value": "v", "lock_id": "a", "ttl": 5, "action": command["action"]}
    RedisCommand.model_validate(complete)

    with pytest.raises(ValidationError, match=f"needs {lacks}"):
        RedisCommand.model_validate({"key": "ollama_lock"} | command)


@pytest.mark.parametrize("wrong", [{"action": "flushall"}, {"ttl": 0}, {"ttl": 86_401}, {"lock_id": ""}, {"x": 1}])
def test_command_of_another_shape_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RedisCommand.model_validate({"action": "get", "key": "ollama_lock"} | wrong)


async def test_commands_do_what_they_say(redis: RedisHelper) -> None:
    async def run(action: str, **fields: Any) -> dict[str, Any]:
        return dict(await run_command(redis, RedisCommand.model_validate({"action": action, **fields})))

    key = "glpi_health_status"
    assert await run("get", key=key) == {"success": True, "value": None, "exists": False}
    assert await run("set", key=key, value="down", ttl=60) == {"success": True}
    assert await run("get", key=key) == {"success": True, "value": "down", "exists": True}
    assert await run("exists", key=key) == {"success": True, "exists": True}
    assert await run("delete", key=key) == {"success": True}
    assert await run("delete", key=key) == {"success": False}

    key = "ollama_lock"
    assert await run("acquire", key=key, lock_id="n8n-1", ttl=120) == {"success": True}
    assert await run("acquire", key=key, lock_id="n8n-2", ttl=120) == {"success": False}
    assert await run("renew", key=key, lock_id="n8n-2", ttl=120) == {"success": False}
    assert await run("renew", key=key, lock_id="n8n-1", ttl=120) == {"success": True}
    assert await run("release", key=key, lock_id="n8n-2") == {"success": False}
    assert await run("release", key=key, lock_id="n8n-1") == {"success": True}
