"""What is over long ago is removed, once an hour, a few hundred rows in a commit.

What belongs to an incident or a request goes with it, and an incident goes with its storm: the last of them must have
been closed long enough. A delivery stays as long as its incident, and until its repeat cannot come any more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.leftovers import is_followed, list_leftovers
from orchestrator.console.audit import cut_chain
from orchestrator.console.sessions import list_stale
from orchestrator.tables import alert, delivery, incident, journal, run, unusable_delivery
from shared.database import Database
from shared.engine import Engine
from shared.logs import get_logger

logger = get_logger("retention")

EVERY_HOUR = "0 17 * * * *"
BATCH = 300
BATCHES_AN_HOUR = 2000
"""Of one table; the rest has time until the next hour."""
PAUSE_S = 0.02
"""After each commit: others want to write, too."""

Find = Callable[[sa.Connection], Sequence[Any]]


class Retention:
    """One round a call. keep: journal, runs, closed incidents, unusable deliveries; dedup: deliveries, at least;
    audit: what operators did.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        *,
        keep: timedelta,
        dedup: timedelta,
        audit: timedelta = timedelta(days=1100),
    ) -> None:
        self._database = database
        self._engine = engine
        self._keep = keep
        self._dedup = dedup
        self._audit = audit

    async def run(self) -> dict[str, int]:
        """Remove what may go; returns how many rows of each table."""
        now = datetime.now(UTC)
        before = now - self._keep
        # Workflows go first: an incident that came again under the same key would find its work done already.
        removed = {"workflow": await self._remove_workflows(now - min(self._keep, self._dedup))}
        removed["alert"] = await self._remove(alert.c.id, partial(_find_alerts, before))
        removed["incident"] = await self._remove(incident.c.key, partial(_find_incidents, before))
        removed["delivery"] = await self._remove(
            delivery.c.key, partial(_find_deliveries, now - max(self._keep, self._dedup))
        )
        for key, find in list_leftovers(now, keep=self._keep, dedup=max(self._keep, self._dedup), limit=BATCH):
            removed[key.table.name] = await self._remove(key, find)
        removed["run"] = await self._remove(run.c.id, partial(_find_runs, before))
        removed["journal"] = await self._remove_journal(before)
        removed["unusable_delivery"] = await self._remove(unusable_delivery.c.id, partial(_find_unusable, before))
        removed |= await self._remove_of_console(now)
        if any(removed.values()):
            logger.info("old_rows_removed", **removed)
        return removed

    async def _remove(self, key: sa.Column[Any], find: Find) -> int:
        """Batch by batch. Found outside of the writer, which has only to delete by key."""
        total = 0
        for _batch in range(BATCHES_AN_HOUR):
            keys = await self._database.read(find)
            total += await self._delete(key, keys)
            if len(keys) < BATCH:
                break
        return total

    async def _delete(self, key: sa.Column[Any], keys: Sequence[Any]) -> int:
        if keys:
            await self._database.write(lambda c: c.execute(sa.delete(key.table).where(key.in_(keys))))
            await asyncio.sleep(PAUSE_S)
        return len(keys)

    async def _remove_journal(self, before: datetime) -> int:
        """Along its numbers, which grow with time: it is the largest table, and has no index for this."""
        total = last = 0
        for _batch in range(BATCHES_AN_HOUR):
            old, last = await self._database.read(partial(_find_lines, before, last))
            if last == 0:
                break
            total += await self._delete(journal.c.id, old)
        return total

    async def _remove_of_console(self, now: datetime) -> dict[str, int]:
        """Sessions that are over, tries that are forgotten, and the beginning of the audit's chain."""
        removed = dict.fromkeys(("operator_session", "operator_sign_in_try"), 0)
        for statement in list_stale(now):
            table = statement.table.name if isinstance(statement.table, sa.Table) else ""
            removed[table] = await self._database.write(lambda c, s=statement: c.execute(s).rowcount)  # type: ignore[misc]
        cut = partial(cut_chain, before=now - self._audit, limit=BATCH, now=now)
        total = 0
        for _batch in range(BATCHES_AN_HOUR):
            lines = await self._database.write(cut)
            total += lines
            if lines < BATCH:
                break
            await asyncio.sleep(PAUSE_S)
        return removed | {"audit": total}

    async def _remove_workflows(self, before: datetime) -> int:
        total = 0
        for _batch in range(BATCHES_AN_HOUR):
            removed = await self._engine.remove_ended(before, limit=BATCH)
            total += removed
            if removed < BATCH:
                break
            await asyncio.sleep(PAUSE_S)
        return total


