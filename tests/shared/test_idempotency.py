"""A write under a key is done once, whatever dies in between."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from shared.errors import (
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Refused,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.idempotency import ALIVE_S, KEEP_S, IdempotencyRecord, Look, Outcome
from shared.redis_helper import RedisHelper
from tests.shared.toy import Gate

RECORD = "widip:idempotency:toy:writer:add:k"
ALIVE = f"widip:alive:{RECORD}"


class Store:
    """The system that is written to; it notes each write and how it was told to look."""

    def __init__(self, name: str = "n") -> None:
        self.name = name
        self.looked: list[Look] = []
        self.gate = Gate()
        self.gate.opened.set()
        self.error: BaseException | None = None

    async def work(self, look: Look) -> str:
        self.looked.append(look)
        await self.gate.hold()
        if self.error is not None:
            raise self.error
        return f'{{"{self.name}":{len(self.looked)}}}'


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def record(redis: RedisHelper) -> IdempotencyRecord:
    return IdempotencyRecord(redis, server="toy")


async def add(
    record: IdempotencyRecord,
    store: Store,
    *,
    key: str = "k",
    token: str = "writer",
    arguments: str = "a",
    tool: str = "add",
) -> Outcome:
    return await record.run(token=token, tool=tool, key=key, arguments=arguments, work=store.work)


async def ttl(redis: RedisHelper, key: str) -> int:
    return int(await redis.run("return redis.call('ttl', KEYS[1])", [key], []))


@pytest.mark.requirement("M-05")
async def test_repeat_gets_the_recorded_outcome_for_72_hours(
    record: IdempotencyRecord, store: Store, redis: RedisHelper
) -> None:
    first, again = await add(record, store), await add(record, store)

    assert first == Outcome('{"n":1}', replayed=False)
    assert again == Outcome('{"n":1}', replayed=True)
    assert store.looked == [Look.NO]
    assert KEEP_S == 72 * 3600
    assert KEEP_S - 5 <= await ttl(redis, RECORD) <= KEEP_S
    assert not await redis.exists(ALIVE)


async def test_repeats_of_a_write_under_way_wait_for_it_and_get_its_outcome(
    record: IdempotencyRecord, store: Store, redis: RedisHelper
) -> None:
    store.gate.opened.clear()

    with anyio.fail_after(10):
        async with asyncio.TaskGroup() as group:
            first = group.create_task(add(record, store))
            await store.gate.reached(1)
            repeats = [group.create_task(add(record, store)) for _ in range(5)]
            # Both sides are in flight: the work is inside the gate, and no repeat is done in the time that it takes.
            done, _ = await asyncio.wait(repeats, timeout=0.3)
            assert not done
            assert store.gate.inside == 1
            assert 0 < await ttl(redis, ALIVE) <= ALIVE_S
            store.gate.opened.set()

    assert first.result() == Outcome('{"n":1}', replayed=False)
    assert [repeat.result() for repeat in repeats] == [Outcome('{"n":1}', replayed=True)] * 5
    assert store.looked == [Look.NO]


async def test_same_key_with_other_arguments_is_refused(record: IdempotencyRecord, store: Store) -> None:
    await add(record, store, arguments="a")

    with pytest.raises(InvalidInput, match="other arguments"):
        await add(record, store, arguments="b")

    assert store.looked == [Look.NO]


@pytest.mark.parametrize("other", [{"token": "n8n"}, {"tool": "drop"}, {"key": "k2"}], ids=["token", "tool", "key"])
async def test_key_belongs_to_one_token_and_one_tool(
    record: IdempotencyRecord, store: Store, other: dict[str, str]
) -> None:
    await add(record, store, arguments="a")

    outcome = await add(record, store, **{"arguments": "b"} | other)

    assert not outcome.replayed
    assert store.looked == [Look.NO, Look.NO]


@pytest.mark.parametrize(
    "error",
    [
        UpstreamUnavailable("", system="x"),
        UpstreamRejected("", system="x"),
        UpstreamUnauthorized("", system="x"),
        NotFound(""),
        InvalidInput(""),
        Refused(""),
    ],
    ids=lambda error: str(error.code),
)
async def test_definite_failure_frees_the_key(record: IdempotencyRecord, store: Store, error: WidipError) -> None:
    store.error = error
    with pytest.raises(type(error)):
        await add(record, store)

    store.error = None
    outcome = await add(record, store, arguments="corrected")

    assert not outcome.replayed
    assert store.looked == [Look.NO, Look.NO]


LOST = OutcomeUnknown("", system="x", may_come_late=True)
UNKNOWN = OutcomeUnknown("", system="x")


@pytest.mark.parametrize(
    ("error", "look"),
    [
        (UNKNOWN, Look.FIRST),
        (LOST, Look.ONLY),
        (UpstreamMalformed("", system="x"), Look.ONLY),
        (RuntimeError("?"), Look.ONLY),
        (asyncio.CancelledError(), Look.ONLY),
    ],
    ids=["answered", "no answer", "malformed", "crash", "cancelled"],
)
async def test_unknown_outcome_makes_the_next_try_look_at_once_and_act_only_when_nothing_can_come_late(
    record: IdempotencyRecord, store: Store, redis: RedisHelper, error: BaseException, look: Look
) -> None:
    store.error = error
    with pytest.raises(type(error)):
        await add(record, store)
    assert "under_way" in (await redis.get(RECORD) or "")

    store.error = None
    with anyio.fail_after(ALIVE_S / 2):
        outcome = await add(record, store)

    assert store.looked == [Look.NO, look]
    assert not outcome.replayed
    assert (await add(record, store)).replayed


async def _try(record: IdempotencyRecord, store: Store, error: WidipError) -> None:
    """One try that ends so."""
    store.error = error
    with pytest.raises(type(error)):
        await add(record, store)
    store.error = None


async def test_write_without_an_answer_may_be_repeated_once_it_can_no_longer_come(
    redis: RedisHelper, store: Store
) -> None:
    record = IdempotencyRecord(redis, server="toy", settle_s=0.3)
    await _try(record, store, LOST)
    await _try(record, store, UNKNOWN)

    with anyio.fail_after(5):
        while store.looked[-1] is not Look.FIRST:
            await _try(record, store, UNKNOWN)

    assert store.looked[1] is Look.ONLY


async def test_repeat_without_an_answer_may_come_late_itself(redis: RedisHelper, store: Store) -> None:
    record = IdempotencyRecord(redis, server="toy", settle_s=60)
    await redis.set(RECORD, '{"state":"under_way","owner":"gone","args":"a","late_until":"1"}', ttl_s=KEEP_S)
    await _try(record, store, LOST)

    await add(record, store)

    assert store.looked == [Look.FIRST, Look.ONLY]


@pytest.mark.parametrize(("first", "look"), [(UNKNOWN, Look.FIRST), (LOST, Look.ONLY)])
async def test_look_that_fails_changes_nothing(
    record: IdempotencyRecord, store: Store, first: OutcomeUnknown, look: Look
) -> None:
    await _try(record, store, first)
    await _try(record, store, UpstreamUnavailable("cannot even look", system="x"))

    await add(record, store)

    assert store.looked == [Look.NO, look, look]


async def test_record_of_an_owner_dead_for_long_makes_the_next_one_look_first(
    record: IdempotencyRecord, store: Store, redis: RedisHelper
) -> None:
    await redis.set(RECORD, '{"state":"under_way","owner":"gone","args":"a"}', ttl_s=KEEP_S)

    outcome = await add(record, store)

    assert store.looked == [Look.FIRST]
    assert not outcome.replayed


async def test_owner_that_wakes_up_late_does_not_overwrite_its_successor(
    record: IdempotencyRecord, store: Store, redis: RedisHelper
) -> None:
    store.gate.opened.clear()
    other = Store("successor")

    with anyio.fail_after(10):
        async with asyncio.TaskGroup() as group:
            late = group.create_task(add(record, store))
            await store.gate.reached(1)
            await redis.delete(ALIVE)  # its heartbeat stood still
            successor = await add(record, other)
            store.gate.opened.set()

    assert other.looked == [Look.ONLY]
    assert not successor.replayed
    assert late.result().result == '{"n":1}'
    assert await add(record, store) == Outcome('{"successor":1}', replayed=True)


WRITER = """
import asyncio, sys
from shared.idempotency import IdempotencyRecord
from shared.redis_helper import RedisHelper

