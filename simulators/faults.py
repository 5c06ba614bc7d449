"""Faults on demand, the same way for every simulator.

kind          what the client sees
slow          the answer comes `delay_s` late
hang          no answer at all, nothing done
error         `status` with `body`, nothing done
html          200 with an HTML page, nothing done
down          the connection is cut, nothing done
drop_answer   the work is done, then the connection is cut
late          no answer; the work is done once the client has given up and gone

`match` is a substring of "METHOD /path?query"; `times` counts down, -1 means until cleared.
Driven from a test through `faults.add(...)`, from elsewhere through `/_sim/faults` (POST, DELETE, GET).
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAINTENANCE_PAGE = "<!DOCTYPE html><html><body><h1>Service en maintenance</h1></body></html>"


@dataclass
class Fault:
    """One planted fault; `times` is how often it still fires."""

    kind: str
    match: str = ""
    times: int = 1
    delay_s: float = 1.0
    status: int = 500
    body: str = '{"error":"planted"}'


class Faults:
    """The faults planted in one simulator, and the requests it has seen."""

    def __init__(self) -> None:
        self.planted: list[Fault] = []
        self.requests: list[str] = []
        self.seen = asyncio.Event()

    def add(self, kind: str, match: str = "", **options: float | str) -> Fault:
        """Plant one fault; options are the fields of Fault."""
        fault = Fault(kind, match, **options)  # type: ignore[arg-type]
        self.planted.append(fault)
        return fault

    def clear(self) -> None:
        """Remove every fault and forget the requests."""
        self.planted.clear()
        self.requests.clear()

    def count(self, match: str) -> int:
        """How many requests contained `match`."""
        return sum(match in line for line in self.requests)

    def take(self, line: str) -> Fault | None:
        """The fault that this request meets, counted down."""
        for fault in self.planted:
            if fault.match in line and fault.times != 0:
                fault.times -= 1 if fault.times > 0 else 0
                return fault
        return None


class FaultMiddleware:
    """Applies `faults` to every HTTP request but those under /_sim."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"].startswith("/_sim"):
            await self._app(scope, receive, send)
            return
        query = unquote_plus(scope["query_string"].decode())
        line = f"{scope['method']} {scope['path']}" + (f"?{query}" if query else "")
        self._faults.requests.append(line)
        self._faults.seen.set()
        fault = self._faults.take(line)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._apply(fault, scope, receive, send)

    async def _apply(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.delay_s)
                await self._app(scope, receive, send)
            case "hang":
                while (await receive())["type"] != "http.disconnect":
                    pass
            case "error":
                response = Response(fault.body, fault.status, media_type="application/json")
                await response(scope, receive, send)
            case "html":
                await Response(MAINTENANCE_PAGE, media_type="text/html")(scope, receive, send)
            case "late":
                body = await _read_until_gone(receive)
                await self._app(scope, _replay(body), _discard)
            case "drop_answer":
                await self._app(scope, receive, _discard)
                await _cut(send)
            case _:
                await _cut(send)


async def _read_until_gone(receive: Receive) -> bytes:
    """The whole body of a request whose client then leaves."""
    body = b""
    while (message := await receive())["type"] != "http.disconnect":
        body += message.get("body", b"")
    return body


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _discard(_message: Message) -> None:
    """Where a dropped answer goes."""


async def _cut(send: Send) -> None:
    """Promise bytes and return without them: the web server then closes the connection."""
    headers = [(b"content-length", b"9999"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


def fault_routes(faults: Faults) -> list[Route]:
    """`/_sim/faults` and `/_sim/requests`, for whoever drives the simulator over HTTP."""

    async def change(request: Request) -> Response:
        if request.method == "POST":
            faults.add(**await request.json())
        elif request.method == "DELETE":
            faults.clear()
        return JSONResponse([asdict(fault) for fault in faults.planted])

    async def requests(_request: Request) -> Response:
        return JSONResponse(faults.requests)

    return [
        Route("/_sim/faults", change, methods=["GET", "POST", "DELETE"]),
        Route("/_sim/requests", requests),
    ]
