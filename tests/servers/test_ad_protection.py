"""Whom the server never touches, whatever the directory would let it do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ldap3 import MODIFY_ADD, MODIFY_REPLACE

from shared.errors import NotFound, Refused, WidipError
from tests.servers.ad_relay import ADD, MODIFY, MOVE
from tests.servers.ad_world import SOINS, Person, World
from tests.simulators.ad_lab import LILAS, PASSWORD, Lab, quoted, unique

WRITES = ["reset_password", "unlock_account", "disable_account", "enable_account", "move_to_ou", "copy_groups_from"]
each_write = pytest.mark.parametrize("tool", WRITES)


def given(ad: World, tool: str, login: str) -> dict[str, Any]:
    """The arguments of a write about an account."""
    match tool:
        case "move_to_ou":
            return {"samaccountname": login, "target_ou": ad.place.dn(SOINS)}
        case "copy_groups_from":
            model = ad.account()
            ad.lab.group(model.dn)
            return {"source_user": model.login, "target_user": login}
    return {"samaccountname": login}


def join(lab: Lab, group: str, member: str) -> None:
    done = lab.modify(group, {"member": [(MODIFY_ADD, [member])]}, by=lab.admin)
    assert done.code == 0, done


def stamp(ad: World, person: Person) -> None:
    person.put(adminCount="1")


def make_domain_admin(ad: World, person: Person) -> None:
    """Today: AD has not stamped him yet, and the delegation would let us."""
    join(ad.lab, ad.place.dn("CN=Domain Admins,CN=Users"), person.dn)


def make_nested_operator(ad: World, person: Person) -> None:
    inner = ad.lab.group(person.dn)
    outer = ad.lab.group(inner)
    join(ad.lab, ad.place.dn("CN=Account Operators,CN=Builtin"), outer)


def make_primary_admin(ad: World, person: Person) -> None:
    """By the primary group, which member and memberOf do not show."""
    make_domain_admin(ad, person)
    person.put(primaryGroupID="512")


def trust_for_delegation(_ad: World, person: Person) -> None:
    person.put(userAccountControl=str(0x200 | 0x80000))


PROMOTIONS = [stamp, make_domain_admin, make_nested_operator, make_primary_admin, trust_for_delegation]
Promotion = Callable[[World, Person], None]


@pytest.mark.requirement("A-16")
@each_write
@pytest.mark.parametrize("promote", PROMOTIONS)
async def test_a_privileged_account_in_a_delegated_ou_is_refused(ad: World, tool: str, promote: Promotion) -> None:
    person = ad.account(control=514 if tool == "enable_account" else 512)
    ask = given(ad, tool, person.login)
    person.lock()
    promote(ad, person)
    before = person.number("uSNChanged")

    with pytest.raises(Refused, match=f"{person.login} is a protected account"):
        await ad.call(tool, as_="operator", **ask)

    assert person.number("uSNChanged") == before
    assert ad.relay.count(MODIFY) == ad.relay.count(MOVE) == 0


@pytest.mark.requirement("A-70")
@pytest.mark.parametrize("promote", PROMOTIONS)
async def test_reads_tell_whom_every_write_would_refuse(ad: World, promote: Promotion) -> None:
    person = ad.account()
    before = await _told(ad, person)
    promote(ad, person)

    assert before == [False, False]
    assert await _told(ad, person) == [True, True]


@pytest.mark.requirement("A-70")
async def test_reads_tell_that_our_own_account_is_protected(whole_domain: World) -> None:
    for login in ("Administrator", "svc-widip"):
        told = await whole_domain.call("get_account_status", as_="operator", samaccountname=login)
        assert told["protected"] is True, login


@pytest.mark.requirement("A-70")
async def test_reads_tell_everybody_protected_while_nobody_knows_whom_the_settings_protect(open_ad: Any) -> None:
    ad: World = await open_ad(ad_protected_groups="Nulle-Part")

    assert await _told(ad, ad.account()) == [True, True]


async def _told(ad: World, person: Person) -> list[bool]:
    status = await ad.call("get_account_status", samaccountname=person.login)
    account = await ad.call("find_account_by_guid", object_guid=str(person.guid))
    return [status["protected"], account["protected"]]


@pytest.mark.requirement("A-16")
async def test_the_delegation_would_have_let_us(ad: World) -> None:
    """The refusals above are the server's own: the same account, reset by the same service account past the server."""
    person = ad.account()
    make_domain_admin(ad, person)

    done = ad.lab.modify(person.dn, {"unicodePwd": [(MODIFY_REPLACE, [quoted("Volé-Par-Moi-9")])]})

    assert done.code == 0


