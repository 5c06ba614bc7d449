"""Something changes between two writes of a request: the next is not done, and the ticket says what was."""

from __future__ import annotations

import pytest

from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.desk import DESK
from tests.orchestrator.assist.failing import PASSWORD, PUSH, faults_of, reaching, until_closed, until_waiting
from tests.orchestrator.assist.outcomes import ASKED_RESET, handed_over, link_mails
from tests.orchestrator.assist.world import TECHNICIAN, AssistWorld

pytestmark = pytest.mark.requirement("E-16")
RESET_DONE = "mot de passe de zobrien réinitialisé"


async def switch_off(assist: AssistWorld, _ticket: int) -> None:
    await assist.switch("off", plan="PASSWORD_RESET")


async def suggest_only(assist: AssistWorld, _ticket: int) -> None:
    await assist.switch("suggest", plan="PASSWORD_RESET")


async def solve(assist: AssistWorld, ticket: int) -> None:
    await assist.write_on(ticket, by=TECHNICIAN, tell=False, status=5)


async def edit(assist: AssistWorld, ticket: int) -> None:
    await assist.write_on(ticket, by=DESK, tell=False, content="<p>Finalement, rien.</p>")


async def promote(assist: AssistWorld, _ticket: int) -> None:
    assist.accounts.change("zobrien", protected=True)


async def give_another_address(assist: AssistWorld, _ticket: int) -> None:
    assist.accounts.entry("zobrien").put("mail", "z.autre@lilas.example")


RESET_ONLY, WITH_LINK = [RESET_DONE], [RESET_DONE, "lien à usage limité créé"]
CHANGES = {
    "switched_off": (PASSWORD, switch_off, RESET_ONLY),
    "suggest_only": (PASSWORD, suggest_only, RESET_ONLY),
    "ticket_closed": (PASSWORD, solve, RESET_ONLY),
    "text_changed": (PASSWORD, edit, RESET_ONLY),
    "changed": (PASSWORD, give_another_address, RESET_ONLY),
    "protected": (PUSH, promote, WITH_LINK),
}
"""By the refusal's code: the write during which it changes, what is done by then. The last cannot be undone."""


async def test_what_changes_after_the_reset_stops_its_link_and_a_technician_reads_what_was_done(
    start_world: StartWorld,
) -> None:
    assist = await start_world(assist_per_account=100)

    for code, (step, change, done) in CHANGES.items():
        async with reaching(assist, step):
            ticket = await assist.ask_at_desk(ASKED_RESET)
        await change(assist, ticket)
        row = await until_closed(assist, ticket, "handed_over")
        told = handed_over(assist, ticket)

        assert (row["code"], [line["text"] for line in row["done"]]) == (code, done)
        assert f"UTC : {RESET_DONE}" in told
        assert "Le reste n'a pas été fait" in told
        assert "rien n'a été fait" not in (told + "".join(assist.texts(ticket))).casefold()
        assert link_mails(assist, ticket) == []
        await assist.switch("on", plan="PASSWORD_RESET")
    assert faults_of(assist, "ad").count("unicodePwd") == len(CHANGES)


async def test_a_ticket_that_is_shut_or_purged_meanwhile_can_be_told_nothing_and_the_request_ends(
    start_world: StartWorld,
) -> None:
    assist = await start_world(assist_per_account=100)

    async with reaching(assist, PASSWORD):
        shut = await assist.ask_at_desk(ASKED_RESET)
    await assist.write_on(shut, by=TECHNICIAN, tell=False, status=6)
    await until_closed(assist, shut, "handed_over")
    async with reaching(assist, PASSWORD):
        purged = await assist.ask_at_desk(ASKED_RESET)
    del assist.glpi.tickets[purged]
    row = await until_closed(assist, purged, "handed_over")

    assert [line["text"] for line in row["done"]] == [RESET_DONE]
    assert assist.mails() == []


async def test_a_reset_without_an_answer_is_to_be_looked_at_when_nobody_may_ask_again(start_world: StartWorld) -> None:
    assist = await start_world(assist_retry_s=0.5)
    directory = assist.accounts.directory

    async with reaching(assist, PASSWORD):
        ticket = await assist.ask_at_desk(ASKED_RESET)
    await directory.stop()
    await until_waiting(assist, ticket, "ad")
    await assist.switch("off", plan="PASSWORD_RESET")
    await directory.come_back()
    row = await until_closed(assist, ticket, "handed_over")
    told = handed_over(assist, ticket)

    assert (row["code"], row["done"]) == ("switched_off", [])
    assert "issue inconnue, à vérifier" in told
    assert RESET_DONE in told
    assert "Rien n'a été modifié" not in told
