"""One tool call from the wire to the wire: who calls, may he, with what, done once, said compactly."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.context import ServerRequestContext
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent
from pydantic import BaseModel, SecretStr

from shared.errors import InvalidInput, NoSuchTool, Refused, WidipError
from shared.idempotency import IdempotencyRecord, Look
from shared.logs import get_logger, redact_text, where_it_failed
from shared.mcp_tokens import ANONYMOUS, Token, TokenBook
from shared.mcp_tool import Call, Confidential, Risk, Tool
from shared.metrics import ToolMetrics

logger = get_logger("mcp")

KEY_META = "widip/idempotency_key"
FRESH_META = "widip/fresh_after"
REPLAYED_META = "widip/replayed"
ERROR_META = "widip/error"
MAX_KEY = 200

RequestContext = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A tool's result as JSON text, kept as text so that a replay is the same to the letter."""

    text: str
    replayed: bool = False


class ToolCalls:
    """The handlers of tools/list and tools/call for one server."""

    def __init__(
        self,
        tools: Sequence[Tool],
        *,
        server: str,
        book: TokenBook | None,
        record: IdempotencyRecord,
        metrics: ToolMetrics,
        digest: Callable[[str], str] | None = None,
    ) -> None:
        """digest: a keyed one, for a server that is given secrets: a plain digest of a short secret tells it."""
        self._tools = {tool.name: tool for tool in tools}
        self._server = server
        self._book = book
        self._record = record
        self._metrics = metrics
        self._digest = digest or _sha256
        self._writes: set[asyncio.Task[_Answer]] = set()

    async def list_tools(self, _ctx: RequestContext, _params: PaginatedRequestParams | None) -> ListToolsResult:
        """Only what this caller may call, in a stable order."""
        caller = self._caller()
        return ListToolsResult(tools=[tool.listing for tool in self._tools.values() if caller.may_call(tool)])

    async def call_tool(self, ctx: RequestContext, params: CallToolRequestParams) -> CallToolResult:
        """Run one call; every failure becomes a result that says what to do, with its code in `_meta`."""
        started = time.perf_counter()
        request_id = uuid.uuid4().hex[:12]
        tool = self._tools.get(params.name)
        outcome = "cancelled"  # the client went away; a write goes on all the same
        try:
            answer = await self._answer(tool, params, dict(ctx.meta or {}), request_id)
            outcome, result = ("replayed" if answer.replayed else "ok"), _success(answer)
        except WidipError as error:
            outcome, result = error.code, _failure(str(error), error.code, retryable=error.retryable)
        except Exception as error:  # noqa: BLE001 - the guard: its text may hold a secret, so nobody sees it
            logger.error(
                "tool_crashed",
                request_id=request_id,
                tool=params.name,
                error_type=type(error).__name__,
                where=where_it_failed(error),
            )
            outcome, result = "internal", _failure(f"Internal error, reference {request_id}", "internal")
        finally:
            self._note(tool, params.name, outcome, started, request_id)
        return result

    def find_schema(self, name: str) -> Mapping[str, Any] | None:
        """A tool's input schema, for the SDK."""
        tool = self._tools.get(name)
        return tool.listing.input_schema if tool else None

    async def drain(self, timeout_s: float) -> None:
        """Let writes that are under way finish: a stopping server should not leave outcomes unknown."""
        if self._writes:
            await asyncio.wait(self._writes, timeout=timeout_s)

    async def _answer(
        self, tool: Tool | None, params: CallToolRequestParams, meta: Mapping[str, Any], request_id: str
    ) -> _Answer:
        caller = self._caller()
        if tool is None:
            known = ", ".join(self._tools)
            raise NoSuchTool(f"unknown tool {params.name[:64]!r}; this server has: {known}", system="mcp")
        if not caller.may_call(tool):
            raise Refused(f"caller {caller.name} may not call {tool.name}")
        if self._book is not None:
            await self._book.charge(caller, tool)
        parsed = tool.parse(params.arguments or {})
        call = _call_from_meta(meta, caller, request_id)
        if tool.risk is Risk.READ:
            return _Answer(_as_json(await tool.invoke(call, parsed)))
        return await self._write(tool, call, parsed)

    async def _write(self, tool: Tool, call: Call, parsed: BaseModel) -> _Answer:
        """In a task of its own: a client that hangs up must not cut a write in two."""
        task = asyncio.create_task(self._write_once(tool, call, parsed))
        self._writes.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    def _forget(self, task: asyncio.Task[_Answer]) -> None:
        self._writes.discard(task)
        if not task.cancelled():
            task.exception()  # looked at here: the caller may be gone

    async def _write_once(self, tool: Tool, call: Call, parsed: BaseModel) -> _Answer:
        async def work(look: Look) -> str:
            repeated = replace(call, look_first=look is not Look.NO, look_only=look is Look.ONLY)
            return _as_json(await tool.invoke(repeated, parsed))

        await self._record.check()
        if call.idempotency_key is None:
            return _Answer(await work(Look.NO))
        done = await self._record.run(
            token=call.caller,
            tool=tool.name,
            key=call.idempotency_key,
            arguments=self._digest(_canonical(parsed)),
            work=work,
            keep=partial(_for_record, tool.output_model),
        )
        return _Answer(done.result, done.replayed)

    def _caller(self) -> Token:
        """The token of this request. Without a book (--insecure-dev) anybody; with one, nobody unknown gets here."""
        if self._book is None:
            return ANONYMOUS
        access = get_access_token()
        token = self._book.by_name(access.client_id) if access else None
        if token is None:
            raise Refused("no valid token")
        return token

    def _note(self, tool: Tool | None, name: str, outcome: str, started: float, request_id: str) -> None:
        seconds = time.perf_counter() - started
        self._metrics.record(tool.name if tool else "unknown", outcome, seconds)
        access = get_access_token()
        logger.info(
            "tool_call",
            request_id=request_id,
            server=self._server,
            tool=tool.name if tool else redact_text(name[:64]),
            caller=access.client_id if access else ANONYMOUS.name,
            outcome=outcome,
            ms=round(1000 * seconds, 1),
        )


