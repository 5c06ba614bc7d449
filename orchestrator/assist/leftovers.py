"""What of Assist may be removed: requests that ended long ago, and what hangs on them; tickets nobody touches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.look import FRESH
from orchestrator.assist.tables import account_write, approval, confirmation, glpi_delivery, request, ticket

Find = Callable[[sa.Connection], Sequence[Any]]
QUIET = 4 * FRESH
"""A ticket is known much longer than its texts can ask for anything, or they would ask for it again."""


def list_leftovers(
    now: datetime, *, keep: timedelta, dedup: timedelta, limit: int
) -> list[tuple[sa.Column[Any], Find]]:
    """Key columns with what finds the keys to remove, in the order in which they can go."""
    before = now - keep
    quiet = now - max(keep, QUIET) - timedelta(days=1)
    return [
        (glpi_delivery.c.key, _finder(glpi_delivery.c.key, glpi_delivery.c.received_at < now - dedup, limit)),
        (account_write.c.request_key, _finder(account_write.c.request_key, account_write.c.at < before, limit)),
        (confirmation.c.id, _finder(confirmation.c.id, confirmation.c.request_key.in_(_ended(before)), limit)),
        (approval.c.id, _finder(approval.c.id, approval.c.request_key.in_(_ended(before)), limit)),
        (request.c.key, _finder(request.c.key, request.c.key.in_(_ended(before)) & ~_is_hung_on(), limit)),
        (ticket.c.ticket_id, _finder(ticket.c.ticket_id, _is_quiet(quiet), limit)),
    ]


def is_followed(run_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """A run of a request that we still have."""
    return sa.exists().where(sa.literal("request:") + request.c.key == run_id)


def _finder(key: sa.Column[Any], condition: sa.ColumnElement[bool], limit: int) -> Find:
    return partial(_find, sa.select(key).where(condition).limit(limit))


def _find(query: sa.Select[Any], connection: sa.Connection) -> Sequence[Any]:
    return connection.execute(query).scalars().all()


def _ended(before: datetime) -> sa.Select[Any]:
    return sa.select(request.c.key).where(request.c.closed_at < before, request.c.work.is_(False))


def _is_hung_on() -> sa.ColumnElement[bool]:
    confirmed = sa.exists().where(confirmation.c.request_key == request.c.key)
    return confirmed | sa.exists().where(approval.c.request_key == request.c.key)


def _is_quiet(before: datetime) -> sa.ColumnElement[bool]:
    idle = (ticket.c.hinted_at < before) & ticket.c.work.is_(False) & ticket.c.due_at.is_(None)
    return idle & ~sa.exists().where(request.c.ticket_id == ticket.c.ticket_id)
