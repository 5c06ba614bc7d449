"""Members, moves and renames: the simulator and Samba alike."""

from __future__ import annotations

from uuid import UUID

import ldap3
import pytest

from tests.simulators.ad_divergences import known
from tests.simulators.ad_lab import LILAS, PARTIS, Lab, outcome, unique

PERMISSIVE = ("1.2.840.113556.1.4.1413", True, None)


def add(*members: str) -> dict[str, object]:
    return {"member": [(ldap3.MODIFY_ADD, list(members))]}


def remove(*members: str) -> dict[str, object]:
    return {"member": [(ldap3.MODIFY_DELETE, list(members))]}


@pytest.mark.requirement("A-47")
def test_a_member_comes_and_goes(lab: Lab) -> None:
    dn, group = lab.account(), lab.group()

    added = lab.modify(group, add(dn))
    inside = lab.read(group, "member")["member"]
    removed = lab.modify(group, remove(dn))

    assert (added.code, inside, removed.code) == (0, [dn.encode()], 0)
    assert lab.read(dn, "memberOf")["memberOf"] == []


@pytest.mark.requirement("A-47")
def test_a_member_is_added_once_and_removed_once(lab: Lab) -> None:
    dn = lab.account()
    group = lab.group(dn)

    again = lab.modify(group, add(dn))
    lab.modify(group, remove(dn))
    gone = lab.modify(group, remove(dn))

    assert (again.code, gone.code) == (68, 53)


@pytest.mark.requirement("A-47")
def test_one_member_too_many_rejects_the_whole_batch(lab: Lab) -> None:
    inside, outside = lab.account(), lab.account()
    group = lab.group(inside)

    refused = lab.modify(group, add(outside, inside))

    assert refused.code == 68
    assert lab.read(group, "member")["member"] == [inside.encode()]


@pytest.mark.requirement("A-47")
def test_an_unknown_member_is_32(lab: Lab) -> None:
    refused = lab.modify(lab.group(), add(lab.dn(f"CN=Absente,{LILAS}")))

    assert (refused.code, refused.win32) == (32, "00000525")


@pytest.mark.requirement("A-54")
def test_a_member_added_twice_with_the_permissive_control(lab: Lab) -> None:
    dn = lab.account()
    group = lab.group(dn)

    told = lab.modify(group, add(dn), controls=[PERMISSIVE])

    assert told.code == known("a member added twice, with the permissive control", lab.kind)


@pytest.mark.requirement("A-47")
def test_a_deleted_account_is_no_member_any_more(lab: Lab) -> None:
    dn = lab.account()
    group = lab.group(dn)

    assert outcome(lab.service.delete(dn)).code == 0

    assert lab.read(group, "member")["member"] == []


@pytest.mark.requirement("A-48")
def test_a_moved_account_keeps_its_guid_and_its_groups(lab: Lab) -> None:
    dn = lab.account()
    group = lab.group(dn)
    guid = lab.read(dn, "objectGUID")["objectGUID"]
    moved = dn.replace(LILAS, PARTIS)

    assert lab.move(dn, PARTIS).code == 0

    assert not lab.is_there(dn)
    assert lab.read(moved, "objectGUID")["objectGUID"] == guid
    assert lab.read(group, "member")["member"] == [moved.encode()]


@pytest.mark.requirement("A-48")
def test_an_account_is_moved_by_its_guid(lab: Lab) -> None:
    dn = lab.account()
    guid = UUID(bytes_le=lab.read(dn, "objectGUID")["objectGUID"][0])
    rdn = dn.partition(",")[0]

    assert lab.move(f"<GUID={guid}>", PARTIS, rdn=rdn).code == 0

    assert lab.is_there(f"{rdn},{lab.dn(PARTIS)}")


@pytest.mark.requirement("A-48")
def test_a_rename_changes_cn_and_name(lab: Lab) -> None:
    dn, name = lab.account(), f"Élodie {unique()}"

    assert lab.move(dn, LILAS, rdn=f"CN={name}").code == 0

    found = lab.read(f"CN={name},{lab.dn(LILAS)}", "cn", "name", "distinguishedName")
    assert found["cn"] == found["name"] == [name.encode()]


@pytest.mark.requirement("A-48")
def test_a_name_that_is_taken_there_is_68(lab: Lab) -> None:
    dn, other = lab.account(), lab.account(ou=PARTIS)

    assert lab.move(dn, PARTIS, rdn=other.partition(",")[0]).code == 68
    assert lab.is_there(dn)


@pytest.mark.requirement("A-54")
def test_the_target_of_a_move_is_missing(lab: Lab) -> None:
    dn = lab.account()

    assert lab.move(dn, f"OU=Absente,{LILAS}").code == known("the target of a move is missing", lab.kind)
    assert lab.is_there(dn)


@pytest.mark.requirement("A-48")
def test_what_has_something_below_is_not_deleted(lab: Lab) -> None:
    assert outcome(lab.admin.delete(lab.dn(LILAS))).code == 66
