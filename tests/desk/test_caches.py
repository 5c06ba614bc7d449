"""What is kept of GLPI and the directory says how old it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.desk.conftest import CLAIRE, ZOE, Reception, analyze


async def ready(desk: Reception) -> dict[str, Any]:
    return dict((await desk.http.get("/readyz")).json())


@pytest.mark.both_databases
@pytest.mark.requirement("D-74")
async def test_categories_serve_with_glpi_down_and_say_their_age(desk: Reception) -> None:
    young = await ready(desk)
    desk.glpi.state.glpi.maintenance = True
    desk.clock.ahead = timedelta(hours=2)

    old, listed = await ready(desk), await desk.get("categories")
    step = await analyze(desk)

    assert young["caches"]["categories"]["age_s"] < 60
    assert "categories" not in young["problems"]
    assert old["caches"]["categories"]["age_s"] >= 7200
    assert "minutes ago" in old["problems"]["categories"]
    assert len(listed["categories"]) == old["caches"]["categories"]["rows"] > 0
    assert desk.clock() - datetime.fromisoformat(listed["seen_at"]) >= timedelta(hours=2)
    assert step["summary"]["category"]


@pytest.mark.both_databases
@pytest.mark.requirement("D-74")
async def test_person_is_told_how_old_the_directorys_word_is(desk: Reception) -> None:
    nobody = await ready(desk)
    await desk.sign_in(ZOE)
    desk.clock.ahead = timedelta(hours=3)
    await desk.sign_in(CLAIRE)

    zoe, claire, caches = await desk.get("me", ZOE), await desk.get("me", CLAIRE), (await ready(desk))["caches"]

    age = datetime.fromisoformat(claire["seen_at"]) - datetime.fromisoformat(zoe["seen_at"])
    assert timedelta(hours=3) <= age < timedelta(hours=4)
    assert nobody["caches"]["users"] == {"rows": 0, "age_s": None}
    assert caches["users"]["rows"] == 2
    assert caches["users"]["age_s"] < 60
