"""The simulated MySecret behaves as contracts/mysecret.md says, in each of its three versions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from simulators.mysecret.app import create_app
from simulators.mysecret.state import MySecretState, Profile

PROFILES: tuple[Profile, ...] = ("1.40", "1.68", "2.11")
OWNER = {"X-User-Email": "widip@widip.example", "X-User-Token": "pwp_sim-token"}
BEARER = {"Authorization": "Bearer pwp_sim-token"}
OTHER = {"X-User-Email": "autre@widip.example", "X-User-Token": "pwp_sim-other-token"}
V1, V2 = "/p", "/api/v2/pushes"
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass
class World:
    """One simulator and a client of it."""

    app: Starlette
    http: httpx.AsyncClient
    now: list[datetime]

    @property
    def state(self) -> MySecretState:
        found: MySecretState = self.app.state.mysecret
        return found

    async def push(self, *, v2: bool = False, headers: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
        """Create one; the answer must be 201."""
        answer = await self.create(v2=v2, headers=headers, **given)
        assert answer.status_code == 201, answer.text
        pushed: dict[str, Any] = answer.json()
        return pushed

    async def create(self, *, v2: bool = False, headers: dict[str, str] | None = None, **given: Any) -> httpx.Response:
        path, root = (V2, "push") if v2 else (f"{V1}.json", "password")
        return await self.http.post(path, json={root: {"payload": "Tulipe <47>", **given}}, headers=headers)


@asynccontextmanager
async def opened(profile: Profile, **options: Any) -> AsyncIterator[World]:
    now = [START]
    app = create_app(profile=profile, clock=lambda: now[0], **options)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mysecret.example") as http:
        yield World(app, http, now)


@pytest.fixture(params=PROFILES)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with opened(request.param) as found:
        yield found


@pytest.fixture
async def newest() -> AsyncIterator[World]:
    async with opened("2.11") as found:
        yield found


@pytest.mark.requirement("K-01")
async def test_a_version_is_told_where_there_is_an_address_for_it() -> None:
    told = {}
    for profile in PROFILES:
        async with opened(profile) as world:
            answers = [await world.http.get(f"/api/{api}/version.json") for api in ("v1", "v2")]
        told[profile] = [a.json()["application_version"] if a.is_success else a.status_code for a in answers]

    assert told == {"1.40": [404, 404], "1.68": ["1.68.0", 404], "2.11": ["2.11.4", "2.11.4"]}


async def test_answer_of_a_create_has_what_its_version_tells(world: World) -> None:
    pushed = await world.push(passphrase="p", retrieval_step="true")

    assert "payload" not in pushed
    assert ("html_url" in pushed) is not world.state.is_old
    if not world.state.is_old:
        assert pushed["html_url"] == f"http://mysecret.example/p/{pushed['url_token']}/r"
        assert pushed["json_url"] == f"{pushed['html_url']}.json"
        assert (await world.http.get(pushed["json_url"])).status_code == 404
        assert pushed["passphrase"] == "p"


@pytest.mark.parametrize(
    ("days", "views", "granted"), [(1, 1, (1, 1)), (90, 100, (90, 100)), (365, 101, (7, 5)), (0, 0, (7, 5))]
)
async def test_what_is_out_of_range_becomes_the_default_without_a_word(
    world: World, days: int, views: int, granted: tuple[int, int]
) -> None:
    pushed = await world.push(expire_after_days=days, expire_after_views=views)

    assert (pushed["expire_after_days"], pushed["expire_after_views"]) == granted


async def test_retrieval_step_that_is_not_asked_for_is_the_versions_default(world: World) -> None:
    pushed = await world.push()

    assert pushed["retrieval_step"] is (world.state.profile == "2.11")
    assert pushed["deletable_by_viewer"] is True


async def test_only_what_means_yes_is_yes(newest: World) -> None:
    read = {word: (await newest.push(deletable_by_viewer=word))["deletable_by_viewer"] for word in ("true", "on", "1")}

    assert read == {"true": True, "on": True, "1": False}


async def test_views_are_counted_and_the_last_one_ends_it(world: World) -> None:
    token = (await world.push(expire_after_views=2))["url_token"]

    reads = [(await world.http.get(f"/p/{token}.json")).json() for _ in range(3)]

    assert [(read["payload"], read["expired"]) for read in reads] == [
        ("Tulipe <47>", False),
        ("Tulipe <47>", False),
        (None, True),
    ]
    assert world.state.pushes[token].payload is None


async def test_step_page_and_preview_count_nothing(world: World) -> None:
    token = (await world.push(expire_after_views=1))["url_token"]

    for path in (f"/p/{token}/r", f"/p/{token}/preview.json", f"/p/{token}/r"):
        assert (await world.http.get(path)).status_code == 200

    assert world.state.pushes[token].views_remaining == 1


async def test_time_ends_it_too(world: World) -> None:
    token = (await world.push(expire_after_days=1))["url_token"]
    world.now[0] += timedelta(days=1)

    read = await world.http.get(f"/p/{token}.json")

    assert (read.status_code, read.json()["expired"], read.json()["payload"]) == (200, True, None)


async def test_unknown_push_is_not_found(world: World) -> None:
    answers = [await world.http.get(f"/p/unknown{tail}.json") for tail in ("", "/preview")]

    assert {(answer.status_code, answer.text) for answer in answers} == {(404, '{"error":"not-found"}')}


async def test_who_may_expire_it(world: World) -> None:
    open_one = (await world.push(deletable_by_viewer="true"))["url_token"]
    own = (await world.push(headers=OWNER, deletable_by_viewer="false"))["url_token"]

    assert (await world.http.delete(f"/p/{open_one}.json")).json()["expired"] is True
    assert (await world.http.delete(f"/p/{open_one}.json")).status_code == 200
    for stranger in ({}, OTHER):
        refused = await world.http.delete(f"/p/{own}.json", headers=stranger)
        assert (refused.status_code, list(refused.json())) == (401, ["error"])
    assert (await world.http.delete(f"/p/{own}.json", headers=OWNER)).status_code == 200


async def test_audit_is_for_its_owner_and_written_as_the_version_does(world: World) -> None:
    token = (await world.push(headers=OWNER))["url_token"]
    await world.http.get(f"/p/{token}.json")
    await world.http.delete(f"/p/{token}.json", headers=OWNER)

    path = f"/p/{token}/audit.json"
    assert (await world.http.get(path)).status_code == 401
    other = await world.http.get(path, headers=OTHER)
    assert other.status_code == (200 if world.state.is_old else 403)
    assert list(other.json()) == ["error"]
    kinds = [row["kind"] for row in (await world.http.get(path, headers=OWNER)).json()["views"]]
    assert kinds == ([0, 1] if world.state.is_old else ["creation", "view", "expire"])


async def test_owners_view_counts_in_the_old_version_only(world: World) -> None:
    token = (await world.push(headers=OWNER, expire_after_views=3))["url_token"]

    await world.http.get(f"/p/{token}.json", headers=OWNER)

    assert world.state.pushes[token].views_remaining == (2 if world.state.is_old else 3)


async def test_lists_show_the_callers_own(world: World) -> None:
    mine = (await world.push(headers=OWNER, note="n"))["url_token"]
    gone = (await world.push(headers=OWNER))["url_token"]
    await world.push(headers=OTHER)
    await world.http.delete(f"/p/{gone}.json", headers=OWNER)

    active, expired = [
        (await world.http.get(f"/p/{name}.json", headers=OWNER)).json() for name in ("active", "expired")
    ]

    assert [(row["url_token"], row["note"]) for row in active] == [(mine, "n")]
    assert [row["url_token"] for row in expired] == [gone]
    assert (await world.http.get("/p/active.json?page=200", headers=OWNER)).json() == []
    assert (await world.http.get("/p/active.json")).status_code == 401


@pytest.mark.parametrize("wrong", [{"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
async def test_wrong_credentials_are_worse_than_none_but_ignored_by_the_old_version(
    world: World, wrong: dict[str, str]
) -> None:
    answer = await world.create(headers=wrong)

    assert (answer.status_code, bool(answer.content)) == ((201, True) if world.state.is_old else (401, False))


async def test_bearer_is_known_from_1_51(world: World) -> None:
    token = (await world.push(headers=BEARER))["url_token"]

    assert world.state.pushes[token].owner == (None if world.state.is_old else "widip@widip.example")


async def test_where_anonymous_is_not_allowed_nothing_goes_without_credentials(world: World) -> None:
    token = (await world.push())["url_token"]
    world.state.allow_anonymous = False

    assert (await world.create()).status_code == 401
    assert (await world.http.get(f"/p/{token}.json")).status_code == 401
    assert (await world.create(headers=OWNER)).status_code == 201


async def test_what_is_missing_is_said_as_the_version_does(world: World) -> None:
    no_root, blank = await world.http.post("/p.json", json={"push": {}}), await world.create(payload=" ")

    assert no_root.status_code == (422 if world.state.is_old else 400)
    assert blank.status_code == 422
    assert list(blank.json()) == (["error"] if world.state.is_old else ["payload"])


async def test_form_is_taken_at_the_json_address_only(world: World) -> None:
    form = {"password[payload]": "x", "password[expire_after_days]": "3"}

    taken, forged = await world.http.post("/p.json", data=form), await world.http.post("/p", data=form)

    assert (taken.status_code, taken.json()["expire_after_days"]) == (201, 3)
    assert (forged.status_code, forged.headers["content-type"]) == (422, "text/html; charset=utf-8")


async def test_passphrase_is_asked_as_the_version_does(world: World) -> None:
    token = (await world.push(passphrase="sésame"))["url_token"]

    wrong = await world.http.get(f"/p/{token}.json?passphrase=x")
    right = await world.http.get(f"/p/{token}.json", params={"passphrase": "sésame"})

    assert wrong.status_code == (200 if world.state.is_old else 401)
    assert "payload" not in wrong.json()
    assert right.json()["payload"] == "Tulipe <47>"
    assert world.state.pushes[token].views_remaining == 4


async def test_guessing_a_passphrase_is_stopped(newest: World) -> None:
    token = (await newest.push(passphrase="p"))["url_token"]

    statuses = [(await newest.http.get(f"{V2}/{token}")).status_code for _ in range(6)]

    assert statuses == [401] * 5 + [429]


async def test_v2_is_there_in_the_newest_only(world: World) -> None:
    created = await world.create(v2=True)

    if not world.state.has_v2:
        assert (created.status_code, created.headers["content-type"]) == (404, "text/html; charset=utf-8")
        return
    token = created.json()["url_token"]
    assert (await world.http.get(f"{V2}/{token}/preview")).json() == {"url": f"http://mysecret.example/p/{token}/r"}
    assert (await world.http.get(f"{V2}/{token}.json")).json()["payload"] == "Tulipe <47>"
    assert (await world.http.delete(f"{V2}/{token}")).json()["deleted"] is True
    assert (await world.http.get(f"{V2}/{token}/audit")).status_code == 401


async def test_too_many_requests_are_throttled_for_so_long_as_it_says(newest: World) -> None:
    newest.state.per_minute = 2
    newest.now[0] += timedelta(seconds=20)

    answers = [await newest.http.get("/api/v2/version") for _ in range(3)]
    newest.now[0] += timedelta(seconds=40)

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "40"
    assert answers[2].headers["content-type"].startswith("text/plain")
    assert (await newest.http.get("/api/v2/version")).status_code == 200


async def test_instance_that_nobody_has_set_up_sends_all_to_its_set_up() -> None:
    async with opened("2.11", users={}) as world:
        answer = await world.create()

    assert (answer.status_code, answer.headers["location"]) == (302, "http://mysecret.example/users/first_run")


@pytest.mark.requirement("K-02")
async def test_person_presses_a_button_and_reads_the_secret_until_it_is_over(world: World) -> None:
    token = (await world.push(expire_after_views=1))["url_token"]

    step = await world.http.get(f"/p/{token}/r")
    secret = await world.http.get(f"/p/{token}", headers={"Accept-Language": "en-GB,en;q=0.9"})
    after = [await world.http.get(path) for path in (f"/p/{token}/r", f"/p/{token}", "/p/never-was")]

    assert f'href="/p/{token}"' in step.text
    assert "Cliquez ici" in step.text
    assert "Tulipe" not in step.text
    assert "<pre>Tulipe &lt;47&gt;</pre>" in secret.text
    assert 'lang="en"' in secret.text
    assert secret.headers["cache-control"] == "no-store"
    assert {answer.status_code for answer in after} == {200}
    assert all("Ce lien a expiré" in answer.text for answer in after)


async def test_person_gives_the_passphrase_and_may_delete(world: World) -> None:
    token = (await world.push(passphrase="p", deletable_by_viewer="true"))["url_token"]

    asked = await world.http.get(f"/p/{token}", follow_redirects=True)
    wrong = await world.http.post(f"/p/{token}/access", data={"passphrase": "x"}, follow_redirects=True)
    shown = await world.http.post(f"/p/{token}/access", data={"passphrase": "p"}, follow_redirects=True)
    deleted = await world.http.post(f"/p/{token}/expire", follow_redirects=True)

    assert "phrase secrète" in asked.text
    assert "pas la bonne" in wrong.text
    assert "Tulipe" in shown.text
    assert "Ce lien a expiré" in deleted.text
    assert world.state.pushes[token].views_remaining == 4


async def test_what_a_test_looks_at_has_no_secret_in_it(world: World) -> None:
    token = (await world.push(passphrase="canari"))["url_token"]
    await world.http.get(f"/p/{token}/r")

    shown = await world.http.get("/_sim/pushes")
    await world.http.post("/_sim/switches", json={"views": [1, 3, 2]})

    assert [push["url_token"] for push in shown.json()] == [token]
    assert "Tulipe" not in shown.text
    assert "canari" not in shown.text
    assert (await world.push(expire_after_views=4))["expire_after_views"] == 2
    assert (await world.http.post("/_sim/switches", json={"clock": 1})).status_code == 400
