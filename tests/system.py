"""The whole system in one process for tests: simulators, MCP servers and what connects to them, on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from starlette.applications import Starlette

from servers.ad.settings import AdSettings
from servers.glpi.app import create_app as create_glpi_server
from servers.glpi.settings import GlpiSettings
from servers.mysecret.settings import MySecretSettings
from servers.observium.app import create_app as create_observium_server
from servers.observium.settings import ObserviumSettings
from shared.mcp_client import Endpoint
from shared.mcp_tokens import token_entry
from shared.settings import ServerSettings
from simulators.ad.app import running_directory
from simulators.glpi.app import create_app as create_glpi
from simulators.glpi.text import Version
from simulators.mysecret.app import create_app as create_mysecret
from simulators.observium.app import create_app as create_observium
from tests.conftest import running

TOKEN = "widip_test-token-of-the-orchestrator"
SEAL_KEY = SecretStr("seal-key-of-the-tests-0123456789abcdef")
DOMAINS = ["lilas.example", "tilleuls.example", "genets.example", "widip.example", "x.example"]
READER = "widip_test-token-of-a-reader"
Serve = Callable[[Any], Awaitable[str]]


def utc_now() -> datetime:
    """The simulated GLPI's clock: its zone is UTC in tests."""
    return datetime.now(UTC).replace(tzinfo=None)


def write_tokens(folder: Path, *, ous: str = "") -> Path:
    """A tokens file with a caller that may do all and one that may only read."""
    path = folder / "tokens.toml"
    callers = (("orchestrator", TOKEN, ["read", "write"]), ("reader", READER, ["read"]))
    entries = (
        token_entry(name, token, scopes, ous=[ous] if ous else [], recipient_domains=DOMAINS)
        for name, token, scopes in callers
    )
    path.write_text("".join(entries))
    return path


def glpi_settings(glpi_url: str, redis_port: int, folder: Path, **changes: Any) -> GlpiSettings:
    """Settings of a GLPI server on a simulated GLPI."""
    values: dict[str, Any] = {
        "tokens_file": write_tokens(folder),
        "redis_port": redis_port,
        "glpi_api_url": f"{glpi_url}/apirest.php",
        "glpi_user_token": SecretStr("sim-orchestrator-token"),
        "glpi_app_token": SecretStr("sim-app-token"),
        "glpi_mail_sender": "supervision@widip.example",
        "glpi_timezone": "UTC",
        "glpi_timeout_s": 2.0,
        "write_settle_s": 0.0,
        "seal_key": SEAL_KEY,
    }
    return GlpiSettings(**(values | changes))


def observium_settings(url: str, redis_port: int, folder: Path, **changes: Any) -> ObserviumSettings:
    """Settings of an Observium server on a simulated Observium."""
    values: dict[str, Any] = {
        "tokens_file": write_tokens(folder),
        "redis_port": redis_port,
        "observium_api_url": f"{url}/api/v0",
        "observium_api_token": SecretStr("obs_sim-token"),
        "observium_timezone": "UTC",
        "observium_timeout_s": 2.0,
    }
    return ObserviumSettings(**(values | changes))


def mysecret_settings(url: str, redis_port: int, folder: Path, **changes: Any) -> MySecretSettings:
    """Settings of a MySecret server on a simulated MySecret."""
    values: dict[str, Any] = {
        "tokens_file": write_tokens(folder),
        "redis_port": redis_port,
        "mysecret_api_url": url,
        "mysecret_api_token": SecretStr("pwp_sim-token"),
        "mysecret_timeout_s": 2.0,
        "write_settle_s": 0.0,
        "seal_key": SEAL_KEY,
    }
    return MySecretSettings(**(values | changes))


def ad_settings(url: str, redis_port: int, folder: Path, *, ca_file: Path, **changes: Any) -> AdSettings:
    """Settings of an AD server on a directory that is filled with the simulator's world."""
    values: dict[str, Any] = {
        "tokens_file": write_tokens(folder, ous="OU=Clients,DC=widip,DC=local"),
        "redis_port": redis_port,
        "ad_server": url,
        "ad_username": "WIDIP\\svc-widip",
        "ad_password": SecretStr("Delegue-4-les-comptes"),
        "ad_base_dn": "DC=widip,DC=local",
        "ad_ca_file": ca_file,
        "ad_timeout_s": 1,
        "seal_key": SEAL_KEY,
        "write_settle_s": 0.0,
    }
    return AdSettings(**(values | changes))


@asynccontextmanager
async def simulated_settings(name: str, redis_port: int, folder: Path, **changes: Any) -> AsyncIterator[ServerSettings]:
    """The settings of a server of this name, while the simulator of its system runs."""
    if name == "ad":
        async with running_directory() as (directory, port):
            directory.write_ca(folder / "ca.pem")
            yield ad_settings(f"ldaps://127.0.0.1:{port}", redis_port, folder, ca_file=folder / "ca.pem", **changes)
        return
    simulator, make_settings = _SIMULATED[name]
    async with running(simulator()) as upstream:
        yield make_settings(upstream, redis_port, folder, **changes)


_SIMULATED: dict[str, tuple[Callable[[], Any], Callable[..., ServerSettings]]] = {
    "glpi": (create_glpi, glpi_settings),
    "mysecret": (create_mysecret, mysecret_settings),
    "observium": (create_observium, observium_settings),
}


@dataclass
class System:
    """Both simulators with their MCP servers, running."""

    glpi: Starlette
    observium: Starlette
    glpi_url: str
    observium_url: str
    glpi_server: str
    observium_server: str

    def endpoints(self, token: str = TOKEN) -> list[Endpoint]:
        """What a toolbox connects to."""
        return [Endpoint("observium", self.observium_server, token), Endpoint("glpi", self.glpi_server, token)]


async def start_system(
    serve: Serve, redis_port: int, folder: Path, *, glpi_version: Version = "10.0", **glpi_changes: Any
) -> System:
    """Start simulators and servers. glpi_changes: settings of the MCP server before GLPI."""
    glpi, observium = create_glpi(version=glpi_version, clock=utc_now), create_observium(zone=UTC)
    glpi_url, observium_url = await serve(glpi), await serve(observium)
    glpi_server = create_glpi_server(glpi_settings(glpi_url, redis_port, folder, **glpi_changes))
    observium_server = create_observium_server(observium_settings(observium_url, redis_port, folder))
    return System(
        glpi=glpi,
        observium=observium,
        glpi_url=glpi_url,
        observium_url=observium_url,
        glpi_server=await serve(glpi_server),
        observium_server=await serve(observium_server),
    )
