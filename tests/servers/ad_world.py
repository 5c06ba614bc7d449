"""A directory, the network before it, our server, and a toolbox for each of its callers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from servers.ad.app import create_app
from shared.mcp_client import Endpoint, Toolbox, ToolReply
from shared.mcp_tokens import token_entry
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import Purpose, Seals
from tests.conftest import running
from tests.directories import DirectoryPlace
from tests.servers.ad_relay import Relay, running_relay
from tests.simulators.ad_lab import LILAS, PARTIS, ROSES, SOINS, Lab
from tests.system import SEAL_KEY, ad_settings

__all__ = ["LILAS", "PARTIS", "ROSES", "SOINS", "World", "open_world"]
TILLEULS = "OU=Tilleuls,OU=Clients"
TOKENS: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "orchestrator": (["read", "write"], (LILAS, TILLEULS, ROSES)),
    "lilas": (["read", "write"], (LILAS,)),
    "operator": (["read", "write", "reveal", "set_password"], ("OU=Clients",)),
    "homeless": (["read", "write"], ()),
}
"""Name: scopes, and OUs below the domain. ROSES is not delegated to the service account."""


@dataclass
class World:
    """One directory, one server, one client a token."""

    lab: Lab
    relay: Relay
    server_url: str
    redis: RedisHelper
    boxes: dict[str, Toolbox]
    _stack: AsyncExitStack

    @property
    def place(self) -> DirectoryPlace:
        """The directory."""
        return self.lab.place

    async def reply(self, tool: str, *, key: str | None = None, as_: str = "orchestrator", **given: Any) -> ToolReply:
        """What a tool answers to a caller."""
        if as_ not in self.boxes:
            endpoint = Endpoint("ad", self.server_url, token_of(as_))
            self.boxes[as_] = await self._stack.enter_async_context(Toolbox([endpoint]))
        reply = await self.boxes[as_].call(f"ad_{tool}", given, key=key)
        assert json.loads(reply.text) == reply.data
        return reply

    async def call(self, tool: str, *, key: str | None = None, as_: str = "orchestrator", **given: Any) -> Any:
        """The data that a tool answers."""
        return (await self.reply(tool, key=key, as_=as_, **given)).data

    async def ready(self) -> tuple[int, dict[str, Any]]:
        """What /readyz says."""
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.server_url}/readyz")
        return answer.status_code, answer.json()

    def account(self, **given: Any) -> Person:
        """A new account, made by the administrator."""
        return Person(self.lab, self.lab.account(**given))

    def made(self, dn: str) -> Person:
        """An account that the server has made; removed at the end."""
        self.lab.made.append(dn)
        return Person(self.lab, dn)

    async def password_of(self, answer: dict[str, Any], *, as_: str = "orchestrator") -> str:
        """What a sealed reference holds, opened as the MySecret server does."""
        call = Call(caller=as_, idempotency_key=f"link {answer['password_ref']}")
        subject = answer["object_guid"]
        seals = Seals(self.redis, SEAL_KEY)
        opened = await seals.open(call, answer["password_ref"], purpose=Purpose.PASSWORD, subject=subject)
        return opened.get_secret_value()

    def find(self, login: str) -> Person | None:
        """The account of this login."""
        found = self.lab.search(f"(sAMAccountName={login})", "cn", by=self.lab.admin)
        return Person(self.lab, found[0]["dn"]) if found else None

    async def held(self) -> str:
        """All that Redis holds, as text."""
        keys = await self.redis.run("return redis.call('keys', '*')", [], [])
        return "\n".join([f"{key} {await self.redis.get(key)}" for key in keys])


@dataclass
class Person:
    """An account of a test, as the administrator sees it."""

    lab: Lab
    dn: str

    def __post_init__(self) -> None:
        self.guid = UUID(bytes_le=self.lab.read(self.dn, "objectGUID", by=self.lab.admin)["objectGUID"][0])
        self.login = self.text("sAMAccountName")

    @property
    def _name(self) -> str:
        return f"<GUID={self.guid}>"

    def text(self, attribute: str) -> str:
        """The first value, empty without one."""
        name = getattr(self, "guid", None) and self._name
        values = self.lab.read(name or self.dn, attribute, by=self.lab.admin)[attribute]
        return b"".join(values[:1]).decode()

    def number(self, attribute: str) -> int:
        """The first value, 0 without one."""
        return int(self.text(attribute) or 0)

    def put(self, **values: Any) -> None:
        """By the administrator's hand."""
        done = self.lab.modify(
            self._name, {name: [("MODIFY_REPLACE", [value])] for name, value in values.items()}, by=self.lab.admin
        )
        assert done.code == 0, done

    def lock(self) -> None:
        """By wrong passwords, as people do it."""
        for _ in range(6):
            self.lab.bind(self.lab.login(self.dn), "Mauvais-2026!")
        assert self.is_locked

    @property
    def is_locked(self) -> bool:
        """Now."""
        return bool(self.number("msDS-User-Account-Control-Computed") & 0x10)

    def opens_with(self, password: str) -> str:
        """What a bind with it says: "" or the cause; 773 for the right one that must be changed."""
        told = self.lab.bind(f"{self.lab.place.netbios}\\{self.login}", password)
        return told.data if told.code else ""

    @property
    def groups(self) -> set[str]:
        """The groups that it is directly in."""
        return {v.decode() for v in self.lab.read(self._name, "memberOf", by=self.lab.admin)["memberOf"]}

    @property
    def is_disabled(self) -> bool:
        """Now."""
        return bool(self.number("userAccountControl") & 2)

    @property
    def place(self) -> str:
        """Where it is now."""
        return str(self.lab.search("(objectClass=*)", "cn", base=self._name, by=self.lab.admin)[0]["dn"])


@asynccontextmanager
async def open_world(
    lab: Lab, redis_port: int, redis: RedisHelper, folder: Path, **changes: Any
) -> AsyncIterator[World]:
    """Everything started and connected; `changes` are settings of the server."""
    async with AsyncExitStack() as stack:
        names = changes.pop("relay_names", None)
        relay = await stack.enter_async_context(running_relay(lab.place, names=names))
        settings = ad_settings(
            relay.url,
            redis_port,
            folder,
            ca_file=changes.pop("ad_ca_file", None) or relay.write_ca(folder / "relay-ca.pem"),
            **{"tokens_file": changes.pop("tokens_file", None) or write_ad_tokens(folder, lab.place), **changes},
        )
        url = await stack.enter_async_context(running(create_app(settings)))
        yield World(lab, relay, url, redis, {}, stack)


def token_of(name: str) -> str:
    """A caller's token."""
    return f"widip_test-token-of-{name}"


def write_ad_tokens(folder: Path, place: DirectoryPlace, *, operator: str | None = None) -> Path:
    """A tokens file with all of TOKENS. operator: what its token reaches instead."""
    path = folder / "ad-tokens.toml"
    entries = []
    for name, (scopes, ous) in TOKENS.items():
        whole = [operator] if operator and name == "operator" else [place.dn(ou) for ou in ous]
        listed = ", ".join(json.dumps(ou) for ou in whole)
        entries.append(f"{token_entry(name, token_of(name), scopes)}ous = [{listed}]\n")
    path.write_text("".join(entries))
    return path
