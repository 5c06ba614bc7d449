"""Proactif: from an alert to its ticket, its diagnosis and its e-mail, in three durable steps.

A ticket with the facts comes first and waits for nobody. Then the rules and the model look; then the team is written
to. Every write is named after its effect, so a step that runs twice writes once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.agent.loop import Agent, Budget
from orchestrator.agent.policy import Grant
from orchestrator.journal import RunJournal, RunTools, insert_if_new
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.diagnosis import Snapshot, Verdict, diagnose
from orchestrator.proactif.investigation import sentinel_grant, sentinel_question, take_snapshot
from orchestrator.proactif.texts import (
    Finding,
    Paragraph,
    clean_model_text,
    diagnosis_text,
    facts_paragraph,
    mail_html,
    mail_subject,
    ticket_text,
    ticket_title,
)
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import incident
from shared.database import Database
from shared.engine import Engine, workflow_id
from shared.errors import InvalidInput, UpstreamUnavailable, WidipError
from shared.llm import Llm
from shared.llm_lock import Priority
from shared.logs import get_logger, where_it_failed
from shared.mcp_client import Toolbox
from shared.redis_helper import RedisHelper
from shared.sites import Site, Sites

logger = get_logger("proactif")

SENTINEL_CALLS = 12
SENTINEL_S = 45.0
NOTIFIER_CALLS = 3
NOTIFIER_S = 15.0
TICKET_TRIES_S = (0.0, 1.0, 5.0)
URGENCY = {"Critical": 4, "Warning": 3, "Informational": 2}
DEFAULT_URGENCY = 3
HEALTH_KEY = "glpi_health_status"

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Services:
    """What workflows use; built once by app.py."""

    settings: OrchestratorSettings
    database: Database
    engine: Engine
    redis: RedisHelper
    toolbox: Toolbox
    llm: Llm
    sites: Sites


class Proactif:
    """The workflow of one alert."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._sentinel = Agent("sentinel", services.llm)
        self._notifier = Agent("notificateur", services.llm)

    async def handle_alert(self, event: Facts) -> Facts:
        """Workflow. `event` is what webhooks.py stored: the alert and its delivery's key. Returns a summary."""
        case = _Case.from_event(event, self._s)
        await case.journal.start("proactif")
        try:
            ticket_id = int(await self._s.engine.step("open_ticket", lambda: self._open_ticket(case)))
            found = await self._s.engine.step("diagnose", lambda: self._diagnose(case, ticket_id))
            mail = await self._s.engine.step("notify", lambda: self._notify(case, ticket_id, found))
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

    async def _open_ticket(self, case: _Case) -> int:
        """Ticket at once, with the facts. While GLPI is away the incident waits as a row."""
        await self._s.database.write(case.insert_incident)
        arguments = case.ticket_arguments(self._s.settings.proactif_category)
        for i, pause_s in enumerate(TICKET_TRIES_S):
            await asyncio.sleep(pause_s)
            try:
                reply = await self._create_ticket(case, arguments)
                break
            except UpstreamUnavailable:
                await case.set_incident(state="waiting_for_glpi")
                if i == len(TICKET_TRIES_S) - 1:
                    raise
        ticket_id = int(reply["ticket_id"])
        await case.set_incident(state="open", ticket_id=ticket_id)
        case.journal.note("ticket", {"ticket_id": ticket_id, "title": arguments["title"]})
        return ticket_id

    async def _create_ticket(self, case: _Case, arguments: Facts) -> Facts:
        key = f"{case.run_id}:ticket"
        try:
            return (await case.tools.call("glpi_create_ticket", arguments, key=key)).data
        except InvalidInput:
            if "category" not in arguments:
                raise
            # A category that GLPI no longer has must not cost the ticket.
            case.journal.note("warning", {"message": f"GLPI has no category {arguments['category']!r}"})
            arguments.pop("category")
            return (await case.tools.call("glpi_create_ticket", arguments, key=key)).data

    async def _diagnose(self, case: _Case, ticket_id: int) -> Facts:
        """The rules' verdict and, when it can be had in time, the model's finding; both go on the ticket."""
        health = await self._read_breaker(case)
        snapshot = await take_snapshot(case.tools, case.alert, case.site)
        verdict = diagnose(snapshot)
        case.journal.note("verdict", verdict.model_dump(mode="json"))
        finding, reason = await self._ask_sentinel(case, snapshot)
        text = diagnosis_text(verdict, finding, no_model_reason=reason)
        await case.tools.call(
            "glpi_add_followup",
            {"ticket_id": ticket_id, "content": text, "private": True, "notify": False},
            key=f"{case.run_id}:diagnosis",
        )
        await case.set_incident(verdict=verdict.model_dump(mode="json"))
        return {
            "verdict": verdict.model_dump(mode="json"),
            "finding": finding.model_dump(mode="json") if finding else None,
            "glpi_health": health,
        }

    async def _read_breaker(self, case: _Case) -> str:
        """What the health check last said of GLPI; kept in the journal, it explains what came of the writes."""
        try:
            health = await self._s.redis.get(HEALTH_KEY) or "not checked yet"
        except UpstreamUnavailable:
            health = "unknown: Redis does not answer"
        case.journal.note("breaker", {"glpi_health_status": health})
        return health

    async def _ask_sentinel(self, case: _Case, snapshot: Snapshot) -> tuple[Finding | None, str]:
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

    async def _notify(self, case: _Case, ticket_id: int, found: Facts) -> Facts:
        """One e-mail to the team, worded by the model if it can be had in time."""
        verdict = Verdict.model_validate(found["verdict"])
        words = await self._ask_notifier(case, verdict, found)
        subject = mail_subject(case.alert, case.site, ticket_id)
        body = mail_html(
            case.alert,
            case.site,
            verdict,
            ticket_id=ticket_id,
            paragraph=words or facts_paragraph(verdict),
            worded_by_model=bool(words),
        )
        recipient = self._s.settings.noc_email
        arguments = {"recipient": recipient, "subject": subject, "body": body, "ticket_id": ticket_id}
        reply = await self._send_once(case, arguments)
        await case.set_incident(state="notified", email_id=reply["email_id"])
        case.journal.note("email", {"email_id": reply["email_id"], "subject": subject, "recipient": recipient})
        return {"email_id": int(reply["email_id"])}

    async def _send_once(self, case: _Case, arguments: Facts) -> Facts:
        """A repeated step may word the mail otherwise; the one that was kept first is the one that is sent."""
        kept = await case.keep_mail(arguments)
        return (await case.tools.call("glpi_send_email", kept, key=f"{case.run_id}:mail")).data

    async def _ask_notifier(self, case: _Case, verdict: Verdict, found: Mapping[str, Any]) -> str:
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


