"""A colleague's groups: one by one, none that is privileged, none of somebody else's."""

from __future__ import annotations

from typing import Any

import pytest

from servers.ad.memberships import IN_CHAIN
from shared.errors import InvalidInput, NotFound, OutcomeUnknown, Refused
from tests.servers.ad_relay import MODIFY, SEARCH
from tests.servers.ad_world import ROSES, TILLEULS, Person, World
from tests.simulators.ad_lab import LILAS, Lab


def nest(lab: Lab, group: str, above: str) -> None:
    """Put a group (or an account) into a built-in group."""
    done = lab.modify(lab.place.dn(above), {"member": [("MODIFY_ADD", [group])]}, by=lab.admin)
    assert done.code == 0, done


async def copy(ad: World, source: Person, target: Person, **how: Any) -> dict[str, str]:
    """Group and outcome."""
    done = await ad.call("copy_groups_from", source_user=source.login, target_user=target.login, **how)
    assert done["object_guid"] == str(target.guid)
    return {row["group"]: row["outcome"] for row in done["groups"]}


def name(dn: str) -> str:
    return dn.partition(",")[0].removeprefix("CN=")


@pytest.mark.requirement("A-15")
async def test_groups_are_copied_and_each_says_what_became_of_it(ad: World) -> None:
    source, target = ad.account(), ad.account()
    new, shared = ad.lab.group(source.dn), ad.lab.group(source.dn, target.dn)

    first, second = await copy(ad, source, target), await copy(ad, source, target)

    assert first == {name(new): "added", name(shared): "already_member"}
    assert second == {name(new): "already_member", name(shared): "already_member"}
    assert target.groups == {new, shared}
    assert source.groups == {new, shared}


@pytest.mark.requirement("A-15")
@pytest.mark.parametrize(
    "above",
    ["CN=Domain Admins,CN=Users", "CN=Account Operators,CN=Builtin", "CN=Backup Operators,CN=Builtin"],
)
@pytest.mark.parametrize("depth", [0, 1, 2])
async def test_no_privileged_group_is_copied_at_any_depth(ad: World, above: str, depth: int) -> None:
    """A group of the client's own, in the client's OU, that is in a privileged one."""
    source, target = ad.account(), ad.account()
    harmless = ad.lab.group(source.dn)
    lowest = trap = ad.lab.group(source.dn)
    for _ in range(depth):
        trap = ad.lab.group(trap)
    nest(ad.lab, trap, above)

    outcomes = await copy(ad, source, target, as_="operator")

    assert outcomes[name(lowest)] == "privileged"
    assert outcomes[name(harmless)] == "added"
    assert target.groups == {harmless}


@pytest.mark.requirement("A-36")
@pytest.mark.parametrize("depth", [1, 2])
async def test_a_group_in_a_group_that_we_may_not_read_is_not_copied(ad: World, depth: int) -> None:
    """The search for its parents finds nothing; that it has one is seen all the same."""
    source, target = ad.account(), ad.account()
    lowest = trap = ad.lab.group(source.dn)
    for _ in range(depth - 1):
        trap = ad.lab.group(trap)
    nest(ad.lab, trap, "CN=Account Operators,CN=Builtin")
    ad.relay.plant(SEARCH, IN_CHAIN, "empty", times=20)

    outcomes = await copy(ad, source, target)

    assert outcomes[name(lowest)] == "privileged"
    assert lowest not in target.groups


@pytest.mark.requirement("A-36")
async def test_of_a_model_whose_privilege_no_group_explains_nothing_is_copied(ad: World) -> None:
    """Any of its groups may be the reason."""
    source, target = ad.account(), ad.account()
    group = ad.lab.group(source.dn)
    nest(ad.lab, source.dn, "CN=Domain Admins,CN=Users")
    source.put(primaryGroupID="512")  # so that memberOf no longer shows it

    assert (await copy(ad, source, target))[name(group)] == "privileged"
    assert target.groups == set()


