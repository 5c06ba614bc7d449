"""A simulated MySecret and our server over it, each on a port of its own, and three callers of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette

from servers.mysecret.app import create_app
from shared.mcp_client import Endpoint, Toolbox, ToolReply
from shared.mcp_tokens import hash_token
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import Purpose, Seals
from simulators.faults import Faults
from simulators.mysecret.app import create_app as create_mysecret
from simulators.mysecret.state import MySecretState, Profile, Push
from tests.conftest import running
from tests.system import SEAL_KEY, mysecret_settings

PROFILES: tuple[Profile, ...] = ("1.40", "1.68", "2.11")
ACCOUNT = "5f1c1f0e-0000-4000-8000-000000000001"
CLAIRE = "c.oria@lilas.example"
PASSWORD = "Tulipe-canari-47"
PLAIN, REVEALER, STRANGER = "orchestrator", "n8n", "desk"
SCOPES = {PLAIN: ["read", "write"], REVEALER: ["read", "write", "reveal"], STRANGER: ["read", "write"]}


@dataclass
class World:
    """One MySecret, one server, its callers."""

    simulator: Starlette
    upstream: str
    url: str
    redis: RedisHelper
    toolboxes: dict[str, Toolbox]

    @property
    def state(self) -> MySecretState:
        """What MySecret knows."""
        state: MySecretState = self.simulator.state.mysecret
        return state

    @property
    def faults(self) -> Faults:
        """What goes wrong there, and what was asked of it."""
        faults: Faults = self.simulator.state.faults
        return faults

    @property
    def pushes(self) -> list[Push]:
        """Every push that was made."""
        return list(self.state.pushes.values())

    @property
    def live(self) -> list[Push]:
        """Those that somebody could open."""
        return [push for push in self.pushes if not push.expired]

    def start_afresh(self) -> None:
        """MySecret forgets every push, and its settings are those of a new one."""
        fresh: MySecretState = create_mysecret(profile=self.state.profile).state.mysecret
        vars(self.state).update(vars(fresh), per_second=100_000, per_minute=100_000)
        self.faults.clear()

    async def reply(self, tool: str, *, by: str = PLAIN, key: str | None = None, **arguments: Any) -> ToolReply:
        """What a tool answers."""
        reply = await self.toolboxes[by].call(f"mysecret_{tool}", arguments, key=key)
        assert json.loads(reply.text) == reply.data
        return reply

    async def call(self, tool: str, *, by: str = PLAIN, key: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The data that a tool answers."""
        return (await self.reply(tool, by=by, key=key, **arguments)).data

    async def create(self, *, by: str = PLAIN, key: str | None = None, **changes: Any) -> dict[str, Any]:
        """A secret for Claire that opens once."""
        asked = {"payload": f"Mot de passe : {PASSWORD}", "expire_days": 1, "expire_views": 1, "recipient": CLAIRE}
        return await self.call("create_secret", by=by, key=key, **(asked | changes))

    async def seal(self, *, caller: str = PLAIN, account: str = ACCOUNT, key: str = "reset-1") -> str:
        """A password as the AD server seals it."""
        call = Call(caller=caller, idempotency_key=key)
        seals = Seals(self.redis, SEAL_KEY)
        return (await seals.seal(call, SecretStr(PASSWORD), purpose=Purpose.PASSWORD, subject=account)).reference

    async def unseal(self, link_ref: str, *, caller: str = PLAIN, recipient: str = CLAIRE) -> str:
        """A link as the GLPI server opens it."""
        call = Call(caller=caller, idempotency_key="mail-1")
        seals = Seals(self.redis, SEAL_KEY)
        return (await seals.open(call, link_ref, purpose=Purpose.LINK, subject=recipient)).get_secret_value()

    async def everything(self) -> str:
        """All that Redis holds, as text."""
        keys = await self.redis.run("return redis.call('keys', '*')", [], [])
        return "\n".join([f"{key} {await self.redis.get(key)}" for key in keys])

    async def ready(self) -> tuple[int, dict[str, Any]]:
        """What /readyz says."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.url}/readyz")
        return answer.status_code, answer.json()


@asynccontextmanager
async def open_world(
    redis_port: int,
    folder: Path,
    *,
    profile: Profile = "2.11",
    anonymous: bool = False,
    api_path: str = "",
    simulator: Any = None,
    transport: httpx.AsyncBaseTransport | None = None,
    **changes: Any,
) -> AsyncIterator[World]:
    """Everything started and connected; `changes` are settings of the server. Callers may write to the Lilas only.

    api_path: what follows the address of MySecret in the server's setting.
    """
    simulator = simulator or create_mysecret(profile=profile)
    simulator.state.mysecret.per_second = simulator.state.mysecret.per_minute = 100_000
    credentials: dict[str, Any] = {"mysecret_api_token": None} if anonymous else {}
    if profile == "1.40" and not anonymous:
        credentials["mysecret_api_email"] = "widip@widip.example"
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(running(simulator))
        settings = mysecret_settings(upstream + api_path, redis_port, folder, **(credentials | changes))
        (folder / "tokens.toml").write_text(_tokens())
        url = await stack.enter_async_context(running(create_app(settings, transport=transport)))
        redis = await stack.enter_async_context(RedisHelper(f"redis://127.0.0.1:{redis_port}/0"))
        toolboxes = {
            name: await stack.enter_async_context(Toolbox([Endpoint("mysecret", url, f"widip_{name}")]))
            for name in SCOPES
        }
        yield World(simulator, upstream, url, redis, toolboxes)


def _tokens() -> str:
    entries = [
        f'[[token]]\nname = "{name}"\nsha256 = "{hash_token(f"widip_{name}")}"\nscopes = {json.dumps(scopes)}\n'
        'recipient_domains = ["lilas.example"]\n'
        for name, scopes in SCOPES.items()
    ]
    return "\n".join(entries)
