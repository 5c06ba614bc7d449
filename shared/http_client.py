"""HTTP to an outside system, with what can go wrong told apart once.

A read that got no usable answer is UpstreamUnavailable and is retried. A write whose answer was lost is OutcomeUnknown
and never is: only the caller knows how to look. A write that surely was not sent (connection refused) is unavailable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from shared.errors import OutcomeUnknown, UpstreamMalformed, UpstreamUnavailable
from shared.http_transport import find_transport

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HttpClient:
    """One httpx client bound to one system."""

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        timeout_s: float = 10.0,
        attempts: int = 3,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.system = system
        self._attempts = attempts
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, 5.0)),
            headers=headers,
            auth=auth,
            transport=transport or find_transport(connections=20, keep_alive_s=30.0),
            limits=httpx.Limits(max_connections=20, keepalive_expiry=30.0),
            follow_redirects=False,
        )

    async def read(
        self, path: str, *, check: Callable[[httpx.Response], object] | None = None, **options: Any
    ) -> httpx.Response:
        """GET, retried with back-off while there is no usable answer (network, timeout, 5xx).

        `check` may raise UpstreamUnavailable too: for a system that says 200 to what is none.
        """

        async def once() -> httpx.Response:
            answer = await self._send("GET", path, write=False, **options)
            if check is not None:
                check(answer)
            return answer

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(UpstreamUnavailable),
            stop=stop_after_attempt(self._attempts),
            wait=wait_random_exponential(multiplier=0.1, max=1.0),
            reraise=True,
        )
        response: httpx.Response = await retrying(once)
        return response

    async def write(self, method: str, path: str, **options: Any) -> httpx.Response:
        """POST, PUT, DELETE: sent once."""
        return await self._send(method, path, write=True, **options)

    async def read_once(self, path: str, **options: Any) -> httpx.Response:
        """GET without a retry, for probes."""
        return await self._send("GET", path, write=False, **options)

    async def _send(self, method: str, path: str, *, write: bool, **options: Any) -> httpx.Response:
        try:
            response = await self._http.request(method, path, **options)
        except _NOT_SENT as error:
            raise UpstreamUnavailable(f"{self.system} cannot be reached", system=self.system) from error
        except httpx.HTTPError as error:
            raise self._lost(write, f"no answer ({type(error).__name__})", may_come_late=True) from error
        if response.is_server_error:
            raise self._lost(write, f"HTTP {response.status_code}")
        return response

    def _lost(self, write: bool, why: str, *, may_come_late: bool = False) -> UpstreamUnavailable | OutcomeUnknown:
        if write:
            text = f"{self.system}: {why}; the write may have been done"
            return OutcomeUnknown(text, system=self.system, may_come_late=may_come_late)
        return UpstreamUnavailable(f"{self.system} does not answer: {why}", system=self.system)

    def json(self, response: httpx.Response, *, write: bool = False) -> Any:
        """The body as JSON. A page of HTML where JSON was due means the system is down behind its web server."""
        content_type = response.headers.get("content-type", "")
        if "json" not in content_type and response.text.lstrip()[:1] == "<":
            raise self._lost(write, f"HTTP {response.status_code} with a web page instead of JSON")
        try:
            return response.json()
        except ValueError as error:
            if write:
                raise self._lost(write, "an answer that is no JSON") from error
            raise UpstreamMalformed(f"{self.system} answered something that is no JSON", system=self.system) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
