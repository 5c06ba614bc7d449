"""A toy MCP server: real app, real transports, and tools that each show one behaviour."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import httpx2
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from pydantic import BaseModel, Field
from starlette.applications import Starlette

from shared.errors import NotFound, UpstreamRejected, UpstreamUnavailable, WidipError
from shared.mcp_client import Endpoint
from shared.mcp_server import ServerSpec, build_app
from shared.mcp_tokens import hash_token
from shared.mcp_tool import Call, Risk, Tool
from shared.settings import ServerSettings
from tests.conftest import running

TOKEN = "widip_toy-token-that-may-write"
READER = "widip_toy-token-that-may-read"
SECRET = "hunter2-swordfish"
PREFIX = "/mcp-test/mcp-toy"
SPEC = ServerSpec(name="toy", historical_prefix=PREFIX, instructions="A toy.")
OVER_4_MIB = "x" * 5_000_000


class Thing(BaseModel):
    """What the toy knows about one thing."""

    name: str
    number: int = 1
    note: str | None = None
    tags: list[str] = []


class Gate:
    """Holds whoever passes until it is opened, and tells how many are inside."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.inside = 0
        self._changed = asyncio.Condition()

    async def hold(self) -> None:
        """Wait inside."""
        async with self._changed:
            self.inside += 1
            self._changed.notify_all()
        try:
            await self.opened.wait()
        finally:
            self.inside -= 1

    async def reached(self, count: int) -> None:
        """Return once `count` are inside together."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.inside >= count)


class Toy:
    """The tools, and what was done with them; it survives the restarts of its server."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.calls: list[Call] = []
        self.gate = Gate()
        self.finished = asyncio.Event()
        self.lifespans: list[str] = []
        self.closed = asyncio.Event()
        self.checks = 0
        self.problem: WidipError | None = None

    async def get_thing(
        self,
        number: Annotated[int, Field(ge=1, description="which one")],
        name: str = "bolt",
        ratio: float | None = None,
        kind: Literal["a", "b"] = "a",
    ) -> Thing:
        """One thing."""
        if number == 404:
            raise NotFound("no thing 404")
        return Thing(name=name, number=number, tags=[kind])

    async def count_marks(self, marks: list[Annotated[str, Field(max_length=9)]]) -> Thing:
        """A list of constrained texts."""
        return Thing(name="marks", number=len(marks))

    async def wait_for_gate(self, name: str) -> Thing:
        """A read that takes as long as the gate is closed."""
        await self.gate.hold()
        return Thing(name=name)

    async def crash(self, name: str) -> Thing:
        """An exception that nobody foresaw, with a secret in its text."""
        raise RuntimeError(f"connection to ldap://svc:{SECRET}@dc1 failed for {name}")

    async def add_thing(self, call: Call, name: str, fails: Literal["", "rejected", "away"] = "") -> Thing:
        """A write."""
        self.calls.append(call)
        if fails == "rejected":
            raise UpstreamRejected("the store says no", system="store")
        if fails == "away":
            raise UpstreamUnavailable("the store is away", system="store")
        self.written.append(name)
        return Thing(name=name, number=len(self.written))

    async def add_slowly(self, name: str) -> Thing:
        """A write that takes as long as the gate is closed."""
        await self.gate.hold()
        self.written.append(name)
        self.finished.set()
        return Thing(name=name, number=len(self.written))

    async def drop_things(self) -> Thing:
        """A write that destroys."""
        self.written.clear()
        return Thing(name="none", number=0)

    async def send_thing(self, name: str) -> Thing:
        """A write that reaches people."""
        return Thing(name=name)

    def tools(self) -> list[Tool]:
        """All of them."""
        reads = [Tool(f, Risk.READ) for f in (self.get_thing, self.count_marks, self.wait_for_gate, self.crash)]
        return [
            *reads,
            Tool(self.add_thing, Risk.WRITE),
            Tool(self.add_slowly, Risk.WRITE),
            Tool(self.drop_things, Risk.DESTRUCTIVE, idempotent=True),
            Tool(self.send_thing, Risk.WRITE, open_world=True),
        ]

    async def check_ready(self) -> list[str]:
        """The readiness check of the toy's imaginary system."""
        self.checks += 1
        if self.problem:
            raise self.problem
        return ["low on bolts"]

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """What the host opens once."""
        self.lifespans.append("opened")
        yield
        self.lifespans.append("closed")
        self.closed.set()

    def app(self, settings: ServerSettings) -> Starlette:
        """A server over this toy. An app lives once; the toy may have many."""
        return build_app(
            SPEC,
            self.tools(),
            settings=settings,
            redis=settings.open_redis(),
            check_ready=self.check_ready,
            lifespan=self.lifespan,
        )


