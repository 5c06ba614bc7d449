"""What callers of the AD server see of people's accounts, and of whose."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import InvalidInput, NotFound, Refused
from tests.servers.ad_world import LILAS, PARTIS, ROSES, SOINS, TILLEULS, World
from tests.simulators.ad_lab import Lab, unique


@pytest.mark.requirement("A-01")
async def test_an_account_is_found_by_login_by_mail_and_by_part_of_its_name(ad: World) -> None:
    person = ad.account(name=f"Zoé O'Brien {unique()}", displayName="Zoé O'Brien", mail=f"{unique()}@lilas.example")
    asked = {
        "samaccountname": person.login.upper(),
        "email": person.text("mail"),
        "displayname": "é o'br",
    }

    for name, value in asked.items():
        found = (await ad.call("search_user", **{name: value}))["accounts"]
        mine = [account for account in found if account["samaccountname"] == person.login]
        assert [account["object_guid"] for account in mine] == [str(person.guid)], name
        assert mine[0]["dn"] == person.dn
        assert mine[0]["upn"] == f"{person.login}@widip.local"
        assert mine[0]["display_name"] == "Zoé O'Brien"
        assert mine[0]["groups"] == []


@pytest.mark.requirement("A-01")
async def test_all_that_is_given_must_fit(ad: World) -> None:
    person = ad.account(displayName="Jean-Éric Le Goff", mail=f"{unique()}@lilas.example")

    both = await ad.call("search_user", samaccountname=person.login, displayname="Jean-Éric")
    neither = await ad.call("search_user", samaccountname=person.login, displayname="Paulette")

    assert [account["samaccountname"] for account in both["accounts"]] == [person.login]
    assert neither == {"accounts": []}
    with pytest.raises(InvalidInput, match="give samaccountname, email or displayname"):
        await ad.call("search_user")


@pytest.mark.requirement("A-01")
async def test_a_search_shows_twenty_at_most_and_says_so(ad: World) -> None:
    shared = f"Homonyme {unique()}"
    for _ in range(21):
        ad.account(displayName=shared)

    found = await ad.call("search_user", displayname=shared)

    assert len(found["accounts"]) == 20
    assert found["truncated"] is True


@pytest.mark.requirement("A-02")
@pytest.mark.parametrize("text", ["*", "a*)(objectClass=*", "x)(|(cn=*", "\\2a", "a\\", "\0", "$(whoami)", "`id`;"])
@pytest.mark.parametrize("name", ["samaccountname", "displayname", "email"])
async def test_what_is_no_name_is_refused(ad: World, name: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        await ad.call("search_user", **{name: text})


@pytest.mark.requirement("A-02")
async def test_parentheses_in_a_display_name_are_searched_for_as_they_are(ad: World) -> None:
    mark = unique()
    person = ad.account(displayName=f"Lucie ({mark}) Moreau")
    ad.account(displayName=f"Lucie {mark} Moreau")

    found = await ad.call("search_user", displayname=f"Lucie ({mark})")

    assert [account["samaccountname"] for account in found["accounts"]] == [person.login]


@pytest.mark.requirement("A-03")
async def test_the_states_of_an_account_are_told_apart(ad: World) -> None:
    locked, disabled, expired, must_change, fine = (ad.account() for _ in range(5))
    locked.lock()
    disabled.put(userAccountControl="514")
    expired.put(accountExpires="133800000000000000")
    must_change.put(pwdLastSet="0")

    told = {}
    for person in (locked, disabled, expired, must_change, fine):
        status = (await ad.call("get_account_status", samaccountname=person.login))["status"]
        told[person.login] = [name for name, value in status.items() if value is True]

    assert told == {
        locked.login: ["locked_out"],
        disabled.login: ["disabled"],
        expired.login: ["expired"],
        must_change.login: ["must_change_password"],
        fine.login: [],
    }


@pytest.mark.requirement("A-04")
async def test_a_guid_finds_its_account_after_a_rename_and_a_move(ad: World) -> None:
    person = ad.account(ou=LILAS)
    ad.lab.move(person.dn, SOINS, rdn=f"CN={unique()}", by=ad.lab.admin)

    found = await ad.call("find_account_by_guid", object_guid=str(person.guid))

    assert found["samaccountname"] == person.login
    assert found["dn"] == person.place != person.dn


@pytest.mark.requirement("A-05")
@pytest.mark.parametrize("ou", [TILLEULS, ROSES])
async def test_accounts_of_other_ous_are_not_there(ad: World, ou: str) -> None:
    """Lilas sees nobody of Tilleuls, whichever way it asks."""
    person = ad.account(ou=ou, displayName=f"Invisible {unique()}", mail=f"{unique()}@x.example")

    for given in (
        {"samaccountname": person.login},
        {"email": person.text("mail")},
        {"displayname": person.text("displayName")},
    ):
        assert (await ad.call("search_user", as_="lilas", **given))["accounts"] == []
        assert len((await ad.call("search_user", **given))["accounts"]) == 1
    with pytest.raises(NotFound):
        await ad.call("get_account_status", as_="lilas", samaccountname=person.login)
    with pytest.raises(NotFound):
        await ad.call("find_account_by_guid", as_="lilas", object_guid=str(person.guid))


@pytest.mark.requirement("A-73")
@pytest.mark.parametrize("how", ["account", "group", "contact", "more addresses"])
@pytest.mark.parametrize("ou", [LILAS, TILLEULS, ROSES])
async def test_an_address_that_somebody_else_has_is_told_without_saying_who(ad: World, ou: str, how: str) -> None:
    address = f"{unique()}@lilas.example"
    person = ad.account(mail=address, proxyAddresses=f"SMTP:{address}")
    alone = await ad.call("search_user", as_="lilas", email=address.upper())
    share(ad, how, ou=ou, address=address)

    shared = await ad.call("search_user", as_="lilas", email=address)

    seen = 2 if (how, ou) == ("account", LILAS) else 1  # and who is seen is no other
    assert [account["object_guid"] for account in alone["accounts"]] == [str(person.guid)]
    assert (alone["others_exist"], len(shared["accounts"])) == (False, seen)
    assert shared["others_exist"] is (seen == 1)


def share(ad: World, how: str, *, ou: str, address: str) -> None:
    """Give the address to something else."""
    match how:
        case "account":
            ad.account(ou=ou, mail=address)
        case "group":
            ad.lab.modify(ad.lab.group(ou=ou), {"mail": [("MODIFY_REPLACE", [address])]}, by=ad.lab.admin)
        case "contact":
            classes = ["top", "person", "organizationalPerson", "contact"]
            ad.lab.made_by(ad.lab.admin, f"CN={unique()},{ad.place.dn(ou)}", classes, {"mail": address})
        case _:
            ad.account(ou=ou, mail=f"{unique()}@lilas.example", proxyAddresses=f"smtp:{address.upper()}")


@pytest.mark.requirement("A-73")
async def test_an_address_of_nobody_here_is_told_to_be_somebodys(ad: World) -> None:
    address = f"{unique()}@tilleuls.example"
    nobody = await ad.call("search_user", as_="lilas", email=address)
    ad.account(ou=TILLEULS, mail=address)

    assert nobody == {"accounts": [], "others_exist": False}
    assert await ad.call("search_user", as_="lilas", email=address) == {"accounts": [], "others_exist": True}


@pytest.mark.requirement("A-73")
async def test_an_address_of_an_account_outside_what_we_serve_is_told_to_be_somebodys(lab: Lab, open_ad: Any) -> None:
    ad: World = await open_ad(ad_base_dn=lab.place.dn("OU=Clients"))
    address = f"{unique()}@lilas.example"
    ad.account(ou="OU=Services", mail=address)

    assert await ad.call("search_user", email=address) == {"accounts": [], "others_exist": True}


@pytest.mark.requirement("A-73")
async def test_an_address_of_more_accounts_than_are_shown_has_others(ad: World) -> None:
    address = f"{unique()}@lilas.example"
    for _ in range(21):
        ad.account(mail=address)

    found = await ad.call("search_user", email=address)

    assert (len(found["accounts"]), found["truncated"], found["others_exist"]) == (20, True, True)


@pytest.mark.requirement("A-05")
async def test_a_token_without_ous_reads_nothing(ad: World) -> None:
    person = ad.account()

    for tool, given in (
        ("search_user", {"samaccountname": person.login}),
        ("get_account_status", {"samaccountname": person.login}),
        ("find_account_by_guid", {"object_guid": str(person.guid)}),
        ("list_ous", {}),
    ):
        with pytest.raises(Refused, match="lists no OU"):
            await ad.call(tool, as_="homeless", **given)


@pytest.mark.requirement("A-06")
async def test_the_ous_of_a_caller_are_listed_outermost_first(ad: World) -> None:
    mine = await ad.call("list_ous", as_="lilas")
    inner = await ad.call("list_ous", as_="operator", under=ad.place.dn(LILAS).upper())

    assert [ou["dn"] for ou in mine["ous"]] == [ad.place.dn(ou) for ou in (LILAS, PARTIS, SOINS)]
    assert inner == mine
    with pytest.raises(NotFound):
        await ad.call("list_ous", as_="lilas", under=ad.place.dn(TILLEULS))


@pytest.mark.requirement("A-06")
@pytest.mark.parametrize("text", ["Lilas", "OU=,DC=x", "OU=Lilas\\", "OU=Li\\zzlas,,DC=x"])
async def test_an_ou_that_is_no_distinguished_name_is_refused(ad: World, text: str) -> None:
    with pytest.raises(InvalidInput):
        await ad.call("list_ous", under=text)
