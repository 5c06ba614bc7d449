"""What operators decide: all that they need to know about it, and their yes or no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from orchestrator.agent.policy import Code
from orchestrator.api.access import Approver, Reader
from orchestrator.api.paging import Cursor, find_next, page_after
from orchestrator.assist.action import Action
from orchestrator.assist.approvals import (
    ApprovalRefused,
    ApprovalState,
    WhyNot,
    decide_approval,
    may_decide,
    state_of,
)
from orchestrator.assist.identity import Identity
from orchestrator.assist.refusals import WORDINGS
from orchestrator.assist.rows import parse_action
from orchestrator.assist.tables import approval, request
from orchestrator.console.audit import add_act
from orchestrator.console.deeds import Step, list_steps
from orchestrator.console.links import ticket_link
from orchestrator.operators import Operator, OperatorRole
from orchestrator.services import Services
from shared.engine import Engine
from shared.logs import get_logger

logger = get_logger("approvals")

_STATUS = {
    WhyNot.UNKNOWN: HTTPStatus.NOT_FOUND,
    WhyNot.DECIDED: HTTPStatus.CONFLICT,
    WhyNot.VOID: HTTPStatus.CONFLICT,
    WhyNot.EXPIRED: HTTPStatus.GONE,
    WhyNot.BARRED: HTTPStatus.FORBIDDEN,
}
_REASON_MAX = 500


class ApprovalRow(BaseModel):
    """One approval. state: as it stands now.

    quote: the words that ask. identity: who wrote them and what proves it. action: exactly what would be done, steps:
    the same in order; none when the request has since become about something else. code: why policy wants a person,
    why: in French. asked_by: the author's account. seconds_left: to decide, 0 when there is nothing to decide any more.
    yours: you may decide on it; why_not_yours: you lack the role, or have a part in the request.
    """

    id: str
    state: ApprovalState
    request_key: str
    ticket_id: int
    plan: str
    site: str | None
    quote: str
    identity: Identity
    asked_by: str
    action: Action | None
    steps: list[Step]
    digest: str
    code: Code
    why: str
    ticket_url: str | None
    created_at: datetime
    expires_at: datetime
    seconds_left: int
    decided_at: datetime | None
    decided_by: str
    reason: str
    yours: bool
    why_not_yours: Literal["", "closed", "role", "barred"]


class ApprovalPage(BaseModel):
    """Open ones: that which expires first at the top. All: latest first. next: where the next page begins."""

    approvals: list[ApprovalRow]
    next: str | None


class Decision(BaseModel):
    """An operator's yes or no. A no says why: the reason goes to the ticket."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "reject"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=_REASON_MAX)] = ""

    @model_validator(mode="after")
    def _says_why_not(self) -> Self:
        if self.decision == "reject" and not self.reason:
            raise ValueError("a rejection needs a reason")
        return self


class Refusal(BaseModel):
    """Why a decision was not taken. code: unknown, decided, expired, void or barred."""

    code: WhyNot
    message: str


class RefusalBody(BaseModel):
    """As FastAPI wraps it."""

    detail: Refusal | str


_RESPONSES: dict[int | str, dict[str, Any]] = {
    int(status): {"model": RefusalBody} for status in (*_STATUS.values(), HTTPStatus.SERVICE_UNAVAILABLE)
}


