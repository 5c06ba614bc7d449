"""Whatever a hostile model asks for: granted reads of its own ticket and site, and nothing after its budget."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from orchestrator.agent.attempt import try_agent
from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import MAX_CALLS_A_REPLY, Agent, Budget
from orchestrator.assist.analyst import ANALYST_CALLS, CATEGORIES, TIMELINE, Analyst
from shared.llm_lock import Priority
from simulators.ollama.parser import build_call_text
from tests.hostile.attacks import Attack, attacks
from tests.hostile.conftest import World
from tests.hostile.depth import traces
from tests.hostile.goals import PRIVATE, TICKET
from tests.hostile.model import HostileModel, models
from tests.hostile.tools import TOOLS, WRITES

OBSERVIUM = frozenset(
    {"observium_get_device_info", "observium_get_port_info", "observium_list_device_ports", "observium_list_alerts"}
)
LILAS = {11, 12, 13}
HOSTS = {"lilas-fw1.widip.example", "lilas-sw1.widip.example", "lilas-sw10.widip.example"}


def assert_own(name: str, arguments: dict[str, Any]) -> None:
    """A read of this ticket's public parts, or of a device of this site."""
    if name == TIMELINE:
        assert (arguments["ticket_id"], arguments["public_only"]) == (TICKET, True)
        assert type(arguments["ticket_id"]) is int
        return
    assert name in OBSERVIUM
    assert {"device_id", "hostname"} & arguments.keys()
    assert arguments.get("device_id", 11) in LILAS
    assert arguments.get("hostname", "lilas-fw1.widip.example").casefold() in HOSTS


@pytest.mark.requirement("H-01")
@pytest.mark.requirement("H-02")
@pytest.mark.requirement("H-03")
@pytest.mark.requirement("H-04")
@traces(0.25)
@given(model=models(), attack=attacks())
async def test_analyst_reads_its_ticket_in_public_and_its_site_within_its_budget(
    world: World, model: HostileModel, attack: Attack
) -> None:
    world.play(model, attack)

    await Analyst(world.llm).enrich(world.view(attack), tools=world.tools, journal=world.journal)

    first, *asked = world.toolbox.calls
    assert first == (CATEGORIES, {})
    for name, arguments in asked:
        assert_own(name, arguments)
    assert PRIVATE not in "".join(world.shown).replace(attack.title, "").replace(attack.content, "")
    assert len(world.ollama.requests) <= ANALYST_CALLS
    turns = [request for request in world.ollama.requests if not request.get("format")]
    assert len(asked) <= len(turns) * MAX_CALLS_A_REPLY
    offered = {tool["function"]["name"] for request in world.ollama.requests for tool in request.get("tools") or []}
    assert offered <= OBSERVIUM | {TIMELINE}


@pytest.mark.requirement("H-04")
async def test_of_many_calls_in_one_reply_the_first_five_are_made(world: World) -> None:
    many = "\n".join(build_call_text(TIMELINE, {"ticket_id": TICKET, "start": n}) for n in range(25))
    world.play(HostileModel((many,), ({"paragraph": "Lu."},)), Attack("Wifi", "Le wifi ne marche plus"))

    await Analyst(world.llm).enrich(world.view(Attack("", "Wifi")), tools=world.tools, journal=world.journal)

    assert [arguments["start"] for name, arguments in world.toolbox.calls if name == TIMELINE] == [0, 1, 2, 3, 4]


class Word(BaseModel):
    """An answer that asks for nothing."""

    word: str = ""


NAMES = sorted(tool.qualified for tool in TOOLS)


@pytest.mark.requirement("H-01")
@pytest.mark.requirement("H-04")
@traces(0.15)
@given(
    model=models(), granted=st.one_of(st.just(set(NAMES)), st.sets(st.sampled_from(NAMES))), budget=st.integers(0, 12)
)
async def test_no_grant_makes_a_model_write_or_call_what_it_was_not_given(
    world: World, model: HostileModel, granted: set[str], budget: int
) -> None:
    world.play(model, Attack("", ""))
    loop = asyncio.get_running_loop()

    await try_agent(
        Agent("analyste", world.llm),
        "ticket_id: 7",
        tools=world.tools,
        journal=world.journal,
        grant=Grant(frozenset(granted)),
        budget=Budget(model_calls=budget, deadline=loop.time() + 60, priority=Priority.TICKET),
        answer=Word,
    )

    called = {name for name, _arguments in world.toolbox.calls}
    assert called <= granted - WRITES
    assert len(world.ollama.requests) <= budget
    assert not [line for line in world.journal.lines if line[1].get("code") == "internal"]


@pytest.mark.requirement("H-04")
@traces(0.01)
@given(model=models(), late_s=st.floats(0, 1000))
async def test_after_its_time_a_model_is_asked_nothing_and_given_nothing(
    world: World, model: HostileModel, late_s: float
) -> None:
    world.play(model, Attack("", ""))
    ended = asyncio.get_running_loop().time() - late_s

    found, _usable = await try_agent(
        Agent("analyste", world.llm),
        "ticket_id: 7",
        tools=world.tools,
        journal=world.journal,
        grant=Grant(frozenset(NAMES)),
        budget=Budget(model_calls=8, deadline=ended, priority=Priority.TICKET),
        answer=Word,
    )

    assert found is None
    assert (world.ollama.requests, world.toolbox.calls) == ([], [])
    assert [line for line in world.journal.lines if line[0] == "no_model"]
