"""The nightly comparison of our tickets with those that our account opened in GLPI, both ways."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict

from desk.lanes import Kind
from desk.services import Services
from desk.sync import Sync
from desk.tables import cursors, is_over, outbox, tickets
from desk.upsert import upsert
from shared.errors import WidipError
from shared.logs import get_logger

logger = get_logger("reconciliation")

EVERY_NIGHT = "0 7 2 * * *"
KEPT = "reconciliation"
READ_S = 60.0
PAGE, MAX_PAGES = 100, 500
NAMED = 50
"""Orphans told by name; of more, only how many they are."""

InGlpi = dict[int, str]
"""Titles by GLPI's number."""


class Report(BaseModel):
    """What one night found. only_glpi: None when GLPI could not be asked. looked_at_again: closed, and not listed."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    only_here: tuple[str, ...]
    only_glpi: tuple[int, ...] | None
    looked_at_again: int = 0

    @property
    def orphans(self) -> int:
        """Tickets that one side has and the other has not."""
        return len(self.only_here) + len(self.only_glpi or ())

    def as_problem(self) -> str | None:
        """For people who look after the desk; None when all is well."""
        if not self.orphans:
            return None
        ours, theirs = ", ".join(self.only_here[:NAMED]), ", ".join(map(str, (self.only_glpi or ())[:NAMED]))
        return (
            f"{self.at:%Y-%m-%d %H:%M} UTC: {len(self.only_here)} of ours GLPI does not have ({ours}), "
            f"{len(self.only_glpi or ())} of GLPI's we do not have ({theirs})"
        )


class Reconciliation:
    """One comparison a call; the last report is kept."""

    def __init__(self, services: Services, sync: Sync) -> None:
        self._s = services
        self._sync = sync

    async def run(self) -> Report:
        """Have every open ticket looked at, and find the orphans; GLPI's only when it answers.

        GLPI's are those that our account opened and that changed within the retention: older ones we have removed.
        """
        now = self._s.clock()
        since = now - timedelta(days=self._s.settings.retention_days)
        await self._sync.look_at_all_open()
        only_here = await self._s.database.read(_list_lost)
        report = Report(at=now, only_here=only_here, only_glpi=None)
        try:
            listed = await self._list_in_glpi(since)
        except WidipError as error:
            logger.warning("glpi_not_compared", code=error.code)
        else:
            report = await self._compare(report, listed, since)
        await self._s.database.write(partial(_keep, report))
        logger.info("reconciled", orphans=report.orphans, only_here=only_here[:NAMED], only_glpi=report.only_glpi)
        return report

    async def last(self) -> Report | None:
        """The newest report; None before the first night."""
        query = sa.select(cursors.c.value).where(cursors.c.name == KEPT)
        kept = await self._s.database.read(lambda connection: connection.execute(query).scalar())
        return Report.model_validate_json(kept) if kept else None

    async def _list_in_glpi(self, since: datetime) -> InGlpi:
        """Our account's tickets outside GLPI's bin. A page that shifts meanwhile costs a look, and is no orphan."""
        found: InGlpi = {}
        start: int | None = 0
        for _page in range(MAX_PAGES):
            asked = {"mine": True, "changed_since": since.isoformat(), "start": start, "limit": PAGE}
            page = (await self._s.toolbox.call("glpi_search_tickets", asked, deadline_s=READ_S)).data
            found |= {int(row["ticket_id"]): str(row["title"]) for row in page["tickets"]}
            start = page.get("next_start")
            if start is None:
                return found
        logger.error("glpi_not_listed_whole", tickets=len(found))
        return found

    async def _compare(self, report: Report, listed: InGlpi, since: datetime) -> Report:
        # Read after GLPI was, in one look: what is being created then is either ours by now, or still on its way.
        unknown, missing = await self._s.database.read(partial(_differences, listed, since))
        await self._sync.look_at(missing)
        return report.model_copy(update={"only_glpi": unknown, "looked_at_again": len(missing)})


def _list_lost(connection: sa.Connection) -> tuple[str, ...]:
    """Our tickets that neither are in GLPI nor on their way."""
    undone = sa.exists().where(outbox.c.ticket_id == tickets.c.id, outbox.c.done_at.is_(None))
    lost = sa.select(tickets.c.number).where(tickets.c.glpi_ticket_id.is_(None), ~undone).order_by(tickets.c.id)
    return tuple(connection.execute(lost).scalars())


def _differences(listed: InGlpi, since: datetime, connection: sa.Connection) -> tuple[tuple[int, ...], list[int]]:
    """GLPI's tickets that are not ours, and our closed ones that GLPI did not list: in its bin, merged or purged."""
    pending = _list_pending_titles(connection)
    ours = set(connection.execute(sa.select(tickets.c.glpi_ticket_id).where(_is_near(listed))).scalars())
    unknown = tuple(sorted(number for number in listed.keys() - ours if listed[number] not in pending))
    closed = is_over & (tickets.c.glpi_changed_at > since) & tickets.c.deleted_at.is_(None)
    here = sa.select(tickets.c.glpi_ticket_id).where(closed)
    return unknown, [number for number in connection.execute(here).scalars() if number not in listed]


def _is_near(listed: Collection[int]) -> sa.ColumnElement[bool]:
    """A condition of fixed length: GLPI may list more numbers than a statement takes."""
    if not listed:
        return sa.false()
    return tickets.c.glpi_ticket_id.between(min(listed), max(listed))


def _list_pending_titles(connection: sa.Connection) -> set[str]:
    """Titles of tickets whose creation has no answer yet: GLPI may have them before we know."""
    undone = (outbox.c.kind == Kind.CREATE.value) & outbox.c.done_at.is_(None)
    return {
        arguments["title"] for arguments in connection.execute(sa.select(outbox.c.arguments).where(undone)).scalars()
    }


def _keep(report: Report, connection: sa.Connection) -> None:
    upsert(connection, cursors, {"name": KEPT, "value": report.model_dump_json()})
