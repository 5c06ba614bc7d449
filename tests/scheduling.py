"""Which process of a parallel run gets which tests."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = ("tests/cli/test_demo.py", "tests/web/chat/", "tests/web/console/")
"""Tests that share what is dear to start: a demo, a browser with a whole system behind it."""


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Each test to whoever is free, but all of one line of TOGETHER to the same.

    xdist's own groups are made from names that pytest 9.2 does not let be changed any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid)
