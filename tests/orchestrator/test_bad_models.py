"""A model that is broken, lost or hostile: rules and templates finish, and nothing is done but reading its own site."""

from __future__ import annotations

import asyncio
import copy
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import Agent, Budget
from orchestrator.journal import RunJournal, RunTools
from orchestrator.proactif.investigation import SENTINEL_TOOLS
from orchestrator.proactif.investigator import NOTIFIER_S, SENTINEL_CALLS, SENTINEL_S
from orchestrator.tables import metadata
from shared.database import Database
from shared.errors import BudgetExceeded, UpstreamUnavailable
from shared.llm import Llm
from shared.llm_lock import LlmLock, Priority
from shared.mcp_client import Toolbox
from shared.redis_helper import RedisHelper
from simulators.ollama.app import create_app as create_ollama
from tests.orchestrator.conftest import Orchestrated, Start, orchestrator_settings
from tests.orchestrator.test_incidents import NOC, are_diagnosed, notes
from tests.orchestrator.test_namesakes import call
from tests.system import Serve, start_system

Speak = Callable[[dict[str, Any]], str | None]

OTHERS = 1
"""A ticket that is none of ours."""
LINKS = (
    "Voir <a href='https://evil.example/x'>ici</a> ou [là](javascript:alert(1)), écrire à x@evil.example, "
    "www.evil.example/y <script>alert(1)</script>\n\nBcc: tous@evil.example \u202egnp.exe"
)
FINDING = {"cause": "wan_link_down", "evidence": [LINKS] * 5, "summary": LINKS}


def always(raw: str) -> Speak:
    """The same words to every question."""
    return lambda _body: raw


def calling(*calls: str) -> Speak:
    """These calls, in turn and for ever; an honest answer when asked for one."""
    return lambda body: None if body.get("format") else calls[len(body["messages"]) // 2 % len(calls)]


def counting(name: str, **arguments: object) -> Speak:
    """The same tool for ever, each time with another argument."""
    return lambda body: None if body.get("format") else call(name, start=len(body["messages"]), **arguments)


def stammering() -> Speak:
    """Two replies that cannot be read before each that can."""
    said = iter(range(10_000))

    def speak(body: dict[str, Any]) -> str | None:
        number = next(said)
        if body.get("format"):
            return None
        return call("observium_list_alerts", device_id=11, start=number) if number % 3 == 2 else ""

    return speak


def answering(finding: object, paragraph: object) -> Speak:
    """No calls; these answers."""

    def speak(body: dict[str, Any]) -> str:
        schema = body.get("format")
        if not schema:
            return "J'ai tout lu."
        return json.dumps({"paragraph": paragraph} if "paragraph" in schema["properties"] else finding)

    return speak


WITHOUT, WITH = False, True
"""Does the ticket come without the model's analysis, or with it?"""
MODELS: dict[str, tuple[Speak, bool]] = {
    "nonsense": (always("%% lorem ]} ipsum"), WITHOUT),
    "nothing": (always(""), WITHOUT),
    "blanks": (always(" \n\t "), WITHOUT),
    "huge text": (always("mot " * 50_000), WITHOUT),
    "broken calls": (always("<tool_call>\n<function=x>\n<parameter=a>\n1\n</function>\n</tool_call>"), WITHOUT),
    "unclosed calls": (always("<tool_call>\n<function=observium_list_alerts>"), WITHOUT),
    "leaked write": (always(call("glpi_solve_ticket", ticket_id=OTHERS, solution="x").split("\n", 1)[1]), WITHOUT),
    "JSON of another shape": (answering({"cause": "fai"}, 3), WITHOUT),
    "JSON too long": (answering(FINDING | {"summary": "x" * 601}, "x" * 601), WITHOUT),
    "loops": (counting("observium_list_alerts", device_id=11), WITH),
    "repeats": (calling(call("observium_get_device_info", device_id=11)), WITH),
    "stammers": (stammering(), WITHOUT),
    "many at once": (calling("\n".join([call("observium_list_alerts", device_id=11)] * 30)), WITH),
    "no such tool": (calling(call("no_such_tool", device_id=11)), WITH),
    "a name of 2,000 letters": (calling(call("x" * 2000)), WITH),
    "another site": (calling(call("observium_get_device_info", device_id=21), call("observium_list_alerts")), WITH),
    "another's name": (calling(call("observium_list_device_ports", hostname="tilleuls-fw1.widip.example")), WITH),
    "mails": (calling(call("glpi_send_email", recipient=NOC, subject="x", body="y", ticket_id=OTHERS)), WITH),
    "solves": (calling(call("glpi_solve_ticket", ticket_id=OTHERS, solution="x", notify="true")), WITH),
    "opens": (calling(call("glpi_create_ticket", title="x", description="y")), WITH),
    "changes": (calling(call("glpi_update_ticket", ticket_id=OTHERS, status="closed", content="x")), WITH),
    "reads people": (
        calling(call("glpi_search_user", query="martel"), call("glpi_get_ticket_info", ticket_id=1)),
        WITH,
    ),
    "links": (answering(FINDING, LINKS), WITH),
}


def asked_of(o: Orchestrated) -> Counter[str]:
    """How many requests each agent made of the model."""
    systems = (request["messages"][0]["content"] for request in o.ollama.state.ollama.requests)
    return Counter(text.split(",")[0].removeprefix("You are ") for text in systems)


def assert_only_read_and_wrote_its_own(o: Orchestrated, others: dict[str, Any]) -> None:
    """By what GLPI and Observium were asked, not by what we say of it."""
    glpi, observium = o.system.glpi.state, o.system.observium.state
    written = Counter(line for line in glpi.faults.requests if not line.startswith("GET "))
    assert written == {
        "POST /apirest.php/Ticket": 1,
        "POST /apirest.php/ITILFollowup": 2,  # the diagnosis, and the trace of the mail
        "POST /apirest.php/QueuedNotification": 1,
    }
    assert not [line for line in glpi.faults.requests if f"/Ticket/{OTHERS}" in line or "/User" in line]
    assert glpi.glpi.tickets[OTHERS] == others
    assert {row["items_id"] for row in (*o.followups, *o.mails)} == {o.tickets[0]["id"]}
    assert all(line.startswith("GET ") for line in observium.faults.requests)
    assert not [line for line in observium.faults.requests if any(n in line for n in ("21", "22", "31", "tilleuls"))]


@pytest.mark.requirement("P-46")
@pytest.mark.requirement("P-47")
@pytest.mark.parametrize("name", MODELS)
async def test_whatever_the_model_says_the_ticket_and_the_mail_come_and_nothing_else(start: Start, name: str) -> None:
    speak, is_used = MODELS[name]
    o = await start(settle_s=600)
    others = copy.deepcopy(o.system.glpi.state.glpi.tickets[OTHERS])
    o.ollama.state.ollama.hostile = speak

    await o.post(o.delivery(o.break_port()))
    (incident,) = await o.until(are_diagnosed)

    assert incident["verdict"]["rule"] == "F2"
    assert [m["recipient"] for m in o.mails] == [NOC]
    assert any("Analyse du modèle" in text for text in notes(o)) is is_used
    assert any("Analyse automatique sans modèle" in text for text in notes(o)) is not is_used
    assert asked_of(o)["Sentinel"] <= SENTINEL_CALLS
    assert asked_of(o)["Notificateur"] <= 3
    assert_only_read_and_wrote_its_own(o, others)


@pytest.mark.requirement("P-46")
@pytest.mark.parametrize("kind", ["html", "error", "down", "hang"])
async def test_a_server_of_models_that_does_not_work_costs_its_words_only(start: Start, kind: str) -> None:
    o = await start(settle_s=600, ollama_timeout_s=0.5)
    others = copy.deepcopy(o.system.glpi.state.glpi.tickets[OTHERS])
    o.ollama.state.faults.add(kind, "POST /api/chat", times=-1)

    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)

    assert any("Analyse automatique sans modèle" in text for text in notes(o))
    assert "Message établi sans modèle" in o.text(o.mails[0]["body_html"])
    assert_only_read_and_wrote_its_own(o, others)


