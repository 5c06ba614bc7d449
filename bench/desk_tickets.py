"""A desk's database as it is after decades: a million tickets, made inside the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from desk.app import MIGRATIONS
from shared.connections import open_engine, open_writer_engine
from shared.migrations import migrate

SITE, PERSON, REFERENT = "LILAS", "z.obrien@lilas.example", "c.oria@lilas.example"
OF_PERSON, OF_SITE = 1000, 50
"""Every so many tickets is the person's, and the establishment's."""

_FILL = (
    f"""
INSERT INTO tickets (number, session_id, email, is_verified, site, title, description, category_id, category, priority,
    status, analysis, ready_for_l1, created_at, glpi_ticket_id, glpi_changed_at, pulled_at, timeline, technicians)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
SELECT 'TKT-2000-' || CAST(i AS VARCHAR(10)), 'bench-' || CAST(i AS VARCHAR(10)),
    CASE WHEN i % {OF_PERSON} = 0 THEN '{PERSON}' ELSE 'p' || CAST(i % 20000 AS VARCHAR(10)) || '@site.example' END,
    true,
    CASE WHEN i % {OF_SITE} = 0 THEN '{SITE}' ELSE 'SITE' || CAST(i % 800 AS VARCHAR(10)) END,
    'Imprimante de l''accueil en panne', '{"Elle ne sort plus rien depuis ce matin. " * 8}', 2, 'Matériel > Imprimante',
    3, CASE WHEN i % 100 = 0 THEN 'in_progress' ELSE 'closed' END, '{{}}', true,
    '2026-01-01 08:00:00.000000', 1000000 + i, '2026-01-02 08:00:00.000000', '2026-01-02 08:00:00.000000',
    '[]', '["Théo Martel"]'
FROM n
""",
    """
INSERT INTO analysis_sessions (id, email, sign_in_id, state, created_at, expires_at, message, summary, tries)
SELECT session_id, email, 'bench', 'used', created_at, created_at, '', '{}', 1 FROM tickets
""",
    """
INSERT INTO outbox (ticket_id, lane, kind, arguments, state, attempts, created_at, next_try_at, done_at, problem)
SELECT id, email, 'create', '{}', 'done', 1, created_at, created_at, created_at, '' FROM tickets
""",
    """
INSERT INTO history (at, session_id, ticket_id, kind, by, detail)
SELECT created_at, session_id, id, 'created', email, '{}' FROM tickets
""",
)


def fill(url: sa.URL, count: int) -> None:
    """Make the desk's tables, and `count` tickets in them, each with its conversation, its outbox and its history."""
    engine = open_writer_engine(url)
    with engine.begin() as connection:
        migrate(MIGRATIONS, connection)
    with engine.begin() as connection:
        for rows in _FILL:
            connection.execute(sa.text(rows), {"count": count} if ":count" in rows else {})
    if url.get_backend_name() != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as its own housekeeping would have by then
    engine.dispose()


def plans_of(url: sa.URL, work: Callable[[sa.Connection], Any]) -> list[str]:
    """How the database goes about each statement of `work`."""
    engine, said = open_engine(url), list[tuple[str, Any]]()
    how = "EXPLAIN QUERY PLAN" if url.get_backend_name() == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:

        @sa.event.listens_for(connection, "before_cursor_execute")
        def _keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            said.append((statement, parameters))

        work(connection)
        sa.event.remove(connection, "before_cursor_execute", _keep)
        plans = [str(connection.exec_driver_sql(f"{how} {one}", given).all()) for one, given in said]
    engine.dispose()
    return plans


def leftovers_of(file: Path) -> None:
    """Remove a SQLite database of a former run."""
    for leftover in file.parent.glob(f"{file.name}*"):
        leftover.unlink()
