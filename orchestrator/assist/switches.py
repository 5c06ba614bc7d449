"""The kill switch: what a plan may do on a site, kept in the database and read before every write."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from orchestrator.agent.policy import Mode
from orchestrator.assist.plans import Plan
from orchestrator.assist.rows import Row
from orchestrator.assist.tables import switch
from orchestrator.journal import add_line
from shared.errors import Refused
from shared.sites import Site

ALL = "*"
UNKNOWN_SITE = "?"
DEFAULT = Mode.SUGGEST
_STRICTEST_FIRST = tuple(Mode)
_NO_ACCOUNT = (Plan.QUESTION, Plan.NOT_OURS)


def mode_of(connection: sa.Connection, plan: Plan, site: Site | None) -> Mode:
    """The strictest of all that is said of this plan and this site, here and in sites.toml; `suggest` if nothing is."""
    code = site.code if site is not None else UNKNOWN_SITE
    said = switch.c.plan.in_([plan.value, ALL]) & switch.c.site.in_([code, ALL])
    modes = [_parse_mode(value) for value in connection.execute(sa.select(switch.c.mode).where(said)).scalars()]
    if site is not None:
        modes += [_parse_mode(mode) for name, mode in site.autonomy.items() if name == plan.value.lower()]
    return min(modes, key=_STRICTEST_FIRST.index, default=DEFAULT)


def mode_at(connection: sa.Connection, plan: Plan, site: Site | None, entity: Site | None) -> Mode:
    """The stricter of what is said of the author's site and of that of the ticket's entity.

    Accounts are changed on the author's site alone: where that is not known, the entity's does not stand for it.
    """
    is_known = site is not None or (entity is not None and plan in _NO_ACCOUNT)
    places = [place for place in (site, entity) if place is not None]
    modes = [mode_of(connection, plan, place) for place in (*places, *(() if is_known else (None,)))]
    return min(modes, key=_STRICTEST_FIRST.index)


def list_switches(connection: sa.Connection) -> list[Row]:
    """All that are set."""
    query = sa.select(switch).order_by(switch.c.plan, switch.c.site)
    return [dict(row) for row in connection.execute(query).mappings()]


class Loosened(Refused):
    """A switch would be turned up by somebody who may only turn it down."""

    code = "loosened"

    def __init__(self) -> None:
        super().__init__("you may turn a plan down; turning it up needs an administrator")


def set_switch(
    connection: sa.Connection,
    plan: str,
    site: str,
    *,
    mode: Mode,
    by: str,
    reason: str,
    now: datetime,
    may_loosen: bool = True,
) -> Row:
    """Set one; it counts from the next write on. plan and site: one, or `*` for all; site `?`: where none is known.

    Raises Loosened when it would be turned up and must not be.
    """
    values = {"mode": mode.value, "changed_at": now, "changed_by": by, "reason": reason}
    mine = (switch.c.plan == plan) & (switch.c.site == site)
    before = connection.execute(sa.select(switch.c.mode).where(mine).with_for_update()).scalar()
    highest = DEFAULT if before is None else _parse_mode(before)
    if not may_loosen and _STRICTEST_FIRST.index(mode) > _STRICTEST_FIRST.index(highest):
        raise Loosened
    if not connection.execute(switch.update().where(mine).values(values)).rowcount:
        connection.execute(switch.insert().values(plan=plan, site=site, **values))
    detail = {"plan": plan, "site": site, "mode": mode.value, "by": by, "reason": reason}
    add_line(connection, f"switch:{plan}/{site}", "switch", detail, now=now)
    return {"plan": plan, "site": site, **values}


def _parse_mode(value: str) -> Mode:
    """What somebody wrote into the database by hand and nobody understands is off."""
    try:
        return Mode(value)
    except ValueError:
        return Mode.OFF
