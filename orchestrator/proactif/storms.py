"""Storms: so many incidents at once that they have one cause. Judged by the rules F1 and M0, without a model."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.agent.cleaning import clean_model_text
from orchestrator.proactif.case import Case
from orchestrator.proactif.diagnosis import Responsible, Rule, Verdict
from orchestrator.proactif.investigation import list_cut_off
from orchestrator.proactif.records import list_children_sites, list_failing_sites
from shared.sites import Site, Sites

MAX_SITES = 50
"""So many are looked at: their state is read one by one, and the mail waits for it."""


async def places_of(case: Case) -> list[str]:
    """The names of the sites of a storm, and the devices whose site nobody knows."""
    sites = {site.name for site in await _sites_of(case)}
    known = {device.id for site in await _sites_of(case) for device in site.device}
    others = {clean_model_text(a.alert.hostname, 100) for a in case.incident.alerts if a.alert.device_id not in known}
    return [*sorted(sites), *sorted(others)]


async def judge_storm(case: Case) -> Verdict:
    """The operator's, when its sites are seen to be cut off, all on one and another has none; else the monitoring's."""
    codes = await case.services.database.read(lambda c: list_failing_sites(c, case.incident.key))
    failing = [case.services.sites.by_code(code) if code else None for code in codes]
    cut: list[Site] = []
    if find_operator(failing, case.services.sites):
        cut = await list_cut_off(case.tools, [site for site in failing if site][:MAX_SITES])
    count = sum(state.recovered_at is None for state in case.incident.alerts)
    return judge(failing, case.services.sites, cut=cut, count=count)


async def _sites_of(case: Case) -> list[Site]:
    codes = await case.services.database.read(lambda c: list_children_sites(c, case.incident.key))
    found = (case.services.sites.by_code(code) for code in codes if code)
    return [site for site in found if site is not None]


def find_operator(failing: Sequence[Site | None], registry: Sites) -> str | None:
    """The one operator of all these sites, while the registry has another."""
    isps = {site.isp.name if site and site.isp else None for site in failing}
    return next(iter(isps)) if len(isps) == 1 and registry.isps - isps else None


def judge(failing: Sequence[Site | None], registry: Sites, *, cut: Sequence[Site], count: int) -> Verdict:
    """Rule F1 or M0 of contracts/diagnosis.md, section 4.

    failing: the sites that have failed alerts, None for one that nobody knows. cut: those seen to be cut off, two and
    most of them, or the storm is something else. count: failed alerts.
    """
    isp = find_operator(failing, registry)
    if isp and len(cut) >= 2 and 2 * len(cut) > min(len(failing), MAX_SITES):
        fact = f"{len(cut)} sites de l'opérateur {isp} coupés en même temps, aucun d'un autre opérateur"
        return Verdict(responsible=Responsible.FAI, confidence=0.9, rule=Rule.F1, facts=[fact])
    fact = f"{count} alertes sur {len(failing)} sites sans lien établi : supervision ou transit de WIDIP à vérifier"
    return Verdict(responsible=Responsible.UNKNOWN, confidence=0.5, rule=Rule.M0, facts=[fact])
