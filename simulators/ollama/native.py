"""Ollama's own API, `/api/...`.

Source: contracts/ollama.md, sections 1, 2 and 7.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from simulators.ollama.engine import ApiError, Reply, check_chat, load_model, run_chat
from simulators.ollama.state import Body, OllamaState

_SIZE = 18_556_701_140
_CHUNK = re.compile(r"\S*\s+|\S+")


async def read_body(request: Request) -> Body:
    """The JSON object posted. Raises ApiError 400."""
    raw = await request.body()
    if not raw:
        raise ApiError(400, "missing request body")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ApiError(400, f"invalid request body: {error}") from error
    if not isinstance(body, dict):
        raise ApiError(400, "json: cannot unmarshal into the request")
    return body


def to_calls(state: OllamaState, reply: Reply) -> list[dict[str, Any]]:
    """Calls as the native API shows them: arguments are an object, and there is no type."""
    return [
        {"id": state.next_call_id(), "function": {"index": index, "name": call.name, "arguments": call.arguments}}
        for index, call in enumerate(reply.parsed.calls)
    ]


class NativeApi:
    """The endpoints, over one state."""

    def __init__(self, state: OllamaState) -> None:
        self._state = state

    async def chat(self, request: Request) -> Response:
        """POST /api/chat. Streams unless told not to."""
        body = await read_body(request)
        self._state.requests.append(body)
        check_chat(self._state, body)
        if not body.get("messages"):
            return self._load_only(body, {"message": {"role": "assistant", "content": ""}})
        reply = await run_chat(self._state, body)
        return self._respond(body, reply, field="message")

    async def generate(self, request: Request) -> Response:
        """POST /api/generate: loads and unloads; a prompt is answered as a chat of one message."""
        body = await read_body(request)
        self._state.requests.append(body)
        if body.get("model") != self._state.model:
            raise ApiError(404, f'model "{body.get("model")}" not found, try pulling it first')
        check_chat(self._state, body)
        if not body.get("prompt"):
            return self._load_only(body, {"response": ""})
        messages = [{"role": "system", "content": body["system"]}] if body.get("system") else []
        chat = {**body, "messages": [*messages, {"role": "user", "content": body["prompt"]}], "tools": []}
        reply = await run_chat(self._state, chat)
        return self._respond(chat, reply, field="response")

    def _load_only(self, body: Body, empty: dict[str, Any]) -> Response:
        unloads = body.get("keep_alive") in (0, "0", "0s")
        if unloads:
            self._state.unload()
        else:
            load_model(self._state, body)
        return JSONResponse({**self._head(), **empty, "done": True, "done_reason": "unload" if unloads else "load"})

    def _respond(self, body: Body, reply: Reply, *, field: str) -> Response:
        streams, parsed = body.get("stream") is not False, reply.parsed
        if parsed.error and not (streams and parsed.content):
            raise ApiError(500, parsed.error)
        if streams:
            lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in self._iter_lines(reply, field))
            return StreamingResponse(lines, media_type="application/x-ndjson")
        # Without tools in the request, whole replies lose their calls; streamed ones keep them.
        calls = to_calls(self._state, reply) if body.get("tools") else []
        return JSONResponse({**self._head(), field: _to_piece(field, parsed.content, calls), **_to_end(reply)})

    def _iter_lines(self, reply: Reply, field: str) -> Iterator[dict[str, Any]]:
        for text in _CHUNK.findall(reply.parsed.content):
            yield {**self._head(), field: _to_piece(field, text, []), "done": False}
        for call in to_calls(self._state, reply):
            yield {**self._head(), field: _to_piece(field, "", [call]), "done": False}
        if reply.parsed.error:
            yield {"error": reply.parsed.error}
        else:
            yield {**self._head(), field: _to_piece(field, "", []), **_to_end(reply)}

    def _head(self) -> dict[str, str]:
        return {"model": self._state.model, "created_at": _to_text(datetime.now(UTC))}

    async def version(self, _request: Request) -> Response:
        """GET /api/version."""
        return JSONResponse({"version": self._state.version})

    async def tags(self, _request: Request) -> Response:
        """GET /api/tags: the models on disk."""
        modified = {"modified_at": "2026-08-21T10:00:00Z", "capabilities": self._state.capabilities}
        return JSONResponse({"models": [{**self._model(), **modified}]})

    async def ps(self, _request: Request) -> Response:
        """GET /api/ps: the models in memory, with the context length that is really in force."""
        num_ctx = self._state.loaded_num_ctx
        if num_ctx is None:
            return JSONResponse({"models": []})
        expires_at = _to_text(datetime.now(UTC) + timedelta(minutes=5))
        loaded = {"expires_at": expires_at, "size_vram": _SIZE, "context_length": num_ctx}
        return JSONResponse({"models": [{**self._model(), **loaded}]})

    async def show(self, request: Request) -> Response:
        """POST /api/show."""
        model = (await read_body(request)).get("model")
        if not model:
            raise ApiError(400, "model is required")
        if model != self._state.model:
            raise ApiError(404, f"model '{model}' not found")
        shown: dict[str, Any] = {
            "details": self._model()["details"],
            "model_info": {"general.architecture": "qwen3moe", "qwen3moe.context_length": 262_144},
            "capabilities": self._state.capabilities,
            "template": "{{ .Prompt }}",
            "parameters": "temperature 0.7",
        }
        if self._state.parser:
            shown.update(parser=self._state.parser, renderer=self._state.parser)
        return JSONResponse(shown)

    def _model(self) -> dict[str, Any]:
        return {
            "name": self._state.model,
            "model": self._state.model,
            "size": _SIZE,
            "digest": self._state.digest,
            "details": {
                "format": "gguf",
                "family": "qwen3moe",
                "families": ["qwen3moe"],
                "parameter_size": "30.5B",
                "quantization_level": "Q4_K_M",
            },
        }

    def routes(self) -> list[Route]:
        """Every native endpoint."""
        return [
            Route("/", _is_running, methods=["GET", "HEAD"]),
            Route("/api/version", self.version),
            Route("/api/tags", self.tags),
            Route("/api/ps", self.ps),
            Route("/api/show", self.show, methods=["POST"]),
            Route("/api/chat", self.chat, methods=["POST"]),
            Route("/api/generate", self.generate, methods=["POST"]),
        ]


async def _is_running(_request: Request) -> Response:
    return PlainTextResponse("Ollama is running")


def _to_piece(field: str, text: str, calls: list[dict[str, Any]]) -> Any:
    if field == "response":
        return text
    return {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}


def _to_end(reply: Reply) -> dict[str, Any]:
    return {"done": True, "done_reason": reply.done_reason, **reply.to_metrics()}


def _to_text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
