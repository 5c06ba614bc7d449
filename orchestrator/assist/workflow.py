"""Assist: what a workflow does for one request, from the facts to the end.

A work is short and never waits: it reads the facts afresh, asks policy, and does what policy says. A wait (an answer, a
confirmation, an approval, a day, a system that is away) is a row; what ends it starts a new work. Every write is named
after its effect, so a work that runs twice writes once.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from orchestrator.agent.policy import Code, Decision, Verdict, decide
from orchestrator.assist.action import Action
from orchestrator.assist.approvals import APPROVAL_LIFE, open_approval
from orchestrator.assist.case import Facts, RequestCase
from orchestrator.assist.confirmations import CONFIRMATION_LIFE, link_of, open_confirmation
from orchestrator.assist.desk import Desk
from orchestrator.assist.endings import Endings
from orchestrator.assist.facts import FactsReader, Found, TicketOver
from orchestrator.assist.letters import Letters
from orchestrator.assist.performing import Interrupted, Performer
from orchestrator.assist.questions import Questions
from orchestrator.assist.rows import State, update_request
from orchestrator.services import Services
from shared.breaker import BreakerOpen, check_breaker, open_breaker
from shared.errors import (
    CapReached,
    NoSuchTool,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.logs import get_logger, where_it_failed

logger = get_logger("assist")

ANSWER_DAYS = 7
LONGEST_PAUSE_S = 600


class Assist:
    """The workflow of a request."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._s = services
        self._facts = FactsReader(services, desk)
        settings = services.settings
        self._letters = Letters(
            days=settings.secret_days, views=settings.secret_views, minutes=CONFIRMATION_LIFE // timedelta(minutes=1)
        )
        self._performer = Performer(services, self._facts, self._letters)
        self._questions = Questions(services, self._letters)
        self._endings = Endings(self._letters)
        self._doors: dict[Verdict, Callable[[RequestCase, Found, Decision], Awaitable[None]]] = {
            Verdict.GO: self._go,
            Verdict.ASK: self._ask,
            Verdict.SUGGEST: self._endings.suggest,
            Verdict.CONFIRM: self._confirm,
            Verdict.APPROVE: self._approve,
            Verdict.REFUSE: self._endings.refuse,
            Verdict.LEAVE: self._endings.leave,
        }

    async def work(self, key: str, number: int) -> str:
        """Do what is next for a request; returns the state that it is in then. Run again, it does what is missing."""
        case = await RequestCase.load(self._s, key, number)
        if case is None:
            return "done before"
        started = time.perf_counter()
        try:
            await self._do(case)
        except (UpstreamError, CapReached) as error:
            await self._wait(case, error)
        except Exception as error:  # noqa: BLE001 - the top of a run: whatever it is, the journal says that the run has ended
            await self._give_up(case, error)
        case.journal.note("step", {"step": case.state.value, "ms": round(1000 * (time.perf_counter() - started), 1)})
        return case.state.value

    async def _do(self, case: RequestCase) -> None:
        await check_breaker(self._s.redis)
        if await self._endings.resume(case):
            return
        if case.state is State.DONE:
            await self._close_ticket(case)
            return
        try:
            found = await self._facts.gather(case)
        except TicketOver as over:
            await self._end_with_ticket(case, over.code)
            return
        decision = decide(found.situation)
        note = {"verdict": decision.verdict, "code": decision.code, "plan": case.asked.plan}
        case.journal.note("policy", note | {"identity": found.situation.identity.model_dump(mode="json")})
        if decision.verdict is not Verdict.GO and await case.has_begun():
            await self._endings.hand_over(case, decision.code)
            return
        await self._doors[decision.verdict](case, found, decision)

    async def _go(self, case: RequestCase, found: Found, decision: Decision) -> None:
        if found.action is None:
            await self._questions.answer(case, found)
            return
        if found.action.waits_at(self._s.clock()):
            await self._schedule(case, found.action)
            return
        await self._perform(case, found.action)

    async def _perform(self, case: RequestCase, action: Action) -> None:
        settled = case.row["settled_at"] or self._s.clock()
        await case.change(state=State.ACTING, settled_at=settled, **_decided(action))
        acting = await case.reload()
        try:
            text = await self._performer.perform(acting, action)
        except Interrupted as stop:
            await self._endings.hand_over(acting, stop.code, stop.detail)
            return
        await acting.add_followup("done", text)
        seconds = round((self._s.clock() - settled) / timedelta(seconds=1), 3)
        acting.journal.note("done", {"plan": action.plan, "account": action.account_name, "seconds": seconds})
        await acting.change(state=State.DONE, code=Code.ALLOWED)
        await self._close_ticket(await acting.reload())

    async def _close_ticket(self, case: RequestCase) -> None:
        """A ticket is solved when all that it asks is done, by whoever ends last; who end at once share one key."""
        siblings = await case.list_siblings()
        if await case.is_last() and all(row["state"] in (State.DONE, State.CONTINUED, State.LEFT) for row in siblings):
            solution = {"ticket_id": case.ticket_id, "solution": self._letters.solution(siblings)}
            await case.tools.write("glpi_solve_ticket", solution, key=f"assist:{siblings[-1]['key']}:solve")
        await case.finish(closed=True, state=State.DONE)

    async def _schedule(self, case: RequestCase, action: Action) -> None:
        """What was asked for a later day, and may be done, waits for it; then everything is looked at again."""
        day = action.not_before
        assert day is not None  # noqa: S101 - the caller has looked
        await case.add_followup("scheduled", self._letters.scheduled(action))
        due_at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        await case.finish(state=State.SCHEDULED, due_at=due_at, code=Code.ALLOWED, **_decided(action))

    async def _ask(self, case: RequestCase, found: Found, decision: Decision) -> None:
        """Once, for everything that is missing; the ticket then waits for its requester."""
        await case.add_followup("ask", self._letters.questions(found.situation.missing))
        pending = {"ticket_id": case.ticket_id, "status": "pending", "notify": False}
        await case.tools.write("glpi_update_ticket", pending, key=case.effect("pending"))
        due_at = self._s.clock() + timedelta(days=ANSWER_DAYS)
        await case.finish(state=State.ASKED, due_at=due_at, code=decision.code)

    async def _confirm(self, case: RequestCase, found: Found, decision: Decision) -> None:
        """A link to the directory's address of whoever has to confirm."""
        action = found.action
        if action is None or action.confirmer is None or not self._s.settings.can_confirm:
            await self._endings.refuse(case, found, Decision(Verdict.REFUSE, Code.NO_ADDRESS))
            return
        now = self._s.clock()

        def store(connection: sa.Connection) -> str:
            update_request(connection, case.key, _decided(action))
            return open_confirmation(connection, action, now=now)

        confirmation_id = await self._s.database.write(store)
        mail = self._letters.confirmation(action, link_of(self._s.settings, confirmation_id))
        shown = mail | {"body": "(le lien de confirmation n'est pas journalisé)"}
        await case.tools.write("glpi_send_email", mail, key=case.effect(f"confirm-{confirmation_id}"), shown=shown)
        await case.add_followup("confirm", self._letters.confirmation_asked(action))
        due_at = now + CONFIRMATION_LIFE
        await case.finish(state=State.CONFIRMING, due_at=due_at, code=decision.code)

    async def _approve(self, case: RequestCase, found: Found, decision: Decision) -> None:
        """A person of WIDIP has to say yes."""
        action = found.action
        if action is None:
            await self._endings.refuse(case, found, Decision(Verdict.REFUSE, Code.NO_RULE))
            return
        now, identity = self._s.clock(), found.situation.identity
        requesters = tuple(found.ticket.facts.get("requester_ids", ()))

        def store(connection: sa.Connection) -> None:
            update_request(connection, case.key, _decided(action))
            open_approval(connection, action, decision.code, identity, requester_ids=requesters, now=now)

        await self._s.database.write(store)
        await case.add_followup("approval", self._letters.approval_asked())
        await case.add_followup(
            "approval-why", self._letters.approval_detail(case.asked, found, decision), private=True
        )
        due_at = now + APPROVAL_LIFE
        await case.finish(state=State.APPROVING, due_at=due_at, code=decision.code)

    async def _end_with_ticket(self, case: RequestCase, code: Code) -> None:
        """The ticket is over or its text was changed: what was begun is said, what was not is dropped."""
        if await case.has_begun():
            await self._endings.hand_over(case, code)
            return
        case.journal.note("closed", {"code": code})
        await case.finish(closed=True, state=State.LEFT, code=code)

    async def _wait(self, case: RequestCase, error: WidipError) -> None:
        """What is missing waits as a row; where waiting helps no more a technician goes on."""
        system = getattr(error, "system", "")
        case.journal.note("waiting", {"code": error.code, "message": str(error), "system": system})
        is_hopeless = _is_final(error) or await self._is_out_of_patience(case, error, system)
        if isinstance(error, UpstreamUnavailable) and system == "glpi" and not isinstance(error, BreakerOpen):
            await open_breaker(self._s.redis)
        if is_hopeless:
            await self._try_to_hand_over(case, error)
            return
        attempts, settings = case.row["attempts"], self._s.settings
        pause = min(settings.assist_retry_s * 2 ** min(attempts, 10), LONGEST_PAUSE_S)
        due_at = self._s.clock() + timedelta(seconds=pause)
        await case.finish(due_at=due_at, waits_for=system[:16], attempts=attempts + 1)

    async def _is_out_of_patience(self, case: RequestCase, error: WidipError, system: str) -> bool:
        """Away for too long, each system by itself. GLPI is waited for as long as it is down, and so is our way to it:
        without them nobody can be told. A GLPI that works by all we know and fails us all the same is not."""
        if isinstance(error, BreakerOpen) or system == "mcp:glpi":
            return False
        streak = case.row["work_no"] - case.row["attempts"]
        first = await case.keep(f"away:{system}:{streak}", {"at": self._s.clock().isoformat()})
        waited = self._s.clock() - datetime.fromisoformat(first["at"])
        return waited > timedelta(seconds=self._s.settings.assist_patience_s)

    async def _give_up(self, case: RequestCase, error: Exception) -> None:
        known = isinstance(error, WidipError)
        if not known:
            where = where_it_failed(error)
            logger.error("run_crashed", run=case.journal.run_id, error_type=type(error).__name__, where=where)
        case.journal.note("error", {"code": getattr(error, "code", "internal"), "message": str(error) if known else ""})
        await self._try_to_hand_over(case, error)

    async def _try_to_hand_over(self, case: RequestCase, error: Exception) -> None:
        is_away = isinstance(error, UpstreamError) and not _is_final(error)
        code = Code.SYSTEM_AWAY if is_away else Code.SYSTEM_REFUSED
        detail = str(error) if isinstance(error, WidipError) else type(error).__name__
        try:
            await self._endings.hand_over(await case.reload(), code, detail)
        except WidipError as again:
            case.journal.note("waiting", {"code": again.code, "message": str(again)})
            due_at = self._s.clock() + timedelta(seconds=LONGEST_PAUSE_S)
            await case.finish(due_at=due_at, waits_for="glpi", attempts=case.row["attempts"] + 1)


def _is_final(error: Exception) -> bool:
    """True when another try will not help. What GLPI's administrator has to mend is waited for: it is told to him."""
    if isinstance(error, UpstreamUnauthorized | NoSuchTool):
        return "glpi" not in error.system
    return isinstance(error, UpstreamRejected)


def _decided(action: Action) -> Facts:
    """The columns of what was decided."""
    return {"action": action.model_dump(mode="json"), "digest": action.digest, "site": action.site}
