"""Looking again without doing: the facts are read afresh and decided on, and nothing is written anywhere.

A read-only run has tools that refuse whatever is not a read, and a journal that nobody keeps. The same delivery again
goes in by the same door as the first time, under the same keys: what was done is not done again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel

from orchestrator.agent.policy import Verdict, decide
from orchestrator.assist.action import Action
from orchestrator.assist.case import RequestCase
from orchestrator.assist.codes import Code
from orchestrator.assist.desk import Desk
from orchestrator.assist.facts import FactsReader, TicketOver
from orchestrator.assist.hints import TICKETS_QUEUE, add_hint
from orchestrator.assist.refusals import WORDINGS
from orchestrator.assist.rows import load_request
from orchestrator.console.audit import add_act
from orchestrator.console.deeds import Step, list_steps
from orchestrator.journal import RunJournal, RunTools
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.case import Case
from orchestrator.proactif.incidents import Pace, Work, load_incident, next_work
from orchestrator.proactif.intake import Intake
from orchestrator.proactif.investigator import Investigator
from orchestrator.services import Services
from orchestrator.tables import delivery
from shared.errors import NotFound, Refused
from shared.mcp_client import Toolbox, ToolReply


class ReadRow(BaseModel):
    """One read of the re-run. outcome: ok, or an error's code."""

    tool: str
    outcome: str
    ms: float | None


class IncidentReplay(BaseModel):
    """What the rules say of an incident now, beside what was said. next_work: what would be done next, and when.

    same: responsible and rule are what they were.
    """

    key: str
    at: datetime
    before: dict[str, Any] | None
    now: dict[str, Any]
    same: bool
    next_work: str | None
    next_at: datetime | None
    reads: list[ReadRow]


class RequestReplay(BaseModel):
    """What policy says of a request now, beside what became of it. why: in French.

    same_action: exactly the same would be done. steps: what would be done if policy said go.
    """

    key: str
    at: datetime
    state_before: str
    code_before: str
    verdict: Verdict
    code: Code
    why: str
    action: Action | None
    same_action: bool
    steps: list[Step]
    reads: list[ReadRow]


class Redelivered(BaseModel):
    """The same delivery was taken in again. known: how many of them had been before, so that nothing is done again."""

    key: str
    deliveries: int
    known: int
    what: str


class UnkeptJournal(RunJournal):
    """A journal that is read by whoever asked for the re-run, and by nobody else."""

    def __init__(self, services: Services, run_id: str) -> None:
        super().__init__(services.database, run_id)
        self.lines: list[tuple[str, Mapping[str, Any]]] = []

    def note(self, kind: str, detail: Mapping[str, Any]) -> None:
        """Remember it."""
        self.lines.append((kind, detail))

    async def keep_effect(self, tool: str, key: str, outcome: str) -> None:
        """Raises Refused: there can be none."""
        raise Refused(f"a re-run changes nothing, and {tool} would")

    def list_reads(self) -> list[ReadRow]:
        """What was read, in order."""
        calls = (detail for kind, detail in self.lines if kind == "tool_call")
        return [ReadRow(tool=call["tool"], outcome=call["outcome"], ms=call.get("ms")) for call in calls]


class ReadTools(RunTools):
    """Tools that only read, whoever asks for what."""

    def __init__(self, toolbox: Toolbox, journal: RunJournal) -> None:
        super().__init__(toolbox, journal)
        self._reads = {tool.qualified for tool in toolbox.tools() if tool.read_only}

    async def call(self, name: str, arguments: Mapping[str, Any], **options: Any) -> ToolReply:
        """As RunTools.call; raises Refused for whatever is not a read."""
        if options.get("key") is not None or name not in self._reads:
            raise Refused(f"a re-run only reads, and {name} does not")
        return await super().call(name, arguments, **options)


