"""The rules, each with the facts that make it fit and those that must not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.diagnosis import DeviceState, PortState, Responsible, Rule, Snapshot, diagnose
from shared.sites import Device, Party, Role, Site, Sites, load_sites

SITES: Sites = load_sites(Path(__file__).resolve().parent.parent.parent / "deploy/demo/sites.toml")


def alert(device_id: int = 11, port_id: int | None = 1101, hostname: str = "lilas-fw1.widip.example") -> Alert:
    return Alert(
        kind=AlertKind.ALERT,
        alert_id=1,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        device_id=device_id,
        hostname=hostname,
        entity_type="port" if port_id else "device",
        entity_id=port_id or device_id,
    )


def device(device_id: int, *, up: bool = True, why: str = "ok") -> DeviceState:
    return DeviceState(device_id=device_id, hostname=f"d{device_id}", up=up, status_type=why)


def port(number: int, label: str, *, admin: str = "up", oper: str = "up", **more: Any) -> PortState:
    return PortState(port_id=number, label=label, admin=admin, oper=oper, **more)


WAN_DOWN = port(1101, "wan1", oper="down", role="transit")
WAN_UP = port(1101, "wan1", role="transit")
BACKUP_UP = port(1102, "wan2", role="transit")
BACKUP_DOWN = port(1102, "wan2", oper="down", role="transit")
ALL_UP = [device(11), device(12), device(13)]
ALL_DOWN = [device(n, up=False, why="ping") for n in (11, 12, 13)]


def snapshot(about: Alert, devices: list[DeviceState], ports: list[PortState]) -> Snapshot:
    found = SITES.find_site(about.device_id, about.hostname)
    return Snapshot(site=found[0] if found else None, alert=about, devices=devices, ports=ports)


SWITCH = alert(12, 1202, "lilas-sw1.widip.example")
CASES = [
    ("F2", alert(), ALL_UP, [WAN_DOWN, BACKUP_UP], Responsible.FAI, 0.85),
    ("U1", alert(), ALL_UP, [WAN_DOWN, BACKUP_DOWN], Responsible.UNKNOWN, 0.4),
    ("U1", alert(), ALL_UP, [WAN_UP, BACKUP_UP], Responsible.UNKNOWN, 0.4),
    ("C1", alert(), ALL_UP, [port(1101, "wan1", admin="down", oper="down"), BACKUP_UP], Responsible.WIDIP, 0.85),
    ("S1", alert(11, None), [device(11, up=False, why="snmp")], [], Responsible.WIDIP, 0.8),
    ("S1", alert(22, None, "tilleuls-sw1.widip.example"), [device(22, up=False, why="snmp")], [], "UNKNOWN", 0.4),
    ("X1", alert(11, None), ALL_DOWN, [], Responsible.UNKNOWN, 0.5),
    ("X1", alert(11, None), ALL_DOWN[:2], [], Responsible.UNKNOWN, 0.5),
    ("X1", alert(31, None, "genets-fw1.widip.example"), [device(31, up=False, why="ping")], [], "UNKNOWN", 0.5),
    ("U1", alert(11, None), [*ALL_DOWN[:2], device(13)], [], Responsible.UNKNOWN, 0.4),
    ("U1", alert(11, None), [ALL_DOWN[0], device(13)], [], Responsible.UNKNOWN, 0.4),
    ("U1", alert(11, None), [*ALL_DOWN[:2], device(13, up=False, why="snmp")], [], Responsible.UNKNOWN, 0.4),
    ("U1", alert(12, None, "lilas-sw1.widip.example"), ALL_DOWN[1:], [], Responsible.UNKNOWN, 0.4),
    ("L3", SWITCH, ALL_UP, [port(1202, "Port 2", oper="down")], Responsible.CLIENT, 0.7),
    ("L3", SWITCH, ALL_UP, [port(1202, "P2", oper="down"), port(1203, "P3", oper="down")], Responsible.CLIENT, 0.5),
    ("U1", SWITCH, ALL_UP, [port(1202, "Port 2", oper="down", role="core")], Responsible.UNKNOWN, 0.4),
    ("U1", SWITCH, ALL_UP, [port(1202, "Port 2", oper="down", stale=True)], Responsible.UNKNOWN, 0.4),
    ("U1", alert(999, 5, "nobody.example"), [device(999)], [], Responsible.UNKNOWN, 0.2),
    ("U1", alert(), [], [], Responsible.UNKNOWN, 0.3),
]


@pytest.mark.parametrize(("rule", "about", "devices", "ports", "who", "confidence"), CASES)
def test_the_rule_of_the_sheet_decides(
    rule: str, about: Alert, devices: list[DeviceState], ports: list[PortState], who: str, confidence: float
) -> None:
    verdict = diagnose(snapshot(about, devices, ports))

    assert (verdict.rule, verdict.responsible, verdict.confidence) == (rule, who, confidence)
    assert verdict.facts


@pytest.mark.parametrize(
    ("down", "told"),
    [
        (ALL_DOWN, "les 3 équipements du site ne répondent plus, routeur compris"),
        (ALL_DOWN[:2], "les 2 équipements du site dont l'état est connu ne répondent plus, routeur compris"),
        (ALL_DOWN[:1], "l'équipement d11, routeur du site, ne répond plus"),
    ],
)
def test_dead_site_is_told_in_correct_french(down: list[DeviceState], told: str) -> None:
    verdict = diagnose(snapshot(alert(11, None), down, []))

    assert (verdict.rule, verdict.facts[0]) == (Rule.X1, told)


BY_PATTERN = Site(
    code="HETRES",
    name="Résidence Les Hêtres",
    glpi_entity_id=9,
    device=(
        Device(hostname="hetres-fw*", role=Role.EDGE, owner=Party.WIDIP),
        Device(hostname="hetres-ap*", role=Role.AP, owner=Party.WIDIP),
    ),
)


@pytest.mark.parametrize(
    ("is_ap_up", "rule", "told"),
    [(False, Rule.X1, "les 3 équipements"), (True, Rule.U1, "aucune règle")],
)
def test_devices_listed_by_pattern_count_for_a_dead_site(is_ap_up: bool, rule: Rule, told: str) -> None:
    names = {91: "hetres-fw1.example", 92: "hetres-ap1.example", 93: "hetres-ap2.example", 94: "elsewhere.example"}
    up = {94, 93} if is_ap_up else {94}
    states = [DeviceState(device_id=n, hostname=h, up=n in up, status_type="ping") for n, h in names.items()]

    about = alert(91, None, names[91])
    verdict = diagnose(Snapshot(site=BY_PATTERN, alert=about, devices=states, ports=[]))

    assert verdict.rule is rule
    assert told in verdict.facts[0]


def test_stale_ports_of_a_dead_device_accuse_nobody() -> None:
    stale = [port(1101, "wan1", oper="down", stale=True), port(1102, "wan2", stale=True)]

    verdict = diagnose(snapshot(alert(), ALL_UP, stale))

    assert verdict.responsible is Responsible.UNKNOWN


_words = st.sampled_from(["up", "down", "lowerLayerDown", "testing", ""])
_ports = st.builds(
    PortState,
    port_id=st.integers(1100, 1105),
    label=st.sampled_from(["wan1", "wan2", "lan1", "x"]),
    role=st.sampled_from(["transit", "core", ""]),
    admin=_words,
    oper=_words,
    stale=st.booleans(),
)
_devices = st.builds(
    DeviceState,
    device_id=st.sampled_from([11, 12, 13]),
    hostname=st.just("d"),
    up=st.booleans(),
    status_type=st.sampled_from(["ok", "ping", "snmp", "dns"]),
)


@pytest.mark.requirement("P-06")
@given(st.lists(_devices, max_size=4), st.lists(_ports, max_size=6))
def test_whatever_is_seen_there_is_one_verdict_and_the_isp_is_accused_only_by_f2(
    devices: list[DeviceState], ports: list[PortState]
) -> None:
    verdict = diagnose(snapshot(alert(), devices, ports))

    if verdict.responsible is Responsible.FAI:
        assert verdict.rule is Rule.F2
        assert any(p.label == "wan1" and p.is_down for p in ports)
        assert any(p.label == "wan2" and p.oper == "up" and not p.stale for p in ports)
