"""From the input of a call to column values."""

from __future__ import annotations

from typing import Any

from simulators.glpi.columns import default_row, to_int
from simulators.glpi.state import GlpiState, Row


def given_columns(state: GlpiState, table: str, given: Row, *, without: tuple[str, ...] = ()) -> Row:
    """The keys of an input that are columns, as the database keeps them; the others are ignored in silence."""
    default = default_row(state.version, table)
    skipped = ("id", *without)
    wanted = {key: value for key, value in given.items() if key in default and key not in skipped}
    return {
        key: _column_value(state, default[key], value)
        for key, value in wanted.items()
        if not isinstance(value, dict | list)
    }


def _column_value(state: GlpiState, default: Any, value: Any) -> Any:
    if isinstance(default, int):
        return to_int(value)
    if value is None:
        return default
    return state.stored(str(value))
