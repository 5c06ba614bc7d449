"""The desk's tables are made by migrations, and are then what the code believes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from desk.app import MIGRATIONS
from desk.tables import metadata
from shared.database import Database
from shared.migrations import find_version, migrate, open_scripts, own_tables_only

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.write(partial(migrate, MIGRATIONS))
    yield database
    await asyncio.to_thread(database.close)


@pytest.mark.requirement("D-08")
async def test_migrated_database_has_exactly_the_tables_of_the_code(database: Database) -> None:
    def compare(connection: sa.Connection) -> list[object]:
        options = {"include_name": own_tables_only(metadata), "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await database.read(compare) == []
    assert await database.read(find_version) == open_scripts(MIGRATIONS)[1].get_current_head()


@pytest.mark.requirement("D-08")
async def test_lists_and_outbox_are_read_along_an_index(database: Database) -> None:
    """What a million tickets would make slow otherwise."""
    queries = {
        "ix_tickets_email": "SELECT id FROM tickets WHERE email = 'x' AND is_verified ORDER BY id DESC LIMIT 50",
        "ix_tickets_site": "SELECT id FROM tickets WHERE site = 'x' ORDER BY id DESC LIMIT 50",
        "ix_tickets_pull_due": "SELECT id FROM tickets WHERE pull_due_at <= '2026-01-01' ORDER BY pull_due_at LIMIT 4",
        "ix_outbox_undone": "SELECT id FROM outbox WHERE lane = 'x' AND done_at IS NULL ORDER BY id LIMIT 1",
    }

    def explain(connection: sa.Connection) -> dict[str, str]:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")  # the tables are empty
            connection.exec_driver_sql("SET enable_sort = off")
        how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return {name: str(connection.exec_driver_sql(f"{how} {query}").all()) for name, query in queries.items()}

    plans = await database.read(explain)

    assert [name for name, plan in plans.items() if name not in plan] == []
