"""`make screenshots`: each main view of chat and console at 360 and 1440 pixels, light and dark, into docs/img."""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, expect

from cli.processes import Children, start_redis
from shared.logs import configure_logs
from shared.web_pages import DIST
from tests.desk.conftest import PAUL, ZOE
from tests.directories import DirectoryPlace, simulated_directory
from tests.web.console.screenshots import take_console
from tests.web.place import NARROW, WIDE, WebPlace, web_place
from tests.web.story import agree, report, until_understood

FOLDER = Path(__file__).resolve().parents[2] / "docs/img"
COLOURS = 64
PRINTER = "L'imprimante de l'accueil ne sort plus rien, bourrage papier depuis ce matin. Mon numéro : 06 39 98 12 34"
TECHNICIAN, PENDING = 10, 4
Show = Callable[[WebPlace, Page], Awaitable[None]]


async def show_first(_place: WebPlace, page: Page) -> None:
    """The one field."""
    await page.get_by_label("Votre problème").wait_for()


async def show_card(_place: WebPlace, page: Page) -> None:
    """What was understood."""
    await report(page, PRINTER)
    await until_understood(page)
    await expect(page.get_by_text("Ce que l'assistant a lu")).to_be_visible()


async def show_filed(place: WebPlace, page: Page) -> None:
    """The number and what is next."""
    await show_card(place, page)
    await agree(page)
    await expect(page.get_by_text("Reçue par les techniciens").last).to_be_visible()


async def show_ticket(place: WebPlace, page: Page) -> None:
    """A ticket that a technician has answered."""
    await show_filed(place, page)
    await page.get_by_role("button", name="Voir ma demande").click()
    number = max(ticket["id"] for ticket in place.desk.tickets)
    reply = "<p>Bonjour, la pièce est commandée, je passe demain matin.</p>"
    await place.desk.by_hand(number, by=TECHNICIAN, followup=reply, status=PENDING)
    await place.desk.webhook(number)
    await expect(page.get_by_text("la pièce est commandée")).to_be_visible()


async def show_list(_place: WebPlace, page: Page) -> None:
    """One's own tickets."""
    await page.get_by_role("link", name="Mes demandes").click()
    await expect(page.get_by_role("listitem").first).to_be_visible()


VIEWS: dict[str, Show] = {
    "first": show_first,
    "card": show_card,
    "filed": show_filed,
    "ticket": show_ticket,
    "list": show_list,
}


async def take(place: WebPlace) -> None:
    """One picture of each view, size and colour scheme."""
    for viewport in (NARROW, WIDE):
        for scheme in ("light", "dark"):
            for view, show in VIEWS.items():
                who = PAUL if view == "first" else ZOE
                options = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
                async with place.visitor(who, **options) as page:
                    await show(place, page)
                    png = await page.screenshot(full_page=viewport is NARROW, animations="disabled")
                save(png, FOLDER / f"chat-{view}-{viewport['width']}-{scheme}.png")


def save(png: bytes, file: Path) -> None:
    """Few colours are enough, and a tenth of the size."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(file, optimize=True)


async def run(folder: Path, redis_port: int, directory: DirectoryPlace) -> None:
    """All of them."""
    async with web_place(folder, redis_port, directory) as place:
        await take(place)


def main() -> None:
    """Start what the pages stand on, and take the pictures."""
    if not all((DIST / page / "index.html").exists() for page in ("desk", "console")):
        sys.exit("The pages are not built: run `make web`.")
    configure_logs("screenshots", level="ERROR")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        children = Children(folder / "logs")
        try:
            redis = start_redis(children, folder / "redis", environment={})
            with simulated_directory(folder) as directory:
                asyncio.run(run(folder, redis.port, directory.place))
            (folder / "console").mkdir()
            asyncio.run(take_console(folder / "console", redis.port, lambda png, name: save(png, FOLDER / name)))
        finally:
            children.stop()


if __name__ == "__main__":
    main()
