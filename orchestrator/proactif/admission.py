"""From deliveries to incidents: which incident a delivery opens, joins, prolongs or ends.

One at a time and in the order of arrival, in the database; nothing outside is touched. A delivery that no incident has
taken notice of yet is found by its empty `admitted_at`, so none is lost between its answer and here.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa

from orchestrator.proactif import records
from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.incidents import GLPI, Pace, Work, advance, start_work
from orchestrator.proactif.intake import Intake
from orchestrator.proactif.letters import storm_text, storm_title
from orchestrator.proactif.records import Row
from orchestrator.proactif.texts import ticket_text, ticket_title
from orchestrator.services import Services
from orchestrator.tables import delivery, incident
from shared.logs import get_logger, where_it_failed
from shared.sites import Site

logger = get_logger("admission")

BATCH = 8
"""Few in one commit: deliveries that wait for their answer go in between."""
PAUSE_S = 0.1
RESUME_BATCH = 50
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

    async def run_for_ever(self, intake: Intake, *, every_s: float = 1.0) -> None:
        """The one loop of Proactif."""
        looked_at = 0.0
        while True:
            self._poked.clear()
            try:
                more = await self.admit()
                if time.monotonic() - looked_at >= every_s:
                    looked_at = time.monotonic()
                    await self.start_due()
            except sa.exc.SQLAlchemyError as error:
                logger.error("admission_failed", error_type=type(error).__name__, where=where_it_failed(error))
                more = False
            if not more:
                # Not wait_for: on 3.11 it may swallow a cancellation.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(every_s):
                        await self._poked.wait()
            if intake.is_rushed:
                await asyncio.sleep(PAUSE_S)

    async def admit(self) -> bool:
        """Let in what waits, as many as fit one short commit; True when there may be more."""
        waiting = sa.select(delivery).where(delivery.c.admitted_at.is_(None))
        query = waiting.order_by(delivery.c.received_at, delivery.c.key).limit(BATCH)
        rows = await self._s.database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])
        if not rows:
            return False
        try:
            queues = await self._s.database.write(partial(self._admit_all, rows))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not hold up the others
            logger.warning("admitting_one_by_one", error_type=type(error).__name__)
            queues = [await self._admit_alone(row) for row in rows]
        for queue in set(queues) - {None}:
            self._s.engine.nudge(str(queue))
        return len(rows) == BATCH

    def _admit_all(self, rows: list[Row], connection: sa.Connection) -> list[str | None]:
        return [self._admit_one(row, connection) for row in rows]

    async def _admit_alone(self, row: Row) -> str | None:
        """One that cannot be admitted stays in the table, with its outcome."""
        try:
            return await self._s.database.write(partial(self._admit_one, row))
        except Exception as error:  # noqa: BLE001 - as above
            logger.error("not_admitted", delivery=row["key"], error_type=type(error).__name__)
            await self._s.database.write(partial(records.close_delivery, row, "error", None))
            return None

    async def start_due(self) -> None:
        """Start the work of incidents whose time has come."""
        now = datetime.now(UTC)
        idle = incident.c.work.is_(None) & (incident.c.waits_for == "") & incident.c.closed_at.is_(None)
        query = (
            sa.select(incident.c.key)
            .where(idle, incident.c.due_at <= now)
            .order_by(incident.c.due_at)
            .limit(RESUME_BATCH)
        )
        for key in await self._s.database.read(lambda c: list(c.execute(query).scalars())):
            queue = await self._s.database.write(partial(self._advance, key=key, now=now))
            if queue:
                self._s.engine.nudge(queue)

    async def resume_waiting(self) -> int:
        """GLPI works again: what waited for it goes on, in the order it came. Returns how many."""
        now = datetime.now(UTC)
        waiting = (incident.c.waits_for == GLPI) & (incident.c.next_try_at <= now)
        query = (
            sa.select(incident.c.key).where(waiting).order_by(incident.c.opened_at, incident.c.key).limit(RESUME_BATCH)
        )
        keys = await self._s.database.read(lambda c: list(c.execute(query).scalars()))
        for key in keys:
            # A commit each: the queue serves by time of arrival, and one commit has one time.
            queue = await self._s.database.write(partial(self._advance, key=key, now=now, resumed=True))
            if queue:
                self._s.engine.nudge(queue)
        if keys:
            logger.info("incidents_resumed", count=len(keys))
        return len(keys)

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
        latest = records.find_latest(connection, row)
        current = latest if latest and latest["closed_at"] is None else None
        if kind is AlertKind.RECOVER:
            return self._recover(connection, row, alert, latest)
        if current is not None:
            return self._repeat(connection, row, alert, current)
        return self._fail(connection, row, alert, latest)

    def _recover(self, connection: sa.Connection, row: Row, alert: Alert, latest: Row | None) -> str | None:
        if latest is None or alert.at < latest["failed_at"]:
            records.close_delivery(row, "recorded", None, connection)
            return None
        if latest["recovered_at"] is None:
            records.set_alert(connection, latest["id"], recovered_at=alert.at, changed_at=datetime.now(UTC))
        is_closed = latest["closed_at"] is not None  # known for the record, and for its storm
        records.close_delivery(row, "recorded" if is_closed else "recovered", latest["incident_key"], connection)
        return self._advance_family(connection, latest)

    def _repeat(self, connection: sa.Connection, row: Row, alert: Alert, current: Row) -> str | None:
        """An alert that an open incident has already: a reminder, a second notice, or it failed again."""
        failed_again = current["recovered_at"] is not None and alert.at >= current["recovered_at"]
        if failed_again and current["work"] is None and records.is_being_ended(current):
            # Its solution is on the ticket and waits to be told. (Being written, its work sees to it: Case.finish.)
            records.reopen(connection, self._s.database, current, row, alert)
            records.close_delivery(row, "reopened", current["incident_key"], connection)
            return self._advance_family(connection, current)
        changes: Row = {}
        if failed_again:
            changes = records.failing_again(current, alert, now=datetime.now(UTC))
        elif row["kind"] == AlertKind.REMINDER:
            changes = {"reminders": current["reminders"] + 1}
        if changes:
            records.set_alert(connection, current["id"], **changes)
        records.close_delivery(row, "failed_again" if failed_again else "updated", current["incident_key"], connection)
        return self._advance_family(connection, current)

    def _fail(self, connection: sa.Connection, row: Row, alert: Alert, latest: Row | None) -> str | None:
        """An alert that no open incident has."""
        found = self._s.sites.find_site(alert.device_id, alert.hostname)
        site = found[0] if found else None
        now = datetime.now(UTC)
        around = records.look_around(connection, row, alert, site, now=now)
        if around.is_over:
            records.close_delivery(row, "recorded", None, connection)
            return None
        if latest is not None and records.may_reopen(latest, now):
            records.reopen(connection, self._s.database, latest, row, alert)
            records.close_delivery(row, "reopened", latest["incident_key"], connection)
            return self._advance_family(connection, latest)
        if around.group is None:
            return self._open(connection, row, alert, site, recent=around.recent, now=now)
        records.add_alert(connection, row, alert, around.group["key"])
        records.close_delivery(row, "joined", around.group["key"], connection)
        return self._advance_family(connection, around.group | {"incident_key": around.group["key"]})

    def _open(
        self, connection: sa.Connection, row: Row, alert: Alert, site: Site | None, *, recent: int, now: datetime
    ) -> str | None:
        """A new incident: by itself, or as one of so many that they have one cause."""
        parent_key, queue = self._find_storm(connection, row, recent, now)
        key = f"obs-{row['key']}"
        ticket = self._ticket(ticket_title(alert, site), ticket_text(alert, site), site, URGENCY.get(alert.severity))
        values = records.new_incident(key, row, site=site, device_id=alert.device_id, ticket=ticket, now=now)
        if parent_key is None:
            queue = start_work(connection, self._s.engine, values, Work.OPEN, now=now)
        connection.execute(incident.insert().values(**values, parent_key=parent_key))
        records.add_alert(connection, row, alert, key)
        records.close_delivery(row, "attached" if parent_key else "opened", key, connection)
        if parent_key:
            # Not advanced at once: that reads all of its children, each time that one comes.
            records.wake(connection, parent_key, at=now + self._pace.note_gap)
            return queue
        records.open_run(self._s.database, key, key, row, alert)
        return queue

    def _find_storm(
        self, connection: sa.Connection, row: Row, recent: int, now: datetime
    ) -> tuple[str | None, str | None]:
        """The parent of a new incident when too many come at once, and the queue to nudge if it was opened just now."""
        if recent < self._s.settings.storm_size:
            return None, None
        key = records.find_raging_storm(connection, now=now)
        if key:
            return key, None
        key = f"storm-{row['key']}"
        ticket = self._ticket(storm_title(recent + 1), storm_text(recent + 1), None, STORM_URGENCY)
        values = records.new_incident(key, row, site=None, device_id=0, ticket=ticket, now=now) | {"kind": "storm"}
        queue = start_work(connection, self._s.engine, values, Work.OPEN, now=now)
        connection.execute(incident.insert().values(values))
        alone = (incident.c.kind == "site") & incident.c.closed_at.is_(None) & incident.c.parent_key.is_(None)
        orphans = alone & (incident.c.opened_at > now - records.STORM)
        connection.execute(incident.update().where(orphans).values(parent_key=key))
        records.open_run(self._s.database, key, key, row, None)
        return key, queue

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
