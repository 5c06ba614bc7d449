"""A sealed reference opens once, for whom and what it was made for, and shows nothing to anybody else."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import SecretStr

from shared.errors import Refused, UpstreamUnavailable
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import KEEP_S, Purpose, Seals, find_references

KEY = SecretStr("seal-key-of-the-tests-0123456789abcdef")
VALUE = SecretStr("Tulipe-Marée-47")
ACCOUNT = "5f1c1f0e-0000-4000-8000-000000000001"
ASKER = Call(caller="orchestrator", request_id="r1", idempotency_key="ticket-7:reset")
OPENER = Call(caller="orchestrator", request_id="r2", idempotency_key="ticket-7:link")
PASSWORD = Purpose.PASSWORD


@pytest.fixture
def seals(redis: RedisHelper) -> Seals:
    return Seals(redis, KEY)


async def sealed(seals: Seals, call: Call = ASKER, value: SecretStr = VALUE) -> str:
    """The reference of a value sealed for the account."""
    return (await seals.seal(call, value, purpose=PASSWORD, subject=ACCOUNT)).reference


async def opened(seals: Seals, reference: str, call: Call = OPENER, *, subject: str = ACCOUNT) -> str:
    return (await seals.open(call, reference, purpose=PASSWORD, subject=subject)).get_secret_value()


def key_of(reference: str) -> str:
    return f"widip:sealed:{reference.rpartition(':')[2]}"


async def everything(redis: RedisHelper) -> str:
    """All that Redis holds, as text."""
    keys = await redis.run("return redis.call('keys', '*')", [], [])
    return "\n".join([f"{key} {await redis.get(key)}" for key in keys])


@pytest.mark.requirement("S-01")
async def test_a_sealed_value_opens_for_its_caller_and_subject_and_is_gone_once_used(
    seals: Seals, redis: RedisHelper
) -> None:
    reference = await sealed(seals)

    assert await opened(seals, reference) == VALUE.get_secret_value()
    await seals.mark_used(OPENER, reference, purpose=PASSWORD)

    with pytest.raises(Refused, match="used already"):
        await opened(seals, reference)
    assert "box" not in await everything(redis)


@pytest.mark.requirement("S-01")
@pytest.mark.parametrize(
    ("call", "subject", "why"),
    [
        (replace(OPENER, caller="desk"), ACCOUNT, "another caller"),
        (OPENER, ACCOUNT.replace("1", "2"), "somebody else"),
    ],
)
async def test_a_foreign_reference_is_refused_and_stays_good_for_its_owner(
    seals: Seals, call: Call, subject: str, why: str
) -> None:
    reference = await sealed(seals)

    with pytest.raises(Refused, match=why):
        await opened(seals, reference, call, subject=subject)

    assert await opened(seals, reference) == VALUE.get_secret_value()


@pytest.mark.requirement("S-01")
@pytest.mark.parametrize("forged", ["sealed:link:{}", "sealed:password:{}x", "sealed:password:short", "{}", ""])
async def test_what_is_no_sealed_password_is_refused(seals: Seals, forged: str) -> None:
    number = (await sealed(seals)).rpartition(":")[2]

    with pytest.raises(Refused, match="no sealed password"):
        await opened(seals, forged.format(number))


@pytest.mark.requirement("S-01")
async def test_a_reference_that_was_opened_under_one_key_is_refused_under_another(seals: Seals) -> None:
    reference = await sealed(seals)
    await opened(seals, reference)

    for other in (replace(OPENER, idempotency_key="ticket-8:link"), replace(OPENER, idempotency_key=None)):
        with pytest.raises(Refused, match="used already"):
            await opened(seals, reference, other)

    assert await opened(seals, reference) == VALUE.get_secret_value()  # after a crash, under the same key


@pytest.mark.requirement("S-01")
async def test_nobody_can_use_up_what_he_has_not_opened(seals: Seals) -> None:
    reference = await sealed(seals)

    await seals.mark_used(replace(OPENER, idempotency_key="ticket-8:link"), reference, purpose=PASSWORD)

    assert await opened(seals, reference) == VALUE.get_secret_value()


@pytest.mark.requirement("S-02")
async def test_a_record_copied_under_another_name_does_not_open(seals: Seals, redis: RedisHelper) -> None:
    mine = await sealed(seals)
    theirs = await sealed(seals, replace(ASKER, idempotency_key="ticket-8:reset"), SecretStr("another"))

    await redis.set(key_of(mine), str(await redis.get(key_of(theirs))))

    with pytest.raises(Refused, match="not genuine"):
        await opened(seals, mine)


@pytest.mark.requirement("S-02")
@pytest.mark.parametrize(
    ("asker", "change", "subject"),
    [
        (replace(ASKER, caller="desk"), {"caller": "orchestrator"}, ACCOUNT),
        (ASKER, {"subject": "a0000000-0000-4000-8000-000000000009"}, "a0000000-0000-4000-8000-000000000009"),
    ],
)
async def test_a_record_whose_owner_was_changed_does_not_open(
    seals: Seals, redis: RedisHelper, asker: Call, change: dict[str, str], subject: str
) -> None:
    reference = await sealed(seals, asker)
    record = json.loads(str(await redis.get(key_of(reference))))

    await redis.set(key_of(reference), json.dumps(record | change))

    with pytest.raises(Refused, match="not genuine"):
        await opened(seals, reference, subject=subject)


@pytest.mark.requirement("S-02")
async def test_servers_with_different_keys_say_so(seals: Seals, redis: RedisHelper) -> None:
    reference = await sealed(seals)

    with pytest.raises(Refused, match="SEAL_KEY"):
        await opened(Seals(redis, SecretStr("another-key-of-the-tests-0123456789")), reference)


@pytest.mark.requirement("S-02")
async def test_redis_holds_nothing_readable_and_for_ten_minutes_at_most(seals: Seals, redis: RedisHelper) -> None:
    reference = await sealed(seals)
    await opened(seals, reference)

    assert VALUE.get_secret_value() not in await everything(redis)
    left = await redis.run("return redis.call('ttl', KEYS[1])", [key_of(reference)], [])
    assert 0 < int(left) <= KEEP_S == 600


@pytest.mark.requirement("S-02")
async def test_an_expired_reference_is_refused_with_what_to_do(seals: Seals, redis: RedisHelper) -> None:
    reference = await sealed(seals)
    await redis.delete(key_of(reference))

    with pytest.raises(Refused, match="ask for a new one"):
        await opened(seals, reference)


@pytest.mark.requirement("S-03")
async def test_the_same_call_again_gets_the_value_of_the_first(seals: Seals) -> None:
    first = await seals.seal(ASKER, VALUE, purpose=PASSWORD, subject=ACCOUNT, note="before: 7")

    again = await seals.seal(ASKER, SecretStr("another"), purpose=PASSWORD, subject=ACCOUNT)

    assert (first.again, again.again) == (False, True)
    assert again.reference == first.reference
    assert (again.value.get_secret_value(), again.note) == (VALUE.get_secret_value(), "before: 7")


@pytest.mark.requirement("S-03")
async def test_calls_without_a_key_are_never_the_same(seals: Seals) -> None:
    plain = replace(ASKER, idempotency_key=None)

    assert await sealed(seals, plain) != await sealed(seals, plain)


@pytest.mark.requirement("S-03")
async def test_without_redis_nothing_is_sealed(seals: Seals) -> None:
    away = Seals(RedisHelper("redis://127.0.0.1:1/0", timeout_s=0.5), KEY)

    with pytest.raises(UpstreamUnavailable):
        await sealed(away)


@pytest.mark.requirement("S-01")
async def test_references_are_found_in_a_text_each_once(seals: Seals) -> None:
    one, two = await sealed(seals), await sealed(seals, replace(ASKER, idempotency_key="k"))

    text = f"Bonjour,\n{two} puis {one}, encore {two}. sealed:password:court"

    assert find_references(text, PASSWORD) == [two, one]
    assert find_references(text, Purpose.LINK) == []
