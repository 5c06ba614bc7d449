"""The parts of a running desk, wired: what the routes call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

from desk.bells import Bells
from desk.catalog import Catalog
from desk.changes import Changes
from desk.conversation import Conversations
from desk.deliveries import Deliveries
from desk.filing import Filing
from desk.limits import Limits
from desk.live import Live
from desk.oidc import Oidc
from desk.outbox import Outbox
from desk.people import Directory
from desk.photos import Photos
from desk.reading import Reader
from desk.reconciliation import Reconciliation
from desk.refining import Refiner
from desk.retention import Retention
from desk.services import Services
from desk.sign_in import SignIns
from desk.sync import Sync


@dataclass(frozen=True, slots=True)
class Parts:
    """Build before the engine starts, because workflows are registered here; `running` after."""

    services: Services
    limits: Limits
    sign_ins: SignIns
    oidc: Oidc
    catalog: Catalog
    refiner: Refiner
    conversations: Conversations
    outbox: Outbox
    sync: Sync
    reconciliation: Reconciliation
    changes: Changes
    photos: Photos
    live: Live
    retention: Retention

    @classmethod
    def build(cls, services: Services) -> Self:
        """All parts on these services."""
        limits = Limits(services.redis, clock=services.clock)
        bells, catalog, live, reader = Bells(), Catalog(services), Live(services), Reader(services)

        def told(ticket_id: int) -> None:
            bells.ring(ticket_id)
            live.ring()

        sync = Sync(services, reader, told=told)
        refiner = Refiner(services, catalog, services.llm)
        return cls(
            services=services,
            limits=limits,
            sign_ins=SignIns(services, limits, Directory(services)),
            oidc=Oidc(services),
            catalog=catalog,
            refiner=refiner,
            conversations=Conversations(services, catalog, Filing(services, bells), refiner),
            outbox=Outbox(services, Deliveries(services, reader), told=told),
            sync=sync,
            reconciliation=Reconciliation(services, sync),
            changes=Changes(services, sync),
            photos=Photos(services),
            live=live,
            retention=Retention(services),
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Keep in step with GLPI, and tell who listens, until the block ends."""
        async with self.sync.running(), self.live.running():
            yield self
