"""Every promise has a test, every test names a promise that exists."""

from __future__ import annotations

import re
from pathlib import Path

from tests.requirements import REQUIREMENTS


def named_by_tests(root: Path) -> set[str]:
    found: set[str] = set()
    for path in (root / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"mark\.requirement\(\"([A-Z]\d?-\d{2,3})\"\)", path.read_text()))
    return found


def test_ids_are_unique() -> None:
    ids = [requirement.id for requirement in REQUIREMENTS]

    assert len(ids) == len(set(ids))


def test_every_promise_is_proved_by_a_test_and_no_test_proves_an_unknown_one(root: Path) -> None:
    assert named_by_tests(root) == {requirement.id for requirement in REQUIREMENTS}
