"""A system fails in the middle of a request: it is done once when that is back, or handed over with what was done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.redis_helper import RedisHelper
from tests.orchestrator.assist.conftest import StartWorld
from tests.orchestrator.assist.failing import (
    FOLLOWUP,
    MAIL,
    PASSWORD,
    PUSH,
    SOLUTION,
    Step,
    faults_of,
    let_pass,
    reaching,
    until_closed,
    until_waiting,
)
from tests.orchestrator.assist.outcomes import (
    ASKED_ACCOUNT,
    ASKED_RESET,
    CLAIRES,
    FIRST_PASSWORD,
    ZOES,
    assert_one_working_password,
    assert_told_once,
    handed_over,
    link_mails,
)
from tests.orchestrator.assist.world import DEADLINE_S, AssistWorld, Build, assist_builder
from tests.orchestrator.test_outages import OwnRedis
from tests.system import Serve

GLPI_WRITES = ("ITILFollowup", "QueuedNotification", "ITILSolution", "User")
FORGET_SEALS = "for _, key in ipairs(redis.call('keys', 'widip:sealed:*')) do redis.call('del', key) end"
LATER = timedelta(minutes=15)
"""Longer than a sealed reference lives."""


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path)
    yield own
    own.stop()


@pytest.fixture
async def build(serve: Serve, own_redis: OwnRedis, tmp_path: Path, database_url: str) -> AsyncIterator[Build]:
    """As start_world, on a Redis that may die."""
    async with assist_builder(serve, own_redis.port, tmp_path, database_url) as builder:
        yield builder


@pytest.mark.requirement("E-12")
async def test_when_the_answer_of_every_write_is_lost_each_has_still_happened_once(assist: AssistWorld) -> None:
    for itemtype in GLPI_WRITES:
        faults_of(assist, "glpi").add("drop_answer", f"POST /apirest.php/{itemtype}", times=-1)
    for line in ("ADD ", " member"):
        faults_of(assist, "ad").add("drop_answer", line)
    faults_of(assist, "ad").add("drop_answer", "unicodePwd", times=2)
    faults_of(assist, "mysecret").add("drop_answer", "POST", times=2)

    reset = await assist.ask_at_desk(ASKED_RESET)
    await until_closed(assist, reset, "done")
    account = await assist.ask_at_desk(ASKED_ACCOUNT)
    await assist.until(account, "approving")
    await assist.approve()
    await until_closed(assist, account, "done")

    assert_one_working_password(assist, reset, "zobrien", ZOES)
    assert_one_working_password(assist, account, "nvalmont", CLAIRES)
    assert assist.accounts.state("nvalmont")["groups"] == assist.accounts.state("mdupont")["groups"]
    assert len([user for user in assist.glpi.users.values() if user["name"] == "nvalmont"]) == 1
    assert_told_once(assist, reset)
    assert_told_once(assist, account)


@pytest.mark.requirement("E-13")
async def test_glpi_down_in_any_step_is_waited_for_and_what_waits_goes_on_at_once_when_it_is_back(
    start_world: StartWorld,
) -> None:
    assist = await start_world(assist_retry_s=600, assist_per_account=100)

    for step in (PASSWORD, MAIL, SOLUTION):
        async with reaching(assist, step):
            ticket = await assist.ask_at_desk(ASKED_RESET)
        assist.glpi.maintenance = True
        await until_waiting(assist, ticket, "glpi")
        assist.glpi.maintenance = False
        await assist.app.state.health.check()
        await until_closed(assist, ticket, "done")

        assert_one_working_password(assist, ticket, "zobrien", ZOES)
        assert_told_once(assist, ticket)
    assert faults_of(assist, "ad").count("unicodePwd") == 3


@pytest.mark.requirement("E-12")
async def test_the_directory_or_mysecret_down_in_any_step_is_waited_for_and_each_is_done_once(
    start_world: StartWorld,
) -> None:
    assist = await start_world(assist_per_account=100)
    directory, mysecret = assist.accounts.directory, faults_of(assist, "mysecret")

    for step in (PASSWORD, PUSH):
        async with reaching(assist, step):
            ticket = await assist.ask_at_desk(ASKED_RESET)
        await directory.stop()
        await until_waiting(assist, ticket, "ad")
        await directory.come_back()
        await until_closed(assist, ticket, "done")
        assert_one_working_password(assist, ticket, "zobrien", ZOES)
        assert_told_once(assist, ticket)
    mysecret.add("down", times=-1)
    ticket = await assist.ask_at_desk(ASKED_RESET)
    await until_waiting(assist, ticket, "mysecret")
    mysecret.clear()
    await until_closed(assist, ticket, "done")

    assert_one_working_password(assist, ticket, "zobrien", ZOES)
    assert_told_once(assist, ticket)


@pytest.mark.requirement("E-12")
@pytest.mark.parametrize(
    ("step", "comes_back", "end"),
    [(PASSWORD, True, "done"), (PUSH, False, "handed_over"), (MAIL, False, "done")],
)
async def test_a_redis_that_dies_in_any_step_costs_another_password_or_a_technicians_time_and_no_more(
    build: Build, own_redis: OwnRedis, step: Step, comes_back: bool, end: str
) -> None:
    assist = await build(assist_patience_s=1800 if comes_back else 0.5)

    async with reaching(assist, step):
        ticket = await assist.ask_at_desk(ASKED_RESET)
    own_redis.kill()
    if comes_back:
        own_redis.start_again()
    row = await until_closed(assist, ticket, end)

    if end == "done":
        assert_one_working_password(assist, ticket, "zobrien", ZOES)
        assert_told_once(assist, ticket)
    else:
        assert [line["text"] for line in row["done"]] == ["mot de passe de zobrien réinitialisé"]
        assert "mot de passe de zobrien réinitialisé" in handed_over(assist, ticket)
        assert link_mails(assist, ticket) == []


@pytest.mark.requirement("E-12")
async def test_a_reset_needs_no_model_and_no_turn_at_it(assist: AssistWorld, redis: RedisHelper) -> None:
    faults_of(assist, "ollama").add("down", times=-1)
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=600)

    ticket = await assist.ask_at_desk(ASKED_RESET)
    await until_closed(assist, ticket, "done")

    assert_one_working_password(assist, ticket, "zobrien", ZOES)
    assert assist.ollama.state.ollama.requests == []


@pytest.mark.requirement("E-14")
async def test_a_reset_of_which_nobody_knows_what_came_is_handed_over_as_that(start_world: StartWorld) -> None:
    assist = await start_world(assist_patience_s=0.5)
    directory = assist.accounts.directory

    async with reaching(assist, PASSWORD):
        ticket = await assist.ask_at_desk(ASKED_RESET)
    await directory.stop()
    row = await until_closed(assist, ticket, "handed_over")
    told = handed_over(assist, ticket)

    assert row["done"] == []
    assert "issue inconnue, à vérifier" in told
    assert "mot de passe de zobrien réinitialisé" in told
    assert "Rien n'a été modifié" not in told
    assert link_mails(assist, ticket) == []


@pytest.mark.requirement("E-14")
async def test_an_hours_limit_is_waited_for_and_past_all_patience_handed_over_with_nothing_done(
    start_world: StartWorld, redis: RedisHelper
) -> None:
    assist = await start_world(assist_patience_s=2)
    hour = int(datetime.now(UTC).timestamp() // 3600)
    counters = [f"widip:cap:ad:account:{assist.accounts.entry('zobrien').guid}:{hour + ahead}" for ahead in (0, 1)]
    for counter in counters:
        await redis.set(counter, "1000")

    ticket = await assist.ask_at_desk(ASKED_RESET)
    async with asyncio.timeout(DEADLINE_S):
        while not (await assist.requests(ticket) and (await assist.requests(ticket))[0]["attempts"]):
            await asyncio.sleep(0.01)
    for counter in counters:
        await redis.delete(counter)
    await until_closed(assist, ticket, "done")
    for counter in counters:
        await redis.set(counter, "1000")
    second = await assist.ask_at_desk(ASKED_RESET)
    await until_closed(assist, second, "handed_over")

    assert_one_working_password(assist, ticket, "zobrien", ZOES)
    assert "Rien n'a été modifié" in handed_over(assist, second)
    assert link_mails(assist, second) == []


@pytest.mark.requirement("E-15")
async def test_a_link_that_waited_too_long_is_replaced_and_the_old_one_shows_nothing_any_more(
    start_world: StartWorld, redis: RedisHelper
) -> None:
    assist = await start_world(assist_retry_s=600)
    async with reaching(assist, PUSH):
        ticket = await assist.ask_at_desk(ASKED_RESET)
    assist.glpi.maintenance = True
    row = await until_waiting(assist, ticket, "glpi")
    await let_pass(assist, row["key"], LATER)
    await redis.run(FORGET_SEALS, [], [])
    assist.glpi.maintenance = False
    await assist.app.state.health.check()
    await until_closed(assist, ticket, "done")

    first, second = sorted(assist.accounts.pushes, key=lambda push: push.created_at)
    assert (first.payload, second.payload is None) == (None, False)
    assert_one_working_password(assist, ticket, "zobrien", ZOES)
    assert_told_once(assist, ticket)


@pytest.mark.requirement("E-15")
async def test_a_mail_whose_answer_was_lost_for_longer_than_its_link_could_be_sent_is_not_sent_again(
    start_world: StartWorld, redis: RedisHelper
) -> None:
    assist = await start_world(assist_retry_s=600)
    faults = faults_of(assist, "glpi")
    faults.add("drop_answer", MAIL[1])
    ticket = await assist.ask_at_desk(ASKED_RESET)
    async with asyncio.timeout(DEADLINE_S):
        while not faults.count(MAIL[1]):
            await asyncio.sleep(0.001)
    assist.glpi.maintenance = True
    row = await until_waiting(assist, ticket, "glpi")
    await let_pass(assist, row["key"], LATER)
    await redis.run(FORGET_SEALS, [], [])
    assist.glpi.maintenance = False
    await assist.app.state.health.check()
    await until_closed(assist, ticket, "done")

    assert len(assist.accounts.pushes) == 1
    assert_one_working_password(assist, ticket, "zobrien", ZOES)
    assert assist.opens("zobrien", FIRST_PASSWORD) is False


@pytest.mark.requirement("E-13")
async def test_an_owner_whose_mail_has_to_wait_is_told_once_and_the_link_is_not_sent_again(
    start_world: StartWorld,
) -> None:
    assist = await start_world()
    faults = faults_of(assist, "glpi")
    faults.add("slow", MAIL[1], delay_s=0)
    faults.add("error", MAIL[1], times=4, status=503)

    ticket = await assist.ask_at_desk(ASKED_RESET, login="ndurand")
    await until_waiting(assist, ticket, "glpi")
    await assist.app.state.health.check()
    await until_closed(assist, ticket, "done")

    assert_one_working_password(assist, ticket, "ndurand", "p.legoff@tilleuls.example")
    assert len(assist.mails("n.durand@tilleuls.example")) == 1
    assert_told_once(assist, ticket)


@pytest.mark.requirement("E-14")
async def test_a_hand_over_that_was_begun_says_what_was_done_and_is_not_taken_back(start_world: StartWorld) -> None:
    assist = await start_world(assist_patience_s=0.5)
    glpi, mysecret = faults_of(assist, "glpi"), faults_of(assist, "mysecret")
    mysecret.add("down", times=-1)
    glpi.add("slow", FOLLOWUP[1], delay_s=0)
    glpi.add("error", FOLLOWUP[1], times=4, status=503)

    ticket = await assist.ask_at_desk(ASKED_RESET)
    await until_waiting(assist, ticket, "glpi")
    mysecret.clear()
    await assist.app.state.health.check()
    await until_closed(assist, ticket, "handed_over")

    told = handed_over(assist, ticket)
    assert "Fait :" in told
    assert "mot de passe de zobrien réinitialisé" in told
    assert "issue inconnue" not in told
    assert "Le reste n'a pas été fait" in told
    assert ["rien n'a été fait" in text for text in assist.texts(ticket)] == [False]
    assert (assist.mails(), assist.accounts.pushes) == ([], [])
    assert assist.glpi.tickets[ticket]["status"] != 5
