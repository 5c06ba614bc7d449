"""Asking an agent whose answer is a help and no need: whatever goes wrong is noted, and the rules go on alone."""

from __future__ import annotations

from orchestrator.agent.grant import Grant
from orchestrator.agent.loop import Agent, Answer, Budget
from orchestrator.journal import RunJournal, RunTools
from shared.errors import UpstreamError, UpstreamMalformed, WidipError
from shared.logs import get_logger, where_it_failed

logger = get_logger("agent")


async def try_agent(
    agent: Agent,
    question: str,
    *,
    tools: RunTools,
    journal: RunJournal,
    grant: Grant,
    budget: Budget,
    answer: type[Answer],
) -> tuple[Answer | None, bool]:
    """The agent's answer or None, and whether the model is worth asking again: nothing it does may end the run."""
    usable = True
    try:
        found = await agent.investigate(
            question, tools=tools, journal=journal, grant=grant, budget=budget, answer=answer
        )
        return found, True
    except WidipError as error:
        reason = {"code": error.code, "reason": str(error)}
        usable = not isinstance(error, UpstreamError) or isinstance(error, UpstreamMalformed)
    except Exception as error:  # noqa: BLE001 - the top of an agent's run
        logger.error("agent_crashed", agent=agent.name, run=journal.run_id, where=where_it_failed(error))
        reason = {"code": "internal", "reason": type(error).__name__}
    journal.note("no_model", {"agent": agent.name, **reason})
    return None, usable
