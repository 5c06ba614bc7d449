"""The chat in a real browser, on the real desk: the stories of an employee at night."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.desk.conftest import CLAIRE, PAUL, ZOE
from tests.web.place import WIDE, WebPlace
from tests.web.story import PRINTER, agree, number_of, report, until_understood

pytestmark = [pytest.mark.asyncio(loop_scope="package")]

TECHNICIAN, PENDING = 10, 4
PHOTO = b"\x89PNG\r\n\x1a\n" + bytes.fromhex(
    "0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


async def glpi_number(place: WebPlace, number: str, email: str) -> tuple[int, int]:
    """Our id and GLPI's of a ticket."""
    found = next(one for one in (await place.desk.get("tickets", email))["tickets"] if one["number"] == number)
    told = await place.desk.until(found["id"], lambda ticket: ticket["glpi_ticket_id"] is not None, email)
    return int(found["id"]), int(told["glpi_ticket_id"])


async def technician(place: WebPlace, glpi_ticket_id: int, **change: Any) -> None:
    """A technician works in GLPI, whose webhook tells the desk."""
    await place.desk.by_hand(glpi_ticket_id, by=TECHNICIAN, **change)
    assert (await place.desk.webhook(glpi_ticket_id)).is_success


@pytest.mark.requirement("B-04")
async def test_broken_printer_is_reported_in_two_clicks_and_the_technicians_answer_arrives_live(
    place: WebPlace,
) -> None:
    async with place.visitor() as page:
        await report(page)
        await page.get_by_label("Votre adresse e-mail").fill(ZOE)
        await page.get_by_role("button", name="Recevoir un code").click()
        await page.get_by_label("Code reçu par e-mail").fill(await place.desk.read_code(ZOE))
        await page.get_by_role("button", name="Continuer").click()
        await until_understood(page)
        number = await agree(page)
        ticket_id, glpi_id = await glpi_number(place, number, ZOE)

        await page.get_by_role("button", name="Voir ma demande").click()
        await expect(page.get_by_role("heading", name="Imprimante : bourrage papier")).to_be_visible()
        await technician(place, glpi_id, followup="<p>La pièce est commandée.</p>", status=PENDING)

        await expect(page.get_by_text("La pièce est commandée.")).to_be_visible()
        await expect(page.get_by_text("En attente d'une réponse ou d'une pièce").last).to_be_visible()
        assert page.url.endswith(f"/tickets/{ticket_id}")


@pytest.mark.requirement("B-05")
async def test_with_glpi_down_a_problem_is_kept_and_the_page_shows_when_it_has_gone(place: WebPlace) -> None:
    async with place.visitor(CLAIRE) as page:
        place.desk.glpi.state.glpi.maintenance = True
        try:
            await report(page, "Le téléphone de l'infirmerie ne sonne plus")
            await until_understood(page)
            number = await agree(page)
            await expect(page.get_by_text("Gardée en sécurité", exact=False).last).to_be_visible()
            await page.reload()
            await expect(page.get_by_text("Le système des techniciens est en panne")).to_be_visible()
        finally:
            place.desk.glpi.state.glpi.maintenance = False
        await page.get_by_role("link", name="Mes demandes").click()
        await page.get_by_role("link", name=number).click()
        await expect(page.get_by_text("Gardée en sécurité").last).to_be_visible()

        place.desk.clock.ahead += timedelta(minutes=2)  # when the next try is due
        await place.desk.parts.outbox.resume()

        await expect(page.get_by_text("Reçue par les techniciens").last).to_be_visible()


@pytest.mark.requirement("B-06")
async def test_sign_in_that_ends_meanwhile_costs_nothing_that_was_typed(place: WebPlace) -> None:
    async with place.visitor(PAUL) as page:
        await report(page, "Le wifi est coupé au premier étage")
        await until_understood(page)
        headers = {"authorization": f"Bearer {place.desk.tokens.pop(PAUL).removeprefix('Bearer ')}"}
        assert (await place.desk.http.post("/api/v1/sign-out", headers=headers)).is_success

        await page.get_by_role("button", name="C'est ça, envoyer").click()
        await expect(page.get_by_role("heading", name="Votre connexion a expiré")).to_be_focused()
        await expect(page.get_by_text("Le wifi est coupé au premier étage")).to_be_visible()
        known = len(place.desk.mails(PAUL))
        await page.get_by_label("Votre adresse e-mail").fill(PAUL)
        await page.get_by_role("button", name="Recevoir un code").click()
        await page.get_by_label("Code reçu par e-mail").fill(await place.desk.read_code(PAUL, known))
        await page.get_by_role("button", name="Continuer").click()

        number = await number_of(page)
        texts = [ticket["number"] for ticket in (await place.desk.get("tickets", PAUL))["tickets"]]
        assert texts.count(number) == 1


