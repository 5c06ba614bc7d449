"""Ollama's own API, through its client.

Source: contracts/ollama.md, sections 2, 3 and 7.
"""

from __future__ import annotations

from typing import Any

import httpx
import ollama
from pydantic import ValidationError

from shared.errors import UpstreamError, UpstreamMalformed, UpstreamRejected, UpstreamUnavailable
from shared.http_transport import find_transport
from shared.llm_backend import BrokenReply, ModelRequest, RawReply, ToolCallRequest, is_parse_error
from shared.llm_settings import ModelSettings

SEED = 7


class OllamaBackend:
    """One Ollama server and its model."""

    system = "ollama"

    def __init__(self, settings: ModelSettings, *, transport: Any = None) -> None:
        self._settings = settings
        self._ollama = ollama.AsyncClient(
            host=str(settings.ollama_base_url),
            timeout=httpx.Timeout(settings.ollama_timeout_s, connect=3.0),
            follow_redirects=False,
            transport=transport or find_transport(),
        )

    async def send(self, request: ModelRequest) -> RawReply:
        """One `POST /api/chat`, whole. Every request names the same context: another one reloads the model."""
        settings = self._settings
        try:
            raw = await self._ollama.chat(
                model=settings.ollama_model,
                messages=request.messages,
                tools=[dict(tool) for tool in request.tools] or None,
                format=dict(request.schema) if request.schema else None,
                stream=False,
                options={
                    "num_ctx": settings.ollama_num_ctx,
                    "num_predict": request.output_tokens,
                    "seed": SEED + request.number,
                    "temperature": request.temperature,
                },
                keep_alive="30m",
            )
        except ollama.ResponseError as error:
            if error.status_code == httpx.codes.INTERNAL_SERVER_ERROR and is_parse_error(error.error):
                raise BrokenReply("the server could not parse the tool call") from error
            raise self._translate(error) from error
        except (httpx.HTTPError, ConnectionError, ValueError) as error:
            # ValueError: a web page, or JSON of another shape, where an answer was due.
            raise self._translate(error) from error
        return _from_ollama(raw)

    async def check(self) -> None:
        """Asks for the model and whether it takes tools."""
        try:
            shown = await self._ollama.show(self._settings.ollama_model)
        except (ollama.ResponseError, httpx.HTTPError, ConnectionError, ValueError) as error:
            raise self._translate(error) from error
        if "tools" not in (shown.capabilities or []):
            raise UpstreamRejected(f"model {self._settings.ollama_model} does not support tools", system=self.system)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._ollama.close()  # type: ignore[no-untyped-call]

    def _translate(self, error: Exception) -> UpstreamError:
        if isinstance(error, ValidationError):
            return UpstreamMalformed("Ollama's answer has another shape than its documentation says", system="ollama")
        if isinstance(error, ollama.ResponseError):
            if error.status_code == httpx.codes.NOT_FOUND:
                model = self._settings.ollama_model
                return UpstreamRejected(f"Ollama has no model {model}: pull it", system=self.system)
            if 400 <= error.status_code < 500:
                return UpstreamRejected(f"Ollama refused the request (HTTP {error.status_code})", system=self.system)
            return UpstreamUnavailable(f"Ollama failed (HTTP {error.status_code})", system=self.system)
        return UpstreamUnavailable(f"Ollama does not answer ({type(error).__name__})", system=self.system)


def _from_ollama(raw: ollama.ChatResponse) -> RawReply:
    calls = [
        ToolCallRequest(call.function.name, dict(call.function.arguments)) for call in raw.message.tool_calls or []
    ]
    is_cut = raw.done_reason == "length"
    return RawReply(raw.message.content or "", calls, is_cut, raw.prompt_eval_count or 0, raw.eval_count or 0)
