"""Passwords: sealed before they are set, set once, and seen by nobody who may not see them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.ad.passwords import make_password
from shared.errors import CapReached, InvalidInput, OutcomeUnknown, Refused, UpstreamRejected
from tests.servers.ad_relay import BIND, MODIFY
from tests.servers.ad_world import World
from tests.simulators.ad_lab import PASSWORD, quoted

MUST_CHANGE = "773"
PASSWORD_WRITE = "unicodePwd"


@pytest.mark.requirement("A-09")
async def test_a_reset_sets_a_sealed_password_that_must_be_changed_and_unlocks(ad: World) -> None:
    person = ad.account()
    person.lock()

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert done["object_guid"] == str(person.guid)
    assert "password" not in done
    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE
    assert person.opens_with(PASSWORD) == "52e"
    assert not person.is_locked
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-09")
async def test_a_reset_that_is_refused_changes_nothing(ad: World) -> None:
    """The service account may reset there, but not unlock: none of it happens."""
    person = ad.account()
    person.lock()

    with pytest.raises(InvalidInput, match="password policy"):
        await ad.call("reset_password", as_="operator", samaccountname=person.login, new_password="tropfaible")

    assert person.is_locked
    assert person.number("pwdLastSet")


@pytest.mark.requirement("A-09")
async def test_a_reset_leaves_a_disabled_account_disabled(ad: World) -> None:
    person = ad.account(control=514)

    await ad.call("reset_password", samaccountname=person.login)

    assert person.is_disabled


@pytest.mark.requirement("A-11")
async def test_a_password_in_clear_needs_the_scope_reveal(ad: World) -> None:
    person = ad.account()

    shown = await ad.call("reset_password", as_="operator", samaccountname=person.login)

    assert person.opens_with(shown["password"]) == MUST_CHANGE
    assert await ad.password_of(shown, as_="operator") == shown["password"]


@pytest.mark.requirement("A-11")
async def test_a_password_in_clear_is_not_shown_twice(ad: World) -> None:
    person = ad.account()

    first = await ad.reply("reset_password", key="k", as_="operator", samaccountname=person.login)
    again = await ad.reply("reset_password", key="k", as_="operator", samaccountname=person.login)

    assert again.replayed
    assert first.data["password"] not in again.text
    assert again.data["password_ref"] == first.data["password_ref"]


@pytest.mark.requirement("A-11")
async def test_a_password_of_the_callers_needs_the_scope_set_password(ad: World) -> None:
    person = ad.account()
    own = "  Tulipe-Marée-47".strip()

    with pytest.raises(Refused, match="set_password"):
        await ad.call("reset_password", samaccountname=person.login, new_password=own)
    await ad.call("reset_password", as_="operator", samaccountname=person.login, new_password=own)

    assert person.opens_with(own) == MUST_CHANGE


@pytest.mark.requirement("A-11")
@pytest.mark.parametrize(
    "text", [" Tulipe-Marée-47", "Tulipe-Marée-47 ", "Tulipe\tMarée-47", "Tulipe\0Marée", "Tul-47"]
)
async def test_a_password_that_nobody_could_type_is_refused(ad: World, text: str) -> None:
    """Not set without its blank: its owner would type it."""
    person = ad.account()

    with pytest.raises(InvalidInput) as refused:
        await ad.call("reset_password", as_="operator", samaccountname=person.login, new_password=text)

    assert ad.relay.count(MODIFY) == 0
    assert text not in str(refused.value)


@pytest.mark.requirement("A-11")
async def test_another_password_may_follow_one_that_the_policy_refused_under_the_same_key(ad: World) -> None:
    person = ad.account()
    asked = {"samaccountname": person.login}
    with pytest.raises(InvalidInput):
        await ad.call("reset_password", key="k", as_="operator", **asked, new_password="tropfaible")

    done = await ad.call("reset_password", key="k", as_="operator", **asked, new_password="Tulipe-Marée-47")

    assert done["password"] == "Tulipe-Marée-47"
    assert person.opens_with("Tulipe-Marée-47") == MUST_CHANGE


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


@pytest.mark.requirement("A-10")
async def test_a_repeat_after_the_seal_has_expired_sets_a_new_one_if_nobody_has_signed_in(ad: World) -> None:
    person = ad.account()
    ad.relay.plant(MODIFY, PASSWORD_WRITE, "mute")
    ad.relay.plant(BIND, person.login, "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("reset_password", key="k", samaccountname=person.login)
    await _forget(ad, "widip:sealed:*")

    done = await ad.call("reset_password", key="k", samaccountname=person.login)

    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE


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


@pytest.mark.requirement("A-21")
async def test_a_reset_that_is_not_delegated_says_so_with_its_codes(ad: World) -> None:
    person = ad.account(ou="OU=Roses,OU=Clients")

    with pytest.raises(UpstreamRejected, match=r"docs/ad-delegation.md\) \(code 50") as refused:
        await ad.call("reset_password", samaccountname=person.login)

    assert "SecErr" not in str(refused.value)
    assert "acl" not in str(refused.value)


@pytest.mark.requirement("A-23")
async def test_an_account_is_written_to_so_many_times_an_hour_whoever_asks(ad: World) -> None:
    person, other = ad.account(), ad.account()
    callers: list[Callable[[], Awaitable[Any]]] = [
        lambda: ad.call("reset_password", samaccountname=person.login),
        lambda: ad.call("disable_account", as_="operator", samaccountname=person.login),
        lambda: ad.call("enable_account", as_="lilas", samaccountname=person.login),
    ]
    for number in range(10):
        await callers[number % 3]()

    with pytest.raises(CapReached, match="10 writes an hour"):
        await ad.call("reset_password", samaccountname=person.login)

    await ad.call("reset_password", samaccountname=other.login)
    assert (await ad.call("get_account_status", samaccountname=person.login))["samaccountname"] == person.login


@pytest.mark.requirement("A-28")
@given(length=st.integers(12, 64))
def test_a_random_password_has_all_kinds_of_characters(length: int) -> None:
    password = make_password(length).get_secret_value()

    assert len(password) == length
    assert not set(password) & set("0O1lI\"' ")
    for kind in (str.isupper, str.islower, str.isdigit, lambda sign: not sign.isalnum()):
        assert any(kind(sign) for sign in password)


@pytest.mark.requirement("A-28")
def test_a_random_password_holds_no_part_of_a_name() -> None:
    made = [make_password(12, avoid=("abc", "Zoé d-efg")).get_secret_value().casefold() for _ in range(300)]

    assert not [password for password in made if "abc" in password or "efg" in password]
    assert len(set(made)) == len(made)


@pytest.mark.requirement("A-28")
async def test_a_random_password_is_as_long_as_the_domain_asks(simulated_ad: World) -> None:
    ad, head = simulated_ad, simulated_ad.place.base_dn
    person = ad.account()
    assert ad.lab.modify(head, {"minPwdLength": [("MODIFY_REPLACE", ["24"])]}, by=ad.lab.admin).code == 0

    shown = await ad.call("reset_password", as_="operator", samaccountname=person.login)

    assert len(shown["password"]) == 24
