"""One alert being worked on: its facts, its journal, its row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.journal import RunJournal, RunTools, insert_if_new
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.intake import run_id
from orchestrator.proactif.texts import ticket_text, ticket_title
from orchestrator.services import Services
from orchestrator.tables import incident
from shared.database import Database
from shared.sites import Site

URGENCY = {"Critical": 4, "Warning": 3, "Informational": 2}
DEFAULT_URGENCY = 3

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One alert being worked on."""

    run_id: str
    delivery_key: str
    instance: str
    alert: Alert
    site: Site | None
    received_at: datetime
    database: Database
    journal: RunJournal
    tools: RunTools

    @classmethod
    def from_event(cls, event: Facts, services: Services) -> Case:
        """From what intake.py stored."""
        alert = Alert.model_validate(event["alert"])
        journal = RunJournal(services.database, event["run"])
        found = services.sites.find_site(alert.device_id, alert.hostname)
        return cls(
            run_id=journal.run_id,
            delivery_key=event["key"],
            instance=event["instance"],
            alert=alert,
            site=found[0] if found else None,
            received_at=datetime.fromisoformat(event["received_at"]),
            database=services.database,
            journal=journal,
            tools=RunTools(services.toolbox, journal),
        )

    @property
    def partition(self) -> str:
        """Diagnoses of one site come one after the other; an unknown site's, by device."""
        return self.site.code if self.site else f"device-{self.alert.device_id}"

    def effect(self, name: str) -> str:
        """The idempotency key of one of this alert's writes: the same in every run of it."""
        return f"{run_id(self.delivery_key)}:{name}"

    def deadline(self, seconds: float) -> float:
        """So many seconds after receipt, on the event loop's clock; a recovered run gets a quarter at least."""
        used = (datetime.now(UTC) - self.received_at) / timedelta(seconds=1)
        return asyncio.get_running_loop().time() + max(seconds - used, seconds / 4)

    def ticket_arguments(self, category: str | None) -> Facts:
        """What glpi_create_ticket gets."""
        arguments: Facts = {
            "title": ticket_title(self.alert, self.site),
            "description": ticket_text(self.alert, self.site),
            "urgency": URGENCY.get(self.alert.severity, DEFAULT_URGENCY),
            "notify": False,
        }
        if self.site is not None:
            arguments["entity_id"] = self.site.glpi_entity_id
        if category:
            arguments["category"] = category
        return arguments

    async def open_incident(self) -> None:
        """Its row, once per delivery."""
        values = {
            "instance": self.instance,
            "alert_id": self.alert.alert_id,
            "delivery_key": self.delivery_key,
            "site": self.site.code if self.site else None,
            "device_id": self.alert.device_id,
            "state": "open",
            "kept": {},
            "attempts": 0,
            "next_try_at": self.received_at,
            "opened_at": self.received_at,
        }
        await self.database.write(lambda connection: connection.execute(insert_if_new(connection, incident, values)))

    async def set_incident(self, **values: Any) -> None:
        """Change columns of the incident's row."""
        await self.database.write(lambda connection: self.set_in(connection, **values))

    def set_in(self, connection: sa.Connection, **values: Any) -> None:
        """The same, inside a write."""
        mine = incident.c.delivery_key == self.delivery_key
        connection.execute(incident.update().where(mine).values(**values))

    async def find_kept(self, effect: str) -> Facts | None:
        """What an earlier try of this run had decided to write."""
        query = sa.select(incident.c.kept).where(incident.c.delivery_key == self.delivery_key)
        kept = await self.database.read(lambda connection: connection.execute(query).scalar())
        return (kept or {}).get(effect)

    async def keep(self, effect: str, decided: Facts) -> Facts:
        """Store what is about to be written. A model may decide otherwise next time, and a key stands for one value."""

        def store(connection: sa.Connection) -> Facts:
            mine = incident.c.delivery_key == self.delivery_key
            kept = dict(connection.execute(sa.select(incident.c.kept).where(mine)).scalar() or {})
            if effect not in kept:
                kept[effect] = decided
                connection.execute(incident.update().where(mine).values(kept=kept))
            return dict(kept[effect])

        return await self.database.write(store)
