"""What comes back from the database is what went in, whichever it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.orchestrator.conftest import Orchestrated

pytestmark = [pytest.mark.both_databases, pytest.mark.requirement("P-37")]

ABOVE_32_BITS = 2**32 + 7


def altered(body: bytes, **tags: str) -> bytes:
    return json.dumps(json.loads(body) | tags).encode()


async def test_instants_are_utc_wherever_the_database_stands(orchestrated: Orchestrated) -> None:
    before = datetime.now(UTC)

    await orchestrated.play()
    (row,) = await orchestrated.incidents()

    assert row["opened_at"].endswith("Z")
    assert timedelta() <= datetime.fromisoformat(row["opened_at"]) - before < timedelta(minutes=1)


async def test_large_numbers_of_observium_are_kept(orchestrated: Orchestrated) -> None:
    body = orchestrated.delivery(orchestrated.break_port())

    await orchestrated.post(
        altered(body, ALERT_ID=str(ABOVE_32_BITS), DEVICE_ID=str(ABOVE_32_BITS + 1), ENTITY_ID=str(ABOVE_32_BITS + 2))
    )
    await orchestrated.wait_ended()
    (row,) = await orchestrated.incidents()
    (alert,) = (await orchestrated.incident(row["key"]))["alerts"]

    assert row["device_id"] == ABOVE_32_BITS + 1
    assert alert["alert_id"] == ABOVE_32_BITS
    assert alert["facts"]["entity_id"] == ABOVE_32_BITS + 2


async def test_a_text_with_nul_does_not_keep_the_rules_from_looking_at_all_that_is_down(
    orchestrated: Orchestrated,
) -> None:
    strange = altered(orchestrated.delivery(orchestrated.break_device(11)), ALERT_MESSAGE="down\x00 since")
    await orchestrated.post(strange)
    await orchestrated.wait_ended(1)

    await orchestrated.post(altered(strange, DEVICE_ID="999", ALERT_ID="999", DEVICE_HOSTNAME="nobody-knows"))
    ended = await orchestrated.wait_ended(2)

    assert [run["state"] for run in ended] == ["done", "done"]
    assert [row["waits_for"] for row in await orchestrated.incidents()] == ["", ""]