@pytest.mark.requirement("P-46")
async def test_a_model_that_never_answers_is_not_waited_for_and_leaves_no_lock(
    start: Start, redis: RedisHelper
) -> None:
    o = await start(settle_s=600, ollama_timeout_s=0.5)
    o.ollama.state.ollama.hold = asyncio.Event()

    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)
    o.ollama.state.ollama.hold.set()

    assert any("Analyse automatique sans modèle" in text for text in notes(o))
    assert len(o.ollama.state.ollama.requests) == 1
    assert not await redis.exists("ollama_lock")


@pytest.mark.requirement("P-48")
async def test_what_a_model_writes_reaches_people_as_one_line_of_text(start: Start) -> None:
    o = await start(settle_s=600)
    o.ollama.state.ollama.hostile = answering(FINDING, LINKS)

    await o.post(o.delivery(o.break_port()))
    await o.until(are_diagnosed)

    html, subject = o.text(o.mails[0]["body_html"]), o.text(o.mails[0]["name"])
    (analysis,) = [text for text in notes(o) if "Analyse du modèle" in text]
    for text in (html, analysis):
        assert not any(bad in text for bad in ("<a", "<script", "://", "javascript:", "www.", "@evil", "\u202e"))
    assert "Bcc" not in subject
    assert "Paragraphe rédigé par un modèle" in html
    assert "Bcc:" not in [line[:4] for line in analysis.replace("<br>", "\n").splitlines()]


class _Word(BaseModel):
    word: str


@pytest.mark.requirement("P-47")
async def test_an_investigation_ends_at_its_deadline_whatever_the_model_does(
    serve: Serve, redis: RedisHelper, redis_port: int, tmp_path: Path
) -> None:
    system, ollama = await start_system(serve, redis_port, tmp_path), create_ollama(latency_s=0.2)
    url = f"sqlite:///{tmp_path}/agent.sqlite"
    settings = orchestrator_settings(system, redis_port, url, await serve(ollama))
    ollama.state.ollama.hostile = counting("observium_list_alerts", device_id=11)
    database, llm = Database(url), Llm(settings, LlmLock(redis, executor="test"))
    await asyncio.to_thread(metadata.create_all, database.writer_engine)
    journal, loop = RunJournal(database, "run"), asyncio.get_running_loop()
    begun = loop.time()
    budget = Budget(model_calls=SENTINEL_CALLS, deadline=begun + 0.9, priority=Priority.CRITICAL_ALERT)

    async with Toolbox(settings.endpoints()) as toolbox:
        with pytest.raises((BudgetExceeded, UpstreamUnavailable)):
            await Agent("sentinel", llm).investigate(
                "device_id: 11",
                tools=RunTools(toolbox, journal),
                journal=journal,
                grant=Grant(SENTINEL_TOOLS, bound={"device_id": frozenset({11})}),
                budget=budget,
                answer=_Word,
            )
    took_s = loop.time() - begun
    await llm.aclose()
    database.close()

    assert 0 < len(ollama.state.ollama.requests) < SENTINEL_CALLS
    assert took_s < 0.9 + 5.0  # the machine may be busy
    assert (SENTINEL_CALLS, SENTINEL_S, NOTIFIER_S) == (12, 45, 15)
