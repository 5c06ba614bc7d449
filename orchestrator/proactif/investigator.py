"""Who looks and who words: the rules always, the model when its turn comes in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orchestrator.agent.attempt import try_agent
from orchestrator.agent.cleaning import clean_answer
from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import Agent, Budget
from orchestrator.proactif.case import Case, Facts
from orchestrator.proactif.diagnosis import Verdict
from orchestrator.proactif.investigation import notifier_question, sentinel_grant, sentinel_question, take_snapshot
from orchestrator.proactif.letters import duration_of
from orchestrator.proactif.records import GROUP, list_down_sites
from orchestrator.proactif.rules import diagnose
from orchestrator.proactif.texts import (
    Finding,
    Paragraph,
    Stage,
    diagnosis_text,
    facts_paragraph,
    mail_html,
    mail_subject,
)
from orchestrator.services import Services
from shared.breaker import HEALTH_KEY, read_breaker
from shared.llm_lock import Priority
from shared.sites import Site

SENTINEL_CALLS = 12
SENTINEL_S = 45.0
NOTIFIER_CALLS = 3
NOTIFIER_S = 15.0


class Investigator:
    """The rules' verdict, the model's finding, the words of a mail."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._sentinel = Agent("sentinel", services.llm)
        self._notifier = Agent("notificateur", services.llm)
        # Those that wait for the model wait here, at no cost; those that are let in work.
        self._turns = asyncio.Semaphore(services.settings.runs_at_once)

    async def investigate(self, case: Case) -> Facts:
        """Verdict, finding and the text of their followup. `model`: it can be asked to word the mail, too."""
        async with self._turn(case) as in_time:
            case.journal.note("breaker", {HEALTH_KEY: await read_breaker(self._s.redis)})
            verdict = await self.judge(case)
            case.journal.note("verdict", verdict.model_dump(mode="json"))
            finding, usable = await self._ask_sentinel(case) if in_time else (None, False)
        return {
            "verdict": verdict.model_dump(mode="json"),
            "finding": finding.model_dump(mode="json") if finding else None,
            "model": usable,
            "text": diagnosis_text(verdict, finding),
        }

    async def judge(self, case: Case) -> Verdict:
        """The rules on a fresh snapshot, for all alerts that are still failed."""
        alerts = [state.alert for state in case.incident.alerts if state.recovered_at is None]
        down = await self._list_down_sites(case)
        mine = {case.site.isp.name} if case.site and case.site.isp else set()
        snapshot = await take_snapshot(
            case.tools, alerts or [case.alert], case.site, down_sites=down, other_isps=bool(self._s.sites.isps - mine)
        )
        return diagnose(snapshot, alerts or [case.alert])

    async def _list_down_sites(self, case: Case) -> list[Site]:
        """Sites whose router went down within minutes of this."""
        since = case.incident.row["round_at"] - GROUP
        found = await self._s.database.read(lambda c: list_down_sites(c, since=since))
        down = (self._s.sites.with_edge(code, device_id) for code, device_id in found)
        return list({site.code: site for site in down if site}.values())

    async def word_mail(self, case: Case, found: Facts, stage: Stage) -> Facts:
        """The mail to the team, worded by the model if it can be had in time."""
        verdict = Verdict.model_validate(found["verdict"])
        words = await self._ask_notifier(case, verdict, found) if found["model"] else ""
        body = mail_html(
            case.alert,
            case.site,
            verdict,
            ticket_id=case.ticket_id,
            paragraph=words or facts_paragraph(verdict),
            worded_by_model=bool(words),
            stage=stage,
            recovered=case.incident.recovered_at,
            duration=duration_of(case.incident),
        )
        return {
            "recipient": self._s.settings.noc_email,
            "subject": mail_subject(case.alert, case.site, case.ticket_id, stage),
            "body": body,
            "ticket_id": case.ticket_id,
        }

    @asynccontextmanager
    async def _turn(self, case: Case) -> AsyncIterator[bool]:
        """Few at a time use the model; False when the turn did not come in time: the rules do not wait for it."""
        try:
            async with asyncio.timeout_at(case.deadline(self._s.settings.model_turn_s)):
                await self._turns.acquire()
        except TimeoutError:
            case.journal.note("no_model", {"agent": "sentinel", "code": "busy", "reason": "its turn did not come"})
            yield False
            return
        try:
            yield True
        finally:
            self._turns.release()

    async def _ask_sentinel(self, case: Case) -> tuple[Finding | None, bool]:
        budget = Budget(
            model_calls=SENTINEL_CALLS,
            deadline=case.deadline(SENTINEL_S),
            first_lock_by=case.deadline(self._s.settings.model_turn_s),
            priority=Priority.CRITICAL_ALERT,
        )
        question, grant = sentinel_question(case.alert, case.site), sentinel_grant(case.alert, case.site)
        finding, usable = await try_agent(
            self._sentinel,
            question,
            tools=case.tools,
            journal=case.journal,
            grant=grant,
            budget=budget,
            answer=Finding,
        )
        return (finding.cleaned(case.site) if finding else None), usable

    async def _ask_notifier(self, case: Case, verdict: Verdict, found: Facts) -> str:
        summary = (found.get("finding") or {}).get("summary", "")
        question = notifier_question(case.alert, case.site, [*verdict.facts, *([summary] if summary else [])])
        budget = Budget(
            model_calls=NOTIFIER_CALLS,
            deadline=min(case.deadline(SENTINEL_S + NOTIFIER_S), asyncio.get_running_loop().time() + NOTIFIER_S),
            priority=Priority.CRITICAL_ALERT,
        )
        worded, _usable = await try_agent(
            self._notifier,
            question,
            tools=case.tools,
            journal=case.journal,
            grant=Grant(frozenset()),
            budget=budget,
            answer=Paragraph,
        )
        return clean_answer(worded.paragraph, case.site) if worded else ""
