"""Who is responsible for an outage, by rules. Pure: facts in, verdict out; the model never changes either.

Source: contracts/diagnosis.md, section 4. Rules are tried in the sheet's order, first match wins for an alert; another
one is a function more in _RULES. Not here, because nothing we can read tells: P1 (UPS on battery), W1 (our own hubs),
F3 (the operator's gateway), Q1 and Q2 (traffic over time), X2 and X3 (what the site answers on the phone).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from datetime import timedelta

from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.diagnosis import DeviceState, Responsible, Rule, Snapshot, Verdict
from orchestrator.proactif.evidence import Evidence
from shared.sites import Party, Role

STALE = timedelta(minutes=10)
"""Two polls: Observium has not looked at a device that it calls up."""
REBOOT_MARGIN = timedelta(minutes=5)
"""One poll: an outage is known no better than that."""
_YIELDING = (Rule.S1, Rule.U1, Rule.M1)
"""What other alerts' verdicts go before: silent supervision, what no rule explains, planned work. M0 yields to none: it
doubts what the others were judged by."""


def diagnose(snapshot: Snapshot, alerts: Sequence[Alert]) -> Verdict:
    """Each alert's verdict is the first rule's that fits; of several verdicts the gravest stands.

    Without site, owner or state nothing is guessed: U1.
    """
    return min((_diagnose_one(snapshot, alert) for alert in alerts), key=_gravity)


def _gravity(verdict: Verdict) -> tuple[int, int]:
    """The sheet's order, but what is no outage comes last: it must not hide the outage of another alert."""
    yielding = _YIELDING.index(verdict.rule) + 1 if verdict.rule in _YIELDING else 0
    return yielding, list(Rule).index(verdict.rule)


def _diagnose_one(snapshot: Snapshot, alert: Alert) -> Verdict:
    site = snapshot.site
    if not snapshot.read:
        return _monitoring("Observium ne répond pas : l'état du site n'a pas pu être lu")
    entry = site.find_device(alert.device_id, alert.hostname) if site else None
    state = snapshot.find_state(alert.device_id)
    if site is None or entry is None:
        return _unknown("le site de cet équipement n'est pas dans le registre")
    if state is None:
        return _unknown("l'état de l'équipement n'a pas pu être lu dans Observium", confidence=0.3)
    facts = Evidence(snapshot, alert, site, entry, state)
    return next(verdict for rule in _RULES if (verdict := rule(facts)) is not None)


def micro_outage(lasted: timedelta) -> Verdict:
    """R1: over before the hold-down was."""
    return Verdict(
        responsible=Responsible.NONE,
        confidence=0.9,
        rule=Rule.R1,
        facts=[f"micro-coupure : rétabli au bout de {lasted / timedelta(seconds=1):.0f} s, sans suite"],
    )


def judge_recovery(devices: Sequence[DeviceState], outage: timedelta, *, edges: Set[int]) -> Verdict | None:
    """X4 and X5, after an X1: what restarted meanwhile had lost its power, what did not had lost its line.

    edges: the ids of the site's routers. X5 accuses the operator, so a router and one device more must have been read.
    """
    known = [device for device in devices if device.up and device.uptime is not None]
    rebooted = [device for device in known if device.uptime is not None and device.uptime < outage + REBOOT_MARGIN]
    names = ", ".join(device.hostname for device in rebooted)
    if len(rebooted) >= 2 and 2 * len(rebooted) > len(known):
        facts = [f"{len(rebooted)} équipements sur {len(known)} ont redémarré pendant la coupure : {names}"]
        return Verdict(responsible=Responsible.CLIENT, confidence=0.85, rule=Rule.X4, facts=facts)
    has_edge = any(device.device_id in edges for device in known)
    if has_edge and len(known) >= 2 and not rebooted and outage > REBOOT_MARGIN:
        facts = [f"aucun des {len(known)} équipements lus n'a redémarré : le courant n'a pas manqué"]
        return Verdict(responsible=Responsible.FAI, confidence=0.85, rule=Rule.X5, facts=facts)
    return None


def _m0(facts: Evidence) -> Verdict | None:
    """Monitoring itself is in doubt: it does not look any more, or cannot resolve names."""
    if facts.state.status_type == "dns":
        return _monitoring(f"le nom de {facts.state.hostname} n'est plus résolu : panne de la supervision probable")
    up = [state for _, state in facts.seen if state.up and state.polled_at is not None]
    stale = [state for state in up if state.polled_at and facts.snapshot.taken_at - state.polled_at > STALE]
    if up and len(stale) == len(up):
        return _monitoring(f"Observium n'interroge plus {stale[0].hostname} depuis plus de dix minutes")
    return None


