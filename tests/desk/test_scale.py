"""With as many tickets as decades bring, the desk's lists are read along an index."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bench.desk_tickets import PERSON, REFERENT, SITE, fill, plans_of
from desk.people import Account, Method, Person
from desk.shelf import list_visible
from shared.connections import normal_url, open_engine
from shared.sites import load_sites
from tests.desk.conftest import Reception, Start, file
from tests.desk.websocket import connected

TICKETS = 20_000


@pytest.mark.both_databases
@pytest.mark.requirement("D-75")
async def test_list_out_of_many_tickets_is_read_along_an_index(database_url: str, root: Path) -> None:
    url, sites = normal_url(database_url), load_sites(root / "deploy/demo/sites.toml")
    await asyncio.to_thread(fill, url, TICKETS)
    people = {
        "ix_tickets_email": Person(Account(PERSON, "", "", "", SITE, now()), "", Method.CODE, now()),
        "ix_tickets_site": Person(Account(REFERENT, "", "", "", SITE, now()), "", Method.CODE, now()),
    }

    plans = {
        index: " ".join(
            plans_of(url, lambda c, who=who: list_visible(c, sites, who, before=TICKETS // 2, limit=50))  # type: ignore[misc]
        )
        for index, who in people.items()
    }

    assert [index for index, plan in plans.items() if index not in plan] == []
    assert [plan for plan in plans.values() if "Seq Scan" in plan or "SCAN tickets" in plan] == []


LARGE = "(?:tickets|outbox|history|analysis_sessions)"
WALKED = re.compile(rf"(?:SCAN|Seq Scan on) {LARGE}\b(?: USING (?:COVERING )?INDEX (\w+))?")
FEW_ROWS = ("ix_tickets_over", "ix_tickets_open", "ix_tickets_pull_due", "ix_outbox_undone", "ix_outbox_failed")


@contextmanager
def statements() -> Iterator[dict[str, Any]]:
    """What this process asks of its databases, with an example of the parameters."""
    asked: dict[str, Any] = {}

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked[statement] = parameters

    sa.event.listen(sa.Engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", keep)


@pytest.mark.both_databases
@pytest.mark.requirement("D-120")
async def test_what_the_desk_does_by_itself_walks_over_no_table(start: Start, database_url: str) -> None:
    url = normal_url(database_url)
    await asyncio.to_thread(fill, url, TICKETS)

    with statements() as asked:
        desk = await start()
        parts = desk.parts
        await parts.reconciliation.run()
        desk.clock.ahead = timedelta(days=-300)  # so that none is old enough to go
        await parts.retention.run()
        desk.clock.ahead = timedelta()
        await parts.outbox.resume()
        await desk.http.get("/readyz")
        made = await file(desk)
        await desk.until_told(made["ticket_id"])
        await parts.sync.pull(made["ticket_id"])
        await act_on(desk, made["ticket_id"])

    plans = await asyncio.to_thread(explain, url, asked)
    assert len(plans) > 20
    assert [f"{plan} of {statement}" for statement, plan in plans.items() if walks(plan)] == []


async def act_on(desk: Reception, ticket_id: int) -> None:
    """What a person does who comes back, and the orchestrator."""
    auth = await desk.sign_in()
    for method, path in (("GET", "tickets"), ("GET", f"tickets/{ticket_id}"), ("POST", "sync")):
        assert (await desk.http.request(method, f"/api/v1/{path}", headers=auth)).is_success
    async with connected(desk.app, "/ws?after=19990", auth) as socket:
        await socket.receive()
        await socket.receive()


def explain(url: sa.URL, asked: dict[str, Any]) -> dict[str, str]:
    """How the database goes about each statement on our large tables."""
    ours = re.compile(rf"(?s)(?:SELECT|UPDATE|DELETE).*\b{LARGE}\b")
    ends_at_once = re.compile(r"(?s).*WHERE 0 = 1|.*ORDER BY history.id DESC\s+LIMIT")
    how = "EXPLAIN QUERY PLAN" if url.get_backend_name() == "sqlite" else "EXPLAIN"
    engine = open_engine(url)
    with engine.connect() as connection:
        plans = {
            one: str(connection.exec_driver_sql(f"{how} {one}", given).all())
            for one, given in asked.items()
            if ours.match(one) and not ends_at_once.match(one)
        }
        connection.rollback()
    engine.dispose()
    return plans


def walks(plan: str) -> bool:
    """Whether it looks at all rows of a large table; all rows of an index that holds few are few."""
    return any(found[1] not in FEW_ROWS for found in WALKED.finditer(plan))


def now() -> datetime:
    return datetime.now(UTC)
