"""The OpenAI-compatible door, `/v1/chat/completions` and `/v1/models`: the same engine behind another shape.

num_ctx and keep_alive cannot be set here; tool_choice, n, user and logit_bias are ignored.
Source: contracts/ollama.md, section 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from simulators.ollama.engine import ApiError, Reply, check_chat, run_chat
from simulators.ollama.native import read_body, to_calls
from simulators.ollama.state import Body, OllamaState

_ERROR_TYPES = {400: "invalid_request_error", 404: "not_found_error"}


def build_error(error: ApiError) -> dict[str, Any]:
    """The error body of /v1."""
    kind = _ERROR_TYPES.get(error.status, "api_error")
    return {"error": {"message": error.message, "type": kind, "param": None, "code": None}}


class OpenAiApi:
    """Two endpoints."""

    def __init__(self, state: OllamaState) -> None:
        self._state = state

    async def complete(self, request: Request) -> Response:
        """POST /v1/chat/completions. Does not stream unless told to."""
        body = await read_body(request)
        self._state.requests.append(body)
        chat = _to_native(body)
        check_chat(self._state, chat)
        if not chat["messages"]:
            raise ApiError(400, "[] is too short - 'messages'")
        reply = await run_chat(self._state, chat)
        if reply.parsed.error:
            raise ApiError(500, reply.parsed.error)
        message, reason = self._to_message(reply)
        usage = _to_usage(reply)
        if body.get("stream") is True:
            wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))
            events = self._iter_events(message, reason, usage if wants_usage else None)
            return StreamingResponse(events, media_type="text/event-stream")
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return JSONResponse({**self._head("chat.completion"), "choices": [choice], "usage": usage})

    def _to_message(self, reply: Reply) -> tuple[dict[str, Any], str]:
        message: dict[str, Any] = {"role": "assistant", "content": reply.parsed.content}
        if not reply.parsed.calls:
            return message, reply.done_reason
        message["tool_calls"] = [_to_openai_call(call) for call in to_calls(self._state, reply)]
        return message, "tool_calls"

    def _iter_events(self, message: dict[str, Any], reason: str, usage: dict[str, int] | None) -> Iterator[str]:
        head = self._head("chat.completion.chunk")
        last = {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
        events: list[dict[str, Any]] = [
            {**head, "choices": [{"index": 0, "delta": message, "finish_reason": None}]},
            last,
        ]
        if usage is not None:
            events.append({**head, "choices": [], "usage": usage})
        for event in events:
            yield f"data: {json.dumps(event)}\n\n"
        yield "data: [DONE]\n\n"

    def _head(self, kind: str) -> dict[str, Any]:
        created = int(datetime.now(UTC).timestamp())
        return {"id": f"chatcmpl-{len(self._state.requests)}", "object": kind, "created": created} | {
            "model": self._state.model,
            "system_fingerprint": "fp_ollama",
        }

    async def models(self, _request: Request) -> Response:
        """GET /v1/models."""
        known = {"id": self._state.model, "object": "model", "created": 1_767_225_600, "owned_by": "library"}
        return JSONResponse({"object": "list", "data": [known]})

    def routes(self) -> list[Route]:
        """The endpoints' routes."""
        return [
            Route("/v1/chat/completions", self.complete, methods=["POST"]),
            Route("/v1/models", self.models, methods=["GET"]),
        ]


def _to_native(body: Body) -> Body:
    # Absent values become 1.0 here, over whatever the Modelfile says.
    options = {"temperature": body.get("temperature", 1.0), "top_p": body.get("top_p", 1.0)}
    if "seed" in body:
        options["seed"] = body["seed"]
    if "max_tokens" in body:
        options["num_predict"] = body["max_tokens"]
    messages = [_to_native_message(message) for message in body.get("messages") or []]
    native = {"model": body.get("model"), "messages": messages, "tools": body.get("tools") or [], "options": options}
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        native["format"] = wanted["json_schema"]["schema"]
    elif wanted.get("type") == "json_object":
        native["format"] = "json"
    return native


def _to_native_message(message: dict[str, Any]) -> dict[str, Any]:
    content = message.get("content")
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    calls = [
        {"function": {"name": call["function"]["name"], "arguments": json.loads(call["function"]["arguments"] or "{}")}}
        for call in message.get("tool_calls") or []
    ]
    return {"role": message.get("role"), "content": content or "", **({"tool_calls": calls} if calls else {})}


def _to_openai_call(call: dict[str, Any]) -> dict[str, Any]:
    function = call["function"]
    arguments = json.dumps(function["arguments"], ensure_ascii=False)
    shown = {"name": function["name"], "arguments": arguments}
    return {"id": call["id"], "index": function["index"], "type": "function", "function": shown}


def _to_usage(reply: Reply) -> dict[str, int]:
    counts = {"prompt_tokens": reply.prompt_count, "completion_tokens": reply.output_count}
    return {**counts, "total_tokens": sum(counts.values())}
