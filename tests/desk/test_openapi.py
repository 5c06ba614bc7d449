"""Requests made from the desk's own OpenAPI document, good and bad: none makes us fail."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok

from tests.desk.conftest import INTERNAL_TOKEN, Reception, Start, file

EXAMPLES = 25
"""Of each route and kind: seconds in all. The same ones each time."""
Request = Callable[[schemathesis.Case[Any]], object]


def ask_everything(desk: Reception, auth: dict[str, str]) -> list[str]:
    """Every route, with what its schema allows and what it does not; returns the routes that were asked."""
    schema = schemathesis.openapi.from_url(f"{desk.url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    operations.sort(key=lambda operation: operation.path.endswith("/sign-out"))  # signing out ends what the others need
    for operation in operations:
        is_internal = operation.path.startswith("/internal")
        ask = requester({"authorization": f"Bearer {INTERNAL_TOKEN}"} if is_internal else auth)
        for mode in GenerationMode:
            with contextlib.suppress(Unsatisfiable):  # a route without input has no bad one
                run(operation.as_strategy(generation_mode=mode), ask)
    return [f"{operation.method.upper()} {operation.path}" for operation in operations]


def requester(headers: dict[str, str]) -> Request:
    """Asks, and raises for an answer that says we have failed."""
    return lambda case: case.call_and_validate(headers=headers, checks=[not_a_server_error], timeout=20)


def run(cases: SearchStrategy[schemathesis.Case[Any]], ask: Request) -> None:
    """The same examples each time."""

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask_each(case: schemathesis.Case[Any]) -> None:
        ask(case)

    ask_each()


# The desk, in this process too, draws random numbers while requests are being made up.
@pytest.mark.filterwarnings("ignore:Do not use the `random` module")
@pytest.mark.requirement("D-73")
async def test_no_request_made_from_the_openapi_document_makes_us_fail(start: Start) -> None:
    desk = await start(
        hourly_messages=100_000, hourly_sign_ins=100_000, hourly_syncs=100_000, anonymous_reports=True, reply_wait_s=0
    )
    auth = await desk.sign_in()
    await file(desk)

    asked = await asyncio.to_thread(ask_everything, desk, auth)

    described = {f"{method.upper()} {path}" for path, item in desk.app.openapi()["paths"].items() for method in item}
    assert set(asked) == described
