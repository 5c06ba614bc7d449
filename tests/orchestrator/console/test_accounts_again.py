"""Requests that change accounts: looked at again without doing, delivered again without doing twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.console.replay import ReadTools, UnkeptJournal
from shared.errors import Refused
from tests.orchestrator.assist.world import APPROVER, CLAIRE, AssistWorld, assist_builder
from tests.system import Serve

CLAIRES = "c.oria@lilas.example"
AMELIE = {"authorization": f"Bearer {APPROVER}"}


@pytest.fixture
async def assist(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, database_url: str
) -> AsyncIterator[AssistWorld]:
    """The whole system with accounts; every plan is on."""
    async with assist_builder(serve, redis_port, tmp_path, database_url) as build:
        yield await build()


def outside(world: AssistWorld) -> str:
    """All that was changed anywhere."""
    directory = [world.accounts.state("zobrien"), world.accounts.entry("zobrien").passwords.fits("Bienvenue-2026!")]
    tickets = {number: row["status"] for number, row in world.glpi.tickets.items()}
    texts = {number: row["content"] for number, row in world.glpi.followups.items()}
    return json.dumps([directory, tickets, texts, len(world.mails()), len(world.accounts.pushes)], default=str)


async def ask(world: AssistWorld, method: str, path: str) -> dict[str, Any]:
    answer = await world.http.request(method, path, headers=AMELIE)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.requirement("K-79")
@pytest.mark.requirement("K-80")
@pytest.mark.requirement("K-81")
async def test_a_reset_is_decided_on_again_and_told_again_and_is_done_once(assist: AssistWorld) -> None:
    ticket = await assist.open_ticket("Merci de réinitialiser le mot de passe de Zoé O'Brien.", by=CLAIRE)
    await assist.until(ticket, "confirming")
    await assist.confirm(CLAIRES)
    (row,) = await assist.until(ticket, "approving")
    path, before = f"/api/requests/{row['key']}", outside(assist)

    waiting = await ask(assist, "POST", f"{path}/replay")
    unchanged = outside(assist) == before
    assert (await assist.approve()).status_code == 200
    await assist.until(ticket, "done")
    done = outside(assist)
    over = await ask(assist, "POST", f"{path}/replay")
    told = [await ask(assist, "POST", f"{path}/redeliver") for _ in range(2)]
    await assist.until(ticket, "done")
    timeline = await ask(assist, "GET", f"{path}/timeline")
    acts = (await ask(assist, "GET", "/api/audit?limit=200"))["lines"]
    statistics = await ask(assist, "GET", "/api/statistics")

    assert (waiting["verdict"], waiting["code"], waiting["same_action"]) == ("approve", "colleague_approval", True)
    assert waiting["steps"][0]["deed"] == "reset_password"
    assert {read["outcome"] for read in waiting["reads"]} == {"ok"} and unchanged
    assert (over["verdict"], over["code"], over["state_before"]) == ("leave", "ticket_closed", "done")
    assert [one["what"] for one in told] == ["ticket", "ticket"]
    assert outside(assist) == done
    policy = [entry for entry in timeline["entries"] if entry["kind"] == "policy"]
    assert [entry["verdict"] for entry in policy] == ["confirm", "approve", "go"]
    assert "opérateur" in policy[1]["reason"]
    effects = [act["detail"]["tool"] for act in reversed(acts) if act["kind"] == "effect"]
    assert effects.count("ad_reset_password") == 1
    assert effects.count("glpi_solve_ticket") == 1
    assert [act["actor"] for act in acts if act["kind"] == "approve"] == ["amelie"]
    assert statistics["total"]["resets"] == 1
    assert statistics["total"]["time_to_done"]["count"] == 1

    await only_reads_can_be_asked(assist, row["key"])


async def only_reads_can_be_asked(assist: AssistWorld, key: str) -> None:
    """The tools of a re-run refuse every write, with a key or without one."""
    services = assist.app.state.assist.polling._s
    tools = ReadTools(services.toolbox, UnkeptJournal(services, key))
    before = outside(assist)

    for name, key_of_write in (("ad_reset_password", "x"), ("ad_reset_password", None), ("glpi_get_ticket_info", "x")):
        with pytest.raises(Refused):
            await tools.call(name, {"samaccountname": "zobrien"}, key=key_of_write)

    assert outside(assist) == before
