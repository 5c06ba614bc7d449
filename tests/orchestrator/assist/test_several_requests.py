"""A ticket that asks several things: each is a plan of its own, and the ticket is solved when all of them are done."""

from __future__ import annotations

import pytest

from tests.orchestrator.assist.playing import settle
from tests.orchestrator.assist.world import CLAIRE, ZOE, AssistWorld

CLAIRES, ZOES = "c.oria@lilas.example", "z.obrien@lilas.example"
SOLVED = 5


@pytest.mark.requirement("W-11")
async def test_ticket_that_asks_two_things_is_solved_when_the_second_is_done(assist: AssistWorld) -> None:
    for login in ("coria", "lmoreau"):
        assist.accounts.change(login, locked=True)
    text = "Mon compte est verrouillé. Celui de Lucie Moreau aussi. Merci de les débloquer tous les deux."
    ticket = await assist.open_ticket(text, by=CLAIRE)
    await assist.until(ticket, "confirming", "confirming")

    await assist.confirm_all()
    await assist.until(ticket, "approving", "done")

    assert not assist.accounts.state("coria")["locked"]
    assert assist.accounts.state("lmoreau")["locked"]
    assert assist.glpi.tickets[ticket]["status"] != SOLVED

    await assist.approve()
    await assist.until(ticket, "done", "done")

    assert not assist.accounts.state("lmoreau")["locked"]
    assert assist.glpi.tickets[ticket]["status"] == SOLVED
    (solution,) = [row for row in assist.glpi.solutions.values() if row["items_id"] == ticket]
    assert all(login in assist.glpi.real(solution["content"]) for login in ("coria", "lmoreau"))


@pytest.mark.requirement("W-11")
async def test_ticket_with_a_question_beside_stays_open_for_a_person(assist: AssistWorld) -> None:
    text = "1) j'ai oublié mon mot de passe windows 2) l'imprimante de l'accueil clignote. Merci, Zoé"
    ticket = await assist.open_ticket(text, by=ZOE)
    await assist.until(ticket, "answered", "confirming")

    await assist.confirm_all()
    rows = await settle(assist, ticket)

    assert sorted(row["state"] for row in rows) == ["answered", "done"]
    assert not assist.opens("zobrien", "Bienvenue-2026!")
    assert assist.glpi.tickets[ticket]["status"] != SOLVED


@pytest.mark.requirement("W-11")
async def test_ticket_of_which_one_request_is_refused_stays_open_for_a_person(assist: AssistWorld) -> None:
    text = "Mon compte est verrouillé. Celui de Victor Roche aussi. Merci de les débloquer tous les deux."
    ticket = await assist.open_ticket(text, by=CLAIRE)
    await assist.until(ticket, "confirming", "refused")

    await assist.confirm_all()
    await assist.until(ticket, "done", "refused")

    assert assist.glpi.tickets[ticket]["status"] != SOLVED
