"""Operators decide over HTTP, with tokens of their own, on what they have no part in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

import pytest
import sqlalchemy as sa

from orchestrator.assist.action import Action
from orchestrator.assist.approvals import ApprovalRefused, ApprovalState, decide_approval, void_approvals
from orchestrator.operators import Operator, load_operators
from shared.database import Database
from tests.orchestrator.assist.people.conftest import OpenGate
from tests.orchestrator.assist.people.gate import (
    IDENTITY,
    OPERATORS,
    Gate,
    an_action,
    as_,
    changed,
    token_of,
)
from tests.orchestrator.conftest import API_TOKEN

BY_PROGRAM = {"authorization": f"Bearer {API_TOKEN}"}
WITH_A_PART = [name for name in OPERATORS if name not in ("anne", "bruno", "viewer")]


@pytest.mark.requirement("C-16")
@pytest.mark.both_databases
async def test_an_operator_reads_who_asks_what_on_whom_and_why_it_waits(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)

    page = (await gate.http.get("/api/approvals", headers=as_("anne"))).json()
    one = (await gate.http.get(f"/api/approvals/{approval_id}", headers=as_("anne"))).json()

    [row] = page["approvals"]
    assert one | {"seconds_left": 0} == row | {"seconds_left": 0}
    assert row["action"] == action.model_dump(mode="json")
    assert row["identity"]["evidence"] == list(IDENTITY.evidence)
    assert (row["code"], row["quote"]) == ("colleague_approval", "Zoé ne peut plus se connecter")
    assert 8 * 3600 - 300 < row["seconds_left"] <= 8 * 3600
    assert row["yours"] is True


@pytest.mark.requirement("C-16")
@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("decision", "state"), [("approve", ApprovalState.APPROVED), ("reject", ApprovalState.REJECTED)]
)
async def test_a_decision_is_kept_with_its_name_and_the_request_goes_on(
    gate: Gate, decision: str, state: ApprovalState
) -> None:
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)

    answer = await gate.decide(approval_id, "anne", decision=decision, reason=" vu avec Claire ")

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["decided_by"]) == (state, "anne")
    assert await gate.approval_of(action) is state
    assert (await gate.request())["due_at"] is not None
    [line] = await gate.journal("request:t7.d.1")
    assert (line["detail"]["by"], line["detail"]["reason"]) == ("anne", "vu avec Claire")


@pytest.mark.requirement("C-17")
@pytest.mark.both_databases
async def test_who_has_a_part_in_a_request_cannot_decide_on_it_and_others_can(gate: Gate) -> None:
    approval_id = await gate.ask_approval(await gate.add_request(an_action()))

    refused = {name: await gate.decide(approval_id, name) for name in WITH_A_PART}
    shown = await gate.http.get(f"/api/approvals/{approval_id}", headers=as_("target"))
    allowed = await gate.decide(approval_id, "anne")

    assert {name: (a.status_code, a.json()["detail"]["code"]) for name, a in refused.items()} == dict.fromkeys(
        WITH_A_PART, (403, "barred")
    )
    assert shown.json()["yours"] is False
    assert allowed.status_code == 200


@pytest.mark.requirement("C-17")
@pytest.mark.both_databases
async def test_who_gets_a_part_later_is_barred_too(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)
    edited = IDENTITY.model_copy(update={"editor_ids": (OPERATORS["anne"][0],)})

    again = await gate.ask_approval(action, identity=edited)

    assert again == approval_id
    refused = [await gate.decide(approval_id, name) for name in ("anne", "editor", "author")]
    assert [answer.status_code for answer in refused] == [403] * 3


Spoil = Callable[[Gate, Action, str], Awaitable[object]]
WHAT_SPOILS: dict[str, tuple[Spoil, int]] = {
    "decided": (lambda gate, _action, approval_id: gate.decide(approval_id, "bruno"), 409),
    "expired": (lambda gate, action, _id: gate.expire(action), 410),
    "void": (lambda gate, action, _id: gate.now_about(changed(action)), 409),
}


@pytest.mark.requirement("C-18")
@pytest.mark.both_databases
@pytest.mark.parametrize("how", WHAT_SPOILS)
async def test_what_is_decided_expired_or_changed_cannot_be_decided(gate: Gate, how: str) -> None:
    spoil, status = WHAT_SPOILS[how]
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)
    await spoil(gate, action, approval_id)
    before = await gate.everything_kept()

    answer = await gate.decide(approval_id, "anne", decision="reject", reason="non")

    assert (answer.status_code, answer.json()["detail"]["code"]) == (status, how)
    assert await gate.everything_kept() == before
    shown = await gate.http.get("/api/approvals", headers=as_("anne"))
    assert shown.json() == {"approvals": [], "next": None}
    everything = await gate.http.get("/api/approvals?state=all", headers=as_("anne"))
    assert [(row["seconds_left"], row["yours"]) for row in everything.json()["approvals"]] == [(0, False)]


@pytest.mark.requirement("C-18")
async def test_what_is_over_or_unknown_cannot_be_decided(gate: Gate) -> None:
    approval_id = await gate.ask_approval(await gate.add_request(an_action()))
    await gate.change_request("t7.d.1", closed_at=datetime.now(UTC))

    over, unknown = await gate.decide(approval_id, "anne"), await gate.decide("nothing", "anne")

    assert (over.status_code, over.json()["detail"]["code"]) == (409, "void")
    assert (unknown.status_code, unknown.json()["detail"]["code"]) == (404, "unknown")


@pytest.mark.requirement("C-18")
@pytest.mark.both_databases
async def test_a_changed_fact_voids_even_what_was_approved(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)
    await gate.decide(approval_id, "anne")

    await gate.database.write(lambda c: void_approvals(c, action.request_key, changed(action).digest))
    voided = await gate.approval_of(action)
    again = await gate.ask_approval(action)

    assert voided is ApprovalState.VOID
    assert again == approval_id
    assert await gate.approval_of(action) is ApprovalState.OPEN


@pytest.mark.requirement("C-18")
async def test_asking_for_another_action_voids_what_was_approved(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    await gate.decide(await gate.ask_approval(action), "anne")

    await gate.ask_approval(changed(action))

    assert await gate.approval_of(action) is ApprovalState.VOID
    assert await gate.approval_of(changed(action)) is ApprovalState.OPEN


@pytest.mark.requirement("C-18")
@pytest.mark.both_databases
async def test_what_stays_as_it_was_keeps_its_approval(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    await gate.decide(await gate.ask_approval(action), "anne")

    await gate.database.write(lambda c: void_approvals(c, action.request_key, action.digest))

    assert await gate.approval_of(action) is ApprovalState.APPROVED
    assert await gate.approval_of(changed(action)) is None


@pytest.mark.requirement("C-18")
@pytest.mark.both_databases
async def test_two_operators_at_once_are_one_decision(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)

    answers = await asyncio.gather(
        gate.decide(approval_id, "anne"), gate.decide(approval_id, "bruno", decision="reject", reason="non")
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [line] = await gate.journal("request:t7.d.1")
    assert line["detail"]["by"] == next(a.json()["decided_by"] for a in answers if a.status_code == 200)


@pytest.mark.requirement("C-18")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_replicas_keep_one_decision(gate: Gate, database_url: str) -> None:
    action = await gate.add_request(an_action())
    approval_id = await gate.ask_approval(action)
    operators = load_operators(gate.settings.operators_file) if gate.settings.operators_file else None
    assert operators
    anne, bruno = (operators.verify(token_of(name)) for name in ("anne", "bruno"))
    assert anne and bruno
    other, loop = Database(database_url), asyncio.get_running_loop()
    held, go_on = asyncio.Event(), asyncio.Event()

    def decide(connection: sa.Connection, operator: Operator, *, yes: bool, hold: bool) -> bool:
        try:
            decide_approval(connection, gate.engine, approval_id, operator, yes=yes, reason="r", now=datetime.now(UTC))
        except ApprovalRefused:
            return False
        if hold:
            loop.call_soon_threadsafe(held.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(20)
        return True

    async with asyncio.timeout(20):
        one = asyncio.create_task(other.write(partial(decide, operator=anne, yes=False, hold=True)))
        await held.wait()
        two = asyncio.create_task(gate.database.write(partial(decide, operator=bruno, yes=True, hold=False)))
        await gate.wait_blocked()
        go_on.set()
        decided = [await one, await two]
    await asyncio.to_thread(other.close)

    assert decided == [True, False]
    assert await gate.approval_of(action) is ApprovalState.REJECTED


@pytest.mark.requirement("C-19")
async def test_only_an_approver_decides_and_only_who_is_known_reads(gate: Gate) -> None:
    approval_id = await gate.ask_approval(await gate.add_request(an_action()))
    path, yes = f"/api/approvals/{approval_id}", {"decision": "approve"}
    nobody = {"authorization": "Bearer widip_nobody"}

    deciding = [await gate.http.post(path, json=yes, headers=who) for who in (as_("viewer"), BY_PROGRAM, nobody, {})]
    reading = [
        (await gate.http.get(one, headers=who)).status_code
        for one in ("/api/approvals", path, "/api/requests", "/api/requests/t7.d.1", "/api/switches")
        for who in (as_("viewer"), BY_PROGRAM, nobody, {})
    ]

    assert [answer.status_code for answer in deciding] == [403, 403, 401, 401]
    assert reading == [200, 200, 401, 401] * 5
    assert (await gate.decide(approval_id, "anne")).status_code == 200


@pytest.mark.requirement("C-19")
async def test_a_rejection_needs_a_reason(gate: Gate) -> None:
    approval_id = await gate.ask_approval(await gate.add_request(an_action()))

    answers = [
        await gate.decide(approval_id, "anne", decision="reject", reason="  "),
        await gate.decide(approval_id, "anne", decision="perhaps"),
        await gate.decide(approval_id, "anne", reason="x" * 501),
    ]

    assert [answer.status_code for answer in answers] == [422] * 3


@pytest.mark.requirement("C-19")
async def test_without_operators_nobody_decides_and_is_told_why(open_gate: OpenGate) -> None:
    gate = await open_gate(operators_file=None)
    approval_id = await gate.ask_approval(await gate.add_request(an_action()))

    answer = await gate.decide(approval_id, "anne")
    shown = await gate.http.get("/api/approvals", headers=BY_PROGRAM)

    assert answer.status_code == 503
    assert "OPERATORS_FILE is not set" in answer.json()["detail"]
    assert len(shown.json()["approvals"]) == 1


@pytest.mark.both_databases
async def test_a_request_is_shown_with_its_action_and_its_journal(gate: Gate) -> None:
    action = await gate.add_request(an_action())
    await gate.add_request(an_action("t8.d.1", ticket_id=8, site=None))
    await gate.decide(await gate.ask_approval(action), "anne")

    page = (await gate.http.get("/api/requests?ticket_id=7&state=open&site=LILAS", headers=BY_PROGRAM)).json()
    one = (await gate.http.get("/api/requests/t7.d.1", headers=BY_PROGRAM)).json()
    rest = (await gate.http.get(f"/api/requests/t7.d.1?after={one['journal'][-1]['id']}", headers=BY_PROGRAM)).json()

    assert page["requests"] == [one["request"]]
    assert one["action"] == action.model_dump(mode="json")
    assert [line["kind"] for line in one["journal"]] == ["approval"]
    assert rest["journal"] == []
    assert "not to be shown" not in str(one)
    assert (await gate.http.get("/api/requests/t9", headers=BY_PROGRAM)).status_code == 404
    closed = await gate.http.get("/api/requests?state=closed", headers=BY_PROGRAM)
    assert closed.json() == {"requests": [], "next": None}
