"""How a secret is, without opening it; its end, by who made it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from servers.mysecret.handles import Handle, Handles
from shared.errors import InvalidInput, NotFound, Refused, UpstreamRejected
from shared.mcp_tool import Call
from tests.servers.mysecret_world import PLAIN, REVEALER, STRANGER, World, open_world
from tests.system import SEAL_KEY

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def open_in_browser(world: World, *, times: int = 1) -> None:
    """The newest secret's reader presses the button."""
    async with httpx.AsyncClient(base_url=world.upstream) as http:
        for _ in range(times):
            await http.get(f"/p/{world.pushes[-1].url_token}/r")
            await http.get(f"/p/{world.pushes[-1].url_token}")


async def status_of(world: World, secret_id: str, **options: Any) -> dict[str, Any]:
    return await world.call("get_secret_status", secret_id=secret_id, **options)


@pytest.mark.requirement("K-15")
async def test_owner_is_told_how_often_it_was_opened_and_his_asking_counts_no_view(mysecret: World) -> None:
    secret_id = (await mysecret.create(expire_views=3))["secret_id"]

    before = await status_of(mysecret, secret_id)
    await open_in_browser(mysecret)
    after = await status_of(mysecret, secret_id)
    await open_in_browser(mysecret, times=2)
    at_last = await status_of(mysecret, secret_id)

    expires_at = datetime.fromisoformat(before.pop("expires_at"))
    assert timedelta(hours=23) < expires_at - datetime.now(UTC) <= timedelta(days=1)
    assert before == {"state": "active", "views": 0, "views_remaining": 3}
    assert (after["state"], after["views"], after["views_remaining"]) == ("active", 1, 2)
    assert datetime.now(UTC) - datetime.fromisoformat(after["last_viewed_at"]) < timedelta(minutes=1)
    assert (at_last["state"], at_last["views"], at_last["views_remaining"]) == ("expired", 3, 0)


@pytest.mark.requirement("K-15")
async def test_a_view_too_late_is_not_taken_for_a_view(mysecret: World) -> None:
    secret_id = (await mysecret.create(expire_views=1))["secret_id"]

    await open_in_browser(mysecret, times=3)

    assert (await status_of(mysecret, secret_id))["views"] == 1


@pytest.mark.requirement("K-15")
async def test_without_an_account_it_is_unknown_until_it_is_surely_over(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, anonymous=True) as world:
        secret_id, other = [(await world.create())["secret_id"] for _ in range(2)]
        asked = await status_of(world, secret_id)
        world.state.pushes.pop(world.pushes[0].url_token)
        await world.call("expire_secret", secret_id=other)

        assert {name for name in asked if asked[name] is not None} == {"state", "expires_at"}
        assert asked["state"] == "unknown"
        assert (await status_of(world, secret_id))["state"] == "expired"
        assert (await status_of(world, other))["state"] == "expired"


@pytest.mark.requirement("K-15")
async def test_time_ends_it_without_asking_anybody(newest_mysecret: World) -> None:
    made_at = datetime.now(UTC) - timedelta(hours=36)
    handle = Handle("A" * 32, SecretStr("token-1234"), SecretStr("link"), 1, 5, made_at, asked="")
    await Handles(newest_mysecret.redis, SEAL_KEY).keep(Call(caller=PLAIN), handle)

    assert (await status_of(newest_mysecret, "A" * 32))["state"] == "expired"
    assert newest_mysecret.faults.requests == []


@pytest.mark.requirement("K-16")
async def test_an_ended_secret_shows_nothing_and_ending_it_again_is_no_error(mysecret: World) -> None:
    secret_id = (await mysecret.create(payload="Tulipe", expire_views=3))["secret_id"]

    first = await mysecret.call("expire_secret", secret_id=secret_id)
    again = await mysecret.call("expire_secret", secret_id=secret_id)
    await open_in_browser(mysecret)

    assert first == {"expired": True}
    assert again == {"expired": True, "already_done": True}
    assert mysecret.live == []
    assert (await status_of(mysecret, secret_id))["state"] == "expired"


