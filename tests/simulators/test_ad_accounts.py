"""States, names and data of accounts: the simulator and Samba alike."""

from __future__ import annotations

import re
from pathlib import Path

import ldap3
import pytest

from tests.simulators.ad_divergences import DIVERGENCES, known
from tests.simulators.ad_lab import (
    LILAS,
    PASSWORD,
    PERSON,
    WEAK_PASSWORD,
    Lab,
    Outcome,
    outcome,
    quoted,
    replace,
    swap,
    unique,
)


@pytest.mark.requirement("A-43")
def test_must_change_is_set_and_taken_back(lab: Lab) -> None:
    dn = lab.account()

    set_to_zero = lab.modify(dn, {"pwdLastSet": replace(0)})
    zero = lab.number(dn, "pwdLastSet")
    taken_back = lab.modify(dn, {"pwdLastSet": replace(-1)})

    assert (set_to_zero.code, zero, taken_back.code) == (0, 0, 0)
    assert lab.number(dn, "pwdLastSet") > 0
    assert lab.bind(lab.login(dn), PASSWORD).code == 0


@pytest.mark.requirement("A-44")
def test_a_stale_state_changes_nothing_else_of_the_request(lab: Lab) -> None:
    dn = lab.account(title="Avant")

    refused = lab.modify(dn, {"title": replace("Après"), "userAccountControl": swap(66048, 66050)})

    assert refused.code == 16
    assert lab.text(dn, "title") == "Avant"


@pytest.mark.requirement("A-54")
def test_compare_and_set_that_is_done_already(lab: Lab) -> None:
    dn = lab.account(control=514)

    told = lab.modify(dn, {"userAccountControl": swap(512, 514)})

    assert told.code == known("compare-and-set that is done already", lab.kind)
    assert lab.number(dn, "userAccountControl") == 514


@pytest.mark.requirement("A-54")
def test_an_account_without_a_password_is_enabled(lab: Lab) -> None:
    dn = lab.account(control=514, unicodePwd=None)

    told = lab.modify(dn, {"userAccountControl": swap(514, 512)})

    assert (told.code, told.win32) == known("enabled without a password", lab.kind)


@pytest.mark.requirement("A-44")
def test_bits_that_are_computed_are_not_stored(lab: Lab) -> None:
    dn = lab.account()

    lab.modify(dn, {"userAccountControl": replace(512 | 0x800000)})

    assert lab.number(dn, "userAccountControl") & 0x800010 == 0


@pytest.mark.requirement("A-54")
def test_a_state_that_is_no_number(lab: Lab) -> None:
    told = lab.modify(lab.account(), {"userAccountControl": replace("abc")})

    assert told.code == known("a userAccountControl that is no number", lab.kind)


def make_closed(lab: Lab, login: str, *, name: str | None = None, **more: object) -> tuple[str, Outcome]:
    """One add of the service account: closed, without a password."""
    dn = f"CN={name or login},{lab.dn(LILAS)}"
    attributes = {"sAMAccountName": login, "userPrincipalName": f"{login}@widip.local", "userAccountControl": 514}
    told = outcome(
        lab.service.add(dn, PERSON, {key: value for key, value in (attributes | more).items() if value != []})
    )
    if told.code == 0:
        lab.made.append(dn)
    return dn, told


@pytest.mark.requirement("A-51")
def test_an_account_is_made_in_three_steps(lab: Lab) -> None:
    login = unique()

    dn, made = make_closed(lab, login, givenName="Anaïs", sn="Le Floc'h", mail="a.lefloch@lilas.example")
    password = lab.modify(dn, {"unicodePwd": replace(quoted(PASSWORD)), "pwdLastSet": replace(0)})
    opened = lab.modify(dn, {"userAccountControl": swap(514, 512)})

    assert (made.code, password.code, opened.code) == (0, 0, 0)
    assert lab.bind(f"WIDIP\\{login}", PASSWORD).data == "773"
    assert lab.text(dn, "sn") == "Le Floc'h"


@pytest.mark.requirement("A-51")
def test_one_add_with_a_weak_password_makes_nothing(lab: Lab) -> None:
    login = unique()
    dn, told = make_closed(lab, login, unicodePwd=quoted(WEAK_PASSWORD), userAccountControl=512)

    assert told.code == 19
    assert not lab.is_there(dn)


