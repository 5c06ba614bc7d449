"""What Alembic runs: the scripts of this folder, on the orchestrator's own tables.

A new version, from the repository's root: `alembic revision --autogenerate -m "what it does" -x database=URL`.
"""

from __future__ import annotations

from alembic import context

from orchestrator.tables import metadata
from shared.migrations import run_scripts

run_scripts(context, metadata)
