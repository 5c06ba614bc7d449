"""Whatever a client sends, it gets an answer that says so, never a failure of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.desk.conftest import PROXY_SECRET, ZOE, Start, analyze, file

NASTY: list[Any] = [
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e\u200b",
    "é" * 25_000,
    "%00%ff",
    "' OR 1=1 --",
    "{{7*7}}",
    "-1",
    -1,
    0,
    2**31,
    2**63,
    2**70,
    1.5,
    None,
    True,
    [],
    {},
]


@pytest.mark.both_databases
@pytest.mark.requirement("D-07")
async def test_no_value_in_any_field_makes_us_fail(start: Start) -> None:
    desk = await start(hourly_messages=10_000, hourly_sign_ins=10_000, anonymous_reports=True, reply_wait_s=0)
    auth = await desk.sign_in()
    made = await file(desk)
    bodies: dict[str, dict[str, Any]] = {
        "sign-in/code": {"email": "x@lilas.example"},
        "sign-in": {"challenge": "x", "code": "1"},
        "workflow/analyze": {"message": "x", "user_email": ZOE},
        "workflow/confirm": {"session_id": "x", "category_id": 1, "priority": 1, "title": "x"},
        "workflow/clarify": {"session_id": "x", "answer": "x"},
        "workflow/auto-validate": {"session_id": "x", "user_response": "oui"},
        "workflow/cancel": {"session_id": "x"},
        "feedback": {"session_id": "x", "is_helpful": True, "comment": "x"},
        f"tickets/{made['ticket_id']}/followups": {"content": "x", "reopen": False},
    }
    failed = []

    for path, body in bodies.items():
        for field in body:
            for value in NASTY:
                session = {"session_id": (await analyze(desk))["session_id"]} if "title" in body else {}
                sent = {**body, **(session if field != "session_id" else {}), field: value}
                answer = await desk.http.post(f"/api/v1/{path}", content=to_json(sent), headers=auth | JSON)
                failed += [(path, field, value)] if answer.status_code >= 500 else []

    assert failed == []


@pytest.mark.both_databases
@pytest.mark.requirement("D-07")
async def test_no_path_query_or_header_makes_us_fail(start: Start) -> None:
    desk = await start(proxy_secret=PROXY_SECRET, proxy_addresses=("127.0.0.1",), desk_proxies=("127.0.0.1",))
    auth = await desk.sign_in()
    nasty = ["%00", "-1", str(2**70), "x", "%ED%A0%80", "..%2f", "é"]

    answers = [
        await desk.http.get(path.format(value), headers=auth)
        for value in nasty
        for path in ("/api/v1/workflow/{}", "/api/v1/tickets/{}", "/api/v1/tickets?before={}", "/internal/identity/{}")
    ]
    answers += [
        await desk.http.post(
            "/api/v1/sign-in/proxy",
            headers=[(b"x-widip-proxy-secret", PROXY_SECRET.encode()), (b"x-widip-user", value.encode("latin-1"))],
        )
        for value in ["", "x", "é@lilas.example", "a@b", "x" * 5000]
    ]
    answers += [
        await desk.http.get("/api/v1/me", headers=[(b"authorization", value.encode("latin-1"))])
        for value in ["Bearer", "Bearer é", "Bearer .", "x" * 5000]
    ]
    answers.append(await desk.http.get("/api/v1/me", headers=auth | {"x-forwarded-for": "no address"}))
    body = {"email": ZOE}
    answers.append(await desk.http.post("/api/v1/sign-in/code", json=body, headers={"x-forwarded-for": "no address"}))

    assert [answer.url for answer in answers if answer.status_code >= 500] == []


JSON = {"content-type": "application/json"}


def to_json(body: dict[str, Any]) -> bytes:
    """ASCII, so that lone surrogates pass."""
    return json.dumps(body).encode()