def _is_over(before: datetime) -> sa.ColumnElement[bool]:
    """An incident that was closed before then, and so were its storm and the incidents of its storm that it is."""
    other = incident.alias()
    family = (other.c.key == incident.c.parent_key) | (other.c.parent_key == incident.c.key)
    lives = other.c.closed_at.is_(None) | (other.c.closed_at >= before)
    return (incident.c.closed_at < before) & incident.c.work.is_(None) & ~sa.exists().where(family, lives)


def _find_alerts(before: datetime, connection: sa.Connection) -> Sequence[int]:
    query = sa.select(alert.c.id).join(incident, incident.c.key == alert.c.incident_key).where(_is_over(before))
    return connection.execute(query.limit(BATCH)).scalars().all()


def _find_incidents(before: datetime, connection: sa.Connection) -> Sequence[str]:
    bare = ~sa.exists().where(alert.c.incident_key == incident.c.key)
    return connection.execute(sa.select(incident.c.key).where(_is_over(before), bare).limit(BATCH)).scalars().all()


def _find_deliveries(before: datetime, connection: sa.Connection) -> Sequence[str]:
    """Admitted, and of no incident that we still have."""
    old = (delivery.c.received_at < before) & delivery.c.admitted_at.is_not(None)
    query = sa.select(delivery.c.key).where(old, ~sa.exists().where(incident.c.key == delivery.c.incident_key))
    return connection.execute(query.limit(BATCH)).scalars().all()


def _find_runs(before: datetime, connection: sa.Connection) -> Sequence[str]:
    followed = sa.exists().where(incident.c.key == run.c.incident_key)
    query = sa.select(run.c.id).where(run.c.started_at < before, ~followed, ~is_followed(run.c.id))
    return connection.execute(query.limit(BATCH)).scalars().all()


def _find_lines(before: datetime, after: int, connection: sa.Connection) -> tuple[list[int], int]:
    """Of the next lines, those to remove, and the number of the last; 0 when none of them is old."""
    query = sa.select(journal.c.id, journal.c.run_id, journal.c.at).where(journal.c.id > after)
    lines = connection.execute(query.order_by(journal.c.id).limit(BATCH)).all()
    old = [line for line in lines if line.at < before]
    if not old:
        return [], 0
    names = {line.run_id for line in old}
    kept = set(connection.execute(sa.select(run.c.id).where(run.c.id.in_(names))).scalars())
    # A run's name begins with its incident's key. Its row is written after its first lines, and a crash may lose it.
    stems = {name: name.partition(".")[0] for name in names}
    followed = connection.execute(sa.select(incident.c.key).where(incident.c.key.in_(set(stems.values()))))
    keys = set(followed.scalars())
    mine = sa.select(journal.c.run_id).where(journal.c.run_id.in_(names), is_followed(journal.c.run_id))
    keys |= set(connection.execute(mine).scalars())
    gone = [line.id for line in old if not {line.run_id, stems[line.run_id]} & (kept | keys)]
    return gone, int(lines[-1].id)


def _find_unusable(before: datetime, connection: sa.Connection) -> Sequence[int]:
    query = sa.select(unusable_delivery.c.id).where(unusable_delivery.c.received_at < before)
    return connection.execute(query.limit(BATCH)).scalars().all()