def _monitoring(fact: str) -> Verdict:
    return Verdict(responsible=Responsible.UNKNOWN, confidence=0.5, rule=Rule.M0, facts=[fact])


def _m1(facts: Evidence) -> Verdict | None:
    """Muted in Observium: planned work."""
    if not facts.state.muted:
        return None
    fact = f"{facts.state.hostname} est ignoré ou désactivé dans Observium : intervention prévue"
    return Verdict(responsible=Responsible.NONE, confidence=1.0, rule=Rule.M1, facts=[fact])


def _f1(facts: Evidence) -> Verdict | None:
    """Several sites of one operator within minutes, and none of another."""
    isp = facts.site.isp
    down = facts.snapshot.down_sites
    if isp is None or not facts.is_unreachable or facts.entry.role is not Role.EDGE or len(down) < 2:
        return None
    if not facts.snapshot.other_isps or any(site.isp is None or site.isp.name != isp.name for site in down):
        return None
    return Verdict(
        responsible=Responsible.FAI,
        confidence=0.9,
        rule=Rule.F1,
        facts=[f"{len(down)} sites de l'opérateur {isp.name} coupés en dix minutes, aucun d'un autre opérateur"],
    )


def _c1(facts: Evidence) -> Verdict | None:
    """A WAN port shut by an administrator."""
    shut = [p for p in facts.wan if not p.stale and p.admin == "down"]
    if not (facts.state.up and shut):
        return None
    return Verdict(
        responsible=Responsible.WIDIP,
        confidence=0.85,
        rule=Rule.C1,
        facts=[f"le port WAN {shut[0].label} de {facts.state.hostname} est désactivé administrativement"],
    )


def _f2(facts: Evidence) -> Verdict | None:
    """The edge answers by its backup, its WAN port is enabled and down: the line."""
    down = [p for p in facts.wan if p.is_down]
    alive = [p for p in facts.backup if not p.stale and p.oper == "up"]
    if not (facts.entry.role is Role.EDGE and facts.state.up and down and alive):
        return None
    isp = f" ({facts.site.isp.name}, circuit {facts.site.isp.circuit})" if facts.site.isp else ""
    return Verdict(
        responsible=Responsible.FAI,
        confidence=0.85,
        rule=Rule.F2,
        facts=[
            f"le routeur {facts.state.hostname} répond par le lien de secours {alive[0].label}",
            f"le port WAN {down[0].label} est activé mais hors service{isp}",
        ],
    )


def _s1(facts: Evidence) -> Verdict | None:
    """Pings, but SNMP is silent: supervision, not an outage."""
    if facts.state.up or facts.state.status_type != "snmp":
        return None
    ours = facts.entry.owner is Party.WIDIP
    return Verdict(
        responsible=Responsible.WIDIP if ours else Responsible.UNKNOWN,
        confidence=0.8 if ours else 0.4,
        rule=Rule.S1,
        facts=[f"{facts.state.hostname} répond au ping mais plus en SNMP : supervision ou configuration"],
    )


def _x1(facts: Evidence) -> Verdict | None:
    """All that is known is down, the edge included: line or power, nobody can tell from here."""
    seen = facts.seen
    if any(state.up or state.status_type != "ping" for _, state in seen):
        return None
    if not any(entry.role is Role.EDGE for entry, _ in seen):
        return None
    return Verdict(
        responsible=Responsible.UNKNOWN,
        confidence=0.5,
        rule=Rule.X1,
        facts=[
            _all_down(facts, [state for _, state in seen]),
            "coupure de l'opérateur ou coupure électrique : demander si le courant et les voyants de la box sont là",
        ],
    )


def _e1(facts: Evidence) -> Verdict | None:
    """Only the edge is silent: what is behind it answers by another way."""
    others = [state for _, state in facts.seen if state is not facts.state]
    if facts.entry.role is not Role.EDGE or not facts.is_unreachable or not any(state.up for state in others):
        return None
    fact = f"le routeur {facts.state.hostname} ne répond plus, d'autres équipements du site répondent"
    return Verdict(responsible=_owner(facts), confidence=0.75, rule=Rule.E1, facts=[fact])


