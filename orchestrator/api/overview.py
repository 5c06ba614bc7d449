"""Policies, read-only, and statistics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import APIRouter, Depends, HTTPException
from pydantic import AwareDatetime, BaseModel

from orchestrator.api.access import find_reader
from orchestrator.assist.plans import Plan
from orchestrator.console.policies import PlanMode, Policies, read_modes, read_policies
from orchestrator.console.statistics import LONGEST, By, Statistics, read_statistics
from orchestrator.services import Services

USUAL = {By.HOUR: timedelta(days=2), By.DAY: timedelta(days=30)}


class PlanModes(BaseModel):
    """One plan on every site of the registry, and `?` where none is known."""

    plan: Plan
    modes: list[PlanMode]


def build_overview(services: Callable[[], Services]) -> APIRouter:
    """`/api/policies`, `/api/policies/{plan}` and `/api/statistics`."""
    router = APIRouter(dependencies=[Depends(find_reader)])

    @router.get("/api/policies", operation_id="get_policies", tags=["policies"])
    async def get_policies() -> Policies:
        """The policy table, line by line, and each plan's mode with its kill switch."""
        sites = services().sites
        return await services().database.read(lambda connection: read_policies(connection, sites))

    @router.get("/api/policies/{plan}", operation_id="get_plan_modes", tags=["policies"])
    async def get_plan_modes(plan: Plan) -> PlanModes:
        """What a plan may do on each site, and who says so."""
        sites = services().sites
        modes = await services().database.read(lambda connection: read_modes(connection, sites, plan))
        return PlanModes(plan=plan, modes=modes)

    @router.get("/api/statistics", operation_id="get_statistics", tags=["statistics"], responses={422: {}})
    async def get_statistics(
        since: AwareDatetime | None = None, until: AwareDatetime | None = None, by: By = By.DAY
    ) -> Statistics:
        """Figures by hour (14 days at most) or by day (400); the last 2 or 30 days when not asked otherwise."""
        end = until or datetime.now(UTC)
        try:
            begin = max(since or end - USUAL[by], end - LONGEST[by])
        except OverflowError as error:
            raise HTTPException(422, "no such period") from error
        if begin >= end:
            raise HTTPException(422, "the period ends before it begins")
        find = partial(read_statistics, since=begin, until=end, by=by)
        return await services().database.read(find)

    return router
