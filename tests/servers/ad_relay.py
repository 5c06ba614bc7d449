"""The network between our server and a directory: a relay that reads LDAP and loses what it is told to lose.

The same faults for the simulator and for Samba. A fault is planted for one request, named by words that its bytes hold.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from simulators.ad.certificates import make_certificates
from tests.directories import DirectoryPlace

Kind = Literal["lost", "drop_answer", "mute", "late", "garbage", "busy", "empty"]
MODIFY, ADD, MOVE, SEARCH, BIND = 0x66, 0x68, 0x6C, 0x63, 0x60
_GONE = (OSError, EOFError, ssl.SSLError)


@dataclass
class Planted:
    """What happens to the next request of this kind that holds this text.

    lost: it never arrives, and the connection is cut. drop_answer: it is done, then the connection is cut. mute: it is
    done, and no answer comes. late: no answer comes; it is done at `release`. garbage: the answer is no LDAP, and
    nothing is done. busy: refused with 51, nothing done. empty: a search finds nothing, as for somebody who may not
    read. None: nothing but `before`.
    """

    operation: int
    holds: bytes
    kind: Kind | None = None
    before: Callable[[], Awaitable[None]] | None = None
    times: int = 1
    seen: asyncio.Event = field(default_factory=asyncio.Event)


class Relay:
    """Listens on loopback; `requests` are the operations that came by, in order."""

    def __init__(self, place: DirectoryPlace, *, names: tuple[str, ...] | None = None) -> None:
        self._place = place
        self._certificates = make_certificates(names=names, addresses=()) if names else make_certificates()
        self.requests: list[tuple[int, bytes]] = []
        self.planted: list[Planted] = []
        self.connections = 0
        self.failures: list[BaseException] = []
        self._frozen = asyncio.Event()
        self._frozen.set()
        self._held: list[Callable[[], Awaitable[None]]] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """What AD_SERVER is."""
        return f"ldaps://127.0.0.1:{self._port}"

    def write_ca(self, path: Path) -> Path:
        """The certificate that AD_CA_FILE is."""
        path.write_bytes(self._certificates.ca)
        return path

    def plant(self, operation: int, holds: str, kind: Kind | None = None, **options: object) -> Planted:
        """One fault; options are fields of Planted."""
        planted = Planted(operation, holds.encode(), kind, **options)  # type: ignore[arg-type]
        self.planted.append(planted)
        return planted

    def plant_nth_look(self, guid: UUID, number: int, *, before: Callable[[], Awaitable[None]]) -> Planted:
        """Something that happens just before the account is read by its GUID for the nth time."""
        name = f"<GUID={guid}>"
        for _ in range(number - 1):
            self.plant(SEARCH, name)
        return self.plant(SEARCH, name, before=before)

    def count(self, operation: int, holds: str = "") -> int:
        """How many requests of this kind came by."""
        return sum(kind == operation and holds.encode() in raw for kind, raw in self.requests)

    async def release(self) -> None:
        """What was held back for being late takes effect now."""
        held, self._held = self._held, []
        for do in held:
            await do()

    def freeze(self) -> None:
        """Everything is accepted, nothing passes, until `thaw`."""
        self._frozen.clear()

    def thaw(self) -> None:
        """What waited goes on."""
        self._frozen.set()

    async def start(self) -> None:
        """On the same port as before, if there was one."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        self._listener = await asyncio.start_server(self._serve, sock=listener, ssl=self._certificates.context())

    async def stop(self) -> None:
        """The domain controller goes down: nobody listens, every connection is cut."""
        if self._listener is not None:
            self._listener.close()
        self.cut()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Every connection ends."""
        for writer in [*self._writers]:
            writer.transport.abort()

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(answers)
        trust = ssl.create_default_context(cafile=str(self._place.ca_file))
        upstream, requests = await asyncio.open_connection(self._place.host, self._place.port, ssl=trust)
        self._writers.add(requests)
        line = _Line(client, answers, upstream, requests)
        back = asyncio.create_task(line.pass_answers())
        try:
            with suppress(*_GONE):
                while await self._pass_one(line):
                    pass
        except Exception as error:  # noqa: BLE001 - a mistake of the test: shown at its end
            self.failures.append(error)
        finally:
            if not line.is_held:
                requests.transport.abort()
            answers.transport.abort()
            await back
            self._writers -= {answers, requests}

    async def _pass_one(self, line: _Line) -> bool:
        raw = await _read_message(line.client)
        await self._frozen.wait()
        operation = _operation(raw)
        self.requests.append((operation, raw))
        planted = self._take(operation, raw)
        if planted is None:
            line.requests.write(raw)
            return True
        planted.seen.set()
        if planted.before is not None:
            await planted.before()
        return await self._meet(planted.kind, line, raw)

    def _take(self, operation: int, raw: bytes) -> Planted | None:
        for planted in self.planted:
            if planted.times and planted.operation == operation and planted.holds in raw:
                planted.times -= 1
                return planted
        return None

    async def _meet(self, kind: Kind | None, line: _Line, raw: bytes) -> bool:
        match kind:
            case None:
                line.requests.write(raw)
                return True
            case "lost":
                return False
            case "garbage":
                line.answers.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n" * 4)
                return True
            case "busy":
                line.answers.write(_refusal(raw, 51))
                return True
            case "empty":
                line.answers.write(_refusal(raw, 0))
                return True
            case "late":
                line.is_held = True
                self._held.append(lambda: line.ask(raw))
                await _until_gone(line.client)
                return False
        await line.ask(raw)
        if kind == "mute":
            await _until_gone(line.client)
        return False


class _Line:
    """One client's connection and its other half."""

    def __init__(
        self,
        client: asyncio.StreamReader,
        answers: asyncio.StreamWriter,
        upstream: asyncio.StreamReader,
        requests: asyncio.StreamWriter,
    ) -> None:
        self.client, self.answers, self.upstream, self.requests = client, answers, upstream, requests
        self.is_held = False
        self._swallow: asyncio.Event | None = None

    async def pass_answers(self) -> None:
        """Until the directory hangs up, or nobody listens."""
        with suppress(*_GONE):
            while chunk := await self.upstream.read(65536):
                if self._swallow is not None:
                    self._swallow.set()
                else:
                    self.answers.write(chunk)
        if self._swallow is not None:
            self._swallow.set()

    async def ask(self, raw: bytes) -> None:
        """Have it done, and keep the answer from the client."""
        self._swallow = asyncio.Event()
        self.requests.write(raw)
        async with asyncio.timeout(10):
            await self._swallow.wait()
        if self.is_held:
            self.requests.transport.abort()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    with suppress(*_GONE):
        while await reader.read(4096):
            pass


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    """One BER message: its tag, its length, its content."""
    head = await reader.readexactly(2)
    length = head[1]
    if length & 0x80:
        more = await reader.readexactly(length & 0x7F)
        head, length = head + more, int.from_bytes(more, "big")
    return head + await reader.readexactly(length)


def _operation(raw: bytes) -> int:
    """The tag behind the message's number."""
    start = 2 + (raw[1] & 0x7F if raw[1] & 0x80 else 0)
    return raw[start + 2 + raw[start + 1]]


def _refusal(raw: bytes, code: int) -> bytes:
    """The answer to a write, or the end of a search, with this result code and no text."""
    start = 2 + (raw[1] & 0x7F if raw[1] & 0x80 else 0)
    number = raw[start : start + 2 + raw[start + 1]]
    answer = _operation(raw) + (2 if _operation(raw) == SEARCH else 1)
    body = bytes([answer, 7, 0x0A, 1, code, 4, 0, 4, 0])
    return bytes([0x30, len(number) + len(body)]) + number + body


@asynccontextmanager
async def running_relay(place: DirectoryPlace, *, names: tuple[str, ...] | None = None) -> AsyncIterator[Relay]:
    """A relay before a directory. names: what its certificate says instead."""
    relay = Relay(place, names=names)
    await relay.start()
    try:
        yield relay
    finally:
        relay.thaw()
        await relay.release()
        await relay.stop()
    for failure in relay.failures:
        raise failure
