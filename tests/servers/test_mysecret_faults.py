"""What goes wrong between us and MySecret: nothing looser lives, nothing is lost to its caller, nobody is misled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from cli.processes import Children, start_redis
from shared.errors import OutcomeUnknown, Refused, UpstreamRejected, UpstreamUnauthorized, UpstreamUnavailable
from simulators.mysecret.app import create_app as create_mysecret
from simulators.mysecret.state import Profile
from tests.servers.mysecret_world import ACCOUNT, PASSWORD, PLAIN, REVEALER, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def create_of(world: World) -> str:
    """What a create looks like there."""
    return "POST /api/v2/pushes" if world.state.has_v2 else "POST /p.json"


@pytest.mark.requirement("K-09")
@pytest.mark.parametrize("kind", ["drop_answer", "down", "html"])
async def test_a_lost_answer_is_said_and_the_same_key_may_open_its_password_again(mysecret: World, kind: str) -> None:
    reference = await mysecret.seal()
    asked = {"payload": reference, "account_guid": ACCOUNT}
    mysecret.faults.add(kind, create_of(mysecret))

    with pytest.raises(OutcomeUnknown):
        await mysecret.create(key="k", **asked)
    with pytest.raises(Refused, match="used already"):
        await mysecret.create(key="another", **asked)
    made = await mysecret.create(key="k", **asked)

    orphans = 1 if kind == "drop_answer" else 0  # its link was never sent, and it ends by itself
    assert len(mysecret.live) == 1 + orphans
    assert mysecret.live[-1].payload == PASSWORD
    assert (await mysecret.unseal(made["link_ref"])).endswith(f"/p/{mysecret.live[-1].url_token}/r")


@pytest.mark.requirement("K-09")
async def test_a_create_without_an_answer_may_be_repeated_before_it_has_settled(
    clean_redis_port: int, tmp_path: Path
) -> None:
    async with open_world(clean_redis_port, tmp_path, mysecret_timeout_s=0.4, write_settle_s=60.0) as world:
        world.faults.add("hang", create_of(world))

        with pytest.raises(OutcomeUnknown):
            await world.create(key="k")
        await world.create(key="k")

        assert len(world.live) == 1


@pytest.mark.requirement("K-09")
@pytest.mark.parametrize("by", [PLAIN, REVEALER])
async def test_whoever_was_cut_off_after_the_push_finds_it_again(newest_mysecret: World, by: str) -> None:
    reference = await newest_mysecret.seal(caller=by)
    asked: dict[str, Any] = {"by": by, "key": "k", "payload": reference, "account_guid": ACCOUNT}
    first = await newest_mysecret.create(**asked)
    records = await newest_mysecret.redis.run("return redis.call('keys', 'widip:idempotency:*')", [], [])
    for record in records:  # as if the server had died before it could note its answer
        await newest_mysecret.redis.delete(record)

    again = await newest_mysecret.create(**asked)

    assert len(newest_mysecret.pushes) == 1
    assert again == first | {"already_done": True}


@pytest.mark.requirement("K-10")
async def test_a_push_that_is_looser_than_asked_is_ended_at_once(mysecret: World) -> None:
    mysecret.state.views = (2, 100, 5)

    with pytest.raises(UpstreamRejected, match="granted 1 days and 5 views where 1 and 1"):
        await mysecret.create()

    assert len(mysecret.pushes) == 1
    assert mysecret.live == []


@pytest.mark.requirement("K-10")
async def test_a_looser_push_that_cannot_be_ended_is_said_loudly(newest_mysecret: World) -> None:
    newest_mysecret.state.days = (3, 90, 7)
    newest_mysecret.faults.add("error", "DELETE", status=503, body="<html>")

    with capture_logs() as lines, pytest.raises(UpstreamRejected, match="COULD NOT BE ENDED") as raised:
        await newest_mysecret.create()

    (push,) = newest_mysecret.live
    errors = [line for line in lines if line["log_level"] == "error"]
    assert [line["event"] for line in errors] == ["unwanted_push_lives_on"]
    assert push.url_token not in str(lines) + str(raised.value)


@pytest.mark.requirement("K-10")
async def test_a_push_that_is_stricter_than_asked_is_told_as_it_is(mysecret: World) -> None:
    mysecret.state.days = (1, 3, 2)

    made = await mysecret.create(expire_days=7, expire_views=2)

    assert (made["expires_in_days"], made["expires_after_views"]) == (2, 2)
    assert len(mysecret.live) == 1


@pytest.mark.requirement("K-10")
@pytest.mark.parametrize(
    "body", ['{"url_token":"abcdefgh1234"}', '{"expire_after_days":1,"expire_after_views":1}', "[]"]
)
async def test_an_answer_that_does_not_say_what_was_granted_is_never_trusted(newest_mysecret: World, body: str) -> None:
    newest_mysecret.faults.add("error", create_of(newest_mysecret), status=201, body=body)

    with pytest.raises(Exception, match=r"MySecret (does not say|made|answered)"):
        await newest_mysecret.create()


@pytest.mark.requirement("K-11")
async def test_a_pause_that_fits_is_kept(newest_mysecret: World) -> None:
    await newest_mysecret.create()
    newest_mysecret.faults.clear()
    began = datetime.now(UTC)
    newest_mysecret.state.clock = lambda: START + (datetime.now(UTC) - began)
    newest_mysecret.state.per_second = 1
    async with httpx.AsyncClient(base_url=newest_mysecret.upstream) as http:
        await http.get("/")

    await newest_mysecret.create()

    assert newest_mysecret.faults.count("POST") == 2
    assert (datetime.now(UTC) - began).total_seconds() >= 1


@pytest.mark.requirement("K-11")
async def test_a_pause_that_is_too_long_is_handed_on_and_nothing_is_made(newest_mysecret: World) -> None:
    await newest_mysecret.create()
    newest_mysecret.state.clock = lambda: START
    newest_mysecret.state.per_minute = 0

    with pytest.raises(UpstreamUnavailable, match="ask again in 60 s"):
        await newest_mysecret.create()

    assert len(newest_mysecret.pushes) == 1


@pytest.mark.requirement("K-12")
async def test_a_redirect_says_what_to_check(newest_mysecret: World) -> None:
    newest_mysecret.state.users.clear()

    with pytest.raises(UpstreamRejected, match=r"redirects us \(HTTP 302\).*MYSECRET_API_URL.*first-run"):
        await newest_mysecret.create()


@pytest.mark.requirement("K-12")
@pytest.mark.parametrize(
    ("profile", "changes", "why"),
    [
        ("2.11", {"mysecret_api_token": SecretStr("wrong")}, "check MYSECRET_API_TOKEN"),
        ("1.68", {"mysecret_api_token": SecretStr("wrong")}, "check MYSECRET_API_TOKEN"),
        ("1.40", {"mysecret_api_email": None}, "MYSECRET_API_EMAIL"),
        ("1.40", {"mysecret_api_token": SecretStr("wrong")}, "MYSECRET_API_EMAIL"),
    ],
)
async def test_refused_credentials_are_said_and_no_push_is_made_in_nobodys_name(
    clean_redis_port: int, tmp_path: Path, profile: Profile, changes: dict[str, Any], why: str
) -> None:
    async with open_world(clean_redis_port, tmp_path, profile=profile, **changes) as world:
        with pytest.raises(UpstreamUnauthorized, match=why):
            await world.create()
        status, said = await world.ready()

        assert world.pushes == []
        assert (status, said["code"]) == (503, "upstream_unauthorized")


@pytest.mark.requirement("K-12")
async def test_where_nobody_may_push_without_an_account_that_is_said(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, anonymous=True) as world:
        world.state.allow_anonymous = False

        with pytest.raises(UpstreamUnauthorized, match="set MYSECRET_API_TOKEN"):
            await world.create()


@pytest.mark.requirement("K-12")
async def test_a_page_instead_of_json_is_an_outage(mysecret: World) -> None:
    made = await mysecret.create()
    mysecret.faults.add("html", "audit", times=-1)

    with pytest.raises(UpstreamUnavailable, match="web page"):
        await mysecret.call("get_secret_status", secret_id=made["secret_id"])


@pytest.mark.requirement("K-12")
async def test_an_address_that_is_no_mysecret_says_so(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, api_path="/nowhere") as world:
        with pytest.raises(UpstreamRejected, match="check MYSECRET_API_URL"):
            await world.create()


class Moving:
    """An address where another version may answer tomorrow."""

    def __init__(self) -> None:
        self.today = create_mysecret(profile="2.11")
        self.state = self.today.state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.today(scope, receive, send)


@pytest.mark.requirement("K-13")
async def test_another_version_at_the_same_address_is_noticed(clean_redis_port: int, tmp_path: Path) -> None:
    moving = Moving()
    async with open_world(clean_redis_port, tmp_path, simulator=moving) as world:
        first = await world.create(by=REVEALER)
        moving.today = create_mysecret(profile="1.68")
        second = await world.create(by=REVEALER)

        older = moving.today.state
    assert first["secret_url"].split("/")[-2] in moving.state.mysecret.pushes
    assert second["secret_url"].split("/")[-2] in older.mysecret.pushes
    assert older.faults.count("POST /api/v2") == 1
    assert older.faults.count("POST /p.json") == 1


@pytest.mark.requirement("K-13")
async def test_the_version_is_asked_once(mysecret: World) -> None:
    await mysecret.create()
    mysecret.faults.clear()

    await mysecret.create()

    assert [line.partition(" ")[0] for line in mysecret.faults.requests] == ["POST"]


@pytest.mark.requirement("K-14")
@pytest.mark.parametrize("key", ["k", None])
async def test_without_redis_nothing_is_made(tmp_path: Path, key: str | None) -> None:
    async with open_world(1, tmp_path) as world:
        with pytest.raises(UpstreamUnavailable, match="Redis"):
            await world.create(key=key)

        assert world.faults.count("POST") == 0


class CutsRedis(httpx.AsyncHTTPTransport):
    """The network to MySecret; Redis is gone when a create's answer comes."""

    def __init__(self, children: Children) -> None:
        super().__init__()
        self._children = children

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method == "POST":
            self._children.stop()
        return answer


@asynccontextmanager
async def redis_that_ends(folder: Path) -> AsyncIterator[tuple[Children, int]]:
    children = Children(folder / "logs")
    try:
        yield children, start_redis(children, folder, environment={}).port
    finally:
        children.stop()


@pytest.mark.requirement("K-14")
async def test_a_push_that_cannot_be_remembered_is_ended(tmp_path: Path) -> None:
    async with (
        redis_that_ends(tmp_path / "redis") as (children, port),
        open_world(port, tmp_path, transport=CutsRedis(children)) as world,
    ):
        with pytest.raises(UpstreamUnavailable, match="Redis"):
            await world.create(key="k")

        assert len(world.pushes) == 1
        assert world.live == []
