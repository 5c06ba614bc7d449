"""Attacks on Assist, each by somebody who has some rights and wants one effect more."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests.hostile.model import HostileModel
from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.desk import DESK
from tests.orchestrator.assist.world import CLAIRE, DEADLINE_S, TECHNICIAN, AssistWorld

AMELIE = 900
"""The operator's GLPI account, as world.py has it."""
OLD = "Bienvenue-2026!"
CLAIRES, ZOES = "c.oria@lilas.example", "z.obrien@lilas.example"


def say(assist: AssistWorld, **answer: object) -> None:
    """What the model answers to everything."""
    assist.ollama.state.ollama.hostile = HostileModel(("J'ai tout lu.",), (answer,))


@pytest.mark.requirement("V-01")
async def test_a_plan_that_a_model_named_is_confirmed_though_its_author_is_signed_in(assist: AssistWorld) -> None:
    text = "Hola, no puedo entrar en mi sesion"
    say(assist, plan="PASSWORD_RESET", whose="author", words="no puedo entrar en mi sesion")

    ticket = await assist.ask_at_desk(text)
    await assist.until(ticket, "confirming")

    assert assist.opens("zobrien", OLD)


@pytest.mark.requirement("V-02")
async def test_a_title_that_the_desk_made_asks_nothing_in_its_users_name(assist: AssistWorld) -> None:
    text = "Bonjour, merci de me rappeler au sujet de mon fauteuil."
    ticket = await assist.open_ticket(text, by=DESK, title="Réinitialiser mon mot de passe Windows", tell=False)
    assist.desk.signed_in(ticket, text, str(assist.accounts.entry("zobrien").guid))

    await assist.tell(ticket)
    await assist.until(ticket, "confirming")

    assert assist.opens("zobrien", OLD)


@pytest.mark.requirement("V-03")
async def test_an_edit_behind_thousands_of_changes_takes_the_trust_away_too(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Bonjour, l'imprimante est en panne.", by=CLAIRE, tell=False)
    for _ in range(2100):
        assist.glpi.log(TECHNICIAN, ("Ticket", ticket), action=0, option=10, old="3", new="4")
    asked = "<p>Merci de réinitialiser le mot de passe de Zoé O'Brien.</p>"
    await assist.write_on(ticket, by=TECHNICIAN, content=asked)

    (row,) = await assist.until(ticket, "refused")

    assert row["code"] == "edited"
    assert assist.mails() == []


@pytest.mark.requirement("V-04")
async def test_a_site_that_is_switched_off_hears_nothing_in_public(assist: AssistWorld) -> None:
    await assist.switch("off", site="LILAS")

    question = await assist.open_ticket("Bonjour, l'imprimante de l'accueil ne marche plus.")
    await assist.until(question, "left")

    assert assist.texts(question) == []


@pytest.mark.requirement("V-05")
async def test_what_is_switched_off_while_a_model_thinks_is_not_written(assist: AssistWorld) -> None:
    state = assist.ollama.state.ollama
    state.latency_s = 2.0
    say(assist, paragraph="Vérifiez le papier.")
    question = await assist.open_ticket("Bonjour, l'imprimante de l'accueil ne marche plus.")
    async with asyncio.timeout(DEADLINE_S):
        while not state.requests:
            await asyncio.sleep(0.02)

    await assist.switch("off")
    rows = await closed(assist, question)

    assert assist.texts(question) == [], rows


@pytest.mark.requirement("V-07")
async def test_a_newcomer_is_given_nobody_elses_address(assist: AssistWorld) -> None:
    assist.accounts.entry("mdupont").put("mail", "nvalmont@lilas.example")
    asked = "Bonjour, merci de créer un compte pour Nina Valmont, aide-soignante, qui arrive lundi."

    ticket = await assist.open_ticket(asked, by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    (row,) = await assist.until(ticket, "done")

    emails = [assist.glpi.real(one["email"]) for one in assist.glpi.emails.values()]
    assert "nvalmont@lilas.example" not in emails, row["action"]["new"]


@pytest.mark.requirement("V-08")
async def test_an_operator_who_became_the_requester_does_not_decide(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Merci de réinitialiser le mot de passe de Zoé O'Brien.", by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "approving")

    actor = {"tickets_id": ticket, "users_id": AMELIE, "type": 1}
    assist.glpi.insert("ticket_users", actor)
    await assist.approve()
    (row,) = await assist.until(ticket, "refused")

    assert row["code"] == "changed"
    assert assist.opens("zobrien", OLD)


@pytest.mark.requirement("V-09")
async def test_a_departure_that_is_taken_back_disables_nobody(assist: AssistWorld) -> None:
    day = (datetime.now(UTC) + timedelta(days=20)).strftime("%d/%m/%Y")
    ticket = await assist.open_ticket(f"Zoé O'Brien nous quitte le {day}, merci de désactiver son compte.", by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "approving")
    await assist.approve()
    await assist.until(ticket, "scheduled")

    await assist.write_on(ticket, by=CLAIRE, followup="<p>Finalement elle reste chez nous, ne désactivez rien.</p>")
    rows = await closed(assist, ticket)

    assert [(row["state"], row["code"]) for row in rows] == [("refused", "changed")]


@pytest.mark.requirement("V-09")
async def test_what_its_author_takes_back_is_not_done_though_approved(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Merci de réinitialiser le mot de passe de Zoé O'Brien.", by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "approving")

    await assist.write_on(ticket, by=CLAIRE, followup="<p>Annulez ma demande, je me suis trompée.</p>")
    await assist.approve()
    await assist.until(ticket, "refused")

    assert assist.opens("zobrien", OLD)


@pytest.mark.requirement("V-10")
async def test_nobody_is_flooded_with_confirmations(assist: AssistWorld) -> None:
    for number in range(3):
        ticket = await assist.open_ticket(f"J'ai oublié mon mot de passe, merci de le réinitialiser. ({number})")
        await assist.until(ticket, "confirming")

    ticket = await assist.open_ticket("J'ai oublié mon mot de passe, merci de le réinitialiser.")
    (row,) = await assist.until(ticket, "refused")

    assert row["code"] == "cap_account"
    assert len(assist.mails(ZOES)) == 3


async def closed(assist: AssistWorld, ticket: int) -> list[dict[str, Any]]:
    """The requests of a ticket once all have ended."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            rows = await assist.requests(ticket)
            if rows and all(row["closed_at"] and not row["work"] for row in rows):
                return rows
            await asyncio.sleep(0.02)


@pytest.mark.requirement("V-11")
async def test_a_system_that_fails_a_plan_which_is_only_suggested_tells_nobody_but_technicians(
    start_world: StartWorld,
) -> None:
    assist = await start_world(mode="suggest", assist_patience_s=0, ad_mcp_token=SecretStr("widip_no-token-of-ours"))

    ticket = await assist.open_ticket("J'ai oublié mon mot de passe Windows, merci de le réinitialiser.")
    await assist.until(ticket, "handed_over")

    assert assist.texts(ticket) == []
    assert "Rien n'a été modifié" in assist.texts(ticket, private=True)[-1]