def _w2(facts: Evidence) -> Verdict | None:
    """One device of ours is silent, the port that it hangs on is up: the device itself."""
    uplink = facts.uplink
    if not facts.is_unreachable or facts.entry.owner is not Party.WIDIP or uplink is None or uplink.oper != "up":
        return None
    silent = [state for _, state in facts.seen if not state.up]
    if facts.entry.role is Role.EDGE or len(silent) != 1 or not any(edge.up for edge in facts.edges):
        return None
    fact = f"{facts.state.hostname} ne répond plus alors que son lien {uplink.label} est actif"
    return Verdict(responsible=Responsible.WIDIP, confidence=0.75, rule=Rule.W2, facts=[fact])


def _l1(facts: Evidence) -> Verdict | None:
    """A switch and all that hangs on it, while the edge answers."""
    if facts.entry.role is not Role.SWITCH or not facts.is_unreachable or not any(edge.up for edge in facts.edges):
        return None
    behind = facts.behind
    if any(state.up for state in behind) or (facts.uplink is not None and facts.uplink.is_down):
        return None
    after = f" ni les {len(behind)} équipements derrière lui" if behind else ""
    fact = f"le routeur répond, le commutateur {facts.state.hostname} ne répond plus{after}"
    return Verdict(responsible=_owner(facts), confidence=0.7, rule=Rule.L1, facts=[fact])


def _l2(facts: Evidence) -> Verdict | None:
    """A silent device on a port that is down: its cable, its power, itself."""
    uplink = facts.uplink
    if not facts.is_unreachable or uplink is None or not uplink.is_down or not any(edge.up for edge in facts.edges):
        return None
    responsible = Responsible.WIDIP if facts.entry.owner is Party.WIDIP else Responsible.CLIENT
    fact = f"{facts.state.hostname} ne répond plus et le port {uplink.label} auquel il est raccordé est hors service"
    return Verdict(responsible=responsible, confidence=0.65, rule=Rule.L2, facts=[fact])


def _l4(facts: Evidence) -> Verdict | None:
    """A trunk of the site's own network."""
    trunks = [p for p in facts.alerted_ports if p.is_down and p.role == "core"]
    if not facts.state.up or not trunks:
        return None
    fact = f"{facts.state.hostname} répond ; son lien interne {trunks[0].label} est hors service"
    return Verdict(responsible=_owner(facts), confidence=0.7, rule=Rule.L4, facts=[fact])


def _owner(facts: Evidence) -> Responsible:
    return Responsible(facts.entry.owner.value)


def _all_down(facts: Evidence, down: list[DeviceState]) -> str:
    if len(down) == 1:
        return f"l'équipement {down[0].hostname}, routeur du site, ne répond plus"
    unread = {device.id for device in facts.site.device if device.id} - {state.device_id for state in down}
    known = " dont l'état est connu" if unread else ""
    return f"les {len(down)} équipements du site{known} ne répondent plus, routeur compris"


def _l3(facts: Evidence) -> Verdict | None:
    """Access ports down on a device that answers, none of them an uplink."""
    alerted = [p for p in facts.alerted_ports if p.is_down]
    links = {*facts.entry.wan_ports, *facts.entry.backup_ports}
    if not (facts.state.up and alerted) or any(p.label in links or p.role in ("core", "transit") for p in alerted):
        return None
    others = [p for p in facts.ports if p.is_down and p not in alerted and p.role not in ("core", "transit")]
    named = f"{alerted[0].label} ({alerted[0].alias})" if alerted[0].alias else alerted[0].label
    return Verdict(
        responsible=Responsible.CLIENT,
        confidence=0.5 if others else 0.7,
        rule=Rule.L3,
        facts=[
            f"{facts.state.hostname} répond ; le port d'accès {named} est hors service",
            *([f"{len(others)} autre(s) port(s) d'accès hors service sur cet équipement"] if others else []),
        ],
    )


def _u1(facts: Evidence) -> Verdict:
    state = "répond" if facts.state.up else "ne répond pas"
    doubles = [f"deux ports portent le libellé {label}" for label in facts.ambiguous]
    return _unknown(f"aucune règle ne s'applique : {facts.state.hostname} {state}", *doubles, confidence=0.4)


def _unknown(*facts: str, confidence: float = 0.2) -> Verdict:
    return Verdict(responsible=Responsible.UNKNOWN, confidence=confidence, rule=Rule.U1, facts=list(facts))


_RULES: Sequence[Callable[[Evidence], Verdict | None]] = (
    _m0,
    _m1,
    _f1,
    _c1,
    _f2,
    _s1,
    _x1,
    _e1,
    _w2,
    _l1,
    _l2,
    _l4,
    _l3,
    _u1,
)
