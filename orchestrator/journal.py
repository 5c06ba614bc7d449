"""What happened in each run, told in order: steps, tool calls with redacted arguments, model calls, effects."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from orchestrator.tables import journal
from shared.database import Database
from shared.errors import OutcomeUnknown, UpstreamUnavailable, WidipError
from shared.logs import redact
from shared.mcp_client import Toolbox, ToolReply

RETRY_AFTER_S = (0.2, 1.0, 5.0)


class RunJournal:
    """The journal of one run. Notes ride on the next commit; they say what happened, they cause nothing."""

    def __init__(self, database: Database, run_id: str) -> None:
        self._database = database
        self.run_id = run_id

    def note(self, kind: str, detail: Mapping[str, Any]) -> None:
        """Add one line."""
        row = {"run_id": self.run_id, "at": datetime.now(UTC), "kind": kind, "detail": redact(detail)}
        self._database.add_later(journal, row)


class RunTools:
    """The toolbox of one run: every call is journalled with redacted arguments, sizes, latency and outcome."""

    def __init__(self, toolbox: Toolbox, journal: RunJournal) -> None:
        self.toolbox = toolbox
        self._journal = journal

    async def write(self, name: str, arguments: Mapping[str, Any], *, key: str) -> ToolReply:
        """A keyed write, tried again while its system is away or its outcome unknown: the server looks before it
        repeats, so the effect happens once.
        """
        for pause_s in RETRY_AFTER_S:
            try:
                return await self.call(name, arguments, key=key)
            except (UpstreamUnavailable, OutcomeUnknown):
                await asyncio.sleep(pause_s)
        return await self.call(name, arguments, key=key)

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        deadline_s: float = 20.0,
        key: str | None = None,
        fresh_after: float | None = None,
        by: str = "workflow",
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
                    "arguments": dict(arguments),
                    "by": by,
                    "outcome": outcome,
                    "answer_chars": size,
                    "ms": round(1000 * (time.perf_counter() - started), 1),
                },
            )
        return reply
