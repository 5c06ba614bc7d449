"""The whole system with accounts: GLPI, Observium, directory and MySecret, their servers, the orchestrator."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from pydantic import SecretStr
from starlette.applications import Starlette

from orchestrator.app import create_app
from orchestrator.assist.tables import request
from servers.ad.app import create_app as create_ad_server
from servers.mysecret.app import create_app as create_mysecret_server
from shared.instant import utc_now
from simulators.ad.app import ActiveDirectory, running_directory
from simulators.ad.control import change_account, describe, find_entry
from simulators.ad.store import Entry
from simulators.mysecret.app import create_app as create_mysecret
from simulators.ollama.app import create_app as create_ollama
from tests.conftest import running
from tests.orchestrator.assist.desk import DESK, DESK_TOKEN, StandInDesk
from tests.orchestrator.conftest import API_TOKEN, orchestrator_settings
from tests.system import TOKEN, Serve, System, ad_settings, mysecret_settings, start_system

GLPI_TOKEN = "widip_test-token-of-glpi"
CLAIRE, ZOE, PAUL, TECHNICIAN, MAIL_COLLECTOR = 20, 21, 22, 10, 0
DEADLINE_S = 30.0
APPROVER = "widip_test-operator-amelie"
OPERATORS = f"""
[[operator]]
name = "amelie"
token_sha256 = "{hashlib.sha256(APPROVER.encode()).hexdigest()}"
glpi_id = 900
object_guid = "11111111-2222-4333-8444-555555555555"
roles = ["viewer", "operator", "approver", "admin"]
"""


@dataclass
class Accounts:
    """The directory and MySecret, with their servers."""

    directory: ActiveDirectory
    mysecret: Starlette
    ad_server: str
    mysecret_server: str

    def entry(self, login: str) -> Entry:
        """An account of the directory."""
        return find_entry(self.directory.directory, login)

    def change(self, login: str, **given: Any) -> None:
        """Somebody works on an account in the directory: `locked=True`, `disabled=True`."""
        change_account(self.directory.directory, self.entry(login), given)

    def state(self, login: str) -> dict[str, Any]:
        """An account as it is now."""
        return describe(self.directory.directory, self.entry(login))

    @property
    def pushes(self) -> list[Any]:
        """Every secret that was made."""
        return list(self.mysecret.state.mysecret.pushes.values())


@dataclass
class AssistWorld:
    """A running orchestrator with everything under it."""

    system: System
    accounts: Accounts
    ollama: Starlette
    app: Any
    http: httpx.AsyncClient
    desk: StandInDesk
    answered: set[int] = field(default_factory=set)

    async def switch(self, mode: str, *, plan: str = "*", site: str = "*") -> None:
        """An administrator of WIDIP sets what a plan may do."""
        headers = {"authorization": f"Bearer {APPROVER}"}
        answer = await self.http.put(
            f"/api/switches/{plan}/{site}", json={"mode": mode, "reason": "essai"}, headers=headers
        )
        assert answer.status_code == 200, answer.text

    @property
    def glpi(self) -> Any:
        """What the simulated GLPI knows."""
        return self.system.glpi.state.glpi

    async def open_ticket(self, content: str, *, by: int = ZOE, title: str = "Demande", tell: bool = True) -> int:
        """Somebody opens a ticket in GLPI's own pages."""
        given = {"name": title, "content": f"<p>{content}</p>", "by": by, "_users_id_requester": by, "type": 2}
        answer = await self.http.post(f"{self.system.glpi_url}/_sim/ticket", json=given)
        assert answer.status_code == 200, answer.text
        number = int(answer.json()["id"])
        if tell:
            await self.tell(number)
        return number

    async def ask_at_desk(self, text: str, *, login: str = "zobrien") -> int:
        """Somebody who is signed in at the desk asks: the desk writes the ticket."""
        number = await self.open_ticket(text, by=DESK, tell=False)
        self.desk.signed_in(number, text, str(self.accounts.entry(login).guid))
        await self.tell(number)
        return number

    async def write_on(self, ticket_id: int, *, by: int, tell: bool = True, **given: Any) -> None:
        """Somebody works on a ticket: `followup=…`, `content=…`, `status=…`."""
        url = f"{self.system.glpi_url}/_sim/ticket/{ticket_id}"
        answer = await self.http.post(url, json=given | {"by": by})
        assert answer.status_code == 200, answer.text
        if tell:
            await self.tell(ticket_id)

    async def tell(self, ticket_id: int) -> None:
        """GLPI's plugin says that the ticket changed."""
        headers = {"authorization": f"Bearer {GLPI_TOKEN}"}
        answer = await self.http.post("/webhooks/glpi", json={"ticket_id": ticket_id}, headers=headers)
        assert answer.status_code == 200, answer.text

    async def requests(self, ticket_id: int) -> list[dict[str, Any]]:
        """The rows of a ticket's requests."""
        query = sa.select(request).where(request.c.ticket_id == ticket_id).order_by(request.c.created_at)
        database = self.app.state.assist.database
        return list(await database.read(lambda c: [dict(row) for row in c.execute(query).mappings()]))

    async def until(self, ticket_id: int, *states: str) -> list[dict[str, Any]]:
        """The requests of a ticket, once they are in these states and nobody works on them."""
        wanted = sorted(states)
        found: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(DEADLINE_S):
                while True:
                    found = await self.requests(ticket_id)
                    idle = not any(row["work"] for row in found)
                    if idle and sorted(row["state"] for row in found) == wanted:
                        return found
                    await asyncio.sleep(0.02)
        except TimeoutError:
            seen = [(row["plan"], row["state"], row["code"], row["work"]) for row in found]
            raise AssertionError(f"wanted {wanted}, is {seen}; {await self.last_words()}") from None

    async def journal(self, key: str) -> list[dict[str, Any]]:
        """What the journal tells of a request."""
        return list((await self.http.get(f"/api/runs/request:{key}", headers=self.auth)).json()["journal"])

    async def last_words(self) -> list[Any]:
        """The end of the newest run's journal, for a failed test."""
        runs = (await self.http.get("/api/runs", headers=self.auth)).json()["runs"]
        if not runs:
            return []
        run = (await self.http.get(f"/api/runs/{runs[0]['id']}", headers=self.auth)).json()
        return list(run["journal"][-6:])

    @property
    def auth(self) -> dict[str, str]:
        """For the API."""
        return {"authorization": f"Bearer {API_TOKEN}"}

    def texts(self, ticket_id: int, *, private: bool = False) -> list[str]:
        """What was written on a ticket, as people read it."""
        rows = (row for row in self.glpi.followups.values() if row["items_id"] == ticket_id)
        stored = [self.glpi.real(row["content"]) for row in rows if bool(row["is_private"]) is private]
        return [html.unescape(text) for text in stored]

    def mails(self, recipient: str = "") -> list[dict[str, Any]]:
        """What we mailed; GLPI's own notifications are made from its templates."""
        ours = [row for row in self.glpi.queued.values() if not row["notificationtemplates_id"]]
        rows = [{key: self.glpi.real(value) for key, value in row.items()} for row in ours]
        return [row for row in rows if not recipient or row["recipient"] == recipient]

    def link_in(self, mail: dict[str, Any]) -> str:
        """The link that a mail holds."""
        found = re.search(r"https?://\S+", mail["body_text"] or mail["body_html"])
        assert found is not None, mail
        return found[0].rstrip("<")

    async def confirm(self, recipient: str, *, answer: str = "yes") -> httpx.Response:
        """Whoever got the newest confirmation mail at this address answers it."""
        link = self.link_in([mail for mail in self.mails(recipient) if "onfirm" in mail["name"]][-1])
        path = httpx.URL(link).path
        return await self.http.post(f"http://127.0.0.1:{self.app.state.public_port}{path}", data={"answer": answer})

    async def confirm_all(self) -> None:
        """Everybody says yes to every confirmation mail that he has not answered."""
        for mail in self.mails():
            if "onfirm" in mail["name"] and mail["id"] not in self.answered:
                self.answered.add(mail["id"])
                page = f"http://127.0.0.1:{self.app.state.public_port}{httpx.URL(self.link_in(mail)).path}"
                answer = await self.http.post(page, data={"answer": "yes"})
                assert answer.status_code == 200, answer.text

    async def approve(self, **given: Any) -> httpx.Response:
        """An operator decides on the one open approval."""
        headers = {"authorization": f"Bearer {APPROVER}"}
        page = (await self.http.get("/api/approvals", headers=headers)).json()
        only = page["approvals"][0]
        decided = {"decision": "approve", "reason": "vérifié au téléphone"} | given
        return await self.http.post(f"/api/approvals/{only['id']}", json=decided, headers=headers)

    def opens(self, login: str, password: str) -> bool:
        """True when the password is this account's now."""
        return bool(self.accounts.entry(login).passwords.fits(password))


