"""Incidents: one disruption of a site as we follow it, and what is to be done for it next.

Nothing here waits. An incident is a row; `next_work` looks at what is known of it and names the one thing to do now;
`advance` starts it in the same commit that changed the row. So whatever happened meanwhile (a recovery while GLPI was
away, a crash, a second alert), the next look finds what is left to do: nothing has to be remembered on the side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from orchestrator.proactif.alerts import Alert
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import alert as alert_table
from orchestrator.tables import incident as incident_table
from shared.engine import Engine

INCIDENTS_QUEUE = "incidents"
"""Many at once: a ticket waits for nobody, and those that wait here for the model's turn cost nothing."""
RESUMED_QUEUE = "resumed"
"""One at a time, so that what waited for GLPI is done in the order it came."""
WORKFLOWS = {INCIDENTS_QUEUE: "work_on_incident", RESUMED_QUEUE: "resume_incident"}

GLPI = "glpi"
PERSON = "person"
FLAPPING = 2
"""So many times failed again within the hold: four transitions (diagnosis.md, section 3)."""
STABLE = timedelta(minutes=30)
PARENT_POLL = timedelta(seconds=1)
"""How often an incident looks whether its storm has its ticket by now: it wants to name it."""


class Work(StrEnum):
    """What a workflow does for an incident."""

    OPEN = "open_ticket"
    DIAGNOSE = "diagnose"
    NOTE = "note"
    SETTLE = "settle"
    SOLVE = "solve"


class Closed(StrEnum):
    """Why nobody follows an incident any more."""

    SOLVED = "solved"
    LEFT = "left_to_technician"
    TECHNICIAN = "closed_in_glpi"
    DELETED = "deleted_in_glpi"
    PARENT = "closed_with_parent"


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of an incident's life, from the settings."""

    settle: timedelta
    hold_down: timedelta
    solve_after: timedelta
    note_gap: timedelta

    @classmethod
    def from_settings(cls, settings: OrchestratorSettings) -> Pace:
        """Seconds become durations."""
        return cls(
            settle=timedelta(seconds=settings.settle_s),
            hold_down=timedelta(seconds=settings.hold_down_s),
            solve_after=timedelta(seconds=settings.solve_after_s),
            note_gap=timedelta(seconds=settings.note_gap_s),
        )


@dataclass(frozen=True, slots=True)
class AlertState:
    """One alert of an incident.

    alert: as it first failed in this round. failed_at: when it last failed.
    """

    id: int
    incident_key: str
    alert: Alert
    seen_at: datetime
    changed_at: datetime
    failed_at: datetime
    recovered_at: datetime | None
    reminders: int
    flaps: int
    told: str

    @classmethod
    def from_row(cls, row: sa.RowMapping) -> AlertState:
        """From the table."""
        return cls(alert=Alert.model_validate(row["facts"]), **{name: row[name] for name in _ALERT_COLUMNS})

    @property
    def state(self) -> str:
        """What the ticket should say of it; `told` is what it says."""
        return f"{'recovered' if self.recovered_at else 'failed'}:{self.reminders}:{self.flaps}"

    def let_go(self, at: datetime | None) -> AlertState:
        """As its storm sees it when its incident was closed at this time: that no longer holds the storm."""
        if at is None or self.recovered_at is not None:
            return self
        return replace(self, recovered_at=at, changed_at=max(at, self.changed_at))


_ALERT_COLUMNS = (
    "id",
    "incident_key",
    "seen_at",
    "changed_at",
    "failed_at",
    "recovered_at",
    "reminders",
    "flaps",
    "told",
)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident with its alerts, oldest first; a storm has those of its children.

    row: its columns, and `parent_ticket_id`.
    apart: the children of a storm that have a ticket of their own, where their alerts are noted.
    """

    row: dict[str, Any]
    alerts: Sequence[AlertState]
    apart: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Its name, and the stem of the keys of its writes."""
        return str(self.row["key"])

    @property
    def is_storm(self) -> bool:
        """The parent of many."""
        return bool(self.row["kind"] == "storm")

    @property
    def unnoted(self) -> list[AlertState]:
        """The alerts of which the ticket does not say what is known."""
        return [alert for alert in self.alerts if alert.state != alert.told and alert.incident_key not in self.apart]

    @property
    def recovered_at(self) -> datetime | None:
        """When the last of its alerts recovered, by Observium's clock; None while one is failed."""
        times = [alert.recovered_at for alert in self.alerts]
        return None if None in times or not times else max(time for time in times if time)

    @property
    def failed_at(self) -> datetime:
        """When the first of its alerts failed in this round, by Observium's clock; coming back ends nothing."""
        return min(alert.alert.at for alert in self._of_this_round)

    @property
    def _of_this_round(self) -> Sequence[AlertState]:
        """Without the alerts that were over when it began; those of a storm are its children's, who have their own."""
        begun: datetime = self.row["round_at"]
        current = [alert for alert in self.alerts if alert.recovered_at is None or alert.changed_at >= begun]
        return current if self.row["round"] > 1 and current else self.alerts

    @property
    def lasted(self) -> timedelta:
        """How long it lasted; nothing while it lasts."""
        return max((self.recovered_at or self.failed_at) - self.failed_at, timedelta())

    def was_micro(self, pace: Pace) -> bool:
        """Over, and shorter than the hold-down: rule R1."""
        return self.recovered_at is not None and self.lasted <= pace.hold_down

    def settle_due(self, pace: Pace) -> datetime:
        """Siblings come with the poller's next rounds: each prolongs the window, to its double at most.

        Not before the hold-down is over: the establishment is written to, and what ends sooner was no outage.
        """
        last = max((alert.seen_at for alert in self.alerts), default=self.row["round_at"])
        begun: datetime = self.row["round_at"]
        return max(max(begun, min(last, begun + pace.settle)) + pace.settle, begun + pace.hold_down)

    def note_due(self, pace: Pace) -> datetime:
        """The first change is written at once, what follows it is gathered."""
        before: datetime | None = self.row["noted_at"]
        return before + pace.note_gap if before else self.row["round_at"]

    def solve_due(self, pace: Pace) -> datetime:
        """After a hold without change, longer for what comes and goes."""
        hold = STABLE if sum(alert.flaps for alert in self.alerts) >= FLAPPING else pace.solve_after
        return max(alert.changed_at for alert in self.alerts) + hold


