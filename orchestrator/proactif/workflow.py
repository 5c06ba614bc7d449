"""Proactif: from an alert to its ticket, its diagnosis and its e-mail, in three durable steps.

A ticket with the facts comes first and waits for nobody. Then the rules and the model look; then the team is written
to. Every write is named after its effect and decided once, so a step that runs twice writes once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orchestrator.agent.loop import Agent, Budget
from orchestrator.agent.policy import Grant
from orchestrator.breaker import HEALTH_KEY, open_breaker, read_breaker
from orchestrator.proactif.case import Case, Facts
from orchestrator.proactif.diagnosis import Verdict, diagnose
from orchestrator.proactif.intake import WAITING
from orchestrator.proactif.investigation import sentinel_grant, sentinel_question, take_snapshot
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
from shared.errors import (
    InvalidInput,
    OutcomeUnknown,
    UpstreamError,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
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

    async def handle_alert(self, event: Facts) -> Facts:
        """Workflow. `event` is what webhooks.py stored: the alert and its delivery's key. Returns a summary."""
        case = Case.from_event(event, self._s)
        await case.journal.start("proactif")
        try:
            ticket_id = int(await self._s.engine.step("open_ticket", lambda: self._open_ticket(case)))
            found = await self._s.engine.step("diagnose", lambda: self._diagnose(case, ticket_id))
            mail = await self._s.engine.step("notify", lambda: self._notify(case, ticket_id, found))
        except (UpstreamUnavailable, OutcomeUnknown, UpstreamUnauthorized) as error:
            return await self._wait_for_glpi(case, error)
        except Exception as error:  # the top of a run: whatever it is, the journal says that the run has ended
            await _end_failed(case, error)
            raise
        seconds = round((datetime.now(UTC) - case.received_at).total_seconds(), 3)
        summary = {
            "ticket_id": ticket_id,
            "email_id": mail["email_id"],
            "verdict": found["verdict"],
            "seconds": seconds,
        }
        case.journal.note("done", summary)
        await case.journal.end("done", summary)
        return summary

    async def _wait_for_glpi(self, case: Case, error: UpstreamError) -> Facts:
        """What is missing waits as a row; the health check gives it a new run when GLPI is back."""
        await case.set_incident(state=WAITING)
        if isinstance(error, UpstreamUnavailable) and error.system == "glpi":
            await open_breaker(self._s.redis)
        summary = {"code": error.code, "message": str(error), "system": error.system}
        case.journal.note("waiting", summary)
        await case.journal.end("waiting", summary)
        return summary

    async def _open_ticket(self, case: Case) -> int:
        """Ticket at once, with the facts."""
        await case.open_incident()
        arguments = await case.keep("ticket", case.ticket_arguments(self._s.settings.proactif_category))
        reply = await self._create_ticket(case, arguments)
        ticket_id = int(reply["ticket_id"])
        await case.set_incident(state="open", ticket_id=ticket_id)
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
        finding, reason = await self._ask_sentinel(case)
        return {
            "verdict": verdict.model_dump(mode="json"),
            "finding": finding.model_dump(mode="json") if finding else None,
            "text": diagnosis_text(verdict, finding, no_model_reason=reason),
        }

    async def _ask_sentinel(self, case: Case) -> tuple[Finding | None, str]:
        budget = Budget(
            model_calls=SENTINEL_CALLS, deadline=case.deadline(SENTINEL_S), priority=Priority.CRITICAL_ALERT
        )
        try:
            finding = await self._sentinel.investigate(
                sentinel_question(case.alert, case.site),
                tools=case.tools,
                journal=case.journal,
                grant=sentinel_grant(case.alert, case.site),
                budget=budget,
                answer=Finding,
            )
        except WidipError as error:
            case.journal.note("no_model", {"agent": "sentinel", "code": error.code, "reason": str(error)})
            return None, "le modèle n'était pas disponible"
        return finding.cleaned(), ""

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
        facts = "\n".join([*verdict.facts, *([summary] if summary else [])])
        question = f"<facts>\n{facts}\nDétectée le {case.alert.at:%d/%m/%Y à %H:%M} UTC\n</facts>"
        budget = Budget(
            model_calls=NOTIFIER_CALLS,
            deadline=min(case.deadline(SENTINEL_S + NOTIFIER_S), asyncio.get_running_loop().time() + NOTIFIER_S),
            priority=Priority.CRITICAL_ALERT,
        )
        try:
            worded = await self._notifier.investigate(
                question,
                tools=case.tools,
                journal=case.journal,
                grant=Grant(frozenset()),
                budget=budget,
                answer=Paragraph,
            )
        except WidipError as error:
            case.journal.note("no_model", {"agent": "notificateur", "code": error.code, "reason": str(error)})
            return ""
        return clean_model_text(worded.paragraph)


async def _end_failed(case: Case, error: Exception) -> None:
    known = isinstance(error, WidipError)
    summary = {
        "code": error.code if isinstance(error, WidipError) else "internal",
        "message": str(error) if known else type(error).__name__,
    }
    if not known:
        logger.error("run_crashed", run=case.run_id, error_type=type(error).__name__, where=where_it_failed(error))
    case.journal.note("error", summary)
    await case.journal.end("failed", summary)
