"""One answer: load, shorten the prompt, generate, cut, parse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulators.ollama.context import ContextOverflowError, build_prompt, count_tokens
from simulators.ollama.parser import Parsed, parse_output
from simulators.ollama.state import Body, OllamaState

# Invented speeds, so that the metrics look like a machine's.
LOAD_NS = 9_000_000_000
PROMPT_TOKEN_NS = 1_000_000
OUTPUT_TOKEN_NS = 20_000_000

_FLOATS = ("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty")
_INTEGERS = ("num_ctx", "num_predict", "seed", "top_k", "num_keep", "num_batch", "num_gpu", "repeat_last_n")


class ApiError(Exception):
    """An answer with an error status; the text is the server's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Reply:
    """What one generation gave."""

    parsed: Parsed
    done_reason: str
    was_loaded: bool
    prompt_count: int
    output_count: int

    def to_metrics(self) -> dict[str, int]:
        """Nanoseconds and counts; those that are zero are left out, as Go's omitempty does."""
        load_ns = LOAD_NS if self.was_loaded else 0
        prompt_ns, output_ns = self.prompt_count * PROMPT_TOKEN_NS, self.output_count * OUTPUT_TOKEN_NS
        metrics = {
            "total_duration": load_ns + prompt_ns + output_ns,
            "load_duration": load_ns,
            "prompt_eval_count": self.prompt_count,
            "prompt_eval_duration": prompt_ns,
            "eval_count": self.output_count,
            "eval_duration": output_ns,
        }
        return {name: value for name, value in metrics.items() if value}


def check_chat(state: OllamaState, body: Body) -> None:
    """Raises ApiError as the server does for a request it will not serve."""
    model = body.get("model")
    if not model:
        raise ApiError(400, "model is required")
    if model != state.model:
        raise ApiError(404, f"model '{model}' not found")
    if body.get("tools") and "tools" not in state.capabilities:
        raise ApiError(400, f"registry.ollama.ai/library/{model} does not support tools")
    if body.get("think") and "thinking" not in state.capabilities:
        raise ApiError(400, f'"{model}" does not support thinking')
    check_options(body.get("options") or {})
    check_messages(body.get("messages") or [])
    if any(not isinstance(tool.get("function", {}).get("name"), str) for tool in body.get("tools") or []):
        raise ApiError(400, "json: cannot unmarshal tools into Go struct field ChatRequest.tools")


def check_messages(messages: list[Any]) -> None:
    """A content is text and a call's arguments are an object: other types do not decode."""
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("content", ""), str | None):
            raise ApiError(
                400, "json: cannot unmarshal into Go struct field ChatRequest.messages.content of type string"
            )
        for call in message.get("tool_calls") or []:
            if not isinstance(call.get("function", {}).get("arguments", {}), dict):
                raise ApiError(400, "json: cannot unmarshal string into Go struct field .arguments")


def check_options(options: dict[str, Any]) -> None:
    """Unknown keys pass; a value of the wrong type does not."""
    for name, value in options.items():
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if name in _FLOATS and not is_whole and not isinstance(value, float):
            raise ApiError(500, f'option "{name}" must be of type float32')
        if name in _INTEGERS and not is_whole and not (isinstance(value, float) and value.is_integer()):
            raise ApiError(500, f'option "{name}" must be of type integer')


def load_model(state: OllamaState, body: Body) -> bool:
    """Load for this request's num_ctx; True if the model was not ready with it."""
    return state.load(int((body.get("options") or {}).get("num_ctx") or state.num_ctx_default))


async def run_chat(state: OllamaState, body: Body) -> Reply:
    """Answer one chat body. Raises ApiError when the prompt overflows under `truncate: false`."""
    options, tools = body.get("options") or {}, body.get("tools") or []
    was_loaded = load_model(state, body)
    await state.wait_latency()
    num_ctx = int(options.get("num_ctx") or state.num_ctx_default)
    truncate = body.get("truncate") is not False
    try:
        prompt = build_prompt(body["messages"], tools, num_ctx=num_ctx, truncate=truncate)
    except ContextOverflowError as error:
        raise ApiError(400, "the input length exceeds the context length") from error
    raw, is_planted = state.next_raw(body, prompt)
    cut, done_reason = _cut(raw, room=num_ctx - prompt.token_count, num_predict=int(options.get("num_predict", -1)))
    parsed = Parsed(cut) if body.get("format") else parse_output(cut, tools)
    if is_planted and parsed.is_bad:
        state.remember_bad(body, raw)
    if body.get("keep_alive") in (0, "0", "0s"):
        state.unload()
    prompt_count = 0 if state.omits_prompt_count else prompt.token_count
    return Reply(parsed, done_reason, was_loaded, prompt_count, count_tokens(cut))


def _cut(raw: str, *, room: int, num_predict: int) -> tuple[str, str]:
    """Stop at num_predict or at the end of the context, whichever comes first."""
    limit = min(room, num_predict) if num_predict >= 0 else room
    if count_tokens(raw) <= limit:
        return raw, "stop"
    return raw[: max(limit, 0) * 4], "length"
