"""Where the rules cannot tell what a ticket asks, a model may; what it says only counts in the author's own words."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from orchestrator.agent.attempt import try_agent
from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import Agent, Budget
from orchestrator.assist.plans import Request
from orchestrator.assist.undecided import Guess, TextLike, find_undecided, ground_guess
from orchestrator.journal import RunJournal, RunTools
from shared.llm import MAX_ANSWERS, Llm
from shared.llm_lock import Priority

TURN_S = 10.0
"""The model's lock is waited for so long: the answer to a ticket must not wait for a busy model."""
GUESS_S = 30.0


class Categoriser:
    """Asks the model about what the rules left undecided."""

    def __init__(self, llm: Llm) -> None:
        self._agent = Agent("categoriseur", llm)

    async def refine(
        self, text: TextLike, requests: Sequence[Request], *, tools: RunTools, journal: RunJournal
    ) -> list[Request]:
        """The requests of a text, the one that rules could not decide perhaps as the model reads it.

        requests: what the rules read in the same text. The model is given no tool; without it, or when the author's
        words do not bear it out, the rules' answer stays.
        """
        undecided = find_undecided(text, requests)
        if undecided is None:
            return list(requests)
        now = asyncio.get_running_loop().time()
        guess, _usable = await try_agent(
            self._agent,
            undecided.question(),
            tools=tools,
            journal=journal,
            grant=Grant(frozenset()),
            budget=Budget(
                model_calls=MAX_ANSWERS, deadline=now + GUESS_S, first_lock_by=now + TURN_S, priority=Priority.TICKET
            ),
            answer=Guess,
        )
        found = ground_guess(guess, undecided) if guess else None
        if guess:
            journal.note("categorised", {"by": "model", "plan": guess.plan, "counts": found is not None})
        return [found] if found else list(requests)