@pytest.mark.requirement("A-16")
@each_write
@pytest.mark.parametrize("login", ["Administrator", "krbtgt", "Guest", "svc-widip"])
async def test_built_in_accounts_and_our_own_are_refused_to_a_token_of_the_whole_domain(
    whole_domain: World, tool: str, login: str
) -> None:
    ad = whole_domain

    with pytest.raises(Refused, match="protected account"):
        await ad.call(tool, as_="operator", **given(ad, tool, login))

    assert ad.relay.count(MODIFY) == ad.relay.count(MOVE) == 0


@pytest.mark.requirement("A-16")
@each_write
async def test_a_computer_is_no_account(ad: World, tool: str) -> None:
    login = f"{unique()}$"
    attributes = {"sAMAccountName": login, "userAccountControl": "4096"}
    dn = f"CN={login[:-1]},{ad.place.dn(LILAS)}"
    ad.lab.made_by(ad.lab.admin, dn, ["top", "person", "organizationalPerson", "user", "computer"], attributes)

    for name in (login, login[:-1]):
        with pytest.raises(WidipError) as refused:
            await ad.call(tool, **given(ad, tool, name))
        assert refused.value.code in ("not_found", "invalid_input")


@pytest.mark.requirement("A-17")
@pytest.mark.parametrize("promote", PROMOTIONS)
async def test_an_account_that_is_promoted_between_the_look_and_the_write_is_refused(
    ad: World, promote: Promotion
) -> None:
    """The last look is the one just before the write: what comes after the first is seen."""
    person = ad.account()
    seen = ad.relay.plant_nth_look(person.guid, 2, before=_then(promote, ad, person))

    with pytest.raises(Refused, match="protected"):
        await ad.call("reset_password", samaccountname=person.login)

    assert seen.seen.is_set()
    assert ad.relay.count(MODIFY) == 0
    assert person.opens_with(PASSWORD) == ""


@pytest.mark.requirement("A-30")
@each_write
async def test_an_account_that_is_promoted_between_two_tries_of_a_write_is_refused(ad: World, tool: str) -> None:
    person = ad.account(control=514 if tool == "enable_account" else 512)
    ask = given(ad, tool, person.login)
    if tool == "unlock_account":
        person.lock()
    planted = ad.relay.plant(
        MOVE if tool == "move_to_ou" else MODIFY, "", "busy", before=_then(make_domain_admin, ad, person)
    )

    with pytest.raises(Refused, match="protected"):
        await ad.call(tool, key="k", **ask)

    assert planted.seen.is_set()
    assert ad.relay.count(MODIFY) + ad.relay.count(MOVE) == 1


@pytest.mark.requirement("A-30")
@pytest.mark.parametrize("step", ["unicodePwd", "userAccountControl"])
async def test_a_new_account_that_is_promoted_between_two_tries_is_left_as_it_is(ad: World, step: str) -> None:
    asked = {"firstname": "A", "lastname": "Martin", "username": unique(), "ou_path": ad.place.dn(LILAS)}

    async def promote() -> None:
        found = ad.find(asked["username"])
        assert found is not None
        make_domain_admin(ad, ad.made(found.dn))

    ad.relay.plant(MODIFY, step, "busy", before=promote)

    with pytest.raises(Refused, match="protected"):
        await ad.call("create_user", key="k", **asked)

    assert ad.relay.count(MODIFY, step) == 1


