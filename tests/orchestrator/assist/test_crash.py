"""kill -9 of the orchestrator in the middle of each thing that Assist does for an account: each happens once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.orchestrator.assist.killable import KillableAssist, Stop, killable_world
from tests.orchestrator.assist.outcomes import (
    ASKED_ACCOUNT,
    ASKED_RESET,
    CLAIRES,
    ZOES,
    assert_one_working_password,
    assert_told_once,
)
from tests.orchestrator.assist.world import CLAIRE
from tests.system import Serve

GLPI = "POST /apirest.php/"
PASSWORD = Stop("ad", "unicodePwd")
PUSH = Stop("mysecret", "POST /api/v2/pushes.json")
MAIL = Stop("glpi", f"{GLPI}QueuedNotification")
FOLLOWUP = Stop("glpi", f"{GLPI}ITILFollowup")
SOLUTION = Stop("glpi", f"{GLPI}ITILSolution")


@pytest.fixture
async def killable(
    serve: Serve, redis: object, redis_port: int, tmp_path: Path, root: Path, database_url: str
) -> AsyncIterator[KillableAssist]:
    async with killable_world(serve, redis_port, tmp_path, root, database_url) as world:
        yield world


@pytest.mark.both_databases
@pytest.mark.requirement("E-10")
async def test_killed_in_every_step_of_a_reset_one_password_works_and_one_mail_has_its_link(
    killable: KillableAssist,
) -> None:
    async with killable.orchestrator() as (process, world):
        await world.switch("on")
        ticket = await world.ask_at_desk(ASKED_RESET)
        await killable.killed_in(PASSWORD, process)
    for stop in (PUSH, MAIL, SOLUTION):
        async with killable.orchestrator() as (process, world):
            await killable.killed_in(stop, process)
    async with killable.orchestrator() as (_process, world):
        await world.until(ticket, "done")

    assert_one_working_password(world, ticket, "zobrien", ZOES)
    assert_told_once(world, ticket)
    assert killable.faults("ad").count("unicodePwd") == 1
    assert len(world.accounts.pushes) == 1


@pytest.mark.requirement("E-11")
async def test_killed_while_it_is_approved_and_made_an_account_is_there_once_with_its_groups(
    killable: KillableAssist,
) -> None:
    async with killable.orchestrator() as (process, world):
        await world.switch("on")
        ticket = await world.ask_at_desk(ASKED_ACCOUNT)
        await killable.killed_in(FOLLOWUP, process)
    async with killable.orchestrator() as (process, world):
        await world.until(ticket, "approving")
        answer = await world.approve()
        process.kill()
    for stop in (Stop("ad", "ADD "), Stop("ad", " member"), Stop("glpi", f"{GLPI}User")):
        async with killable.orchestrator() as (process, world):
            await killable.killed_in(stop, process)
    async with killable.orchestrator() as (_process, world):
        (row,) = await world.until(ticket, "done")

    assert answer.status_code == 200
    assert [killable.faults("ad").count(line) for line in ("ADD ", " member", "unicodePwd")] == [1, 1, 1]
    assert world.accounts.state("nvalmont")["groups"] == world.accounts.state("mdupont")["groups"]
    assert not world.accounts.state("nvalmont")["disabled"]
    assert len([user for user in world.glpi.users.values() if user["name"] == "nvalmont"]) == 1
    assert_one_working_password(world, ticket, "nvalmont", CLAIRES)
    assert_told_once(world, ticket)
    assert len(row["done"]) == 5


@pytest.mark.requirement("E-11")
async def test_killed_while_it_is_confirmed_and_approved_each_is_asked_once_and_each_answer_counts(
    killable: KillableAssist,
) -> None:
    async with killable.orchestrator() as (process, world):
        await world.switch("on")
        ticket = await world.open_ticket("Merci de réinitialiser le mot de passe de Zoé O'Brien.", by=CLAIRE)
        await killable.killed_in(MAIL, process)
    async with killable.orchestrator() as (process, world):
        await world.until(ticket, "confirming")
        await world.confirm(CLAIRES)
        process.kill()
    async with killable.orchestrator() as (process, world):
        await world.until(ticket, "approving")
        await killable.killed_in(MAIL, process, world.approve())
    async with killable.orchestrator() as (_process, world):
        await world.until(ticket, "done")

    assert len([mail for mail in world.mails(CLAIRES) if "onfirm" in mail["name"]]) == 1
    assert_one_working_password(world, ticket, "zobrien", ZOES)
    assert_told_once(world, ticket)
