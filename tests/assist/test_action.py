"""What an action says of itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from orchestrator.assist.action import Action, Binding
from orchestrator.assist.plans import Plan
from tests.assist.directory import CLAIRE, ZOE


@pytest.mark.requirement("W-14")
@pytest.mark.parametrize(
    ("now", "waits"),
    [
        (datetime(2026, 11, 29, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), False),
        (datetime(2026, 12, 5, 12, 0, tzinfo=UTC), False),
    ],
)
def test_a_day_begins_at_midnight_in_france(now: datetime, *, waits: bool) -> None:
    whose = {"author": CLAIRE, "account": ZOE, "site": "LILAS", "binding": Binding.COLLEAGUE}
    action = Action(
        request_key="1-a-1", ticket_id=1, texts=(), plan=Plan.DISABLE, not_before=date(2026, 11, 30), **whose
    )

    assert action.waits_at(now) is waits
