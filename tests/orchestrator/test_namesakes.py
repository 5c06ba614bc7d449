"""What resembles something else: devices without a site, labels that two ports bear, names that begin alike."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.orchestrator.conftest import Orchestrated, Start
from tests.orchestrator.test_incidents import NOC, QUICK, are_settled, notes

TWICE, ITS_DOUBLE = 2202, 2203
"""Two ports of device 22 with the label `Port 2`: "Radiologie", which is up, and "Radiologie secours", which is not."""


async def settle(o: Orchestrated, body: bytes) -> dict[str, Any]:
    """The incident of one delivery, once its verdict stands."""
    answer = await o.post(body)
    assert answer.status_code == 200, answer.text
    (incident,) = await o.until(are_settled)
    return incident


def call(name: str, **arguments: object) -> str:
    """A tool call as the model writes it."""
    parameters = "".join(f"<parameter={k}>\n{v}\n</parameter>\n" for k, v in arguments.items())
    return f"<tool_call>\n<function={name}>\n{parameters}</function>\n</tool_call>"


def results(o: Orchestrated) -> list[str]:
    """What tools answered to the model, as it was shown."""
    found = {m["content"]: None for r in o.ollama.state.ollama.requests for m in r["messages"] if m["role"] == "tool"}
    return list(found)


@pytest.mark.requirement("P-50")
@pytest.mark.parametrize(
    "hostname", ["nobody.example", "lilas-fw1.widip.example", "lilas-fw2.widip.example", "LILAS", "", "*"]
)
async def test_a_device_without_a_site_has_a_ticket_and_is_nobodys(start: Start, hostname: str) -> None:
    o = await start(**QUICK)
    body = json.loads(o.delivery(o.break_device(11)))
    body |= {"DEVICE_ID": "999", "DEVICE_HOSTNAME": hostname, "DEVICE_LOCATION": "EHPAD Les Lilas, Local technique"}

    incident = await settle(o, json.dumps(body).encode())

    assert (incident["site"], incident["ticket_id"]) == (None, o.tickets[0]["id"])
    assert (incident["verdict"]["responsible"], incident["verdict"]["rule"]) == ("UNKNOWN", "U1")
    assert o.tickets[0]["entities_id"] == 0
    assert "Site inconnu" in o.text(o.tickets[0]["name"])
    assert "inconnu du registre" in o.text(o.tickets[0]["content"])
    assert {m["recipient"] for m in o.mails} == {NOC}


@pytest.mark.requirement("P-51")
async def test_of_two_ports_with_one_label_the_one_that_the_alert_numbers_is_judged(start: Start) -> None:
    o = await start(**QUICK)

    incident = await settle(o, o.delivery(o.break_port(22, TWICE)))

    assert incident["verdict"]["rule"] == "L3"
    assert "Port 2 (Radiologie) est hors service" in incident["verdict"]["facts"][0]
    assert incident["verdict"]["confidence"] == 0.5  # its double is down too, and is counted as another


@pytest.mark.requirement("P-51")
async def test_a_port_that_works_again_is_not_taken_for_its_double_that_does_not(start: Start) -> None:
    o = await start(**QUICK)
    body = o.delivery(o.break_port(22, TWICE))
    o.system.observium.state.observium.set_port(TWICE, oper="up")

    incident = await settle(o, body)

    assert incident["verdict"]["rule"] == "U1"
    assert not any("Radiologie secours" in fact for fact in incident["verdict"]["facts"])


@pytest.mark.requirement("P-20")
async def test_a_wan_label_that_two_ports_bear_accuses_nobody(start: Start, root: Path, tmp_path: Path) -> None:
    demo = (root / "deploy/demo/sites.toml").read_text(encoding="utf-8")
    plain = 'hostname = "tilleuls-sw1.widip.example"\nrole = "switch"\n'
    wan = 'hostname = "tilleuls-sw1.widip.example"\nrole = "edge"\nwan_ports = ["Port 2"]\nbackup_ports = ["Port 1"]\n'
    assert plain in demo
    (tmp_path / "sites.toml").write_text(demo.replace(plain, wan), encoding="utf-8")
    o = await start(**QUICK, sites_file=tmp_path / "sites.toml")

    incident = await settle(o, o.delivery(o.break_port(22, TWICE)))

    assert (incident["verdict"]["responsible"], incident["verdict"]["rule"]) == ("UNKNOWN", "U1")
    assert any("deux ports portent le libellé Port 2" in text for text in notes(o))
    assert {m["recipient"] for m in o.mails} == {NOC}


@pytest.mark.requirement("P-51")
async def test_a_model_that_asks_for_a_port_by_a_label_of_two_is_told_of_both(start: Start) -> None:
    o = await start(**QUICK)
    o.ollama.state.ollama.script.append(call("observium_get_port_info", device_id=22, port_label="Port 2"))

    await settle(o, o.delivery(o.break_port(22, TWICE)))

    first = results(o)[0]
    assert first.startswith("ERROR")
    assert str(TWICE) in first
    assert str(ITS_DOUBLE) in first


TENTH_FIRST, TENTH_SECOND = {12: "sw10", 13: "sw1"}, {12: "sw1", 13: "sw10"}
"""Whoever takes the first name that contains what he looks for, or that it begins with, takes the wrong one."""


def write_sites(folder: Path, demo: str, names: dict[int, str], *, by_name: bool) -> Path:
    """The demo's registry with short names; by_name: it knows the two switches by these alone."""
    text = demo.replace("lilas-sw10.widip.example", names[13]).replace("lilas-sw1.widip.example", names[12])
    for number in names if by_name else ():
        text = text.replace(f"id = {number}\n", "")
    path = folder / "short-sites.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.requirement("P-51")
@pytest.mark.parametrize("by_name", [False, True])
@pytest.mark.parametrize(("names", "down"), [(TENTH_FIRST, 12), (TENTH_FIRST, 13), (TENTH_SECOND, 13)])
async def test_of_sw1_and_sw10_the_one_that_is_down_is_read_judged_and_named(
    start: Start, root: Path, tmp_path: Path, names: dict[int, str], down: int, by_name: bool
) -> None:
    demo = (root / "deploy/demo/sites.toml").read_text(encoding="utf-8")
    o = await start(**QUICK, sites_file=write_sites(tmp_path, demo, names, by_name=by_name))
    for number, name in names.items():
        o.system.observium.state.observium.devices[number] |= {"hostname": name, "sysName": name}
    o.ollama.state.ollama.script.append(call("observium_get_device_info", hostname=names[down]))

    incident = await settle(o, o.delivery(o.break_device(down)))

    read = json.loads(results(o)[0])
    assert (read["device_id"], read["hostname"], read["status"]) == (down, names[down], "down")
    assert (incident["site"], incident["verdict"]["responsible"]) == ("LILAS", "WIDIP")
    assert incident["verdict"]["rule"] == {12: "W2", 13: "L1"}[down]  # by whose entry of the registry it was judged
    shown = [o.text(t["name"]) + o.text(t["content"]) for t in o.tickets] + notes(o)
    shown += [o.text(m["name"]) + o.text(m["body_html"]) for m in o.mails if m["recipient"] == NOC]
    named = [name for text in shown for name in re.findall(r"\bsw\d+\b", text)]
    assert set(named) == {names[down]}
    assert len(named) >= 4