def next_work(incident: Incident, pace: Pace, now: datetime) -> tuple[Work, datetime] | None:
    """What is to be done next and not before when; None when only an event can change that."""
    row = incident.row
    if row["closed_at"] or row["waits_for"] == PERSON:
        return None
    if row["ticket_id"] is None:
        return None if row["parent_key"] else (Work.OPEN, now)
    if row["diagnosed_at"] is None:
        awaits_parent = row["parent_key"] and row["parent_ticket_id"] is None
        return Work.DIAGNOSE, now + PARENT_POLL if awaits_parent else now
    due: list[tuple[Work, datetime]] = []
    if incident.unnoted:
        due.append((Work.NOTE, incident.note_due(pace)))
    if incident.recovered_at is None and row["settled_at"] is None and not row["parent_key"]:
        due.append((Work.SETTLE, incident.settle_due(pace)))
    if incident.recovered_at and not incident.unnoted:
        due.append((Work.SOLVE, incident.solve_due(pace)))
    return min(due, key=lambda entry: entry[1], default=None)


def load_incident(connection: sa.Connection, key: str) -> Incident | None:
    """The incident, locked until the transaction ends where the database can do that."""
    query = sa.select(incident_table).where(incident_table.c.key == key).with_for_update()
    found_row = connection.execute(query).mappings().first()
    if found_row is None:
        return None
    parent = sa.select(incident_table.c.ticket_id).where(incident_table.c.key == found_row["parent_key"])
    row = dict(found_row) | {
        "parent_ticket_id": connection.execute(parent).scalar() if found_row["parent_key"] else None
    }
    mine, apart, closed = alert_table.c.incident_key == key, frozenset[str](), dict[str, datetime | None]()
    if row["kind"] == "storm":
        columns = (incident_table.c.key, incident_table.c.ticket_id, incident_table.c.closed_at)
        found = connection.execute(sa.select(*columns).where(incident_table.c.parent_key == key)).all()
        closed = {child: closed_at for child, _ticket, closed_at in found}
        mine = alert_table.c.incident_key.in_(closed)
        apart = frozenset(child for child, ticket, _closed_at in found if ticket is not None)
    alerts = connection.execute(sa.select(alert_table).where(mine).order_by(alert_table.c.id)).mappings()
    states = (AlertState.from_row(alert) for alert in alerts)
    return Incident(row, [state.let_go(closed.get(state.incident_key)) for state in states], apart)


def advance(
    connection: sa.Connection, engine: Engine, pace: Pace, key: str, *, now: datetime, resumed: bool = False
) -> str | None:
    """Start what is due for an incident, unless something is under way; returns the queue to nudge after the commit."""
    incident = load_incident(connection, key)
    if incident is None or incident.row["work"] or (incident.row["waits_for"] and not resumed):
        return None
    following = next_work(incident, pace, now)
    if following is None or following[1] > now:
        _set(connection, key, due_at=following[1] if following else None, waits_for="")
        return None
    queue = start_work(connection, engine, incident.row, following[0], now=now, resumed=resumed)
    _set(connection, key, **{name: incident.row[name] for name in _WORK_COLUMNS})
    return queue


def go_on(connection: sa.Connection, pace: Pace, key: str, work: Work, *, now: datetime) -> bool:
    """Give the workflow that has just ended its work this one too, if it is what is due: that saves a start."""
    incident = load_incident(connection, key)
    following = next_work(incident, pace, now) if incident else None
    if following is None or following[0] is not work or following[1] > now:
        return False
    _set(connection, key, work=work.value, work_at=now, due_at=None)
    return True


_WORK_COLUMNS = ("work", "work_no", "work_at", "due_at", "waits_for")


def start_work(
    connection: sa.Connection,
    engine: Engine,
    row: dict[str, Any],
    work: Work,
    *,
    now: datetime,
    resumed: bool = False,
) -> str:
    """Hand the incident to a workflow, in the caller's commit, which also stores the columns that change in `row`.

    Returns the queue to nudge after the commit.
    """
    number = row["work_no"] + 1
    row |= {"work": work.value, "work_no": number, "work_at": now, "due_at": None, "waits_for": ""}
    queue = RESUMED_QUEUE if resumed else INCIDENTS_QUEUE
    engine.enqueue(connection, WORKFLOWS[queue], queue, f"{row['key']}.{number}", row["key"], number)
    return queue


def _set(connection: sa.Connection, key: str, **values: Any) -> None:
    connection.execute(incident_table.update().where(incident_table.c.key == key).values(**values))
