"""One orchestrator with its whole simulated system, and one browser, for all tests of the console.

Of this package alone: the workflow engine is one a process, and other tests start their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from shared.web_pages import DIST
from tests.web.console.place import ConsolePlace, console_place
from tests.web.place import CHROMIUM, DEADLINE_MS


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def console(redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ConsolePlace]:
    """The console before its system."""
    if missing := _find_missing():
        pytest.skip(missing)
    expect.set_options(timeout=DEADLINE_MS)
    async with console_place(tmp_path_factory.mktemp("console"), redis_port) as opened:
        yield opened


def _find_missing() -> str | None:
    if not Path(CHROMIUM).exists():
        return "no Chromium"
    return None if (DIST / "console/index.html").exists() else "the page is not built: make web"
