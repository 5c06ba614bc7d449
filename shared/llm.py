"""The model: chat with tools, and a final answer as a pydantic model. Models' and servers' traps end here.

Source: contracts/ollama.md, section 9 (the checklist) and section 5 (what qwen3-coder does to tool calls).
"""

from __future__ import annotations

import asyncio
import functools
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import BudgetExceeded, UpstreamMalformed, UpstreamUnavailable
from shared.llm_backend import Backend, BrokenReply, Message, ModelRequest, RawReply, ToolCallRequest
from shared.llm_lock import LlmLock, Priority
from shared.llm_ollama import OllamaBackend
from shared.llm_settings import LlmSettings, ModelSettings
from shared.masking import mask_content

__all__ = ["Ask", "Llm", "LlmSettings", "Message", "ModelReply", "ModelSettings", "ToolCallRequest"]

MAX_REPAIRS = 2
MAX_ANSWERS = 2
"""A final answer and its repair."""
CHARS_PER_TOKEN = 3.5
FULL = 0.95

Note = Callable[[str, Mapping[str, Any]], None]
"""Told what happens: lock_taken, model_call, lock_released, with their figures. Never a prompt."""
Answer = TypeVar("Answer", bound=BaseModel)

_LEAKED = re.compile(r"<function=|</?tool_call>|^\s*\{\s*\"name\"\s*:.*\"arguments\"\s*:", re.DOTALL)
_FUNCTION = re.compile(r"<function=([\w.-]+)>(.*?)</function>", re.DOTALL)
_PARAMETER = re.compile(r"<parameter=([\w.-]+)>\n?(.*?)\n?</parameter>", re.DOTALL)
_REPAIR_HINT = "Your last reply could not be read. Reply again: either one complete tool call, or plain text."


