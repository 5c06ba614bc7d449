"""The orchestrator's tables are made and altered by migrations, at start, whatever it finds."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import orchestrator.assist.tables  # noqa: F401 - the tables of the whole program
from cli.processes import free_port
from orchestrator.app import MIGRATIONS
from orchestrator.tables import journal, metadata
from shared.database import Database
from shared.engine import Engine
from shared.migrations import VERSION_TABLE, DatabaseUnusable, find_version, migrate, open_scripts, own_tables_only

HEAD = open_scripts(MIGRATIONS)[1].get_current_head()
LINE = {"run_id": "r", "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "kind": "k", "detail": {}}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
        return
    with request.getfixturevalue("postgres").database(empty=True) as url:
        yield url


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    database = Database(empty_url)
    yield database
    await asyncio.to_thread(database.close)


async def bring_up_to_date(database: Database) -> None:
    await database.write(partial(migrate, MIGRATIONS))


async def run(database: Database, *statements: str) -> None:
    await database.write(lambda c: [c.exec_driver_sql(statement) for statement in statements])


def list_tables(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names())


@pytest.mark.requirement("P-30")
async def test_models_and_migrations_agree(database: Database) -> None:
    await bring_up_to_date(database)

    def compare(connection: sa.Connection) -> list[Any]:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await database.read(list_tables) == {VERSION_TABLE, *metadata.tables}
    assert await database.read(compare) == []


def in_words(value: Any) -> Any:
    return {name: in_words(part) for name, part in value.items()} if isinstance(value, dict) else str(value)


def describe(connection: sa.Connection) -> dict[str, list[str]]:
    """All that the database knows of our tables: Alembic does not compare the conditions of indexes."""
    inspector = sa.inspect(connection)
    asked: list[Any] = [inspector.get_columns, inspector.get_indexes, inspector.get_foreign_keys]
    asked += [inspector.get_unique_constraints, lambda table: [inspector.get_pk_constraint(table)]]
    return {table: [str(in_words(row)) for ask in asked for row in ask(table)] for table in metadata.tables}


@pytest.mark.requirement("P-30")
async def test_migrations_make_what_the_models_would(database: Database) -> None:
    await bring_up_to_date(database)
    migrated = await database.read(describe)

    await database.write(metadata.drop_all)
    await database.write(metadata.create_all)

    assert await database.read(describe) == migrated


@pytest.mark.requirement("P-30")
async def test_the_workflow_engines_tables_are_none_of_ours(database: Database) -> None:
    await bring_up_to_date(database)
    engine = Engine(database, name="orchestrator", executor_id="x", queues=())
    await engine.start()
    await engine.stop()

    def compare(connection: sa.Connection) -> list[Any]:
        options = {"include_name": own_tables_only(metadata)}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await database.read(compare) == []


@pytest.mark.requirement("P-31")
async def test_a_database_made_before_there_were_versions_is_taken_over_with_what_is_in_it(
    database: Database,
) -> None:
    await database.write(lambda c: command.upgrade(open_scripts(MIGRATIONS, c)[0], "0001"))
    await database.write(lambda c: c.execute(journal.insert().values(LINE)))
    await run(database, f"DROP TABLE {VERSION_TABLE}")

    await bring_up_to_date(database)

    assert await database.read(find_version) == HEAD
    assert await database.read(lambda c: c.execute(sa.select(journal.c.at)).scalars().all()) == [LINE["at"]]


@pytest.mark.requirement("P-31")
async def test_a_second_start_changes_nothing(database: Database) -> None:
    await bring_up_to_date(database)
    await database.write(lambda c: c.execute(journal.insert().values(LINE)))

    await bring_up_to_date(database)

    assert await database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(journal)).scalar()) == 1


@pytest.mark.requirement("P-31")
async def test_two_that_start_together_make_the_tables_once(empty_url: str) -> None:
    databases = [Database(empty_url) for _ in range(2)]

    results = await asyncio.gather(*map(bring_up_to_date, databases), return_exceptions=True)

    assert results == [None, None]
    for database in databases:
        await asyncio.to_thread(database.close)


@pytest.mark.requirement("P-31")
async def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    database: Database, tmp_path: Path
) -> None:
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    (scripts / "env.py").write_text((MIGRATIONS / "env.py").read_text())
    for path in (MIGRATIONS / "versions").glob("*.py"):
        (scripts / "versions" / path.name).write_text(path.read_text())
    (scripts / "versions" / "9999_bad.py").write_text(
        f"from alembic import op\nrevision, down_revision = '9999', {HEAD!r}\n"
        "def upgrade():\n    op.execute('CREATE TABLE half (n INTEGER)')\n    op.execute('no SQL')\n"
    )
    await bring_up_to_date(database)
    before = await database.read(list_tables)

    with pytest.raises(sa.exc.DBAPIError):
        await database.write(partial(migrate, scripts))

    assert await database.read(list_tables) == before
    assert await database.read(find_version) == HEAD


@pytest.mark.requirement("P-32")
async def test_a_database_of_a_trial_version_is_refused_by_what_differs(database: Database) -> None:
    await bring_up_to_date(database)
    await run(database, f"DROP TABLE {VERSION_TABLE}", "DROP INDEX ix_delivery_new")
    await run(database, "ALTER TABLE delivery DROP COLUMN admitted_at")

    with pytest.raises(DatabaseUnusable, match=r"delivery \(admitted_at, ix_delivery_new\).*DATABASE_URL"):
        await bring_up_to_date(database)

    assert await database.read(find_version) is None


@pytest.mark.requirement("P-32")
async def test_a_database_of_a_newer_program_is_refused_and_left_alone(database: Database) -> None:
    await bring_up_to_date(database)
    await run(database, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")

    with pytest.raises(DatabaseUnusable, match=r"version 9999 .* newer program .* restore the backup"):
        await bring_up_to_date(database)

    assert await database.read(find_version) == "9999"


@pytest.mark.requirement("P-32")
async def test_the_program_says_why_it_does_not_start(root: Path, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/newer.sqlite")
    await bring_up_to_date(database)
    await run(database, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    await asyncio.to_thread(database.close)
    own = {
        "DATABASE_URL": f"sqlite:///{tmp_path}/newer.sqlite",
        "API_TOKEN": "x" * 20,
        "OBSERVIUM_WEBHOOK_TOKEN": "x" * 20,
        "OBSERVIUM_MCP_URL": "http://127.0.0.1:9",
        "OBSERVIUM_MCP_TOKEN": "x",
        "GLPI_MCP_URL": "http://127.0.0.1:9",
        "GLPI_MCP_TOKEN": "x",
        "SITES_FILE": str(root / "deploy/demo/sites.toml"),
        "NOC_EMAIL": "noc@widip.example",
        "OLLAMA_BASE_URL": "http://127.0.0.1:9",
        "PORT": str(free_port()),
    }

    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "cli", "serve", "orchestrator"],
        cwd=root,
        env={**os.environ, **own},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert ended.returncode != 0
    assert "Start that program again, or restore the backup" in ended.stderr
