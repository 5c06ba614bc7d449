"""Accounts: found by address or login, created once, changed with a check, disabled."""

from __future__ import annotations

from typing import Any

import pytest

from shared.errors import InvalidInput, NotFound, OutcomeUnknown, Refused, UpstreamRejected
from tests.servers.glpi_world import CLAIRE, PAUL, ZOE, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
NEWCOMER = {"firstname": "Léa", "lastname": "N'Guyen", "email": "l.nguyen@lilas.example", "login": "lnguyen"}


async def test_account_is_found_by_login_and_by_any_of_its_addresses_whatever_the_case(glpi: World) -> None:
    by_login = await glpi.call("get_glpi_user", login="ZOBRIEN")
    by_email = await glpi.call("get_glpi_user", email="Z.OBrien@lilas.example")

    assert by_login == by_email
    assert by_login["users"] == [
        {
            "user_id": ZOE,
            "login": "zobrien",
            "firstname": "Zoé",
            "lastname": "O'Brien",
            "emails": ["z.obrien@lilas.example", "accueil@lilas.example"],
            "active": True,
            "directory_dn": "CN=Zoé O'Brien,OU=Lilas,OU=Clients,DC=widip,DC=local",
            "object_guid": "5d27568e-4caa-53cf-a69a-ff1a35b7ff7d",
        }
    ]


async def test_address_that_two_accounts_share_gives_both(glpi: World) -> None:
    found = await glpi.call("get_glpi_user", email="accueil@lilas.example")

    assert [user["user_id"] for user in found["users"]] == [ZOE, PAUL]


@pytest.mark.parametrize(
    "wanted", [{"email": "obrien@lilas.example"}, {"login": "zob"}, {"email": "z.obrien@lilas.exam"}]
)
async def test_part_of_a_name_finds_nobody(glpi: World, wanted: dict[str, str]) -> None:
    assert await glpi.call("get_glpi_user", **wanted) == {"users": []}


@pytest.mark.parametrize("alike", [25, 130])
async def test_account_is_found_behind_many_that_glpi_takes_for_alike(glpi: World, alike: int) -> None:
    """To GLPI accents do not count, and `_` and `%` stand for anything."""
    _insert_alike(glpi, alike)
    exact = _insert_user(glpi, "a_martin", "a_martin@lilas.example")

    by_login = await glpi.call("get_glpi_user", login="a_martin")
    by_email = await glpi.call("get_glpi_user", email="a_martin@lilas.example")

    assert [user["user_id"] for user in by_login["users"]] == [exact]
    assert by_email == by_login


@pytest.mark.parametrize("wanted", [{"login": "a_martin"}, {"email": "a_martin@lilas.example"}])
async def test_search_among_too_many_alike_is_refused_and_not_guessed(glpi: World, wanted: dict[str, str]) -> None:
    _insert_alike(glpi, 501)

    with pytest.raises(InvalidInput, match="over 500"):
        await glpi.call("get_glpi_user", **wanted)


async def test_address_of_very_many_accounts_shows_some_and_says_so(glpi: World) -> None:
    for number in range(21):
        _insert_user(glpi, f"poste{number}", "postes@lilas.example")

    found = await glpi.call("get_glpi_user", email="postes@lilas.example")

    assert (len(found["users"]), found["truncated"]) == (20, True)


async def test_account_in_the_bin_is_not_found(glpi: World) -> None:
    glpi.state.users[ZOE]["is_deleted"] = 1

    by_login = await glpi.call("get_glpi_user", login="zobrien")
    by_email = await glpi.call("get_glpi_user", email="accueil@lilas.example")

    assert by_login["users"] == []
    assert [user["user_id"] for user in by_email["users"]] == [PAUL]