@dataclass(frozen=True, slots=True)
class ModelReply:
    """One reply. prompt_tokens 0: the server did not say (its prompt was cached). requests: how many it took."""

    text: str
    calls: Sequence[ToolCallRequest]
    prompt_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    recovered: bool = False
    requests: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One conversation to continue.

    deadline: on the event loop's clock, for waiting in line and answering together; lock_by: for the line alone.
    read_only: names of tools whose calls may be recovered from leaked text. seen_tokens: prompt size of the turn
    before, to notice a cut prompt. requests: how many this may take at most, those that repair included.
    output_tokens: a shorter answer than the settings allow.
    """

    run: str
    messages: Sequence[Message]
    priority: Priority
    deadline: float
    lock_by: float | None = None
    tools: Sequence[Mapping[str, Any]] = ()
    read_only: frozenset[str] = frozenset()
    seen_tokens: int = 0
    requests: int = MAX_REPAIRS + 1
    output_tokens: int | None = None
    note: Note = lambda _kind, _detail: None


@dataclass(slots=True)
class _Try:
    """What changes between attempts: an identical request would fail identically."""

    number: int = 0
    hints: list[Message] = field(default_factory=list)

    def change(self) -> None:
        self.number += 1
        self.hints.append({"role": "user", "content": _REPAIR_HINT})


class Llm:
    """One model behind one lock."""

    def __init__(self, settings: LlmSettings, lock: LlmLock, *, transport: Any = None) -> None:
        """transport: of httpx for Ollama, of httpx2 for an OpenAI-compatible endpoint."""
        self._settings = settings
        self.lock = lock
        self._backend = _open_backend(settings, transport)

    async def chat(self, ask: Ask) -> ModelReply:
        """One turn: text or tool calls. Broken replies are asked for again, changed, at most twice.

        Raises BudgetExceeded (context or deadline), UpstreamMalformed (still broken), UpstreamUnavailable,
        UpstreamRejected (no such model).
        """
        attempt = _Try()
        while True:
            try:
                reply = self._classify(await self._call(ask, attempt), ask)
                return replace(reply, requests=attempt.number + 1)
            except BrokenReply as broken:
                if attempt.number >= min(MAX_REPAIRS, ask.requests - 1):
                    raise UpstreamMalformed(
                        f"the model's replies cannot be read: {broken}", system=self._backend.system
                    ) from broken
                attempt.change()

    async def answer(self, ask: Ask, model: type[Answer]) -> tuple[Answer, ModelReply]:
        """The final answer as `model`: constrained by its schema, checked here, repaired once.

        No tools go along: with a grammar the model cannot call any (section 4).
        """
        problem = ""
        for number in range(min(MAX_ANSWERS, ask.requests)):
            hint = [{"role": "user", "content": f"Not valid: {problem}. Answer again as JSON."}] if problem else []
            messages = [*ask.messages, _schema_message(model), *hint]
            attempt = _Try(number=number)
            final = replace(ask, messages=messages, tools=(), seen_tokens=0)
            try:
                raw = await self._call(final, attempt, schema=_schema_of(model))
                return model.model_validate_json(raw.text), raw
            except ValidationError as error:
                problem = "; ".join(f"{e['loc']}: {e['msg']}" for e in error.errors(include_input=False)[:3])
            except BrokenReply as broken:
                problem = str(broken)
        raise UpstreamMalformed(f"the model's answer does not fit: {problem}", system=self._backend.system)

    async def check(self) -> None:
        """Raises when the model cannot be used: server away, no such model, no tool support."""
        await self._backend.check()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._backend.aclose()

    async def _call(self, ask: Ask, attempt: _Try, *, schema: dict[str, Any] | None = None) -> ModelReply:
        messages = [_masked(message) for message in (*ask.messages, *attempt.hints)]
        self._check_size(messages, ask.tools)
        asked = time.perf_counter()
        in_line_until = min(ask.deadline, ask.lock_by or ask.deadline)
        async with self.lock.hold(ask.run, priority=ask.priority, deadline=in_line_until) as owner:
            started = time.perf_counter()
            ask.note("lock_taken", {"owner": owner, "waited_ms": round(1000 * (started - asked), 1)})
            try:
                raw = await self._send(messages, ask, attempt, schema)
                reply = self._read(raw, ask, time.perf_counter() - started)
                ask.note("model_call", _figures(reply))
            finally:
                held_ms = round(1000 * (time.perf_counter() - started), 1)
                ask.note("lock_released", {"owner": owner, "held_ms": held_ms})
        return reply

    async def _send(self, messages: list[Message], ask: Ask, attempt: _Try, schema: dict[str, Any] | None) -> RawReply:
        settings = self._settings
        left = min(ask.deadline - asyncio.get_running_loop().time(), settings.ollama_timeout_s)
        if left <= 0:
            raise BudgetExceeded("no time left for a model call")
        request = ModelRequest(
            messages=messages,
            tools=ask.tools,
            schema=schema,
            number=attempt.number,
            output_tokens=min(ask.output_tokens or settings.ollama_num_predict, settings.ollama_num_predict),
        )
        try:
            async with asyncio.timeout(left):
                return await self._backend.send(request)
        except TimeoutError as error:
            raise UpstreamUnavailable("the model does not answer in time", system=self._backend.system) from error

    def _check_size(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]]) -> None:
        """The server would drop the oldest messages without a word."""
        texts = (f"{m.get('content', '')}{m.get('tool_calls', '')}" for m in messages)
        size = sum(map(len, texts)) + len(json.dumps(list(tools), default=dict))
        room = self._settings.ollama_num_ctx - self._settings.ollama_num_predict
        if size / CHARS_PER_TOKEN > room:
            raise BudgetExceeded(f"the conversation no longer fits the model's context ({room} tokens)")

    def _read(self, raw: RawReply, ask: Ask, seconds: float) -> ModelReply:
        prompt, output = raw.prompt_tokens, raw.output_tokens
        if prompt + output >= FULL * self._settings.ollama_num_ctx or 0 < prompt < 0.8 * ask.seen_tokens:
            raise BudgetExceeded("the model's context overflowed: part of the conversation was dropped")
        if raw.is_cut:
            raise BrokenReply("cut at its length limit")
        return ModelReply(raw.text, raw.calls, prompt, output, seconds)

    def _classify(self, reply: ModelReply, ask: Ask) -> ModelReply:
        """Calls, text, a call leaked into the text, or nothing at all."""
        if reply.calls:
            return reply
        if _LEAKED.search(reply.text):
            calls = _recover(reply.text)
            if not calls or any(call.name not in ask.read_only for call in calls):
                raise BrokenReply("a tool call leaked into the text")
            return ModelReply("", calls, reply.prompt_tokens, reply.output_tokens, reply.seconds, recovered=True)
        if not reply.text.strip():
            raise BrokenReply("empty")
        return reply


def _open_backend(settings: LlmSettings, transport: Any) -> Backend:
    if settings.llm_backend == "ollama":
        return OllamaBackend(settings, transport=transport)
    # The package takes as long to import as all of ours together, and few need it.
    from shared.llm_openai import OpenAiBackend  # noqa: PLC0415

    return OpenAiBackend(settings, transport=transport)


def _figures(reply: ModelReply) -> dict[str, Any]:
    return {
        "calls": [call.name for call in reply.calls],
        "text_chars": len(reply.text),
        "prompt_tokens": reply.prompt_tokens,
        "output_tokens": reply.output_tokens,
        "ms": round(1000 * reply.seconds, 1),
    }


def _recover(text: str) -> list[ToolCallRequest]:
    """Strictly: whole <function=…>…</function> blocks. Only reads may be run from text, which anybody may have fed."""
    return [
        ToolCallRequest(name, {key: value.strip() for key, value in _PARAMETER.findall(body)})
        for name, body in _FUNCTION.findall(text)
    ]


def _masked(message: Message) -> Message:
    if message.get("role") in ("user", "tool") and isinstance(message.get("content"), str):
        return {**message, "content": _mask_again(message["content"])}
    return message


# The same texts go along with every turn of a conversation.
_mask_again = functools.lru_cache(maxsize=64)(mask_content)


@functools.cache
def _schema_of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _schema_message(model: type[BaseModel]) -> Message:
    """The server does not put the schema into the prompt (section 4), so it is said in words too."""
    schema = json.dumps(_schema_of(model), ensure_ascii=False)
    return {"role": "user", "content": f"Give your final answer now, as JSON of this schema, nothing else: {schema}"}