def build_approvals(services: Callable[[], Services]) -> APIRouter:
    """`/api/approvals` and `/api/approvals/{id}`."""
    router = APIRouter(tags=["approvals"])

    @router.get("/api/approvals", operation_id="list_approvals")
    async def list_approvals(
        reader: Reader,
        state: Literal["open", "all"] = "open",
        limit: Annotated[int, Query(ge=1, le=200)] = 100,
        cursor: Cursor = None,
    ) -> ApprovalPage:
        """What waits for a decision; with `all` the decided, expired and void ones too, latest first."""
        now = datetime.now(UTC)
        query = _approvals()
        if state == "open":
            live = (approval.c.state == ApprovalState.OPEN.value) & (approval.c.expires_at > now)
            current = (approval.c.digest == request.c.digest) & request.c.closed_at.is_(None)
            query = query.where(live & current).order_by(approval.c.expires_at).limit(limit)
        else:
            query = page_after(query, approval.c.created_at, approval.c.id, cursor, limit)
        rows = await services().database.read(lambda c: [dict(row) for row in c.execute(query).mappings()])
        found = [_shown(row, reader, now, services()) for row in rows[:limit]]
        return ApprovalPage(
            approvals=[row for row in found if state == "all" or row.state is ApprovalState.OPEN],
            next=find_next(rows, limit, "created_at", "id"),
        )

    @router.get("/api/approvals/{approval_id}", operation_id="get_approval", responses={404: {"model": RefusalBody}})
    async def get_approval(approval_id: str, reader: Reader) -> ApprovalRow:
        """One approval, whatever became of it."""
        return await _get(services(), approval_id, reader)

    @router.post("/api/approvals/{approval_id}", operation_id="decide_approval", responses=_RESPONSES)
    async def decide(approval_id: str, decision: Decision, operator: Approver) -> ApprovalRow:
        """Approve or reject, once. Nobody decides on a request that he has a part in."""
        current = services()
        keep = partial(
            _decide,
            engine=current.engine,
            approval_id=approval_id,
            operator=operator,
            yes=decision.decision == "approve",
            reason=decision.reason,
            now=datetime.now(UTC),
        )
        try:
            queue = await current.database.write(keep, first=True)
        except ApprovalRefused as error:
            logger.warning("approval_refused", approval=approval_id, operator=operator.name, why=error.why)
            raise HTTPException(_STATUS[error.why], {"code": error.why, "message": str(error)}) from error
        if queue is not None:
            current.engine.nudge(queue)
        logger.info("approval_decided", approval=approval_id, operator=operator.name, decision=decision.decision)
        return await _get(current, approval_id, operator)

    return router


def _decide(
    connection: sa.Connection,
    engine: Engine,
    approval_id: str,
    operator: Operator,
    *,
    yes: bool,
    reason: str,
    now: datetime,
) -> str | None:
    """The decision with its line in the audit, in one commit."""
    queue = decide_approval(connection, engine, approval_id, operator, yes=yes, reason=reason, now=now)
    add_act(connection, operator.name, "approve" if yes else "reject", approval_id, {"reason": reason}, now=now)
    return queue


def _approvals() -> sa.Select[Any]:
    of_request = ("ticket_id", "plan", "site", "asked", "action", "closed_at")
    columns = [request.c[name] for name in of_request]
    return sa.select(approval, *columns).join(request, request.c.key == approval.c.request_key)


async def _get(services: Services, approval_id: str, reader: Operator | None) -> ApprovalRow:
    query = _approvals().where(approval.c.id == approval_id)
    row = await services.database.read(lambda c: c.execute(query).mappings().first())
    if row is None:
        raise HTTPException(404, {"code": WhyNot.UNKNOWN, "message": "no such approval"})
    return _shown(dict(row), reader, datetime.now(UTC), services)


def _shown(row: dict[str, Any], reader: Operator | None, now: datetime, services: Services) -> ApprovalRow:
    state = state_of(row, {"closed_at": row["closed_at"], "action": row["action"]}, now=now)
    current = parse_action(row["action"])
    action = current if current is not None and current.digest == row["digest"] else None
    is_open = state is ApprovalState.OPEN
    left_s = (row["expires_at"] - now).total_seconds() if is_open else 0
    why_not = _why_not(row, reader) if is_open else "closed"
    shown = {
        "state": state,
        "asked_by": _named(action) if action else "",
        "action": action,
        "steps": list_steps(action) if action else [],
        "why": WORDINGS[Code(row["code"])].private,
        "ticket_url": ticket_link(services.settings, row["ticket_id"]),
        "quote": row["asked"].get("quote", ""),
        "seconds_left": max(0, int(left_s)),
        "yours": not why_not,
        "why_not_yours": why_not,
    }
    return ApprovalRow.model_validate({**row, **shown})


def _why_not(row: dict[str, Any], reader: Operator | None) -> str:
    if reader is None or OperatorRole.APPROVER not in reader.roles:
        return "role"
    return "" if may_decide(row, reader) else "barred"


def _named(action: Action) -> str:
    author = action.author
    return f"{author.display_name} ({author.samaccountname})".strip() if author else ""
