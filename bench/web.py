"""The two pages: what a first visit loads, and how soon a slow computer can be typed on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from statistics import median

import sqlalchemy as sa
from playwright.async_api import Browser, async_playwright

from bench.desk_place import running_desk
from bench.desk_tickets import leftovers_of
from bench.references import LIMIT_FIRST_LOAD_KB, LIMIT_INTERACTIVE_MS
from bench.rows import Row
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoWorld
from shared.connections import normal_url
from shared.web_pages import DIST

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
SLOWED = 4
QUIET_MS = 500
_OBSERVE = "new PerformanceObserver((l) => (window.busy ??= []).push(...l.getEntries())).observe({type:'longtask'})"
_INTERACTIVE = f"""() => {{
  const field = document.querySelector('textarea, main.alone h1');
  if (!field) return null;
  const shown = performance.getEntriesByType('paint').at(-1)?.startTime ?? null;
  const last = Math.max(0, ...(window.busy ?? []).map((one) => one.startTime + one.duration));
  return shown !== null && performance.now() - Math.max(shown, last) > {QUIET_MS} ? Math.max(shown, last) : null;
}}"""


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """The chat on a desk of its own, with an empty database; the pages must be built and Chromium be there."""
    times = scale.pick(full=9, quick=3)
    world = worlds.shared()
    with _empty(world) as database, running_desk(world, database) as desk:
        rows = _rows("chat", "desk", asyncio.run(_measure(desk.url, times)))
    console = f"{world.orchestrator}/console/"
    return [*rows, *_rows("console", "console", asyncio.run(_measure(console, times)))]


def _rows(name: str, folder: str, measured: tuple[float, float]) -> list[Row]:
    loaded, spent = measured
    scripts = len(list((DIST / folder / "assets").glob("*.js")))
    return [
        Row(
            name=f"{name}, first load",
            value=loaded,
            unit="kB",
            limit=LIMIT_FIRST_LOAD_KB,
            note=f"first visit; scripts, styles and icon; of {scripts} scripts",
        ),
        Row(
            name=f"{name}, until it can be typed on",
            value=spent,
            unit="ms",
            limit=LIMIT_INTERACTIVE_MS,
            note=f"processor slowed {SLOWED} times, nothing cached; the last long task is over; median",
        ),
    ]


@contextlib.contextmanager
def _empty(world: DemoWorld) -> Iterator[sa.URL]:
    file = world.folder / "desk-web.sqlite"
    leftovers_of(file)
    try:
        yield normal_url(f"sqlite:///{file}")
    finally:
        leftovers_of(file)


async def _measure(url: str, times: int) -> tuple[float, float]:
    """kB of a first visit, and the median of the milliseconds until one can type."""
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        visits = [await _visit(browser, url) for _ in range(times)]
        await browser.close()
    return visits[0][0] / 1000, median(spent for _bytes, spent in visits)


async def _visit(browser: Browser, url: str) -> tuple[float, float]:
    context = await browser.new_context(locale="fr-FR")
    page = await context.new_page()
    slow = await context.new_cdp_session(page)
    await slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    await page.add_init_script(_OBSERVE)
    await page.goto(url)
    spent = float(await (await page.wait_for_function(_INTERACTIVE, polling=50)).json_value())
    sizes = "performance.getEntriesByType('resource').filter((r) => r.name.includes('/assets/'))"
    loaded = float(await page.evaluate(f"{sizes}.reduce((sum, r) => sum + r.encodedBodySize, 0)"))
    await context.close()
    return loaded, spent