@asynccontextmanager
async def running_accounts(serve: Serve, redis_port: int, folder: Path, **ad_changes: Any) -> AsyncIterator[Accounts]:
    """The directory and MySecret with their servers. ad_changes: settings of the AD server."""
    async with running_directory() as (directory, port):
        directory.write_ca(folder / "ca.pem")
        url, ca_file = f"ldaps://127.0.0.1:{port}", folder / "ca.pem"
        settings = ad_settings(url, redis_port, folder, ca_file=ca_file, **ad_changes)
        ad_server = await serve(create_ad_server(settings))
        mysecret = create_mysecret()
        mysecret_server = create_mysecret_server(mysecret_settings(await serve(mysecret), redis_port, folder))
        yield Accounts(directory, mysecret, ad_server, await serve(mysecret_server))


Build = Callable[..., Any]


@asynccontextmanager
async def assist_builder(serve: Serve, redis_port: int, folder: Path, database_url: str) -> AsyncIterator[Build]:
    """`await build(**settings)`: an orchestrator, stopped at the end before what it stands on.

    ad: settings of the AD server. listener: the port to serve on, for settings that name it.
    """
    async with AsyncExitStack() as stack:

        async def build(
            *,
            mode: str = "on",
            ad: dict[str, Any] | None = None,
            clock: Callable[[], datetime] = utc_now,
            listener: socket.socket | None = None,
            **changes: Any,
        ) -> AssistWorld:
            (folder / "ad").mkdir(exist_ok=True)
            (folder / "operators.toml").write_text(OPERATORS)
            system = await start_system(serve, redis_port, folder)
            stand = running_accounts(serve, redis_port, folder / "ad", **(ad or {}))
            accounts = await stack.enter_async_context(stand)
            ollama, desk = create_ollama(), StandInDesk()
            values: dict[str, Any] = {
                "ad_mcp_url": accounts.ad_server,
                "ad_mcp_token": SecretStr(TOKEN),
                "mysecret_mcp_url": accounts.mysecret_server,
                "mysecret_mcp_token": SecretStr(TOKEN),
                "glpi_webhook_token": SecretStr(GLPI_TOKEN),
                "glpi_poll_s": 3600,
                "public_url": "http://127.0.0.1:1",
                "public_port": 0,
                "confirmation_key": SecretStr("confirmation-key-of-the-tests-0123456789"),
                "operators_file": folder / "operators.toml",
                "desk_url": await serve(desk.app),
                "desk_token": SecretStr(DESK_TOKEN),
                "desk_glpi_id": DESK,
                "assist_retry_s": 0.1,
            }
            settings = orchestrator_settings(system, redis_port, database_url, await serve(ollama), **values | changes)
            app = create_app(settings, clock=clock)
            base = await stack.enter_async_context(running(app, sock=listener))
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=base, timeout=15))
            world = AssistWorld(system, accounts, ollama, app, http, desk)
            await world.switch(mode)
            return world

        yield build