@pytest.mark.requirement("A-30")
async def test_a_group_that_becomes_privileged_between_two_tries_gets_no_member(ad: World) -> None:
    source, target = ad.account(), ad.account()
    group = ad.lab.group(source.dn)

    async def promote() -> None:
        join(ad.lab, ad.place.dn("CN=Account Operators,CN=Builtin"), group)

    ad.relay.plant(MODIFY, "member", "busy", before=promote)

    with pytest.raises(Refused, match="privileged"):
        await ad.call("copy_groups_from", key="k", source_user=source.login, target_user=target.login)

    assert target.groups == set()


def _then(promote: Promotion, ad: World, person: Person) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        promote(ad, person)

    return do


@pytest.mark.requirement("A-17")
@each_write
async def test_a_write_follows_the_account_and_not_the_name(ad: World, tool: str) -> None:
    """Between the last look and the write, somebody renames the account and gives its name to another one."""
    person = ad.account(control=514 if tool == "enable_account" else 512)
    ask = given(ad, tool, person.login)
    if tool == "unlock_account":
        person.lock()
    impostor: list[Person] = []

    async def swap() -> None:
        ad.lab.move(person.dn, LILAS, rdn=f"CN={unique()}", by=ad.lab.admin)
        other = unique()
        person.put(sAMAccountName=other, userPrincipalName=f"{other}@widip.local")
        impostor.append(
            ad.account(name=person.dn.partition(",")[0][3:], sAMAccountName=person.login, control=ad_control(tool))
        )

    ad.relay.plant(MOVE if tool == "move_to_ou" else MODIFY, "", before=swap)

    await ad.call(tool, **ask)

    ad.lab.made.append(person.place)
    other = impostor[0]
    assert (other.place, other.groups) == (other.dn, set())
    assert other.opens_with(PASSWORD) == ("533" if tool == "enable_account" else "")
    assert other.number("userAccountControl") == ad_control(tool)
    assert person.groups or tool != "copy_groups_from"


def ad_control(tool: str) -> int:
    """Disabled where enabling is asked."""
    return 514 if tool == "enable_account" else 512


@pytest.mark.requirement("A-16")
async def test_a_group_of_the_settings_protects_its_members(lab: Lab, open_ad: Any) -> None:
    member = lab.account()
    group = lab.group(lab.group(member))
    ad: World = await open_ad(ad_protected_groups=lab.text(group, "sAMAccountName"))
    login = lab.text(member, "sAMAccountName")

    with pytest.raises(Refused, match="AD_PROTECTED_GROUPS"):
        await ad.call("disable_account", samaccountname=login)

    await ad.call("disable_account", samaccountname=ad.account().login)


@pytest.mark.requirement("A-16")
async def test_a_group_of_the_settings_that_is_not_there_stops_every_write(lab: Lab, open_ad: Any) -> None:
    """Renamed, it would protect nobody any more."""
    ad: World = await open_ad(ad_protected_groups="Nulle-Part")
    person = ad.account()

    with pytest.raises(Refused, match="Nulle-Part"):
        await ad.call("disable_account", samaccountname=person.login)

    assert (await ad.call("get_account_status", samaccountname=person.login))["status"]["disabled"] is False
    status, said = await ad.ready()
    assert status == 503
    assert "Nulle-Part" in said["reason"]


@pytest.mark.requirement("A-16")
async def test_nothing_is_made_in_the_name_of_a_built_in_account(ad: World) -> None:
    asked = {"firstname": "A", "lastname": "B", "username": "Administrator", "ou_path": ad.place.dn(LILAS)}

    with pytest.raises(WidipError, match="taken"):
        await ad.call("create_user", **asked)

    assert ad.relay.count(ADD) == 0


@pytest.mark.requirement("A-05")
@each_write
async def test_no_write_reaches_an_account_of_another_ou(ad: World, tool: str) -> None:
    person = ad.account(ou="OU=Tilleuls,OU=Clients", control=ad_control(tool))
    before = person.number("uSNChanged")
    ask = given(ad, tool, person.login)

    with pytest.raises(NotFound, match=f"no account {person.login} in the OUs"):
        await ad.call(tool, as_="lilas", **ask)
    with pytest.raises(Refused, match="lists no OU"):
        await ad.call(tool, as_="homeless", **ask)

    assert person.number("uSNChanged") == before
    assert ad.relay.count(MODIFY) == ad.relay.count(MOVE) == 0
