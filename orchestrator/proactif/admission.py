"""From deliveries to incidents: which incident a delivery opens, joins, prolongs or ends.

One at a time and in the order of arrival, in the database; nothing outside is touched. A delivery that no incident has
taken notice of yet is found by its empty `admitted_at`, so none is lost between its answer and here.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from orchestrator.proactif import records
from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.incidents import GLPI, Pace, Work, advance, start_work
from orchestrator.proactif.letters import storm_text, storm_title
from orchestrator.proactif.records import Row
from orchestrator.proactif.texts import ticket_text, ticket_title
from orchestrator.services import Services
from orchestrator.tables import delivery, incident
from shared.logs import get_logger, where_it_failed
from shared.sites import Site

logger = get_logger("admission")

BATCH = 50
STORM = timedelta(minutes=5)
STORM_SIZE = 20
URGENCY = {"Critical": 4, "Warning": 3, "Informational": 2}
DEFAULT_URGENCY = 3
STORM_URGENCY = 5
ONE_AT_A_TIME = 0x51D1
"""Key of PostgreSQL's advisory lock: two replicas must not open two incidents for one site."""


class Admission:
    """Lets deliveries in, and starts what the clock has made due."""

    def __init__(self, services: Services, pace: Pace) -> None:
        self._s = services
        self._pace = pace
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Something has come: look now."""
        self._poked.set()

    async def run_for_ever(self, *, every_s: float = 1.0) -> None:
        """The one loop of Proactif."""
        while True:
            self._poked.clear()
            try:
                more = await self.admit()
                await self.start_due()
            except sa.exc.SQLAlchemyError as error:
                logger.error("admission_failed", error_type=type(error).__name__, where=where_it_failed(error))
                more = False
            if not more:
                # Not wait_for: on 3.11 it may swallow a cancellation.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(every_s):
                        await self._poked.wait()

    async def admit(self) -> bool:
        """Let in what waits, as many as fit one commit; True when there may be more."""
        waiting = sa.select(delivery).where(delivery.c.admitted_at.is_(None))
        query = waiting.order_by(delivery.c.received_at, delivery.c.key).limit(BATCH)
        rows = await self._s.database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])
        works = [self._s.database.write(partial(self._admit_one, row)) for row in rows]
        for row, queue in zip(rows, await asyncio.gather(*works, return_exceptions=True), strict=True):
            if isinstance(queue, BaseException):
                await self._set_aside(row, queue)
            elif queue:
                self._s.engine.nudge(queue)
        return len(rows) == BATCH

    async def start_due(self) -> None:
        """Start the work of incidents whose time has come."""
        now = datetime.now(UTC)
        idle = incident.c.work.is_(None) & (incident.c.waits_for == "") & incident.c.closed_at.is_(None)
        query = sa.select(incident.c.key).where(idle, incident.c.due_at <= now).order_by(incident.c.due_at).limit(BATCH)
        for key in await self._s.database.read(lambda c: list(c.execute(query).scalars())):
            queue = await self._s.database.write(partial(self._advance, key=key, now=now))
            if queue:
                self._s.engine.nudge(queue)

    async def resume_waiting(self) -> int:
        """GLPI works again: what waited for it goes on, in the order it came. Returns how many."""
        now = datetime.now(UTC)
        waiting = (incident.c.waits_for == GLPI) & (incident.c.next_try_at <= now)
        query = sa.select(incident.c.key).where(waiting).order_by(incident.c.opened_at, incident.c.key).limit(BATCH)
        keys = await self._s.database.read(lambda c: list(c.execute(query).scalars()))
        for key in keys:
            # A commit each: the queue serves by time of arrival, and one commit has one time.
            queue = await self._s.database.write(partial(self._advance, key=key, now=now, resumed=True))
            if queue:
                self._s.engine.nudge(queue)
        if keys:
            logger.info("incidents_resumed", count=len(keys))
        return len(keys)

    async def _set_aside(self, row: Row, error: BaseException) -> None:
        """One that cannot be admitted must not hold up the others; it stays in the table, with its outcome."""
        logger.error("not_admitted", delivery=row["key"], error_type=type(error).__name__)
        await self._s.database.write(partial(records.close_delivery, row, "error", None))

    def _advance(self, connection: sa.Connection, *, key: str, now: datetime, resumed: bool = False) -> str | None:
        return advance(connection, self._s.engine, self._pace, key, now=now, resumed=resumed)

    def _admit_one(self, row: Row, connection: sa.Connection) -> str | None:
        """What one delivery changes; returns the queue to nudge."""
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        again = sa.select(delivery.c.admitted_at).where(delivery.c.key == row["key"])
        if connection.execute(again).scalar() is not None:
            return None  # another replica was quicker
        alert, kind = Alert.model_validate(row["body"]), AlertKind(row["kind"])
        if kind is AlertKind.SYSLOG:
            records.close_delivery(row, "recorded", None, connection)
            return None
        current = records.find_current(connection, row)
        if kind is AlertKind.RECOVER:
            return self._recover(connection, row, alert, current)
        if current is not None:
            return self._repeat(connection, row, alert, current)
        return self._fail(connection, row, alert)

    def _recover(self, connection: sa.Connection, row: Row, alert: Alert, current: Row | None) -> str | None:
        if current is None or alert.at < current["failed_at"]:
            records.close_delivery(row, "recorded", None, connection)
            return None
        if current["recovered_at"] is None:
            records.set_alert(connection, current["id"], recovered_at=alert.at, changed_at=datetime.now(UTC))
        records.close_delivery(row, "recovered", current["incident_key"], connection)
        return self._advance_family(connection, current)

    def _repeat(self, connection: sa.Connection, row: Row, alert: Alert, current: Row) -> str | None:
        """An alert that an open incident has already: a reminder, a second notice, or it failed again."""
        failed_again = current["recovered_at"] is not None and alert.at >= current["recovered_at"]
        changes: Row = {}
        if failed_again:
            changes = {"recovered_at": None, "flaps": current["flaps"] + 1, "changed_at": datetime.now(UTC)}
            changes["failed_at"] = alert.at
        elif row["kind"] == AlertKind.REMINDER:
            changes = {"reminders": current["reminders"] + 1}
        if changes:
            records.set_alert(connection, current["id"], **changes)
        records.close_delivery(row, "failed_again" if failed_again else "updated", current["incident_key"], connection)
        return self._advance_family(connection, current)

    def _fail(self, connection: sa.Connection, row: Row, alert: Alert) -> str | None:
        """An alert that no open incident has."""
        if records.is_over(connection, row, alert):
            records.close_delivery(row, "recorded", None, connection)
            return None
        found = self._s.sites.find_site(alert.device_id, alert.hostname)
        site = found[0] if found else None
        joined = records.find_closed(connection, row) or records.find_group(connection, row, site, alert)
        if joined is None:
            return self._open(connection, row, alert, site)
        if joined["closed_at"] is not None:
            records.reopen(connection, joined)
        records.add_alert(connection, row, alert, joined["key"])
        records.close_delivery(row, "reopened" if joined["closed_at"] else "joined", joined["key"], connection)
        return self._advance_family(connection, {"incident_key": joined["key"], "parent_key": joined["parent_key"]})

    def _open(self, connection: sa.Connection, row: Row, alert: Alert, site: Site | None) -> str | None:
        """A new incident: by itself, or as one of so many that they have one cause."""
        now = datetime.now(UTC)
        parent_key, queue = self._find_storm(connection, row, now)
        key = f"obs-{row['key']}"
        ticket = self._ticket(ticket_title(alert, site), ticket_text(alert, site), site, URGENCY.get(alert.severity))
        values = records.new_incident(key, row, site=site, device_id=alert.device_id, ticket=ticket, now=now)
        connection.execute(incident.insert().values(**values, parent_key=parent_key))
        records.add_alert(connection, row, alert, key)
        records.close_delivery(row, "attached" if parent_key else "opened", key, connection)
        if parent_key:
            return queue or self._advance(connection, key=parent_key, now=now)
        records.open_run(connection, key, row, alert)
        return start_work(connection, self._s.engine, values, Work.OPEN, now=now)

    def _find_storm(self, connection: sa.Connection, row: Row, now: datetime) -> tuple[str | None, str | None]:
        """The parent of a new incident when too many come at once, and the queue to nudge if it was opened just now."""
        recent = (incident.c.kind == "site") & (incident.c.opened_at > now - STORM)
        count = connection.execute(sa.select(sa.func.count()).select_from(incident).where(recent)).scalar_one()
        if count < STORM_SIZE:
            return None, None
        raging = (incident.c.kind == "storm") & incident.c.closed_at.is_(None)
        latest = sa.select(incident.c.key).where(raging).order_by(incident.c.opened_at.desc())
        key = connection.execute(latest).scalar()
        if key:
            return key, None
        key = f"storm-{row['key']}"
        ticket = self._ticket(storm_title(count + 1), storm_text(count + 1), None, STORM_URGENCY)
        values = records.new_incident(key, row, site=None, device_id=0, ticket=ticket, now=now) | {"kind": "storm"}
        connection.execute(incident.insert().values(values))
        orphans = recent & incident.c.closed_at.is_(None) & incident.c.parent_key.is_(None)
        connection.execute(incident.update().where(orphans).values(parent_key=key))
        records.open_run(connection, key, row, None)
        return key, start_work(connection, self._s.engine, values, Work.OPEN, now=now)

    def _ticket(self, title: str, text: str, site: Site | None, urgency: int | None) -> Row:
        """What glpi_create_ticket gets; decided here, once."""
        arguments: Row = {"title": title, "description": text, "urgency": urgency or DEFAULT_URGENCY, "notify": False}
        if site is not None:
            arguments["entity_id"] = site.glpi_entity_id
        if self._s.settings.proactif_category:
            arguments["category"] = self._s.settings.proactif_category
        return arguments

    def _advance_family(self, connection: sa.Connection, member: Row) -> str | None:
        """An incident, and the storm that it is part of."""
        now = datetime.now(UTC)
        queue = self._advance(connection, key=member["incident_key"], now=now)
        parent = self._advance(connection, key=member["parent_key"], now=now) if member["parent_key"] else None
        return queue or parent
