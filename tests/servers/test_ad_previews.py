"""A colleague's groups as a person approves them: told before, and only those afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from servers.ad.memberships import IN_CHAIN
from shared.errors import InvalidInput, NotFound
from tests.servers.ad_relay import MODIFY, SEARCH
from tests.servers.ad_world import ROSES, TILLEULS, Person, World
from tests.servers.test_ad_groups import name, nest


async def preview(ad: World, source: Person, **how: Any) -> dict[str, str]:
    """Distinguished name and outcome."""
    told = await ad.call("preview_copied_groups", source_user=source.login, **how)
    assert (told["samaccountname"], told["object_guid"]) == (source.login, str(source.guid))
    assert [row["group"] for row in told["groups"]] == [name(row["dn"]) for row in told["groups"]]
    return {row["dn"]: row["outcome"] for row in told["groups"]}


async def copy_only(ad: World, source: Person, target: Person, only: list[str], **how: Any) -> dict[str, str]:
    """The same of what was copied."""
    done = await ad.call("copy_groups_from", source_user=source.login, target_user=target.login, only=only, **how)
    return {row["dn"]: row["outcome"] for row in done["groups"]}


@pytest.mark.requirement("A-72")
async def test_preview_says_what_a_copy_would_do_and_does_nothing(ad: World) -> None:
    source, target = ad.account(), ad.account()
    own, inner, foreign = ad.lab.group(source.dn), ad.lab.group(source.dn), ad.lab.group(source.dn, ou=TILLEULS)
    nest(ad.lab, ad.lab.group(inner), "CN=Account Operators,CN=Builtin")

    told = await preview(ad, source, as_="lilas")
    done = await copy_only(ad, source, target, list(told), as_="lilas")

    assert told == {own: "copyable", inner: "privileged", foreign: "out_of_scope"}
    assert done == {own: "added", inner: "privileged", foreign: "out_of_scope"}
    assert ad.relay.count(MODIFY) == 1
    assert source.groups == {own, inner, foreign}


@pytest.mark.requirement("A-72")
async def test_preview_of_what_cannot_be_judged_is_privileged(ad: World) -> None:
    source = ad.account()
    group = ad.lab.group(source.dn)
    nest(ad.lab, group, "CN=Account Operators,CN=Builtin")
    ad.relay.plant(SEARCH, IN_CHAIN, "empty", times=20)

    assert await preview(ad, source) == {group: "privileged"}


@pytest.mark.requirement("A-72")
async def test_preview_of_an_account_of_another_ou_is_not_there(ad: World) -> None:
    source = ad.account(ou=ROSES)

    with pytest.raises(NotFound):
        await preview(ad, source, as_="lilas")


@pytest.mark.requirement("A-71")
async def test_only_what_was_approved_is_copied(ad: World) -> None:
    source, target = ad.account(), ad.account()
    approved, refused = ad.lab.group(source.dn), ad.lab.group(source.dn)

    assert await copy_only(ad, source, target, [approved.upper()]) == {approved: "added"}
    assert await copy_only(ad, source, target, [approved]) == {approved: "already_member"}
    assert target.groups == {approved}
    assert refused in source.groups
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-71")
async def test_group_that_the_model_joined_or_left_since_is_not_copied(ad: World) -> None:
    source, target = ad.account(), ad.account()
    stayed, left = ad.lab.group(source.dn), ad.lab.group(source.dn)
    approved = [*await preview(ad, source)]
    ad.lab.modify(left, {"member": [("MODIFY_DELETE", [source.dn])]}, by=ad.lab.admin)
    ad.lab.group(source.dn)

    assert await copy_only(ad, source, target, approved) == {stayed: "added"}
    assert target.groups == {stayed}


@pytest.mark.requirement("A-71")
async def test_group_that_became_privileged_after_the_approval_is_not_copied(ad: World) -> None:
    source, target = ad.account(), ad.account()
    group = ad.lab.group(source.dn)
    approved = [*await preview(ad, source)]
    nest(ad.lab, group, "CN=Account Operators,CN=Builtin")

    assert await copy_only(ad, source, target, approved) == {group: "privileged"}
    assert target.groups == set()


@pytest.mark.requirement("A-71")
async def test_no_approved_group_copies_nothing(ad: World) -> None:
    source, target = ad.account(), ad.account()
    ad.lab.group(source.dn)

    assert await copy_only(ad, source, target, []) == {}
    assert (target.groups, ad.relay.count(MODIFY)) == (set(), 0)


@pytest.mark.requirement("A-71")
@pytest.mark.parametrize("only", [["Lilas-Soins"], ["CN=Lilas\\"], ["x"], ["CN=A,DC=widip"] * 101])
async def test_approved_groups_are_distinguished_names(ad: World, only: list[str]) -> None:
    source, target = ad.account(), ad.account()
    ad.lab.group(source.dn)

    with pytest.raises(InvalidInput):
        await copy_only(ad, source, target, only)

    assert target.groups == set()
