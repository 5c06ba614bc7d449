"""What the tests of the console share: an orchestrator whose operators have passwords, and a browser before it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher

from orchestrator.operators import operator_entry
from tests.orchestrator.assist.people.gate import guid

PASSWORD = "un mot de passe assez long"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""A cheap one: the tests' own passwords need not be hard to guess."""
PEOPLE = {
    "vera": (41, ["viewer"]),
    "olga": (42, ["viewer", "operator"]),
    "anna": (43, ["viewer", "approver"]),
    "ada": (44, ["viewer", "operator", "approver", "admin"]),
}
OWN = {"x-widip-console": "1"}


def write_people(folder: Path, **changes: str) -> Path:
    """An operators file. changes: more lines for one of them, as TOML."""
    path = folder / "people.toml"
    entries = []
    for name, (number, roles) in PEOPLE.items():
        entry = operator_entry(name, f"widip_test-{name}", roles, glpi_id=number, object_guid=guid(number))
        entries.append(f"{entry}password_argon2 = {json.dumps(HASHED)}\n{changes.get(name, '')}\n")
    path.write_text("\n".join(entries))
    return path


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies, and sends the console's own header with each change."""

    http: httpx.AsyncClient

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        return await self.http.post("/api/sign-in", json={"name": name, "password": password})

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def status(self, method: str, path: str, **options: Any) -> int:
        return (await self.http.request(method, path, **options)).status_code


@asynccontextmanager
async def browser(url: str, name: str = "") -> AsyncIterator[Browser]:
    """A new one; signed in when a name is given."""
    async with httpx.AsyncClient(base_url=url, timeout=20, headers=OWN) as http:
        opened = Browser(http)
        if name:
            answer = await opened.sign_in(name)
            assert answer.status_code == 200, answer.text
        yield opened


async def read_events(lines: AsyncIterator[str], wanted: int) -> list[dict[str, Any]]:
    """The next events of a stream, with their ids; comments are left out."""
    found: list[dict[str, Any]] = []
    event: dict[str, Any] = {}
    async for line in lines:
        name, _, value = line.partition(": ")
        if name == "data":
            event |= json.loads(value)
        elif name == "id":
            event["id"] = value
        elif not line and event:
            found.append(event)
            event = {}
            if len(found) == wanted:
                break
    return found
