"""What the simulated server remembers, and its switches."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any

from simulators.ollama import brain
from simulators.ollama.context import Prompt
from simulators.ollama.parser import CALL_OPEN

Body = dict[str, Any]
Hostile = Callable[[Body], str | None]


class OllamaState:
    """One model on one server.

    script: raw model outputs, used up one per reply before the brain speaks for itself.
    hostile: asked first; the raw output that it returns is used, None lets the request through.
    loads: how often the model was loaded; another num_ctx loads it again.
    requests: every parsed chat or generate body, in order.
    hold: while set to an Event, answers wait for it; in_flight counts those under way.
    omits_prompt_count: leave prompt_eval_count out, as older servers do for a cached prompt.
    """

    def __init__(self, *, model: str, digest: str, num_ctx_default: int, latency_s: float) -> None:
        self.model = model
        self.digest = digest
        self.version = "0.32.7"
        self.capabilities = ["completion", "tools"]
        self.parser: str | None = "qwen3-coder"
        self.num_ctx_default = num_ctx_default
        self.latency_s = latency_s
        self.script: list[str] = []
        self.hostile: Hostile | None = None
        self.requests: list[Body] = []
        self.loads = 0
        self.loaded_num_ctx: int | None = None
        self.hold: asyncio.Event | None = None
        self.in_flight = 0
        self.in_flight_peak = 0
        self.omits_prompt_count = False
        self._changed = asyncio.Event()
        self._call_count = 0
        self._bad_outputs: dict[str, str] = {}

    def load(self, num_ctx: int) -> bool:
        """Make the model ready with this context length. True if it had to be loaded."""
        if self.loaded_num_ctx == num_ctx:
            return False
        self.loaded_num_ctx = num_ctx
        self.loads += 1
        return True

    def unload(self) -> None:
        """Free the memory; the next request loads again."""
        self.loaded_num_ctx = None

    async def wait_latency(self) -> None:
        """The time an answer takes, when one was asked for."""
        self._count_flight(1)
        try:
            if self.hold is not None:
                await self.hold.wait()
            await asyncio.sleep(self.latency_s)
        finally:
            self._count_flight(-1)

    def _count_flight(self, step: int) -> None:
        self.in_flight += step
        self.in_flight_peak = max(self.in_flight, self.in_flight_peak)
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        """Wait until in_flight next changes."""
        await self._changed.wait()

    def next_raw(self, body: Body, prompt: Prompt) -> tuple[str, bool]:
        """Raw output for this request, and whether it was planted.

        A bad output comes back for the same conversation, seed, temperature and tools: the model is deterministic.
        """
        key = _conversation_key(body)
        if key in self._bad_outputs:
            return self._bad_outputs[key], True
        planted = self.hostile(body) if self.hostile else None
        if planted is None and self.script:
            planted = self.script.pop(0)
        tools, answer_format = body.get("tools") or [], body.get("format")
        # Under a grammar the model cannot write a call, whatever it had in mind.
        if planted is None or (answer_format and (CALL_OPEN in planted or "<function=" in planted)):
            return brain.answer(prompt.messages, tools, answer_format), False
        return planted, True

    def remember_bad(self, body: Body, raw: str) -> None:
        """Let this conversation fail the same way from now on."""
        self._bad_outputs[_conversation_key(body)] = raw

    def next_call_id(self) -> str:
        """`call_` and eight characters."""
        self._call_count += 1
        return "call_" + hashlib.sha256(str(self._call_count).encode()).hexdigest()[:8]

    def reset(self) -> None:
        """Forget the script, what failed, and the requests."""
        self.script.clear()
        self.requests.clear()
        self._bad_outputs.clear()


def _conversation_key(body: Body) -> str:
    options = body.get("options") or {}
    parts = [body.get("messages"), body.get("tools"), body.get("format")]
    parts += [options.get(name) for name in ("seed", "temperature", "num_predict")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
