"""What the delegated account may do, and what it may not: the simulator and Samba alike."""

from __future__ import annotations

from collections.abc import Callable

import ldap3
import pytest

from tests.simulators.ad_lab import LILAS, OTHER_PASSWORD, PARTIS, PERSON, ROSES, Lab, outcome, quoted, replace, unique

GRANTED = {
    "pwdLastSet": 0,
    "lockoutTime": 0,
    "userAccountControl": 514,
    "givenName": "Anaïs",
    "sn": "Petit",
    "displayName": "Anaïs Petit",
    "mail": "a.petit@lilas.example",
    "telephoneNumber": "01 99 00 10 09",
    "mobile": "06 39 98 00 00",
    "description": "Remplaçante",
    "title": "Aide-soignante",
    "department": "Soins",
    "company": "EHPAD Les Lilas",
    "accountExpires": 0,
}
WITHHELD = {
    "servicePrincipalName": "HTTP/lilas.example",
    "scriptPath": "ouverture.bat",
    "msDS-AllowedToDelegateTo": "HTTP/lilas.example",
    "primaryGroupID": 512,
    "adminCount": 0,
    "manager": "CN=Claire Oria,OU=Lilas,OU=Clients,DC=widip,DC=local",
    "employeeID": "42",
}
Act = Callable[[Lab, str], object]
ACTS: dict[str, Act] = {
    "reset": lambda lab, dn: lab.modify(dn, {"unicodePwd": replace(quoted(OTHER_PASSWORD))}),
    "unlock": lambda lab, dn: lab.modify(dn, {"lockoutTime": replace(0)}),
    "disable": lambda lab, dn: lab.modify(dn, {"userAccountControl": replace(514)}),
    "edit": lambda lab, dn: lab.modify(dn, {"title": replace("Veilleur")}),
    "move": lambda lab, dn: lab.move(dn, PARTIS),
    "rename": lambda lab, dn: outcome(lab.service.modify_dn(dn, f"CN={unique()}")),
    "delete": lambda lab, dn: outcome(lab.service.delete(dn)),
}


@pytest.mark.requirement("A-49")
@pytest.mark.parametrize("attribute", GRANTED)
def test_a_granted_attribute_is_written(lab: Lab, attribute: str) -> None:
    assert lab.modify(lab.account(), {attribute: replace(GRANTED[attribute])}).code == 0


@pytest.mark.requirement("A-49")
@pytest.mark.parametrize("attribute", WITHHELD)
def test_any_other_attribute_is_not(lab: Lab, attribute: str) -> None:
    assert lab.modify(lab.account(), {attribute: replace(WITHHELD[attribute])}).code == 50


@pytest.mark.requirement("A-49")
@pytest.mark.parametrize("act", ACTS)
def test_accounts_of_its_own_places_are_in_its_hands(lab: Lab, act: str) -> None:
    assert ACTS[act](lab, lab.account()).code == 0  # type: ignore[attr-defined]


@pytest.mark.requirement("A-49")
@pytest.mark.parametrize("act", ACTS)
def test_accounts_of_another_place_are_not(lab: Lab, act: str) -> None:
    assert ACTS[act](lab, lab.account(ou=ROSES)).code == 50  # type: ignore[attr-defined]


@pytest.mark.requirement("A-50")
@pytest.mark.parametrize("act", ACTS)
def test_protected_accounts_are_not_even_in_its_own_places(lab: Lab, act: str) -> None:
    victim = lab.dn(f"CN=Victor Roche,{LILAS}")
    before = lab.read(victim, "*")

    assert lab.text(victim, "adminCount") == "1"
    assert ACTS[act](lab, victim).code == 50  # type: ignore[attr-defined]
    assert lab.read(victim, "*") == before


