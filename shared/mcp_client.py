"""A toolbox over several MCP servers: discovers their tools, calls them over the network, survives their restarts.

Tool names are prefixed by the server's (`glpi_create_ticket`). One task owns each connection, because the SDK's client
must be entered and left in one task; calls come from anywhere. One server down does not stop the others: its tools
stay known from the last discovery, and calling one names the server that is missing.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal, Self, cast

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT, CallToolResult, TextContent

from shared.errors import (
    NoSuchTool,
    OutcomeUnknown,
    UpstreamError,
    UpstreamMalformed,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    error_from_code,
)
from shared.http_transport import find_transport
from shared.logs import get_logger
from shared.mcp_calls import ERROR_META, FRESH_META, KEY_META, REPLAYED_META
from shared.mcp_tool import KEYED

logger = get_logger("mcp_client")

Transport = Literal["http", "sse"]
HEARTBEAT_S = 15.0
FIRST_BACKOFF_S = 0.2
MAX_BACKOFF_S = 15.0
WAIT_UP_S = 3.0
PING_S = 3.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server: its name, its base URL without path, and our token there."""

    name: str
    base_url: str
    token: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class RemoteTool:
    """A tool as its server lists it. `keyed`: a repeat under the same idempotency key is answered from the record."""

    server: str
    name: str
    description: str
    input_schema: Mapping[str, Any]
    read_only: bool
    idempotent: bool
    keyed: bool

    @property
    def qualified(self) -> str:
        """The name across servers."""
        return f"{self.server}_{self.name}"


@dataclass(frozen=True, slots=True)
class ToolReply:
    """What a tool returned: the structured data, the compact text for a model, and whether it was a replay."""

    data: dict[str, Any]
    text: str
    replayed: bool


_statuses: ContextVar[list[int]] = ContextVar("statuses")
"""The HTTP statuses of one call. The SDK sends each request in its caller's context, and tells him none of them."""


async def _note_status(response: httpx2.Response) -> None:
    _statuses.get([]).append(response.status_code)


_CLOSED = (anyio.ClosedResourceError, anyio.BrokenResourceError)


