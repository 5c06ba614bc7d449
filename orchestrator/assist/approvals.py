"""Approvals: a named operator says yes or no to one exact action, once, within 8 hours.

Who wrote, asked for, edited or confirmed it, whose account it is and who would receive its news cannot decide.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from orchestrator.agent.policy import Code
from orchestrator.assist.action import Action
from orchestrator.assist.identity import Identity
from orchestrator.assist.rows import Row, load_request, parse_action, run_id_of, start_request
from orchestrator.assist.tables import approval
from orchestrator.journal import add_line
from orchestrator.operators import Operator
from shared.engine import Engine
from shared.errors import Refused

APPROVAL_LIFE = timedelta(hours=8)


class ApprovalState(StrEnum):
    """Where an approval stands. void: what it was about has changed, or is over."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"


class WhyNot(StrEnum):
    """Why an operator's decision is not taken."""

    UNKNOWN = "unknown"
    DECIDED = "decided"
    EXPIRED = "expired"
    VOID = "void"
    BARRED = "barred"


_SAID = {
    WhyNot.UNKNOWN: "no such approval",
    WhyNot.DECIDED: "it is decided already",
    WhyNot.EXPIRED: "it has expired: the ticket says so, and a technician takes over",
    WhyNot.VOID: "what it was about has changed or is over: decide on the new one, if there is one",
    WhyNot.BARRED: "you have a part in this request: somebody else must decide",
}


class ApprovalRefused(Refused):
    """This decision is not taken; `why` is for machines."""

    code = "approval_refused"

    def __init__(self, why: WhyNot) -> None:
        super().__init__(_SAID[why])
        self.why = why


@dataclass(frozen=True, slots=True)
class Barred:
    """Who must not decide: GLPI accounts and directory accounts."""

    ids: frozenset[int]
    guids: frozenset[str]

    def has(self, operator: Operator) -> bool:
        """True when the operator is one of them, by either of his accounts."""
        return operator.glpi_id in self.ids or str(operator.object_guid) in self.guids


def open_approval(
    connection: sa.Connection,
    action: Action,
    code: Code,
    identity: Identity,
    *,
    now: datetime,
    requester_ids: Iterable[int] = (),
) -> str:
    """The id of this action's approval, made at the first call; one that was void is open again.

    requester_ids: the ticket's requesters in GLPI. Whoever got a part in the request since the first call is barred
    too; whatever was asked or allowed for another action of the request is void. The request must hold this action as
    its own by the same commit.
    """
    load_request(connection, action.request_key)
    void_approvals(connection, action.request_key, action.digest)
    row = _find(connection, action.request_key, action.digest)
    barred = _barred_by(action, identity, requester_ids)
    if row is not None:
        barred = _join(barred, _barred_of(row))
    values: dict[str, Any] = {"barred_ids": sorted(barred.ids), "barred_guids": sorted(barred.guids)}
    if row is None or row["state"] == ApprovalState.VOID:
        values |= {"code": code.value, "identity": identity.model_dump(mode="json"), "state": ApprovalState.OPEN}
        values |= {"created_at": now, "expires_at": now + APPROVAL_LIFE}
        values |= {"decided_at": None, "decided_by": "", "reason": ""}
    if row is not None:
        connection.execute(approval.update().where(approval.c.id == row["id"]).values(values))
        return str(row["id"])
    values |= {"id": secrets.token_hex(16), "request_key": action.request_key, "digest": action.digest}
    connection.execute(approval.insert().values(values))
    return str(values["id"])


def find_approval(connection: sa.Connection, request_key: str, digest: str, now: datetime) -> ApprovalState | None:
    """How the approval of exactly this action stands; None when none was asked for."""
    row = _find(connection, request_key, digest)
    return None if row is None else _state_at(row, now)


def has_new_requester(connection: sa.Connection, request_key: str, digest: str, requester_ids: Iterable[int]) -> bool:
    """True when somebody is a requester of the ticket who could still have decided: it may be who did."""
    row = _find(connection, request_key, digest)
    return row is not None and row["state"] == ApprovalState.APPROVED and not set(requester_ids) <= _barred_of(row).ids