async def _end_failed(case: _Case, error: Exception) -> None:
    known = isinstance(error, WidipError)
    summary = {
        "code": error.code if isinstance(error, WidipError) else "internal",
        "message": str(error) if known else type(error).__name__,
    }
    if not known:
        logger.error("run_crashed", run=case.run_id, error_type=type(error).__name__, where=where_it_failed(error))
    case.journal.note("error", summary)
    await case.journal.end("failed", summary)


@dataclass(frozen=True, slots=True)
class _Case:
    """One alert being worked on."""

    run_id: str
    delivery_key: str
    instance: str
    alert: Alert
    site: Site | None
    received_at: datetime
    database: Database
    journal: RunJournal
    tools: RunTools

    @classmethod
    def from_event(cls, event: Facts, services: Services) -> _Case:
        alert = Alert.model_validate(event["alert"])
        journal = RunJournal(services.database, workflow_id())
        found = services.sites.find_site(alert.device_id, alert.hostname)
        return cls(
            run_id=journal.run_id,
            delivery_key=event["key"],
            instance=event["instance"],
            alert=alert,
            site=found[0] if found else None,
            received_at=datetime.fromisoformat(event["received_at"]),
            database=services.database,
            journal=journal,
            tools=RunTools(services.toolbox, journal),
        )

    def deadline(self, seconds: float) -> float:
        """So many seconds after receipt, on the event loop's clock; a recovered run gets a quarter at least."""
        used = (datetime.now(UTC) - self.received_at) / timedelta(seconds=1)
        return asyncio.get_running_loop().time() + max(seconds - used, seconds / 4)

    def ticket_arguments(self, category: str | None) -> Facts:
        arguments: Facts = {
            "title": ticket_title(self.alert, self.site),
            "description": ticket_text(self.alert, self.site),
            "urgency": URGENCY.get(self.alert.severity, DEFAULT_URGENCY),
            "notify": False,
        }
        if self.site is not None:
            arguments["entity_id"] = self.site.glpi_entity_id
        if category:
            arguments["category"] = category
        return arguments

    def insert_incident(self, connection: sa.Connection) -> None:
        values = {
            "instance": self.instance,
            "alert_id": self.alert.alert_id,
            "delivery_key": self.delivery_key,
            "site": self.site.code if self.site else None,
            "device_id": self.alert.device_id,
            "state": "open",
            "opened_at": self.received_at,
        }
        connection.execute(insert_if_new(connection, incident, values))

    async def set_incident(self, **values: Any) -> None:
        statement = incident.update().where(incident.c.delivery_key == self.delivery_key).values(**values)
        await self.database.write(lambda connection: connection.execute(statement))

    async def keep_mail(self, arguments: Facts) -> Facts:
        """Store the mail before it is sent, or return the one stored by an earlier try."""

        def keep(connection: sa.Connection) -> Facts:
            mine = incident.c.delivery_key == self.delivery_key
            known = connection.execute(sa.select(incident.c.mail).where(mine)).scalar()
            if known:
                return dict(known)
            connection.execute(incident.update().where(mine).values(mail=arguments))
            return arguments

        return await self.database.write(keep)