@pytest.mark.requirement("A-50")
def test_who_is_privileged_and_not_stamped_yet_is_not_protected(lab: Lab) -> None:
    dn = lab.account()
    operators = lab.dn("CN=Account Operators,CN=Builtin")
    lab.modify(operators, {"member": [(ldap3.MODIFY_ADD, [dn])]}, by=lab.admin)

    reset = lab.modify(dn, {"unicodePwd": replace(quoted(OTHER_PASSWORD))})

    assert reset.code == 0


@pytest.mark.requirement("A-49")
@pytest.mark.parametrize(
    ("path", "classes", "attributes"),
    [
        (ROSES, PERSON, {"userAccountControl": 514}),
        (LILAS, ["top", "organizationalUnit"], {}),
        (LILAS, ["top", "group"], {}),
        (LILAS, [*PERSON, "computer"], {"userAccountControl": 4096}),
    ],
)
def test_it_makes_accounts_in_its_own_places_and_nothing_else(
    lab: Lab, path: str, classes: list[str], attributes: dict[str, object]
) -> None:
    name = unique()
    rdn = "OU" if "organizationalUnit" in classes else "CN"
    given = attributes | ({"sAMAccountName": name} if rdn == "CN" else {})

    refused = outcome(lab.service.add(f"{rdn}={name},{lab.dn(path)}", classes, given))

    assert refused.code == 50
    assert not lab.is_there(f"{rdn}={name},{lab.dn(path)}")


@pytest.mark.requirement("A-49")
def test_groups_are_filled_and_not_deleted(lab: Lab) -> None:
    group = lab.group()

    assert lab.modify(group, {"member": [(ldap3.MODIFY_ADD, [lab.account()])]}).code == 0
    assert lab.modify(group, {"description": replace("x")}).code == 50
    assert outcome(lab.service.delete(group)).code == 50


@pytest.mark.requirement("A-50")
@pytest.mark.parametrize(
    "path", ["CN=Domain Admins,CN=Users", "CN=Administrators,CN=Builtin", "CN=Account Operators,CN=Builtin"]
)
def test_privileged_groups_are_out_of_reach(lab: Lab, path: str) -> None:
    assert lab.modify(lab.dn(path), {"member": [(ldap3.MODIFY_ADD, [lab.account()])]}).code == 50


@pytest.mark.requirement("A-49")
def test_nothing_is_moved_out_of_its_places_or_into_them(lab: Lab) -> None:
    inside, outside = lab.account(), lab.account(ou=ROSES)

    assert lab.move(inside, ROSES).code == 50
    assert lab.move(outside, LILAS).code == 50


@pytest.mark.requirement("A-49")
def test_the_bit_that_trusts_for_delegation_is_withheld(lab: Lab) -> None:
    dn = lab.account()

    assert lab.modify(dn, {"userAccountControl": replace(512 | 0x80000)}).code == 50
    assert lab.modify(dn, {"userAccountControl": replace(512 | 0x10000)}).code == 0


@pytest.mark.requirement("A-49")
def test_it_does_not_reset_itself(lab: Lab) -> None:
    own = lab.dn("CN=Service WIDIP,OU=Services")

    assert lab.modify(own, {"unicodePwd": replace(quoted(OTHER_PASSWORD))}).code == 50


@pytest.mark.requirement("A-49")
def test_what_it_may_write_is_said_beforehand(lab: Lab) -> None:
    asked = ("allowedAttributesEffective", "allowedChildClassesEffective")

    mine = lab.read(lab.account(), *asked)
    foreign = lab.read(lab.account(ou=ROSES), *asked)
    protected = lab.read(lab.dn(f"CN=Victor Roche,{LILAS}"), *asked)
    place = lab.read(lab.dn(LILAS), *asked)

    assert set(GRANTED) | {"cn"} <= {name.decode() for name in mine["allowedAttributesEffective"]}
    assert not {"unicodePwd", *WITHHELD} & {name.decode() for name in mine["allowedAttributesEffective"]}
    assert foreign["allowedAttributesEffective"] == protected["allowedAttributesEffective"] == []
    assert b"user" in place["allowedChildClassesEffective"]
