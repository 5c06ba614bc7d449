"""The kill switch: any operator may turn a plan down, an administrator alone may turn it up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, StringConstraints

from orchestrator.agent.policy import Mode
from orchestrator.api.access import Switcher, find_reader
from orchestrator.assist.plans import Plan
from orchestrator.assist.switches import ALL, UNKNOWN_SITE, Loosened, list_switches, set_switch
from orchestrator.console.audit import add_act
from orchestrator.operators import OperatorRole
from orchestrator.services import Services
from shared.logs import get_logger

logger = get_logger("switches")


class SwitchRow(BaseModel):
    """What a plan may do on a site at most. plan and site: one, or `*` for all; site `?`: where none is known."""

    plan: Plan | Literal["*"]
    site: str
    mode: Mode
    changed_at: datetime
    changed_by: str
    reason: str


class SwitchPage(BaseModel):
    """All that are set. The strictest that fits wins, sites.toml included; where nothing is said it is `suggest`."""

    switches: list[SwitchRow]


class SwitchChange(BaseModel):
    """A new mode, and why."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


def build_switches(services: Callable[[], Services]) -> APIRouter:
    """`/api/switches` and `/api/switches/{plan}/{site}`."""
    router = APIRouter(tags=["switches"])

    @router.get("/api/switches", operation_id="list_switches", dependencies=[Depends(find_reader)])
    async def list_all() -> SwitchPage:
        """All that are set."""
        rows = await services().database.read(list_switches)
        return SwitchPage(switches=[SwitchRow.model_validate(row) for row in rows])

    @router.put("/api/switches/{plan}/{site}", operation_id="set_switch", responses={403: {}, 404: {}})
    async def change(plan: Plan | Literal["*"], site: str, given: SwitchChange, operator: Switcher) -> SwitchRow:
        """Set one: it counts from the next write on. Turning up needs the role admin."""
        current = services()
        if site not in (ALL, UNKNOWN_SITE) and current.sites.by_code(site) is None:
            raise HTTPException(404, f"no such site; `{ALL}` is all of them, `{UNKNOWN_SITE}` where none is known")
        keep = partial(
            set_switch,
            plan=plan,
            site=site,
            mode=given.mode,
            by=operator.name,
            reason=given.reason,
            now=datetime.now(UTC),
            may_loosen=OperatorRole.ADMIN in operator.roles,
        )

        def store(connection: sa.Connection) -> dict[str, Any]:
            kept = keep(connection)
            detail = {"mode": given.mode.value, "reason": given.reason}
            add_act(connection, operator.name, "switch", f"{plan}/{site}", detail, now=kept["changed_at"])
            return kept

        try:
            row = await current.database.write(store, first=True)
        except Loosened as error:
            raise HTTPException(403, str(error)) from error
        logger.warning("switch_changed", plan=plan, site=site, mode=given.mode, operator=operator.name)
        return SwitchRow.model_validate(row)

    return router
