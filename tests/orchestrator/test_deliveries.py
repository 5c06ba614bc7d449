"""Every delivery that Observium can make, posted as Observium posts it and judged as Observium judges the answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from orchestrator.tables import delivery
from tests.orchestrator.conftest import WEBHOOK_TOKEN, Orchestrated, Start
from tests.orchestrator.test_incidents import are_diagnosed

PATH = "/webhooks/observium"


async def send(
    o: Orchestrated, kind: str, *, flavour: str = "webhook", token: str | None = None, query: str = "", subject: int = 0
) -> dict[str, Any]:
    """Have the simulated Observium deliver; what it made of the answer."""
    given = {"alert_id": subject, "url": f"{o.url}{PATH}{query}", "flavour": flavour, "state": kind, "token": token}
    answer = await o.http.post(f"{o.system.observium_url}/_sim/deliver", json=given)
    return dict(answer.json())


async def kept(o: Orchestrated) -> list[dict[str, Any]]:
    """What of the deliveries was kept, once it has been taken notice of."""
    async with asyncio.timeout(20):
        while True:
            rows = await o.app.state.line.database.read(
                lambda c: [dict(row) for row in c.execute(sa.select(delivery)).mappings()]
            )
            if all(row["admitted_at"] for row in rows):
                return list(rows)
            await asyncio.sleep(0.02)


async def unusable(o: Orchestrated) -> list[dict[str, Any]]:
    """What was kept of those that could not be used."""
    return list((await o.http.get("/api/deliveries/unusable", headers=o.auth)).json()["deliveries"])


def polls(o: Orchestrated) -> int:
    """How often Observium's list of alerts was asked for."""
    return int(o.system.observium.state.faults.count("GET /api/v0/alerts"))


WAYS = [
    ("webhook", None, f"?token={WEBHOOK_TOKEN}"),
    ("webhook-json", WEBHOOK_TOKEN, ""),
    ("webhook-json", f"Bearer {WEBHOOK_TOKEN}", ""),
    ("webhook-json", None, f"?token={WEBHOOK_TOKEN}"),
]
"""How each transport can carry the token: the plain one sends no header."""
KINDS = [("ALERT", "opened"), ("ALERT REMINDER", "opened"), ("RECOVER", "recorded"), ("SYSLOG", "recorded")]


@pytest.mark.requirement("P-49")
@pytest.mark.parametrize(("flavour", "token", "query"), WAYS)
async def test_every_kind_by_every_way_is_a_success_to_observium_and_is_kept(
    start: Start, flavour: str, token: str | None, query: str
) -> None:
    o = await start(settle_s=600)
    subjects = {
        "ALERT": o.break_port(),
        "ALERT REMINDER": o.break_port(21, 2101),
        "RECOVER": o.break_port(31, 3101),
        "SYSLOG": 12,
    }
    o.system.observium.state.observium.recover(subjects["RECOVER"])

    sent = {
        kind: await send(o, kind, flavour=flavour, token=token, query=query, subject=subjects[kind])
        for kind, _outcome in KINDS
    }

    assert [(s["success"], s["status_code"], s["body"]) for s in sent.values()] == [
        (True, 200, '{"status":"successful"}')
    ] * 4
    rows = {row["kind"]: row["outcome"] for row in await kept(o)}
    assert rows == {kind.removeprefix("ALERT ") if " " in kind else kind: outcome for kind, outcome in KINDS}
    found = await o.until(lambda rows: len(rows) == 2 and are_diagnosed(rows))
    assert {row["site"] for row in found} == {"LILAS", "TILLEULS"}
    assert await unusable(o) == []


@pytest.mark.requirement("P-49")
@pytest.mark.parametrize("flavour", ["webhook", "webhook-json"])
@pytest.mark.parametrize(("kind", "reason"), [("UNFILLED", "ALERT_STATE"), ("EMPTY", "not a JSON object")])
async def test_a_contact_whose_template_is_broken_is_told_why_and_costs_one_look(
    start: Start, kind: str, reason: str, flavour: str
) -> None:
    o = await start(settle_s=600)
    o.break_port()

    sent = await send(o, kind, flavour=flavour, query=f"?token={WEBHOOK_TOKEN}")
    (incident,) = await o.until(are_diagnosed)

    assert (sent["success"], sent["status_code"]) == (False, 422)
    assert reason in json.loads(sent["body"])["reason"]
    assert "template" in json.loads(sent["body"])["reason"]
    (row,) = await unusable(o)
    assert (row["source"], reason in row["reason"]) == ("127.0.0.1", True)
    assert incident["site"] == "LILAS"
    assert polls(o) == 1


