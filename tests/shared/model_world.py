"""A simulated Ollama and our client of it, with a real lock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import httpx2
import pytest
from pydantic import BaseModel, Field
from starlette.applications import Starlette

from shared.llm import Ask, Llm, LlmSettings, Message
from shared.llm_lock import LlmLock, Priority
from shared.redis_helper import RedisHelper
from simulators.faults import Faults
from simulators.ollama.state import OllamaState

BOTH = pytest.mark.parametrize("world", ["ollama", "openai"], indirect=True)
"""For a test that holds of Ollama's own API and of OpenAI's."""
READ, WRITE = "observium_get_device_info", "glpi_create_ticket"


def build_tool(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A tool as Ollama takes it."""
    parameters = {"type": "object", "required": list(properties), "properties": properties}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": parameters}}


TOOLS = (
    build_tool(READ, {"device_id": {"type": "integer"}, "deep": {"type": "boolean"}, "tags": {"type": "array"}}),
    build_tool(WRITE, {"title": {"type": "string"}}),
)


class Verdict(BaseModel):
    """A final answer."""

    device_id: int = Field(ge=1, le=99)
    summary: str = Field(min_length=1, max_length=200)


def user(content: str = "Le switch répond-il ?") -> Message:
    """What a person says."""
    return {"role": "user", "content": content}


def call_of(name: str = READ, body: str = "<parameter=device_id>\n12\n</parameter>") -> str:
    """A tool call as the model writes it."""
    return f"<tool_call>\n<function={name}>\n{body}\n</function>\n</tool_call>"


def leak_of(name: str = READ, body: str = "<parameter=device_id>\n12\n</parameter>") -> str:
    """The same without its opener: the server takes it for text."""
    return call_of(name, body).removeprefix("<tool_call>\n")


class DenseTokens(httpx.AsyncBaseTransport):
    """The way to a model whose tokens are so short that it counts `factor` times as many."""

    def __init__(self, way: httpx.AsyncBaseTransport, factor: float) -> None:
        self._way = way
        self._factor = factor

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raise the count in the answer."""
        response = await self._way.handle_async_request(request)
        answer = json.loads(await response.aread())
        answer["prompt_eval_count"] = int(answer["prompt_eval_count"] * self._factor)
        return httpx.Response(response.status_code, json=answer)


@dataclass
class ModelWorld:
    """The simulator, clients of it, and what they noted. No socket between them unless a test asks for one."""

    app: Starlette
    redis: RedisHelper
    notes: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    backend: str = "ollama"
    _llms: list[Llm] = field(default_factory=list)

    @property
    def state(self) -> OllamaState:
        """What the simulator knows."""
        state: OllamaState = self.app.state.ollama
        return state

    @property
    def way(self) -> Any:
        """The simulator as a transport of the library that the backend's client is made with."""
        return httpx.ASGITransport(self.app) if self.backend == "ollama" else httpx2.ASGITransport(self.app)

    @property
    def path(self) -> str:
        """Where that client asks the model."""
        return "/api/chat" if self.backend == "ollama" else "/v1/chat/completions"

    def settings_at(self, base: str) -> dict[str, Any]:
        """The settings of a client of a server at `base`."""
        if self.backend == "ollama":
            return {"ollama_base_url": base}
        return {"llm_backend": "openai", "openai_base_url": f"{base}/v1", "openai_model": self.state.model}

    @property
    def faults(self) -> Faults:
        """What goes wrong there."""
        faults: Faults = self.app.state.faults
        return faults

    def script(self, *outputs: str) -> None:
        """What the model says next."""
        self.state.script.extend(outputs)

    def llm(self, *, at: str | None = None, transport: Any = None, **changes: Any) -> Llm:
        """A client; keywords are settings. `at` an address it goes over the network."""
        values = {"ollama_timeout_s": 5.0, "ollama_num_ctx": 4096, **self.settings_at(at or "http://ollama")}
        if at is None:
            transport = transport or self.way
        llm = Llm(LlmSettings(**(values | changes)), LlmLock(self.redis, executor="test"), transport=transport)
        self._llms.append(llm)
        return llm

    async def aclose(self) -> None:
        """Close the clients."""
        for llm in self._llms:
            await llm.aclose()

    def ask(self, *messages: Message, within_s: float = 10.0, **changes: Any) -> Ask:
        """A conversation with both tools, of which one only reads."""
        values: dict[str, Any] = {"tools": TOOLS, "read_only": frozenset({READ})}
        return Ask(
            run="run-1",
            messages=messages or (user(),),
            priority=Priority.TICKET,
            deadline=asyncio.get_running_loop().time() + within_s,
            note=lambda kind, detail: self.notes.append((kind, detail)),
            **(values | changes),
        )
