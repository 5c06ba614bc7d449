"""aiohttp under httpx and httpx2: their clients as they are, for less than half of the processor time a request.

Their own way out is Python throughout; aiohttp reads in C. Timeouts and errors stay those of the client above: a
request that surely was not sent is still told apart from one whose answer was lost, and nothing is ever sent twice.
"""

from __future__ import annotations

import asyncio
import functools
import io
import ssl
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import aiohttp
import httpx
import httpx2
from yarl import URL

LARGE = 1_000_000

_ERRORS = (
    (aiohttp.ConnectionTimeoutError, "ConnectTimeout"),
    (aiohttp.ClientConnectorError, "ConnectError"),
    (aiohttp.SocketTimeoutError, "ReadTimeout"),
    (TimeoutError, "WriteTimeout"),
    (aiohttp.ClientOSError, "ReadError"),
    (aiohttp.InvalidURL, "UnsupportedProtocol"),
    (aiohttp.NonHttpUrlClientError, "UnsupportedProtocol"),
    (aiohttp.ClientError, "RemoteProtocolError"),
    (OSError, "ReadError"),
)
"""aiohttp's errors by the name of httpx's; the first that fits. Only the first two say that nothing was sent."""


def find_transport(client: ModuleType = httpx, *, connections: int = 100, keep_alive_s: float = 5.0) -> Any:
    """A transport for `client`, which is httpx or httpx2; None where a proxy is set, as only theirs go through one.

    The limits are theirs too, unless others are given.
    """
    if {"http", "https", "all"} & urllib.request.getproxies().keys():
        return None
    return _Transport(client, connections=connections, keep_alive_s=keep_alive_s)


@functools.cache
def _read_authorities(client: ModuleType) -> ssl.SSLContext:
    """Once a process: some 40 ms of processor time with the system's whole list."""
    context: ssl.SSLContext = client.create_ssl_context()
    return context


class _Transport:
    """Both libraries take it for one of theirs: they ask for the methods, not for the class."""

    def __init__(self, client: ModuleType, *, connections: int, keep_alive_s: float) -> None:
        self._client = client
        self._connections = connections
        self._keep_alive_s = keep_alive_s
        self._tls = _read_authorities(client)
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: Any) -> Any:
        """One request; the body of its answer is read by whoever wants it."""
        if self._session is None:
            self._session = self._open()
        url = request.url.copy_with(userinfo=b"") if request.url.userinfo else request.url
        body = await request.aread()
        limits = request.extensions.get("timeout", {})
        with self._errors():
            async with asyncio.timeout(_sum(limits)):  # aiohttp bounds no sending
                response = await self._session.request(
                    request.method,
                    URL(str(url), encoded=True),
                    headers=request.headers.multi_items(),
                    data=io.BytesIO(body) if len(body) > LARGE else body or None,
                    timeout=aiohttp.ClientTimeout(
                        connect=limits.get("pool"), sock_connect=limits.get("connect"), sock_read=limits.get("read")
                    ),
                    allow_redirects=False,
                    middlewares=(self._once,),
                )
        return self._client.Response(response.status, headers=response.raw_headers, stream=_Body(self, response))

    async def read(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        """The body as it comes, still compressed."""
        with self._errors():
            async for chunk in response.content.iter_any():
                yield chunk

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> _Transport:
        """Connections are opened at first use."""
        return self

    async def __aexit__(self, *_exc: object) -> None:
        """Close the connections."""
        await self.aclose()

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections, keepalive_timeout=self._keep_alive_s, ssl=self._tls
            ),
            cookie_jar=aiohttp.DummyCookieJar(),  # the client above keeps them
            auto_decompress=False,
        )

    async def _once(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """aiohttp sends a PUT again when a kept connection breaks, unless the error is none of its own."""
        with self._errors():
            return await handler(request)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (aiohttp.ClientError, OSError) as error:
            name = next(name for kind, name in _ERRORS if isinstance(error, kind))
            raise getattr(self._client, name)(str(error)) from error


class _Body(httpx.AsyncByteStream, httpx2.AsyncByteStream):
    def __init__(self, transport: _Transport, response: aiohttp.ClientResponse) -> None:
        self._transport = transport
        self._response = response

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._transport.read(self._response)

    async def aclose(self) -> None:
        """Give the connection back; it is closed when the body was not read to its end."""
        self._response.release()


def _sum(limits: Mapping[str, float | None]) -> float | None:
    known = [limit for limit in limits.values() if limit is not None]
    return sum(known) if len(known) == len(limits) and known else None
