"""One MCP server over its simulator, each on a port of its own. A new server is one name in SERVERS."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from shared.mcp_server import ServerSpec
from shared.settings import ServerSettings
from tests import system
from tests.conftest import running

SERVERS = ("ad", "glpi", "mysecret", "observium")


@dataclass(frozen=True)
class OneServer:
    """A running server: its app module, where it listens, the settings that it was started with."""

    name: str
    url: str
    app: ModuleType
    settings: ServerSettings

    @property
    def spec(self) -> ServerSpec:
        """What tells it from the others."""
        spec: ServerSpec = self.app.SPEC
        return spec


@asynccontextmanager
async def open_server(name: str, redis_port: int, folder: Path, **changes: Any) -> AsyncIterator[OneServer]:
    """The server `name` of SERVERS, running; `changes` are settings of it."""
    app = importlib.import_module(f"servers.{name}.app")
    async with (
        system.simulated_settings(name, redis_port, folder, **changes) as settings,
        running(app.create_app(settings)) as url,
    ):
        yield OneServer(name, url, app, settings)
