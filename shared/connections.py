"""Connections to SQLite and to PostgreSQL that behave alike, and what their errors mean."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

FROZEN_S = 60
"""PostgreSQL ends the session of a program that stands still inside a transaction, and frees what it holds."""
_COLLISIONS = frozenset({"40001", "40P01"})
_AWAY = (None, "57P01", "57P02", "57P03")
"""Of errors of connecting: none of its own, or that the server stops or starts."""
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_CONNECT: dict[str, int] = {
    "connect_timeout": 10,
    # A server that is gone without a word is noticed in half a minute; the kernel's own defaults take two hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


def normal_url(url: str) -> sa.URL:
    """The URL with the driver we use; makes the folder of a SQLite file."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return parsed
    return parsed.set(drivername="postgresql+psycopg")


def open_engine(url: sa.URL, *, pool_size: int = 2, synchronous: str = "FULL") -> sa.Engine:
    """An engine with the pragmas that DBOS sets only on engines of its own."""
    if url.get_backend_name() != "sqlite":
        return _open_postgresql(url, pool_size=pool_size, max_overflow=2)
    engine = sa.create_engine(url, pool_size=pool_size, max_overflow=0, json_serializer=to_json)

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        _set_pragmas(connection, synchronous)

    return engine


def open_writer_engine(url: sa.URL) -> sa.Engine:
    """One connection whose transactions we begin ourselves: sqlite3 would begin them too late for savepoints."""
    if url.get_backend_name() != "sqlite":
        return _open_postgresql(url, pool_size=1, max_overflow=0)
    engine = sa.create_engine(url, pool_size=1, max_overflow=0, json_serializer=to_json)

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _set_pragmas(connection, "FULL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _set_pragmas(connection: Any, synchronous: str) -> None:
    for pragma in ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", f"synchronous={synchronous}"):
        connection.execute(f"PRAGMA {pragma}")


def _open_postgresql(url: sa.URL, *, pool_size: int, max_overflow: int) -> sa.Engine:
    given = {name: value for name, value in _CONNECT.items() if name not in url.query}
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        connect_args=given,
        json_serializer=to_json,
    )

    @sa.event.listens_for(engine, "connect")
    def _limit(connection: Any, _record: Any) -> None:
        # Not as a start-up option: poolers refuse those.
        connection.execute(f"SET idle_in_transaction_session_timeout = '{FROZEN_S}s'")
        connection.commit()

    return engine


def to_json(value: Any) -> str:
    """JSON without NUL and lone surrogates: PostgreSQL stores them, and then cannot look into any such value."""
    text = json.dumps(value)
    if "\\u0000" in text or "\\ud" in text:
        return json.dumps(_as_text(value))
    return text


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return _NO_TEXT.sub("", value)
    if isinstance(value, Mapping):
        return {_as_text(key): _as_text(item) for key, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list | tuple) else value


def is_collision(error: Exception) -> bool:
    """PostgreSQL has undone this to let another program go on: the same again will work."""
    return isinstance(error, sa.exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in _COLLISIONS


def is_away(error: Exception) -> bool:
    """The server was not reached, or the connection to it was lost: nothing that was not committed has been done."""
    if isinstance(error, sa.exc.PendingRollbackError):
        return True  # what is said of a connection that was lost a moment before
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    unreachable = isinstance(error.orig, psycopg.OperationalError) and error.orig.sqlstate in _AWAY
    return error.connection_invalidated or unreachable
