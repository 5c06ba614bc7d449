"""The console's tests stand on an orchestrator alone, or on the whole simulated system."""

from __future__ import annotations

from tests.orchestrator.assist.people.conftest import open_gate

__all__ = ["open_gate"]
