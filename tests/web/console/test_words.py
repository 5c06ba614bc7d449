"""The console's French for what the policy table says, and what a first visit loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestrator.console.policies import list_table
from shared.web_pages import DIST

FIRST_BYTES = 170_000
"""The shell, the sign-in and one view; the brief allows the chat 250 kB."""
VIEW_BYTES = 25_000


@pytest.mark.requirement("B-50")
def test_every_situation_of_the_policy_table_has_its_french(root: Path) -> None:
    words = (root / "web/console/texts/situations.ts").read_text(encoding="utf-8")

    missing = [row.when for row in list_table() if f'"{row.when}":' not in words]

    assert missing == []


@pytest.mark.requirement("B-51")
def test_first_visit_loads_less_than_its_budget_and_each_view_is_a_file_of_its_own() -> None:
    page = DIST / "console/index.html"
    if not page.exists():
        pytest.skip("the page is not built: make web")

    named = re.findall(r'(?:src|href)="/console/assets/([^"]+\.(?:js|css))"', page.read_text(encoding="utf-8"))
    assets = DIST / "console/assets"
    first = sum((assets / f"{name}.br").stat().st_size for name in named)
    views = {path.name: path.stat().st_size for path in assets.glob("*Page-*.js.br")}

    assert first < FIRST_BYTES
    assert len(views) >= 14
    assert max(views.values()) < VIEW_BYTES, views
