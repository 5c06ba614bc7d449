"""The real desk with the built page, on simulated GLPI, directory, mailbox and model, and a browser before it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from pydantic import SecretStr
from starlette.applications import Starlette

from cli.processes import free_socket
from desk.api.access import COOKIE
from desk.app import create_app
from servers.ad.app import create_app as create_ad_server
from servers.glpi.app import create_app as create_glpi_server
from simulators.glpi.app import create_app as create_glpi
from simulators.ollama.app import create_app as create_ollama
from simulators.smtp.app import running_sink
from tests.conftest import running
from tests.desk.conftest import WEBHOOK_TOKEN, ZOE, Clock, Reception, Watch, desk_settings
from tests.desk.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.directories import DirectoryPlace
from tests.system import ad_settings, glpi_settings, utc_now

DEADLINE_MS = 15_000
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = "01 99 00 12 34"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


@dataclass
class WebPlace:
    """A running desk, and the browser to look at it with."""

    desk: Reception
    ollama: Starlette
    browser: Browser
    provider: Provider

    @asynccontextmanager
    async def visitor(self, email: str | None = None, **options: Any) -> AsyncIterator[Page]:
        """A page of a browser that has never been here; signed in as `email`. French, unless options say otherwise."""
        context = await self.browser.new_context(**({"locale": "fr-FR", "viewport": NARROW} | options))
        context.set_default_timeout(10_000)
        try:
            if email is not None:
                await self.sign_in(context, email)
            page = await context.new_page()
            await page.goto(self.desk.url)
            yield page
        finally:
            await context.close()

    async def sign_in(self, context: BrowserContext, email: str = ZOE) -> None:
        """The cookie that signing in with a code gives."""
        token = (await self.desk.sign_in(email))["authorization"].removeprefix("Bearer ")
        cookie = {"name": COOKIE, "value": token, "url": self.desk.url, "httpOnly": True, "sameSite": "Strict"}
        await context.add_cookies([cookie])  # type: ignore[list-item]

    def say(self, category_id: int | None, *symptoms: str) -> None:
        """What the model will answer next."""
        self.ollama.state.ollama.script.append(json.dumps({"category_id": category_id, "symptoms": symptoms}))


@asynccontextmanager
async def web_place(folder: Path, redis_port: int, directory: DirectoryPlace) -> AsyncIterator[WebPlace]:
    """Everything runs in this event loop but the browser."""
    async with AsyncExitStack() as stack:

        async def serve(app: Any) -> str:
            return await stack.enter_async_context(running(app))

        glpi, ollama, provider = create_glpi(clock=utc_now), create_ollama(), Provider()
        provider.issuer = await serve(provider.app)
        listener = free_socket()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ways = {
            "ollama_base_url": await serve(ollama),
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_redirect_url": f"{url}/api/v1/sign-in/oidc/callback",
        }
        desk = await _open_desk(stack, serve, folder, redis_port, directory, listener, glpi=glpi, ways=ways)
        driver = await stack.enter_async_context(async_playwright())
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        stack.push_async_callback(browser.close)
        yield WebPlace(desk, ollama, browser, provider)


async def _open_desk(
    stack: AsyncExitStack,
    serve: Any,
    folder: Path,
    redis_port: int,
    directory: DirectoryPlace,
    listener: socket.socket,
    *,
    glpi: Starlette,
    ways: dict[str, Any],
) -> Reception:
    watch, clock = Watch(glpi), Clock()
    glpi_url = await serve(watch)
    account = {"glpi_user_token": SecretStr("sim-desk-token")}
    glpi_server = await serve(create_glpi_server(glpi_settings(glpi_url, redis_port, folder, **account)))
    address = f"ldaps://{directory.host}:{directory.port}"
    ad_server = await serve(create_ad_server(ad_settings(address, redis_port, folder, ca_file=directory.ca_file)))
    mailbox, (host, port) = await stack.enter_async_context(running_sink())
    settings = desk_settings(
        glpi_server,
        ad_server,
        redis_port,
        f"sqlite:///{folder}/desk.sqlite",
        smtp_host=host,
        smtp_port=port,
        glpi_webhook_token=WEBHOOK_TOKEN,
        glpi_poll_s=3600,
        anonymous_reports=True,
        support_phone=PHONE,
        support_hours="24 h/24, 7 j/7",
        support_delays_h="72,48,24,8,1",
        hourly_messages=1000,
        hourly_codes=1000,
        hourly_sign_ins=1000,
        **ways,
    )
    app = create_app(settings, clock=clock)
    url = await stack.enter_async_context(running(app, sock=listener))
    http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=15))
    desk = Reception(glpi, glpi_url, watch, mailbox, clock, url, http, app, _stay)
    await desk.until_ready()
    return desk


async def _stay() -> None:
    await asyncio.sleep(0)
