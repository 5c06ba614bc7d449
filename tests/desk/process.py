"""A desk in a process of its own: to be killed, or beside another program that runs workflows in this one."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess

from desk.app import MIGRATIONS
from desk.settings import DeskSettings
from tests.forked import forked


def environment(settings: DeskSettings) -> dict[str, str]:
    """The settings of a desk, for a process of its own."""
    dumped = settings.model_dump()
    secrets = {name: value.get_secret_value() for name, value in dumped.items() if hasattr(value, "get_secret_value")}
    plain = {name: str(value) for name, value in dumped.items() if isinstance(value, int | float | str)}
    urls = {name: str(dumped[name]) for name in ("glpi_mcp_url", "ad_mcp_url", "sites_file")}
    return {name.upper(): value for name, value in {**plain, **urls, **secrets}.items()}


@asynccontextmanager
async def desk_process(
    settings: DeskSettings, door: socket.socket | None = None
) -> AsyncIterator[tuple[BaseProcess, str]]:
    """It, until the block ends, and its URL. door: what it listens on, its own from now on; else any free port."""
    values = {**os.environ, **environment(settings)}
    async with forked("desk", values, MIGRATIONS.parent.parent, door=door) as running:
        yield running
