"""Proactif: from an alert to its ticket, its diagnosis and its e-mail, in three durable steps and two workflows.

A ticket with the facts comes first and waits for nobody. Then the rules and the model look; then the team is written
to. Every write is named after its effect and decided once, so a step that runs twice writes once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.agent.loop import Agent, Answer, Budget
from orchestrator.agent.policy import Grant
from orchestrator.breaker import HEALTH_KEY, open_breaker, read_breaker
from orchestrator.proactif.case import Case, Facts
from orchestrator.proactif.diagnosis import Verdict, diagnose
from orchestrator.proactif.intake import ALERTS_QUEUE, FAILED, WAITING, enqueue_diagnosis
from orchestrator.proactif.investigation import notifier_question, sentinel_grant, sentinel_question, take_snapshot
from orchestrator.proactif.texts import (
    Finding,
    Paragraph,
    clean_model_text,
    diagnosis_text,
    facts_paragraph,
    mail_html,
    mail_subject,
)
from orchestrator.services import Services
from shared.errors import CapReached, InvalidInput, UpstreamError, UpstreamUnavailable, WidipError
from shared.llm_lock import Priority
from shared.logs import get_logger, where_it_failed

logger = get_logger("proactif")

SENTINEL_CALLS = 12
SENTINEL_S = 45.0
NOTIFIER_CALLS = 3
NOTIFIER_S = 15.0


class Proactif:
    """The workflow of one alert."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._sentinel = Agent("sentinel", services.llm)
        self._notifier = Agent("notificateur", services.llm)

    async def open_ticket(self, event: Facts) -> Facts:
        """Workflow, first half: a ticket with the facts, at once. `event` is what intake.py stored."""
        case = Case.from_event(event, self._s)
        await case.journal.start("proactif")
        return await self._until_it_waits(case, self._first_half(case, event))

    async def diagnose_alert(self, event: Facts, ticket_id: int) -> Facts:
        """Workflow, second half: what is wrong, and who is told. Returns the run's summary."""
        case = Case.from_event(event, self._s)
        return await self._until_it_waits(case, self._second_half(case, ticket_id))

    async def _first_half(self, case: Case, event: Facts) -> Facts:
        ticket_id = await self._step(case, "open_ticket", lambda: self._open_ticket(case, event))
        self._s.engine.nudge(ALERTS_QUEUE)
        return {"ticket_id": ticket_id}

    async def _second_half(self, case: Case, ticket_id: int) -> Facts:
        found = await self._step(case, "diagnose", lambda: self._diagnose(case, ticket_id))
        mail = await self._step(case, "notify", lambda: self._notify(case, ticket_id, found))
        summary = {
            "ticket_id": ticket_id,
            "email_id": mail["email_id"],
            "verdict": found["verdict"],
            "finding": found["finding"],
            "seconds": round((datetime.now(UTC) - case.received_at).total_seconds(), 3),
        }
        case.journal.note("done", summary)
        await case.journal.end("done", summary)
        return summary

    async def _step(self, case: Case, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """A durable step. What only has to wait comes back as a value: a journalled error loses its type when it is
        replayed.
        """

        async def run() -> Facts:
            started = time.perf_counter()
            try:
                outcome = {"value": await work()}
            except (UpstreamError, CapReached) as error:
                system = getattr(error, "system", "")
                outcome = {"waits": {"code": error.code, "message": str(error), "system": system}}
            case.journal.note("step", {"step": name, "ms": round(1000 * (time.perf_counter() - started), 1)})
            return outcome

        outcome = await self._s.engine.step(name, run)
        if "waits" in outcome:
            raise _Waits(outcome["waits"])
        return outcome["value"]

    async def _until_it_waits(self, case: Case, half: Awaitable[Facts]) -> Facts:
        try:
            return await half
        except _Waits as waits:
            return await self._wait_for_glpi(case, waits.why)
        except Exception as error:  # the top of a run: whatever it is, the journal says that the run has ended
            await _end_failed(case, error)
            raise

    async def _wait_for_glpi(self, case: Case, why: Facts) -> Facts:
        """What is missing waits as a row; the health check gives it a new run when GLPI is back."""
        await case.set_incident(state=WAITING)
        if why["code"] == UpstreamUnavailable.code and why["system"] == "glpi":
            await open_breaker(self._s.redis)
        case.journal.note("waiting", why)
        await case.journal.end("waiting", why)
        return why

    async def _open_ticket(self, case: Case, event: Facts) -> int:
        await case.open_incident()
        arguments = await case.keep("ticket", case.ticket_arguments(self._s.settings.proactif_category))
        ticket_id = int((await self._create_ticket(case, arguments))["ticket_id"])

        def hand_over(connection: sa.Connection) -> None:
            case.set_in(connection, state="open", ticket_id=ticket_id)
            enqueue_diagnosis(self._s, connection, event, ticket_id=ticket_id, partition=case.partition)

        await self._s.database.write(hand_over)
        case.journal.note("ticket", {"ticket_id": ticket_id, "title": arguments["title"]})
        return ticket_id

    async def _create_ticket(self, case: Case, arguments: Facts) -> Facts:
        key = case.effect("ticket")
        try:
            return (await case.tools.write("glpi_create_ticket", arguments, key=key)).data
        except InvalidInput as error:
            if "category" not in arguments:
                raise
            # A category that GLPI no longer has must not cost the ticket.
            case.journal.note("warning", {"message": f"ticket opened without category: {error}"})
            plain = {name: value for name, value in arguments.items() if name != "category"}
            return (await case.tools.write("glpi_create_ticket", plain, key=key)).data

    async def _diagnose(self, case: Case, ticket_id: int) -> Facts:
        """The rules' verdict and, when it can be had in time, the model's finding; both go on the ticket."""
        found = await case.find_kept("diagnosis") or await case.keep("diagnosis", await self._investigate(case))
        followup = {"ticket_id": ticket_id, "content": found["text"], "private": True, "notify": False}
        await case.tools.write("glpi_add_followup", followup, key=case.effect("diagnosis"))
        await case.set_incident(verdict=found["verdict"])
        return found

    async def _investigate(self, case: Case) -> Facts:
        case.journal.note("breaker", {HEALTH_KEY: await read_breaker(self._s.redis)})
        snapshot = await take_snapshot(case.tools, case.alert, case.site)
        verdict = diagnose(snapshot)
        case.journal.note("verdict", verdict.model_dump(mode="json"))
        finding = await self._ask_sentinel(case)
        return {
            "verdict": verdict.model_dump(mode="json"),
            "finding": finding.model_dump(mode="json") if finding else None,
            "text": diagnosis_text(verdict, finding),
        }

    async def _ask_sentinel(self, case: Case) -> Finding | None:
        budget = Budget(
            model_calls=SENTINEL_CALLS, deadline=case.deadline(SENTINEL_S), priority=Priority.CRITICAL_ALERT
        )
        question, grant = sentinel_question(case.alert, case.site), sentinel_grant(case.alert, case.site)
        finding = await self._ask(case, self._sentinel, question, grant=grant, budget=budget, answer=Finding)
        return finding.cleaned() if finding else None

    async def _ask(
        self, case: Case, agent: Agent, question: str, *, grant: Grant, budget: Budget, answer: type[Answer]
    ) -> Answer | None:
        """An agent's answer, or None: nothing that a model does may end the run."""
        try:
            return await agent.investigate(
                question, tools=case.tools, journal=case.journal, grant=grant, budget=budget, answer=answer
            )
        except WidipError as error:
            reason = {"code": error.code, "reason": str(error)}
        except Exception as error:  # noqa: BLE001 - the top of an agent's run
            logger.error("agent_crashed", agent=agent.name, run=case.run_id, where=where_it_failed(error))
            reason = {"code": "internal", "reason": type(error).__name__}
        case.journal.note("no_model", {"agent": agent.name, **reason})
        return None

    async def _notify(self, case: Case, ticket_id: int, found: Facts) -> Facts:
        """One e-mail to the team, worded by the model if it can be had in time."""
        mail = await case.find_kept("mail") or await case.keep("mail", await self._word_mail(case, ticket_id, found))
        reply = (await case.tools.write("glpi_send_email", mail, key=case.effect("mail"))).data
        await case.set_incident(state="notified", email_id=reply["email_id"])
        shown = {"email_id": reply["email_id"], "subject": mail["subject"], "recipient": mail["recipient"]}
        case.journal.note("email", shown)
        return {"email_id": int(reply["email_id"])}

    async def _word_mail(self, case: Case, ticket_id: int, found: Facts) -> Facts:
        verdict = Verdict.model_validate(found["verdict"])
        words = await self._ask_notifier(case, verdict, found)
        body = mail_html(
            case.alert,
            case.site,
            verdict,
            ticket_id=ticket_id,
            paragraph=words or facts_paragraph(verdict),
            worded_by_model=bool(words),
        )
        return {
            "recipient": self._s.settings.noc_email,
            "subject": mail_subject(case.alert, case.site, ticket_id),
            "body": body,
            "ticket_id": ticket_id,
        }

    async def _ask_notifier(self, case: Case, verdict: Verdict, found: Mapping[str, Any]) -> str:
        summary = (found.get("finding") or {}).get("summary", "")
        question = notifier_question(case.alert, case.site, [*verdict.facts, *([summary] if summary else [])])
        budget = Budget(
            model_calls=NOTIFIER_CALLS,
            deadline=min(case.deadline(SENTINEL_S + NOTIFIER_S), asyncio.get_running_loop().time() + NOTIFIER_S),
            priority=Priority.CRITICAL_ALERT,
        )
        worded = await self._ask(
            case, self._notifier, question, grant=Grant(frozenset()), budget=budget, answer=Paragraph
        )
        return clean_model_text(worded.paragraph) if worded else ""


class _Waits(Exception):
    """What is missing can only be done later."""

    def __init__(self, why: Facts) -> None:
        super().__init__(why["message"])
        self.why = why


async def _end_failed(case: Case, error: Exception) -> None:
    known = isinstance(error, WidipError)
    summary = {
        "code": error.code if isinstance(error, WidipError) else "internal",
        "message": str(error) if known else type(error).__name__,
    }
    if not known:
        logger.error("run_crashed", run=case.run_id, error_type=type(error).__name__, where=where_it_failed(error))
    await case.set_incident(state=FAILED)
    case.journal.note("error", summary)
    await case.journal.end("failed", summary)
