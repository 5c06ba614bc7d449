"""Account work waits for no model: not for its answer, not for the lock, not behind questions that do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from orchestrator.assist.line import QUEUES
from simulators.ollama.state import OllamaState
from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.world import CLAIRE, ZOE, AssistWorld

CLAIRES, ZOES = "c.oria@lilas.example", "z.obrien@lilas.example"
FORGOTTEN = "Bonjour, j'ai oublié mon mot de passe Windows, pouvez-vous le réinitialiser ?"
NEWCOMER = "Bonjour, merci de créer un compte pour Nina Valmont, aide-soignante, qui arrive lundi."
ODD = "Bonjour, depuis ce matin l'écran de la salle de soins affiche des couleurs bizarres."


@asynccontextmanager
async def busy_model(world: AssistWorld, questions: int) -> AsyncIterator[list[int]]:
    """Tickets with questions to a model that does not answer: one of them holds the lock, the others wait for it."""
    model: OllamaState = world.ollama.state.ollama
    model.hold = asyncio.Event()
    try:
        tickets = [await world.open_ticket(ODD) for _ in range(questions)]
        async with asyncio.timeout(30):
            while not model.in_flight:
                await model.changed()
        yield tickets
    finally:
        model.hold.set()


@pytest.mark.requirement("W-12")
async def test_reset_asks_no_model_anything(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket(FORGOTTEN, by=ZOE)
    await assist.until(ticket, "confirming")
    await assist.confirm(ZOES)
    (row,) = await assist.until(ticket, "done")

    journal = await assist.journal(row["key"])

    assert assist.ollama.state.ollama.requests == []
    assert not [line for line in journal if line["kind"] in ("lock_taken", "model_call", "no_model")]


@pytest.mark.requirement("W-12")
async def test_reset_and_creation_reach_their_mail_while_the_model_hangs_and_others_wait_for_it(
    start_world: StartWorld,
) -> None:
    world = await start_world(ollama_timeout_s=15)
    async with busy_model(world, questions=1 + max(queue.concurrency for queue in QUEUES)) as questions:
        tickets = [await world.open_ticket(FORGOTTEN, by=ZOE), await world.open_ticket(NEWCOMER, by=CLAIRE)]
        for ticket in tickets:
            await world.until(ticket, "confirming")
        unanswered = [row["closed_at"] is None for ticket in questions for row in await world.requests(ticket)]
        await world.confirm_all()
        for ticket in tickets:
            await world.until(ticket, "done")

    assert all(unanswered)
    assert world.mails(ZOES)[-1]["name"].startswith("Mot de passe réinitialisé")
    assert world.mails(CLAIRES)[-1]["name"].startswith("Nouveau compte")


@pytest.mark.requirement("W-13")
async def test_journal_says_how_long_it_took_from_settled_to_done(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket(FORGOTTEN, by=ZOE)
    await assist.until(ticket, "confirming")
    await assist.confirm(ZOES)
    (row,) = await assist.until(ticket, "done")

    journal = await assist.journal(row["key"])

    (done,) = [line for line in journal if line["kind"] == "done"]
    said = [line for line in journal if line["kind"] == "confirmation"][-1]
    assert datetime.fromisoformat(said["at"]) <= row["settled_at"]
    assert timedelta(0) < timedelta(seconds=done["detail"]["seconds"]) <= row["closed_at"] - row["settled_at"]
