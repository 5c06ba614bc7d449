"""One incident being worked on: what is known of it, its journal, its tools, its row."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from orchestrator.journal import RunJournal, RunTools
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.incidents import Closed, Incident, Pace, Work, advance, go_on, load_incident
from orchestrator.proactif.records import begin_again, close_with_parent, new_round, wake_parent, without_end
from orchestrator.services import Services
from orchestrator.tables import alert as alert_table
from orchestrator.tables import incident
from orchestrator.tables import run as run_table
from shared.errors import CapReached, InvalidInput, Refused
from shared.logs import redact
from shared.sites import Site

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended: done, waiting or failed, and what the operator should read of it."""

    state: str
    summary: Facts


@dataclass(frozen=True, slots=True)
class Case:
    """One work on one incident."""

    incident: Incident
    work: Work
    site: Site | None
    pace: Pace
    services: Services
    journal: RunJournal
    tools: RunTools
    is_resumed: bool

    @classmethod
    async def load(
        cls, services: Services, pace: Pace, key: str, number: int, *, is_resumed: bool = False
    ) -> Case | None:
        """The work `number` of an incident; None when it is done already (a workflow that is run again).

        is_resumed: others wait for this one's end.
        """
        found = await services.database.read(lambda connection: load_incident(connection, key))
        if found is None or found.row["work_no"] != number or found.row["work"] is None:
            return None
        work = Work(found.row["work"])
        journal = RunJournal(services.database, _run_id(found, work))
        return cls(
            incident=found,
            work=work,
            site=services.sites.by_code(found.row["site"]) if found.row["site"] else None,
            pace=pace,
            services=services,
            journal=journal,
            tools=RunTools(services.toolbox, journal),
            is_resumed=is_resumed,
        )

    @property
    def alert(self) -> Alert:
        """The alert that opened it."""
        return self.incident.alerts[0].alert

    @property
    def ticket_id(self) -> int:
        """Its ticket; only works that come after the ticket ask."""
        return int(self.incident.row["ticket_id"])

    @property
    def age_s(self) -> float:
        """Seconds since the round began."""
        begun: datetime = self.incident.row["round_at"]
        return (datetime.now(UTC) - begun) / timedelta(seconds=1)

    def effect(self, name: str) -> str:
        """The idempotency key of one of its writes: the same in every run of it."""
        return f"{self.incident.key}:{name}"

    def deadline(self, seconds: float) -> float:
        """So many seconds after the round began, on the event loop's clock; a late run gets a quarter at least."""
        return asyncio.get_running_loop().time() + max(seconds - self.age_s, seconds / 4)

    @property
    def once(self) -> str:
        """What is written once a round is named after it."""
        number = self.incident.row["round"]
        return "" if number == 1 else f"-{number}"

    @property
    def tried_as(self) -> int:
        """The number of the work at its first try: what had to wait for GLPI goes on under another."""
        return int(self.incident.row["work_no"] - self.incident.row["attempts"])

    def find_kept(self, effect: str) -> Facts | None:
        """What an earlier try of this work had decided to write."""
        return (self.incident.row["kept"] or {}).get(effect)

    async def keep(self, effect: str, decided: Facts) -> Facts:
        """Store what is about to be written. A model may decide otherwise next time, and a key stands for one value."""

        def store(connection: sa.Connection) -> Facts:
            mine = incident.c.key == self.incident.key
            kept = dict(connection.execute(sa.select(incident.c.kept).where(mine).with_for_update()).scalar() or {})
            if effect not in kept:
                kept[effect] = decided
                connection.execute(incident.update().where(mine).values(kept=kept))
            return dict(kept[effect])

        return await self.services.database.write(store)

    async def is_overtaken(self) -> bool:
        """A storm has made it one of its own since the work began."""
        query = sa.select(incident.c.parent_key).where(incident.c.key == self.incident.key)
        return bool(await self.services.database.read(lambda connection: connection.execute(query).scalar()))

    async def add_followup(self, effect: str, text: str) -> None:
        """A private text on the ticket."""
        followup = {"ticket_id": self.ticket_id, "content": text, "private": True, "notify": False}
        await self.tools.write("glpi_add_followup", followup, key=self.effect(effect))

    async def send_mail(self, effect: str, mail: Facts) -> int:
        """One mail through GLPI; returns its number there."""
        reply = (await self.tools.write("glpi_send_email", mail, key=self.effect(effect))).data
        shown = {"email_id": reply["email_id"], "subject": mail["subject"], "recipient": mail["recipient"]}
        self.journal.note("email", shown)
        return int(reply["email_id"])

    async def try_mail(self, effect: str, mail: Facts) -> bool:
        """One mail whose recipient may be refused: that is noted, and costs the others nothing. False when it was."""
        try:
            await self.send_mail(effect, mail)
        except CapReached:
            raise
        except (InvalidInput, Refused) as error:
            self.journal.note("mail_refused", {"recipient": mail["recipient"], "message": str(error)})
            return False
        return True

    async def finish(
        self,
        *,
        noted: Mapping[int, str] | None = None,
        run: RunEnd | None = None,
        then: Work | None = None,
        ends: Closed | None = None,
        told_over: bool = False,
        **changes: Any,
    ) -> None:
        """The work is over: keep what it changed, end its run if given, start what follows. One commit.

        noted: by alert row, what the ticket now says of it. changes: columns of the incident.
        then: this workflow goes on with that work if it is due and nobody waits for its end.
        ends: why nobody follows it any more, unless it has failed again meanwhile.
        told_over: the team was told that it is over; if it has failed again meanwhile, a new round tells that.
        """
        now = datetime.now(UTC)
        values = {"work": None, "work_at": None, "attempts": 0, **changes}

        def store(connection: sa.Connection) -> str | None:
            end = self._end(connection, ends, now) if ends else self._back(connection, now) if told_over else {}
            connection.execute(incident.update().where(incident.c.key == self.incident.key).values(values | end))
            for alert_row_id, state in (noted or {}).items():
                connection.execute(alert_table.update().where(alert_table.c.id == alert_row_id).values(told=state))
            if run is not None:
                self._end_run(connection, run, now)
            if then and not self.is_resumed and go_on(connection, self.pace, self.incident.key, then, now=now):
                return None
            return advance(connection, self.services.engine, self.pace, self.incident.key, now=now)

        queue = await self.services.database.write(store)
        if queue:
            self.services.engine.nudge(queue)

    def _end(self, connection: sa.Connection, why: Closed, now: datetime) -> Facts:
        """The columns of its end; of a new round, when it failed again while it was being solved."""
        current = load_incident(connection, self.incident.key)
        row = current.row if current else self.incident.row
        failed_again = current is not None and bool(current.alerts) and current.recovered_at is None
        if not failed_again or why is Closed.DELETED:
            close_with_parent(connection, self.incident.key)
            wake_parent(connection, self.incident.key)
            return {"closed_at": now, "closed_why": why.value, "kept": without_end(row["kept"])}
        return {"kept": without_end(row["kept"])} if why is Closed.LEFT else self._back(connection, now)

    def _back(self, connection: sa.Connection, now: datetime) -> Facts:
        """The columns of a new round when it has failed again, else none."""
        current = load_incident(connection, self.incident.key)
        if current is None or not current.alerts or current.recovered_at is not None:
            return {}
        begin_again(connection, self.incident.key)
        return new_round(connection, current.row, now=now)

    def _end_run(self, connection: sa.Connection, end: RunEnd, now: datetime) -> None:
        values = {"state": end.state, "ended_at": now, "summary": redact(end.summary)}
        mine = run_table.update().where(run_table.c.id == self.journal.run_id)
        if connection.execute(mine.values(values)).rowcount:
            return
        values |= {"id": self.journal.run_id, "kind": self.work.value, "incident_key": self.incident.key}
        values |= {"started_at": self.incident.row["work_at"] or now}
        connection.execute(run_table.insert().values(values))


def _run_id(found: Incident, work: Work) -> str:
    """Ticket and first mail are one run, which the operator reads as one; what comes later has its own."""
    if work not in (Work.OPEN, Work.DIAGNOSE):
        return f"{found.key}.{found.row['work_no']}"
    return found.key if found.row["round"] == 1 else f"{found.key}.r{found.row['round']}"
