"""One password reset from end to end, and a search for what it must leave nowhere.

Real processes, as in the demo, at their most talkative; the caller is made of the orchestrator's own parts. Afterwards
the password and the link's token are known, from the page that the recipient opens, and are looked for in every
disguise in everything that anybody keeps.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import html
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from pydantic import BaseModel, SecretStr

from cli.demo_world import DemoWorld, start_world
from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import Agent, Budget
from orchestrator.journal import RunJournal, RunTools
from shared.database import Database
from shared.errors import WidipError
from shared.llm import Llm, LlmSettings
from shared.llm_lock import LlmLock, Priority
from shared.mcp_client import Endpoint, Toolbox
from shared.mcp_tool import Call
from shared.redis_helper import RedisHelper
from shared.sealed import Purpose, Seals
from tests.canary.encodings import disguises, find
from tests.canary.wire import Wire, listening_wire

EMPLOYEE, REFERENT = "zobrien", "c.oria@lilas.example"
NEWCOMER = {
    "firstname": "Nadia",
    "lastname": "Vidal",
    "username": "nvidal",
    "ou_path": "OU=Lilas,OU=Clients,DC=widip,DC=local",
}
SERVICE_SECRETS = {"the directory's service password": "Delegue-4-les-comptes", "MySecret's token": "pwp_sim-token"}
REPORT = "UPDATE_REPORTS"


class Word(BaseModel):
    """What the model is asked for."""

    word: str


@dataclass
class Found:
    """Everything that anybody kept, by place."""

    places: dict[str, bytes] = field(default_factory=dict)

    def add(self, place: str, content: bytes | str) -> None:
        more = content.encode() if isinstance(content, str) else content
        self.places[place] = self.places.get(place, b"") + more

    def report(self, secrets: dict[str, str]) -> list[tuple[str, int, list[str]]]:
        """(place, bytes searched, what was found there)."""
        return [
            (
                place,
                len(content),
                [f"{name}: {how}" for name, secret in secrets.items() for how in find(secret, content)],
            )
            for place, content in sorted(self.places.items())
        ]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DemoWorld]:
    started = start_world(tmp_path / "demo", log_level="DEBUG")
    yield started
    started.children.stop()


@dataclass
class Caller:
    """The orchestrator's own parts, on the wires."""

    world: DemoWorld
    tools: RunTools
    journal: RunJournal
    llm: Llm
    redis: RedisHelper
    wires: list[Wire]
    found: Found

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        reply = await self.tools.write(tool, arguments, key=f"canary:{tool}")
        await self.look_at_redis()
        return reply.data

    async def look_at_redis(self) -> None:
        """Now: a moment later it may be gone."""
        for key in await self.redis.run("return redis.call('keys', '*')", [], []):
            kind = await self.redis.run("return redis.call('type', KEYS[1]).ok", [key], [])
            read = {"hash": "hgetall", "zset": "zrange", "string": "get", "list": "lrange", "set": "smembers"}[kind]
            ends = ["0", "-1"] if kind in ("zset", "list") else []
            held = await self.redis.run(f"return redis.call('{read}', KEYS[1], unpack(ARGV))", [key], ends)
            self.found.add("Redis, after each call", f"{key} {held}\n")

    async def ask_model(self, question: str) -> None:
        """Whatever the caller has seen may end in a prompt."""
        budget = Budget(model_calls=3, deadline=asyncio.get_running_loop().time() + 20, priority=Priority.TICKET)
        agent = Agent("notificateur", self.llm)
        with contextlib.suppress(WidipError):  # what it answers does not matter here
            await agent.investigate(
                question, tools=self.tools, journal=self.journal, grant=Grant(frozenset()), budget=budget, answer=Word
            )


@asynccontextmanager
async def calling(world: DemoWorld, found: Found) -> AsyncIterator[Caller]:
    async with AsyncExitStack() as stack:
        wires, endpoints = [], []
        for name in ("ad", "glpi", "mysecret"):
            wire = await stack.enter_async_context(listening_wire(world.servers[name]))
            wires.append(wire)
            endpoints.append(Endpoint(name, wire.url, world.tokens[name]))
        redis = await stack.enter_async_context(RedisHelper(f"redis://127.0.0.1:{world.redis.port}/0"))
        toolbox = await stack.enter_async_context(Toolbox(endpoints))
        database = Database(f"sqlite:///{world.folder / 'orchestrator.sqlite'}")
        stack.callback(database.close)
        settings = LlmSettings(ollama_base_url=world.model)
        llm = Llm(settings, LlmLock(redis, executor="canary"))
        stack.push_async_callback(llm.aclose)
        journal = RunJournal(database, "canary")
        yield Caller(world, RunTools(toolbox, journal), journal, llm, redis, wires, found)


