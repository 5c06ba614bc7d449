"""axe finds nothing in any state of the chat, light or dark, and nobody has to scroll sideways on a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.desk.conftest import CLAIRE, PAUL
from tests.web.place import WIDE, WebPlace
from tests.web.story import agree, find_flaws, is_too_wide, report, until_understood

pytestmark = [
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.requirement("B-14"),
]


async def test_first_field_and_signing_in(place: WebPlace) -> None:
    async with place.visitor() as page:
        flaws = await find_flaws(page)
        await page.get_by_role("button", name="Envoyer", exact=True).click()
        await expect(page.get_by_text("Écrivez quelques mots")).to_be_visible()
        flaws += await find_flaws(page)
        await report(page, "Le scanner ne répond plus")
        await page.get_by_role("button", name="Recevoir un code").click()
        await expect(page.get_by_text("Écrivez une adresse complète")).to_be_visible()
        flaws += await find_flaws(page)
        await page.get_by_label("Votre adresse e-mail").fill(PAUL)
        await page.get_by_role("button", name="Recevoir un code").click()
        await page.get_by_label("Code reçu par e-mail").fill("0000 0000")
        await page.get_by_role("button", name="Continuer").click()
        await expect(page.get_by_text("Ce code est faux")).to_be_visible()
        flaws += await find_flaws(page)

        assert flaws == []
        assert not await is_too_wide(page)


async def test_card_questions_and_corrections(place: WebPlace) -> None:
    categories = (await place.desk.get("categories", CLAIRE))["categories"]
    place.say(categories[-1]["category_id"])
    async with place.visitor(CLAIRE) as page:
        await report(page, "L'imprimante a un bourrage papier, je ne peux plus imprimer les plans de soins")
        await until_understood(page)
        await expect(page.get_by_text("L'assistant propose une autre lecture")).to_be_visible()
        await page.get_by_text("Ce que l'assistant a lu").click()
        flaws = await find_flaws(page)
        wide = await is_too_wide(page)
        await page.get_by_role("button", name="Corriger").click()
        flaws += await find_flaws(page)
        await page.get_by_role("button", name="Recommencer").click()
        await report(page, "Bonjour, ça ne marche pas")
        await expect(page.get_by_label("Votre réponse")).to_be_visible()
        flaws += await find_flaws(page)

        assert flaws == []
        assert not wide


async def test_ticket_its_list_and_what_is_away(place: WebPlace) -> None:
    async with place.visitor(CLAIRE, viewport=WIDE) as page:
        await report(page, "Mon mot de passe Windows est oublié")
        await until_understood(page)
        flaws = await find_flaws(page)
        await agree(page)
        flaws += await find_flaws(page)
        await page.get_by_role("button", name="Voir ma demande").click()
        await page.get_by_role("button", name="Envoyer le message").click()
        await expect(page.get_by_text("Écrivez votre message.")).to_be_visible()
        flaws += await find_flaws(page)
        await page.get_by_role("button", name="C'est résolu, merci").click()
        await page.get_by_role("button", name="Oui, utile").click()
        flaws += await find_flaws(page)
        await page.get_by_role("link", name="Mes demandes", exact=True).click()
        await expect(page.get_by_role("heading", level=1, name="Demandes de l'établissement")).to_be_visible()
        flaws += await find_flaws(page)
        await page.context.set_offline(True)
        await page.get_by_role("link", name="Nouvelle demande").click()
        await page.get_by_role("button", name="Signaler autre chose").click()
        await report(page, "Plus d'encre")
        await expect(page.get_by_text("Pas de connexion.", exact=False)).to_be_visible()
        flaws += await find_flaws(page)

        assert flaws == []