@pytest.mark.requirement("B-07")
async def test_what_is_sent_without_a_connection_leaves_by_itself_once_it_is_back(place: WebPlace) -> None:
    async with place.visitor(CLAIRE) as page:
        await page.context.set_offline(True)
        await report(page, "La télévision de la salle à manger reste noire")
        await expect(page.get_by_text("Pas de connexion.", exact=False)).to_be_visible()
        kept = json.loads(await page.evaluate("localStorage.getItem('widip-draft')"))
        assert kept["text"] == "La télévision de la salle à manger reste noire"

        await page.context.set_offline(False)

        await until_understood(page)
        await agree(page)
        assert await page.evaluate("localStorage.getItem('widip-draft')") is None


@pytest.mark.requirement("B-07")
async def test_text_outlives_the_closing_of_the_page(place: WebPlace) -> None:
    async with place.visitor() as page:
        await page.get_by_label("Votre problème").fill("Le badge de la porte ne marche")
        await page.reload()

        await expect(page.get_by_label("Votre problème")).to_have_value("Le badge de la porte ne marche")


@pytest.mark.requirement("B-06")
async def test_reply_waits_for_the_connection_and_for_a_new_sign_in(place: WebPlace) -> None:
    async with place.visitor(CLAIRE) as page:
        await report(page, "Le clavier de la salle de soins est cassé")
        await until_understood(page)
        await agree(page)
        await page.get_by_role("button", name="Voir ma demande").click()
        field = page.get_by_role("textbox", name="Ajouter un message")
        await page.context.set_offline(True)
        await field.fill("Il manque aussi la souris.")
        await page.get_by_role("button", name="Envoyer le message").click()
        await expect(page.get_by_text("votre message est gardé ici")).to_be_visible()
        await page.context.set_offline(False)
        await expect(page.get_by_role("log").get_by_text("Il manque aussi la souris.")).to_have_count(1)
        await expect(field).to_have_value("")

        await page.context.clear_cookies()
        await field.fill("Et le tapis.")
        await page.get_by_role("button", name="Envoyer le message").click()
        await expect(page.get_by_role("heading", name="Qui êtes-vous ?")).to_be_visible()
        await place.sign_in(page.context, CLAIRE)
        await page.reload()

        await expect(field).to_have_value("Et le tapis.")


@pytest.mark.requirement("B-12")
async def test_who_comes_back_from_the_organisations_sign_in_without_one_reads_why(place: WebPlace) -> None:
    async with place.visitor() as page:
        await page.goto(f"{place.desk.url}/?signin=failed&reason=unknown_account")

        await expect(page.get_by_text("n'a pas été trouvé dans l'annuaire")).to_be_visible()
        assert page.url == f"{place.desk.url}/"


@pytest.mark.requirement("B-21")
async def test_signing_in_with_the_organisations_account_goes_on_with_what_was_typed(place: WebPlace) -> None:
    place.provider.claims = {"email": CLAIRE, "email_verified": True}
    async with place.visitor() as page:
        await report(page, "La souris de l'accueil ne marche plus")
        await page.get_by_role("link", name="Me connecter avec mon compte d'entreprise").click()
        await until_understood(page)
        number = await agree(page)

    assert number in [ticket["number"] for ticket in (await place.desk.get("tickets", CLAIRE))["tickets"]]


@pytest.mark.requirement("B-22")
async def test_without_signing_in_a_problem_is_taken_and_account_work_is_not(place: WebPlace) -> None:
    async with place.visitor() as page:
        await report(page)
        await page.get_by_label("Votre adresse e-mail").fill("remplacante@agence.example")
        await page.get_by_role("button", name="Continuer sans me connecter").click()
        await until_understood(page)
        await agree(page)
        await expect(page.get_by_text("Un technicien vous contactera à l'adresse donnée.")).to_be_visible()

        await page.get_by_role("button", name="Signaler autre chose").click()
        await report(page, "J'ai oublié mon mot de passe Windows")
        await expect(page.get_by_text("confirmez d'abord votre identité")).to_be_visible()
        await page.get_by_role("button", name="Confirmer mon identité").click()
        await expect(page.get_by_role("heading", name="Qui êtes-vous ?")).to_be_visible()


