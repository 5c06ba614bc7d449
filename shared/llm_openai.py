"""Any endpoint that speaks OpenAI's chat completions, through the openai package.

The context cannot be asked for here, only the answer's length: OLLAMA_NUM_CTX must be what the server has. No seed is
sent, as some endpoints refuse what they do not know; repairs differ by their hint and temperature.
Source: contracts/ollama.md, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import openai
from pydantic import BaseModel, Field, ValidationError

from shared.errors import (
    BudgetExceeded,
    UpstreamError,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.http_transport import find_transport
from shared.llm_backend import BrokenReply, Message, ModelRequest, RawReply, ToolCallRequest, is_parse_error
from shared.llm_settings import ModelSettings

SYSTEM = "openai"
NO_KEY = "none"
"""The client insists on one; servers without keys do not look at it."""
_REFUSED_KEYS = (401, 403)
_TRY_LATER = (408, 409, 425, 429)


class _Function(BaseModel):
    name: str
    arguments: str = ""


class _Call(BaseModel):
    function: _Function


class _Said(BaseModel):
    content: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """The part of an answer that is used; the client itself checks no shape."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Models(BaseModel):
    class Known(BaseModel):
        id: str

    data: list[Known]


class OpenAiBackend:
    """One endpoint and its model."""

    system = SYSTEM

    def __init__(self, settings: ModelSettings, *, transport: Any = None) -> None:
        self._model = settings.openai_model or ""
        timeout = httpx2.Timeout(settings.ollama_timeout_s, connect=3.0)
        self._openai = openai.AsyncOpenAI(
            base_url=str(settings.openai_base_url),
            api_key=settings.openai_api_key.get_secret_value() if settings.openai_api_key else NO_KEY,
            timeout=timeout,
            max_retries=0,
            # Redirects could lead off the site.
            http_client=httpx2.AsyncClient(
                timeout=timeout, follow_redirects=False, transport=transport or find_transport(httpx2)
            ),
        )

    async def send(self, request: ModelRequest) -> RawReply:
        """One `POST /chat/completions`, whole. Raises BudgetExceeded when the server says that it does not fit."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": to_openai(request.messages),
            "temperature": request.temperature,
            "max_tokens": request.output_tokens,
        }
        if request.tools:
            body["tools"] = [dict(tool) for tool in request.tools]
        if request.schema:
            named = {"name": "answer", "schema": dict(request.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        try:
            answer = await self._openai.chat.completions.with_raw_response.create(**body)
            return _from_openai(_Completion.model_validate_json(answer.content))
        except (openai.OpenAIError, ValidationError) as error:
            if isinstance(error, openai.InternalServerError) and is_parse_error(_message_of(error)):
                raise BrokenReply("the server could not parse the tool call") from error
            raise self._translate(error) from error

    async def check(self) -> None:
        """Asks which models there are; whether one takes tools, this API does not tell."""
        try:
            answer = await self._openai.models.with_raw_response.list()
            known = _Models.model_validate_json(answer.content)
        except (openai.OpenAIError, ValidationError) as error:
            raise self._translate(error) from error
        if self._model not in {model.id for model in known.data}:
            raise UpstreamRejected(f"the endpoint has no model {self._model}", system=SYSTEM)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._openai.close()

    def _translate(self, error: Exception) -> WidipError:
        if isinstance(error, ValidationError):
            return _translate_shape(error)
        if isinstance(error, openai.APIStatusError):
            return self._translate_status(error)
        return UpstreamUnavailable(f"the model's endpoint does not answer ({type(error).__name__})", system=SYSTEM)

    def _translate_status(self, error: openai.APIStatusError) -> WidipError:
        status = error.status_code
        if error.code == "context_length_exceeded":
            return BudgetExceeded("the conversation no longer fits the model's context")
        if status in _REFUSED_KEYS:
            return UpstreamUnauthorized(f"the model's endpoint refuses our key (HTTP {status})", system=SYSTEM)
        if status == 404:
            return UpstreamRejected(f"the endpoint has no model {self._model}, or no such path", system=SYSTEM)
        if 400 <= status < 500 and status not in _TRY_LATER:
            return UpstreamRejected(f"the model's endpoint refused the request (HTTP {status})", system=SYSTEM)
        return UpstreamUnavailable(f"the model's endpoint failed (HTTP {status})", system=SYSTEM)


def to_openai(messages: Sequence[Message]) -> list[Message]:
    """Ollama's messages in this API's words: calls have ids, and each result names the call it answers."""
    shown: list[Message] = []
    waiting: list[str] = []
    for message in messages:
        content = message.get("content", "")
        if message["role"] == "tool" and waiting:
            shown.append({"role": "tool", "tool_call_id": waiting.pop(0), "content": content})
            continue
        calls = [
            _to_openai_call(call, f"call_{len(shown)}_{n}") for n, call in enumerate(message.get("tool_calls", ()))
        ]
        waiting = [call["id"] for call in calls]
        role = "user" if message["role"] == "tool" else message["role"]  # a result of no call is refused
        shown.append({"role": role, "content": content, **({"tool_calls": calls} if calls else {})})
    return shown


def _to_openai_call(call: Message, call_id: str) -> Message:
    function = call["function"]
    arguments = json.dumps(function["arguments"], ensure_ascii=False)
    return {"id": call_id, "type": "function", "function": {"name": function["name"], "arguments": arguments}}


def _from_openai(raw: _Completion) -> RawReply:
    choice, usage = raw.choices[0], raw.usage or _Usage()
    calls = [
        ToolCallRequest(call.function.name, _read_arguments(call.function.arguments))
        for call in choice.message.tool_calls or []
    ]
    is_cut = choice.finish_reason == "length"
    return RawReply(choice.message.content or "", calls, is_cut, usage.prompt_tokens, usage.completion_tokens)


def _read_arguments(text: str) -> dict[str, Any]:
    try:
        arguments = json.loads(text or "{}")
    except ValueError as error:
        raise BrokenReply("a tool call's arguments are no JSON") from error
    if not isinstance(arguments, dict):
        raise BrokenReply("a tool call's arguments are no object")
    return arguments


def _message_of(error: openai.APIStatusError) -> str:
    """The server's own words; the client's text has the status before them."""
    body = error.body
    return str(body.get("message", "")) if isinstance(body, dict) else ""


def _translate_shape(error: ValidationError) -> UpstreamError:
    if any(problem["type"] == "json_invalid" for problem in error.errors(include_input=False)):
        return UpstreamUnavailable("the model's endpoint answers something else than JSON", system=SYSTEM)
    return UpstreamMalformed("the endpoint's answer has another shape than OpenAI's documentation says", system=SYSTEM)
