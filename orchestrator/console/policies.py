"""The policy table as operators read it, and what each plan may do on each site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from orchestrator.agent.policy import TABLE, Code, Mode, Verdict
from orchestrator.assist.plans import Plan
from orchestrator.assist.refusals import WORDINGS
from orchestrator.assist.switches import ALL, DEFAULT, UNKNOWN_SITE, list_switches
from shared.sites import Site, Sites


class PolicyRow(BaseModel):
    """One line of the table; the first that fits a situation decides. when: the situation, in English.

    code: why; none where whoever found the fact out says it. why: in French.
    """

    number: int
    when: str
    verdict: Verdict
    code: Code | None
    why: str


class Said(BaseModel):
    """Who says a mode: a switch, or sites.toml. by and reason: of a switch."""

    source: Literal["switch", "sites.toml", "default"]
    plan: str
    site: str
    mode: Mode
    by: str = ""
    reason: str = ""


class PlanMode(BaseModel):
    """What a plan may do on a site: the strictest of all that is said."""

    plan: Plan
    site: str
    mode: Mode
    said: list[Said]


class PlanSummary(BaseModel):
    """A plan over all sites. by_mode: on how many of them it is off, suggested, on. everywhere: its own switch."""

    plan: Plan
    everywhere: Mode | None
    by_mode: dict[Mode, int]


class Policies(BaseModel):
    """The table and the plans; `kill_switch`: the mode of all plans on all sites, when one is set."""

    table: list[PolicyRow]
    plans: list[PlanSummary]
    kill_switch: Mode | None


def read_policies(connection: sa.Connection, sites: Sites) -> Policies:
    """As it stands now."""
    rows = list_switches(connection)
    switches = {(row["plan"], row["site"]): _mode(row["mode"]) for row in rows}
    plans = []
    for plan in Plan:
        modes = [one.mode for one in _list_modes(rows, sites, plan)]
        by_mode = {mode: modes.count(mode) for mode in Mode}
        plans.append(PlanSummary(plan=plan, everywhere=switches.get((plan.value, ALL)), by_mode=by_mode))
    return Policies(table=list_table(), plans=plans, kill_switch=switches.get((ALL, ALL)))


def list_table() -> list[PolicyRow]:
    """The table, in its order."""
    rows = []
    for number, row in enumerate(TABLE, 1):
        code = row.code if isinstance(row.code, Code) else None
        why = WORDINGS[code].private if code else ""
        rows.append(PolicyRow(number=number, when=row.when, verdict=row.verdict, code=code, why=why))
    return rows


def read_modes(connection: sa.Connection, sites: Sites, plan: Plan) -> list[PlanMode]:
    """One plan on every site, and where no site is known."""
    return _list_modes(list_switches(connection), sites, plan)


def _list_modes(rows: Sequence[Mapping[str, Any]], sites: Sites, plan: Plan) -> list[PlanMode]:
    """As switches.mode_of says it, for all sites from one reading of the switches."""
    about = [row for row in rows if row["plan"] in (plan.value, ALL)]
    found = []
    for place in (*sites, None):
        said = _list_said(about, plan, place)
        mode = min((one.mode for one in said), key=tuple(Mode).index)
        found.append(PlanMode(plan=plan, site=place.code if place else UNKNOWN_SITE, mode=mode, said=said))
    return found


def _list_said(rows: Sequence[Mapping[str, Any]], plan: Plan, place: Site | None) -> list[Said]:
    code = place.code if place else UNKNOWN_SITE
    said = [
        Said(
            source="switch",
            plan=row["plan"],
            site=row["site"],
            mode=_mode(row["mode"]),
            by=row["changed_by"],
            reason=row["reason"],
        )
        for row in rows
        if row["site"] in (code, ALL)
    ]
    autonomy = place.autonomy.items() if place else ()
    own = [mode for name, mode in autonomy if name == plan.value.lower()]
    said += [Said(source="sites.toml", plan=plan.value, site=code, mode=_mode(mode)) for mode in own]
    return said or [Said(source="default", plan=plan.value, site=code, mode=DEFAULT)]


def _mode(value: str) -> Mode:
    return Mode(value) if value in set(Mode) else Mode.OFF
