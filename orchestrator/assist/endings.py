"""How a request ends when not all of it was done: what is said then, in every try, and that nothing follows.

An end is stored with its words before the first of them is written. Whatever stops the work in between, the next one
says the rest and closes; it does not decide again, so the ticket never reads "a technician takes over" and goes on.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from orchestrator.agent.policy import Code, Decision, Mode
from orchestrator.assist.case import RequestCase
from orchestrator.assist.facts import Found
from orchestrator.assist.letters import Letters
from orchestrator.assist.refusals import WORDINGS
from orchestrator.assist.rows import State
from orchestrator.assist.switches import mode_of
from shared.errors import NotFound, UpstreamRejected

Facts = dict[str, Any]
_ENDING = "ending"


@dataclass(frozen=True, slots=True)
class Word:
    """One followup. effect: its name among the request's writes."""

    effect: str
    text: str
    private: bool


class Endings:
    """The ends of requests."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def resume(self, case: RequestCase) -> bool:
        """Finish an end that was begun; False when there is none."""
        ending = await case.find_kept(_ENDING)
        if ending is None:
            return False
        try:
            for word in (Word(**said) for said in ending["said"]):
                await case.add_followup(word.effect, word.text, private=word.private)
        except (NotFound, UpstreamRejected):
            if not await _is_over(case):
                raise
            case.journal.note("unsaid", {"state": ending["state"], "code": ending["code"]})
        await case.finish(closed=True, state=State(ending["state"]), code=Code(ending["code"]))
        return True

    async def suggest(self, case: RequestCase, found: Found, decision: Decision) -> None:
        """What would be done, for the technician; nothing else."""
        if found.action is not None:
            await case.change(action=found.action.model_dump(mode="json"))
        text = self._letters.suggestion(case.asked, found, decision)
        await self._end(case, State.SUGGESTED, decision.code, Word("suggestion", text, private=True))

    async def refuse(self, case: RequestCase, found: Found, decision: Decision) -> None:
        """Nothing is done; a technician goes on, who reads why."""
        detail = self._letters.refusal_detail(case.asked, found, decision)
        said = [] if decision.quiet else [Word("refused", WORDINGS[decision.code].public, private=False)]
        case.journal.note("refused", {"code": decision.code, "plan": case.asked.plan})
        await self._end(case, State.REFUSED, decision.code, *said, Word("refused-why", detail, private=True))

    async def leave(self, case: RequestCase, found: Found, decision: Decision) -> None:
        """Not ours: left alone, and said why. Where a plan is switched off nothing is said at all."""
        said = Word("left-why", WORDINGS[decision.code].private, private=True)
        await self._end(case, State.LEFT, decision.code, *([] if decision.code is Code.SWITCHED_OFF else [said]))

    async def hand_over(self, case: RequestCase, code: Code, detail: str = "") -> None:
        """A technician goes on: the ticket says exactly what was done, what may have been, and that no more was."""
        done, unsure = await case.list_done(), await case.list_unsure()
        public = self._letters.handed_over() if done or unsure else WORDINGS[code].public
        why = WORDINGS[code].private
        text = self._letters.hand_over(case.asked, case.action, done, unsure, detail=why, more=detail)
        lines = {"done": [line.text for line in done], "unsure": [line.text for line in unsure]}
        case.journal.note("handed_over", {"code": code, "detail": detail, **lines})
        is_told = bool(done or unsure) or await _is_on(case)
        said = [Word("handed-over", public, private=False)] if is_told else []
        await self._end(case, State.HANDED_OVER, code, *said, Word("handed-over-why", text, private=True))

    async def _end(self, case: RequestCase, state: State, code: Code, *said: Word) -> None:
        await case.keep(_ENDING, {"state": state, "code": code, "said": [asdict(word) for word in said]})
        await self.resume(case)


async def _is_on(case: RequestCase) -> bool:
    """False where the plan may only be suggested: nobody but technicians is told then, unless something was done."""
    site = case.services.sites.by_code(case.row["site"]) if case.row["site"] else None
    mode = await case.services.database.read(lambda connection: mode_of(connection, case.asked.plan, site))
    return mode is Mode.ON


async def _is_over(case: RequestCase) -> bool:
    """True when nothing can be written on the ticket any more: it is gone, or closed."""
    try:
        ticket = (await case.tools.call("glpi_get_ticket_info", {"ticket_id": case.ticket_id})).data
    except NotFound:
        return True
    return bool(ticket.get("deleted")) or ticket["status"] == "closed"
