"""The agent Analyst: reads a ticket's public parts and its site's devices, and answers once. It writes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from orchestrator.agent.attempt import try_agent
from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import Agent, Budget
from orchestrator.assist.enrichment import Analysis, Enrichment, TicketView, build_enrichment
from orchestrator.journal import RunJournal, RunTools
from orchestrator.proactif.investigation import SENTINEL_TOOLS
from shared.errors import WidipError
from shared.llm import Llm
from shared.llm_lock import Priority
from shared.sites import Device

ANALYST_CALLS = 8
TURN_S = 15.0
"""The model's lock is waited for so long, then the ticket is acknowledged without a model."""
ANALYST_S = 50.0
READ_S = 8.0
MAX_SHOWN = 4000
MAX_CATEGORIES = 200
TIMELINE = "glpi_get_ticket_timeline"
CATEGORIES = "glpi_list_categories"


class Analyst:
    """What can be said at once about a question or an incident."""

    def __init__(self, llm: Llm) -> None:
        self._agent = Agent("analyste", llm)

    async def enrich(self, view: TicketView, *, tools: RunTools, journal: RunJournal) -> Enrichment:
        """What to write on the ticket; the caller writes it. Never fails for want of a model or of the categories.

        Takes ANALYST_S at most, TURN_S when the model is busy; a ticket that says nothing is not put to the model.
        """
        categories = await self._list_categories(tools)
        analysis = None if view.is_empty else await self._analyse(view, categories, tools, journal)
        found = build_enrichment(view, analysis, categories)
        noted = {"category": found.category, "urgency": found.urgency, "asks": found.question is not None}
        journal.note("enrichment", {**noted, "by_model": found.by_model})
        return found

    async def _list_categories(self, tools: RunTools) -> list[str]:
        try:
            answer = await tools.call(CATEGORIES, {}, deadline_s=READ_S)
        except WidipError:  # journalled by RunTools; the ticket keeps the category that it has
            return []
        return [row["name"] for row in answer.data["categories"]]

    async def _analyse(
        self, view: TicketView, categories: Sequence[str], tools: RunTools, journal: RunJournal
    ) -> Analysis | None:
        now = asyncio.get_running_loop().time()
        analysis, _usable = await try_agent(
            self._agent,
            analyst_question(view, categories),
            tools=tools,
            journal=journal,
            grant=analyst_grant(view),
            budget=Budget(
                model_calls=ANALYST_CALLS,
                deadline=now + ANALYST_S,
                first_lock_by=now + TURN_S,
                priority=Priority.TICKET,
            ),
            answer=Analysis,
        )
        return analysis


def analyst_grant(view: TicketView) -> Grant:
    """Reads: the public timeline of this one ticket, and the devices of its site where it has some."""
    devices = _devices(view)
    return Grant(
        frozenset({TIMELINE}) | (SENTINEL_TOOLS if devices else frozenset()),
        bound={
            "ticket_id": frozenset({view.ticket_id}),
            "device_id": frozenset(device.id for device in devices),
            "hostname": frozenset(device.hostname.casefold() for device in devices),
        },
        forced={TIMELINE: {"public_only": True}},
    )


def analyst_question(view: TicketView, categories: Sequence[str]) -> str:
    """The ticket, fenced: nothing in it can end the fence."""
    facts = {
        "text": view.own_text[:MAX_SHOWN],
        "category": view.category,
        "urgency": view.urgency,
        "site": view.site.name if view.site else "unknown",
        "devices": [
            {"device_id": device.id, "hostname": device.hostname, "role": device.role} for device in _devices(view)
        ],
        "categories": list(categories[:MAX_CATEGORIES]),
    }
    fenced = json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")
    return f"ticket_id: {view.ticket_id}\n<ticket>\n{fenced}\n</ticket>"


def _devices(view: TicketView) -> list[Device]:
    return [device for device in view.site.device if device.id] if view.site else []
