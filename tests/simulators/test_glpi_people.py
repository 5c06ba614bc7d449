"""The stand-in GLPI's people: linked to the stand-in directory, or made for a test."""

from __future__ import annotations

import pytest

from simulators.ad.seed import create_directory
from simulators.world import load_world
from tests.simulators.glpi_client import browser, get, logged_in, make_glpi


@pytest.mark.requirement("G-34")
def test_linked_people_are_those_of_the_directory() -> None:
    directory = create_directory()
    linked = [user for user in load_world()["users"] if user.get("authtype") == 3]

    for user in linked:
        account = directory.find_login(user["login"])
        assert account is not None, user["login"]
        assert (user["sync_field"], user["user_dn"]) == (str(account.guid), account.dn)
        assert account.text("mail") == user["emails"][0]
    assert len(linked) == 7


async def test_person_made_for_a_test_may_use_the_api() -> None:
    app = make_glpi()
    async with browser(app) as outside:
        asked = {"login": "faux", "emails": ["c.oria@lilas.example"], "user_token": "faux"}
        made = (await outside.post("/_sim/user", json=asked)).json()
        again = await outside.post("/_sim/user", json=asked)

    async with logged_in(app, "faux") as client:
        row = await get(client, f"User/{made['id']}")
    assert (row["name"], row["authtype"], again.status_code) == ("faux", 1, 400)
