"""New accounts: one a key, whatever is lost on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.errors import (
    CapReached,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Refused,
    UpstreamRejected,
    UpstreamUnavailable,
)
from tests.servers.ad_relay import ADD, MODIFY, Kind
from tests.servers.ad_world import LILAS, ROSES, SOINS, TILLEULS, Person, World
from tests.simulators.ad_lab import Lab, quoted, unique

MUST_CHANGE = "773"
STEPS = [(ADD, "sAMAccountName"), (MODIFY, "unicodePwd"), (MODIFY, "userAccountControl")]
each_step = pytest.mark.parametrize(("operation", "holds"), STEPS, ids=["add", "password", "enable"])


def letters() -> str:
    """A part of a name that no other test has."""
    return unique().translate(str.maketrans("0123456789", "ghijklmnop"))


def ask(ad: World, ou: str = LILAS, **changes: Any) -> dict[str, Any]:
    """What create_user is asked."""
    person = {"firstname": "Zoé", "lastname": f"Le Goff-{letters()}", "username": unique()}
    return person | {"ou_path": ad.place.dn(ou)} | changes


def made(ad: World, asked: dict[str, Any]) -> Person:
    """The one account of the login, removed at the end."""
    found = ad.find(asked["username"])
    assert found is not None
    return ad.made(found.dn)


@pytest.mark.requirement("A-07")
async def test_a_new_account_is_enabled_with_a_sealed_password_that_must_be_changed(ad: World) -> None:
    asked = ask(ad)

    done = await ad.call("create_user", key="k", **asked)

    person = made(ad, asked)
    assert done["object_guid"] == str(person.guid)
    assert done["samaccountname"] == asked["username"]
    assert done["upn"] == f"{asked['username']}@widip.local"
    assert done["dn"] == person.place == f"CN=Zoé {asked['lastname']},{asked['ou_path']}"
    assert "password" not in done
    assert person.number("userAccountControl") == 512
    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE


@pytest.mark.requirement("A-27")
@pytest.mark.parametrize(
    ("first", "last"),
    [("Zoé", "O'Brien"), ("Jean-Éric", "Le Goff"), ("Anaïs", "D’Arc"), ("Ñ", "Ÿ"), ("Marie J.", "Nguyễn")],
)
async def test_names_of_people_are_names(ad: World, first: str, last: str) -> None:
    asked = ask(ad, firstname=first, lastname=f"{last} {letters()}")

    done = await ad.call("create_user", **asked)

    person = made(ad, asked)
    assert done["dn"] == person.place
    assert (person.text("givenName"), person.text("sn")) == (first, asked["lastname"])
    assert person.text("displayName") == f"{first} {asked['lastname']}"


@pytest.mark.requirement("A-02")
@pytest.mark.parametrize(
    "changes",
    [
        {"firstname": "Zoé,OU=Roses"},
        {"lastname": "x\\,CN=y"},
        {"lastname": "a*)(cn=*"},
        {"lastname": "$(calc)"},
        {"lastname": ""},
        {"username": "a b"},
        {"username": "zoé"},
        {"username": "a" * 21},
        {"username": "x;rm"},
        {"username": "x'y"},
        {"username": "x$"},
        {"username": "finit."},
        {"ou_path": "Lilas"},
    ],
)
async def test_what_is_no_name_is_refused(ad: World, changes: dict[str, Any]) -> None:
    asked = ask(ad) | changes

    with pytest.raises(InvalidInput):
        await ad.call("create_user", **asked)

    assert ad.relay.count(ADD) == 0


@pytest.mark.requirement("A-08")
async def test_two_people_of_one_name_live_in_one_ou(ad: World) -> None:
    first = ask(ad)
    second = first | {"username": unique()}

    names = [(await ad.call("create_user", key=asked["username"], **asked))["dn"] for asked in (first, second)]

    assert names == [
        f"CN=Zoé {first['lastname']},{first['ou_path']}",
        f"CN=Zoé {first['lastname']} ({second['username']}),{first['ou_path']}",
    ]
    assert [made(ad, asked).text("displayName") for asked in (first, second)] == [f"Zoé {first['lastname']}"] * 2


@pytest.mark.requirement("A-08")
@pytest.mark.parametrize("ou", [LILAS, TILLEULS])
async def test_a_taken_login_is_refused_wherever_it_is(ad: World, ou: str) -> None:
    there = ad.account(ou=ou)
    before = there.text("whenChanged"), there.number("uSNChanged")

    for key in ("k", None):
        with pytest.raises(InvalidInput, match=f"(?i){there.login} is taken"):
            await ad.call("create_user", key=key, **ask(ad, username=there.login.upper() if key else there.login))

    assert (there.text("whenChanged"), there.number("uSNChanged")) == before


@pytest.mark.requirement("A-08")
async def test_another_key_does_not_take_over_an_account(ad: World) -> None:
    asked = ask(ad)
    first = await ad.call("create_user", key="a", **asked)

    for key, as_ in (("b", "orchestrator"), ("a", "operator"), (None, "orchestrator")):
        with pytest.raises(InvalidInput, match="is taken"):
            await ad.call("create_user", key=key, as_=as_, **asked)

    assert made(ad, asked).opens_with(await ad.password_of(first)) == MUST_CHANGE


@pytest.mark.requirement("A-07")
async def test_a_taken_user_principal_name_is_said(ad: World) -> None:
    asked = ask(ad)
    ad.account(userPrincipalName=f"{asked['username']}@widip.local")

    with pytest.raises(InvalidInput, match="user principal name is taken"):
        await ad.call("create_user", **asked)

    assert ad.find(asked["username"]) is None


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize(
    ("ou", "as_", "error"),
    [
        (TILLEULS, "lilas", NotFound),
        ("OU=Nulle-Part,OU=Lilas,OU=Clients", "lilas", NotFound),
        ("CN=Users", "orchestrator", NotFound),
        (LILAS, "homeless", Refused),
        (ROSES, "orchestrator", UpstreamRejected),
    ],
)
async def test_an_account_is_made_in_the_callers_ous_only(ad: World, ou: str, as_: str, error: type[Exception]) -> None:
    asked = ask(ad, ou)

    with pytest.raises(error):
        await ad.call("create_user", as_=as_, **asked)

    assert ad.find(asked["username"]) is None


@pytest.mark.requirement("A-05")
async def test_an_ou_may_be_written_in_any_way(ad: World) -> None:
    asked = ask(ad, ou_path=ad.place.dn(SOINS).lower().replace(",", " , ").replace("soins", "\\53oins"))

    done = await ad.call("create_user", as_="lilas", **asked)

    assert done["dn"].endswith(ad.place.dn(SOINS))
    made(ad, asked)


@pytest.mark.requirement("A-18")
@each_step
@pytest.mark.parametrize("kind", ["drop_answer", "lost", "mute", "late"])
async def test_whatever_is_lost_the_repeat_makes_one_whole_account(
    ad: World, operation: int, holds: str, kind: Kind
) -> None:
    asked = ask(ad)
    planted = ad.relay.plant(operation, holds, kind)

    try:
        done = await ad.call("create_user", key="k", **asked)
    except OutcomeUnknown:
        await ad.relay.release()
        done = await ad.call("create_user", key="k", **asked)

    person = made(ad, asked)
    assert planted.seen.is_set()
    assert done["object_guid"] == str(person.guid)
    assert person.opens_with(await ad.password_of(done)) == MUST_CHANGE
    assert person.number("userAccountControl") == 512
    assert len(ad.lab.search(f"(displayName=Zoé {asked['lastname']})", by=ad.lab.admin)) == 1


@pytest.mark.requirement("A-08")
@each_step
async def test_what_is_half_made_stays_disabled(ad: World, operation: int, holds: str) -> None:
    asked = ask(ad)
    ad.relay.plant(operation, holds, "lost")

    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)

    found = ad.find(asked["username"])
    assert found is None or ad.made(found.dn).is_disabled
    assert (found is None) == (operation == ADD)


@pytest.mark.requirement("A-08")
async def test_a_repeat_does_not_undo_what_the_new_colleague_has_chosen(ad: World) -> None:
    asked = ask(ad)
    ad.relay.plant(MODIFY, "userAccountControl", "mute")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    person.put(unicodePwd=quoted("Choisi-Par-Moi-9"))

    done = await ad.call("create_user", key="k", **asked)

    assert done["already_done"] is True
    assert "password_ref" not in done
    assert person.opens_with("Choisi-Par-Moi-9") == ""


@pytest.mark.requirement("A-33")
@pytest.mark.parametrize("is_sealed", [True, False])
async def test_a_repeat_does_not_undo_the_reset_of_another_key(ad: World, is_sealed: bool) -> None:
    asked = ask(ad)
    ad.relay.plant(MODIFY, "userAccountControl", "mute")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    second = await ad.call("reset_password", key="k2", as_="operator", samaccountname=person.login)
    opened = await ad.password_of(second, as_="operator")
    if not is_sealed:
        await _forget_seals(ad)

    done = await ad.call("create_user", key="k", **asked)

    assert done["already_done"] is True
    assert "password_ref" not in done
    assert person.opens_with(opened) == MUST_CHANGE


@pytest.mark.requirement("A-33")
async def test_a_repeat_long_after_sets_no_other_password(ad: World) -> None:
    asked = ask(ad)
    ad.relay.plant(MODIFY, "userAccountControl", "mute")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    await _forget_seals(ad)

    done = await ad.call("create_user", key="k", **asked)

    assert done["already_done"] is True
    assert "password_ref" not in done
    assert ad.relay.count(MODIFY, "unicodePwd") == 1
    assert not person.is_disabled


@pytest.mark.requirement("A-33")
async def test_a_half_made_account_whose_password_somebody_has_set_is_left_to_people(ad: World) -> None:
    asked = ask(ad)
    ad.relay.plant(MODIFY, "unicodePwd", "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    second = await ad.call("reset_password", key="k2", as_="operator", samaccountname=person.login)

    for _ in range(3):
        with pytest.raises(OutcomeUnknown, match="do the rest"):
            await ad.call("create_user", key="k", **asked)

    assert person.is_disabled
    person.put(userAccountControl="512")
    assert person.opens_with(await ad.password_of(second, as_="operator")) == MUST_CHANGE


@pytest.mark.requirement("A-33")
async def test_a_repeat_does_not_enable_whom_somebody_has_disabled(ad: World) -> None:
    asked = ask(ad)
    ad.relay.plant(MODIFY, "userAccountControl", "mute")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    person.put(unicodePwd=quoted("Choisi-Par-Moi-9"))
    person.put(userAccountControl="514")

    done = await ad.call("create_user", key="k", **asked)

    assert "password_ref" not in done
    assert person.is_disabled
    assert person.opens_with("Choisi-Par-Moi-9") == "533"


@pytest.mark.requirement("A-33")
async def test_an_account_that_was_half_made_long_ago_is_left_alone(ad: World) -> None:
    """Longer than its key is known: whoever keeps it disabled may have his reasons."""
    asked = ask(ad)
    ad.relay.plant(MODIFY, "unicodePwd", "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    await _forget(ad, "widip:*")

    with pytest.raises(InvalidInput, match="long ago"):
        await ad.call("create_user", key="k", **asked)

    assert person.is_disabled


@pytest.mark.requirement("A-33")
async def test_making_an_account_counts_as_a_write_to_it(lab: Lab, open_ad: Any) -> None:
    ad: World = await open_ad(ad_account_hourly_writes=1)
    asked = ask(ad)
    await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)

    with pytest.raises(CapReached):
        await ad.call("disable_account", samaccountname=person.login)


async def _forget_seals(ad: World) -> None:
    await _forget(ad, "widip:sealed:*")


async def _forget(ad: World, pattern: str) -> None:
    for key in await ad.redis.run(f"return redis.call('keys', '{pattern}')", [], []):
        await ad.redis.delete(key)


@pytest.mark.requirement("A-08")
async def test_an_account_that_was_half_made_and_promoted_is_not_completed(ad: World) -> None:
    asked = ask(ad)
    ad.relay.plant(MODIFY, "unicodePwd", "lost")
    with pytest.raises(OutcomeUnknown):
        await ad.call("create_user", key="k", **asked)
    person = made(ad, asked)
    person.put(adminCount="1")

    with pytest.raises(Refused, match="protected"):
        await ad.call("create_user", key="k", **asked)

    assert person.is_disabled


@pytest.mark.requirement("A-08")
async def test_two_callers_at_the_same_time_make_one_account(ad: World) -> None:
    asked = ask(ad)

    answers = await asyncio.gather(*(ad.call("create_user", key=key, **asked) for key in "abc"), return_exceptions=True)

    done = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(done) == 1
    assert all(isinstance(answer, InvalidInput) for answer in answers if isinstance(answer, BaseException))
    assert made(ad, asked).opens_with(await ad.password_of(done[0])) == MUST_CHANGE


@pytest.mark.requirement("A-19")
@each_step
async def test_a_busy_directory_is_asked_again(ad: World, operation: int, holds: str) -> None:
    asked = ask(ad)
    ad.relay.plant(operation, holds, "busy")

    done = await ad.call("create_user", **asked)

    assert made(ad, asked).opens_with(await ad.password_of(done)) == MUST_CHANGE


@pytest.mark.requirement("A-19")
async def test_a_directory_that_stays_busy_is_unavailable_and_the_key_is_free_again(ad: World) -> None:
    asked = ask(ad)
    ad.relay.plant(ADD, "sAMAccountName", "busy", times=4)
    with pytest.raises(UpstreamUnavailable):
        await ad.call("create_user", key="k", **asked)

    await ad.call("create_user", key="k", **asked)

    made(ad, asked)
