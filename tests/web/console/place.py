"""The real orchestrator with the built console, on the whole simulated system, and a browser before it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright, expect

from cli.processes import free_socket
from simulators.observium.deliveries import build_delivery
from tests.conftest import running
from tests.desk.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider
from tests.orchestrator.assist.world import OPERATORS, AssistWorld, assist_builder
from tests.orchestrator.conftest import WEBHOOK_TOKEN
from tests.orchestrator.console.world import PASSWORD, write_people
from tests.web.console.line import Line
from tests.web.place import CHROMIUM, DEADLINE_MS, FLAGS, WIDE

LINKS = {"glpi_web_url": "https://glpi.example/glpi", "observium_web_url": "https://observium.example"}


@dataclass
class ConsolePlace:
    """A running orchestrator, the line to it that can be cut, and the browser."""

    world: AssistWorld
    url: str
    line: Line
    browser: Browser
    provider: Provider

    @asynccontextmanager
    async def operator(self, name: str | None = "ada", path: str = "", **options: Any) -> AsyncIterator[Page]:
        """A page of a browser that has never been here, signed in as `name`. French, unless options say otherwise."""
        context = await self.browser.new_context(**({"locale": "fr-FR", "viewport": WIDE} | options))
        context.set_default_timeout(DEADLINE_MS)
        page = await context.new_page()
        try:
            if name is not None:
                await sign_in_quietly(page, self.url, name)
            await page.goto(f"{self.url}/console/{path}")
            yield page
        finally:
            await context.close()

    async def raise_alert(self, device_id: int = 11, port_id: int = 1101) -> None:
        """Observium sees a port go down, and says so."""
        observium = self.world.system.observium.state.observium
        observium.set_port(port_id, oper="down")
        alert_id = int(observium.open_alert(device_id, "port", port_id, "Port down"))
        now = datetime.now(UTC).replace(microsecond=0)
        await self.post(build_delivery(observium, alert_id, state_name="ALERT", flavour="webhook-json", at=now))

    async def post(self, body: bytes) -> None:
        """A delivery at the webhook, well or badly formed."""
        headers = {"content-type": "application/json", "authorization": f"Bearer {WEBHOOK_TOKEN}"}
        await self.world.http.post("/webhooks/observium", content=body, headers=headers)

    async def ask_for_a_colleague(self) -> int:
        """The referent has a colleague's password reset: an operator has to approve. Returns the ticket."""
        text = "Merci de réinitialiser le mot de passe de Zoé O'Brien."
        ticket = await self.world.open_ticket(text, by=20)
        await self.world.until(ticket, "confirming")
        await self.world.confirm("c.oria@lilas.example")
        await self.world.until(ticket, "approving")
        return ticket


async def sign_in_quietly(page: Page, url: str, name: str) -> None:
    """The cookie that the sign-in gives, without its page."""
    given = {"name": name, "password": PASSWORD}
    answer = await page.request.post(f"{url}/api/sign-in", data=given, headers={"x-widip-console": "1"})
    await expect(answer).to_be_ok()


@asynccontextmanager
async def console_place(folder: Path, redis_port: int) -> AsyncIterator[ConsolePlace]:
    """Everything runs in this event loop but the browser."""
    async with AsyncExitStack() as stack:

        async def serve(app: Any) -> str:
            return await stack.enter_async_context(running(app))

        people = write_people(folder, olga='email = "olga@widip.example"')
        people.write_text(people.read_text(encoding="utf-8") + OPERATORS, encoding="utf-8")
        database = f"sqlite:///{folder}/orchestrator.sqlite"
        build = await stack.enter_async_context(assist_builder(serve, redis_port, folder, database))
        provider, listener = Provider(), free_socket()
        provider.issuer = await serve(provider.app)
        port = listener.getsockname()[1]
        oidc = {
            "console_oidc_issuer": provider.issuer,
            "console_oidc_client_id": CLIENT_ID,
            "console_oidc_client_secret": CLIENT_SECRET,
            "console_oidc_redirect_url": f"http://127.0.0.1:{port}/api/sign-in/oidc/callback",
            "console_secret": "secret-of-the-console-0123456789abcdef",
        }
        world = await build(operators_file=people, listener=listener, **LINKS, **oidc)
        line = await stack.enter_async_context(Line.open(str(world.http.base_url)))
        driver = await stack.enter_async_context(async_playwright())
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        stack.push_async_callback(browser.close)
        yield ConsolePlace(world, str(world.http.base_url).rstrip("/"), line, browser, provider)
