"""Webhooks are hints: Observium tries once and forgets. Every minute its list of failed alerts, and GLPI's tickets, are
compared with our incidents, and what was missed is made up for under the same keys.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.proactif import records
from orchestrator.proactif.aftermath import closed_in_glpi
from orchestrator.proactif.alerts import Alert, AlertKind, read_text
from orchestrator.proactif.incidents import GLPI, PERSON, Closed
from orchestrator.proactif.intake import Intake
from orchestrator.proactif.records import Row
from orchestrator.services import Services
from orchestrator.tables import alert as alert_table
from orchestrator.tables import incident
from shared.errors import NotFound, UpstreamUnavailable, WidipError
from shared.logs import get_logger

logger = get_logger("reconciliation")

PAGE = 100
YOUNG = timedelta(seconds=30)
"""Its webhook may still be on the way."""
FORGOTTEN = timedelta(hours=24)
"""Older failures are not ours to open: Observium reminds of them every day, by webhook."""
MISSES = 2
GONE = "gone"
"""The state of an alert that Observium has no more: its checker or its entity was removed."""
TICKETS_A_ROUND = 50
STUCK = timedelta(minutes=10)


class Reconciliation:
    """Compares, and leaves with the intake what no webhook has brought."""

    def __init__(self, services: Services, intake: Intake) -> None:
        self._s = services
        self._intake = intake
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """A delivery could not be read: look at once what it may have been about."""
        self._poked.set()

    async def run_for_ever(self) -> None:
        """Every `reconcile_s`, and when poked."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._s.settings.reconcile_s):
                    await self._poked.wait()
            urgent = self._poked.is_set()
            self._poked.clear()
            await self.run(urgent=urgent)

    async def run(self, *, urgent: bool = False) -> None:
        """One comparison; what cannot be reached is left for the next. urgent: also what failed only just now."""
        alerts = partial(self.compare_alerts, young=timedelta() if urgent else YOUNG)
        for what, look in (("alerts", alerts), ("tickets", self.compare_tickets), ("stuck", self._release_stuck)):
            try:
                await look()
            except (WidipError, sa.exc.SQLAlchemyError) as error:
                reason = getattr(error, "code", "")
                logger.warning("reconciliation_failed", what=what, error_type=type(error).__name__, reason=reason)

    async def compare_alerts(self, *, young: timedelta) -> None:
        """Open what a lost ALERT did not, end what a lost RECOVER left."""
        asked_at = datetime.now(UTC)
        listed = {row["alert_id"]: row for row in await self._list_failed()}
        rows = await self._s.database.read(partial(_list_followed, self._s.settings.observium_instance))
        followed = {row["alert_id"]: row for row in rows}
        for alert_id, found in listed.items():
            if await self._is_missing(found, followed.get(alert_id), asked_at, young):
                await self._intake.store(_to_alert(found), source="poll")
        absent: dict[int, list[Row]] = {}
        for alert_id, row in followed.items():
            if row["recovered_at"] is None and alert_id in listed:
                await self._count_look(row, is_over=False, asked_at=asked_at)
            elif row["recovered_at"] is None:
                absent.setdefault(row["device_id"], []).append(row)
        for device_id, rows in absent.items():
            await self._look_at_absent(device_id, rows, asked_at)

    async def _list_failed(self) -> list[Row]:
        return [row for row in await self._list_alerts({}) if row["status"] == "failed"]

    async def _list_alerts(self, which: Row) -> list[Row]:
        found: list[Row] = []
        start: int | None = 0
        while start is not None:
            arguments = which | {"start": start, "limit": PAGE}
            page = (await self._s.toolbox.call("observium_list_alerts", arguments, deadline_s=20)).data
            found += page["alerts"]
            start = page.get("next_start")
        return found

    async def _is_missing(self, found: Row, row: Row | None, asked_at: datetime, young: timedelta) -> bool:
        """True when it failed and no delivery of ours says so."""
        if found.get("changed_at") is None:
            return False
        changed_at = datetime.fromisoformat(found["changed_at"])
        if not young <= asked_at - changed_at <= FORGOTTEN:
            return False
        if row is not None:
            return bool(row["recovered_at"] and changed_at > row["recovered_at"])
        known = partial(records.find_episode, self._s.settings.observium_instance, found["alert_id"], changed_at)
        return not await self._s.database.read(known)

    async def _look_at_absent(self, device_id: int, rows: list[Row], asked_at: datetime) -> None:
        """Not failed is not yet over: who acknowledges an alert, or delays or suppresses it, mends nothing."""
        try:
            found = await self._list_alerts({"device_id": device_id, "status": "any"})
        except UpstreamUnavailable:
            raise
        except WidipError as error:
            logger.warning("alerts_unreadable", device_id=device_id, reason=error.code)
            return
        states = {alert["alert_id"]: alert["status"] for alert in found}
        for row in rows:
            await self._count_look(row, is_over=states.get(row["alert_id"], GONE) in (GONE, "ok"), asked_at=asked_at)

    async def _count_look(self, row: Row, *, is_over: bool, asked_at: datetime) -> None:
        """Over twice in a row is recovered: once may be a poll between two states."""
        if not is_over or asked_at - row["changed_at"] < timedelta(seconds=self._s.settings.reconcile_s):
            missed = 0
        else:
            missed = row["missed"] + 1
        if missed != row["missed"]:
            mine = alert_table.update().where(alert_table.c.id == row["id"]).values(missed=missed)
            await self._s.database.write(lambda connection: connection.execute(mine))
        if missed >= MISSES:
            recovered = Alert.model_validate(row["facts"]).model_copy(
                update={"kind": AlertKind.RECOVER, "at": asked_at}
            )
            await self._intake.store(recovered, source="poll")

    async def compare_tickets(self) -> None:
        """Let go of incidents whose ticket a technician has solved, closed or deleted.

        A ticket that cannot be read goes to the end of the line, so that it holds up no other.
        """
        rows = await self._s.database.read(_list_tickets)
        for key, ticket_id in rows:
            try:
                found = await self._s.toolbox.call("glpi_get_ticket_info", {"ticket_id": ticket_id}, deadline_s=20)
                ended = closed_in_glpi(found.data)
            except NotFound:
                ended = Closed.DELETED
            except WidipError as error:
                logger.warning("ticket_unreadable", incident=key, ticket_id=ticket_id, reason=error.code)
                await self._s.database.write(partial(_note_ticket, key, None))
                if isinstance(error, UpstreamUnavailable):
                    raise  # the others would fail the same, each after its time
                continue
            await self._s.database.write(partial(_note_ticket, key, ended))
            if ended:
                logger.info("incident_closed", incident=key, ticket_id=ticket_id, why=ended.value)

    async def _release_stuck(self) -> None:
        """A work whose workflow has died for good waits for a person; /readyz says so."""
        old = incident.c.work.is_not(None) & (incident.c.work_at < datetime.now(UTC) - STUCK)
        query = sa.select(incident.c.key, incident.c.work_no).where(old)
        for key, number in await self._s.database.read(lambda c: c.execute(query).all()):
            if not await self._s.engine.has_ended(f"{key}.{number}"):
                continue
            logger.error("work_died", incident=key, work_no=number)
            mine = incident.update().where(incident.c.key == key, incident.c.work_no == number)
            again = incident.c.attempts + 1  # put to work again it writes under the same names
            values = mine.values(work=None, work_at=None, waits_for=PERSON, attempts=again)
            await self._s.database.write(lambda connection, values=values: connection.execute(values))  # type: ignore[misc]


