"""Questions and incidents: read once more by a model where rules could not decide, then enriched; nothing is changed
but this ticket's category and urgency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.agent.policy import Mode
from orchestrator.assist.analyst import Analyst
from orchestrator.assist.binding import find_entity_site
from orchestrator.assist.case import RequestCase
from orchestrator.assist.categoriser import Categoriser
from orchestrator.assist.codes import Code
from orchestrator.assist.enrichment import Enrichment, TicketView
from orchestrator.assist.facts import Found, Ticket, TicketOver, read_ticket
from orchestrator.assist.letters import Letters
from orchestrator.assist.plans import Missing, Plan, Request
from orchestrator.assist.rows import State
from orchestrator.assist.switches import mode_at
from orchestrator.assist.texts import TicketText
from orchestrator.services import Services
from shared.sites import Sites

ANSWER_DAYS = 7


class Questions:
    """What is done for a request that touches no account."""

    def __init__(self, services: Services, letters: Letters) -> None:
        self._sites = services.sites
        self._database = services.database
        self._letters = letters
        self._categoriser = Categoriser(services.llm)
        self._analyst = Analyst(services.llm)

    async def answer(self, case: RequestCase, found: Found) -> None:
        """Acknowledge it, with what can be said at once; or find that it is an account request after all."""
        if case.state is State.ASKED:
            await case.finish(closed=True, state=State.ANSWERED, code=Code.DETAILS_NOT_GIVEN)
            return
        text = _own_text(case, found.ticket)
        refined = await self._refine(case, text)
        if refined.plan is not Plan.QUESTION:
            asked = refined.model_dump(mode="json")
            await case.finish(state=State.NEW, plan=refined.plan, asked=asked, due_at=datetime.now(UTC))
            return
        enrichment = await self._enrich(case, found.ticket, text)
        mode = await self._look_again(case)
        if isinstance(mode, Code):
            await case.finish(closed=True, state=State.LEFT, code=mode)
        elif mode is Mode.ON:
            await self._write(case, enrichment)
        else:
            await case.add_followup("suggestion", self._letters.enrichment(enrichment), private=True)
            await case.finish(closed=True, state=State.SUGGESTED, code=Code.SUGGEST_ONLY)

    async def _look_again(self, case: RequestCase) -> Mode | Code:
        """A model takes its time: what may be written now, or why nothing."""
        try:
            ticket = await read_ticket(case)
        except TicketOver as over:
            return over.code
        entity = find_entity_site(ticket.facts["entity_id"], self._sites)
        mode = await self._database.read(lambda connection: mode_at(connection, Plan.QUESTION, None, entity))
        return Code.SWITCHED_OFF if mode is Mode.OFF else mode

    async def _refine(self, case: RequestCase, text: TicketText) -> Request:
        """The model is asked once: a work that is run again has its answer."""
        kept = await case.find_kept("refined")
        if kept is None:
            (first, *_more) = await self._categoriser.refine(text, [case.asked], tools=case.tools, journal=case.journal)
            kept = await case.keep("refined", first.model_dump(mode="json"))
        return Request.model_validate(kept)

    async def _enrich(self, case: RequestCase, ticket: Ticket, text: TicketText) -> Enrichment:
        kept = await case.find_kept("enrichment")
        if kept is None:
            view = _view(case.asked, ticket.facts, text, self._sites)
            kept = asdict(await self._analyst.enrich(view, tools=case.tools, journal=case.journal))
            kept = await case.keep("enrichment", kept)
        return Enrichment(**kept)

    async def _write(self, case: RequestCase, enrichment: Enrichment) -> None:
        """One public text, category and urgency where they are better than the ticket's, on this ticket only."""
        await case.add_followup("answer", enrichment.text)
        chosen = {"category": enrichment.category, "urgency": enrichment.urgency}
        changes: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
        if enrichment.question:
            changes["status"] = "pending"
        if changes:
            arguments = {"ticket_id": case.ticket_id, "notify": False, **changes}
            await case.tools.write("glpi_update_ticket", arguments, key=case.effect("enrich"))
        if enrichment.question:
            due_at = datetime.now(UTC) + timedelta(days=ANSWER_DAYS)
            await case.finish(state=State.ASKED, code=Code.DETAILS_MISSING, due_at=due_at)
        else:
            await case.finish(closed=True, state=State.ANSWERED, code=Code.ALLOWED)


def _own_text(case: RequestCase, ticket: Ticket) -> TicketText:
    """The newest of the texts that ask."""
    key = case.row["texts"][-1]["key"]
    return next(text for text in ticket.texts if text.key == key)


def _view(asked: Request, facts: Mapping[str, Any], text: TicketText, sites: Sites) -> TicketView:
    return TicketView(
        ticket_id=facts["ticket_id"],
        title=text.title,
        content=text.content,
        category=facts.get("category"),
        urgency=facts["urgency"],
        has_technician=bool(facts["technician_ids"]),
        site=find_entity_site(facts["entity_id"], sites),
        was_asked=text.key != "description",
        is_empty=Missing.REQUEST in asked.missing,
    )
