"""What Alembic runs: the scripts of this folder, on the desk's own tables."""

from __future__ import annotations

from alembic import context

from desk.tables import metadata
from shared.migrations import run_scripts

run_scripts(context, metadata)
