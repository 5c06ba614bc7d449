"""Who is responsible for an outage, by rules. Pure: facts in, verdict out; the model never changes either.

Source: contracts/diagnosis.md, section 4. Rules are tried in the sheet's order, first match wins. Here: C1, F2, S1, X1,
L3, U1; a later one is a function more in _RULES.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.proactif.alerts import Alert
from shared.sites import Device, Party, Role, Site

DOWN_STATES = frozenset({"down", "lowerLayerDown"})


class Responsible(StrEnum):
    """Whose outage it is. NONE: no outage."""

    WIDIP = "WIDIP"
    FAI = "FAI"
    CLIENT = "CLIENT"
    UNKNOWN = "UNKNOWN"
    NONE = "NONE"


class Rule(StrEnum):
    """The sheet's rule ids."""

    S1 = "S1"
    C1 = "C1"
    F2 = "F2"
    L3 = "L3"
    X1 = "X1"
    U1 = "U1"


class Verdict(BaseModel):
    """What the rules say. confidence is 0 to 1; facts are short sentences in French, with what was read."""

    model_config = ConfigDict(frozen=True)

    responsible: Responsible
    confidence: float = Field(ge=0, le=1)
    rule: Rule
    facts: list[str]


class PortState(BaseModel):
    """A port as Observium last saw it; stale when its device no longer answers."""

    model_config = ConfigDict(frozen=True)

    port_id: int
    label: str
    alias: str = ""
    role: str = ""
    admin: str
    oper: str
    stale: bool = False

    @property
    def is_down(self) -> bool:
        """Enabled and not working, by fresh knowledge."""
        return not self.stale and self.admin == "up" and self.oper in DOWN_STATES


class DeviceState(BaseModel):
    """A device as Observium last saw it. status_type says why it is down: ping, snmp, dns."""

    model_config = ConfigDict(frozen=True)

    device_id: int
    hostname: str
    up: bool
    status_type: str = ""


class Snapshot(BaseModel):
    """What is known of a site at one moment. ports: those of the alert's device, if they could be read."""

    model_config = ConfigDict(frozen=True)

    site: Site | None
    alert: Alert
    devices: list[DeviceState]
    ports: list[PortState]

    def find_state(self, device_id: int) -> DeviceState | None:
        """The state of one device."""
        return next((d for d in self.devices if d.device_id == device_id), None)


class _Facts:
    """The snapshot with the questions that rules ask of it."""

    def __init__(self, snapshot: Snapshot, site: Site, entry: Device, state: DeviceState) -> None:
        self.snapshot = snapshot
        self.site = site
        self.entry = entry
        self.state = state
        self.wan = [p for p in snapshot.ports if p.label in entry.wan_ports]
        self.backup = [p for p in snapshot.ports if p.label in entry.backup_ports]

    @property
    def seen(self) -> list[tuple[Device, DeviceState]]:
        """The site's devices whose state is known, listed by id or by a pattern that fits their name."""
        states = {state.device_id: state for state in reversed(self.snapshot.devices)}.values()
        found = ((self._entry_of(state), state) for state in states)
        return [(entry, state) for entry, state in found if entry is not None]

    def _entry_of(self, state: DeviceState) -> Device | None:
        if state.device_id == self.state.device_id:
            return self.entry
        return self.site.find_device(state.device_id, state.hostname)

    @property
    def alerted_ports(self) -> list[PortState]:
        alert = self.snapshot.alert
        wanted = alert.entity_id if alert.entity_type == "port" else None
        return [p for p in self.snapshot.ports if p.port_id == wanted]


def diagnose(snapshot: Snapshot) -> Verdict:
    """The verdict of the first rule that fits. Without site, owner or state nothing is guessed: U1."""
    alert, site = snapshot.alert, snapshot.site
    entry = site.find_device(alert.device_id, alert.hostname) if site else None
    state = snapshot.find_state(alert.device_id)
    if site is None or entry is None:
        return _unknown("le site de cet équipement n'est pas dans le registre")
    if state is None:
        return _unknown("l'état de l'équipement n'a pas pu être lu dans Observium", confidence=0.3)
    facts = _Facts(snapshot, site, entry, state)
    return next(verdict for rule in _RULES if (verdict := rule(facts)) is not None)


def _c1(facts: _Facts) -> Verdict | None:
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


def _f2(facts: _Facts) -> Verdict | None:
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


def _s1(facts: _Facts) -> Verdict | None:
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


def _x1(facts: _Facts) -> Verdict | None:
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


def _all_down(facts: _Facts, down: list[DeviceState]) -> str:
    if len(down) == 1:
        return f"l'équipement {down[0].hostname}, routeur du site, ne répond plus"
    unread = {device.id for device in facts.site.device if device.id} - {state.device_id for state in down}
    known = " dont l'état est connu" if unread else ""
    return f"les {len(down)} équipements du site{known} ne répondent plus, routeur compris"


def _l3(facts: _Facts) -> Verdict | None:
    """Access ports down on a device that answers, none of them an uplink."""
    alerted = [p for p in facts.alerted_ports if p.is_down]
    links = {*facts.entry.wan_ports, *facts.entry.backup_ports}
    if not (facts.state.up and alerted) or any(p.label in links or p.role in ("core", "transit") for p in alerted):
        return None
    others = [p for p in facts.snapshot.ports if p.is_down and p not in alerted and p.role not in ("core", "transit")]
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


def _u1(facts: _Facts) -> Verdict:
    state = "répond" if facts.state.up else "ne répond pas"
    return _unknown(f"aucune règle ne s'applique : {facts.state.hostname} {state}", confidence=0.4)


def _unknown(fact: str, *, confidence: float = 0.2) -> Verdict:
    return Verdict(responsible=Responsible.UNKNOWN, confidence=confidence, rule=Rule.U1, facts=[fact])


_RULES: Sequence[Callable[[_Facts], Verdict | None]] = (_c1, _f2, _s1, _x1, _l3, _u1)
