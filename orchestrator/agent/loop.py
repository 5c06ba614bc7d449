"""The agent loop: the model asks for tools, policy decides, servers answer, until there is a typed answer.

The model is not trusted: it sees only what its grant offers, its arguments are checked against the grant and the tool's
schema, its errors go back to it as results, and its budget ends by calls and by time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import jsonschema
from pydantic import BaseModel

from orchestrator.agent.grant import Grant, find_number
from orchestrator.journal import RunJournal, RunTools
from shared.errors import BudgetExceeded, InvalidInput, Refused, WidipError
from shared.llm import MAX_ANSWERS, Ask, Llm, Message, ModelReply, ToolCallRequest
from shared.llm_lock import Priority
from shared.mcp_client import RemoteTool

Answer = TypeVar("Answer", bound=BaseModel)
MAX_RESULT_CHARS = 4000
MAX_CALLS_A_REPLY = 5
TOOL_S = 20.0
PROMPTS = Path(__file__).with_name("prompts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Instants are on the event loop's clock. first_lock_by: without the model's lock by then there is no answer."""

    model_calls: int
    deadline: float
    priority: Priority
    first_lock_by: float | None = None


@dataclass(slots=True)
class _State:
    messages: list[Message]
    calls_left: int
    deadline: float
    seen_tokens: int = 0
    asked: set[str] = field(default_factory=set)


class Agent:
    """One kind of agent: its prompt, its model, its tools. `investigate` is one run of it."""

    def __init__(self, name: str, llm: Llm) -> None:
        self.name = name
        self._llm = llm
        self._system = (PROMPTS / f"{name}.md").read_text(encoding="utf-8")

    async def investigate(
        self,
        question: str,
        *,
        tools: RunTools,
        journal: RunJournal,
        grant: Grant,
        budget: Budget,
        answer: type[Answer],
    ) -> Answer:
        """Let the model read what it is granted, then answer as `answer`.

        Raises BudgetExceeded past the budget, UpstreamError(system="ollama") when the model cannot be used.
        """
        messages: list[Message] = [{"role": "system", "content": self._system}, {"role": "user", "content": question}]
        state = _State(messages, budget.model_calls, budget.deadline)
        offered = [tool for tool in tools.toolbox.tools() if grant.allows(tool)]
        while offered and state.calls_left > MAX_ANSWERS:
            reply = await self._turn(state, offered, journal, grant, budget)
            if not reply.calls:
                break
            await self._run_calls(reply, state, offered, tools, journal, grant)
        ask = self._ask(state, journal, grant, budget)
        found, _raw = await self._llm.answer(ask, answer)
        return found

    async def _turn(
        self, state: _State, offered: list[RemoteTool], journal: RunJournal, grant: Grant, budget: Budget
    ) -> ModelReply:
        ask = self._ask(state, journal, grant, budget, offered)
        reply = await self._llm.chat(ask)
        state.calls_left -= reply.requests
        state.seen_tokens = reply.prompt_tokens
        state.messages.append(_as_message(reply))
        return reply

    def _ask(
        self,
        state: _State,
        journal: RunJournal,
        grant: Grant,
        budget: Budget,
        offered: list[RemoteTool] | None = None,
    ) -> Ask:
        if asyncio.get_running_loop().time() >= budget.deadline:
            raise BudgetExceeded(f"{self.name} has used its time")

        def note(kind: str, detail: Mapping[str, Any]) -> None:
            journal.note(kind, {"agent": self.name, **detail})

        return Ask(
            run=journal.run_id,
            messages=state.messages,
            priority=budget.priority,
            deadline=budget.deadline,
            lock_by=budget.first_lock_by if len(state.messages) == 2 else None,  # nothing answered yet
            tools=[_offer(tool, grant) for tool in offered or []],
            read_only=frozenset(tool.qualified for tool in offered or []),
            seen_tokens=state.seen_tokens,
            # While it may still call tools, what its answer takes is kept back.
            requests=state.calls_left - (MAX_ANSWERS if offered else 0),
            note=note,
        )

    async def _run_calls(
        self,
        reply: ModelReply,
        state: _State,
        offered: list[RemoteTool],
        tools: RunTools,
        journal: RunJournal,
        grant: Grant,
    ) -> None:
        """In order, one result per call: the model matches them by position only."""
        by_name = {tool.qualified: tool for tool in offered}
        for call in reply.calls[:MAX_CALLS_A_REPLY]:
            try:
                text = await self._run_call(call, state, by_name, tools, grant)
            except WidipError as error:
                if isinstance(error, Refused):
                    journal.note("refused", {"agent": self.name, "tool": call.name, "reason": str(error)})
                text = f"ERROR: {error}"
            state.messages.append({"role": "tool", "tool_name": call.name, "content": _cap(text)})
        for call in reply.calls[MAX_CALLS_A_REPLY:]:
            text = f"ERROR: at most {MAX_CALLS_A_REPLY} calls in one reply"
            state.messages.append({"role": "tool", "tool_name": call.name, "content": text})

    async def _run_call(
        self, call: ToolCallRequest, state: _State, by_name: Mapping[str, RemoteTool], tools: RunTools, grant: Grant
    ) -> str:
        tool = by_name.get(call.name)
        grant.check_call(tool, call.name, call.arguments)
        assert tool is not None  # noqa: S101 - check_call refuses an unknown tool
        wanted = grant.settled(tool, call.arguments)
        fingerprint = json.dumps([call.name, wanted], sort_keys=True, default=str)
        if fingerprint in state.asked:
            raise InvalidInput("you asked this already and have the answer above; go on or conclude")
        state.asked.add(fingerprint)
        arguments = _coerced(wanted, tool.input_schema)
        left = state.deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise BudgetExceeded(f"{self.name} has used its time")
        return (await tools.call(call.name, arguments, deadline_s=min(TOOL_S, left), by=self.name)).text


def _as_message(reply: ModelReply) -> Message:
    calls = [{"function": {"name": call.name, "arguments": dict(call.arguments)}} for call in reply.calls]
    return {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}


def _offer(tool: RemoteTool, grant: Grant) -> dict[str, Any]:
    function = {"name": tool.qualified, "description": tool.description, "parameters": grant.shown_schema(tool)}
    return {"type": "function", "function": function}


def _check_pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[jsonschema.ValidationError]:
    """A pattern of JSON schema may be one that Python cannot read (letters by category): the server checks those."""
    with contextlib.suppress(re.error):
        yield from jsonschema.Draft202012Validator.VALIDATORS["pattern"](validator, pattern, value, schema)


_Validator = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _check_pattern}
)


def _coerced(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with nulls dropped and numbers read from text. Raises InvalidInput where they do not fit the schema."""
    properties = schema.get("properties", {})
    given = {}
    for name, value in arguments.items():
        is_integer = properties.get(name, {}).get("type") == "integer"
        number = find_number(value) if is_integer and isinstance(value, str) else None
        if value is not None:
            given[name] = value if number is None else number
    error = jsonschema.exceptions.best_match(_Validator(schema).iter_errors(given))
    if error is not None:
        raise InvalidInput(f"arguments do not fit: {error.message[:200]}")
    return given


def _cap(text: str) -> str:
    if len(text) <= MAX_RESULT_CHARS:
        return text
    return f"{text[:MAX_RESULT_CHARS]}… (cut, {len(text)} characters in all: ask for less)"