async def test_link_to_a_directory_is_told_for_directory_accounts_only(glpi: World) -> None:
    glpi.state.users[ZOE] |= {"authtype": 3, "user_dn": "CN=Zoé,OU=Lilas"}
    glpi.state.users[PAUL] |= {"authtype": 1, "user_dn": "CN=Paul,OU=Forged"}

    found = await glpi.call("get_glpi_user", email="accueil@lilas.example")

    assert [user.get("directory_dn") for user in found["users"]] == ["CN=Zoé,OU=Lilas", None]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"email": "a@b.example", "login": "a"},
        {"login": "a", "user_id": ZOE},
        {"email": "a@b"},
        {"login": "a b"},
        {"user_id": 0},
    ],
)
async def test_one_valid_email_login_or_number_is_needed(glpi: World, wanted: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        await glpi.call("get_glpi_user", **wanted)


async def test_new_account_has_what_was_asked_and_no_password(glpi: World) -> None:
    created = await glpi.call("create_glpi_user", **NEWCOMER)

    found = await glpi.call("get_glpi_user", email="l.nguyen@lilas.example")
    assert found["users"] == [
        {
            "user_id": created["user_id"],
            "login": "lnguyen",
            "firstname": "Léa",
            "lastname": "N'Guyen",
            "emails": ["l.nguyen@lilas.example"],
            "active": True,
        }
    ]
    assert glpi.state.passwords == {}


async def test_same_person_again_is_already_done(glpi: World) -> None:
    first = await glpi.call("create_glpi_user", **NEWCOMER)
    again = await glpi.call("create_glpi_user", **NEWCOMER | {"login": "LNguyen"})

    assert again == {"user_id": first["user_id"], "login": "lnguyen", "already_done": True}
    assert len(glpi.rows("users", name="lnguyen")) == 1


@pytest.mark.parametrize("in_bin", [False, True])
async def test_login_of_another_person_is_refused_whatever_its_case_and_in_the_bin_too(
    glpi: World, in_bin: bool
) -> None:
    glpi.state.users[ZOE]["is_deleted"] = int(in_bin)

    with pytest.raises(InvalidInput, match=f"taken by another person \\(account {ZOE}\\)"):
        await glpi.call("create_glpi_user", **NEWCOMER | {"login": "ZObrien"})

    assert glpi.faults.count("POST") == 0


@pytest.mark.parametrize("column", ["is_deleted", "is_active"])
async def test_same_person_in_the_bin_or_disabled_is_refused_with_the_account(glpi: World, column: str) -> None:
    first = await glpi.call("create_glpi_user", **NEWCOMER)
    glpi.state.users[first["user_id"]][column] = int(column == "is_deleted")

    with pytest.raises(InvalidInput, match=rf"disabled or in the bin \(account {first['user_id']}\)"):
        await glpi.call("create_glpi_user", **NEWCOMER)


async def test_lost_answer_to_a_creation_is_looked_up(glpi: World) -> None:
    glpi.faults.add("drop_answer", "POST /apirest.php/User")

    created = await glpi.call("create_glpi_user", **NEWCOMER)

    assert [row["id"] for row in glpi.rows("users", name="lnguyen")] == [created["user_id"]]
    assert "already_done" not in created


async def test_update_reads_back(glpi: World) -> None:
    changed = await glpi.call(
        "update_glpi_user",
        user_id=CLAIRE,
        updates={
            "firstname": "Clara",
            "lastname": "Oria-Œuf",
            "phone": "01 02 03 04 05",
            "email": "clara@lilas.example",
        },
    )

    user = (await glpi.call("get_glpi_user", login="coria"))["users"][0]
    assert changed == {"user_id": CLAIRE, "login": "coria"}
    assert (user["firstname"], user["lastname"]) == ("Clara", "Oria-Œuf")
    assert user["emails"] == ["clara@lilas.example", "c.oria@lilas.example"]
    assert glpi.state.users[CLAIRE]["phone"] == "01 02 03 04 05"


async def test_update_that_glpi_only_pretends_is_told(glpi: World) -> None:
    glpi.faults.add("error", "PUT", status=200, body=f'[{{"{CLAIRE}":true,"message":"Existe déjà"}}]')

    with pytest.raises(UpstreamRejected, match="left realname of account 20 as it was"):
        await glpi.call("update_glpi_user", user_id=CLAIRE, updates={"lastname": "Autre"})


async def test_address_that_the_account_has_is_not_added_again(glpi: World) -> None:
    await glpi.call("update_glpi_user", user_id=CLAIRE, updates={"email": "c.oria@lilas.example"})

    assert len(glpi.rows("emails", users_id=CLAIRE)) == 1


@pytest.mark.parametrize(
    "updates",
    [
        {},
        {"password": "x"},
        {"login": "other"},
        {"email": "not an address"},
        {"firstname": "Clara", "email": "clara@localhost"},
        {"active": False},
        {"active": "true"},
        {"firstname": ""},
    ],
    ids=str,
)
async def test_update_of_anything_else_is_refused_before_anything_changes(glpi: World, updates: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await glpi.call("update_glpi_user", user_id=CLAIRE, updates=updates)

    assert glpi.faults.count("PUT") == glpi.faults.count("POST") == 0


async def test_disabled_account_is_kept_and_may_be_enabled_again(glpi: World) -> None:
    first = await glpi.call("disable_glpi_user", user_id=CLAIRE)
    second = await glpi.call("disable_glpi_user", user_id=CLAIRE)
    disabled = (await glpi.call("get_glpi_user", login="coria"))["users"][0]
    await glpi.call("update_glpi_user", user_id=CLAIRE, updates={"active": True})
    enabled = (await glpi.call("get_glpi_user", login="coria"))["users"][0]

    assert first == {"user_id": CLAIRE, "login": "coria"}
    assert second == {"user_id": CLAIRE, "login": "coria", "already_done": True}
    assert (disabled["active"], enabled["active"]) == (False, True)
    assert glpi.state.users[CLAIRE]["is_deleted"] == 0


async def test_account_that_stays_active_is_told(glpi: World) -> None:
    glpi.faults.add("error", "PUT", status=200, body=f'[{{"{CLAIRE}":true,"message":""}}]')

    with pytest.raises(UpstreamRejected, match="left account 20 active"):
        await glpi.call("disable_glpi_user", user_id=CLAIRE)


@pytest.mark.parametrize(
    ("tool", "rest"), [("update_glpi_user", {"updates": {"phone": "1"}}), ("disable_glpi_user", {})]
)
async def test_unknown_account_is_not_found(glpi: World, tool: str, rest: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match="User 999"):
        await glpi.call(tool, user_id=999, **rest)


async def test_change_whose_answer_was_lost_is_called_unknown(glpi: World) -> None:
    glpi.faults.add("drop_answer", "PUT")

    with pytest.raises(OutcomeUnknown):
        await glpi.call("update_glpi_user", user_id=CLAIRE, updates={"phone": "1"})


async def test_the_account_that_we_work_with_cannot_disable_itself(glpi: World) -> None:
    with pytest.raises(Refused, match="itself"):
        await glpi.call("disable_glpi_user", user_id=6)

    assert glpi.state.users[6]["is_active"] == 1


def _insert_alike(glpi: World, count: int) -> None:
    for _ in range(count):
        _insert_user(glpi, "à_martin", "à_martin@lilas.example")


def _insert_user(glpi: World, login: str, email: str) -> int:
    user = glpi.state.insert("users", {**glpi.state.users[PAUL], "id": None, "name": login})
    address = next(iter(glpi.state.emails.values()))
    glpi.state.insert("emails", {**address, "id": None, "users_id": user["id"], "email": email})
    return int(user["id"])