def write_tokens(folder: Path, *, writer: str = "", reader: str = "") -> Path:
    """A tokens file with a writer and a reader; the texts are further lines of their entries."""
    path = folder / "tokens.toml"
    path.write_text(
        f'[[token]]\nname = "writer"\nsha256 = "{hash_token(TOKEN)}"\nscopes = ["read", "write"]\n{writer}\n'
        f'[[token]]\nname = "reader"\nsha256 = "{hash_token(READER)}"\nscopes = ["read"]\n{reader}\n'
    )
    return path


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token; none for an empty one."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@asynccontextmanager
async def connect(
    url: str, token: str = TOKEN, *, how: str = "http-auto", way: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[Client]:
    """The SDK's own client; `how` is http-auto, http-legacy or sse-legacy. The URL may end in a prefix."""
    transport, mode = how.split("-")
    async with AsyncExitStack() as stack:
        if transport == "sse":
            source: Any = sse_client(f"{url}/sse", headers=bearer(token))
        else:
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=bearer(token), transport=way))
            source = streamable_http_client(f"{url}/mcp", http_client=http)
        client: Any = Client(source, mode=mode, read_timeout_seconds=10.0, cache=None)
        yield await stack.enter_async_context(client)


@asynccontextmanager
async def without_socket(app: Starlette) -> AsyncIterator[httpx2.ASGITransport]:
    """The app's lifespan in a task of its own, as a web server has it; yields the way in (SSE needs a real one)."""
    stop, up = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            up.set()
            await stop.wait()

    task = asyncio.create_task(live())
    await up.wait()
    yield httpx2.ASGITransport(app)
    stop.set()
    await task


@asynccontextmanager
async def open_sse(url: str, token: str = TOKEN) -> AsyncIterator[str]:
    """One raw SSE session; yields the URL to post its messages to."""
    async with httpx.AsyncClient() as http, http.stream("GET", f"{url}/sse", headers=bearer(token)) as response:
        assert response.status_code == 200
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                yield str(httpx.URL(url).join(line.removeprefix("data:").strip()))
                return


class Home:
    """A port where the toy's server can be stopped and started again."""

    def __init__(self, toy: Toy, settings: ServerSettings) -> None:
        self.toy = toy
        self.settings = settings
        self._port = 0
        self._running: AbstractAsyncContextManager[str] | None = None

    @property
    def endpoint(self) -> Endpoint:
        """What a toolbox connects to."""
        return Endpoint("toy", f"http://127.0.0.1:{self._port}", TOKEN)

    def listen(self) -> socket.socket:
        """The port, opened; any port the first time."""
        listener = socket.create_server(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        return listener

    async def start(self) -> None:
        """Serve a new app of the same toy on the same port."""
        self._running = running(self.toy.app(self.settings), sock=self.listen())
        await self._running.__aenter__()

    async def stop(self) -> None:
        """Close the port; what is in flight is cut after a second."""
        if self._running is not None:
            await self._running.__aexit__(None, None, None)
            self._running = None
            gc.collect()  # of the SDK's cut SSE sessions, here and not in somebody else's test

    async def restart(self) -> None:
        """Stop and start."""
        await self.stop()
        await self.start()
