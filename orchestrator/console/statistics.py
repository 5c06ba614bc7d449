"""Figures over time: what was handled, how soon, what was refused, what the model cost. Hours are UTC, days France's.

Sums are made by the database, hour by hour; percentiles here, from the durations of the period.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from orchestrator.assist.plans import FRANCE, Plan
from orchestrator.assist.rows import State
from orchestrator.assist.tables import request
from orchestrator.tables import incident, journal

_REFUSED = (State.REFUSED.value, State.HANDED_OVER.value)


class By(StrEnum):
    """How long a bucket is."""

    HOUR = "hour"
    DAY = "day"


LONGEST_RUN = timedelta(days=1)
"""So long before its ticket a delivery may have come: GLPI was away."""
LONGEST = {By.HOUR: timedelta(days=14), By.DAY: timedelta(days=400)}


class Durations(BaseModel):
    """Of so many, in seconds: half took no longer than p50, 95 of 100 no longer than p95. None of nothing."""

    count: int
    p50_s: float | None
    p95_s: float | None


class Figures(BaseModel):
    """Of a bucket or a whole period.

    tickets: of alerts, that we opened, and tickets' requests that ended. time_to_ticket and time_to_verdict: of alerts,
    from receipt. time_to_done: of requests, from when nothing but our work was missing. resets: passwords reset.
    refusals: by policy's code, handed over to technicians too. model_tokens: prompt and answer.
    """

    incidents: int
    tickets: int
    requests_done: int
    requests_ended: int
    resets: int
    refusals: dict[str, int]
    time_to_ticket: Durations
    time_to_verdict: Durations
    time_to_done: Durations
    model_calls: int
    prompt_tokens: int
    output_tokens: int


class Bucket(Figures):
    """at: when it begins."""

    at: datetime


class Statistics(BaseModel):
    """Buckets in order, those without anything too; and the whole period."""

    since: datetime
    until: datetime
    by: By
    buckets: list[Bucket]
    total: Figures


class _Sum:
    """What is gathered for one bucket."""

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self.refusals = Counter[str]()
        self.times: dict[str, list[float]] = defaultdict(list)

    def add(self, other: _Sum) -> None:
        self.counts.update(other.counts)
        self.refusals.update(other.refusals)
        for name, times in other.times.items():
            self.times[name] += times

    def figures(self) -> dict[str, Any]:
        names = ("incidents", "requests_done", "requests_ended", "resets", "model_calls")
        counts = {name: self.counts[name] for name in (*names, "prompt_tokens", "output_tokens")}
        times = {f"time_to_{name}": durations(self.times[name]) for name in ("ticket", "verdict", "done")}
        tickets = self.counts["tickets"] + self.counts["requests_ended"]
        return counts | times | {"tickets": tickets, "refusals": dict(self.refusals.most_common())}


def durations(seconds: Sequence[float]) -> Durations:
    """Percentiles by the nearest rank."""
    ordered = sorted(seconds)

    def rank(part: float) -> float | None:
        return round(ordered[max(0, -(-len(ordered) * int(part * 100) // 100) - 1)], 3) if ordered else None

    return Durations(count=len(ordered), p50_s=rank(0.5), p95_s=rank(0.95))


def read_statistics(connection: sa.Connection, *, since: datetime, until: datetime, by: By) -> Statistics:
    """since and until are aware; the period is cut to LONGEST."""
    since = max(since, until - LONGEST[by])
    sums: dict[datetime, _Sum] = {at: _Sum() for at in _list_buckets(since, until, by)}

    def place(at: datetime) -> _Sum:
        return sums.setdefault(_begin(at, by), _Sum())

    _add_incidents(connection, since, until, place)
    _add_requests(connection, since, until, place)
    _add_times(connection, since, until, place)
    _add_model(connection, since, until, place)
    total = _Sum()
    for one in sums.values():
        total.add(one)
    buckets = [Bucket(at=at, **one.figures()) for at, one in sorted(sums.items())]
    return Statistics(since=since, until=until, by=by, buckets=buckets, total=Figures(**total.figures()))


def _add_incidents(connection: sa.Connection, since: datetime, until: datetime, place: Any) -> None:
    at = incident.c.opened_at
    hours = _by_hour(connection, at, sa.func.count(), sa.func.count(incident.c.ticket_id))
    for hour, count, tickets in connection.execute(hours.where(at >= since, at < until)):
        place(_hour(hour)).counts.update(incidents=count, tickets=tickets)


def _add_requests(connection: sa.Connection, since: datetime, until: datetime, place: Any) -> None:
    at, state, code, plan = request.c.closed_at, request.c.state, request.c.code, request.c.plan
    query = sa.select(at, state, code, plan).where(at >= since, at < until)
    for row in connection.execute(query):
        here: _Sum = place(row.closed_at)
        if row.state == State.CONTINUED.value:
            continue
        is_done = row.state == State.DONE.value
        here.counts.update(requests_ended=1, requests_done=int(is_done))
        here.counts.update(resets=int(is_done and row.plan == Plan.PASSWORD_RESET.value))
        if row.state in _REFUSED:
            here.refusals[row.code] += 1


def _add_times(connection: sa.Connection, since: datetime, until: datetime, place: Any) -> None:
    """Tickets and verdicts from the receipt of the delivery; requests say their own seconds."""
    begun = dict(_list_lines(connection, "received", since - LONGEST_RUN, until))
    for kind in ("ticket", "verdict"):
        for run_id, at in _list_lines(connection, kind, since, until):
            if run_id in begun:
                place(at).times[kind].append((at - begun[run_id]).total_seconds())
    seconds = journal.c.detail["seconds"].as_float()
    is_request = journal.c.run_id.startswith("request:")
    done = (journal.c.kind == "done") & (journal.c.at >= since) & (journal.c.at < until)
    for at, took in connection.execute(sa.select(journal.c.at, seconds).where(done, is_request)):
        if took is not None:
            place(at).times["done"].append(took)


def _list_lines(
    connection: sa.Connection, kind: str, since: datetime, until: datetime
) -> Iterable[tuple[str, datetime]]:
    """Run and time of each. One walk along an index: a look at the run of each costs minutes on a large journal."""
    lines = (journal.c.kind == kind) & (journal.c.at >= since) & (journal.c.at < until)
    return ((run_id, at) for run_id, at in connection.execute(sa.select(journal.c.run_id, journal.c.at).where(lines)))


def _add_model(connection: sa.Connection, since: datetime, until: datetime, place: Any) -> None:
    names = ("prompt_tokens", "output_tokens")
    sums = [sa.func.coalesce(sa.func.sum(journal.c.detail[name].as_integer()), 0) for name in names]
    query = _by_hour(connection, journal.c.at, sa.func.count(), *sums)
    calls = (journal.c.kind == "model_call") & (journal.c.at >= since) & (journal.c.at < until)
    for hour, count, prompt, output in connection.execute(query.where(calls)):
        place(_hour(hour)).counts.update(model_calls=count, prompt_tokens=int(prompt), output_tokens=int(output))


def _by_hour(connection: sa.Connection, at: sa.Column[Any], *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """Grouped by the hour in UTC, as text: `2026-01-31 14`."""
    if connection.dialect.name == "postgresql":
        hour: sa.ColumnElement[str] = sa.func.to_char(
            sa.func.timezone("UTC", at), sa.literal_column("'YYYY-MM-DD HH24'")
        )
    else:
        hour = sa.func.strftime(sa.literal_column("'%Y-%m-%d %H'"), at)
    return sa.select(hour, *columns).group_by(hour)


def _hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)


def _begin(at: datetime, by: By) -> datetime:
    if by is By.HOUR:
        return at.replace(minute=0, second=0, microsecond=0)
    local = at.astimezone(FRANCE).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC)


def _list_buckets(since: datetime, until: datetime, by: By) -> Iterable[datetime]:
    at = _begin(since.astimezone(UTC), by)
    while at < until:
        yield at
        # A day of a change of clocks has 23 or 25 hours.
        at = at + timedelta(hours=1) if by is By.HOUR else _begin(at + timedelta(hours=26), by)
