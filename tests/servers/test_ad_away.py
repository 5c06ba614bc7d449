"""A domain controller that is down, restarted, frozen, busy, somebody else, or that does not want us."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from servers.ad.app import create_app
from servers.ad.codes import Operation
from servers.ad.pool import MENDED_S, WRONG_PASSWORD_S, Door, Pool
from servers.ad.session import MAX_CONNECTIONS, AdSession
from servers.ad.settings import AdSettings
from shared.errors import InvalidInput, OutcomeUnknown, UpstreamUnauthorized, UpstreamUnavailable
from simulators.ad.certificates import make_certificates
from tests.servers.ad_relay import BIND, MODIFY, SEARCH, Kind, Relay, running_relay
from tests.servers.ad_world import World
from tests.simulators.ad_lab import OTHER_PASSWORD, PASSWORD, Lab, quoted
from tests.system import ad_settings


async def status(ad: World, login: str) -> Any:
    return await ad.call("get_account_status", samaccountname=login)


@pytest.mark.requirement("A-19")
async def test_reads_and_writes_go_on_after_a_restart(ad: World) -> None:
    person = ad.account()
    await asyncio.gather(*(status(ad, person.login) for _ in range(8)))
    await ad.relay.stop()
    await ad.relay.start()

    await ad.call("disable_account", samaccountname=person.login)
    answers = await asyncio.gather(*(status(ad, person.login) for _ in range(8)))

    assert [answer["status"]["disabled"] for answer in answers] == [True] * 8
    assert ad.relay.count(MODIFY) == 1


@pytest.mark.requirement("A-19")
async def test_a_write_never_goes_down_a_connection_that_died_meanwhile(lab: Lab, tmp_path: Path) -> None:
    """It would be outcome_unknown for nothing."""
    dn = lab.account()
    async with running_relay(lab.place) as relay:
        session = AdSession(Pool(_door(relay, tmp_path, lab.place.service, lab.place.service_password)))
        await asyncio.gather(*(session.find(dn, "(objectClass=*)", ["cn"]) for _ in range(4)))
        relay.cut()

        await session.modify(Operation.FLAGS, dn, {"displayName": [("MODIFY_REPLACE", ["Zoé"])]})

        await session.aclose()
        assert relay.count(MODIFY) == 1
    assert lab.text(dn, "displayName") == "Zoé"


@pytest.mark.requirement("A-19")
async def test_a_directory_that_is_down_is_unavailable_until_it_is_back(ad: World) -> None:
    person = ad.account()
    await ad.relay.stop()

    for tool in ("get_account_status", "disable_account"):
        with pytest.raises(UpstreamUnavailable, match="cannot be reached"):
            await ad.call(tool, key="k" if tool == "disable_account" else None, samaccountname=person.login)
    assert (await ad.ready())[0] == 503
    await ad.relay.start()

    await ad.call("disable_account", key="k", samaccountname=person.login)
    assert person.is_disabled


@pytest.mark.requirement("A-19")
async def test_a_frozen_directory_is_unavailable_and_its_callers_may_leave(ad: World) -> None:
    person = ad.account()
    await status(ad, person.login)
    ad.relay.freeze()

    with pytest.raises(UpstreamUnavailable):
        async with asyncio.timeout(5):
            await ad.boxes["orchestrator"].call(
                "ad_get_account_status", {"samaccountname": person.login}, deadline_s=0.5
            )
    ad.relay.thaw()

    async with asyncio.timeout(5):
        assert (await status(ad, person.login))["samaccountname"] == person.login


@pytest.mark.requirement("A-35")
async def test_callers_that_leave_a_frozen_directory_leave_no_more_than_eight_threads_behind(
    lab: Lab, tmp_path: Path
) -> None:
    dn = lab.account()
    async with running_relay(lab.place) as relay:
        session = AdSession(Pool(_door(relay, tmp_path, lab.place.service, lab.place.service_password)))
        await session.find(dn, "(objectClass=*)", ["cn"])
        relay.freeze()
        threads, connections = threading.active_count(), relay.connections

        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await asyncio.gather(*(session.find(dn, "(objectClass=*)", ["cn"]) for _ in range(20)))

        assert threading.active_count() - threads <= MAX_CONNECTIONS
        assert relay.connections - connections <= MAX_CONNECTIONS
        relay.thaw()
        async with asyncio.timeout(10):
            assert await session.find(dn, "(objectClass=*)", ["cn"])
        await session.aclose()


@pytest.mark.requirement("A-35")
async def test_a_write_that_finds_no_free_connection_in_time_is_never_sent(lab: Lab, tmp_path: Path) -> None:
    dn = lab.account()
    async with running_relay(lab.place) as relay:
        door = _door(relay, tmp_path, lab.place.service, lab.place.service_password)
        session = AdSession(Pool(door), wait_s=0.2)
        await session.find(dn, "(objectClass=*)", ["cn"])
        relay.freeze()
        reads = [asyncio.create_task(session.find(dn, "(objectClass=*)", ["cn"])) for _ in range(MAX_CONNECTIONS)]
        await asyncio.sleep(0)  # they are submitted first

        with pytest.raises(UpstreamUnavailable, match="every connection"):
            await session.modify(Operation.FLAGS, dn, {"displayName": [("MODIFY_REPLACE", ["Zoé"])]})

        relay.thaw()
        async with asyncio.timeout(10):
            assert all(await asyncio.gather(*reads))
        await session.aclose()
        assert relay.count(MODIFY) == 0


@pytest.mark.requirement("A-19")
async def test_a_read_that_got_no_answer_is_asked_again(ad: World) -> None:
    person = ad.account()
    await status(ad, person.login)

    kinds: list[Kind] = ["drop_answer", "garbage", "mute", "lost"]
    for kind in kinds:
        ad.relay.plant(SEARCH, person.login, kind)
        assert (await status(ad, person.login))["samaccountname"] == person.login, kind


@pytest.mark.requirement("A-18")
async def test_a_write_that_times_out_may_come_late_and_waits(lab: Lab, open_ad: Any) -> None:
    """For as long as WRITE_SETTLE_S a repeat looks and does not act."""
    ad: World = await open_ad(write_settle_s=60.0)
    person = ad.account()
    ad.relay.plant(MODIFY, "userAccountControl", "late")
    with pytest.raises(OutcomeUnknown):
        await ad.call("disable_account", key="k", samaccountname=person.login)

    with pytest.raises(OutcomeUnknown, match="ask again in a minute"):
        await ad.call("disable_account", key="k", samaccountname=person.login)
    assert ad.relay.count(MODIFY) == 1
    await ad.relay.release()

    assert (await ad.call("disable_account", key="k", samaccountname=person.login))["already_done"] is True


@pytest.mark.requirement("A-20")
async def test_a_wrong_password_is_tried_once_by_however_many_callers(lab: Lab, open_ad: Any) -> None:
    service = lab.account()
    ad: World = await open_ad(ad_username=lab.login(service), ad_password=SecretStr("Faux-2026!"), ad_timeout_s=9)

    answers = await asyncio.gather(*(status(ad, "coria") for _ in range(10)), return_exceptions=True)

    assert {type(answer) for answer in answers} == {UpstreamUnauthorized}
    assert "set AD_USERNAME, AD_PASSWORD, restart" in str(answers[0])
    assert ad.relay.count(BIND) == 1
    assert lab.number(service, "badPwdCount") == 1
    code, said = await ad.ready()
    assert (code, said["code"]) == (503, "upstream_unauthorized")
    assert ad.relay.count(BIND) == 1


@pytest.mark.requirement("A-20")
async def test_a_password_that_changes_under_a_running_server_is_tried_once(lab: Lab, open_ad: Any) -> None:
    service = lab.account()
    ad: World = await open_ad(ad_username=lab.login(service), ad_password=SecretStr(PASSWORD), ad_timeout_s=9)
    await asyncio.gather(*(status(ad, "coria") for _ in range(8)))
    for password in (OTHER_PASSWORD, f"{OTHER_PASSWORD}x"):  # the last one but one is good for an hour more
        lab.modify(service, {"unicodePwd": [("MODIFY_REPLACE", [quoted(password)])]}, by=lab.admin)
    before = ad.relay.count(BIND)
    ad.relay.cut()

    answers = await asyncio.gather(*(status(ad, "coria") for _ in range(10)), return_exceptions=True)

    assert {type(answer) for answer in answers} == {UpstreamUnauthorized}
    assert ad.relay.count(BIND) == before + 1


@pytest.mark.requirement("A-20")
@pytest.mark.parametrize(
    ("control", "password", "data", "wait_s"),
    [(514, PASSWORD, "533", MENDED_S), (512, "Faux-2026!", "52e", WRONG_PASSWORD_S)],
)
async def test_after_a_refusal_there_is_a_pause_as_long_as_its_reason_needs(
    lab: Lab, tmp_path: Path, control: int, password: str, data: str, wait_s: float
) -> None:
    service = lab.account(control=control)
    now = [1000.0]
    async with running_relay(lab.place) as relay:
        pool = Pool(_door(relay, tmp_path, lab.login(service), password), clock=lambda: now[0])

        for later, binds in ((0.0, 1), (wait_s - 1, 1), (1.5, 2)):
            now[0] += later
            with pytest.raises(UpstreamUnauthorized, match=data):
                await asyncio.to_thread(_use, pool)
            assert relay.count(BIND) == binds


def _door(relay: Relay, folder: Path, user: str, password: str) -> Door:
    return Door(
        url=relay.url,
        username=user,
        password=SecretStr(password),
        ca_file=relay.write_ca(folder / "ca.pem"),
        timeout_s=9,
    )


def _use(pool: Pool) -> None:
    with pool.connection(probe=True):
        pass


@pytest.mark.requirement("A-19")
async def test_an_idle_connection_is_not_used_for_long(lab: Lab, tmp_path: Path) -> None:
    now = [1000.0]
    async with running_relay(lab.place) as relay:
        door = _door(relay, tmp_path, lab.place.service, lab.place.service_password)
        pool = Pool(door, clock=lambda: now[0])
        for later, connections in ((0.0, 1), (239.0, 1), (241.0, 2)):
            now[0] += later
            await asyncio.to_thread(_use, pool)
            assert relay.connections == connections
        await asyncio.to_thread(pool.close)


@pytest.mark.requirement("A-19")
async def test_a_connection_that_is_at_work_when_the_server_stops_is_closed_after_it(lab: Lab, tmp_path: Path) -> None:
    at_work, closed = threading.Event(), threading.Event()

    def work(pool: Pool) -> bool:
        with pool.connection(probe=False) as connection:
            at_work.set()
            assert closed.wait(10)
        return bool(connection.closed)

    async with running_relay(lab.place) as relay:
        pool = Pool(_door(relay, tmp_path, lab.place.service, lab.place.service_password))
        working = asyncio.create_task(asyncio.to_thread(work, pool))
        assert await asyncio.to_thread(at_work.wait, 10)
        await asyncio.to_thread(pool.close)
        closed.set()

        assert await working


@pytest.mark.requirement("A-22")
async def test_a_certificate_that_the_authority_does_not_vouch_for_is_refused_before_anything_is_sent(
    lab: Lab, open_ad: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other-ca.pem"
    other.write_bytes(make_certificates().ca)
    ad: World = await open_ad(ad_ca_file=other)

    with pytest.raises(UpstreamUnavailable, match="AD_CA_FILE"):
        await status(ad, "coria")

    assert ad.relay.requests == []


@pytest.mark.requirement("A-22")
async def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(
    lab: Lab, open_ad: Any, tmp_path: Path
) -> None:
    ad: World = await open_ad(relay_names=("dc9.example",))

    with pytest.raises(UpstreamUnavailable, match="its name in its certificate"):
        await status(ad, "coria")

    assert ad.relay.requests == []


@pytest.mark.requirement("A-22")
@pytest.mark.parametrize(
    "url", ["ldap://dc1.example", "dc1.example", "ldaps://", "ldaps://a@dc1", "https://dc1", "ldaps://dc1/x"]
)
def test_only_ldaps_is_taken(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValidationError, match="ldaps://name"):
        ad_settings(url, 1, tmp_path, ca_file=tmp_path / "ca.pem")


@pytest.mark.requirement("A-22")
def test_there_is_no_way_without_an_authority(tmp_path: Path) -> None:
    settings = ad_settings("ldaps://dc1.example", 1, tmp_path, ca_file=tmp_path / "missing.pem")

    with pytest.raises(InvalidInput, match=r"AD_CA_FILE .*missing.pem cannot be read"):
        create_app(settings)
    assert {"ad_ca_file", "seal_key"} <= {
        name for name, field in AdSettings.model_fields.items() if field.is_required()
    }


@pytest.mark.requirement("A-25")
@pytest.mark.parametrize("key", ["k", None])
async def test_without_redis_nothing_is_written_and_reads_go_on(lab: Lab, open_ad: Any, key: str | None) -> None:
    ad: World = await open_ad(redis_port=1)
    person = ad.account()

    for tool in ("reset_password", "disable_account"):
        with pytest.raises(UpstreamUnavailable, match="Redis"):
            await ad.call(tool, key=key, samaccountname=person.login)

    assert ad.relay.requests == []
    assert (await status(ad, person.login))["status"]["disabled"] is False


@pytest.mark.requirement("A-26")
async def test_readyz_is_ok_with_a_delegated_account(ad: World) -> None:
    assert await ad.ready() == (200, {"status": "ok", "warnings": []})


@pytest.mark.requirement("A-26")
async def test_readyz_warns_when_the_service_account_is_an_administrator(lab: Lab, open_ad: Any) -> None:
    ad: World = await open_ad(ad_username=lab.place.admin, ad_password=SecretStr(lab.place.admin_password))

    code, said = await ad.ready()

    assert code == 200
    assert "delegate rights instead" in said["warnings"][0]


@pytest.mark.requirement("A-26")
async def test_readyz_says_that_the_base_is_not_there(lab: Lab, open_ad: Any) -> None:
    ad: World = await open_ad(ad_base_dn="OU=Ailleurs,DC=widip,DC=local")

    code, said = await ad.ready()

    assert code == 503
    assert "AD_BASE_DN" in said["reason"]
    assert "DC=widip,DC=local" in said["reason"]
