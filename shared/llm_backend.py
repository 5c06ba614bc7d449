"""What a server of models is to `Llm`: one request, one reply, its own errors already ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Message = dict[str, Any]
"""As Ollama has it: role, content, tool_calls with arguments as an object; results follow their calls in order."""


class BrokenReply(Exception):
    """A reply that another, changed, request may mend."""


@dataclass(frozen=True, slots=True)
class ToolCallRequest:
    """A call that the model asks for; its arguments are not checked yet."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One request. schema: the JSON schema that the answer must have. number: 0, then 1 and 2 for repairs."""

    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]]
    schema: Mapping[str, Any] | None
    number: int
    output_tokens: int

    @property
    def temperature(self) -> float:
        """Repairs are asked for with some: an identical request would fail identically."""
        return 0.2 * self.number


@dataclass(frozen=True, slots=True)
class RawReply:
    """What came. is_cut: at its length limit. prompt_tokens 0: the server did not say."""

    text: str
    calls: Sequence[ToolCallRequest]
    is_cut: bool
    prompt_tokens: int
    output_tokens: int


class Backend(Protocol):
    """A server of models. `system` names it in errors."""

    system: str

    async def send(self, request: ModelRequest) -> RawReply:
        """Raises BrokenReply, UpstreamUnavailable, UpstreamRejected, UpstreamUnauthorized, UpstreamMalformed."""

    async def check(self) -> None:
        """Raises when the model cannot be used: server away, no such model, no tool support."""

    async def aclose(self) -> None:
        """Close the connections."""


def is_parse_error(text: str) -> bool:
    """The one place where a text decides: Ollama has no code for "the model's XML was broken"."""
    return "XML syntax error" in text or text.strip() == "EOF" or "unexpected end" in text
