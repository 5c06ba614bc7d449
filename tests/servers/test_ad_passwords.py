"""Passwords: sealed before they are set, set once, and seen by nobody who may not see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.ad.passwords import make_password
from shared.errors import CapReached, InvalidInput, Refused, UpstreamRejected
from tests.servers.ad_relay import MODIFY
from tests.servers.ad_world import World
from tests.simulators.ad_lab import PASSWORD

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
    """The policy refuses the password: the lock stays too."""
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
    own = "Tulipe-Marée-47"

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


@pytest.mark.requirement("A-74")
async def test_a_reset_that_names_its_account_by_guid_too_resets_no_other_of_that_login(ad: World) -> None:
    person, other = ad.account(), ad.account()

    with pytest.raises(Refused, match="another account"):
        await ad.call("reset_password", key="k", samaccountname=person.login, object_guid=str(other.guid))

    assert person.number("pwdLastSet") != 0
