"""What the orchestrator keeps of one person, told and forgotten; `widip desk export|forget` asks for it."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from desk.app import MIGRATIONS
from orchestrator.assist.action import AccountFacts, Action, Binding, Recipient, Role
from orchestrator.assist.plans import Plan
from orchestrator.assist.rows import parse_action
from orchestrator.assist.tables import account_write, approval, confirmation, request
from orchestrator.journal import add_line
from orchestrator.operators import operator_entry
from orchestrator.tables import journal, unusable_delivery
from shared.database import Database
from shared.migrations import migrate
from tests.orchestrator.conftest import Orchestrated, Start

ZOE, OTHERS = (
    "z.obrien@lilas.example",
    ("az.obrien@lilas.example", "z.obrien@lilas.example.org", "zXobrien@lilas.example"),
)
ZOE_GUID, PAUL_GUID = str(UUID(int=0xA1)), str(UUID(int=0xA2))
NOW = datetime.now(UTC)
NAMES = {ZOE_GUID: ("Zoé O'Brien", "zobrien", ZOE), PAUL_GUID: ("Paul Aubert", "paubert", "p.aubert@lilas.example")}
ADMIN, APPROVER = "widip_test-token-of-an-administrator", "widip_test-token-of-an-approver"


def a_request(key: str, closed_at: datetime | None, object_guid: str) -> list[tuple[sa.Table, dict[str, Any]]]:
    """A request of somebody for his own account, with all that hangs on it."""
    name, login, mail = NAMES[object_guid]
    first, last = name.split(" ", 1)
    who = {"object_guid": object_guid, "mail": mail, "display_name": name, "samaccountname": login}
    account = AccountFacts.model_validate({**who, "dn": f"CN={login},OU=Lilas,DC=widip,DC=example"})
    to = Recipient(email=mail, object_guid=UUID(object_guid), name=name, role=Role.AUTHOR)
    values: dict[str, Any] = {"request_key": key, "ticket_id": 7, "texts": ("ticket:7",), "plan": Plan.UNLOCK}
    action = Action(**values, binding=Binding.SELF, site="LILAS", author=account, account=account, recipient=to)
    asked = {"plan": "UNLOCK", "person": {"firstname": first, "lastname": last}, "quote": "mot de passe, merci"}
    row: dict[str, Any] = {"key": key, "ticket_id": 7, "text_key": f"description:{key}", "texts": [], "number": 1}
    row |= {"plan": "UNLOCK", "asked": asked, "author_id": 21, "site": "LILAS", "state": "done", "code": ""}
    row |= {"action": action.model_dump(mode="json"), "digest": "d", "kept": {"mail": {"to": mail}}, "created_at": NOW}
    row |= {"done": [{"at": NOW.isoformat(), "text": f"Compte de {name} débloqué"}], "closed_at": closed_at}
    row |= {"work": False, "work_no": 1, "waits_for": "", "attempts": 0}
    bound = {"request_key": key, "digest": "d", "expires_at": NOW}
    decided: dict[str, Any] = {
        "code": "x",
        "state": "approved",
        "identity": {"object_guid": object_guid, "evidence": [f"lié à {mail}"]},
    }
    decided |= {"barred_ids": [21], "barred_guids": [object_guid], "decided_by": "anne", "reason": f"{name} est là"}
    return [
        (request, row),
        (confirmation, {**bound, "id": key, "account_guid": object_guid, "recipient": mail}),
        (approval, {**bound, "id": key, "created_at": NOW, **decided}),
        (account_write, {"request_key": key, "plan": "UNLOCK", "account": object_guid, "site": "LILAS", "at": NOW}),
    ]


async def stored(told: Orchestrated) -> dict[str, Any]:
    """Rows by table and key."""

    def read(connection: sa.Connection) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for table in (request, confirmation, approval, account_write):
            rows = connection.execute(sa.select(table)).mappings()
            found[table.name] = {str(row[next(iter(table.primary_key)).name]): dict(row) for row in rows}
        return found | {"unusable": [dict(row) for row in connection.execute(sa.select(unusable_delivery)).mappings()]}

    return dict(await told.app.state.line.database.read(read))


@pytest.fixture
async def told(start: Start, tmp_path: Path) -> Orchestrated:
    """An orchestrator whose journal names Zoé twice, and others."""
    roles = {"ada": (ADMIN, "admin"), "ann": (APPROVER, "approver")}
    entries = (
        operator_entry(name, token, [role], glpi_id=number, object_guid=uuid4())
        for number, (name, (token, role)) in enumerate(roles.items(), start=10)
    )
    path = tmp_path / "operators.toml"
    path.write_text("".join(entries))
    orchestrated = await start(operators_file=path)
    lines: list[dict[str, Any]] = [{"to": ZOE.upper()}, {"texts": [f"Écrire à {ZOE}."]}, *({"to": o} for o in OTHERS)]
    requests = [
        a_request("closed", NOW, ZOE_GUID),
        a_request("open", None, ZOE_GUID),
        a_request("other", NOW, PAUL_GUID),
    ]

    def write(connection: sa.Connection) -> None:
        for line in lines:
            add_line(connection, "request:x", "mail", line, now=datetime.now(UTC))
        add_line(connection, "request:closed", "tool_call", {"arguments": {"object_guid": ZOE_GUID}}, now=NOW)
        for table, row in itertools.chain.from_iterable(requests):
            connection.execute(table.insert().values(**row))
        bad = {"received_at": NOW, "source": "127.0.0.1", "reason": "no alert", "body": f"from {ZOE}"}
        connection.execute(unusable_delivery.insert().values(**bad))

    await orchestrated.app.state.line.database.write(write)
    return orchestrated


def auth(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def kept(told: Orchestrated) -> list[Any]:
    query = sa.select(journal.c.detail).where(journal.c.run_id == "request:x").order_by(journal.c.id)
    details: list[Any] = await told.app.state.line.database.read(lambda c: list(c.execute(query).scalars()))
    return details


@pytest.mark.both_databases
@pytest.mark.requirement("D-55")
async def test_lines_that_name_a_person_are_told_and_erased_and_no_others(told: Orchestrated) -> None:
    exported = (await told.http.post("/api/people/export", json={"email": ZOE}, headers=auth(ADMIN))).json()
    forgotten = (await told.http.post("/api/people/forget", json={"email": ZOE}, headers=auth(ADMIN))).json()
    after = (await told.http.post("/api/people/export", json={"email": ZOE}, headers=auth(ADMIN))).json()

    assert [line["detail"] for line in exported["journal"]] == [
        {"to": ZOE.upper()},
        {"texts": [f"Écrire à {ZOE}."]},
        {"arguments": {"object_guid": ZOE_GUID}},
    ]
    assert (forgotten["journal"], after["journal"]) == (3, [])
    assert await kept(told) == [{"erased": True}, {"erased": True}, *({"to": other} for other in OTHERS)]


@pytest.mark.both_databases
@pytest.mark.requirement("D-82")
async def test_rows_of_a_person_are_told_and_afterwards_name_nobody(told: Orchestrated) -> None:
    exported = (await told.http.post("/api/people/export", json={"email": ZOE}, headers=auth(ADMIN))).json()
    forgotten = (await told.http.post("/api/people/forget", json={"email": ZOE}, headers=auth(ADMIN))).json()

    rows = await stored(told)
    closed, other = rows["request"]["closed"], rows["request"]["other"]
    assert {row["key"] for row in exported["request"]} == {"closed", "open"}
    assert [len(exported[name]) for name in ("confirmation", "approval", "account_write", "unusable_delivery")] == [
        2,
        2,
        2,
        1,
    ]
    # What is open is worked with, and stays until it has ended.
    assert (forgotten["request"], forgotten["open"]) == (1, 4)
    assert ZOE in str(rows["request"]["open"])
    gone = str([closed, *(rows[name]["closed"] for name in ("confirmation", "approval")), rows["unusable"]])
    assert [word for word in ("obrien", "Zoé", "O'Brien", "mot de passe") if word.lower() in gone.lower()] == []
    # What was done, on which account, by whom it was decided: audit and caps need it.
    assert (closed["plan"], closed["digest"], closed["action"]["account"]["object_guid"]) == ("UNLOCK", "d", ZOE_GUID)
    assert rows["account_write"]["closed"]["account"] == ZOE_GUID
    assert rows["approval"]["closed"]["decided_by"] == "anne"
    assert "Paul Aubert" in str(other)
    assert parse_action(closed["action"]) is not None


@pytest.mark.requirement("D-82")
async def test_request_that_has_ended_meanwhile_is_forgotten_the_next_time(told: Orchestrated) -> None:
    async def forget() -> dict[str, int]:
        return dict((await told.http.post("/api/people/forget", json={"email": ZOE}, headers=auth(ADMIN))).json())

    first = await forget()
    ended = request.update().where(request.c.key == "open").values(closed_at=NOW, state="done")
    await told.app.state.line.database.write(lambda c: c.execute(ended))
    second, third = await forget(), await forget()

    assert [(each["request"], each["open"]) for each in (first, second, third)] == [(1, 4), (1, 0), (0, 0)]
    assert "obrien" not in str(await stored(told)).lower()


@pytest.mark.requirement("D-55")
async def test_only_an_administrator_is_told_or_erases(told: Orchestrated) -> None:
    before = await kept(told)

    refused = [
        (await told.http.post(f"/api/people/{what}", json={"email": ZOE}, headers=headers)).status_code
        for what in ("export", "forget")
        for headers in (auth(APPROVER), told.auth, auth("wrong"), {})
    ]

    assert refused == [403, 403, 401, 401] * 2
    assert await kept(told) == before


@pytest.mark.requirement("D-55")
async def test_command_covers_the_journal_and_says_when_it_cannot(
    told: Orchestrated, root: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/desk.sqlite"
    database = Database(url)
    await database.write(partial(migrate, MIGRATIONS))
    await asyncio.to_thread(database.close)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(root),
        "DESK_DATABASE_URL": url,
        "DESK_SECRET": "x" * 32,
        "INTERNAL_TOKEN": "x" * 16,
        "GLPI_MCP_URL": "http://127.0.0.1:1",
        "GLPI_MCP_TOKEN": "x",
        "AD_MCP_URL": "http://127.0.0.1:1",
        "AD_MCP_TOKEN": "x",
        "SITES_FILE": str(root / "deploy/demo/sites.toml"),
        "ORCHESTRATOR_URL": str(told.http.base_url),
    }

    def widip(what: str, token: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", "desk", what, ZOE]
        more = {"ORCHESTRATOR_TOKEN": token}
        return subprocess.run(
            command, cwd=tmp_path, env=env | more, capture_output=True, text=True, check=False, timeout=60
        )

    refused = await asyncio.to_thread(widip, "forget", APPROVER)
    exported = await asyncio.to_thread(widip, "export", ADMIN)
    forgotten = await asyncio.to_thread(widip, "forget", ADMIN)

    assert refused.returncode != 0
    assert "orchestrator was not covered" in refused.stderr
    assert len(json.loads(exported.stdout)["journal"]) == 3
    assert json.loads(forgotten.stdout)["journal"] == 3
    assert (forgotten.returncode, "has not ended" in forgotten.stderr) == (2, True)
