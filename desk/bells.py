"""Waiting for a ticket to come further. A bell rings in this process only: who waits looks now and then, too."""

from __future__ import annotations

import asyncio
import contextlib

LOOK_S = 0.5


class Bells:
    """Rung with a ticket's number in our database."""

    def __init__(self) -> None:
        self._waiting: dict[int, set[asyncio.Event]] = {}

    def ring(self, ticket_id: int) -> None:
        """Something of this ticket has changed, and is committed."""
        for event in self._waiting.get(ticket_id, ()):
            event.set()

    async def wait(self, ticket_id: int, *, timeout_s: float) -> None:
        """Until it rings, LOOK_S or `timeout_s`, whichever comes first."""
        event = asyncio.Event()
        waiting = self._waiting.setdefault(ticket_id, set())
        waiting.add(event)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(timeout_s, LOOK_S)):
                    await event.wait()
        finally:
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(ticket_id, None)
