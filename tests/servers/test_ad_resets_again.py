"""A reset whose answer was lost, and its repeat: the same password, or none when its owner has chosen his own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.errors import OutcomeUnknown
from tests.servers.ad_relay import BIND, MODIFY
from tests.servers.ad_world import Person, World
from tests.simulators.ad_lab import PASSWORD, Lab, quoted

MUST_CHANGE = "773"
PASSWORD_WRITE = "unicodePwd"


@pytest.mark.requirement("A-18")
@pytest.mark.parametrize("kind", ["drop_answer", "lost"])
async def test_a_reset_whose_answer_is_lost_is_looked_at(ad: World, kind: Any) -> None:
    """The directory is there again at once: what was done is found, what was not is said to be unknown."""
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, kind)

    if kind == "lost":
        with pytest.raises(OutcomeUnknown):
            await ad.call("reset_password", key="k", samaccountname=person.login)
        assert person.opens_with(PASSWORD) == ""
    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE
    assert ad.relay.count(MODIFY) == (2 if kind == "lost" else 1)


@pytest.mark.requirement("A-10")
async def test_a_reset_that_comes_late_and_its_repeat_set_one_password(ad: World) -> None:
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "late")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)

    done = await ad.call("reset_password", key="k", samaccountname=person.login)
    await ad.relay.release()

    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE


@pytest.mark.requirement("A-10")
async def test_a_repeat_finds_that_the_reset_was_done(ad: World) -> None:
    """By one sign-in with the sealed password, and by nothing else."""
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "mute")
    ad.relay.plant(BIND, person.login, "lost")  # the look of the first try fails
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert done["already_done"] is True
    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-10")
async def test_a_repeat_does_not_undo_what_the_owner_has_chosen_since(ad: World) -> None:
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "mute")
    ad.relay.plant(BIND, person.login, "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    person.put(unicodePwd=quoted("Choisi-Par-Moi-9"))
    assert person.number("pwdLastSet")

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert done["already_done"] is True
    assert "password_ref" not in done
    assert person.opens_with("Choisi-Par-Moi-9") == ""


@pytest.mark.requirement("A-31")
async def test_a_repeat_after_the_seal_has_expired_sets_no_other_password(ad: World) -> None:
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "mute")
    ad.relay.plant(BIND, person.login, "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    await _forget(ad, "widip:sealed:*")

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert done["already_done"] is True
    assert "password_ref" not in done
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-10")
async def test_a_repeat_after_the_seal_has_expired_spares_a_password_chosen_since(ad: World) -> None:
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "mute")
    ad.relay.plant(BIND, person.login, "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    await _forget(ad, "widip:sealed:*")
    person.put(unicodePwd=quoted("Choisi-Par-Moi-9"))

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert "password_ref" not in done
    assert person.opens_with("Choisi-Par-Moi-9") == ""


@pytest.mark.requirement("A-31")
async def test_a_repeat_does_not_undo_the_reset_of_another_key(ad: World) -> None:
    person = ad.account()
    await _lose_a_reset(ad, person)
    second = await ad.call("reset_password", key="k2", as_="operator", samaccountname=person.login)

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert done["already_done"] is True
    assert "password_ref" not in done
    assert person.opens_with(await ad.password_of(second, as_="operator")) == MUST_CHANGE


@pytest.mark.requirement("A-31")
async def test_a_repeat_spares_a_password_chosen_since_that_must_be_changed_again(ad: World) -> None:
    person = ad.account()
    await _lose_a_reset(ad, person)
    person.put(unicodePwd=quoted("Choisi-Par-Moi-9"))
    person.put(pwdLastSet="0")

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert "password_ref" not in done
    assert person.opens_with("Choisi-Par-Moi-9") == MUST_CHANGE


@pytest.mark.requirement("A-31")
async def test_repeats_that_cannot_tell_do_nothing_and_lock_nobody_out(ad: World) -> None:
    """Whose password must be changed already, and whose account somebody has edited since."""
    person = ad.account()
    person.put(pwdLastSet="0")
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    person.put(description="x")

    for _ in range(6):
        with pytest.raises(OutcomeUnknown, match="another idempotency key"):
            await ad.call("reset_password", key="k", samaccountname=person.login)

    assert ad.relay.count(BIND, person.login) == 1
    assert not person.is_locked
    assert person.opens_with(PASSWORD) == MUST_CHANGE


@pytest.mark.requirement("A-31")
async def test_while_the_reset_may_come_late_no_repeat_signs_in(lab: Lab, open_ad: Any) -> None:
    ad: World = await open_ad(write_settle_s=60.0)
    person = ad.account()
    person.put(pwdLastSet="0")
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "late")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    person.put(description="x")

    for _ in range(6):
        with pytest.raises(OutcomeUnknown, match="ask again in a minute"):
            await ad.call("reset_password", key="k", samaccountname=person.login)

    assert ad.relay.count(BIND, person.login) == 0
    assert person.number("badPwdCount") == 0


@pytest.mark.requirement("A-32")
async def test_what_was_before_is_kept_longer_than_the_key(lab: Lab, open_ad: Any) -> None:
    """Without it a repeat would take the reset for never sent."""
    ad: World = await open_ad(write_settle_s=60.0)
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "late")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    await ad.redis.run(
        "for _, key in ipairs(redis.call('keys', 'widip:ad:before:*')) do redis.call('expire', key, 100) end", [], []
    )

    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)

    assert await _seconds_left(ad, "widip:ad:before:*") > await _seconds_left(ad, "widip:idempotency:*") > 1000


async def _seconds_left(ad: World, pattern: str) -> int:
    script = f"return redis.call('ttl', redis.call('keys', '{pattern}')[1])"
    return int(await ad.redis.run(script, [], []))


async def _lose_a_reset(ad: World, person: Person) -> None:
    """It is done, no answer comes, and the first look fails."""
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "mute")
    ad.relay.plant(BIND, person.login, "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)


async def _forget(ad: World, pattern: str) -> None:
    for key in await ad.redis.run(f"return redis.call('keys', '{pattern}')", [], []):
        await ad.redis.delete(key)


@pytest.mark.requirement("A-10")
async def test_two_keys_are_two_resets(ad: World) -> None:
    person = ad.account()

    first = await ad.call("reset_password", key="a", samaccountname=person.login)
    second = await ad.call("reset_password", key="b", samaccountname=person.login)

    assert person.opens_with(await ad.password_of(first)) == "52e"
    assert person.opens_with(await ad.password_of(second)) == MUST_CHANGE


@pytest.mark.requirement("A-10")
async def test_one_key_at_the_same_time_is_one_reset(ad: World) -> None:
    person = ad.account()

    answers = await asyncio.gather(
        *(ad.reply("reset_password", key="k", samaccountname=person.login) for _ in range(4))
    )

    assert len({answer.text for answer in answers}) == 1
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-18")
async def test_a_reset_without_a_key_is_never_repeated(ad: World) -> None:
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "garbage")

    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", samaccountname=person.login)

    assert ad.relay.count(MODIFY) == 1
    assert person.opens_with(PASSWORD) == ""