@pytest.mark.requirement("K-16")
async def test_what_mysecret_has_purged_is_over(mysecret: World) -> None:
    secret_id = (await mysecret.create())["secret_id"]
    mysecret.state.pushes.clear()

    assert await mysecret.call("expire_secret", secret_id=secret_id) == {"expired": True, "already_done": True}
    assert (await status_of(mysecret, secret_id))["state"] == "expired"


@pytest.mark.requirement("K-17")
@pytest.mark.parametrize("tool", ["get_secret_status", "expire_secret"])
async def test_another_callers_secret_is_none(newest_mysecret: World, tool: str) -> None:
    secret_id = (await newest_mysecret.create())["secret_id"]

    with pytest.raises(NotFound):
        await newest_mysecret.call(tool, by=STRANGER, secret_id=secret_id)

    assert len(newest_mysecret.live) == 1


@pytest.mark.requirement("K-17")
async def test_a_handle_copied_under_another_name_opens_nothing(newest_mysecret: World) -> None:
    one, other = [(await newest_mysecret.create())["secret_id"] for _ in range(2)]
    redis = newest_mysecret.redis
    await redis.set(f"widip:secret:{one}", str(await redis.get(f"widip:secret:{other}")))

    with pytest.raises(NotFound):
        await newest_mysecret.call("expire_secret", secret_id=one)

    assert len(newest_mysecret.live) == 2


@pytest.mark.requirement("K-17")
async def test_links_are_taken_from_who_may_see_them_only(mysecret: World) -> None:
    url = (await mysecret.create(by=REVEALER, expire_views=2))["secret_url"]

    for tool in ("get_secret_status", "expire_secret"):
        with pytest.raises(Refused, match="reveal scope"):
            await mysecret.call(tool, secret_url=url)
    await open_in_browser(mysecret)

    asked = await mysecret.call("get_secret_status", by=REVEALER, secret_url=url)
    assert (asked["state"], asked["views"]) == ("unknown", 1)
    assert await mysecret.call("expire_secret", by=REVEALER, secret_url=url.removesuffix("/r")) == {"expired": True}
    assert (await mysecret.call("get_secret_status", by=REVEALER, secret_url=url))["state"] == "expired"


@pytest.mark.requirement("K-17")
@pytest.mark.parametrize("changed", ["https://evil.example/p/{}", "{}", "http://127.0.0.1:1/p/{}/r", "/p/{}"])
async def test_a_link_of_another_place_is_refused_without_being_repeated(newest_mysecret: World, changed: str) -> None:
    for tool in ("get_secret_status", "expire_secret"):
        with pytest.raises(InvalidInput, match="no link of this MySecret") as raised:
            await newest_mysecret.call(tool, by=REVEALER, secret_url=changed.format("canari-1234"))
        assert "canari" not in str(raised.value)


@pytest.mark.requirement("K-17")
async def test_another_accounts_secret_is_neither_told_nor_ended(mysecret: World) -> None:
    async with httpx.AsyncClient(base_url=mysecret.upstream) as http:
        headers = {"X-User-Email": "autre@widip.example", "X-User-Token": "pwp_sim-other-token"}
        body = {"password": {"payload": "x", "deletable_by_viewer": "false"}}
        token = (await http.post("/p.json", json=body, headers=headers)).json()["url_token"]
    url = f"{mysecret.upstream}/p/{token}/r"

    assert await mysecret.call("get_secret_status", by=REVEALER, secret_url=url) == {"state": "unknown"}
    with pytest.raises(UpstreamRejected, match="not ours to end"):
        await mysecret.call("expire_secret", by=REVEALER, secret_url=url)


@pytest.mark.parametrize("tool", ["get_secret_status", "expire_secret"])
@pytest.mark.parametrize("given", [{}, {"secret_id": "A" * 32, "secret_url": "x"}])
async def test_one_of_both_names_is_needed(newest_mysecret: World, tool: str, given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="either secret_id or secret_url"):
        await newest_mysecret.call(tool, by=REVEALER, **given)
