"""One desk and one browser for all tests of the chat: a test's own is its visitor.

Of this package alone: the workflow engine is one a process, and other tests start their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from shared.web_pages import DIST
from tests.directories import SimulatedDirectory
from tests.web.place import CHROMIUM, DEADLINE_MS, WebPlace, web_place


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def place(
    running_directory: SimulatedDirectory, redis_port: int, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[WebPlace]:
    """The desk with its page, and a browser."""
    if missing := _find_missing():
        pytest.skip(missing)
    expect.set_options(timeout=DEADLINE_MS)
    folder = tmp_path_factory.mktemp("web")
    async with web_place(folder, redis_port, running_directory.place) as opened:
        yield opened


def _find_missing() -> str | None:
    if not Path(CHROMIUM).exists():
        return "no Chromium"
    return None if (DIST / "desk/index.html").exists() else "the page is not built: make web"
