"""Two orchestrators on one PostgreSQL, one Redis and one GLPI: what either is told is done once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.orchestrator.conftest import Orchestrated
from tests.orchestrator.killable import build_killable
from tests.orchestrator.test_incidents import are_closed, are_diagnosed
from tests.orchestrator.test_storms import delivery, write_sites
from tests.postgres import Postgres
from tests.system import Serve

SITES = 8
SECOND_ALERT = 1000


@dataclass
class Replicas:
    """Both."""

    left: Orchestrated
    right: Orchestrated

    async def tell(self, *to_left: bytes, to_right: list[bytes]) -> None:
        """Deliveries to both at once."""
        posts = [self.left.post(body) for body in to_left] + [self.right.post(body) for body in to_right]
        answers = await asyncio.gather(*posts)
        assert {answer.status_code for answer in answers} == {200}


@pytest.fixture
async def replicas(
    request: pytest.FixtureRequest, serve: Serve, redis: object, redis_port: int, tmp_path: Path, root: Path
) -> AsyncIterator[Replicas]:
    """Started together, on a database that has its tables unless the test asks for an empty one."""
    postgres: Postgres = request.getfixturevalue("postgres")
    own = {"SITES_FILE": str(write_sites(tmp_path)), "SETTLE_S": "600", "STORM_SIZE": "100", "SOLVE_AFTER_S": "0.1"}
    with postgres.database(empty=getattr(request, "param", "") == "empty") as url:
        system = await build_killable(serve, redis_port, tmp_path, root, url)
        async with AsyncExitStack() as stack:
            both = [system.orchestrator(**own, EXECUTOR_ID=name) for name in ("left", "right")]
            (_, left), (_, right) = await asyncio.gather(*map(stack.enter_async_context, both))
            yield Replicas(left, right)


@pytest.mark.requirement("P-33")
@pytest.mark.parametrize("replicas", ["empty"], indirect=True)
async def test_a_delivery_that_both_get_is_one_incident_one_ticket_and_one_mail(replicas: Replicas) -> None:
    bodies = [delivery(replicas.left, n) for n in range(SITES)]

    await replicas.tell(*bodies, to_right=bodies)
    found = await replicas.left.until(lambda rows: len(rows) >= SITES and are_diagnosed(rows))

    assert len(found) == SITES
    assert len(replicas.left.tickets) == SITES
    assert len(replicas.left.mails) == SITES
    assert await replicas.right.incidents() == found


@pytest.mark.requirement("P-33")
async def test_two_alerts_of_one_site_told_to_one_each_are_one_incident(replicas: Replicas) -> None:
    first = [delivery(replicas.left, n) for n in range(SITES)]
    second = [another_alert(body) for body in first]

    await replicas.tell(*first, to_right=second)
    found = await replicas.left.until(lambda rows: len(rows) >= SITES and are_diagnosed(rows))

    assert len(found) == SITES
    assert len(replicas.left.tickets) == SITES
    assert len(replicas.left.mails) == SITES
    for row in found:
        assert len((await replicas.right.incident(row["key"]))["alerts"]) == 2


@pytest.mark.requirement("P-33")
async def test_a_recovery_told_to_the_other_ends_what_the_first_was_told_of(replicas: Replicas) -> None:
    await replicas.left.post(delivery(replicas.left, 0))
    await replicas.left.until(are_diagnosed)

    await replicas.right.post(delivery(replicas.left, 0, state="RECOVER"))
    (row,) = await replicas.left.until(are_closed)

    assert row["closed_why"] == "solved"
    assert len(replicas.left.mails) == 2


def another_alert(body: bytes) -> bytes:
    """A second thing that fails at the same site."""
    tags = json.loads(body)
    return json.dumps(tags | {"ALERT_ID": str(int(tags["ALERT_ID"]) + SECOND_ALERT)}).encode()