# contracts/observium.md, section 2, "Real bytes": what `webhook` posts, types as they come.
SHEET = r"""{"ALERT_STATE":"ALERT","ALERT_STATE_NAME":"ALARM","ALERT_EMOJI":"&#x1F525;","ALERT_EMOJI_NAME":"fire",
"ALERT_STATUS":"0","ALERT_STATUS_CUSTOM":"100","ALERT_SEVERITY":"Critical","ALERT_COLOR":"D94640",
"ALERT_URL":"https://observium.test/device/device=344/tab=alert/alert_entry=9827/","ALERT_UNIXTIME":1600532824,
"ALERT_TIMESTAMP":"2020-09-19 19:27:04 +03:00","ALERT_ID":"9827","ALERT_MESSAGE":"up/down",
"CONDITIONS":"device_status equals 0 (0)","METRICS":"device_status = 0","DURATION":"4m 29s (2020-09-19 19:22:35)",
"ENTITY_NAME":"cyberpower-pdu.test","ENTITY_ID":"344","ENTITY_TYPE":"device","ENTITY_DESCRIPTION":null,
"DEVICE_HOSTNAME":"cyberpower-pdu.test","DEVICE_SYSNAME":"pdu41003","DEVICE_ID":"344","DEVICE_TYPE":"power",
"DEVICE_LOCATION":"Server Room","DEVICE_UPTIME":"Down (PING) 4m 29s","DEVICE_REBOOTED":"2020-09-19 12:23:53",
"TITLE":"ALERT: [cyberpower-pdu.test] [device] up/down","DEVICE_GROUPS":{"3":"Site Paris"},"ENTITY_GROUPS":[]}"""
TYPED = json.loads(SHEET)
ALL_TEXT = {k: "" if v is None else v if isinstance(v, str) else json.dumps(v) for k, v in TYPED.items()}
OLD = {k: v for k, v in TYPED.items() if k not in ("ALERT_STATUS", "ALERT_SEVERITY", "ALERT_STATUS_CUSTOM")}
UNFILLED = TYPED | {k: f"%{k}%" for k in ("DURATION", "METRICS", "DEVICE_LOCATION", "ENTITY_ID", "ALERT_SEVERITY")}
BODIES = {
    "the sheet's bytes": SHEET.encode(),
    "all text": json.dumps(ALL_TEXT).encode(),
    "numbers as numbers": json.dumps(TYPED | {"ALERT_ID": 9827, "DEVICE_ID": 344, "ENTITY_ID": 344}).encode(),
    "of 2018, slashes escaped": json.dumps(OLD).replace("/", "\\/").encode(),
    "some placeholders unfilled": json.dumps(UNFILLED).encode(),
    "groups as a list": json.dumps(TYPED | {"DEVICE_GROUPS": [], "DEVICE_GROUP_NAMES": None}).encode(),
    "a state with a name of its own": json.dumps(TYPED | {"ALERT_STATE_NAME": "RECOVER"}).encode(),
    "tags of another version": json.dumps(TYPED | {"NEW_TAG": {"a": [1]}}).encode(),
    "byte order mark": b"\xef\xbb\xbf" + SHEET.encode(),
}


@pytest.mark.requirement("P-49")
@pytest.mark.parametrize("name", BODIES)
async def test_one_alert_in_whatever_types_is_one_and_the_same(start: Start, name: str) -> None:
    o = await start(settle_s=600)

    first = await o.post(BODIES[name])
    again = await o.post(SHEET.encode())
    await o.until(are_diagnosed)

    (row,) = await kept(o)
    assert (first.status_code, again.status_code, row["times"]) == (200, 200, 2)
    assert (row["alert_id"], row["body"]["device_id"], row["at"].year) == (9827, 344, 2020)
    assert len(o.tickets) == 1
    assert "%" not in o.text(o.tickets[0]["content"])
    assert "up/down" in o.text(o.tickets[0]["name"])