@pytest.mark.requirement("B-23")
async def test_with_the_model_away_the_page_says_so_and_the_problem_is_taken(place: WebPlace) -> None:
    async with place.visitor(ZOE) as page:
        place.ollama.state.faults.add("error", "POST")
        try:
            await report(page)
            await until_understood(page)
            await expect(page.get_by_text("un technicien lira votre demande lui-même")).to_be_visible()
            await agree(page)
        finally:
            place.ollama.state.faults.clear()


@pytest.mark.requirement("B-24")
async def test_ticket_that_was_merged_leads_to_where_it_goes_on(place: WebPlace) -> None:
    async with place.visitor(ZOE) as page:
        await report(page)
        await until_understood(page)
        number = await agree(page)
        other, other_glpi = await glpi_number(place, number, ZOE)
        await page.get_by_role("button", name="Signaler autre chose").click()
        await report(page, "Toujours l'imprimante de l'accueil, elle ne sort plus rien")
        await until_understood(page)
        _again, again_glpi = await glpi_number(place, await agree(page), ZOE)
        await page.get_by_role("button", name="Voir ma demande").click()
        await expect(page.get_by_text("Reçue par les techniciens").last).to_be_visible()

        await technician(place, again_glpi, merge_into=other_glpi)

        await expect(page.get_by_text("Réunie avec une autre demande").last).to_be_visible()
        await page.get_by_role("link", name=f"La suite se lit dans la demande {number}.").click()
        await expect(page.get_by_role("textbox", name="Ajouter un message")).to_be_visible()
        assert page.url.endswith(f"/tickets/{other}")


@pytest.mark.requirement("B-08")
async def test_whole_way_can_be_gone_with_the_keyboard_alone(place: WebPlace) -> None:
    async with place.visitor(ZOE, viewport=WIDE) as page:
        await expect(page.get_by_label("Votre problème")).to_be_visible()
        await tab_to(page, "Votre problème")
        await page.keyboard.type("Bonjour, mon écran est noir depuis ce matin")
        await tab_to(page, "Envoyer")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Voici ce que j'ai compris")).to_be_focused()
        await tab_to(page, "C'est ça, envoyer")
        await page.keyboard.press("Enter")

        await expect(page.get_by_role("heading", name="C'est noté")).to_be_focused()
        await tab_to(page, "Voir ma demande")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_be_focused()


