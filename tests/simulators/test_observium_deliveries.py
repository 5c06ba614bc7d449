"""The simulated Observium posts alerts as contracts/observium.md, section 2, says."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from simulators.observium.deliveries import (
    JSON_FIELDS,
    build_delivery,
    build_empty_delivery,
    build_syslog_delivery,
    build_unfilled_delivery,
)
from tests.simulators.observium_world import START, World, open_wan_alert, open_world

pytestmark = pytest.mark.asyncio

WEBHOOK_KEY = "Bearer xyz"


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with open_world() as opened:
        yield opened


async def test_webhook_body_keeps_types_and_webhook_json_is_all_text(world: World) -> None:
    alert_id = await open_wan_alert(world)

    typed = json.loads(build_delivery(world.state, alert_id, state_name="ALERT", flavour="webhook", at=START))
    text = json.loads(build_delivery(world.state, alert_id, state_name="ALERT", flavour="webhook-json", at=START))

    assert typed["ALERT_UNIXTIME"] == int(START.timestamp())
    assert (typed["ALERT_ID"], typed["DEVICE_ID"], typed["ENTITY_ID"]) == ("9827", "11", "1101")
    assert (typed["DEVICE_DESCRIPTION"], typed["ENTITY_GROUPS"]) == (None, [])
    assert typed["DEVICE_GROUPS"] == {"1": "EHPAD Les Lilas"}
    assert typed["METRICS"] == "ifAdminStatus = up\n             ifOperStatus = down"
    assert (typed["ALERT_STATUS"], typed["ALERT_SEVERITY"]) == ("0", "Critical")
    assert (typed["ENTITY_TYPE"], typed["ENTITY_NAME"]) == ("port", "wan1")
    assert typed["ALERT_TIMESTAMP_RFC3339"] == "2026-03-01T10:00:00+02:00"
    assert typed["ALERT_TIMESTAMP"] == "2026-03-01 10:00:00 +02:00"
    assert typed["TITLE"] == "ALARM: [lilas-fw1.widip.example] [port] [wan1] WAN tombé"
    assert tuple(text) == JSON_FIELDS
    assert len(text) == 37
    assert all(isinstance(value, str) for value in text.values())
    assert (text["ALERT_UNIXTIME"], text["DEVICE_DESCRIPTION"]) == (str(int(START.timestamp())), "")
    assert text["ALERT_COLOR"] == f"#{typed['ALERT_COLOR']}"


async def test_down_device_says_so_in_its_uptime(world: World) -> None:
    world.state.set_device(12, status=0)
    alert_id = world.state.open_alert(12, "device", 12, "up/down", severity="warn")
    later = START + timedelta(seconds=269)

    tags = json.loads(build_delivery(world.state, alert_id, state_name="ALERT REMINDER", flavour="webhook", at=later))

    assert (tags["ALERT_STATE"], tags["ALERT_SEVERITY"]) == ("ALERT REMINDER", "Warning")
    assert tags["DEVICE_UPTIME"] == "Down (PING) 4m 29s"
    assert tags["METRICS"] == "device_status = 0"
    assert tags["DURATION"] == "9m 29s (2026-03-01 09:55:00)"


async def test_recover_has_status_one_and_the_metrics_of_recovery(world: World) -> None:
    alert_id = await open_wan_alert(world)
    world.state.set_port(1101, oper="up")
    world.state.recover(alert_id)

    tags = json.loads(build_delivery(world.state, alert_id, state_name="RECOVER", flavour="webhook-json", at=START))

    assert (tags["ALERT_STATE"], tags["ALERT_STATUS"], tags["ALERT_ID"]) == ("RECOVER", "1", str(alert_id))
    assert tags["METRICS"].endswith("ifOperStatus = up")


async def test_syslog_leaves_placeholders_only_through_webhook_json(world: World) -> None:
    typed = json.loads(build_syslog_delivery(world.state, 11, flavour="webhook", at=START))
    text = json.loads(build_syslog_delivery(world.state, 11, flavour="webhook-json", at=START))

    assert not [name for name in typed if name.startswith("ENTITY_") or name == "DURATION"]
    assert (text["ENTITY_ID"], text["DURATION"]) == ("%ENTITY_ID%", "%DURATION%")
    assert (text["ALERT_STATE"], text["ALERT_ID"]) == ("SYSLOG", "5")


async def test_broken_contacts_post_unfilled_placeholders_or_an_empty_list(world: World) -> None:
    unfilled = json.loads(build_unfilled_delivery())

    assert unfilled["ALERT_STATE"] == "%ALERT_STATE%"
    assert build_empty_delivery() == b"[]"


async def deliver(world: World, **wanted: Any) -> Any:
    body = {"url": "http://desk.test/hook", **wanted}
    answer = await world.client.post("/_sim/deliver", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_delivery_carries_the_documented_headers(world: World) -> None:
    alert_id = await open_wan_alert(world)

    outcome = await deliver(world, alert_id=alert_id, flavour="webhook-json", state="ALERT", token=WEBHOOK_KEY)

    headers, body = world.receiver.got[0]
    assert outcome == {"status_code": 200, "body": '{"status":"successful"}', "success": True}
    assert headers["authorization"] == WEBHOOK_KEY
    assert headers["user-agent"] == "Observium CE/26.1.14545"
    assert headers["connection"] == "close"
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["content-length"] == str(len(body))
    assert headers.keys() <= {"host", "authorization", "user-agent", "connection", "content-type", "content-length"}


async def test_plain_webhook_sends_no_token(world: World) -> None:
    alert_id = await open_wan_alert(world)

    await deliver(world, alert_id=alert_id, flavour="webhook", state="ALERT", token=WEBHOOK_KEY)

    assert "authorization" not in world.receiver.got[0][0]


async def test_retry_repeats_the_same_bytes(world: World) -> None:
    alert_id = await open_wan_alert(world)
    await deliver(world, alert_id=alert_id, flavour="webhook", state="ALERT")
    world.wait(300)
    world.state.set_port(1101, oper="up")
    await deliver(world, alert_id=alert_id, flavour="webhook", state="ALERT")

    assert world.receiver.got[0][1] == world.receiver.got[1][1]


@pytest.mark.parametrize(
    ("status", "body", "webhook", "webhook_json"),
    [
        (200, '{"status":"successful"}', True, True),
        (200, '{"status":"accepted"}', False, True),
        (202, "{}", False, True),
        (200, "[]", False, True),
        (200, "thank you", True, True),
        (302, "", True, True),
        (500, '{"status":"successful"}', False, False),
    ],
)
async def test_success_is_judged_as_observium_does(
    world: World, status: int, body: str, webhook: bool, webhook_json: bool
) -> None:
    alert_id = await open_wan_alert(world)
    world.receiver.status, world.receiver.body = status, body

    plain = await deliver(world, alert_id=alert_id, flavour="webhook", state="ALERT")
    templated = await deliver(world, alert_id=alert_id, flavour="webhook-json", state="ALERT")

    assert (plain["success"], templated["success"]) == (webhook, webhook_json)


@pytest.mark.parametrize(
    ("wanted", "start"),
    [
        ({"state": "EMPTY"}, b"[]"),
        ({"state": "UNFILLED"}, b'{"ALERT_STATE":"%ALERT_STATE%"'),
        ({"state": "SYSLOG", "device_id": 11}, b'{"ALERT_STATE":"SYSLOG"'),
    ],
)
async def test_odd_deliveries_can_be_sent_too(world: World, wanted: dict[str, Any], start: bytes) -> None:
    await deliver(world, flavour="webhook-json", **wanted)

    assert world.receiver.got[0][1].startswith(start)


async def test_state_switch_shows_no_secret_and_unknown_ids_are_404(world: World) -> None:
    shown = await world.client.get("/_sim/state")
    missing = await world.client.post("/_sim/port/1", json={"oper": "down"})

    assert shown.json()["devices"]["11"]["sysName"] == "lilas-fw1"
    assert "secret" not in shown.text
    assert missing.status_code == 404
