"""The orchestrator on the whole simulated system."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from starlette.applications import Starlette

from orchestrator.app import MIGRATIONS, create_app
from orchestrator.health_check import HealthCheck
from orchestrator.services import Services
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import alert, incident
from shared.database import Database
from shared.engine import Engine, Workflow
from shared.migrations import migrate
from simulators.observium.deliveries import Flavour, build_delivery
from simulators.observium.tags import StateName
from simulators.ollama.app import create_app as create_ollama
from tests.conftest import running
from tests.postgres import Postgres
from tests.system import TOKEN, Serve, System, start_system

API_TOKEN = "widip_test-api-token"
WEBHOOK_TOKEN = "widip_test-webhook-token"
DEADLINE_S = 20.0
INSTANTS = ("opened_at", "round_at", "due_at", "noted_at")


@dataclass
class Orchestrated:
    """A running orchestrator with everything under it."""

    system: System
    ollama: Starlette
    url: str
    http: httpx.AsyncClient
    app: Any = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def health(self) -> HealthCheck:
        """The health check that the schedule runs every 30 s."""
        check: HealthCheck = self.app.state.health
        return check

    @property
    def tickets(self) -> list[dict[str, Any]]:
        """GLPI's tickets but the one of the invented world."""
        return [t for t in self.system.glpi.state.glpi.tickets.values() if t["id"] > 1]

    @property
    def followups(self) -> list[dict[str, Any]]:
        return list(self.system.glpi.state.glpi.followups.values())

    @property
    def mails(self) -> list[dict[str, Any]]:
        return list(self.system.glpi.state.glpi.queued.values())

    def text(self, value: str) -> str:
        """What GLPI stores, as a person reads it."""
        return str(self.system.glpi.state.glpi.real(value))

    def break_port(self, device_id: int = 11, port_id: int = 1101, name: str = "Port down") -> int:
        """Cut a port and raise its alert."""
        observium = self.system.observium.state.observium
        observium.set_port(port_id, oper="down")
        return int(observium.open_alert(device_id, "port", port_id, name))

    def delivery(
        self,
        alert_id: int,
        *,
        state: StateName = "ALERT",
        flavour: Flavour = "webhook-json",
        at: datetime | None = None,
    ) -> bytes:
        """The bytes that Observium would post; a repeat has the same instant."""
        observium = self.system.observium.state.observium
        body: bytes = build_delivery(observium, alert_id, state_name=state, flavour=flavour, at=at or self.now)
        return body

    async def post(self, body: bytes, token: str | None = f"Bearer {WEBHOOK_TOKEN}") -> httpx.Response:
        headers = {"content-type": "application/json"} | ({"authorization": token} if token else {})
        return await self.http.post("/webhooks/observium", content=body, headers=headers)

    async def runs(self) -> list[dict[str, Any]]:
        rows = (await self.http.get("/api/runs", headers=self.auth)).json()["runs"]
        return list(rows)

    @property
    def auth(self) -> dict[str, str]:
        return {"authorization": f"Bearer {API_TOKEN}"}

    async def journal(self, run_id: str) -> list[dict[str, Any]]:
        return list((await self.http.get(f"/api/runs/{run_id}", headers=self.auth)).json()["journal"])

    async def wait_ended(self, n: int = 1) -> list[dict[str, Any]]:
        """Until `n` runs have ended, well or badly, and their journals are written."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                ended = [run for run in await self.runs() if run["state"] != "running"]
                if len(ended) >= n:
                    journals = [await self.journal(run["id"]) for run in ended]
                    if all(any(line["kind"] in ("done", "error") for line in journal) for journal in journals):
                        return ended
                await asyncio.sleep(0.05)

    async def recover(self, alert_id: int, *, after: timedelta = timedelta(hours=1), send: bool = True) -> None:
        """The alert's entity works again; its delivery says that the outage lasted `after`."""
        observium = self.system.observium.state.observium
        row = observium.alerts[alert_id]
        number = int(row["entity_id"])
        observium.set_device(number, status=1) if row["entity_type"] == "device" else observium.set_port(
            number, oper="up"
        )
        observium.recover(alert_id)
        if send:
            answer = await self.post(self.delivery(alert_id, state="RECOVER", at=self.now + after))
            assert answer.status_code == 200, answer.text

    def break_device(self, device_id: int = 11, name: str = "Device down") -> int:
        """Take a device down and raise its alert."""
        observium = self.system.observium.state.observium
        observium.set_device(device_id, status=0)
        return int(observium.open_alert(device_id, "device", device_id, name))

    async def incidents(self) -> list[dict[str, Any]]:
        """All incidents, oldest first."""
        page = (await self.http.get("/api/incidents", headers=self.auth)).json()
        return list(reversed(page["incidents"]))

    async def incident(self, key: str) -> dict[str, Any]:
        """One incident with its alerts and its journal."""
        return dict((await self.http.get(f"/api/incidents/{key}", headers=self.auth)).json())

    async def until(self, wanted: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The incidents, once they are as wanted and nothing is being done for them."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                found = await self.incidents()
                if wanted(found) and not any(row["work"] for row in found):
                    return found
                await asyncio.sleep(0.02)

    async def let_pass(self, time: timedelta) -> None:
        """Everything that incidents remember happened so much earlier."""

        def shift(connection: sa.Connection) -> None:
            for table, names in ((incident, INSTANTS), (alert, ("seen_at", "changed_at"))):
                for row in connection.execute(sa.select(table)).mappings().all():
                    earlier = {name: row[name] - time for name in names if row[name]}
                    key = next(iter(table.primary_key))
                    connection.execute(table.update().where(key == row[key.name]).values(**earlier))

        await self.app.state.line.database.write(shift)

    async def by_hand(self, ticket_id: int, **given: Any) -> None:
        """A technician works on a ticket in GLPI's own pages."""
        answer = await self.http.post(f"{self.system.glpi_url}/_sim/ticket/{ticket_id}", json=given)
        assert answer.status_code == 200, answer.text

    async def play(self, alert_id: int | None = None) -> dict[str, Any]:
        """One alert from delivery to the end of its run."""
        answer = await self.post(self.delivery(alert_id or self.break_port()))
        assert answer.status_code == 200, answer.text
        return (await self.wait_ended())[0]


def orchestrator_settings(
    system: System, redis_port: int, database_url: str, ollama_url: str, **changes: Any
) -> OrchestratorSettings:
    """Settings of an orchestrator on a running system."""
    root = Path(__file__).resolve().parent.parent.parent
    values: dict[str, Any] = {
        "database_url": SecretStr(database_url),
        "api_token": SecretStr(API_TOKEN),
        "observium_webhook_token": SecretStr(WEBHOOK_TOKEN),
        "observium_mcp_url": system.observium_server,
        "observium_mcp_token": SecretStr(TOKEN),
        "glpi_mcp_url": system.glpi_server,
        "glpi_mcp_token": SecretStr(TOKEN),
        "sites_file": root / "deploy/demo/sites.toml",
        "noc_email": "noc@widip.example",
        "ollama_base_url": ollama_url,
        "ollama_timeout_s": 5.0,
        "redis_port": redis_port,
        "note_gap_s": 0,
        "reconcile_s": 3600,
    }
    return OrchestratorSettings(**(values | changes))


Start = Callable[..., Awaitable[Orchestrated]]
RequestWork = Callable[[Services], Workflow]


@pytest.fixture(scope="session")
def postgres(postgres: Postgres) -> Postgres:
    """One whose databases have all tables from the beginning: ours and the workflow engine's."""
    with ThreadPoolExecutor(1) as outside:  # of any event loop
        return postgres.with_template("orchestrator", lambda url: outside.submit(asyncio.run, _prepare(url)).result())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has them too."""
    file = tmp_path_factory.mktemp("template") / "database.sqlite"
    with ThreadPoolExecutor(1) as outside:
        outside.submit(asyncio.run, _prepare(f"sqlite:///{file}")).result()
    return file


@pytest.fixture
def database_url(database_url: str, sqlite_template: Path) -> str:
    """As everywhere, with all tables there: half of an orchestrator's start is making them."""
    if database_url.startswith("sqlite:///"):
        shutil.copy(sqlite_template, database_url.removeprefix("sqlite:///"))
    return database_url


async def _prepare(url: str) -> None:
    database = Database(url)
    await database.write(partial(migrate, MIGRATIONS))
    engine = Engine(database, name="orchestrator", executor_id="local", queues=())
    await engine.start()
    await engine.stop()
    await asyncio.to_thread(database.close)


@pytest.fixture
async def start(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, database_url: str
) -> AsyncIterator[Start]:
    """`await start(**settings)`: an orchestrator, stopped at the end before what it stands on.

    glpi_server: settings of the MCP server before GLPI, and the version of that. request_work: as for create_app.
    """
    async with AsyncExitStack() as stack:

        async def build(
            *,
            ollama_url: str | None = None,
            glpi_server: dict[str, Any] | None = None,
            request_work: RequestWork | None = None,
            **changes: Any,
        ) -> Orchestrated:
            port = changes.pop("redis_port", redis_port)
            system = await start_system(serve, port, tmp_path, **(glpi_server or {}))
            ollama = create_ollama()
            url = ollama_url or await serve(ollama)
            settings = orchestrator_settings(system, port, database_url, url, **changes)
            app = create_app(settings, request_work=request_work)
            base = await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=base, timeout=15))
            return Orchestrated(system, ollama, base, http, app)

        yield build


@pytest.fixture
async def orchestrated(start: Start) -> Orchestrated:
    """An orchestrator with default settings."""
    return await start()
