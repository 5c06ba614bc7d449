"""The stand-in GLPI: search, users and categories (contracts/glpi.md, sections 5 to 7)."""

from __future__ import annotations

import pytest

from tests.simulators.glpi_client import API, Clock, add, create_ticket, found, get, logged_in, make_glpi, put, refusal

pytestmark = pytest.mark.asyncio


async def test_search_without_match_has_no_data_key() -> None:
    async with logged_in(make_glpi()) as client:
        answer = await found(client, "Ticket", {"field": 1, "searchtype": "contains", "value": "introuvable"})

    assert (answer["totalcount"], answer["count"]) == (0, 0)
    assert "data" not in answer


async def test_changed_since_is_strict_and_sorted() -> None:
    clock = Clock()
    async with logged_in(make_glpi(clock=clock)) as client:
        cursor = (await get(client, "Ticket/1"))["date_mod"]
        clock.move(seconds=1)
        second = await create_ticket(client)
        clock.move(seconds=1)
        third = await create_ticket(client)
        changed = {"field": 19, "searchtype": "morethan", "value": cursor}
        answer = await client.get(
            f"{API}/search/Ticket",
            params={f"criteria[0][{key}]": value for key, value in changed.items()}
            | {"forcedisplay[0]": 2, "sort": 19, "order": "DESC", "range": "0-0"},
        )

    body = answer.json()
    assert (answer.status_code, body["totalcount"], body["sort"], body["order"]) == (206, 2, [19], ["DESC"])
    assert body["data"][0]["2"] == third
    assert body["content-range"] == "0-0/2"
    assert second != third


async def test_search_shows_several_actors_as_strings_and_one_alone() -> None:
    async with logged_in(make_glpi()) as client:
        one = await found(client, "Ticket", {"field": 2, "searchtype": "equals", "value": 1}, **{"forcedisplay[0]": 5})
        await add(client, "Ticket_User", tickets_id=1, users_id=6, type=2)
        two = await found(client, "Ticket", {"field": 2, "searchtype": "equals", "value": 1}, **{"forcedisplay[0]": 5})

    assert one["data"][0]["5"] == "10"
    assert two["data"][0]["5"] == ["10", "6"]


async def test_criteria_link_nest_and_know_notold() -> None:
    async with logged_in(make_glpi()) as client:
        solved = await create_ticket(client, name="Alpha", status=5)
        opened = await create_ticket(client, name="Beta")
        alpha = {"field": 1, "searchtype": "contains", "value": "alpha"}
        beta = {"link": "OR", "field": 1, "searchtype": "contains", "value": "^beta$"}
        either = await found(client, "Ticket", alpha, beta)
        not_old = await found(client, "Ticket", {"field": 12, "searchtype": "equals", "value": "notold"})
        nested = {
            "link": "AND",
            "criteria][0][field": 1,
            "criteria][0][searchtype": "contains",
            "criteria][0][value": "alpha",
        }
        both = await found(client, "Ticket", {"field": 80, "searchtype": "under", "value": 0}, nested)

    assert {row["2"] for row in either["data"]} == {solved, opened}
    assert {row["2"] for row in not_old["data"]} == {1, opened}
    assert {row["2"] for row in both["data"]} == {solved}


async def test_search_leaves_the_bin_out_unless_asked() -> None:
    async with logged_in(make_glpi()) as client:
        await client.delete(f"{API}/Ticket/1")
        usual = await found(client, "Ticket")
        in_bin = await found(client, "Ticket", is_deleted=1)

    assert (usual["totalcount"], in_bin["totalcount"]) == (0, 1)


async def test_unknown_search_field_is_an_error() -> None:
    async with logged_in(make_glpi()) as client:
        answer = await client.get(f"{API}/search/Ticket?criteria[0][field]=4242&criteria[0][value]=x")

    assert refusal(answer) == (400, "ERROR")


async def test_email_is_found_by_contains_and_never_by_equals() -> None:
    async with logged_in(make_glpi()) as client:
        one = {"field": 5, "searchtype": "contains", "value": "^accueil@lilas.example$"}
        anchored = await found(client, "User", one, **{"forcedisplay[0]": 2, "forcedisplay[1]": 5})
        equals = await found(client, "User", one | {"searchtype": "equals", "value": "accueil@lilas.example"})
        login = await found(client, "User", {"field": 1, "searchtype": "contains", "value": "^CORIA$"})

    assert {row["2"] for row in anchored["data"]} == {21, 22}
    assert "data" not in equals
    assert login["data"][0]["1"] == "coria"


async def test_login_is_taken_whatever_its_case_even_from_the_bin() -> None:
    async with logged_in(make_glpi()) as client:
        await client.delete(f"{API}/User/20")
        taken = await client.post(f"{API}/User", json={"input": {"name": "CORIA"}})
        nameless = await client.post(f"{API}/User", json={"input": {"realname": "X"}})

    assert refusal(taken) == (400, "ERROR_GLPI_ADD")
    assert refusal(nameless) == (400, "ERROR_GLPI_ADD")


async def test_password_needs_its_repetition() -> None:
    app = make_glpi()
    app.state.glpi.credentials_login = True
    async with logged_in(app) as client:
        chosen = {"password": "s3cret-1"}
        await add(client, "User", name="a", **chosen)
        await add(client, "User", name="b", **chosen, password2=chosen["password"])
        different = {"name": "c", **chosen, "password2": "other"}
        mismatch = await client.post(f"{API}/User", json={"input": different})
        logins = [
            (await client.post(f"{API}/initSession", json={"login": login, **chosen})).status_code
            for login in ("a", "b")
        ]

    assert refusal(mismatch) == (400, "ERROR_GLPI_ADD")
    assert logins == [401, 200]


async def test_new_user_has_addresses_and_the_default_or_given_right() -> None:
    async with logged_in(make_glpi()) as client:
        plain = await add(client, "User", name="jdoe", _useremails=["j@x.example"])
        given = await add(client, "User", name="pdoe", _profiles_id=6, _entities_id=2, _is_recursive=1)
        await put(client, f"User/{plain}", _useremails={"-1": "second@x.example"})
        addresses = await get(client, f"User/{plain}/UserEmail")
        rights = [(await get(client, f"User/{user}/Profile_User"))[0] for user in (plain, given)]
        row = await get(client, f"User/{plain}")

    assert [(one["email"], one["is_default"]) for one in addresses] == [("j@x.example", 1), ("second@x.example", 0)]
    assert [(right["profiles_id"], right["is_dynamic"]) for right in rights] == [(1, 1), (6, 0)]
    assert {"authtype", "user_dn", "sync_field"} <= row.keys()
    assert "password" not in row


async def test_new_default_address_takes_over_and_a_bad_one_is_refused() -> None:
    async with logged_in(make_glpi()) as client:
        await add(client, "UserEmail", users_id=20, email="claire@x.example", is_default=1)
        bad = await client.post(f"{API}/UserEmail", json={"input": {"users_id": 20, "email": "nope"}})
        addresses = await get(client, "User/20/UserEmail")

    assert (bad.status_code, bad.json()) == (400, ["ERROR_GLPI_ADD", ""])
    assert [row["is_default"] for row in addresses] == [0, 1]


async def test_categories_carry_their_path() -> None:
    async with logged_in(make_glpi(), "admin") as client:
        rows = await get(client, "ITILCategory", range="0-999")
        encoded = (await client.get(f"{API}/ITILCategory/2")).json()["completename"]

    assert {row["completename"] for row in rows} >= {"Réseau > LAN", "Compte > Accès", "Logiciel de soins > Accès"}
    assert encoded == "Réseau &#62; LAN"
