"""The parts of Proactif, wired: what comes in, what admits it, what works on it, what heals what was missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from orchestrator.proactif.admission import Admission
from orchestrator.proactif.incidents import INCIDENTS_QUEUE, RESUMED_QUEUE, WORKFLOWS, Pace
from orchestrator.proactif.intake import Intake
from orchestrator.proactif.reconciliation import Reconciliation
from orchestrator.proactif.workflow import Proactif
from orchestrator.services import Services


class Line:
    """Build before the engine starts; `running` after."""

    def __init__(self, services: Services) -> None:
        self.database = services.database
        pace = Pace.from_settings(services.settings)
        instance = services.settings.observium_instance
        self.admission = Admission(services, pace)
        self.intake = Intake(services.database, instance=instance, poke=self.admission.poke)
        self.reconciliation = Reconciliation(services, self.intake)
        works = Proactif(services, pace)
        for queue, work in ((INCIDENTS_QUEUE, works.work), (RESUMED_QUEUE, works.resume)):
            services.engine.workflow(WORKFLOWS[queue], queue, work)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Admit and reconcile until the block ends."""
        loops = [asyncio.create_task(self.admission.run_for_ever(self.intake))]
        loops.append(asyncio.create_task(self.reconciliation.run_for_ever()))
        try:
            yield self
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