def state_of(row: Mapping[str, Any], asked: Mapping[str, Any], *, now: datetime) -> ApprovalState:
    """How an approval's row stands beside its request's: void once that is closed or about anything else."""
    state = _state_at(row, now)
    if state is not ApprovalState.OPEN or asked["closed_at"] is not None:
        return ApprovalState.VOID if state is ApprovalState.OPEN else state
    action = parse_action(asked["action"])
    return state if action is not None and action.digest == row["digest"] else ApprovalState.VOID


def may_decide(row: Mapping[str, Any], operator: Operator) -> bool:
    """False for whoever has a part in the request."""
    return not _barred_of(row).has(operator)


def decide_approval(
    connection: sa.Connection,
    engine: Engine,
    approval_id: str,
    operator: Operator,
    *,
    yes: bool,
    reason: str,
    now: datetime,
) -> str | None:
    """Keep the decision and have the request looked at; returns the queue to nudge after the commit.

    Raises ApprovalRefused. Two operators at once: the first wins, the other is told that it is decided.
    """
    request_key = connection.execute(sa.select(approval.c.request_key).where(approval.c.id == approval_id)).scalar()
    # From here on nobody else decides, or changes what is asked.
    asked = load_request(connection, request_key) if request_key is not None else None
    row = connection.execute(sa.select(approval).where(approval.c.id == approval_id)).mappings().first()
    if asked is None or row is None:
        raise ApprovalRefused(WhyNot.UNKNOWN)
    _check_decidable(dict(row), asked, operator, now)
    state = ApprovalState.APPROVED if yes else ApprovalState.REJECTED
    decision = {"state": state, "decided_at": now, "decided_by": operator.name, "reason": reason}
    connection.execute(approval.update().where(approval.c.id == approval_id).values(decision))
    detail = {"approval": approval_id, "decision": state, "by": operator.name, "reason": reason}
    add_line(connection, run_id_of(asked["key"]), "approval", {**detail, "digest": row["digest"]}, now=now)
    return start_request(connection, engine, asked["key"], now=now)


def void_approvals(connection: sa.Connection, request_key: str, keep_digest: str | None) -> None:
    """What was asked or allowed for any other action counts no more, even if that action should come back."""
    live = approval.c.state.in_([ApprovalState.OPEN, ApprovalState.APPROVED])
    others = (approval.c.request_key == request_key) & live
    if keep_digest is not None:
        others &= approval.c.digest != keep_digest
    connection.execute(approval.update().where(others).values(state=ApprovalState.VOID))


def _check_decidable(row: Mapping[str, Any], asked: Row, operator: Operator, now: datetime) -> None:
    state = state_of(row, asked, now=now)
    if state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
        raise ApprovalRefused(WhyNot.DECIDED)
    if state is ApprovalState.EXPIRED:
        raise ApprovalRefused(WhyNot.EXPIRED)
    if state is ApprovalState.VOID:
        raise ApprovalRefused(WhyNot.VOID)
    if not may_decide(row, operator):
        raise ApprovalRefused(WhyNot.BARRED)


def _find(connection: sa.Connection, request_key: str, digest: str) -> Row | None:
    mine = (approval.c.request_key == request_key) & (approval.c.digest == digest)
    row = connection.execute(sa.select(approval).where(mine)).mappings().first()
    return dict(row) if row else None


def _state_at(row: Mapping[str, Any], now: datetime) -> ApprovalState:
    state = ApprovalState(row["state"])
    return ApprovalState.EXPIRED if state is ApprovalState.OPEN and now >= row["expires_at"] else state


def _barred_by(action: Action, identity: Identity, requester_ids: Iterable[int]) -> Barred:
    ids = {*identity.editor_ids, *requester_ids}
    if identity.author_id is not None:
        ids.add(identity.author_id)
    people = (action.author, action.account, action.confirmer, action.recipient, action.owner)
    guids = {str(person.object_guid) for person in people if person is not None}
    if identity.object_guid is not None:
        guids.add(str(identity.object_guid))
    return Barred(frozenset(ids), frozenset(guids))


def _barred_of(row: Mapping[str, Any]) -> Barred:
    return Barred(frozenset(row["barred_ids"]), frozenset(row["barred_guids"]))


def _join(one: Barred, other: Barred) -> Barred:
    return Barred(one.ids | other.ids, one.guids | other.guids)
