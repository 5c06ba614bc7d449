"""Proactif: the works that a workflow does for an incident, from its ticket to its solution.

A ticket with the facts comes first and waits for nobody. Then the rules and the model look, and the team is written to;
later comes what the settle window, other alerts and the recovery bring. Every write is named after its effect and
decided once, so a work that runs twice writes once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from orchestrator.proactif.aftermath import Aftermath
from orchestrator.proactif.case import Case, Facts, RunEnd
from orchestrator.proactif.incidents import GLPI, PERSON, Closed, Pace, Work
from orchestrator.proactif.investigator import Investigator
from orchestrator.proactif.letters import attached_text, storm_html, storm_subject
from orchestrator.proactif.records import END
from orchestrator.proactif.rules import micro_outage
from orchestrator.proactif.storms import judge_storm, places_of
from orchestrator.proactif.texts import Stage, diagnosis_text
from orchestrator.services import Services
from shared.breaker import DOWN, open_breaker, read_breaker
from shared.errors import CapReached, InvalidInput, NotFound, UpstreamError, UpstreamUnavailable, WidipError
from shared.logs import get_logger, where_it_failed

logger = get_logger("proactif")

FIRST_PAUSE_S = 30
LONGEST_PAUSE_S = 3600


class BreakerOpen(UpstreamUnavailable):
    """Nothing was tried."""


class Proactif:
    """The workflow: one work on one incident."""

    def __init__(self, services: Services, pace: Pace) -> None:
        self._s = services
        self._pace = pace
        self._investigator = Investigator(services)
        aftermath = Aftermath(self._investigator)
        self._works: dict[Work, Callable[[Case], Awaitable[None]]] = {
            Work.OPEN: self._open,
            Work.DIAGNOSE: self._diagnose,
            Work.NOTE: aftermath.note,
            Work.SETTLE: aftermath.settle,
            Work.SOLVE: aftermath.solve,
        }

    async def work(self, key: str, number: int) -> str:
        """Do the work `number` of an incident, and the first look after its ticket; returns what it was.

        Run again, it does what is missing.
        """
        done: list[str] = []
        while case := await Case.load(self._s, self._pace, key, number):
            await self._do(case)
            done.append(case.work.value)
        return ", ".join(done) or "done before"

    async def resume(self, key: str, number: int) -> str:
        """As `work`, and no more than one: those that waited for GLPI are done in order, one at a time."""
        case = await Case.load(self._s, self._pace, key, number, is_resumed=True)
        if case is None:
            return "done before"
        await self._do(case)
        return case.work.value

    async def _do(self, case: Case) -> None:
        started = time.perf_counter()
        try:
            await self._check_breaker(case)
            await self._works[case.work](case)
        except (UpstreamError, CapReached) as error:
            await self._wait_for_glpi(case, error)
        except Exception as error:  # noqa: BLE001 - the top of a run: whatever it is, the journal says that the run has ended
            await self._give_up(case, error)
        case.journal.note("step", {"step": case.work.value, "ms": round(1000 * (time.perf_counter() - started), 1)})

    async def _check_breaker(self, case: Case) -> None:
        """What is resumed was let through by a check that found GLPI up. Raises BreakerOpen."""
        if not case.is_resumed and await read_breaker(self._s.redis) == DOWN:
            raise BreakerOpen("GLPI is known to be down: it is asked again when a check finds it up", system="glpi")

    async def _open(self, case: Case) -> None:
        """The ticket, with what the first alert said."""
        arguments: Facts = case.incident.row["kept"]["ticket"]
        ticket_id = int((await self._create_ticket(case, arguments))["ticket_id"])
        case.journal.note("ticket", {"ticket_id": ticket_id, "title": arguments["title"]})
        first = {} if case.incident.is_storm else {case.incident.alerts[0].id: "failed:0:0"}
        await case.finish(noted=first, ticket_id=ticket_id, then=Work.DIAGNOSE)

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

    async def _diagnose(self, case: Case) -> None:
        """What is wrong, on the ticket and by mail to the team: provisional as long as the site may still change.

        What is over by then is said as over, and that mail is its end: no other follows.
        """
        if case.once:
            reopened = {"ticket_id": case.ticket_id, "status": "new", "notify": False}
            await case.tools.write("glpi_update_ticket", reopened, key=case.effect(f"reopen{case.once}"))
        if case.incident.row["parent_key"]:
            await self._attach(case)
        elif case.incident.is_storm:
            await self._tell_storm(case)
        else:
            await self._tell_team(case)

    async def _tell_team(self, case: Case) -> None:
        found = case.find_kept(f"diagnosis{case.once}") or await self._decide(case)
        is_outage = found["verdict"]["responsible"] != "NONE"
        effect, stage = f"mail{case.once}", Stage.PROVISIONAL
        if case.incident.recovered_at and not case.find_kept(effect):
            effect, stage = f"{END}told{case.once}", Stage.OVER
        decided = case.find_kept(effect)
        followup = asyncio.create_task(case.add_followup(f"diagnosis{case.once}", found["text"]))
        try:  # the mail is worded while the ticket is written to
            worded = None if decided or not is_outage else await self._investigator.word_mail(case, found, stage)
        finally:
            await followup
        if decided is None and await case.is_overtaken():
            await case.finish(verdict=found["verdict"])  # what is to be done next has changed meanwhile
            return
        email_id = None
        if is_outage:
            mail = decided or await case.keep(effect, worded or {})
            email_id = await case.send_mail(effect, mail)
        summary = {
            "ticket_id": case.ticket_id,
            "email_id": email_id,
            "verdict": found["verdict"],
            "finding": found["finding"],
            "seconds": round(case.age_s, 3),
        }
        case.journal.note("done", summary)
        is_over = stage is Stage.OVER
        told = [self._s.settings.noc_email] if is_outage and not is_over else []
        changes: Facts = {"verdict": found["verdict"], "diagnosed_at": datetime.now(UTC), "told": told}
        await case.finish(run=RunEnd("done", summary), told_over=is_outage and is_over, **changes)

    async def _decide(self, case: Case) -> Facts:
        """The rules' verdict and, when it can be had in time, the model's finding."""
        if case.incident.was_micro(self._pace):
            verdict = micro_outage(case.incident.lasted)
            found: Facts = {"verdict": verdict.model_dump(mode="json"), "finding": None, "model": False}
            found["text"] = diagnosis_text(verdict, None, asked=False)
        elif case.incident.recovered_at:
            verdict = await self._investigator.judge(case)
            found = {"verdict": verdict.model_dump(mode="json"), "finding": None, "model": False}
            found["text"] = diagnosis_text(verdict, None, asked=False)
        else:
            found = await self._investigator.investigate(case)
        return await case.keep(f"diagnosis{case.once}", found)

    async def _attach(self, case: Case) -> None:
        """Overtaken by a storm: the parent's ticket and mail speak for it."""
        parent, ticket_id = case.incident.row["parent_key"], case.incident.row["parent_ticket_id"]
        text = (await case.keep(f"attached{case.once}", {"text": attached_text(ticket_id)}))["text"]
        await case.add_followup(f"attached{case.once}", text)
        summary = {"ticket_id": case.ticket_id, "parent": parent}
        case.journal.note("done", summary)
        await case.finish(run=RunEnd("done", summary), diagnosed_at=datetime.now(UTC))

    async def _tell_storm(self, case: Case) -> None:
        places = await places_of(case)
        verdict = await judge_storm(case)
        effect = f"mail{case.once}"
        mail = case.find_kept(effect) or await case.keep(
            effect,
            {
                "recipient": self._s.settings.noc_email,
                "subject": storm_subject(case.ticket_id, len(places)),
                "body": storm_html(verdict, places, ticket_id=case.ticket_id, provisional=True),
                "ticket_id": case.ticket_id,
            },
        )
        email_id = await case.send_mail(effect, mail)
        summary = {"ticket_id": case.ticket_id, "email_id": email_id, "verdict": verdict.model_dump(mode="json")}
        case.journal.note("done", summary)
        await case.finish(
            run=RunEnd("done", summary),
            verdict=verdict.model_dump(mode="json"),
            diagnosed_at=datetime.now(UTC),
            told=[mail["recipient"]],
        )

    async def _wait_for_glpi(self, case: Case, error: WidipError) -> None:
        """What is missing waits as a row; the health check has it tried again when GLPI is back."""
        system = getattr(error, "system", "")
        if isinstance(error, UpstreamUnavailable) and system == "glpi" and not isinstance(error, BreakerOpen):
            await open_breaker(self._s.redis)
        why = {"code": error.code, "message": str(error), "system": system}
        case.journal.note("waiting", why)
        attempts = case.incident.row["attempts"]
        pause = timedelta(seconds=min(FIRST_PAUSE_S * 2**attempts, LONGEST_PAUSE_S)) if attempts else timedelta()
        await case.finish(
            run=RunEnd("waiting", why),
            waits_for=GLPI,
            attempts=attempts + 1,
            next_try_at=datetime.now(UTC) + pause,
        )

    async def _give_up(self, case: Case, error: Exception) -> None:
        """A person must look, unless it failed because its ticket is gone: GLPI is asked for that alone."""
        try:
            if isinstance(error, NotFound) and await _is_purged(case):
                await self._let_go(case, error)
                return
        except WidipError as unknown:
            await self._wait_for_glpi(case, unknown)
            return
        await _fail(case, error)

    async def _let_go(self, case: Case, error: NotFound) -> None:
        """The ticket is no more: a technician purged it."""
        summary = {"code": error.code, "message": str(error)}
        case.journal.note("closed", summary)
        await case.finish(run=RunEnd("done", summary), ends=Closed.DELETED)


async def _is_purged(case: Case) -> bool:
    """True when GLPI does not know the incident's own ticket."""
    if case.incident.row["ticket_id"] is None:
        return False
    try:
        await case.tools.call("glpi_get_ticket_info", {"ticket_id": case.ticket_id})
    except NotFound:
        return True
    return False


async def _fail(case: Case, error: Exception) -> None:
    known = isinstance(error, WidipError)
    summary = {
        "code": error.code if isinstance(error, WidipError) else "internal",
        "message": str(error) if known else type(error).__name__,
    }
    if not known:
        where = where_it_failed(error)
        logger.error("run_crashed", run=case.journal.run_id, error_type=type(error).__name__, where=where)
    case.journal.note("error", summary)
    # One attempt more: put to work again it writes under the same names.
    attempts = case.incident.row["attempts"] + 1
    await case.finish(run=RunEnd("failed", summary), waits_for=PERSON, attempts=attempts)
