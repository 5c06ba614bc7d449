"""One person's data in the desk's database, from the same environment as the desk itself, and in the orchestrator's.

The orchestrator may be on another machine: it is asked over HTTP with an administrator's own token, so that it knows
and logs who asked, and the desk's environment needs no key to its database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa

from cli.programs import CannotStart
from desk.retention import export_person, forget_person
from desk.settings import DeskSettings
from shared.database import Database
from shared.errors import WidipError
from shared.http_client import HttpClient

TIMEOUT_S = 120.0
T = TypeVar("T")


async def export(email: str) -> dict[str, Any]:
    """All rows about a person, by table; the orchestrator's too where one is set."""
    told: dict[str, Any] = await _in_database(partial(export_person, email))
    return {**told, **await _ask_orchestrator("export", email)}


async def forget(email: str) -> dict[str, int]:
    """How many rows of each table are gone or name nobody any more.

    `waiting`: tickets that could not be emptied yet; `open`: rows of the orchestrator that are still worked with.
    """
    counts = await _in_database(partial(forget_person, email))
    return {**counts, **await _ask_orchestrator("forget", email)}


async def _ask_orchestrator(what: str, email: str) -> dict[str, Any]:
    """Nothing where none is set. Raises CannotStart when it does not do it: then nobody may believe that it has."""
    settings = DeskSettings()
    if settings.orchestrator_url is None or settings.orchestrator_token is None:
        return {}
    headers = {"authorization": f"Bearer {settings.orchestrator_token.get_secret_value()}"}
    http = HttpClient("orchestrator", str(settings.orchestrator_url), timeout_s=TIMEOUT_S, headers=headers)
    try:
        answer = await http.write("POST", f"/api/people/{what}", json={"email": email})
    except WidipError as error:
        raise CannotStart(f"the orchestrator was not covered: {error}") from error
    finally:
        await http.aclose()
    if not answer.is_success:
        raise CannotStart(f"the orchestrator was not covered: it answers {answer.status_code}")
    return dict(answer.json())


async def _in_database(work: Callable[[sa.Connection], T]) -> T:
    database = Database(DeskSettings().desk_database_url.get_secret_value())
    try:
        return await database.write(work)
    finally:
        await asyncio.to_thread(database.close)
