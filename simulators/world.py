"""The invented world that every simulator shows a part of."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

WORLD_FILE = Path(__file__).with_name("world.toml")


@cache
def _text() -> str:
    return WORLD_FILE.read_text(encoding="utf-8")


def load_world() -> dict[str, list[dict[str, Any]]]:
    """Read world.toml: lists of sites, devices, entities, users, categories, tickets. A fresh copy each time."""
    return tomllib.loads(_text())