class _Lost(Exception):
    """The connection broke under a call; `sent` is false when the call surely never left."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class _Unreadable(Exception):
    """An answer came and cannot be read."""


class _Link:
    """The connection to one server, kept up by one task."""

    def __init__(self, endpoint: Endpoint, transport: Transport) -> None:
        self.endpoint = endpoint
        self.tools: dict[str, RemoteTool] = {}
        self.problem: UpstreamError | None = None
        self.missed: set[str] = set()
        self._transport = transport
        self._client: Client | None = None
        self._up = asyncio.Event()
        self._lost = False
        self._wake = asyncio.Event()

    async def keep_up(self) -> None:
        """Connect, stay until lost, connect again; for ever."""
        owner = asyncio.current_task()
        backoff = FIRST_BACKOFF_S
        while True:
            statuses: list[int] = []
            _statuses.set(statuses)
            try:
                async with self._connect() as client:
                    await self._discover(client)
                    backoff = FIRST_BACKOFF_S
                    await self._stay(client)
            except BaseExceptionGroup as group:
                if group.split(asyncio.CancelledError)[0] is not None:
                    raise
                self._note_problem(_first(group), statuses)
            except Exception as error:  # noqa: BLE001 - whatever ends one connection must not end the next
                self._note_problem(error, statuses)
            finally:
                self._up.clear()
                self._client = None
            if owner is not None and owner.cancelling():
                return  # the SDK may have put an error of its own in the place of our cancellation
            await asyncio.sleep(backoff * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
            backoff = min(backoff * 2, MAX_BACKOFF_S)

    @contextlib.asynccontextmanager
    async def _connect(self) -> Any:
        headers = {"Authorization": f"Bearer {self.endpoint.token}"} if self.endpoint.token else {}
        base = self.endpoint.base_url.rstrip("/")
        async with contextlib.AsyncExitStack() as stack:
            if self._transport == "sse":
                # The SSE transport belongs to the handshake era; only there may a ping be sent.
                source: Any = sse_client(f"{base}/sse", headers=headers, timeout=5.0, sse_read_timeout=3600.0)
                mode = "legacy"
            else:
                timeout = httpx2.Timeout(60.0, connect=3.0)
                hooks = {"response": [_note_status]}
                http = await stack.enter_async_context(
                    httpx2.AsyncClient(
                        headers=headers, timeout=timeout, event_hooks=hooks, transport=find_transport(httpx2)
                    )
                )
                source, mode = streamable_http_client(f"{base}/mcp", http_client=http), "auto"
            yield await stack.enter_async_context(Client(source, mode=mode, read_timeout_seconds=30.0, cache=None))

    async def _discover(self, client: Client) -> None:
        listed = (await client.list_tools()).tools
        self.tools = {
            tool.name: RemoteTool(
                server=self.endpoint.name,
                name=tool.name,
                description=tool.description or "",
                input_schema=tool.input_schema,
                read_only=bool(tool.annotations and tool.annotations.read_only_hint),
                idempotent=bool(tool.annotations and tool.annotations.idempotent_hint),
                keyed=bool((tool.meta or {}).get(KEYED)),
            )
            for tool in listed
        }
        self.missed -= self.tools.keys()

    async def find_tool(self, name: str) -> RemoteTool:
        """A tool; one that is not known is looked for once more: it may have come since. Raises NoSuchTool."""
        if name not in self.tools and (client := self._client) is not None:
            with contextlib.suppress(MCPError, httpx2.HTTPError, OSError, RuntimeError, ValueError, *_CLOSED):
                async with asyncio.timeout(PING_S):
                    await self._discover(client)
        if name in self.tools:
            return self.tools[name]
        self.missed.add(name)
        raise self._lack(name)

    def forget(self, name: str) -> None:
        """The server has it no more, whatever it listed."""
        self.tools.pop(name, None)
        self.missed.add(name)

    def _lack(self, name: str) -> NoSuchTool:
        server = self.endpoint.name
        return NoSuchTool(f"MCP server {server} does not offer us the tool {name}", system=f"mcp:{server}")

    async def _stay(self, client: Client) -> None:
        self._lost = False
        self._client = client
        self.problem = None
        self._up.set()
        logger.info("mcp_server_up", server=self.endpoint.name, tools=len(self.tools))
        while not self._lost:
            # Not wait_for: on 3.11 it may swallow our cancellation.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._wake.wait()
            self._wake.clear()
            if self._transport == "sse" and not self._lost:
                with anyio.fail_after(PING_S):
                    await client.session.send_ping()

    def _note_problem(self, error: BaseException, statuses: list[int]) -> None:
        name = self.endpoint.name
        if isinstance(error, httpx2.HTTPStatusError):
            statuses.append(error.response.status_code)
        is_refused = statuses[-1:] == [httpx2.codes.UNAUTHORIZED]
        problem = self._refusal() if is_refused else self._absence()
        if self.problem is None or type(self.problem) is not type(problem):
            logger.warning("mcp_server_down", server=name, code=problem.code, error_type=type(error).__name__)
        self.problem = problem

    def _absence(self) -> UpstreamUnavailable:
        name = self.endpoint.name
        return UpstreamUnavailable(f"MCP server {name} cannot be reached", system=f"mcp:{name}")

    def _refusal(self) -> UpstreamUnauthorized:
        name = self.endpoint.name
        return UpstreamUnauthorized(
            f"MCP server {name} refuses our token: a person must check it", system=f"mcp:{name}"
        )

    def find_problem(self) -> UpstreamError | None:
        """Why it is not up, or what was asked of it and is not there; None when all is well."""
        if self.problem is not None:
            return self.problem
        if self._up.is_set():
            return self._lack(", ".join(sorted(self.missed))) if self.missed else None
        name = self.endpoint.name
        return UpstreamUnavailable(f"MCP server {name} has not answered yet", system=f"mcp:{name}")

    async def wait_up(self, timeout_s: float) -> None:
        """Raises what keeps the server away when it is not up in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        except TimeoutError:
            raise self.problem or self._absence() from None

    async def call(
        self, name: str, arguments: Mapping[str, Any], *, meta: Mapping[str, Any], timeout_s: float
    ) -> CallToolResult:
        """One attempt. Raises _Lost when no answer came."""
        client = self._client
        if client is None or self._lost:
            raise _Lost("not connected", sent=False)
        statuses: list[int] = []
        _statuses.set(statuses)
        try:
            return await client.call_tool(
                name, dict(arguments), meta=cast("Any", dict(meta) or None), read_timeout_seconds=timeout_s
            )
        except MCPError as error:
            if error.code == REQUEST_TIMEOUT:
                # Is only the tool slow, or is the stream dead? The link's owner asks: the caller's time is up.
                self._wake.set()
                raise _Lost("no answer in time", sent=True) from error
            if error.code == CONNECTION_CLOSED:
                self._drop(client)
                raise _Lost("connection lost", sent=True) from error
            if httpx2.codes.UNAUTHORIZED in statuses:
                self._drop(client)
                raise self._refusal() from error
            if any(status >= httpx2.codes.INTERNAL_SERVER_ERROR for status in statuses):
                # A server that was stopped meanwhile, or a proxy before one that is away.
                self._drop(client)
                raise _Lost(f"HTTP {statuses[-1]}", sent=True) from error
            raise
        except (httpx2.HTTPError, OSError, *_CLOSED) as error:
            self._drop(client)
            raise _Lost("connection lost", sent=not isinstance(error, httpx2.ConnectError)) from error
        except (RuntimeError, ValueError) as error:
            # The SDK's word for an answer that does not fit the tool's own schema.
            raise _Unreadable(str(error)[:200]) from error

    def _drop(self, client: Client) -> None:
        """Connect anew, unless that has happened since `client` failed."""
        if client is self._client:
            self._lost = True
            self._up.clear()
            self._wake.set()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class Toolbox:
    """The tools of several servers. Use as an async context manager.

    wait_up_s: how long the start, and then each call, waits for a server that is away.
    """

    def __init__(
        self, endpoints: Sequence[Endpoint], *, transport: Transport = "http", wait_up_s: float = WAIT_UP_S
    ) -> None:
        self._wait_up_s = wait_up_s
        self._links = {endpoint.name: _Link(endpoint, transport) for endpoint in endpoints}
        self._owners: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Start connecting; returns once each server has answered, or after `wait_up_s`."""
        self._owners = [asyncio.create_task(link.keep_up()) for link in self._links.values()]
        await asyncio.gather(
            *(link.wait_up(self._wait_up_s) for link in self._links.values()),
            return_exceptions=True,
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Close all connections."""
        for owner in self._owners:
            owner.cancel()
        await asyncio.gather(*self._owners, return_exceptions=True)

    def tools(self) -> list[RemoteTool]:
        """Every tool discovered so far, by server and name."""
        return [tool for link in self._links.values() for tool in link.tools.values()]

    def problems(self) -> dict[str, UpstreamError]:
        """The servers that are away, with the reason."""
        return {name: problem for name, link in self._links.items() if (problem := link.find_problem()) is not None}

    async def call(
        self,
        qualified: str,
        arguments: Mapping[str, Any],
        *,
        deadline_s: float = 30.0,
        key: str | None = None,
        fresh_after: float | None = None,
    ) -> ToolReply:
        """Call `server_tool` and return its answer before `deadline_s`.

        key names the effect: the server does it once, however often it is asked. fresh_after (epoch seconds) asks for
        data not older. A lost answer is asked again only when that is harmless: reads, idempotent tools, keyed writes.
        Raises the error that the server reported; UpstreamUnavailable(system="mcp:<server>") when the server itself is
        away; OutcomeUnknown when a write left and nobody knows what came of it; NoSuchTool for a name nobody has.
        """
        meta = {k: v for k, v in ((KEY_META, key), (FRESH_META, fresh_after)) if v is not None}
        deadline = asyncio.get_running_loop().time() + deadline_s
        link, name = self._find(qualified)
        while True:
            left = deadline - asyncio.get_running_loop().time()
            await link.wait_up(min(max(left, 0.0), self._wait_up_s))
            tool = await link.find_tool(name)
            left = deadline - asyncio.get_running_loop().time()
            try:
                result = await link.call(name, arguments, meta=meta, timeout_s=max(left, 0.05))
                return _reply(result, system=link.endpoint.name)
            except _Lost as lost:
                left = deadline - asyncio.get_running_loop().time()
                harmless = tool.read_only or tool.idempotent or (tool.keyed and key is not None) or not lost.sent
                if left <= 0.0 or not harmless:
                    raise _given_up(link.endpoint.name, tool, lost) from lost
                await asyncio.sleep(0)
            except NoSuchTool:
                link.forget(name)
                raise
            except (MCPError, _Unreadable) as error:
                raise _not_understood(link.endpoint.name, tool, error) from error

    def _find(self, qualified: str) -> tuple[_Link, str]:
        server, _, name = qualified.partition("_")
        link = self._links.get(server)
        if link is None or not name:
            known = ", ".join(self._links)
            raise NoSuchTool(f"no tool {qualified}; servers are: {known}", system=f"mcp:{server}")
        return link, name


def _not_understood(server: str, tool: RemoteTool, error: Exception) -> UpstreamError:
    """The server, or something before it, answered what is no answer: of a write nobody knows what came."""
    system = f"mcp:{server}"
    if tool.read_only:
        return UpstreamMalformed(f"MCP server {server}: {error}", system=system)
    return OutcomeUnknown(f"{server}_{tool.name} was sent and its answer cannot be read: {error}", system=system)


def _given_up(server: str, tool: RemoteTool, lost: _Lost) -> UpstreamError:
    system = f"mcp:{server}"
    if tool.read_only or not lost.sent:
        return UpstreamUnavailable(f"MCP server {server} does not answer: {lost}", system=system)
    return OutcomeUnknown(f"{server}_{tool.name} was sent and no answer came: {lost}", system=system)


def _reply(result: CallToolResult, *, system: str) -> ToolReply:
    text = "".join(block.text for block in result.content if isinstance(block, TextContent))
    meta = result.meta or {}
    if result.is_error:
        code = str((meta.get(ERROR_META) or {}).get("code", "error"))
        raise error_from_code(code, text or "the tool failed without a word", system=system)
    return ToolReply(data=result.structured_content or {}, text=text, replayed=bool(meta.get(REPLAYED_META)))
