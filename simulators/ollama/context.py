"""The context window: what the model still sees, and what quietly fell out.

Source: contracts/ollama.md, section 3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]

CHARS_PER_TOKEN = 4


class ContextOverflowError(Exception):
    """The prompt does not fit and the request forbids to shorten it."""


@dataclass(frozen=True)
class Prompt:
    """The messages the model reads, and the estimated tokens of the whole prompt."""

    messages: list[Message]
    token_count: int


def count_tokens(text: str) -> int:
    """An estimate, four characters a token."""
    return -(-len(text) // CHARS_PER_TOKEN)


def _cost(message: Message) -> int:
    calls = json.dumps(message["tool_calls"]) if message.get("tool_calls") else ""
    return count_tokens(str(message.get("content") or "") + calls)


def build_prompt(messages: list[Message], tools: list[Any], *, num_ctx: int, truncate: bool) -> Prompt:
    """Drop the oldest messages until the rest fits; the system message and the last one always stay.

    Of several system messages only the first is read. ContextOverflowError if truncate is false.
    """
    first_system = next((message for message in messages if message.get("role") == "system"), None)
    kept = [message for message in messages if message is first_system or message.get("role") != "system"]
    fixed = count_tokens(json.dumps(tools)) if tools else 0
    total = fixed + sum(map(_cost, kept))
    if total > num_ctx and not truncate:
        raise ContextOverflowError
    position = 0
    while total > num_ctx and position < len(kept) - 1:
        if kept[position] is first_system:
            position += 1
        else:
            total -= _cost(kept.pop(position))
    return Prompt(kept, min(total, num_ctx))
