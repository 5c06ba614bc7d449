"""What the tests of confirmations and approvals stand on: requests as rows, operators as a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import sqlalchemy as sa

from orchestrator.agent.policy import Code
from orchestrator.assist.action import AccountFacts, Action, Binding, Recipient, Role
from orchestrator.assist.approvals import ApprovalState, find_approval, open_approval
from orchestrator.assist.confirmations import Answer, find_confirmation, link_of, open_confirmation
from orchestrator.assist.identity import Identity, Known
from orchestrator.assist.plans import Plan
from orchestrator.assist.tables import approval, confirmation, request
from orchestrator.operators import operator_entry
from orchestrator.settings import OrchestratorSettings
from orchestrator.tables import journal
from shared.database import Database
from shared.engine import Engine

T = TypeVar("T")
KEY = "confirmation-key-of-the-tests-0123456789"
AUTHOR_GLPI, REQUESTER_GLPI, EDITOR_GLPI = 21, 22, 23


def guid(number: int) -> UUID:
    return UUID(int=number)


AUTHOR, TARGET, CONFIRMER, RECIPIENT = guid(0xA1), guid(0xA2), guid(0xA3), guid(0xA4)
OPERATORS = {
    # name: GLPI account, directory account, roles
    "anne": (31, guid(0xB1), ["approver"]),
    "bruno": (32, guid(0xB2), ["approver", "admin"]),
    "viewer": (33, guid(0xB3), ["viewer", "operator"]),
    "author": (AUTHOR_GLPI, guid(0xB4), ["approver"]),
    "requester": (REQUESTER_GLPI, guid(0xB5), ["approver"]),
    "editor": (EDITOR_GLPI, guid(0xB6), ["approver"]),
    "author-in-the-directory": (34, AUTHOR, ["approver"]),
    "target": (35, TARGET, ["approver"]),
    "confirmer": (36, CONFIRMER, ["approver"]),
    "recipient": (37, RECIPIENT, ["approver"]),
}


def token_of(operator: str) -> str:
    return f"widip_test-token-of-{operator}"


def write_operators(folder: Path) -> Path:
    path = folder / "operators.toml"
    entries = (
        operator_entry(name, token_of(name), roles, glpi_id=glpi_id, object_guid=object_guid)
        for name, (glpi_id, object_guid, roles) in OPERATORS.items()
    )
    path.write_text("\n".join(entries))
    return path


def account(object_guid: UUID, name: str) -> AccountFacts:
    dn = f"CN={name},OU=Lilas,DC=widip,DC=local"
    return AccountFacts(object_guid=object_guid, samaccountname=name, dn=dn, display_name=f"{name.title()} Oria")


def an_action(key: str = "t7.d.1", **changes: Any) -> Action:
    """A reset for a colleague: author, target, confirmer and recipient are four people."""
    values: dict[str, Any] = {
        "request_key": key,
        "ticket_id": 7,
        "texts": ("ticket:1",),
        "plan": Plan.PASSWORD_RESET,
        "binding": Binding.COLLEAGUE,
        "site": "LILAS",
        "author": account(AUTHOR, "coria"),
        "account": account(TARGET, "zobrien"),
        "recipient": Recipient(email="r@lilas.example", object_guid=RECIPIENT, name="Rose", role=Role.REFERENT),
        "confirmer": Recipient(email="c@lilas.example", object_guid=CONFIRMER, name="Claire", role=Role.REFERENT),
    }
    return Action(**(values | changes))


def changed(action: Action) -> Action:
    """The same request, once a fact is another."""
    return action.model_copy(update={"not_before": date(2030, 1, 2)})


IDENTITY = Identity(
    known=Known.DIRECTORY,
    author_id=AUTHOR_GLPI,
    object_guid=AUTHOR,
    evidence=("historique GLPI : compte 21",),
    editor_ids=(EDITOR_GLPI,),
)


@dataclass
class Gate:
    """A running orchestrator that reaches no other system, with its public pages."""

    app: Any
    url: str
    http: httpx.AsyncClient
    pages: httpx.AsyncClient
    settings: OrchestratorSettings

    @property
    def database(self) -> Database:
        database: Database = self.app.state.line.database
        return database

    @property
    def engine(self) -> Engine:
        engine: Engine = self.app.state.engine
        return engine

    async def add_request(self, action: Action, *, work: bool = True) -> Action:
        """A request that is about this action. work: a workflow is on it, so that none is started for it."""
        row = {
            "key": action.request_key,
            "ticket_id": action.ticket_id,
            "text_key": action.request_key,
            "texts": list(action.texts),
            "number": 1,
            "plan": action.plan.value,
            "asked": {"plan": action.plan.value, "quote": "Zoé ne peut plus se connecter"},
            "author_id": AUTHOR_GLPI,
            "site": action.site,
            "state": "acting",
            "code": "",
            "kept": {"mail": {"reference": "not to be shown"}},
            "done": [],
            "created_at": datetime.now(UTC),
            "work": work,
            "work_no": 0,
            "waits_for": "",
            "attempts": 0,
        }
        await self.database.write(lambda c: c.execute(request.insert().values(row | _kept(action))))
        return action

    async def change_request(self, key: str, **values: Any) -> None:
        await self.database.write(lambda c: c.execute(request.update().where(request.c.key == key).values(values)))

    async def now_about(self, action: Action) -> None:
        await self.change_request(action.request_key, **_kept(action))

    async def request(self, key: str = "t7.d.1") -> dict[str, Any]:
        query = sa.select(request).where(request.c.key == key)
        return await self.read(lambda c: dict(c.execute(query).mappings().one()))

    async def read(self, query: Callable[[sa.Connection], T]) -> T:
        return await self.database.read(query)

    async def expire(self, action: Action) -> None:
        """Let the time of its confirmation and approval pass."""

        def expire(connection: sa.Connection) -> None:
            for table in (confirmation, approval):
                mine = table.c.request_key == action.request_key
                connection.execute(table.update().where(mine).values(expires_at=datetime.now(UTC)))

        await self.database.write(expire)

    async def ask_confirmation(self, action: Action) -> str:
        """The path of the page that its confirmer was sent."""
        now = datetime.now(UTC)
        opened = await self.database.write(lambda c: open_confirmation(c, action, now=now))
        link = link_of(self.settings, opened)
        prefix = str(self.settings.public_url).rstrip("/")
        assert link.startswith(f"{prefix}/confirmer/")
        return link.removeprefix(prefix)

    async def answer_of(self, action: Action) -> Answer | None:
        now = datetime.now(UTC)
        return await self.read(lambda c: find_confirmation(c, action.request_key, action.digest, now))

    async def ask_approval(self, action: Action, *, identity: Identity = IDENTITY) -> str:
        now = datetime.now(UTC)
        return await self.database.write(
            lambda c: open_approval(
                c, action, Code.COLLEAGUE_APPROVAL, identity, now=now, requester_ids=[REQUESTER_GLPI]
            )
        )

    async def approval_of(self, action: Action) -> ApprovalState | None:
        now = datetime.now(UTC)
        return await self.read(lambda c: find_approval(c, action.request_key, action.digest, now))

    async def decide(self, approval_id: str, operator: str, **decision: str) -> httpx.Response:
        body = {"decision": "approve", **decision}
        return await self.http.post(f"/api/approvals/{approval_id}", json=body, headers=as_(operator))

    async def journal(self, run_id: str) -> list[dict[str, Any]]:
        query = sa.select(journal).where(journal.c.run_id == run_id).order_by(journal.c.id)
        return await self.read(lambda c: [dict(row) for row in c.execute(query).mappings()])

    async def wait_blocked(self) -> None:
        """Until a transaction of PostgreSQL waits for another's lock."""
        waiting = sa.text("select count(*) from pg_locks where not granted")
        while not await self.read(lambda c: c.execute(waiting).scalar_one()):
            await asyncio.sleep(0.01)

    async def everything_kept(self) -> str:
        """All that our tables hold of it, as text."""
        tables = (request, confirmation, approval, journal)
        return await self.read(lambda c: str([list(c.execute(sa.select(table))) for table in tables]))


def as_(operator: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token_of(operator)}"}


def _kept(action: Action) -> dict[str, Any]:
    return {"action": action.model_dump(mode="json"), "digest": action.digest}