async def alert(world: DemoWorld) -> None:
    """Something for the orchestrator to do meanwhile: a ticket, a model that reads, a mail."""
    api = {"authorization": f"Bearer {world.api_token}"}
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        observium = world.simulators["observium"]
        await http.post(f"{observium}/_sim/port/1101", json={"oper": "down"})
        raised = {"device_id": 11, "entity_type": "port", "entity_id": 1101, "name": "Port down"}
        number = (await http.post(f"{observium}/_sim/alert", json=raised)).json()["alert_id"]
        where = {"url": f"{world.orchestrator}/webhooks/observium", "token": f"Bearer {world.webhook_token}"}
        delivery = {"alert_id": number, "flavour": "webhook-json", "state": "ALERT", **where}
        assert (await http.post(f"{observium}/_sim/deliver", json=delivery)).json()["status_code"] == 200
        async with asyncio.timeout(30):
            while True:
                runs = (await http.get(f"{world.orchestrator}/api/runs", headers=api)).json()["runs"]
                if runs and runs[0]["state"] == "done":
                    return
                await asyncio.sleep(0.05)


async def reset(caller: Caller) -> int:
    """Ticket, reset, link, mail, each of them twice: a repeat may show no more. Returns the mail's number in GLPI."""
    text = "Zoé O'Brien a oublié son mot de passe."
    ticket = await caller.call("glpi_create_ticket", title="Mot de passe oublié", description=text, notify=False)
    steps: list[dict[str, Any]] = []
    for _ in range(2):
        done = await caller.call("ad_reset_password", samaccountname=EMPLOYEE)
        steps.append(done)
    secret: dict[str, Any] = {}
    for _ in range(2):
        secret = secret | await caller.call(
            "mysecret_create_secret",
            payload=f"Votre mot de passe : {done['password_ref']}",
            expire_days=1,
            expire_views=1,
            recipient=REFERENT,
            account_guid=done["object_guid"],
        )
        steps.append(secret)
    mail: dict[str, Any] = {}
    for _ in range(2):
        mail = await caller.call(
            "glpi_send_email",
            recipient=REFERENT,
            subject="Mot de passe provisoire",
            body=f"Bonjour,\n\nle lien : {secret['link_ref']}\n",
            ticket_id=ticket["ticket_id"],
        )
        steps.append(mail)
    await caller.call("glpi_add_followup", ticket_id=ticket["ticket_id"], content=json.dumps(steps), private=True)
    await caller.tools.call("mysecret_get_secret_status", {"secret_id": secret["secret_id"]})
    with pytest.raises(WidipError):  # a refusal must not show it either
        await caller.call(
            "glpi_send_email", recipient="a@lilas.example", subject="x", body=secret["link_ref"], ticket_id=1
        )
    await caller.ask_model(f"Résume ceci : {json.dumps(steps)}")
    return int(mail["email_id"])


async def open_link(world: DemoWorld) -> tuple[str, str]:
    """As the recipient does: (password, the link's token)."""
    async with httpx.AsyncClient(trust_env=False) as http:
        async with asyncio.timeout(20):
            while not (links := _links((await http.get(f"{world.simulators['mail']}/_sim/mails")).json())):
                await asyncio.sleep(0.05)
        link = links[0]
        step = (await http.get(link)).text
        page = (await http.get(httpx.URL(link).join(re.findall(r'href="([^"]+)"', step)[0]))).text
    password = re.findall(r"Votre mot de passe : (\S+)</pre>", html.unescape(page))[0]
    return password, re.findall(r"/p/([^/]+)", link)[0]


def _links(mails: list[dict[str, Any]]) -> list[str]:
    return [link for mail in mails for link in re.findall(r"https?://\S+/p/\S+", mail["text"])]


async def collect(world: DemoWorld, caller: Caller, email_id: int) -> dict[str, bytes]:
    """What is left behind, into `found`; returns the places where the secrets belong."""
    found = caller.found
    await caller.look_at_redis()
    for wire, name in zip(caller.wires, ("ad", "glpi", "mysecret"), strict=True):
        found.add(f"MCP between the orchestrator and {name}", bytes(wire.bytes))
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        state = (await http.get(f"{world.simulators['glpi']}/_sim/state")).json()
        queue = state.pop("queued_notifications")
        found.add("GLPI: tickets, followups, users, history", json.dumps(state, ensure_ascii=False))
        others = [row for row in queue if row["id"] != email_id]
        found.add("GLPI: all other mails", json.dumps(others, ensure_ascii=False))
        found.add("prompts", (await http.get(f"{world.simulators['ollama']}/_sim/state")).content)
        for url in (*world.servers.values(), world.orchestrator):
            found.add("metrics", (await http.get(f"{url}/metrics")).content)
            found.add("readiness", (await http.get(f"{url}/readyz")).content)
        api = {"authorization": f"Bearer {world.api_token}"}
        found.add("journal, by the API", (await http.get(f"{world.orchestrator}/api/runs", headers=api)).content)
    mine = next(row for row in queue if row["id"] == email_id)
    return {"mail": json.dumps(mine, ensure_ascii=False).encode()}


