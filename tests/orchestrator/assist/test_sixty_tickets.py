"""Sixty tickets as employees write them, through the whole system without a model, against what must come of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from orchestrator.tables import journal
from tests.assist.scoring import load
from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.playing import Given, find_faults, list_secrets, play, register_people
from tests.orchestrator.assist.world import AssistWorld

_TODAY, TICKETS = load("tickets.toml")
ACTING = [ticket for ticket in TICKETS if ticket["effects"]]
STOPPED = [ticket for ticket in TICKETS if not ticket["effects"] and {"asked", "refused"} & set(ticket)]
LEFT = [ticket for ticket in TICKETS if ticket not in ACTING and ticket not in STOPPED]
ROOMY = {"assist_per_account": 1000, "assist_per_site": 1000, "assist_per_hour": 1000, "assist_per_day": 1000}


async def play_all(world: AssistWorld, tickets: Sequence[Given]) -> list[str]:
    """Every fault of every ticket, in a line of its own."""
    world.ollama.state.faults.add("down", times=-1)
    people, faults = await register_people(world), list[str]()
    for ticket in tickets:
        try:
            faults += find_faults(world, ticket, await play(world, ticket, people))
        except AssertionError as error:
            faults.append(f"{ticket['id']}: {error}")
    return faults


async def find_leaks(world: AssistWorld, database_file: bytes, logs: list[object]) -> list[str]:
    """Where a password or a link is to be read that should be in its mail, or behind its link, alone."""
    lines = sa.select(journal)
    database = world.app.state.assist.database
    told = await database.read(lambda c: [dict(row) for row in c.execute(lines).mappings()])
    followups = [world.glpi.real(row["content"]) for row in world.glpi.followups.values()]
    tickets = [world.glpi.real(row["content"]) for row in world.glpi.tickets.values()]
    places = {
        "journal": told,
        "followup": followups,
        "ticket": tickets,
        "log": logs,
        "database": database_file.decode("latin-1"),
    }
    texts = {name: json.dumps(place, default=str, ensure_ascii=False) for name, place in places.items()}
    return [
        f"{secret} in the {name}" for secret in list_secrets(world) for name, text in texts.items() if secret in text
    ]


@pytest.mark.requirement("W-10")
async def test_tickets_about_accounts_have_their_effects_and_no_other_and_tell_no_secret(
    start_world: StartWorld, tmp_path: Path
) -> None:
    world = await start_world(**ROOMY)

    with capture_logs() as logs:
        faults = await play_all(world, ACTING)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("database.sqlite*"))  # noqa: ASYNC240 a small file
    leaks = await find_leaks(world, stored, [*logs])

    assert not faults, "\n".join(faults)
    assert len(list_secrets(world)) > len(ACTING)
    assert leaks == []


@pytest.mark.requirement("W-10")
@pytest.mark.parametrize("tickets", [STOPPED, LEFT], ids=["asked or refused", "left to people"])
async def test_tickets_that_ask_too_little_too_much_or_nothing_change_nothing(
    start_world: StartWorld, tickets: Sequence[Given]
) -> None:
    world = await start_world(**ROOMY)

    faults = await play_all(world, tickets)

    assert not faults, "\n".join(faults)
    assert world.mails() == []
    assert world.accounts.pushes == []