async def work(look):
    print("under way", flush=True)
    await asyncio.Event().wait()

async def main():
    async with RedisHelper(sys.argv[1]) as redis:
        await IdempotencyRecord(redis, server="toy").run(token="writer", tool="add", key="k", arguments="a", work=work)

asyncio.run(main())
"""


@pytest.mark.requirement("M-06")
async def test_process_killed_in_the_middle_of_a_write_makes_the_next_one_look_first(
    record: IdempotencyRecord, store: Store, redis: RedisHelper, redis_port: int, root: Path
) -> None:
    command = [sys.executable, "-c", WRITER, f"redis://127.0.0.1:{redis_port}/0"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            with anyio.fail_after(20):
                assert await asyncio.to_thread(process.stdout.readline) == b"under way\n"
            repeat = asyncio.create_task(add(record, store))
        finally:
            process.send_signal(signal.SIGKILL)

    assert process.returncode == -signal.SIGKILL
    assert 0 < await ttl(redis, ALIVE) <= ALIVE_S
    assert store.looked == []  # for the others it still looks alive
    await redis.run("return redis.call('pexpire', KEYS[1], 1)", [ALIVE], [])  # ten seconds pass
    with anyio.fail_after(5):
        assert not (await repeat).replayed
    assert store.looked == [Look.ONLY]


async def test_without_redis_the_write_is_done_but_looks_first(store: Store) -> None:
    async with RedisHelper("redis://127.0.0.1:1/0") as away:
        outcome = await add(IdempotencyRecord(away, server="toy"), store)

    assert outcome == Outcome('{"n":1}', replayed=False)
    assert store.looked == [Look.FIRST]


async def test_record_that_cannot_be_written_does_not_undo_the_write(redis_port: int, store: Store) -> None:
    class DiesMeanwhile(RedisHelper):
        async def run(self, script: str, keys: object, args: object) -> object:
            if store.looked:
                raise UpstreamUnavailable("Redis does not answer", system="redis")
            return await super().run(script, keys, args)  # type: ignore[arg-type]

    async with DiesMeanwhile(f"redis://127.0.0.1:{redis_port}/0") as redis:
        await redis.delete(RECORD)
        outcome = await add(IdempotencyRecord(redis, server="toy"), store)

    assert outcome == Outcome('{"n":1}', replayed=False)
