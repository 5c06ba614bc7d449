"""The simulated Observium's API behaves as contracts/observium.md, section 1, says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone

import pytest
import pytest_asyncio

from tests.simulators.observium_world import TOKEN, World, open_wan_alert, open_world

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened


async def test_list_is_an_object_keyed_by_id_with_text_values(world: World) -> None:
    answer = await world.get("devices/")

    assert (answer["status"], answer["count"]) == ("ok", 6)
    assert answer["devices"]["11"]["hostname"] == "lilas-fw1.widip.example"
    assert all(value is None or isinstance(value, str) for row in answer["devices"].values() for value in row.values())


async def test_device_rows_show_snmp_secrets_unless_fields_trims_them(world: World) -> None:
    full = (await world.get("devices/11/"))["device"]
    trimmed = (await world.get("devices/11/", fields="device_id,status,nothing"))["device"]

    assert full["snmp_community"] == "sim-snmp-secret"
    assert {"snmp_authpass", "snmp_cryptopass"} <= full.keys()
    assert trimmed == {"device_id": "11", "status": "1"}


@pytest.mark.parametrize("path", ["devices/12/", "devices/12", "devices/lilas-sw1.widip.example/"])
async def test_one_device_by_id_or_hostname_under_a_singular_key(world: World, path: str) -> None:
    answer = await world.get(path)

    assert answer["device"]["device_id"] == "12"
    assert "count" not in answer


@pytest.mark.parametrize("path", ["devices/999/", "ports/999/", "alerts/1/", "eventlog/", "devices/lilas-sw1/"])
async def test_unknown_id_or_endpoint_is_404_with_a_body(world: World, path: str) -> None:
    answer = await world.client.get(f"/api/v0/{path}", headers=TOKEN)

    assert answer.status_code == 404
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"hostname": "lilas-sw1"}, {"12", "13"}),
        ({"hostname": "lilas-sw1.*"}, {"12"}),
        ({"hostname": "LILAS-?W1.widip.example"}, {"11", "12"}),
        ({"location_text": "aile"}, {"13"}),
        ({"location": "aile"}, set()),
        ({"type": "firewall"}, {"11", "21", "31"}),
        ({"device": "21"}, {"21"}),
        ({"status": "0"}, set()),
        ({"no_such_key": "x"}, {"11", "12", "13", "21", "22", "31"}),
    ],
)
async def test_device_filters(world: World, query: dict[str, str], expected: set[str]) -> None:
    rows = (await world.get("devices/", **query))["devices"]

    assert set(rows) == expected
    assert rows or rows == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"device_id": "11", "state": "down"}, {"1101"}),
        ({"device_id": "11", "state": "admindown"}, {"1102"}),
        ({"device_id": "11", "state": "shutdown"}, {"1102"}),
        ({"device_id": "11", "state": "up"}, {"1103"}),
        ({"device_id": "11", "state": "adminup"}, {"1101", "1103"}),
        ({"device_id": "11", "alerted": "1"}, {"1101"}),
        ({"device_id": "11", "ifOperStatus": "down"}, {"1101", "1102", "1103"}),
        ({"port_descr_type": "transit"}, {"1101", "1102", "2101", "3101"}),
        ({"ifAlias": "FTTO"}, {"1101", "2101"}),
        ({"hostname": "genets", "label": "wan"}, {"3101"}),
        ({"errors": "1"}, set()),
    ],
)
async def test_port_filters(world: World, query: dict[str, str], expected: set[str]) -> None:
    world.state.set_port(1101, oper="lowerLayerDown")
    world.state.set_port(1102, admin="down", oper="down")

    assert set((await world.get("ports/", **query))["ports"]) == expected


async def test_empty_result_is_a_list_and_counts_are_int_or_text(world: World) -> None:
    ports, alerts = await world.get("ports/", ifType="none"), await world.get("alerts/")

    assert (ports["ports"], ports["count"]) == ([], 0)
    assert (alerts["alerts"], alerts["count"]) == ([], "0")


async def test_pages_begin_at_one(world: World) -> None:
    pages = [await world.get("devices/", pagesize="4", pageno=str(number)) for number in (1, 2, 3)]

    assert [list(page["devices"]) for page in pages] == [["11", "12", "13", "21"], ["22", "31"], []]


async def test_pagesize_may_be_rounded_up_as_the_web_interface_does(world: World) -> None:
    world.state.rounds_pagesize = True

    assert (await world.get("devices/", pagesize="4"))["count"] == 6


async def test_basic_and_bearer_are_accepted(world: World) -> None:
    basic = await world.client.get("/api/v0/ports/", auth=("widip", "sim-password"))
    bearer = await world.client.get("/api/v0/ports/", headers=TOKEN)

    assert (basic.status_code, bearer.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, ""),
        ({"Authorization": "Bearer wrong"}, ""),
        ({"Authorization": "Basic !!"}, ""),
        ({"X-API-Token": "obs_sim-token"}, ""),
        ({}, "?token=obs_sim-token"),
    ],
)
async def test_other_credentials_are_401(world: World, headers: dict[str, str], query: str) -> None:
    assert (await world.client.get(f"/api/v0/devices/{query}", headers=headers)).status_code == 401


async def test_ten_refusals_lock_the_client_out_for_300_seconds(world: World) -> None:
    refused = [(await world.client.get("/api/v0/devices/")).status_code for _ in range(10)]
    locked = (await world.client.get("/api/v0/devices/", headers=TOKEN)).status_code
    world.wait(301)
    later = (await world.client.get("/api/v0/devices/", headers=TOKEN)).status_code

    assert (set(refused), locked, later) == ({401}, 429, 200)


async def test_writes_are_403_for_a_read_only_token(world: World) -> None:
    assert (await world.client.put("/api/v0/alerts/9827/", headers=TOKEN)).status_code == 403


async def test_html_fault_gives_a_page_with_status_200(world: World) -> None:
    world.app.state.faults.add("html", "devices")

    answer = await world.client.get("/api/v0/devices/", headers=TOKEN)

    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert (await world.get("devices/"))["count"] == 6


async def test_up_devices_are_polled_every_300_seconds_in_local_time(world: World) -> None:
    before = (await world.get("ports/1101/"))["port"]["poll_time"]
    world.wait(600)
    after = (await world.get("ports/1101/"))["port"]["poll_time"]
    polled = (await world.get("devices/11/"))["device"]["last_polled"]

    assert int(after) - int(before) == 600
    local = datetime.fromtimestamp(int(after), timezone(timedelta(hours=2)))
    assert polled == local.strftime("%Y-%m-%d %H:%M:%S")


async def test_down_device_freezes_its_ports_until_it_is_up_again(world: World) -> None:
    await world.client.post("/_sim/device/11", json={"status": 0})
    frozen = (await world.get("ports/1101/"))["port"]
    world.state.set_port(1101, oper="down")
    world.wait(3600)
    device, port = (await world.get("devices/11/"))["device"], (await world.get("ports/1101/"))["port"]
    await world.client.post("/_sim/device/11", json={"status": 1})
    revived = (await world.get("ports/1101/"))["port"]

    assert (device["status"], device["status_type"]) == ("0", "ping")
    assert port == frozen
    assert (revived["ifOperStatus"], int(revived["poll_time"])) == ("down", int(world.clock[0].timestamp()))


async def test_snmp_silence_is_a_status_of_its_own(world: World) -> None:
    await world.client.post("/_sim/device/12", json={"status_type": "snmp"})

    device = (await world.get("devices/12/"))["device"]

    assert (device["status"], device["status_type"]) == ("0", "snmp")


async def test_rebooted_device_counts_its_uptime_from_zero(world: World) -> None:
    world.state.set_device(11, status=0)
    world.wait(900)
    world.state.set_device(11, status=1, rebooted=True)

    assert (await world.get("devices/11/"))["device"]["uptime"] == "0"


async def test_alert_id_is_stable_per_checker_and_entity(world: World) -> None:
    first = await open_wan_alert(world)
    await world.client.post(f"/_sim/recover/{first}")
    again = await open_wan_alert(world)
    other_checker = world.state.open_alert(11, "port", 1101, "Errors")
    other_entity = world.state.open_alert(11, "device", 11, "WAN tombé")

    assert [first, again, other_checker, other_entity] == [9827, 9827, 9828, 9829]


async def test_alerts_are_filtered_by_status_and_device(world: World) -> None:
    alert_id = str(await open_wan_alert(world))
    world.wait(600)
    failed = await world.get("alerts/", status="failed", device_id="lilas-fw")
    row = failed["alerts"][alert_id]
    world.state.recover(int(alert_id))

    assert (failed["count"], row["alert_status"], row["status"], row["count"]) == ("1", "0", "FAILED", "3")
    assert json.loads(row["state"])["metrics"] == {"ifAdminStatus": "up", "ifOperStatus": "down"}
    assert row["humanized"] is True
    assert not {"severity", "timestamp", "alert_id"} & row.keys()
    assert (await world.get("alerts/", status="failed"))["alerts"] == []
    assert set((await world.get("alerts/", status="ok", device_id="11"))["alerts"]) == {alert_id}


async def test_alert_rows_name_their_entity_when_asked(world: World) -> None:
    alert_id = await open_wan_alert(world)

    alert = (await world.get(f"alerts/{alert_id}/", expand_entities="1"))["alert"]

    assert (alert["hostname"], alert["entity_name"]) == ("lilas-fw1.widip.example", "wan1")


async def test_port_checkers_do_not_run_on_a_down_device(world: World) -> None:
    world.state.set_device(11, status=0)

    wanted = {"device_id": 11, "entity_type": "port", "entity_id": 1101, "name": "x"}
    refused = await world.client.post("/_sim/alert", json=wanted)
    allowed = await world.client.post("/_sim/alert", json=wanted | {"entity_type": "device", "entity_id": 11})

    assert (refused.status_code, allowed.status_code) == (409, 200)


async def test_alert_log_tells_failure_and_recovery_newest_first(world: World) -> None:
    alert_id = await open_wan_alert(world)
    world.wait(60)
    world.state.recover(alert_id)

    log = (await world.get("alert_log/", device_id="11"))["alert_log"]
    late = (await world.get("alert_log/", timestamp_from="2026-03-01 10:00:30"))["alert_log"]

    assert [row["log_type"] for row in log.values()] == ["OK", "FAIL"]
    assert [row["timestamp"] for row in late.values()] == ["2026-03-01 10:01:00"]
