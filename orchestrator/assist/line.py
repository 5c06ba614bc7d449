"""The parts of Assist, wired: what hints at a ticket, what looks at it, what works on its requests, and the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Self

from orchestrator.assist.clock import Clock
from orchestrator.assist.hints import LOOK_WORKFLOW, TICKETS_QUEUE, note_beginning
from orchestrator.assist.look import Look
from orchestrator.assist.polling import Polling
from orchestrator.assist.rows import WORK
from orchestrator.services import Services
from shared.engine import QueueSpec, Workflow

QUEUES = (QueueSpec(TICKETS_QUEUE, 4), *(QueueSpec(queue, 8) for _workflow, queue in WORK.values()))


class AssistLine:
    """Build before the engine starts; `running` after."""

    def __init__(self, services: Services, work: Workflow) -> None:
        """work: what is done for a request, by its key and the number of the work."""
        self.database = services.database
        self.polling = Polling(services)
        self.clock = Clock(services)
        services.engine.workflow(LOOK_WORKFLOW, TICKETS_QUEUE, Look(services).look)
        for workflow, queue in WORK.values():
            services.engine.workflow(workflow, queue, work)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Poll and look at the time until the block ends."""
        await self.database.write(partial(note_beginning, now=datetime.now(UTC)))
        loops = [asyncio.create_task(self.polling.run_for_ever()), asyncio.create_task(self.clock.run_for_ever())]
        try:
            yield self
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
