"""One connection: its handshake, its requests in order, and the faults that they meet."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

from simulators.ad.directory import Source
from simulators.ad.errors import busy
from simulators.ad.messages import (
    NotLdapError,
    Request,
    decode_request,
    encode_notice_of_disconnection,
    encode_result,
    message_length,
)
from simulators.ad.operations import Session, describe, is_start_tls
from simulators.faults import MAINTENANCE_PAGE, Fault, Faults

CONNECT = "CONNECT"
HANDSHAKE_S = 10.0
GARBAGE = b"0\x05hello"
"""A whole message by its length, and no LDAP inside."""
_GONE = (OSError, EOFError, ssl.SSLError, TimeoutError)


class Connection:
    """Serves one client until one of the two hangs up."""

    def __init__(
        self,
        source: Source,
        faults: Faults,
        awake: asyncio.Event,
        context: ssl.SSLContext,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._faults, self._awake, self._context = faults, awake, context
        self._reader, self._writer = reader, writer
        self._session = Session(source, is_encrypted=False)

    async def serve(self, *, is_encrypted: bool) -> None:
        """From the handshake to the end."""
        with suppress(*_GONE):
            if not await self._is_let_in():
                return
            if is_encrypted:
                await self._encrypt()
            while await self._serve_one():
                pass

    async def _encrypt(self) -> None:
        await self._writer.start_tls(self._context, ssl_handshake_timeout=HANDSHAKE_S)
        self._session.is_encrypted = True

    async def _take_fault(self, line: str) -> Fault | None:
        """Note the request, wait for the thaw, and see which fault it meets."""
        self._faults.requests.append(line)
        self._faults.seen.set()
        await self._awake.wait()
        return self._faults.take(line)

    async def _is_let_in(self) -> bool:
        """The faults of a connection, before any handshake."""
        fault = await self._take_fault(CONNECT)
        match fault:
            case None:
                return True
            case Fault(kind="slow"):
                await asyncio.sleep(fault.delay_s)
                return True
            case Fault(kind="hang"):
                await asyncio.Event().wait()
            case Fault(kind="html"):
                await self._send([MAINTENANCE_PAGE.encode()])
        return False

    async def _serve_one(self) -> bool:
        """Read and answer one request; false when the connection is over."""
        try:
            request = await self._read()
        except NotLdapError:
            text = "00000057: LdapErr: DSID-0C090FD9, comment: Error decoding ldap message, data 0"
            await self._send([encode_notice_of_disconnection(2, text)])
            return False
        if request.name == "unbindRequest":
            return False
        # A frozen server has read it: a client that goes before the thaw has still asked for it.
        fault = await self._take_fault(describe(request))
        if fault is not None:
            return await self._meet(fault, request)
        await self._answer(request)
        return True

    async def _answer(self, request: Request) -> None:
        will_encrypt = is_start_tls(request) and not self._session.is_encrypted
        await self._send(self._session.answer(request))
        if will_encrypt:
            await self._encrypt()

    async def _meet(self, fault: Fault, request: Request) -> bool:
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.delay_s)
                await self._answer(request)
            case "hang":
                await self._until_gone()
            case "late":
                await self._until_gone()
                self._session.answer(request)
            case "error":
                await self._send([encode_result(request, fault.status, fault.body)])
            case "busy":
                await self._send([encode_result(request, busy().code, busy().text)])
            case "garbage":
                await self._send([GARBAGE])
            case "html":
                await self._send([MAINTENANCE_PAGE.encode()])
                return False
            case "drop_answer":
                self._session.answer(request)
                self._writer.transport.abort()
            case _:
                self._writer.transport.abort()
        return not self._writer.transport.is_closing()

    async def _until_gone(self) -> None:
        with suppress(*_GONE):
            while await self._reader.read(4096):
                pass

    async def _read(self) -> Request:
        """Raises NotLdapError, or EOFError when the client has gone."""
        raw = await self._reader.readexactly(2)
        while (length := message_length(raw)) is None:
            raw += await self._reader.readexactly(1)
        return decode_request(raw + await self._reader.readexactly(length - len(raw)))

    async def _send(self, messages: list[bytes]) -> None:
        self._writer.write(b"".join(messages))
        with suppress(ConnectionError):
            await self._writer.drain()
