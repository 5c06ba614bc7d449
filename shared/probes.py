"""The two probes of a program that keeps its work in a database: the desk and the orchestrator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.responses import Response

from shared.database import Database
from shared.errors import WidipError
from shared.redis_helper import RedisHelper

ANSWERS_WITHIN_S = 5.0
Report = dict[str, Any]


def add_probes(
    app: FastAPI, name: str, *, database: Callable[[], Database | None], report: Callable[[], Awaitable[Report]]
) -> None:
    """/healthz and /readyz.

    database: where work is kept; None until the program is up. Without an answer of it nothing can be taken: 503.
    report: the rest of /readyz's body, `problems` among it: what is missing, by name. Work is still taken.
    """

    @app.get("/healthz", tags=["probes"])
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["probes"])
    async def readyz() -> Response:
        """Can it take work? `degraded` says what is missing: work is still taken, and waits."""
        opened = database()
        if opened is None:
            return _unavailable({name: "starting"})
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await opened.write(lambda connection: connection.execute(sa.text("select 1")).scalar())
        except (sa.exc.SQLAlchemyError, TimeoutError):
            return _unavailable({"database": "does not answer"})
        body = await report()
        return JSONResponse({"status": "degraded" if body["problems"] else "ok", **body})


async def find_redis_problem(redis: RedisHelper) -> dict[str, str]:
    """Why Redis cannot be used, as /readyz says it; empty when it answers."""
    try:
        await redis.ping()
    except WidipError as error:
        return {"redis": str(error)}
    return {}


def _unavailable(problems: dict[str, str]) -> Response:
    return JSONResponse({"status": "unavailable", "problems": problems}, 503)