@pytest.mark.requirement("A-51")
def test_one_add_with_a_password_opens_at_once(lab: Lab) -> None:
    login = unique()
    dn, told = make_closed(lab, login, unicodePwd=quoted(PASSWORD), userAccountControl=512, pwdLastSet=0)

    assert told.code == 0
    assert (lab.number(dn, "userAccountControl"), lab.number(dn, "pwdLastSet")) == (512, 0)


@pytest.mark.requirement("A-51")
def test_without_a_state_an_account_is_closed(lab: Lab) -> None:
    dn, _told = make_closed(lab, unique(), userAccountControl=[])

    assert lab.number(dn, "userAccountControl") == 546


@pytest.mark.requirement("A-51")
def test_names_are_taken_once(lab: Lab) -> None:
    taken = lab.text(lab.account(), "sAMAccountName")

    _dn, same_login = make_closed(lab, taken.upper(), name=unique())
    _dn, same_principal = make_closed(lab, unique(), userPrincipalName=f"{taken}@WIDIP.local")
    _dn, same_dn = make_closed(lab, unique(), name=taken)

    assert (same_login.code, same_login.win32) == (68, "00002071")
    assert (same_principal.code, same_dn.code) == (19, 68)


@pytest.mark.requirement("A-54")
def test_a_login_of_25_characters(lab: Lab) -> None:
    _dn, told = make_closed(lab, f"{unique()}abcdefghijkl")

    assert told.code == known("a login of 25 characters", lab.kind)


@pytest.mark.requirement("A-51")
def test_a_name_with_signs_of_its_own_survives(lab: Lab) -> None:
    dn = lab.account(name=f'Dupont, Jean "J+R" {unique()}')

    shown = lab.text(dn, "distinguishedName")
    assert lab.read(shown, "cn")["cn"][0].startswith(b'Dupont, Jean "J+R" ')


@pytest.mark.requirement("A-54")
def test_a_longer_value_than_the_schema_allows_is_refused(lab: Lab) -> None:
    told = lab.modify(lab.account(), {"department": replace("x" * 65)})

    assert told.code == known("a value beyond the schema's length", lab.kind)


@pytest.mark.requirement("A-53")
def test_an_attribute_that_is_in_no_schema_is_refused(lab: Lab) -> None:
    assert lab.modify(lab.account(), {"pointure": replace("42")}).code == 16


@pytest.mark.requirement("A-53")
def test_what_is_not_there_cannot_be_changed(lab: Lab) -> None:
    absent = lab.dn(f"CN=Absente,{LILAS}")

    assert lab.modify(absent, {"title": replace("x")}).code == 32
    assert outcome(lab.service.delete(absent)).code == 32
    assert lab.move(absent, LILAS).code == 32


@pytest.mark.requirement("A-53")
def test_a_value_is_deleted_only_when_it_is_there(lab: Lab) -> None:
    dn = lab.account(title="Avant")

    refused = lab.modify(dn, {"title": [(ldap3.MODIFY_DELETE, ["Autre"])]})
    done = lab.modify(dn, {"title": [(ldap3.MODIFY_DELETE, ["Avant"])]})

    assert (refused.code, done.code) == (16, 0)
    assert lab.read(dn, "title")["title"] == []


@pytest.mark.requirement("A-53")
def test_a_primary_group_is_one_of_its_groups(lab: Lab) -> None:
    dn = lab.account()
    group = lab.group()
    token = int.from_bytes(lab.read(group, "objectSid")["objectSid"][0][-4:], "little")

    stranger = lab.modify(dn, {"primaryGroupID": replace(token)}, by=lab.admin)
    lab.modify(group, {"member": [(ldap3.MODIFY_ADD, [dn])]})
    member = lab.modify(dn, {"primaryGroupID": replace(token)}, by=lab.admin)

    assert (stranger.code, member.code) == (53, 0)
    assert lab.number(dn, "primaryGroupID") == token
    assert lab.read(dn, "memberOf")["memberOf"] == [lab.dn("CN=Domain Users,CN=Users").encode()]


@pytest.mark.requirement("A-53")
def test_a_critical_control_that_is_unknown_is_12(lab: Lab) -> None:
    assertion = ("1.3.6.1.1.12", True, b"\xa3\x0b\x04\x05title\x04\x02xx")

    assert lab.modify(lab.account(), {"title": replace("x")}, controls=[assertion]).code == 12


@pytest.mark.requirement("A-54")
def test_every_known_difference_has_its_test() -> None:
    named = {
        what
        for path in Path(__file__).parent.glob("test_ad_*.py")
        for what in re.findall(r'known\(\s*"([^"]+)"', path.read_text(encoding="utf-8"))
    }

    assert named == set(DIVERGENCES)
