"""What happened in each run, told in order: steps, tool calls with redacted arguments, model calls, effects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.console.audit import WORKFLOW, add_act
from orchestrator.tables import journal
from shared.database import Database
from shared.errors import OutcomeUnknown, UpstreamUnavailable, WidipError
from shared.logs import redact
from shared.mcp_client import Toolbox, ToolReply

RETRY_AFTER_S = (0.2, 1.0, 5.0)
_EFFECTS = ("ok", OutcomeUnknown.code)
"""What changed something outside, or may have; a reply from the record changed nothing."""


def add_line(connection: sa.Connection, run_id: str, kind: str, detail: Mapping[str, Any], *, now: datetime) -> None:
    """Add one line in the caller's commit: for what must be there whenever its effect is."""
    connection.execute(journal.insert().values(run_id=run_id, at=now, kind=kind, detail=redact(detail)))


class RunJournal:
    """The journal of one run. Notes ride on the next commit; they say what happened, they cause nothing."""

    def __init__(self, database: Database, run_id: str) -> None:
        self._database = database
        self.run_id = run_id

    def note(self, kind: str, detail: Mapping[str, Any]) -> None:
        """Add one line."""
        row = {"run_id": self.run_id, "at": datetime.now(UTC), "kind": kind, "detail": redact(detail)}
        self._database.add_later(journal, row)

    async def keep_effect(self, tool: str, key: str, outcome: str) -> None:
        """Say in the audit what was done outside, or may have been. Returns after the commit."""
        detail = {"tool": tool, "key": key, "outcome": outcome}
        now = datetime.now(UTC)
        await self._database.write(lambda c: add_act(c, WORKFLOW, "effect", self.run_id, detail, now=now))


class RunTools:
    """The toolbox of one run: every call is journalled with redacted arguments, sizes, latency and outcome."""

    def __init__(self, toolbox: Toolbox, journal: RunJournal) -> None:
        self.toolbox = toolbox
        self._journal = journal

    async def write(
        self, name: str, arguments: Mapping[str, Any], *, key: str, shown: Mapping[str, Any] | None = None
    ) -> ToolReply:
        """A keyed write, tried again while its system is away or its outcome unknown: the server looks before it
        repeats, so the effect happens once. shown: what the journal has instead of the arguments.

        What is raised at last has an OutcomeUnknown for its cause when an earlier try was lost: a no to this try says
        nothing of that one.
        """
        lost: OutcomeUnknown | None = None
        for pause_s in RETRY_AFTER_S:
            try:
                return await self.call(name, arguments, key=key, shown=shown)
            except (UpstreamUnavailable, OutcomeUnknown) as error:
                lost = error if isinstance(error, OutcomeUnknown) else lost
                await asyncio.sleep(pause_s)
            except WidipError as error:
                raise error from (lost or error.__cause__)
        try:
            return await self.call(name, arguments, key=key, shown=shown)
        except WidipError as error:
            raise error from (lost or error.__cause__)

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        deadline_s: float = 20.0,
        key: str | None = None,
        fresh_after: float | None = None,
        by: str = "workflow",
        shown: Mapping[str, Any] | None = None,
    ) -> ToolReply:
        """As Toolbox.call; `by` says who asked: the workflow or an agent."""
        started = time.perf_counter()
        outcome, size = "internal", 0
        try:
            reply = await self.toolbox.call(name, arguments, deadline_s=deadline_s, key=key, fresh_after=fresh_after)
            size = len(reply.text)
            outcome = "replayed" if reply.replayed else "ok"
        except WidipError as error:
            outcome = error.code
            raise
        finally:
            self._journal.note(
                "tool_call",
                {
                    "tool": name,
                    "arguments": dict(arguments if shown is None else shown),
                    "by": by,
                    "outcome": outcome,
                    "answer_chars": size,
                    "ms": round(1000 * (time.perf_counter() - started), 1),
                    **({"key": key} if key else {}),
                },
            )
            if key is not None and outcome in _EFFECTS:
                await self._journal.keep_effect(name, key, outcome)
        return reply