def _call_from_meta(meta: Mapping[str, Any], caller: Token, request_id: str) -> Call:
    key = meta.get(KEY_META)
    if key is not None and not (isinstance(key, str) and 0 < len(key) <= MAX_KEY):
        raise InvalidInput(f"_meta {KEY_META} must be a text of 1 to {MAX_KEY} characters")
    fresh = meta.get(FRESH_META)
    if fresh is not None and (isinstance(fresh, bool) or not isinstance(fresh, int | float)):
        raise InvalidInput(f"_meta {FRESH_META} must be a time in epoch seconds")
    return Call(
        caller=caller.name,
        request_id=request_id,
        idempotency_key=key,
        fresh_after=fresh,
        recipient_domains=caller.recipient_domains,
        scopes=caller.scopes,
        ous=caller.ous,
    )


def _canonical(parsed: BaseModel) -> str:
    return json.dumps(parsed.model_dump(), sort_keys=True, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    """A secret as itself: two secrets must not have one digest."""
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _for_record(model: type[BaseModel], text: str) -> str:
    if not issubclass(model, Confidential):
        return text
    return _as_json(model.model_validate_json(text).for_record())


def _as_json(result: BaseModel) -> str:
    return result.model_dump_json(exclude_none=True)


def _success(answer: _Answer) -> CallToolResult:
    """Compact text for the model, the same data structured for programs."""
    return CallToolResult(
        content=[TextContent(text=answer.text)],
        structured_content=json.loads(answer.text),
        _meta={REPLAYED_META: True} if answer.replayed else None,
    )


def _failure(message: str, code: str, *, retryable: bool = False) -> CallToolResult:
    """The code goes in `_meta`: clients check structured content against the output schema, errors too."""
    return CallToolResult(
        content=[TextContent(text=redact_text(message))],
        is_error=True,
        _meta={ERROR_META: {"code": code, "retryable": retryable}},
    )
