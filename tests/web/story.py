"""What a visitor does on the chat's page, in the page's own words."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import Page, expect

AXE = Path(__file__).resolve().parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""All that differs in the dark."""
PRINTER = "L'imprimante de l'accueil ne sort plus rien, bourrage papier depuis ce matin."


async def report(page: Page, text: str = PRINTER) -> None:
    """Say what is wrong."""
    await page.get_by_label("Votre problème").fill(text)
    await page.get_by_role("button", name="Envoyer", exact=True).click()


async def until_understood(page: Page) -> None:
    """Until the card is there."""
    await expect(page.get_by_role("heading", name="Voici ce que j'ai compris")).to_be_visible()


async def agree(page: Page) -> str:
    """The obvious button; returns the ticket's number."""
    await page.get_by_role("button", name="C'est ça, envoyer").click()
    return await number_of(page)


async def number_of(page: Page) -> str:
    """The number of the ticket that was made."""
    filed = page.get_by_role("region", name="C'est noté")
    await expect(filed).to_be_visible()
    found = re.search(r"TKT-\d{4}-\d{5}", await filed.inner_text())
    assert found
    return found[0]


async def find_flaws(page: Page) -> list[str]:
    """What axe has to say about the page as it is, in light and in dark."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    flaws: list[str] = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_be_attached()
        wanted = {"type": "tag", "values": RULES} if scheme == "light" else {"type": "rule", "values": COLOURS}
        found = await page.evaluate("(runOnly) => axe.run({runOnly, resultTypes: ['violations']})", wanted)
        flaws += [
            f"{scheme} {one['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
    return flaws


async def is_too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return bool(await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
