"""The pages' own tests: converters and hooks, under Vitest."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.mark.requirement("B-15")
def test_converters_and_hooks_of_the_pages_do_what_their_tests_say(root: Path) -> None:
    if shutil.which("npm") is None and not (root / ".venv/bin/node").exists():
        pytest.skip("no Node")

    ended = subprocess.run([root / "deploy/web", "test"], capture_output=True, text=True, check=False, timeout=300)

    assert ended.returncode == 0, ended.stdout + ended.stderr
