"""A secret is made once, for whom it is, no looser than asked; its link and its text are seen nowhere else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.errors import InvalidInput, NotFound, Refused
from shared.mcp_tokens import token_entry
from tests.servers.mysecret_world import ACCOUNT, CLAIRE, PASSWORD, PLAIN, REVEALER, STRANGER, World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER = ACCOUNT.replace("1", "2")


@pytest.mark.requirement("K-03")
async def test_a_caller_that_may_see_links_gets_the_page_with_the_button(mysecret: World) -> None:
    made = await mysecret.create(by=REVEALER, payload="Code : 1234", expire_days=3, expire_views=2, recipient=None)

    (push,) = mysecret.live
    assert made["secret_url"] == f"{mysecret.upstream}/p/{push.url_token}/r"
    assert (made["expires_in_days"], made["expires_after_views"]) == (3, 2)
    assert "link_ref" not in made
    assert (push.payload, push.retrieval_step, push.deletable_by_viewer) == ("Code : 1234", True, False)
    assert push.owner == "widip@widip.example"
    assert push.views_remaining == 2


@pytest.mark.requirement("K-04")
async def test_everybody_else_gets_the_link_sealed_for_its_recipient(mysecret: World) -> None:
    made = await mysecret.reply("create_secret", payload="x", recipient="C.Oria@lilas.example")

    (push,) = mysecret.live
    assert "secret_url" not in made.data
    assert push.url_token not in made.text
    assert await mysecret.unseal(made.data["link_ref"]) == f"{mysecret.upstream}/p/{push.url_token}/r"
    assert (made.data["expires_in_days"], made.data["expires_after_views"]) == (7, 5)


@pytest.mark.requirement("K-04")
async def test_a_sealed_link_is_nobody_elses(newest_mysecret: World) -> None:
    made = await newest_mysecret.create()

    for other in ({"caller": STRANGER}, {"recipient": "p.autre@lilas.example"}):
        with pytest.raises(Refused):
            await newest_mysecret.unseal(made["link_ref"], **other)


@pytest.mark.requirement("K-04")
@pytest.mark.parametrize(
    ("changes", "error", "why"),
    [
        ({"recipient": None}, InvalidInput, "recipient is needed"),
        ({"recipient": "somebody"}, InvalidInput, "recipient"),
        ({"recipient": "c.oria@elsewhere.example"}, Refused, "may not write to elsewhere.example"),
        ({"payload": ""}, InvalidInput, "payload"),
        ({"expire_views": 0}, InvalidInput, "expire_views"),
        ({"expire_days": 91}, InvalidInput, "expire_days"),
        ({"account_guid": "moi"}, InvalidInput, "account_guid"),
        ({"passphrase": "x"}, InvalidInput, "unknown argument"),
    ],
)
async def test_what_is_not_to_be_asked_makes_nothing(
    newest_mysecret: World, changes: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        await newest_mysecret.create(**changes)

    assert newest_mysecret.pushes == []
    assert await newest_mysecret.create()


@pytest.mark.requirement("K-04")
async def test_our_own_limits_are_said_before_anything_is_made(clean_redis_port: int, tmp_path: Path) -> None:
    async with open_world(clean_redis_port, tmp_path, mysecret_max_days=14, mysecret_max_views=2) as world:
        for days, views in ((15, 1), (1, 3)):
            with pytest.raises(InvalidInput, match="at most 14 days and 2 views"):
                await world.create(expire_days=days, expire_views=views)

        assert world.pushes == []
        assert await world.create(expire_days=14, expire_views=2)


@pytest.mark.requirement("S-08")
async def test_a_token_that_may_write_anywhere_gets_no_sealed_link(clean_redis_port: int, tmp_path: Path) -> None:
    tokens = tmp_path / "anywhere.toml"
    tokens.write_text(token_entry("orchestrator", "widip_orchestrator", ["read", "write"]))
    async with open_world(clean_redis_port, tmp_path, tokens_file=tokens) as mysecret:
        with pytest.raises(Refused, match="names no recipient_domains"):
            await mysecret.create()

        assert mysecret.pushes == []


@pytest.mark.requirement("K-05")
async def test_sealed_password_is_in_the_secret_and_used_up(mysecret: World) -> None:
    reference = await mysecret.seal()

    await mysecret.create(payload=f"Session : coria\n{reference}, bonne journée", account_guid=ACCOUNT.upper())

    (push,) = mysecret.live
    assert push.payload == f"Session : coria\n{PASSWORD}, bonne journée"
    with pytest.raises(Refused, match="used already"):
        await mysecret.create(key="another", payload=reference, account_guid=ACCOUNT)
    assert len(mysecret.pushes) == 1
    assert '"used":true' in str(await mysecret.redis.get(f"widip:sealed:{reference.rpartition(':')[2]}"))


@pytest.mark.requirement("K-05")
@pytest.mark.parametrize(
    ("sealed", "sent", "error", "why"),
    [
        ({"caller": STRANGER}, {}, Refused, "another caller"),
        ({"account": OTHER}, {}, Refused, "somebody else"),
        ({}, {"account_guid": None}, InvalidInput, "account_guid is needed"),
        ({}, {"payload": "sealed:password:" + "A" * 32}, Refused, "not known here"),
        ({}, {"payload": "sealed:password:" + "A" * 31}, Refused, "no whole sealed password"),
        ({}, {"payload": "sealed:link:" + "A" * 32}, Refused, "no whole sealed password"),
    ],
)
async def test_a_reference_that_is_not_this_callers_for_this_account_stops_it(
    newest_mysecret: World, sealed: dict[str, str], sent: dict[str, Any], error: type[Exception], why: str
) -> None:
    reference = await newest_mysecret.seal(**sealed)
    asked = {"payload": f"Voici : {reference}", "account_guid": ACCOUNT} | sent

    with pytest.raises(error, match=why):
        await newest_mysecret.create(**asked)

    assert newest_mysecret.pushes == []


@pytest.mark.requirement("K-05")
async def test_one_bad_reference_among_good_ones_stops_it(newest_mysecret: World) -> None:
    good, bad = await newest_mysecret.seal(), await newest_mysecret.seal(account=OTHER, key="reset-2")

    with pytest.raises(Refused):
        await newest_mysecret.create(payload=f"{good} {bad}", account_guid=ACCOUNT)

    assert newest_mysecret.pushes == []


@pytest.mark.requirement("K-06")
@pytest.mark.parametrize("by", [PLAIN, REVEALER])
async def test_a_repeat_makes_no_second_secret_and_shows_no_link_in_clear(mysecret: World, by: str) -> None:
    first = await mysecret.reply("create_secret", by=by, key="k", payload="x", recipient=CLAIRE)
    again = await mysecret.reply("create_secret", by=by, key="k", payload="x", recipient=CLAIRE)

    assert len(mysecret.pushes) == 1
    assert again.replayed
    assert again.data["already_done"] is True
    assert "secret_url" not in again.data
    assert again.data["secret_id"] == first.data["secret_id"]
    assert again.data.get("link_ref") == first.data.get("link_ref")
    with pytest.raises(InvalidInput, match="other arguments"):
        await mysecret.create(by=by, key="k", payload="y")


@pytest.mark.requirement("K-07")
@pytest.mark.parametrize("by", [PLAIN, REVEALER])
async def test_neither_log_nor_redis_has_the_secret_or_a_way_to_it(mysecret: World, by: str) -> None:
    reference = await mysecret.seal(caller=by)

    with capture_logs() as lines:
        made = await mysecret.create(by=by, key="k", payload=f"Code : {reference}", account_guid=ACCOUNT)
        await mysecret.call("get_secret_status", by=by, secret_id=made["secret_id"])
        await mysecret.call("expire_secret", by=by, key="e", secret_id=made["secret_id"])

    (push,) = mysecret.pushes
    written, held = str(lines), await mysecret.everything()
    assert push.payload is None
    assert {event.kind for event in push.audit} == {"creation", "expire"}  # nobody has looked
    asked = {"account_guid": ACCOUNT, "expire_days": 1, "expire_views": 1, "payload": f"Code : {reference}"}
    plain = hashlib.sha256(json.dumps(asked | {"recipient": CLAIRE}).encode()).hexdigest()
    for canary in (PASSWORD, push.url_token, "Code :", plain):
        assert canary not in written
        assert canary not in held
    audit = [line for line in lines if line["event"] == "secret_audit"]
    assert [(line["tool"], line["caller"], line["outcome"], line["secret_id"]) for line in audit] == [
        (tool, by, "ok", made["secret_id"]) for tool in ("create_secret", "get_secret_status", "expire_secret")
    ]


@pytest.mark.requirement("K-07")
async def test_what_failed_is_in_the_audit_too(newest_mysecret: World) -> None:
    with capture_logs() as lines, pytest.raises(NotFound):
        await newest_mysecret.call("expire_secret", secret_id="A" * 32)

    audit = [line for line in lines if line["event"] == "secret_audit"]
    assert [(line["outcome"], line["secret_id"]) for line in audit] == [("not_found", "A" * 32)]


@pytest.mark.requirement("K-08")
async def test_without_an_account_no_credentials_are_sent_and_the_reader_may_end_it(
    clean_redis_port: int, tmp_path: Path
) -> None:
    async with open_world(clean_redis_port, tmp_path, anonymous=True) as world:
        made = await world.create()
        status, said = await world.ready()

        (push,) = world.live
        assert (push.owner, push.deletable_by_viewer) == (None, True)
        assert (status, len(said["warnings"])) == (200, 1)
        await world.call("expire_secret", secret_id=made["secret_id"])
        assert world.live == []


@pytest.mark.requirement("K-08")
@pytest.mark.parametrize("name", ["http://inner:5100", None])
async def test_links_begin_with_the_public_address_whatever_mysecret_takes_for_its_own(
    clean_redis_port: int, tmp_path: Path, name: str | None
) -> None:
    async with open_world(clean_redis_port, tmp_path, mysecret_public_url="https://secret.widip.example/") as world:
        world.state.base_url = name

        made = await world.create(by=REVEALER)

        assert made["secret_url"] == f"https://secret.widip.example/p/{world.live[0].url_token}/r"


async def test_a_site_without_the_step_is_still_sent_to_its_page(mysecret: World) -> None:
    mysecret.state.retrieval_step_default = False
    mysecret.state.base_url = mysecret.upstream

    made = await mysecret.create(by=REVEALER)

    assert made["secret_url"].endswith("/r")
