"""What of Assist goes after its time, and what stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.assist.tables import account_write, approval, confirmation, glpi_delivery, request, ticket
from orchestrator.tables import run
from tests.orchestrator.test_retention import DEDUP, KEEP, OLD, YOUNG, Store, store

__all__ = ["store"]
pytestmark = pytest.mark.both_databases

DAY = timedelta(days=1)
WHOLE = {"request": 1, "confirmation": 1, "approval": 1, "account_write": 1, "assist_ticket": 1, "run": 1, "journal": 1}


async def put_request(store: Store, *, begun: timedelta, closed: timedelta | None) -> None:
    """A request with all that hangs on it, from when it was made."""
    now = datetime.now(UTC)
    at, key = now - begun, "12-abc-1"
    row: dict[str, Any] = {"key": key, "ticket_id": 12, "text_key": "description:x", "texts": [], "number": 1}
    row |= {"plan": "UNLOCK", "asked": {}, "state": "done", "code": "", "kept": {}, "done": [], "created_at": at}
    row |= {"closed_at": now - closed if closed else None, "work": False, "work_no": 1, "waits_for": "", "attempts": 0}
    await store.put(request, row)
    bound = {"request_key": key, "digest": "d", "expires_at": at}
    await store.put(confirmation, bound | {"id": "c", "account_guid": "g", "recipient": "a@lilas.example"})
    decided: dict[str, Any] = {
        "code": "",
        "state": "approved",
        "barred_ids": [],
        "barred_guids": [],
        "decided_by": "",
        "reason": "",
    }
    decided |= {"identity": {}}
    await store.put(approval, bound | {"id": "a", "created_at": at} | decided)
    await store.put(account_write, {"request_key": key, "plan": "UNLOCK", "account": "g", "at": at})
    await put_ticket(store, 12, hinted=begun)
    run_id = f"request:{key}"
    await store.put(run, {"id": run_id, "kind": "assist", "state": "done", "started_at": at, "summary": {}})
    await store.put_lines(run_id, 1, at=at)


async def put_ticket(store: Store, number: int, *, hinted: timedelta) -> None:
    row = {"ticket_id": number, "hinted_at": datetime.now(UTC) - hinted, "attempts": 0, "history": {}, "texts": []}
    await store.put(ticket, row | {"work": False, "work_no": 1})


@pytest.mark.requirement("T-19")
async def test_a_closed_request_goes_with_all_that_hangs_on_it(store: Store) -> None:
    await put_request(store, begun=2 * OLD, closed=OLD)

    await store.clean()

    assert await store.count() == {}


@pytest.mark.requirement("T-19")
@pytest.mark.parametrize("closed", [None, YOUNG])
async def test_a_request_that_is_open_or_just_closed_keeps_what_hangs_on_it(
    store: Store, closed: timedelta | None
) -> None:
    await put_request(store, begun=2 * OLD, closed=closed)

    await store.clean()

    # What counts for the caps of a day is no part of it.
    assert await store.count() == {name: count for name, count in WHOLE.items() if name != "account_write"}


@pytest.mark.requirement("T-19")
async def test_a_ticket_is_known_longer_than_its_texts_can_ask_whatever_is_kept(store: Store) -> None:
    await put_ticket(store, 1, hinted=3 * DAY)
    await put_ticket(store, 2, hinted=60 * DAY)

    await store.clean(keep=DAY, dedup=2 * DAY)

    assert await store.count() == {"assist_ticket": 1}


@pytest.mark.requirement("T-19")
async def test_a_delivery_is_known_until_its_replay_cannot_come_any_more(store: Store) -> None:
    for key, age in (("old", max(KEEP, DEDUP) + DAY), ("young", 2 * DAY)):
        await store.put(glpi_delivery, {"key": key, "received_at": datetime.now(UTC) - age})

    await store.clean()

    assert await store.count() == {"glpi_delivery": 1}