UNUSABLE = {
    "of 2016": (b'{"originator":"x","body":"TITLE\\nMETRICS"}', "ALERT_STATE"),
    "a state of nobody": (json.dumps(TYPED | {"ALERT_STATE": "ALARM"}).encode(), "ALERT_STATE"),
    "no alert": (json.dumps(TYPED | {"ALERT_ID": "%ALERT_ID%"}).encode(), "ALERT_ID"),
    "no time": (json.dumps(TYPED | {"ALERT_UNIXTIME": None}).encode(), "ALERT_UNIXTIME"),
    "no device": (json.dumps({k: v for k, v in TYPED.items() if k != "DEVICE_ID"}).encode(), "DEVICE_ID"),
    "latin-1": (SHEET.replace("Server Room", "Baie é").encode("latin-1"), "JSON"),
    "cut": (SHEET.encode()[:300], "JSON"),
    "nothing": (b"", "JSON"),
    "too much": (b'{"x":"' + b"a" * 300_000 + b'"}', "larger"),
    "NUL": (b'{"ALERT_STATE":"\x00"}\x00', "JSON"),
}


@pytest.mark.requirement("P-49")
@pytest.mark.parametrize("name", UNUSABLE)
async def test_what_cannot_be_used_is_refused_with_its_reason_and_kept(orchestrated: Orchestrated, name: str) -> None:
    body, reason = UNUSABLE[name]

    answer = await orchestrated.post(body)

    (row,) = await unusable(orchestrated)
    assert (answer.status_code, answer.json()["status"]) == (422, "unusable")
    assert reason in answer.json()["reason"]
    assert row["reason"] == answer.json()["reason"]
    assert len(row["body"]) <= 4100
    assert await kept(orchestrated) == []


WRONG = [
    {"headers": {}},
    {"headers": {"authorization": f"AccessKey {WEBHOOK_TOKEN}"}},
    {"headers": {"authorization": f"Basic {WEBHOOK_TOKEN}"}},
    {"headers": {"authorization": "Bearer"}},
    {"headers": {"authorization": f"Bearer {WEBHOOK_TOKEN}x"}},
    {"headers": {"authorization": f"Bearer {WEBHOOK_TOKEN[:-1]}"}},
    {"headers": {"x-api-token": WEBHOOK_TOKEN}},
    {"params": {"token": ""}},
    {"params": {"key": WEBHOOK_TOKEN}},
    {"params": {"token": WEBHOOK_TOKEN.upper()}},
]


RIGHT: list[dict[str, Any]] = [
    {"headers": {"authorization": "Basic cHJveHk6c2VjcmV0"}, "params": {"token": WEBHOOK_TOKEN}},
    {"headers": {"authorization": f"bearer {WEBHOOK_TOKEN}"}},
    {"headers": {"authorization": f"BEARER  {WEBHOOK_TOKEN}"}},
    {"headers": {"authorization": f"Bearer {WEBHOOK_TOKEN}"}, "params": {"token": "old"}},
]


@pytest.mark.requirement("P-76")
@pytest.mark.parametrize("right", RIGHT)
async def test_the_token_in_one_place_is_enough_whatever_stands_in_the_other(
    orchestrated: Orchestrated, right: dict[str, Any]
) -> None:
    answer = await orchestrated.http.post(PATH, content=SHEET.encode(), **right)

    assert answer.status_code == 200
    assert len(await kept(orchestrated)) == 1


@pytest.mark.requirement("P-49")
async def test_without_the_token_nothing_is_read_kept_or_looked_for(orchestrated: Orchestrated) -> None:
    for wrong in WRONG:
        for body in (SHEET.encode(), b"[]"):
            answer: httpx.Response = await orchestrated.http.post(PATH, content=body, **wrong)  # type: ignore[arg-type]
            assert answer.status_code == 401, wrong
            assert WEBHOOK_TOKEN not in answer.text

    assert await kept(orchestrated) == []
    assert await unusable(orchestrated) == []
    assert polls(orchestrated) == 0


@pytest.mark.requirement("P-49")
@pytest.mark.parametrize("query", ["", f"?token={WEBHOOK_TOKEN}"])
async def test_the_right_token_from_the_wrong_address_is_refused_and_nothing_is_kept(start: Start, query: str) -> None:
    o = await start(observium_source_addresses="192.0.2.0/24,2001:db8::/32")

    sent = await send(o, "EMPTY", flavour="webhook-json", token=None if query else WEBHOOK_TOKEN, query=query)

    assert sent["status_code"] == 401
    assert "address" in json.loads(sent["body"])["reason"]
    assert await unusable(o) == []
    assert polls(o) == 0
