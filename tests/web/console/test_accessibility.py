"""axe finds nothing on any view of the console, light or dark, and nobody has to scroll sideways on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.console.place import ConsolePlace
from tests.web.console.views import list_views
from tests.web.place import NARROW
from tests.web.story import find_flaws, is_too_wide

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.requirement("B-44"),
]


async def test_no_view_has_a_flaw(console: ConsolePlace) -> None:
    await console.raise_alert(21, 2101)
    await console.post(b'{"ALERT_ID": "x"}')
    await console.ask_for_a_colleague()
    flaws: list[str] = []
    wide: list[str] = []
    async with console.operator(viewport=NARROW) as page:
        for view in await list_views(console):
            await page.goto(f"{console.url}/console/{view.path}")
            await expect(page.get_by_role("heading", level=1)).to_contain_text(view.heading)
            await expect(page.get_by_text("Chargement…")).to_have_count(0)
            if view.name == "approvals":
                await page.get_by_role("button", name="Refuser…").click()
            flaws += [f"{view.name}: {flaw}" for flaw in await find_flaws(page)]
            wide += [view.name] if await is_too_wide(page) else []
        await page.get_by_role("button", name="Menu").click()
        flaws += await find_flaws(page)
    await console.world.approve(decision="reject")

    assert flaws == []
    assert wide == []


async def test_sign_in_has_no_flaw(console: ConsolePlace) -> None:
    async with console.operator(None, viewport=NARROW) as page:
        await page.get_by_label("Identifiant").fill("olga")
        await page.get_by_label("Mot de passe", exact=True).fill("faux")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_be_visible()

        assert await find_flaws(page) == []
        assert not await is_too_wide(page)
