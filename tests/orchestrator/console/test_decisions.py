"""Approvals, switches and policies as the console shows them; each act of an operator is a line of the chain."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from orchestrator.agent.policy import TABLE
from orchestrator.tables import delivery, incident, run, unusable_delivery
from simulators.observium.deliveries import build_delivery
from simulators.observium.state import ObserviumState
from tests.orchestrator.assist.people.conftest import OpenGate
from tests.orchestrator.assist.people.gate import Gate, an_action, guid
from tests.orchestrator.console.world import PEOPLE, browser, write_people

REASON = {"reason": "vu au téléphone"}


@pytest.mark.requirement("K-73")
@pytest.mark.requirement("K-74")
@pytest.mark.requirement("K-75")
@pytest.mark.requirement("K-76")
@pytest.mark.both_databases
async def test_what_operators_decide_is_shown_whole_and_kept_in_the_chain(open_gate: OpenGate, tmp_path: Path) -> None:
    gate = await open_gate(operators_file=write_people(tmp_path), glpi_web_url="https://glpi.example")
    first = await gate.ask_approval(await gate.add_request(an_action()))
    own = an_action("t8.d.1", ticket_id=8)
    target = own.account.model_copy(update={"object_guid": guid(PEOPLE["anna"][0])}) if own.account else None
    second = await gate.ask_approval(await gate.add_request(own.model_copy(update={"account": target})))
    async with browser(gate.url, "anna") as anna, browser(gate.url, "vera") as vera, browser(gate.url, "olga") as olga:
        shown = await anna.get(f"/api/approvals/{first}")
        others = [await vera.get(f"/api/approvals/{first}"), await anna.get(f"/api/approvals/{second}")]
        decided = [
            await vera.status("POST", f"/api/approvals/{first}", json={"decision": "approve"} | REASON),
            await anna.status("POST", f"/api/approvals/{second}", json={"decision": "approve"} | REASON),
            await anna.status("POST", f"/api/approvals/{first}", json={"decision": "reject"} | REASON),
        ]
        page = await anna.get("/api/approvals", state="all", limit=1)
        rest = await anna.get("/api/approvals", state="all", limit=1, cursor=page["next"])
        down = await olga.status("PUT", "/api/switches/*/*", json={"mode": "off", "reason": "panne AD"})
        up = await olga.status("PUT", "/api/switches/*/*", json={"mode": "on", "reason": "finie"})
        policies, modes = await vera.get("/api/policies"), await vera.get("/api/policies/UNLOCK")
        acts = (await vera.get("/api/audit"))["lines"]
        verified = await vera.get("/api/audit/verify")
        await gate.database.write(lambda c: c.execute(sa.text("update audit set actor = 'vera' where kind = 'switch'")))
        broken = await vera.get("/api/audit/verify")

    assert [step["deed"] for step in shown["steps"]] == ["reset_password", "mail_link", "solve_ticket"]
    assert (shown["steps"][0]["on"], shown["steps"][1]["on"]) == ("zobrien", "r@lilas.example")
    assert shown["asked_by"] == "Coria Oria (coria)" and "opérateur" in shown["why"]
    assert shown["ticket_url"] == "https://glpi.example/front/ticket.form.php?id=7"
    assert (shown["yours"], [(one["yours"], one["why_not_yours"]) for one in others]) == (
        True,
        [(False, "role"), (False, "barred")],
    )
    assert decided == [403, 403, 200]
    assert {row["id"] for row in (*page["approvals"], *rest["approvals"])} == {first, second} and rest["next"] is None
    assert (down, up) == (200, 403)
    assert (len(policies["table"]), policies["kill_switch"]) == (len(TABLE), "off")
    assert all(plan["by_mode"] == {"off": len(modes["modes"]), "suggest": 0, "on": 0} for plan in policies["plans"])
    assert modes["modes"][0]["said"][-1]["by"] == "olga"
    told = [(act["actor"], act["kind"], act["subject"]) for act in reversed(acts)]
    assert told[3:] == [("anna", "reject", first), ("olga", "switch", "*/*")]
    assert [kind for _who, kind, _what in told[:3]] == ["sign_in"] * 3
    assert (verified["ok"], verified["checked"], verified["next_after"]) == (True, len(acts), None)
    assert (broken["ok"], broken["broken_at"]) == (False, acts[0]["id"])


async def plant(gate: Gate) -> None:
    """What came to nothing, of each kind: one that an older program could not read, one not admitted, a failed run."""
    now = datetime.now(UTC)
    observium = ObserviumState(base_url="http://127.0.0.1", clock=lambda: now, zone=UTC)
    observium.set_port(1101, oper="down")
    body = build_delivery(
        observium,
        observium.open_alert(11, "port", 1101, "Port down"),
        state_name="ALERT",
        flavour="webhook-json",
        at=now,
    )
    lost = {"key": "d1", "instance": "main", "kind": "SYSLOG", "alert_id": 1, "at": now, "received_at": now, "times": 1}
    lost |= {"source": "webhook", "admitted_at": now, "outcome": "error"}
    alert = {"kind": "SYSLOG", "alert_id": 1, "at": now.isoformat(), "device_id": 11, "hostname": "x"}
    times = dict.fromkeys(("opened_at", "round_at", "ticket_checked_at", "next_try_at"), now)
    failed = {"key": "i1", "kind": "site", "instance": "main", "device_id": 1, "round": 1, "told": [], "closed_why": ""}
    failed |= {
        "kept": {"ticket": {"title": "Panne", "description": "Panne"}},
        "work_no": 1,
        "waits_for": "person",
        "attempts": 1,
    } | times
    told = {"id": "i1", "kind": "proactif", "incident_key": "i1", "state": "failed", "started_at": now}

    def store(connection: sa.Connection) -> None:
        unread = {"received_at": now, "source": "192.0.2.1", "reason": "unknown field", "body": body.decode()}
        connection.execute(unusable_delivery.insert().values(unread))
        connection.execute(delivery.insert().values(**lost, body=alert))
        connection.execute(incident.insert().values(failed))
        connection.execute(run.insert().values(**told, summary={"code": "internal", "message": "KeyError"}))
        over = told | {"id": "request:t9.d.1", "kind": "assist", "incident_key": None}
        connection.execute(run.insert().values(**over, summary={"plan": "UNLOCK", "code": "system_away"}))

    await gate.database.write(store)


@pytest.mark.requirement("K-77")
@pytest.mark.requirement("K-78")
@pytest.mark.both_databases
async def test_what_came_to_nothing_is_listed_and_tried_again_by_the_same_door(
    open_gate: OpenGate, tmp_path: Path
) -> None:
    gate = await open_gate(operators_file=write_people(tmp_path))
    await plant(gate)
    async with browser(gate.url, "olga") as olga, browser(gate.url, "vera") as vera:
        letters = {letter["id"]: letter for letter in (await olga.get("/api/dead-letters"))["letters"]}
        runs = (await olga.get("/api/dead-letters", kind="run"))["letters"]
        paths = {name: f"/api/dead-letters/{name.replace(':', '/', 1)}" for name in letters}
        forbidden = await vera.status("POST", f"{paths['admission:d1']}/replay")
        details = {name: await vera.get(path) for name, path in paths.items()}
        tried = {name: await olga.http.post(f"{path}/replay") for name, path in paths.items()}
        again = {name: await olga.status("POST", f"{path}/replay") for name, path in paths.items()}
        acts = (await vera.get("/api/audit", actor="olga"))["lines"]
        rows = await gate.read(lambda c: [dict(r) for r in c.execute(sa.select(delivery)).mappings()])

    assert {name: letter["why_not"] for name, letter in letters.items()} == {
        "delivery:1": "",
        "admission:d1": "",
        "run:i1": "",
        "run:request:t9.d.1": "handed_over",
    }
    assert [letter["reason"] for letter in runs if letter["incident_key"]] == ["internal KeyError"]
    assert details["run:request:t9.d.1"]["detail"] == {"plan": "UNLOCK", "code": "system_away"}
    assert forbidden == 403
    assert {name: (a.status_code, a.json().get("outcome")) for name, a in tried.items()} == {
        "delivery:1": (200, "accepted"),
        "admission:d1": (200, "readmitted"),
        "run:i1": (200, "retried"),
        "run:request:t9.d.1": (409, None),
    }
    assert again["delivery:1"] == again["run:i1"] == again["run:request:t9.d.1"] == 409
    assert sorted(row["source"] for row in rows) == ["replay", "webhook"]
    assert {act["subject"] for act in acts} == {"olga", "delivery:1", "admission:d1", "i1"}
