"""The Observium server keeps its promises, seen by an MCP client over the network."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from servers.observium.cache import Cache
from servers.observium.settings import ObserviumSettings
from shared.errors import (
    InvalidInput,
    NotFound,
    UpstreamError,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.redis_helper import RedisHelper
from simulators.observium.rows import SNMP_SECRETS
from tests.servers.observium_world import BASIC, OldObservium, World, free_port, open_world

pytestmark = pytest.mark.asyncio

DEVICE_REQUEST = "GET /api/v0/devices/"
SW1, SW10, FW1 = 12, 13, 11


@pytest.fixture
def cache_port(redis_port: int, redis: RedisHelper) -> int:
    """The port of an empty Redis."""
    return redis_port


@pytest.fixture
async def world(cache_port: int) -> AsyncIterator[World]:
    async with open_world(cache_port) as opened:
        yield opened


def _when(text: Any) -> datetime:
    at = datetime.fromisoformat(text)
    assert at.utcoffset() == timedelta(0), f"{text} is not UTC"
    return at


async def test_device_is_told_in_numbers_words_and_utc(world: World) -> None:
    world.state.devices[FW1] |= {"last_polled": "2026-07-01 10:00:00", "uptime": "86400", "features": None}
    before = datetime.now(UTC)

    device = await world.call("get_device_info", device_id=FW1)

    assert before <= _when(device.pop("fetched_at")) <= datetime.now(UTC)
    assert _when(device.pop("last_polled_at")) == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
    assert device == {
        "device_id": FW1,
        "hostname": "lilas-fw1.widip.example",
        "sysname": "lilas-fw1",
        "status": "up",
        "status_type": "ok",
        "type": "firewall",
        "hardware": "FortiGate 60F",
        "os": "fortigate",
        "version": "1.0",
        "location": "EHPAD Les Lilas, Local technique",
        "uptime_s": 86400,
        "ignored": False,
        "disabled": False,
    }


async def test_down_device_says_why(world: World) -> None:
    world.state.set_device(FW1, status_type="snmp")

    device = await world.call("get_device_info", device_id=FW1)

    assert (device["status"], device["status_type"]) == ("down", "snmp")


async def test_port_is_told_in_numbers_words_and_utc(world: World) -> None:
    world.state.ports[1101] |= {
        "ifLastChange": "2026-01-01 10:00:00",
        "ifInErrors_rate": "0.25",
        "poll_time": "1772352000",
    }

    port = await world.call("get_port_info", device_id=FW1, port_id=1101)

    assert _when(port.pop("fetched_at")) <= datetime.now(UTC)
    assert _when(port.pop("last_change_at")) == datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
    assert _when(port.pop("polled_at")) == datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
    assert port == {
        "port_id": 1101,
        "device_id": FW1,
        "label": "wan1",
        "alias": "Transit: Fibrelys [1Gbps] {FTTO-10234}",
        "role": "transit",
        "admin_status": "up",
        "oper_status": "up",
        "speed_bps": 1_000_000_000,
        "in_errors_per_s": 0.25,
        "out_errors_per_s": 0.0,
        "stale": False,
    }


async def test_null_and_zero_dates_are_left_out(world: World) -> None:
    world.state.devices[FW1] |= {"uptime": None, "last_polled": "0000-00-00 00:00:00", "location": ""}

    device = await world.call("get_device_info", device_id=FW1)

    assert not {"uptime_s", "last_polled_at", "location"} & device.keys()


async def test_real_numbers_are_read_like_their_text(world: World) -> None:
    native: Any = world.state.devices[FW1]
    native |= {"device_id": FW1, "status": 1, "uptime": 12.0, "ignore": 1}

    device = await world.call("get_device_info", device_id=FW1)

    assert (device["status"], device["uptime_s"], device["ignored"]) == ("up", 12, True)


async def test_row_that_does_not_read_as_documented_is_malformed(world: World) -> None:
    world.state.devices[FW1]["uptime"] = "a while"

    with pytest.raises(UpstreamMalformed):
        await world.call("get_device_info", device_id=FW1)


@pytest.mark.requirement("O-02")
async def test_name_is_matched_whole_among_those_that_contain_it(world: World) -> None:
    by_hostname = await world.call("get_device_info", hostname="LILAS-SW1.widip.example")
    by_sysname = await world.call("get_device_info", hostname="Lilas-SW1")

    assert (by_hostname["device_id"], by_sysname["device_id"]) == (SW1, SW1)


async def test_whole_sysname_is_a_name_and_comes_before_a_first_part(world: World) -> None:
    world.state.devices[SW1]["sysName"] = "Core.lilas.example"
    world.state.devices[SW10]["sysName"] = "edge"
    world.state.devices[FW1]["hostname"] = "edge.lilas.example"

    dotted = await world.call("get_device_info", hostname="core.lilas.example")
    whole = await world.call("get_device_info", hostname="edge")

    assert (dotted["device_id"], whole["device_id"]) == (SW1, SW10)


async def test_first_part_of_a_name_is_enough_when_one_device_has_it(world: World) -> None:
    world.state.devices[SW1]["sysName"] = "unnamed"

    device = await world.call("get_device_info", hostname="lilas-sw1")

    assert device["device_id"] == SW1


async def test_first_part_that_two_devices_have_is_refused_with_both(world: World) -> None:
    world.state.devices[SW1] |= {"hostname": "sw1.lilas.example", "sysName": "a"}
    world.state.devices[SW10] |= {"hostname": "sw1.genets.example", "sysName": "b"}

    with pytest.raises(InvalidInput, match=r"12 sw1\.lilas\.example .*13 sw1\.genets\.example"):
        await world.call("get_device_info", hostname="sw1")


async def test_sysname_that_two_devices_have_is_refused_with_both(world: World) -> None:
    for device_id in (SW1, SW10):
        world.state.devices[device_id]["sysName"] = "switch"

    with pytest.raises(InvalidInput, match=r"12 lilas-sw1\..*13 lilas-sw10\."):
        await world.call("get_device_info", hostname="switch")


async def test_part_of_a_name_is_no_name(world: World) -> None:
    with pytest.raises(NotFound, match="near it: 12 lilas-sw1"):
        await world.call("get_device_info", hostname="lilas-sw")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_device_info", {"device_id": 999}),
        ("get_device_info", {"hostname": "nobody.example"}),
        ("list_device_ports", {"device_id": 999}),
        ("get_port_info", {"device_id": 999, "port_id": 1101}),
        ("get_port_info", {"device_id": SW1, "port_id": 9999}),
        ("get_port_info", {"device_id": SW1, "port_id": 1101}),
        ("get_port_info", {"device_id": SW1, "port_label": "Port 99"}),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else value,
)
async def test_what_does_not_exist_is_not_found(world: World, tool: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        await world.call(tool, **arguments)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_device_info", {}),
        ("get_device_info", {"device_id": SW1, "hostname": "lilas-sw1"}),
        ("get_device_info", {"hostname": "lilas-*"}),
        ("get_port_info", {"device_id": SW1}),
        ("get_port_info", {"device_id": SW1, "port_id": 1201, "port_label": "Port 1"}),
        ("list_device_ports", {}),
        ("list_device_ports", {"device_id": SW1, "limit": 101}),
        ("list_alerts", {"limit": 0}),
        ("search_devices", {"text": "l"}),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else value,
)
async def test_unusable_arguments_are_refused_unasked(world: World, tool: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        await world.call(tool, **arguments)

    assert world.faults.requests == []


async def test_port_is_found_by_its_label_whatever_its_case(world: World) -> None:
    world.state.ports[1212] |= {"port_label": "GigabitEthernet1/0/12", "port_label_short": "Gi1/0/12"}

    by_label = await world.call("get_port_info", device_id=SW1, port_label="port 1")
    by_short_label = await world.call("get_port_info", device_id=SW1, port_label="gi1/0/12")

    assert (by_label["port_id"], by_short_label["port_id"]) == (1201, 1212)


async def test_label_of_two_ports_is_refused_with_both_ids(world: World) -> None:
    with pytest.raises(InvalidInput, match=r"2202 Radiologie, 2203 Radiologie secours"):
        await world.call("get_port_info", device_id=22, port_label="Port 2")


async def test_deleted_port_does_not_exist(world: World) -> None:
    world.state.ports[1201]["deleted"] = "1"

    listed = await world.call("list_device_ports", device_id=SW1)

    assert [port["port_id"] for port in listed["ports"]] == [1202, 1203, 1212]
    with pytest.raises(NotFound):
        await world.call("get_port_info", device_id=SW1, port_id=1201)


async def test_port_without_a_label_is_called_by_its_description(world: World) -> None:
    world.state.ports[1201] |= {"port_label": None, "ifDescr": "Slot 1"}

    port = await world.call("get_port_info", device_id=SW1, port_id=1201)

    assert port["label"] == "Slot 1"


@pytest.mark.requirement("O-04")
@pytest.mark.parametrize("why", ["down", "disabled"])
async def test_ports_of_a_device_that_is_not_polled_are_stale(world: World, why: str) -> None:
    fresh = await world.call("list_device_ports", device_id=SW10)
    world.state.devices[SW1] |= {"status": "0"} if why == "down" else {"disabled": "1"}

    listed = await world.call("list_device_ports", device_id=SW1)
    by_id = await world.call("get_port_info", device_id=SW1, port_id=1201)
    by_label = await world.call("get_port_info", device_id=SW1, port_label="Port 1")

    assert [port["stale"] for port in listed["ports"]] == [True] * 4
    assert (by_id["stale"], by_label["stale"]) == (True, True)
    assert [port["stale"] for port in fresh["ports"]] == [False] * 2
    assert (listed["device_status"], fresh["device_status"]) == ("down" if why == "down" else "up", "up")


async def test_cached_port_turns_stale_when_its_device_is_seen_down(world: World) -> None:
    await world.call("get_port_info", device_id=SW1, port_id=1201)
    world.state.set_device(SW1, status=0)
    await world.call("get_device_info", device_id=SW1, fresh_after=time.time())

    port = await world.call("get_port_info", device_id=SW1, port_id=1201)

    assert (port["from_cache"], port["stale"]) == (True, True)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999"])
async def test_number_that_is_not_finite_is_left_out(world: World, number: str) -> None:
    world.state.ports[1101] |= {
        "ifInErrors_rate": number,
        "ifOutErrors_rate": "0.5",
        "ifSpeed": number,
        "poll_time": number,
    }

    port = await world.call("get_port_info", device_id=FW1, port_id=1101)

    assert port["out_errors_per_s"] == 0.5
    assert not {"in_errors_per_s", "speed_bps", "polled_at"} & set(port)


async def test_ports_are_paged_and_their_total_is_said(world: World) -> None:
    first = await world.call("list_device_ports", hostname="lilas-sw1", limit=3)
    last = await world.call("list_device_ports", hostname="lilas-sw1", limit=3, start=first["next_start"])

    assert [port["port_id"] for port in first["ports"]] == [1201, 1202, 1203]
    assert [port["port_id"] for port in last["ports"]] == [1212]
    assert (first["total"], last["total"], first["device_id"]) == (4, 4, SW1)
    assert "next_start" not in last
    assert all(_when(port["fetched_at"]) for port in first["ports"])


async def test_empty_list_of_php_is_no_port_no_alert_no_device(world: World) -> None:
    for port_id in (1301, 1302):
        del world.state.ports[port_id]

    ports = await world.call("list_device_ports", device_id=SW10)
    alerts = await world.call("list_alerts")
    devices = await world.call("search_devices", text="nowhere")

    assert (ports["ports"], alerts["alerts"], devices["devices"]) == ([], [], [])
    assert (ports["total"], alerts["total"], devices["total"]) == (0, 0, 0)


async def test_alert_is_told_in_numbers_words_and_utc(world: World) -> None:
    alert_id = world.state.open_alert(FW1, "port", 1101, "WAN tombé")
    world.state.alerts[alert_id]["last_changed"] = "1573640521"

    page = await world.call("list_alerts")

    [alert] = page["alerts"]
    assert _when(alert.pop("fetched_at")) <= datetime.now(UTC)
    assert _when(alert.pop("changed_at")) == datetime(2019, 11, 13, 10, 22, 1, tzinfo=UTC)
    assert alert == {
        "alert_id": alert_id,
        "device_id": FW1,
        "device_hostname": "lilas-fw1.widip.example",
        "entity_type": "port",
        "entity_id": 1101,
        "entity_name": "wan1",
        "name": "WAN tombé",
        "message": "Checks failed",
        "status": "failed",
    }


async def test_only_what_is_failed_now_is_an_alert(world: World) -> None:
    failed = world.state.open_alert(FW1, "port", 1101, "WAN")
    world.state.recover(world.state.open_alert(FW1, "port", 1102, "WAN"))
    world.state.alerts[world.state.open_alert(SW1, "port", 1212, "LAN")] |= {"alert_status": "2", "status": "DELAYED"}

    page = await world.call("list_alerts")

    assert [alert["alert_id"] for alert in page["alerts"]] == [failed]


@pytest.mark.requirement("P-70")
async def test_each_alert_is_listed_in_its_state_when_asked_for(world: World) -> None:
    failed = world.state.open_alert(FW1, "port", 1101, "WAN")
    ok = world.state.open_alert(FW1, "port", 1102, "WAN")
    world.state.recover(ok)
    hidden = world.state.open_alert(FW1, "device", FW1, "Device")
    world.state.alerts[hidden] |= {"alert_status": "3", "status": "SUPPRESSED"}
    world.state.open_alert(SW1, "port", 1212, "LAN")

    page = await world.call("list_alerts", device_id=FW1, status="any")

    states = {alert["alert_id"]: alert["status"] for alert in page["alerts"]}
    assert states == {failed: "failed", ok: "ok", hidden: "suppressed"}


async def test_alerts_are_always_asked_anew(world: World) -> None:
    alert_id = world.state.open_alert(FW1, "port", 1101, "WAN")
    assert (await world.call("list_alerts"))["total"] == 1
    world.state.recover(alert_id)

    page = await world.call("list_alerts")

    assert page == {"total": 0, "alerts": []}


async def test_alerts_are_paged_last_changed_first_and_kept_to_one_device(world: World) -> None:
    opened = [world.state.open_alert(SW1, "port", port_id, "LAN") for port_id in (1201, 1202, 1203)]
    elsewhere = world.state.open_alert(FW1, "device", FW1, "Device down")
    for age, alert_id in enumerate([*opened, elsewhere]):
        world.state.alerts[alert_id]["last_changed"] = str(1772352000 - age)

    first = await world.call("list_alerts", device_id=SW1, limit=2)
    last = await world.call("list_alerts", device_id=SW1, limit=2, start=first["next_start"])
    everywhere = await world.call("list_alerts")

    assert [alert["alert_id"] for page in (first, last) for alert in page["alerts"]] == opened
    assert (first["total"], everywhere["total"]) == (3, 4)
    assert "next_start" not in last


async def test_search_finds_by_name_and_place_and_says_the_total(world: World) -> None:
    by_name = await world.call("search_devices", text="lilas-sw", limit=1)
    by_place = await world.call("search_devices", text="tilleuls, baie")

    assert (by_name["total"], [device["device_id"] for device in by_name["devices"]]) == (2, [SW1])
    assert [device["hostname"] for device in by_place["devices"]] == [
        "tilleuls-fw1.widip.example",
        "tilleuls-sw1.widip.example",
    ]
    assert all(_when(device["fetched_at"]) for device in by_place["devices"])


async def test_list_shorter_than_its_own_count_is_refused(world: World) -> None:
    body = json.dumps({"status": "ok", "count": "7", "alerts": []})
    world.faults.add("error", "/alerts/", status=200, body=body)

    with pytest.raises(UpstreamMalformed, match="counts 7 alerts and sent 0"):
        await world.call("list_alerts")


@pytest.mark.requirement("O-01")
@pytest.mark.parametrize(
    ("tool", "arguments", "key"),
    [
        ("get_device_info", {"device_id": SW1}, "observium_device_12"),
        ("get_device_info", {"hostname": "Lilas-SW1"}, "observium_device_12"),
        ("get_port_info", {"device_id": SW1, "port_id": 1201}, "observium_port_12_1201"),
        ("get_port_info", {"device_id": SW1, "port_label": "Port 1"}, "observium_ports_12"),
        ("list_device_ports", {"device_id": SW1}, "observium_ports_12"),
        ("list_device_ports", {"hostname": "lilas-sw1"}, "observium_ports_12"),
    ],
)
async def test_second_answer_comes_from_the_cache_without_a_request(
    world: World, tool: str, arguments: dict[str, Any], key: str
) -> None:
    first = await world.call(tool, **arguments)
    asked = len(world.faults.requests)

    second = await world.call(tool, **arguments)

    assert asked > 0
    assert len(world.faults.requests) == asked
    assert second == {**first, "from_cache": True}
    assert "from_cache" not in first
    assert 290 < await world.redis.ttl(key) <= 300


async def test_name_leads_to_its_device_for_as_long_as_the_device_is_kept(world: World) -> None:
    await world.call("get_device_info", hostname="LILAS-sw1.widip.example")

    assert await world.redis.get("widip:observium:host:lilas-sw1.widip.example") == str(SW1)
    assert 290 < await world.redis.ttl("widip:observium:host:lilas-sw1.widip.example") <= 300


@pytest.mark.requirement("O-01")
@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_device_info", {"device_id": SW1}),
        ("get_device_info", {"hostname": "lilas-sw1"}),
        ("get_port_info", {"device_id": SW1, "port_id": 1201}),
        ("get_port_info", {"device_id": SW1, "port_label": "Port 1"}),
        ("list_device_ports", {"device_id": SW1}),
    ],
)
async def test_entry_fetched_before_the_wanted_time_is_fetched_again(
    world: World, tool: str, arguments: dict[str, Any]
) -> None:
    before = time.time()
    await world.call(tool, **arguments)
    wanted = time.time()

    enough = await world.call(tool, **arguments, fresh_after=before)
    renewed = await world.call(tool, **arguments, fresh_after=wanted)
    kept = await world.call(tool, **arguments, fresh_after=wanted)

    assert (enough.get("from_cache"), renewed.get("from_cache"), kept.get("from_cache")) == (True, None, True)


async def test_fresh_answer_shows_what_has_changed(world: World) -> None:
    await world.call("list_device_ports", device_id=SW1)
    world.state.set_port(1201, oper="down")

    cached = await world.call("list_device_ports", device_id=SW1)
    fresh = await world.call("list_device_ports", device_id=SW1, fresh_after=time.time())

    assert (cached["ports"][0]["oper_status"], fresh["ports"][0]["oper_status"]) == ("up", "down")


class _Redis(RedisHelper):
    """A Redis that can be taken away, and counts how often it is asked."""

    is_away = False
    asked = 0

    async def get(self, key: str) -> str | None:
        self.asked += 1
        if self.is_away:
            raise UpstreamUnavailable("Redis does not answer", system="redis")
        return await super().get(key)


async def test_redis_that_went_away_is_left_alone_for_a_while_and_used_again(cache_port: int) -> None:
    now = 100.0
    async with _Redis(f"redis://127.0.0.1:{cache_port}/0") as helper:
        cache = Cache(helper, clock=lambda: now)
        await cache.keep("widip:observium:host:sw1", "12")
        helper.is_away = True

        with capture_logs() as logs:
            away = [await cache.find_text("widip:observium:host:sw1") for _ in range(3)]
            now += 6
            still_away = await cache.find_text("widip:observium:host:sw1")
            helper.is_away = False
            now += 6
            back = await cache.find_text("widip:observium:host:sw1")
            helper.is_away = True
            away_again = await cache.find_text("widip:observium:host:sw1")

    assert (away, still_away, back, away_again) == ([None] * 3, None, "12", None)
    assert helper.asked == 4
    assert [line["event"] for line in logs] == ["cache_away", "cache_back", "cache_away"]


@pytest.mark.parametrize(("ahead_s", "is_used"), [(30, True), (120, False)])
async def test_entry_fetched_in_the_future_is_no_entry(world: World, ahead_s: int, is_used: bool) -> None:
    await world.call("get_device_info", device_id=SW1)
    entry = json.loads(await world.redis.get("observium_device_12") or "")
    fetched_at = (datetime.now(UTC) + timedelta(seconds=ahead_s)).isoformat()
    await world.redis.set("observium_device_12", json.dumps({**entry, "fetched_at": fetched_at}))

    device = await world.call("get_device_info", device_id=SW1, fresh_after=time.time())

    assert ("from_cache" in device) is is_used
    assert _when(device["fetched_at"]) <= datetime.now(UTC) + timedelta(seconds=60)


async def test_entry_in_another_format_is_no_entry(world: World) -> None:
    await world.redis.set("observium_device_12", '{"device_id": 12, "status": "1"}')

    device = await world.call("get_device_info", device_id=SW1)

    assert (device["hostname"], "from_cache" in device) == ("lilas-sw1.widip.example", False)


@pytest.mark.requirement("O-05")
async def test_without_redis_everything_is_answered_and_the_log_says_it_once(cache_port: int) -> None:
    with capture_logs() as logs:
        async with open_world(cache_port, redis_port=free_port()) as world:
            by_id = await world.call("get_device_info", device_id=SW1)
            by_name = await world.call("get_device_info", hostname="lilas-sw1")
            ports = await world.call("list_device_ports", device_id=SW1)

    assert (by_id["device_id"], by_name["device_id"], ports["total"]) == (SW1, SW1, 4)
    assert [line["event"] for line in logs].count("cache_away") == 1


@pytest.mark.requirement("O-03")
@pytest.mark.parametrize("transport", [None, OldObservium()], ids=["trims columns", "sends every column"])
async def test_snmp_secrets_reach_no_answer_no_cache_and_no_log(
    cache_port: int, transport: httpx.AsyncBaseTransport | None
) -> None:
    with capture_logs() as logs:
        async with open_world(cache_port, transport=transport) as world:
            world.state.open_alert(SW1, "device", SW1, "Device down")
            world.state.devices[FW1]["status"] = "lost"
            answers = [
                await world.call("get_device_info", device_id=SW1),
                await world.call("get_device_info", hostname="lilas-sw10"),
                await world.call("list_device_ports", device_id=SW1),
                await world.call("list_alerts"),
                await world.call("search_devices", text="lilas-sw"),
            ]
            with pytest.raises(UpstreamMalformed) as malformed:
                await world.call("get_device_info", device_id=FW1)
            kept = [await world.redis.get(key) for key in await world.redis.keys()]

    seen = json.dumps([answers, kept, logs, str(malformed.value)], default=str)
    assert len(kept) >= 4
    assert not [secret for secret in SNMP_SECRETS.values() if secret in seen]
    assert "snmp_" not in seen


async def test_columns_are_named_when_devices_and_ports_are_asked(world: World) -> None:
    await world.call("get_device_info", device_id=SW1)
    await world.call("get_device_info", hostname="lilas-sw10")
    await world.call("get_port_info", device_id=SW1, port_id=1201)
    await world.call("list_device_ports", device_id=SW1)
    await world.call("search_devices", text="lilas")

    assert len(world.faults.requests) == 8
    assert all("fields=" in line and "snmp" not in line for line in world.faults.requests)


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"observium_api_token": None, **BASIC},
        {"observium_username": "widip", "observium_password": "not looked at"},
    ],
    ids=["token", "account", "token before account"],
)
async def test_token_or_account_opens_observium(cache_port: int, credentials: dict[str, Any]) -> None:
    async with open_world(cache_port, **credentials) as world:
        device = await world.call("get_device_info", device_id=SW1)

    assert device["device_id"] == SW1


@pytest.mark.parametrize(
    "credentials",
    [{"observium_api_token": "obs_wrong"}, {"observium_api_token": "", **BASIC, "observium_password": "wrong"}],
    ids=["token", "account"],
)
async def test_refused_credentials_are_for_a_person_to_mend(cache_port: int, credentials: dict[str, Any]) -> None:
    async with open_world(cache_port, **credentials) as world:
        with pytest.raises(UpstreamUnauthorized, match="OBSERVIUM_API_TOKEN") as refused:
            await world.call("get_device_info", device_id=SW1)

        assert world.faults.count(DEVICE_REQUEST) == 1
        assert "wrong" not in str(refused.value)


@pytest.mark.parametrize(
    "incomplete",
    [{}, {"observium_username": "widip"}, {"observium_password": "x"}, {"observium_api_token": ""}],
    ids=["nothing", "no password", "no username", "empty token"],
)
async def test_server_without_a_way_to_sign_in_does_not_start(incomplete: dict[str, Any]) -> None:
    url: Any = "https://observium.example/api/v0"

    with pytest.raises(ValidationError, match="set OBSERVIUM_API_TOKEN"):
        ObserviumSettings(observium_api_url=url, insecure_dev=True, **incomplete)


async def test_unknown_time_zone_is_refused_at_start() -> None:
    url: Any = "https://observium.example/api/v0"
    token: Any = "obs_x"

    with pytest.raises(ValidationError, match="no such time zone"):
        ObserviumSettings(
            observium_api_url=url, observium_api_token=token, insecure_dev=True, observium_timezone="Mars/Base"
        )


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (401, "{}", UpstreamUnauthorized),
        (401, "<html>", UpstreamUnauthorized),
        (403, "{}", UpstreamRejected),
        (404, '{"status":"error"}', NotFound),
        (404, "<html>", UpstreamError),
        (418, "{}", UpstreamRejected),
        (302, "", UpstreamRejected),
        (429, "{}", UpstreamUnavailable),
        (200, '{"status":"error","message":"planted"}', UpstreamUnavailable),
        (200, '{"status":"ok"}', UpstreamMalformed),
        (200, '{"status":"ok","device":[]}', NotFound),
        (200, '{"device":{}}', UpstreamMalformed),
        (200, "[]", UpstreamMalformed),
        (200, "not JSON", UpstreamMalformed),
    ],
)
async def test_unusable_answer_is_told_by_who_can_act_and_not_asked_again(
    world: World, status: int, body: str, expected: type[WidipError]
) -> None:
    world.faults.add("error", DEVICE_REQUEST, status=status, body=body, times=-1)

    with pytest.raises(expected) as failure:
        await world.call("get_device_info", device_id=SW1)

    assert world.faults.count(DEVICE_REQUEST) == 1
    assert "planted" not in str(failure.value)
    assert await world.redis.keys() == []


async def test_forbidden_read_blames_the_account_and_not_the_address(world: World) -> None:
    world.faults.add("error", "/alerts/", status=403)

    with pytest.raises(UpstreamRejected, match="does not let our account read"):
        await world.call("list_alerts")


async def test_login_page_instead_of_an_answer_means_unavailable(world: World) -> None:
    world.faults.add("html", DEVICE_REQUEST)

    with pytest.raises(UpstreamUnavailable):
        await world.call("get_device_info", device_id=SW1)


@pytest.mark.parametrize("kind", ["error", "down"])
async def test_read_is_repeated_until_observium_answers(world: World, kind: str) -> None:
    world.faults.add(kind, DEVICE_REQUEST, times=2)

    device = await world.call("get_device_info", device_id=SW1)

    assert device["device_id"] == SW1
    assert world.faults.count(DEVICE_REQUEST) == 3


async def test_silent_observium_is_unavailable_within_the_deadline(cache_port: int) -> None:
    async with open_world(cache_port, observium_timeout_s=0.2) as world:
        world.faults.add("hang", DEVICE_REQUEST, times=-1)
        started = time.monotonic()

        with pytest.raises(UpstreamUnavailable):
            await world.call("get_device_info", device_id=SW1)

        assert time.monotonic() - started < 5


async def test_cached_answer_outlives_observium(world: World) -> None:
    await world.call("get_device_info", hostname="lilas-sw1")
    world.faults.add("down", times=-1)

    device = await world.call("get_device_info", hostname="lilas-sw1")

    assert device["from_cache"] is True


async def test_ready_is_one_read_with_our_credentials(cache_port: int) -> None:
    async with open_world(cache_port) as world, httpx.AsyncClient(base_url=world.server_url) as http:
        ready = await http.get("/readyz")

    assert (ready.status_code, ready.json()["warnings"]) == (200, [])
    assert world.faults.requests == ["GET /api/v0/devices/?pagesize=1&fields=device_id"]


async def test_not_ready_when_observium_refuses_us(cache_port: int) -> None:
    refused = open_world(cache_port, observium_api_token="obs_wrong")
    async with refused as world, httpx.AsyncClient(base_url=world.server_url) as http:
        ready = await http.get("/readyz")

    assert (ready.status_code, ready.json()["code"]) == (503, "upstream_unauthorized")


async def test_readiness_asks_a_failing_observium_once(cache_port: int) -> None:
    async with open_world(cache_port) as world, httpx.AsyncClient(base_url=world.server_url) as http:
        world.faults.add("error", DEVICE_REQUEST, times=-1)
        ready = await http.get("/readyz")

    assert (ready.status_code, ready.json()["code"]) == (503, "upstream_unavailable")
    assert world.faults.count(DEVICE_REQUEST) == 1


async def test_account_that_sees_no_device_is_warned_of(cache_port: int) -> None:
    async with open_world(cache_port) as world, httpx.AsyncClient(base_url=world.server_url) as http:
        world.state.devices.clear()
        ready = await http.get("/readyz")

    assert ready.status_code == 200
    assert "no device" in ready.json()["warnings"][0]


async def test_tools_only_read_and_their_list_is_short(world: World) -> None:
    tools = world.toolbox.tools()

    listed = json.dumps([[tool.name, tool.description, tool.input_schema] for tool in tools], ensure_ascii=False)
    assert sorted(tool.name for tool in tools) == [
        "get_device_info",
        "get_port_info",
        "list_alerts",
        "list_device_ports",
        "search_devices",
    ]
    assert all(tool.read_only for tool in tools)
    assert all(len(tool.description) <= 300 for tool in tools)
    assert len(listed) / 4 < 900