def _list_followed(instance: str, connection: sa.Connection) -> list[Row]:
    query = (
        sa.select(alert_table)
        .join(incident, incident.c.key == alert_table.c.incident_key)
        .where(alert_table.c.instance == instance, incident.c.closed_at.is_(None))
        .order_by(alert_table.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _list_tickets(connection: sa.Connection) -> list[tuple[str, int]]:
    """The open tickets that were looked at longest ago. Not of those that wait for GLPI: they may have solved it."""
    idle = incident.c.closed_at.is_(None) & incident.c.work.is_(None) & incident.c.ticket_id.is_not(None)
    query = (
        sa.select(incident.c.key, incident.c.ticket_id)
        .where(idle, incident.c.waits_for != GLPI)
        .order_by(incident.c.ticket_checked_at)
    )
    return [(str(key), int(ticket)) for key, ticket in connection.execute(query.limit(TICKETS_A_ROUND))]


def _note_ticket(key: str, ended: Closed | None, connection: sa.Connection) -> None:
    values: dict[str, Any] = {"ticket_checked_at": datetime.now(UTC)}
    idle = incident.c.closed_at.is_(None) & incident.c.work.is_(None) & (incident.c.waits_for != GLPI)
    if ended:
        values |= {"closed_at": datetime.now(UTC), "closed_why": ended.value, "due_at": None, "waits_for": ""}
    changed = connection.execute(incident.update().where(incident.c.key == key, idle).values(**values)).rowcount
    if ended and changed:
        records.close_with_parent(connection, key)
        records.wake_parent(connection, key)


def _to_alert(found: Row) -> Alert:
    """An alert of the list as a delivery would have told it."""
    return Alert(
        kind=AlertKind.ALERT,
        alert_id=found["alert_id"],
        at=datetime.fromisoformat(found["changed_at"]),
        message=read_text(found.get("message") or found["name"]),
        device_id=found["device_id"],
        hostname=read_text(found.get("device_hostname")),
        entity_type=read_text(found["entity_type"]),
        entity_id=found["entity_id"],
        entity_name=read_text(found.get("entity_name")),
    )
