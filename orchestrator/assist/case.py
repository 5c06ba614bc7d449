"""One request being worked on: its row, its journal, its tools, and how its work ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from orchestrator.assist.action import Action
from orchestrator.assist.plans import Request
from orchestrator.assist.rows import OPEN, Row, State, load_request, start_request, update_request
from orchestrator.assist.tables import request as request_table
from orchestrator.journal import RunJournal, RunTools
from orchestrator.services import Services
from orchestrator.tables import run as run_table
from shared.logs import redact

Facts = dict[str, Any]
_BEGUN = "begun:"


@dataclass(frozen=True, slots=True)
class Done:
    """One effect that is there, as people read it."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RequestCase:
    """One work on one request. row: its columns as they were when the work began."""

    row: Row
    services: Services
    journal: RunJournal
    tools: RunTools

    @classmethod
    async def load(cls, services: Services, key: str, number: int) -> RequestCase | None:
        """The work `number` of a request; None when it is over (a workflow that is run again)."""
        row = await services.database.read(lambda connection: load_request(connection, key))
        if row is None or row["work_no"] != number or not row["work"]:
            return None
        journal = RunJournal(services.database, f"request:{key}")
        return cls(row, services, journal, RunTools(services.toolbox, journal))

    async def reload(self) -> RequestCase:
        """The same work on the row as it is now."""
        row = await self.services.database.read(lambda connection: load_request(connection, self.key))
        return replace(self, row=row or self.row)

    @property
    def key(self) -> str:
        """The stem of the keys of its writes."""
        return str(self.row["key"])

    @property
    def ticket_id(self) -> int:
        """Its ticket."""
        return int(self.row["ticket_id"])

    @property
    def state(self) -> State:
        """Where it was when the work began."""
        return State(self.row["state"])

    @property
    def asked(self) -> Request:
        """What was read."""
        return Request.model_validate(self.row["asked"])

    @property
    def action(self) -> Action | None:
        """What was decided to be done."""
        return Action.model_validate(self.row["action"]) if self.row["action"] else None

    def effect(self, name: str) -> str:
        """The idempotency key of one of its writes: the same in every run of it."""
        return f"assist:{self.key}:{name}"

    async def find_kept(self, effect: str) -> Facts | None:
        """What an earlier step had decided or got."""
        row = await self.services.database.read(lambda connection: load_request(connection, self.key))
        found = (row or {}).get("kept", {}).get(effect)
        return dict(found) if found is not None else None

    async def keep(self, effect: str, decided: Facts, *, done: str = "") -> Facts:
        """Store what is about to be written or was answered; the first to be stored stays.

        done: the effect as people read it, once it is there.
        """

        def store(connection: sa.Connection) -> Facts:
            row = load_request(connection, self.key) or self.row
            kept = dict(row["kept"])
            if effect not in kept:
                kept[effect] = decided
                said = [*row["done"], {"at": self.services.clock().isoformat(), "text": done}] if done else row["done"]
                update_request(connection, self.key, {"kept": kept, "done": said})
            return dict(kept[effect])

        return await self.services.database.write(store)

    async def begin(self, effect: str, text: str) -> tuple[datetime, bool]:
        """Store, before it is tried, that an effect may be there from now on: since when, and whether that is new."""
        now = self.services.clock().isoformat()
        begun = await self.keep(f"{_BEGUN}{effect}", {"at": now, "text": text})
        return datetime.fromisoformat(begun["at"]), begun["at"] == now

    async def forget(self, effect: str) -> None:
        """Its only try was refused: it is certainly not there."""

        def store(connection: sa.Connection) -> None:
            row = load_request(connection, self.key) or self.row
            kept = {name: value for name, value in row["kept"].items() if name != f"{_BEGUN}{effect}"}
            update_request(connection, self.key, {"kept": kept})

        await self.services.database.write(store)

    async def list_unsure(self) -> list[Done]:
        """The effects that were begun and of which nobody has said what came, in order."""
        row = await self.services.database.read(lambda connection: load_request(connection, self.key))
        kept: Facts = (row or self.row)["kept"]
        begun = {name.removeprefix(_BEGUN): value for name, value in kept.items() if name.startswith(_BEGUN)}
        lines = [Done(datetime.fromisoformat(v["at"]), v["text"]) for name, v in begun.items() if name not in kept]
        return sorted(lines, key=lambda line: line.at)

    async def has_begun(self) -> bool:
        """True when an account may have been changed."""
        return bool(await self.list_done() or await self.list_unsure())

    async def list_done(self) -> list[Done]:
        """The effects that are there, in order."""
        row = await self.services.database.read(lambda connection: load_request(connection, self.key))
        return [Done(datetime.fromisoformat(line["at"]), line["text"]) for line in (row or self.row)["done"]]

    async def add_followup(self, effect: str, text: str, *, private: bool = False, notify: bool = True) -> None:
        """A text on the ticket; what was decided to be said first is said in every try."""
        said = (await self.keep(f"said:{effect}", {"text": text}))["text"]
        arguments = {"ticket_id": self.ticket_id, "content": said, "private": private, "notify": notify and not private}
        await self.tools.write("glpi_add_followup", arguments, key=self.effect(effect))

    async def change(self, **values: Any) -> None:
        """Change columns while the work goes on."""
        await self.services.database.write(lambda connection: update_request(connection, self.key, values))

    async def is_last(self) -> bool:
        """True when no other request of the ticket is open: state it first, so that of two that end one is last."""

        def count(connection: sa.Connection) -> bool:
            others = (request_table.c.ticket_id == self.ticket_id) & (request_table.c.key != self.key)
            query = sa.select(request_table.c.key).where(others, request_table.c.state.in_(OPEN)).limit(1)
            return connection.execute(query).first() is None

        return await self.services.database.write(count)

    async def list_siblings(self) -> list[Row]:
        """The ticket's requests, this one too, oldest first."""
        query = sa.select(request_table).where(request_table.c.ticket_id == self.ticket_id)
        ordered = query.order_by(request_table.c.created_at, request_table.c.number)
        return await self.services.database.read(
            lambda connection: [dict(row) for row in connection.execute(ordered).mappings()]
        )

    async def finish(self, *, closed: bool = False, due_at: datetime | None = None, **changes: Any) -> None:
        """The work is over: keep what it changed. One commit.

        closed: nothing will be done for it any more. due_at: when the clock looks at it again. What came while it was
        worked on has it looked at once more.
        """
        now = self.services.clock()
        state = str(changes.get("state", self.row["state"]))
        values: Facts = {"work": False, "attempts": 0, "waits_for": "", **changes}
        values |= {"closed_at": now if closed else None}

        def store(connection: sa.Connection) -> str | None:
            current = load_request(connection, self.key) or self.row
            look_again = current["due_at"] is not None or (due_at is not None and due_at <= now)
            update_request(connection, self.key, values | {"due_at": None if closed else due_at})
            self._end_run(connection, _RUN_STATES.get(state, "waiting"), now, closed=closed)
            if look_again and not closed:
                return start_request(connection, self.services.engine, self.key, now=now)
            return None

        queue = await self.services.database.write(store)
        if queue:
            self.services.engine.nudge(queue)

    def _end_run(self, connection: sa.Connection, state: str, now: datetime, *, closed: bool) -> None:
        row = load_request(connection, self.key) or self.row
        summary = {"ticket_id": self.ticket_id, "plan": row["plan"], "state": row["state"], "code": row["code"]}
        values: Facts = {"state": state, "ended_at": now if closed else None, "summary": redact(summary)}
        mine = run_table.c.id == self.journal.run_id
        if not connection.execute(run_table.update().where(mine).values(values)).rowcount:
            values |= {"id": self.journal.run_id, "kind": "assist", "incident_key": None}
            connection.execute(run_table.insert().values(values | {"started_at": row["created_at"]}))


_RUN_STATES: Mapping[str, str] = {
    State.DONE: "done",
    State.SUGGESTED: "done",
    State.REFUSED: "done",
    State.ANSWERED: "done",
    State.LEFT: "done",
    State.CONTINUED: "done",
    State.HANDED_OVER: "failed",
}
