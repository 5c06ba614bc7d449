"""The rules, each with the facts that make it fit and those that must not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.proactif.alerts import Alert, AlertKind
from orchestrator.proactif.diagnosis import DeviceState, PortState, Responsible, Rule, Snapshot, Verdict
from orchestrator.proactif.rules import diagnose, judge_recovery, micro_outage
from orchestrator.proactif.storms import judge
from shared.sites import Device, Party, Role, Site, Sites, load_sites

NOW = datetime(2026, 11, 20, 21, 10, tzinfo=UTC)
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


def device(device_id: int, *, up: bool = True, why: str = "ok", **more: Any) -> DeviceState:
    return DeviceState(device_id=device_id, hostname=f"d{device_id}", up=up, status_type=why, **more)


def port(number: int, label: str, *, admin: str = "up", oper: str = "up", **more: Any) -> PortState:
    """A port; 1101 is on device 11."""
    return PortState(port_id=number, device_id=number // 100, label=label, admin=admin, oper=oper, **more)


WAN_DOWN = port(1101, "wan1", oper="down", role="transit")
WAN_UP = port(1101, "wan1", role="transit")
BACKUP_UP = port(1102, "wan2", role="transit")
BACKUP_DOWN = port(1102, "wan2", oper="down", role="transit")
ALL_UP = [device(11), device(12), device(13)]
ALL_DOWN = [device(n, up=False, why="ping") for n in (11, 12, 13)]


def judged(
    about: Alert, devices: list[DeviceState], ports: list[PortState], *, site: Site | None = None, **more: Any
) -> Verdict:
    """The verdict on one alert, with the site that the registry knows unless another is given."""
    found = SITES.find_site(about.device_id, about.hostname)
    where = site or (found[0] if found else None)
    return diagnose(Snapshot(site=where, taken_at=NOW, devices=devices, ports=ports, **more), [about])


SWITCH = alert(12, 1202, "lilas-sw1.widip.example")
SW1_SILENT = alert(12, None, "lilas-sw1.widip.example")
CLIENT_SILENT = alert(22, None, "tilleuls-sw1.widip.example")
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
    ("E1", alert(11, None), [*ALL_DOWN[:2], device(13)], [], Responsible.WIDIP, 0.75),
    ("E1", alert(11, None), [ALL_DOWN[0], device(13)], [], Responsible.WIDIP, 0.75),
    ("U1", alert(11, None), [*ALL_DOWN[:2], device(13, up=False, why="snmp")], [], Responsible.UNKNOWN, 0.4),
    ("U1", alert(12, None, "lilas-sw1.widip.example"), ALL_DOWN[1:], [], Responsible.UNKNOWN, 0.4),
    ("L3", SWITCH, ALL_UP, [port(1202, "Port 2", oper="down")], Responsible.CLIENT, 0.7),
    ("L3", SWITCH, ALL_UP, [port(1202, "P2", oper="down"), port(1203, "P3", oper="down")], Responsible.CLIENT, 0.5),
    ("L4", SWITCH, ALL_UP, [port(1202, "Port 2", oper="down", role="core")], Responsible.WIDIP, 0.7),
    ("L1", SW1_SILENT, [device(11), *ALL_DOWN[1:]], [], Responsible.WIDIP, 0.7),
    ("U1", SW1_SILENT, [device(11), ALL_DOWN[1], device(13)], [], Responsible.UNKNOWN, 0.4),
    ("L1", CLIENT_SILENT, [device(21), device(22, up=False, why="ping")], [], Responsible.CLIENT, 0.7),
    ("M0", alert(11, None), [device(11, up=False, why="dns")], [], Responsible.UNKNOWN, 0.5),
    ("M0", alert(), [device(11, polled_at=NOW - timedelta(minutes=11))], [WAN_DOWN, BACKUP_UP], "UNKNOWN", 0.5),
    ("F2", alert(), [device(11, polled_at=NOW - timedelta(minutes=9))], [WAN_DOWN, BACKUP_UP], "FAI", 0.85),
    ("M1", alert(), [device(11, muted=True)], [WAN_DOWN, BACKUP_UP], Responsible.NONE, 1.0),
    ("U1", SWITCH, ALL_UP, [port(1202, "Port 2", oper="down", stale=True)], Responsible.UNKNOWN, 0.4),
    ("U1", alert(999, 5, "nobody.example"), [device(999)], [], Responsible.UNKNOWN, 0.2),
    ("U1", alert(), [], [], Responsible.UNKNOWN, 0.3),
]


@pytest.mark.parametrize(("rule", "about", "devices", "ports", "who", "confidence"), CASES)
def test_the_rule_of_the_sheet_decides(
    rule: str, about: Alert, devices: list[DeviceState], ports: list[PortState], who: str, confidence: float
) -> None:
    verdict = judged(about, devices, ports)

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
    verdict = judged(alert(11, None), down, [])

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
    [(False, Rule.X1, "les 3 équipements"), (True, Rule.E1, "d'autres équipements du site répondent")],
)
def test_devices_listed_by_pattern_count_for_a_dead_site(is_ap_up: bool, rule: Rule, told: str) -> None:
    names = {91: "hetres-fw1.example", 92: "hetres-ap1.example", 93: "hetres-ap2.example", 94: "elsewhere.example"}
    up = {94, 93} if is_ap_up else {94}
    states = [DeviceState(device_id=n, hostname=h, up=n in up, status_type="ping") for n, h in names.items()]

    about = alert(91, None, names[91])
    verdict = judged(about, states, [], site=BY_PATTERN)

    assert verdict.rule is rule
    assert told in verdict.facts[0]


def test_stale_ports_of_a_dead_device_accuse_nobody() -> None:
    stale = [port(1101, "wan1", oper="down", stale=True), port(1102, "wan2", stale=True)]

    verdict = judged(alert(), ALL_UP, stale)

    assert verdict.responsible is Responsible.UNKNOWN


@pytest.mark.parametrize(
    ("down", "other_isps", "rule"),
    [
        (["LILAS", "GENETS"], True, "F1"),
        (["LILAS"], True, "X1"),
        (["LILAS", "GENETS"], False, "X1"),
        (["LILAS", "GENETS", "TILLEULS"], True, "X1"),
    ],
)
def test_the_operator_is_accused_when_several_of_its_sites_and_no_other_go_down(
    down: list[str], other_isps: bool, rule: str
) -> None:
    sites = [site for site in SITES if site.code in down]

    verdict = judged(alert(11, None), ALL_DOWN, [], down_sites=sites, other_isps=other_isps)

    assert verdict.rule == rule
    assert verdict.responsible is (Responsible.FAI if rule == "F1" else Responsible.UNKNOWN)


HUNG = Site(
    code="HETRES",
    name="Résidence Les Hêtres",
    glpi_entity_id=9,
    device=(
        Device(id=71, hostname="hetres-fw1", role=Role.EDGE, owner=Party.WIDIP),
        Device(id=72, hostname="hetres-ap1", role=Role.AP, owner=Party.WIDIP, parent="hetres-fw1", parent_port="lan1"),
        Device(
            id=73, hostname="hetres-nas", role=Role.SERVER, owner=Party.CLIENT, parent="hetres-fw1", parent_port="lan2"
        ),
    ),
)
SILENT: dict[str, Any] = {"up": False, "why": "ping"}
HUNG_CASES = [
    (72, [device(71), device(72, **SILENT), device(73)], [port(7101, "lan1")], "W2", "WIDIP", 0.75),
    (72, [device(71), device(72, **SILENT), device(73)], [port(7101, "lan1", oper="down")], "L2", "WIDIP", 0.65),
    (73, [device(71), device(72), device(73, **SILENT)], [port(7102, "lan2", oper="down")], "L2", "CLIENT", 0.65),
    (73, [device(71), device(72), device(73, **SILENT)], [port(7102, "lan2")], "U1", "UNKNOWN", 0.4),
    (72, [device(71), device(72, **SILENT), device(73, **SILENT)], [port(7101, "lan1")], "U1", "UNKNOWN", 0.4),
    (72, [device(71), device(72, **SILENT)], [port(7101, "lan1", stale=True)], "U1", "UNKNOWN", 0.4),
    (72, [device(71), device(72, **SILENT)], [port(7101, "lan1"), port(7103, "lan1")], "U1", "UNKNOWN", 0.4),
]


@pytest.mark.parametrize(("about", "devices", "ports", "rule", "who", "confidence"), HUNG_CASES)
def test_the_port_that_a_silent_device_hangs_on_tells_it_from_its_cable(
    about: int, devices: list[DeviceState], ports: list[PortState], rule: str, who: str, confidence: float
) -> None:
    verdict = judged(alert(about, None, f"d{about}"), devices, ports, site=HUNG)

    assert (verdict.rule, verdict.responsible, verdict.confidence) == (rule, who, confidence)


@pytest.mark.requirement("P-20")
def test_a_label_that_two_ports_bear_accuses_nobody_and_is_said() -> None:
    twice = [WAN_DOWN, port(1103, "wan1"), BACKUP_UP]

    verdict = judged(alert(), ALL_UP, twice)

    assert (verdict.rule, verdict.responsible) == (Rule.U1, Responsible.UNKNOWN)
    assert "deux ports portent le libellé wan1" in verdict.facts


def test_of_several_alerts_the_first_rule_of_the_sheet_decides() -> None:
    about = [SWITCH, alert()]
    seen = Snapshot(
        site=SITES.by_code("LILAS"),
        taken_at=NOW,
        devices=ALL_UP,
        ports=[port(1202, "Port 2", oper="down"), WAN_DOWN, BACKUP_UP],
    )

    assert diagnose(seen, about).rule is Rule.F2
    assert diagnose(seen, about[:1]).rule is Rule.L3


EDGE = alert(11, None)
PING: dict[str, Any] = {"up": False, "why": "ping"}
SEVERAL = [
    ("F2", [device(11), device(12, muted=True)], [WAN_DOWN, BACKUP_UP], [SW1_SILENT, alert()]),
    ("U1", [device(11), device(12, muted=True)], [WAN_DOWN, BACKUP_DOWN], [SW1_SILENT, alert()]),
    ("X1", [device(11, **PING), device(12, **PING, muted=True)], [], [SW1_SILENT, EDGE]),
    ("E1", [device(11, **PING), device(12, up=False, why="snmp"), device(13)], [], [SW1_SILENT, EDGE]),
    ("M0", [device(11), device(12, up=False, why="dns")], [WAN_DOWN, BACKUP_UP], [SW1_SILENT, alert()]),
    ("M1", [device(11, muted=True), device(12, muted=True)], [], [SW1_SILENT, EDGE]),
]


@pytest.mark.requirement("P-68")
@pytest.mark.parametrize(("rule", "devices", "ports", "about"), SEVERAL)
def test_what_is_no_outage_hides_no_outage_of_another_alert(
    rule: str, devices: list[DeviceState], ports: list[PortState], about: list[Alert]
) -> None:
    seen = Snapshot(site=SITES.by_code("LILAS"), taken_at=NOW, devices=devices, ports=ports)

    assert diagnose(seen, about).rule == rule
    assert diagnose(seen, about[::-1]).rule == rule


def test_without_observium_the_verdict_is_unknown_and_says_so() -> None:
    verdict = judged(alert(), [], [], read=False)

    assert (verdict.rule, verdict.responsible) == (Rule.M0, Responsible.UNKNOWN)
    assert "Observium ne répond pas" in verdict.facts[0]


HOUR = timedelta(hours=1)
REBOOTED: dict[str, Any] = {"uptime": timedelta(minutes=20)}
RUNNING: dict[str, Any] = {"uptime": timedelta(days=9)}


@pytest.mark.parametrize(
    ("devices", "rule"),
    [
        ([device(11, **REBOOTED), device(12, **REBOOTED), device(13, **RUNNING)], Rule.X4),
        ([device(11, **RUNNING), device(12, **RUNNING)], Rule.X5),
        ([device(12, **RUNNING), device(13, **RUNNING)], None),
        ([device(11, **RUNNING)], None),
        ([device(11, **REBOOTED), device(12, **RUNNING)], None),
        ([device(11, **SILENT, **RUNNING)], None),
        ([device(11)], None),
        ([], None),
    ],
)
def test_what_restarted_during_an_outage_had_lost_its_power(devices: list[DeviceState], rule: Rule | None) -> None:
    verdict = judge_recovery(devices, HOUR, edges=frozenset({11}))

    assert (verdict.rule if verdict else None) is rule
    if verdict:
        assert verdict.responsible is {Rule.X4: Responsible.CLIENT, Rule.X5: Responsible.FAI}[verdict.rule]


def test_a_micro_outage_is_nobodys() -> None:
    verdict = micro_outage(timedelta(seconds=90))

    assert (verdict.rule, verdict.responsible) == (Rule.R1, Responsible.NONE)
    assert "90 s" in verdict.facts[0]


@pytest.mark.parametrize(
    ("down", "rule"), [(["LILAS", "GENETS"], "F1"), (["LILAS", "TILLEULS"], "M0"), (["LILAS"], "M0"), ([], "M0")]
)
def test_a_storm_is_the_operators_only_when_all_its_sites_are(down: list[str], rule: str) -> None:
    failing = [site for site in SITES if site.code in down]

    assert judge(failing, SITES, cut=failing, count=25).rule == rule
    assert judge(failing, SITES, cut=failing[:1], count=25).rule == "M0"
    assert judge([*failing, None], SITES, cut=failing, count=25).rule == "M0"


_words = st.sampled_from(["up", "down", "lowerLayerDown", "testing", ""])
_ports = st.builds(
    PortState,
    device_id=st.just(11),
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
    verdict = judged(alert(), devices, ports)

    if verdict.responsible is Responsible.FAI:
        assert verdict.rule is Rule.F2
        assert any(p.label == "wan1" and p.is_down for p in ports)
        assert any(p.label == "wan2" and p.oper == "up" and not p.stale for p in ports)
