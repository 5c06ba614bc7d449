"""A ticket of the desk in the hands of the orchestrator: both programs as they are, each with its own GLPI account."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from cli.processes import free_socket
from servers.glpi.app import create_app as create_glpi_server
from simulators.smtp.app import MailSink, running_sink
from tests.desk.conftest import INTERNAL_TOKEN, ZOE, desk_settings
from tests.desk.process import desk_process
from tests.orchestrator.assist.world import AssistWorld, assist_builder
from tests.system import Serve, glpi_settings

DEADLINE_S = 60.0
"""Two processes start meanwhile."""
FORGOTTEN = "Bonjour,\r\nj'ai oublié mon  mot de passe Windows, pouvez-vous le réinitialiser ?\n\n\n\nMerci, Zoé"


LONG = f"{FORGOTTEN}\n\n{'Je suis au bureau des soins, au premier étage. ' * 60}"
"""More than a server tells of a text."""


@dataclass
class House:
    """The desk at the door, the orchestrator behind it, one GLPI and one directory for both."""

    http: httpx.AsyncClient
    mailbox: MailSink
    assist: AssistWorld

    async def sign_in(self) -> None:
        """Zoé signs in at the desk with the code from her mailbox; GLPI's categories are there then."""
        asked = await self.http.post("/api/v1/sign-in/code", json={"email": ZOE})
        async with asyncio.timeout(DEADLINE_S), self.mailbox.arrived:
            await self.mailbox.arrived.wait_for(lambda: bool(self.mailbox.mails))
        code = re.search(r"\b\d{4} \d{4}\b", self.mailbox.mails[-1].text)
        assert code
        entry = {"challenge": asked.json()["challenge"], "code": code[0]}
        answer = await self.http.post("/api/v1/sign-in", json=entry)
        self.http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        async with asyncio.timeout(DEADLINE_S):
            while not (await self.http.get("/api/v1/categories")).json()["categories"]:
                await asyncio.sleep(0.05)

    async def ask(self, message: str) -> int:
        """Zoé describes her problem and confirms; GLPI's number of the ticket."""
        asked = {"message": message, "user_email": ZOE}
        step = await self.http.post("/api/v1/workflow/analyze", json=asked)
        answer = await self.http.post("/api/v1/workflow/confirm", json={"session_id": step.json()["session_id"]})
        made = answer.json()
        assert made["ready_for_L1"] is True, made
        return int(made["glpi_ticket_id"])


Open = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(serve: Serve, redis: object, redis_port: int, tmp_path: Path) -> AsyncIterator[Open]:
    """`await open_house(**settings of the orchestrator)`."""
    async with AsyncExitStack() as stack:

        async def build(**changes: Any) -> House:
            door = free_socket()
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            links = {"desk_url": url, "desk_token": SecretStr(INTERNAL_TOKEN)}
            database = f"sqlite:///{tmp_path}/orchestrator.sqlite"
            builder = await stack.enter_async_context(assist_builder(serve, redis_port, tmp_path, database))
            assist: AssistWorld = await builder(**(links | changes))
            (tmp_path / "desk").mkdir()
            account = {"glpi_user_token": SecretStr("sim-desk-token")}
            glpi = glpi_settings(assist.system.glpi_url, redis_port, tmp_path / "desk", **account)
            mailbox, (host, port) = await stack.enter_async_context(running_sink())
            settings = desk_settings(
                await serve(create_glpi_server(glpi)),
                assist.accounts.ad_server,
                redis_port,
                f"sqlite:///{tmp_path}/desk.sqlite",
                smtp_host=host,
                smtp_port=port,
            )
            await stack.enter_async_context(desk_process(settings, door))
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=DEADLINE_S))
            house = House(http, mailbox, assist)
            await house.sign_in()
            return house

        yield build


@pytest.mark.requirement("D-60")
async def test_password_asked_for_at_the_desk_is_reset_without_a_mail_that_asks_again(open_house: Open) -> None:
    house = await open_house()

    ticket = await house.ask(FORGOTTEN)
    await house.assist.tell(ticket)
    (row,) = await house.assist.until(ticket, "done")

    assert not house.assist.opens("zobrien", "Bienvenue-2026!")
    assert row["done"][0]["text"] == "mot de passe de zobrien réinitialisé"
    (mail,) = house.assist.mails()
    assert (mail["recipient"], "/p/" in house.assist.link_in(mail)) == (ZOE, True)


@pytest.mark.requirement("D-60")
@pytest.mark.requirement("D-84")
async def test_long_text_is_its_authors_and_another_one_of_the_desks_account_is_nobodys(open_house: Open) -> None:
    house = await open_house()
    changed, same = await house.ask(LONG), await house.ask(LONG)
    house.assist.glpi.tickets[changed]["content"] += " Et celui de Claire Oria."

    await house.assist.tell(changed)
    (refused,) = await house.assist.until(changed, "refused")
    is_old_password = house.assist.opens("zobrien", "Bienvenue-2026!")
    await house.assist.tell(same)
    (done,) = await house.assist.until(same, "done")

    assert (refused["code"], is_old_password) == ("author_unknown", True)
    assert done["done"][0]["text"] == "mot de passe de zobrien réinitialisé"