class Replay:
    """Re-runs, and the same delivery again."""

    def __init__(self, services: Services, intake: Intake, desk: Desk | None) -> None:
        self._s = services
        self._intake = intake
        self._investigator = Investigator(services)
        self._facts = FactsReader(services, desk) if desk is not None else None

    async def look_at_incident(self, key: str, *, by: str) -> IncidentReplay:
        """Read and judge again. Raises NotFound, UpstreamError."""
        found = await self._s.database.read(lambda connection: load_incident(connection, key))
        if found is None or not found.alerts:
            raise NotFound("no such incident")
        journal = UnkeptJournal(self._s, f"replay:{key}")
        pace = Pace.from_settings(self._s.settings)
        site = self._s.sites.by_code(found.row["site"]) if found.row["site"] else None
        tools = ReadTools(self._s.toolbox, journal)
        case = Case(found, Work.DIAGNOSE, site, pace, self._s, journal, tools, is_resumed=False)
        verdict = (await self._investigator.judge(case)).model_dump(mode="json")
        now, before = datetime.now(UTC), found.row["verdict"]
        following = next_work(found, pace, now) if found.row["closed_at"] is None else None
        await self._note("replay", key, {"way": "read-only"}, by)
        return IncidentReplay(
            key=key,
            at=now,
            before=before,
            now=verdict,
            same=all((before or {}).get(name) == verdict[name] for name in ("responsible", "rule")),
            next_work=following[0].value if following else None,
            next_at=following[1] if following else None,
            reads=journal.list_reads(),
        )

    async def look_at_request(self, key: str, *, by: str) -> RequestReplay:
        """Read and decide again. Raises NotFound, Refused where there are no accounts, UpstreamError."""
        row = await self._s.database.read(lambda connection: load_request(connection, key))
        if row is None:
            raise NotFound("no such request")
        if self._facts is None:
            raise Refused("Assist is not on here: nothing can be read again")
        journal = UnkeptJournal(self._s, f"replay:{key}")
        case = RequestCase(row, self._s, journal, ReadTools(self._s.toolbox, journal))
        action: Action | None = None
        try:
            found = await self._facts.gather(case)
            decision, action = decide(found.situation), found.action
            verdict, code = decision.verdict, decision.code
        except TicketOver as over:
            verdict, code = Verdict.LEAVE, over.code
        await self._note("replay", key, {"way": "read-only"}, by)
        return RequestReplay(
            key=key,
            at=datetime.now(UTC),
            state_before=row["state"],
            code_before=row["code"],
            verdict=verdict,
            code=code,
            why=WORDINGS[code].private,
            action=action,
            same_action=action is not None and action.digest == row["digest"],
            steps=list_steps(action) if action else [],
            reads=journal.list_reads(),
        )

    async def deliver_incident(self, key: str, *, by: str) -> Redelivered:
        """Its deliveries once more, by the door of the first time. Raises NotFound."""
        mine = sa.select(delivery).where(delivery.c.incident_key == key).order_by(delivery.c.received_at).limit(200)
        rows = await self._s.database.read(lambda c: [dict(row) for row in c.execute(mine).mappings()])
        if not rows:
            raise NotFound("no delivery of this incident is kept any more")
        await self._note("replay", key, {"way": "delivery", "deliveries": len(rows)}, by)
        for row in rows:
            await self._intake.store(Alert.model_validate(row["body"]), source="replay")
        keys = [row["key"] for row in rows]
        after = sa.select(sa.func.count()).where(delivery.c.key.in_(keys), delivery.c.times > 1)
        known = await self._s.database.read(lambda c: int(c.execute(after).scalar_one()))
        return Redelivered(key=key, deliveries=len(rows), known=known, what="delivery")

    async def deliver_request(self, key: str, *, by: str) -> Redelivered:
        """Have its ticket looked at once more, as GLPI's webhook does. Raises NotFound."""
        row = await self._s.database.read(lambda connection: load_request(connection, key))
        if row is None:
            raise NotFound("no such request")
        await self._note("replay", key, {"way": "delivery", "ticket_id": row["ticket_id"]}, by)
        hint = partial(add_hint, engine=self._s.engine, ticket_id=row["ticket_id"], now=datetime.now(UTC))
        if await self._s.database.write(hint):
            self._s.engine.nudge(TICKETS_QUEUE)
        return Redelivered(key=key, deliveries=1, known=1, what="ticket")

    async def _note(self, kind: str, key: str, detail: Mapping[str, Any], by: str) -> None:
        now = datetime.now(UTC)
        await self._s.database.write(lambda c: add_act(c, by, kind, key, detail, now=now))
