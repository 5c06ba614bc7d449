"""At its start a program brings its database to its own version: Alembic's scripts, in one transaction."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from shared.database import Database
from shared.errors import WidipError
from shared.logs import get_logger

logger = get_logger("migrations")

ONE_AT_A_TIME = 0x51D0
"""Key of PostgreSQL's advisory lock: replicas that start together must not both alter tables."""
VERSION_TABLE = "alembic_version"

Shape = dict[str, set[str]]


class DatabaseUnusable(WidipError):
    """The program cannot work with what it finds in its database; the text says what to do."""

    code = "database_unusable"


async def migrate_at_start(database: Database, scripts: Path, *, setting: str) -> None:
    """Our tables as this version of the program wants them, before anything reads them.

    setting: the name of the setting that names this database. Raises DatabaseUnusable, which the log has told by then.
    """
    try:
        await database.write(partial(migrate, scripts, setting=setting))
    except DatabaseUnusable as error:
        logger.error("cannot_start", reason=str(error))
        raise
    except sa.exc.OperationalError as error:
        where = database.url.set(password=None, username=None, query={})
        logger.error("cannot_start", reason=f"the database {where} does not answer: see {setting}")
        raise DatabaseUnusable(f"the database {where} does not answer") from error


def migrate(scripts: Path, connection: sa.Connection, *, setting: str = "DATABASE_URL") -> None:
    """Bring our tables to the newest version of `scripts`, in the caller's transaction.

    A database made before there were versions is taken over if it is what the first version makes. Raises
    DatabaseUnusable when it is not, and when the database is of a newer program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    config, directory = open_scripts(scripts, connection)
    before = find_version(connection)
    if before is None:
        before = _adopt(connection, scripts, directory, setting)
    elif not _knows(directory, before):
        raise DatabaseUnusable(
            f"the database has version {before} and this program knows versions up to {directory.get_current_head()}: "
            "a newer program has used it. Start that program again, or restore the backup made before it was installed."
        )
    command.upgrade(config, "head")
    if before != find_version(connection):
        logger.info("database_migrated", before=before or "", after=find_version(connection))


def open_scripts(scripts: Path, connection: sa.Connection | None = None) -> tuple[Config, ScriptDirectory]:
    """Alembic on a folder of scripts, and on a connection."""
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config, ScriptDirectory.from_config(config)


def find_version(connection: sa.Connection) -> str | None:
    """The version of our tables; None where no migration has ever run."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def run_scripts(context: Any, metadata: sa.MetaData) -> None:
    """What a folder's env.py does: run its scripts on the connection that `migrate` gave, and on our tables only.

    For `alembic revision --autogenerate` there is none: `-x database=URL` names a database at the newest version.
    """
    connection: sa.Connection | None = context.config.attributes.get("connection")
    if connection is None:
        with sa.create_engine(context.get_x_argument(as_dictionary=True)["database"]).begin() as opened:
            context.config.attributes["connection"] = opened
            run_scripts(context, metadata)
        return
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        compare_type=True,
        compare_server_default=True,
        include_name=own_tables_only(metadata),
        render_as_batch=True,  # SQLite alters hardly anything: a table is made anew and filled
    )
    context.run_migrations()


def own_tables_only(metadata: sa.MetaData) -> Any:
    """For autogenerate: the workflow engine's tables are in the same database, and none of ours."""

    def include(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or name in metadata.tables

    return include


def _knows(directory: ScriptDirectory, version: str) -> bool:
    try:
        return directory.get_revision(version) is not None
    except CommandError:
        return False


def _adopt(connection: sa.Connection, scripts: Path, directory: ScriptDirectory, setting: str) -> str | None:
    """Note that tables made without versions are the first version's; nothing to do in an empty database."""
    first = directory.get_base()
    if first is None:
        return None
    wanted = _first_shape(scripts, first)
    found = _shape(connection, set(wanted))
    if not found:
        return None
    different = [
        f"{table} ({', '.join(sorted(found.get(table, set()) ^ columns))})"
        for table, columns in sorted(wanted.items())
        if found.get(table) != columns
    ]
    if different:
        raise DatabaseUnusable(
            f"the database was made by a trial version whose tables are others: {'; '.join(different)}. "
            f"Name another database in {setting}, or move this one away."
        )
    config, _directory = open_scripts(scripts, connection)
    command.stamp(config, first)
    logger.info("database_adopted", version=first)
    return first


def _first_shape(scripts: Path, first: str) -> Shape:
    """What the first version makes, from making it in memory: the models may be further by now."""
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            command.upgrade(open_scripts(scripts, connection)[0], first)
            return _shape(connection, set(sa.inspect(connection).get_table_names()) - {VERSION_TABLE})
    finally:
        engine.dispose()


def _shape(connection: sa.Connection, wanted: set[str]) -> Shape:
    """The columns and indexes of those of the wanted tables that are there."""
    inspector = sa.inspect(connection)
    tables = wanted & set(inspector.get_table_names())
    return {
        table: {str(column["name"]) for column in inspector.get_columns(table)}
        | {str(index["name"]) for index in inspector.get_indexes(table) if not index.get("duplicates_constraint")}
        for table in tables
    }