FOCUSED = "(() => { const at = document.activeElement; return at.labels?.[0]?.innerText ?? at.innerText ?? '' })()"


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name has the focus; at most thirty times."""
    for _press in range(30):
        await page.keyboard.press("Tab")
        if (await page.evaluate(FOCUSED)).strip() == name:
            return
    raise AssertionError(f"Tab never came to {name!r}")


@pytest.mark.requirement("B-09")
async def test_second_reading_is_offered_with_what_was_masked_and_symptoms_can_be_taken_out(place: WebPlace) -> None:
    categories = (await place.desk.get("categories", CLAIRE))["categories"]
    wifi = next(one["category_id"] for one in categories if one["name"] == "Réseau > Wi-Fi")
    place.say(wifi, "cut_off")
    async with place.visitor(CLAIRE) as page:
        await report(page, "L'imprimante a un bourrage papier et ne marche plus. Appelez-moi au 06 39 98 12 34.")
        await until_understood(page)
        await expect(page.get_by_text("L'assistant propose une autre lecture")).to_be_visible()
        await page.get_by_text("Ce que l'assistant a lu").click()
        masked = await page.locator("details .bubble").inner_text()
        await page.get_by_role("button", name="Retirer « bourrage papier »").click()
        await page.get_by_role("button", name="Corriger").click()
        await page.get_by_label("Urgence").select_option("4")
        await page.get_by_label("Titre").fill("Imprimante du bureau")
        await page.get_by_role("button", name="Envoyer ma correction").click()
        number = await number_of(page)

    _ticket_id, glpi_id = await glpi_number(place, number, CLAIRE)
    ticket = place.desk.glpi.state.glpi.tickets[glpi_id]
    await place.desk.until_told(_ticket_id)
    notes = [place.desk.text(one["content"]) for one in place.desk.followups if one["items_id"] == glpi_id]
    assert "06 39 98 12 34" not in masked
    assert place.desk.text(ticket["name"]) == "Imprimante du bureau"
    assert ticket["priority"] == 4
    assert "bourrage papier" not in notes[0].partition("Symptômes")[2].partition("\n")[0]


@pytest.mark.requirement("B-10")
async def test_questions_can_be_answered_or_left(place: WebPlace) -> None:
    async with place.visitor(ZOE) as page:
        await report(page, "Bonjour, ça ne marche pas")
        await until_understood(page)
        assert await page.locator("form li").count() <= 2
        await page.get_by_label("Votre réponse").fill("C'est le wifi de la salle de soins, il coupe sans arrêt")
        await page.get_by_role("button", name="Répondre", exact=True).click()
        await expect(page.get_by_text("Wi-Fi").last).to_be_visible()
        await agree(page)


@pytest.mark.requirement("B-11")
async def test_followup_photo_solution_reopening_and_opinion(place: WebPlace) -> None:
    async with place.visitor(ZOE) as page:
        await report(page, PRINTER)
        await until_understood(page)
        number = await agree(page)
        ticket_id, glpi_id = await glpi_number(place, number, ZOE)
        await page.get_by_role("button", name="Voir ma demande").click()
        await page.get_by_role("textbox", name="Ajouter un message").fill("Elle est au rez-de-chaussée.")
        await page.get_by_role("button", name="Envoyer le message").click()
        await expect(page.get_by_role("log").get_by_text("Elle est au rez-de-chaussée.")).to_be_visible()
        async with page.expect_file_chooser() as chooser:
            await page.get_by_role("button", name="Ajouter une photo").click()
        await (await chooser.value).set_files({"name": "ecran.png", "mimeType": "image/png", "buffer": PHOTO})
        await expect(page.get_by_text("Photo envoyée")).to_be_visible()
        await place.desk.until_told(ticket_id)

        await technician(place, glpi_id, solution="<p>Bac remis en place.</p>")
        await expect(page.get_by_text("Bac remis en place.")).to_be_visible()
        await page.get_by_role("button", name="Non, pas utile").click()
        await page.get_by_label("Pourquoi").fill("Encore bloquée")
        await page.get_by_role("button", name="Envoyer mon avis").click()
        await expect(page.get_by_text("Merci pour votre avis.")).to_be_visible()
        await page.get_by_role("textbox", name="Le problème est revenu").fill("Le bac coince encore.")
        await page.get_by_role("button", name="Rouvrir ma demande").click()

        await expect(page.get_by_role("button", name="Envoyer le message")).to_be_visible()
        whole = await place.desk.get(f"tickets/{ticket_id}", ZOE)
        assert whole["status"] in ("new", "in_progress")
        assert whole["is_helpful"] is False


@pytest.mark.requirement("B-12")
async def test_password_request_says_who_one_is_and_asks_nobody_for_a_password(place: WebPlace) -> None:
    async with place.visitor(ZOE) as page:
        await report(page, "J'ai oublié mon mot de passe Windows")
        await until_understood(page)

        await expect(page.get_by_text("Vous êtes connecté en tant que Zoé O'Brien")).to_be_visible()
        await expect(page.get_by_role("link", name="Appelez le 01 99 00 12 34")).to_be_visible()


@pytest.mark.requirement("B-13")
async def test_page_speaks_english_and_asks_nobody_else_for_anything(place: WebPlace) -> None:
    async with place.visitor(CLAIRE, locale="en-GB") as page:
        asked: list[str] = []
        broken: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
        await page.reload()
        await expect(page.get_by_role("heading", name="What is wrong?")).to_be_visible()
        await page.get_by_role("button", name="Dark mode").click()
        await page.get_by_role("link", name="My requests").click()
        await expect(page.get_by_role("heading", name="Requests of the site")).to_be_visible()
        assert await page.evaluate("document.documentElement.lang") == "en"

        await page.get_by_role("button", name="Français").click()

        await expect(page.get_by_role("heading", name="Demandes de l'établissement")).to_be_visible()
        assert [url for url in asked if not url.startswith((place.desk.url, "data:", "blob:"))] == []
        assert broken == []
