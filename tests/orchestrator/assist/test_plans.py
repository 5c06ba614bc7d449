"""Each plan from the ticket to its effect in the directory, the mailbox and the ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.world import CLAIRE, ZOE, AssistWorld

CLAIRES, ZOES = "c.oria@lilas.example", "z.obrien@lilas.example"


@pytest.mark.requirement("W-01")
async def test_forgotten_password_is_reset_and_its_link_goes_to_the_owners_mailbox(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Bonjour, j'ai oublié mon mot de passe Windows, pouvez-vous le réinitialiser ?")
    await assist.until(ticket, "confirming")

    answer = await assist.confirm(ZOES)
    (row,) = await assist.until(ticket, "done")

    assert answer.status_code == 200
    assert not assist.opens("zobrien", "Bienvenue-2026!")
    assert "/p/" in assist.link_in(assist.mails(ZOES)[-1])
    assert len(assist.accounts.pushes) == 1
    assert assist.opens("zobrien", assist.accounts.pushes[0].payload.rsplit(" ", 1)[1])
    assert assist.glpi.tickets[ticket]["status"] == 5
    assert row["done"][0]["text"] == "mot de passe de zobrien réinitialisé"


@pytest.mark.requirement("W-01")
async def test_locked_account_is_unlocked_and_keeps_its_password(assist: AssistWorld) -> None:
    assist.accounts.change("zobrien", locked=True)

    ticket = await assist.open_ticket("Mon compte est verrouillé, merci de le débloquer.")
    await assist.until(ticket, "confirming")
    await assist.confirm(ZOES)
    await assist.until(ticket, "done")

    assert not assist.accounts.state("zobrien")["locked"]
    assert assist.opens("zobrien", "Bienvenue-2026!")
    assert assist.accounts.pushes == []


@pytest.mark.requirement("W-01")
async def test_referent_has_a_newcomers_account_made_with_a_colleagues_groups(assist: AssistWorld) -> None:
    asked = (
        "Bonjour, merci de créer un compte pour Nina Valmont, aide-soignante, qui arrive lundi. "
        "Mêmes droits que Marie Dupont."
    )

    ticket = await assist.open_ticket(asked, by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "done")

    made = assist.accounts.entry("nvalmont")
    assert made.dn.endswith("OU=Lilas,OU=Clients,DC=widip,DC=local")
    assert assist.accounts.state("nvalmont")["groups"] == assist.accounts.state("mdupont")["groups"]
    assert len(assist.accounts.pushes) == 1
    assert assist.mails(CLAIRES)[-1]["name"].startswith("Nouveau compte")


@pytest.mark.requirement("W-01")
async def test_referent_asks_for_a_colleague_and_an_operator_approves(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Merci de réinitialiser le mot de passe de Zoé O'Brien.", by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "approving")
    assert assist.opens("zobrien", "Bienvenue-2026!")

    answer = await assist.approve()
    await assist.until(ticket, "done")

    assert answer.status_code == 200
    assert not assist.opens("zobrien", "Bienvenue-2026!")


@pytest.mark.requirement("W-01")
async def test_leaver_is_disabled_once_approved(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Zoé O'Brien est partie hier, merci de désactiver son compte.", by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "approving")
    await assist.approve()
    await assist.until(ticket, "done")

    assert assist.accounts.state("zobrien")["disabled"]


@pytest.mark.requirement("W-02")
async def test_by_default_a_plan_is_only_suggested_to_the_technician(start_world: StartWorld) -> None:
    assist = await start_world(mode="suggest")

    ticket = await assist.open_ticket("J'ai oublié mon mot de passe Windows, merci de le réinitialiser.")
    await assist.until(ticket, "suggested")

    assert assist.texts(ticket) == []
    assert "rien n'a été fait" in assist.texts(ticket, private=True)[0]
    assert assist.mails() == []


@pytest.mark.requirement("W-03")
async def test_employee_may_not_ask_for_somebody_else(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Merci de réinitialiser le mot de passe de Claire Oria.", by=ZOE)

    (row,) = await assist.until(ticket, "refused")

    assert row["code"] == "not_referent"
    assert assist.opens("coria", "Bienvenue-2026!")
    assert assist.mails() == []


@pytest.mark.requirement("W-15")
async def test_departure_on_a_later_day_is_disabled_on_that_day(start_world: StartWorld) -> None:
    moved = timedelta()
    assist = await start_world(clock=lambda: datetime.now(UTC) + moved)
    day = datetime.now(UTC) + timedelta(days=20)
    text = f"Zoé O'Brien nous quitte le {day.strftime('%d/%m/%Y')}, merci de désactiver son compte."
    ticket = await assist.open_ticket(text, by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    await assist.until(ticket, "approving")
    await assist.approve()
    await assist.until(ticket, "scheduled")
    too_early = assist.accounts.state("zobrien")["disabled"]

    moved = timedelta(days=21)
    await assist.until(ticket, "done")

    assert not too_early
    assert assist.accounts.state("zobrien")["disabled"]
    assert day.strftime("%d/%m/%Y") in " ".join(assist.texts(ticket))