def collect_files(world: DemoWorld, found: Found) -> None:
    """After the end: logs and databases as they lie on the disk."""
    for path in sorted(world.children.logs.iterdir()):
        found.add(f"log of {path.stem}", path.read_bytes())
    for path in sorted(world.folder.glob("orchestrator.sqlite*")):
        found.add("database", path.read_bytes())
    for path in sorted((world.folder / "redis").rglob("*")):
        if path.is_file():
            found.add("Redis' files", path.read_bytes())


@pytest.mark.requirement("S-07")
async def test_a_reset_leaves_password_and_link_nowhere_but_where_they_belong(
    world: DemoWorld, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = Found()
    await alert(world)
    async with calling(world, found) as caller:
        created = await caller.call("ad_create_user", **NEWCOMER)
        assert created["password_ref"].startswith("sealed:password:")
        email_id = await reset(caller)
        password, token = await open_link(world)
        belongs = await collect(world, caller, email_id)
        # Last of all, with the servers' own key: nobody has been given this one yet.
        seals, look = Seals(caller.redis, SecretStr(world.seal_key)), Call(caller="demo", idempotency_key="look")
        reference, guid = created["password_ref"], created["object_guid"]
        newcomers = await seals.open(look, reference, purpose=Purpose.PASSWORD, subject=guid)
    await asyncio.to_thread(world.children.stop)
    collect_files(world, found)
    found.add("log of the caller", "".join(capfd.readouterr()))
    secrets = {
        "the password": password,
        "a newcomer's": newcomers.get_secret_value(),
        "the link's token": token,
        "SEAL_KEY": world.seal_key,
        **SERVICE_SECRETS,
    }

    report = found.report(secrets)

    assert [(place, hits) for place, _size, hits in report if hits] == []
    # The search does see: the token is in the mail, and the references are in what was searched.
    assert find(token, belongs["mail"]) != []
    assert find(password, belongs["mail"]) == []
    for place in ("MCP between the orchestrator and mysecret", "prompts", "GLPI: tickets, followups, users, history"):
        assert b"sealed:" in found.places[place], place
    assert b"canary" in found.places["database"]
    assert [place for place, content in found.places.items() if not content and place != "log of simulators"] == []
    for program in ("ad", "glpi", "mysecret"):
        assert b"tool_call" in found.places[f"log of {program}"], program
    _write_report(root / "docs/canary.md", report, len(disguises(password)))


REPORT_TEXT = """# What a password reset leaves behind

`tests/canary` plays a reset from end to end on real processes that log all they can, each call made twice and one
refused. Then it opens the link as its recipient does, and looks for the password, the link's token, `SEAL_KEY` and the
credentials of the directory and of MySecret, each in {disguised} disguises (clear, UTF-16, base64 at each alignment,
hex, URL, JSON, and all of it backwards), in:

| where | kB searched | found |
| --- | ---: | ---: |
{rows}

Where they belong, and are: the password in the directory and behind the link, the token in the one mail. The test
fails on the first find elsewhere. `UPDATE_REPORTS=1` writes this page again.
"""


def _write_report(path: Path, report: list[tuple[str, int, list[str]]], disguised: int) -> None:
    if os.environ.get(REPORT) == "1":
        rows = "\n".join(f"| {place} | {size / 1000:.0f} | {len(hits)} |" for place, size, hits in report)
        path.write_text(REPORT_TEXT.format(disguised=disguised, rows=rows), encoding="utf-8")


SECRET = "Tulipe-Marée/47+x"
LINE = f'{{"said": "{SECRET}", "n": 1}}'
HIDDEN: dict[str, bytes] = {
    "a line of a log": LINE.encode(),
    "JSON in ASCII": json.dumps({"said": SECRET}).encode(),
    "JSON in JSON": json.dumps(json.dumps({"said": SECRET})).encode(),
    "UTF-16 with its mark": LINE.encode("utf-16"),
    "a password as Active Directory takes it": f'"{SECRET}"'.encode("utf-16-le"),
    "that in base64": base64.b64encode(f'"{SECRET}"'.encode("utf-16-le")),
    "a line in base64": base64.b64encode(LINE.encode()),
    "a line in base64, one byte on": base64.b64encode(b"x" + LINE.encode()),
    "a line in base64, two bytes on": base64.b64encode(b"xx" + LINE.encode()),
    "a token for URLs": base64.urlsafe_b64encode(LINE.encode()),
    "a query": urlencode({"password": SECRET}).encode(),
    "a path": quote(f"/p/{SECRET}").encode(),
    "a path with every sign escaped": quote(SECRET, safe="").encode(),
    "bytes in hex": LINE.encode().hex().encode(),
    "backwards": LINE[::-1].encode(),
    "backwards in base64": base64.b64encode(LINE[::-1].encode()),
}


@pytest.mark.requirement("S-07")
@pytest.mark.parametrize("where", HIDDEN)
def test_the_search_sees_a_secret_through_its_disguises(where: str) -> None:
    assert find(SECRET, HIDDEN[where]) != []
    assert find("Another-secret-48", HIDDEN[where]) == []
