"""Storms: so many incidents at once that they have one cause. Judged by the rules F1 and M0, without a model."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.proactif.case import Case
from orchestrator.proactif.diagnosis import Responsible, Rule, Verdict
from orchestrator.proactif.records import list_children_sites
from orchestrator.proactif.texts import clean_model_text
from shared.sites import Site, Sites


async def places_of(case: Case) -> list[str]:
    """The names of the sites of a storm, and the devices whose site nobody knows."""
    sites = {site.name for site in await _sites_of(case)}
    known = {device.id for site in await _sites_of(case) for device in site.device}
    others = {clean_model_text(a.alert.hostname, 100) for a in case.incident.alerts if a.alert.device_id not in known}
    return [*sorted(sites), *sorted(others)]


async def judge_storm(case: Case) -> Verdict:
    """The operator's, when all its sites are on one and another has none; the monitoring's own, otherwise."""
    return judge(await _sites_of(case), case.services.sites, count=len(case.incident.alerts))


async def _sites_of(case: Case) -> list[Site]:
    codes = await case.services.database.read(lambda c: list_children_sites(c, case.incident.key))
    found = (case.services.sites.by_code(code) for code in codes if code)
    return [site for site in found if site is not None]


def judge(down: Sequence[Site], registry: Sites, *, count: int) -> Verdict:
    """Rule F1 or M0 of contracts/diagnosis.md, section 4."""
    isps = {site.isp.name if site.isp else None for site in down}
    others = {site.isp.name for site in registry if site.isp} - isps
    if len(down) >= 2 and len(isps) == 1 and None not in isps and others:
        fact = f"{len(down)} sites de l'opérateur {isps.pop()} coupés en même temps, aucun d'un autre opérateur"
        return Verdict(responsible=Responsible.FAI, confidence=0.9, rule=Rule.F1, facts=[fact])
    fact = f"{count} alertes sur {len(down)} sites sans lien entre eux : supervision ou transit de WIDIP à vérifier"
    return Verdict(responsible=Responsible.UNKNOWN, confidence=0.5, rule=Rule.M0, facts=[fact])
