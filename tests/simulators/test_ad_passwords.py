"""Resets and own changes: the simulator and Samba alike."""

from __future__ import annotations

import pytest

from tests.simulators.ad_divergences import known
from tests.simulators.ad_lab import (
    OTHER_PASSWORD,
    PASSWORD,
    Lab,
    quoted,
    replace,
    swap,
)


@pytest.mark.requirement("A-42")
@pytest.mark.parametrize("password", ["Court1!", "toutenminuscules"])
def test_a_weak_password_is_refused_and_the_rest_of_the_request_too(lab: Lab, password: str) -> None:
    dn = lab.account(title="Avant")

    refused = lab.modify(dn, {"title": replace("Après"), "unicodePwd": replace(quoted(password))})

    assert (refused.code, refused.win32) == (19, "0000052D")
    assert lab.text(dn, "title") == "Avant"
    assert lab.bind(lab.login(dn), PASSWORD).code == 0


@pytest.mark.requirement("A-42")
def test_a_password_that_is_not_quoted_is_refused(lab: Lab) -> None:
    dn = lab.account()

    refused = lab.modify(dn, {"unicodePwd": replace(OTHER_PASSWORD.encode("utf-16-le"))})

    assert (refused.code, refused.win32) == (53, "00002035")


@pytest.mark.requirement("A-54")
def test_a_password_that_contains_the_login(lab: Lab) -> None:
    dn = lab.account()
    login = lab.text(dn, "sAMAccountName")

    told = lab.modify(dn, {"unicodePwd": replace(quoted(f"{login.upper()}-a1!"))})

    assert told.code == known("a password that contains the login", lab.kind)


@pytest.mark.requirement("A-42")
def test_a_reset_ignores_age_and_history(lab: Lab) -> None:
    dn = lab.account()

    told = [lab.modify(dn, {"unicodePwd": replace(quoted(password))}) for password in (OTHER_PASSWORD, PASSWORD)]

    assert [one.code for one in told] == [0, 0]
    assert lab.bind(lab.login(dn), PASSWORD).code == 0


@pytest.mark.requirement("A-54")
def test_the_password_before_the_last_one(lab: Lab) -> None:
    dn = lab.account()

    lab.modify(dn, {"unicodePwd": replace(quoted(OTHER_PASSWORD))})

    assert lab.bind(lab.login(dn), PASSWORD).code == known("the password before the last one still binds", lab.kind)
    assert lab.bind(lab.login(dn), "Mauvais-2026!").data == "52e"


@pytest.mark.requirement("A-42")
def test_an_own_change_wants_the_old_password_and_an_age(lab: Lab) -> None:
    dn = lab.account()
    own = lab.bound(lab.login(dn), PASSWORD)

    wrong = lab.modify(dn, {"unicodePwd": swap(quoted("Mauvais-2026!"), quoted(OTHER_PASSWORD))}, by=own)
    young = lab.modify(dn, {"unicodePwd": swap(quoted(PASSWORD), quoted(OTHER_PASSWORD))}, by=own)

    assert (wrong.code, wrong.win32) == (19, "00000056")
    assert (young.code, young.win32) == (19, "0000052D")
    assert lab.bind(lab.login(dn), PASSWORD).code == 0


@pytest.mark.requirement("A-42")
def test_who_must_change_may_change_at_once(lab: Lab) -> None:
    dn = lab.account()
    own = lab.bound(lab.login(dn), PASSWORD)
    lab.modify(dn, {"pwdLastSet": replace(0)})

    changed = lab.modify(dn, {"unicodePwd": swap(quoted(PASSWORD), quoted(OTHER_PASSWORD))}, by=own)

    assert changed.code == 0
    assert lab.bind(lab.login(dn), OTHER_PASSWORD).code == 0


@pytest.mark.requirement("A-42")
def test_nobody_resets_his_own_password(lab: Lab) -> None:
    dn = lab.account()
    own = lab.bound(lab.login(dn), PASSWORD)

    assert lab.modify(dn, {"unicodePwd": replace(quoted(OTHER_PASSWORD))}, by=own).code == 50