@pytest.mark.requirement("A-15")
async def test_the_built_in_groups_themselves_are_out_of_reach(simulated_ad: World) -> None:
    """Even for a token whose OU is the whole domain."""
    ad = simulated_ad
    source, target = ad.account(), ad.account()
    nest(ad.lab, source.dn, "CN=Backup Operators,CN=Builtin")

    outcomes = await copy(ad, source, target)

    assert outcomes == {"Backup Operators": "out_of_scope"}
    assert target.groups == set()


@pytest.mark.requirement("A-15")
async def test_a_group_that_was_stamped_is_not_copied(ad: World) -> None:
    source, target = ad.account(), ad.account()
    group = ad.lab.group(source.dn)
    ad.lab.modify(group, {"adminCount": [("MODIFY_REPLACE", ["1"])]}, by=ad.lab.admin)

    assert await copy(ad, source, target) == {name(group): "privileged"}
    assert target.groups == set()


@pytest.mark.requirement("A-15")
async def test_a_group_of_another_client_is_not_copied(ad: World) -> None:
    source, target = ad.account(), ad.account()
    group = ad.lab.group(source.dn, ou=TILLEULS)

    assert await copy(ad, source, target, as_="lilas") == {name(group): "out_of_scope"}
    assert target.groups == set()
    assert await copy(ad, source, target) == {name(group): "added"}


@pytest.mark.requirement("A-15")
async def test_a_group_that_is_not_delegated_fails_alone(ad: World) -> None:
    source, target = ad.account(), ad.account()
    foreign, own = ad.lab.group(source.dn, ou=ROSES), ad.lab.group(source.dn)

    assert await copy(ad, source, target) == {name(foreign): "failed", name(own): "added"}


@pytest.mark.requirement("A-15")
@pytest.mark.parametrize(("source_ou", "target_ou"), [(TILLEULS, LILAS), (LILAS, TILLEULS)])
async def test_both_accounts_must_be_the_callers(ad: World, source_ou: str, target_ou: str) -> None:
    source, target = ad.account(ou=source_ou), ad.account(ou=target_ou)
    ad.lab.group(source.dn)

    with pytest.raises(NotFound):
        await copy(ad, source, target, as_="lilas")

    assert target.groups == set()


@pytest.mark.requirement("A-15")
async def test_an_account_is_no_model_of_itself(ad: World) -> None:
    person = ad.account()

    with pytest.raises(InvalidInput, match="one account"):
        await copy(ad, person, person)


@pytest.mark.requirement("A-18")
async def test_a_membership_whose_answer_was_lost_is_looked_at(ad: World) -> None:
    source, target = ad.account(), ad.account()
    group = ad.lab.group(source.dn)
    ad.relay.plant(MODIFY, "member", "drop_answer")

    assert await copy(ad, source, target, key="k") == {name(group): "added"}
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-18")
@pytest.mark.parametrize("kind", ["lost", "late"])
async def test_a_copy_that_was_interrupted_goes_on_where_it_stopped(ad: World, kind: Any) -> None:
    source, target = ad.account(), ad.account()
    groups = {ad.lab.group(source.dn) for _ in range(3)}
    first = sorted(groups)[0]
    ad.relay.plant(MODIFY, "member", times=1)
    ad.relay.plant(MODIFY, "member", kind)
    with pytest.raises(OutcomeUnknown):
        await copy(ad, source, target, key="k")
    await ad.relay.release()

    outcomes = await copy(ad, source, target, key="k")

    assert target.groups == groups
    assert outcomes[name(first)] == "already_member"


@pytest.mark.requirement("A-17")
async def test_a_target_that_is_promoted_in_between_gets_nothing_more(ad: World) -> None:
    source, target = ad.account(), ad.account()
    groups = sorted(ad.lab.group(source.dn) for _ in range(2))

    async def promote() -> None:
        nest(ad.lab, target.dn, "CN=Domain Admins,CN=Users")

    ad.relay.plant(MODIFY, "member", before=promote)

    with pytest.raises(Refused, match="protected"):
        await copy(ad, source, target)

    assert groups[1] not in target.groups
