"""A client of the stand-in GLPI for its tests: log in, add, put, get, search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette

from simulators.glpi.app import create_app

API = "/apirest.php"
TOKENS = {"orchestrator": 6, "admin": 2, "technician": 10, "claire": 20, "zoe": 21}
RAW = {"X-GLPI-Sanitized-Content": "false"}
QUEUED = {
    "mode": "mailing",
    "name": "Sujet été",
    "sender": "helpdesk@widip.example",
    "sendername": "",
    "recipient": "c.oria@lilas.example",
    "recipientname": "",
    "body_text": "Bonjour",
    "body_html": "<p>Bonjour</p>",
}


START = datetime.fromisoformat("2026-11-20 10:00:00")


@dataclass
class Clock:
    """Server-local time that only moves when told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **delta: float) -> str:
        self.now += timedelta(**delta)
        return self.now.strftime("%Y-%m-%d %H:%M:%S")


def make_glpi(**options: Any) -> Starlette:
    defaults: dict[str, Any] = {"user_tokens": dict(TOKENS), "clock": Clock()}
    return create_app(**defaults | options)


def browser(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://glpi.example")


@asynccontextmanager
async def logged_in(app: Starlette, who: str = "orchestrator") -> AsyncIterator[httpx.AsyncClient]:
    async with browser(app) as client:
        client.headers["App-Token"] = "sim-app-token"
        answer = await client.get(f"{API}/initSession", headers={"Authorization": f"user_token {who}"})
        client.headers["Session-Token"] = answer.json()["session_token"]
        yield client


async def add(client: httpx.AsyncClient, itemtype: str, /, **given: Any) -> int:
    answer = await client.post(f"{API}/{itemtype}", json={"input": given})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def put(client: httpx.AsyncClient, path: str, **given: Any) -> httpx.Response:
    return await client.put(f"{API}/{path}", json={"input": given})


async def get(client: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await client.get(f"{API}/{path}", params=params, headers=RAW)
    assert answer.status_code in (200, 206), answer.text
    return answer.json()


async def found(client: httpx.AsyncClient, itemtype: str, *criteria: dict[str, Any], **params: Any) -> dict[str, Any]:
    asked = {f"criteria[{rank}][{key}]": value for rank, one in enumerate(criteria) for key, value in one.items()}
    answer = await client.get(f"{API}/search/{itemtype}", params=asked | params, headers=RAW)
    assert answer.status_code in (200, 206), answer.text
    return dict(answer.json())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert len(body) == 2
    return answer.status_code, body[0]


async def create_ticket(client: httpx.AsyncClient, **given: Any) -> int:
    return await add(client, "Ticket", **{"name": "Panne", "content": "<p>Rien</p>", "entities_id": 2} | given)


async def status_of(client: httpx.AsyncClient, ticket_id: int) -> int:
    return int((await get(client, f"Ticket/{ticket_id}"))["status"])


async def follow(client: httpx.AsyncClient, ticket_id: int, **given: Any) -> int:
    return await add(client, "ITILFollowup", **{"itemtype": "Ticket", "items_id": ticket_id, "content": "x"} | given)
