"""Password Pusher's JSON API, v1 and v2: one request, and what its answers mean. Source: contracts/mysecret.md.

A push's token opens it: it is in the path of requests, and so in no error and in no log line.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from servers.mysecret.models import SYSTEM
from shared.errors import (
    NotFound,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.http_client import HttpClient

V2_FROM, BEARER_FROM = (2, 3), (1, 51)
NOBODYS_PAGE = {"page": "200"}
"""A page of a list that is surely empty: proof of the credentials without a look at anybody's pushes."""
_VERSIONS = ("/api/v1/version.json", "/api/v2/version.json")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one version is asked. version: major and minor; None where it is too old to tell."""

    version: tuple[int, int] | None

    @property
    def root(self) -> str:
        """The key that a create's fields stand under."""
        return "push" if self._is_v2 else "password"

    @property
    def may_ignore_credentials(self) -> bool:
        """Older versions take what they do not understand for nobody, and then work anonymously."""
        return self.version is None or self.version < BEARER_FROM

    def path(self, *parts: str) -> str:
        """`.json` is what keeps v1 from asking for a form's token."""
        return "/".join(("/api/v2/pushes" if self._is_v2 else "/p", *parts)) + ".json"

    @property
    def _is_v2(self) -> bool:
        return self.version is not None and self.version >= V2_FROM


class MySecretApi:
    """Requests to one Password Pusher."""

    def __init__(self, http: HttpClient, *, has_token: bool, throttle_wait_s: float) -> None:
        self.has_token = has_token
        self._http = http
        self._throttle_wait_s = throttle_wait_s
        self._dialect: Dialect | None = None

    async def create(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Make a push; what was granted may differ from what was asked."""
        answer = await self._ask("POST", body=fields)
        if not isinstance(answer, dict):
            raise UpstreamMalformed("MySecret answered a create with no push", system=SYSTEM)
        return answer

    async def expire(self, token: SecretStr) -> None:
        """End a push; ended already is no error. Raises NotFound, UpstreamRejected when it is not ours to end."""
        await self._ask("DELETE", token.get_secret_value())

    async def check_exists(self, token: SecretStr) -> None:
        """Raises NotFound. What is there may be expired: nobody but the owner is told."""
        await self._ask("GET", token.get_secret_value(), "preview")

    async def read_audit(self, token: SecretStr) -> list[dict[str, Any]]:
        """Who did what with a push of ours. Raises NotFound, UpstreamRejected when it is another account's."""
        answer = await self._ask("GET", token.get_secret_value(), "audit")
        rows = (answer.get("logs") or answer.get("views") or []) if isinstance(answer, dict) else None
        if not isinstance(rows, list) or (isinstance(answer, dict) and "error" in answer):
            raise UpstreamRejected("MySecret does not show our account this audit", system=SYSTEM)
        return rows

    async def check_ready(self) -> None:
        """Raises WidipError with what to mend."""
        self._dialect = await self._probe()
        if self.has_token:
            await self._ask("GET", "active", params=NOBODYS_PAGE)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(
        self, method: str, *parts: str, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> Any:
        """One request in the right dialect. An address that is gone may mean another version: probed once again."""
        for is_last in (False, True):
            dialect = self._dialect = self._dialect or await self._probe()
            options: dict[str, Any] = {} if body is None else {"json": {dialect.root: dict(body)}}
            options |= {} if params is None else {"params": params}
            response = await self._send(method, dialect.path(*parts), **options)
            if not _is_missing_address(response) or is_last:
                break
            self._dialect = None  # nothing was done at an address that does not exist
        return self._parse(response, method)

    async def _probe(self) -> Dialect:
        """The version; both addresses missing is a version from before they were there."""
        version = None
        for path in _VERSIONS:
            response = await self._send("GET", path)
            if response.status_code != httpx.codes.NOT_FOUND:
                version = _version_of(self._parse(response, "GET"))
                break
        dialect = Dialect(version)
        if self.has_token and dialect.may_ignore_credentials:
            response = await self._send("GET", dialect.path("active"), params=NOBODYS_PAGE)
            if response.status_code == httpx.codes.UNAUTHORIZED:
                # Otherwise pushes would be made in nobody's name, and nobody could end them.
                text = "this Password Pusher does not take our token: before 1.51 it also needs MYSECRET_API_EMAIL"
                raise UpstreamUnauthorized(text, system=SYSTEM)
        return dialect

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Whoever is throttled has done nothing: asked again after the pause that MySecret names, if there is time."""
        left = self._throttle_wait_s
        while True:
            is_read = method == "GET"
            sent = self._http.read(path, **options) if is_read else self._http.write(method, path, **options)
            response = await sent
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                return response
            pause_s = _retry_after(response)
            left -= pause_s
            if left < 0:
                text = f"MySecret throttles us; ask again in {math.ceil(pause_s)} s"
                raise UpstreamUnavailable(text, system=SYSTEM)
            await asyncio.sleep(pause_s)

    def _parse(self, response: httpx.Response, method: str) -> Any:
        """The body of a success. A refusal is known by its status; only 404 and 401 also by there being JSON."""
        has_json = "json" in response.headers.get("content-type", "")
        if response.is_redirect:
            text = (
                f"MySecret redirects us (HTTP {response.status_code}): is MYSECRET_API_URL its own https address, "
                "and has its first-run page been filled in?"
            )
            raise UpstreamRejected(text, system=SYSTEM, upstream_code=str(response.status_code))
        refusal = _refusal(response.status_code, has_json=has_json, method=method, has_token=self.has_token)
        if refusal is not None:
            raise refusal
        return self._http.json(response, write=method != "GET")


def _refusal(status: int, *, has_json: bool, method: str, has_token: bool) -> WidipError | None:
    code = str(status)
    match status:
        case 200 | 201:
            return None
        case 401 if has_json and method == "DELETE":
            text = "this secret is not ours to end: it belongs to another account, or to nobody"
            return UpstreamRejected(text, system=SYSTEM, upstream_code=code)
        case 401:
            hint = "check MYSECRET_API_TOKEN" if has_token else "it asks for an account, set MYSECRET_API_TOKEN"
            return UpstreamUnauthorized(f"MySecret refuses our credentials: {hint}", system=SYSTEM)
        case 404 if has_json:
            return NotFound("MySecret does not know this secret: it is over, or never was")
        case 403:
            return UpstreamRejected("MySecret does not let our account do this", system=SYSTEM, upstream_code=code)
        case 400 | 422:
            text = f"MySecret refuses what was sent (HTTP {status}): is the payload empty, or too long for it?"
            return UpstreamRejected(text, system=SYSTEM, upstream_code=code)
        case _:
            text = f"MySecret answered HTTP {status}: check MYSECRET_API_URL"
            return UpstreamRejected(text, system=SYSTEM, upstream_code=code)


def _is_missing_address(response: httpx.Response) -> bool:
    """A secret that is not there is said in JSON; an address that is not there by a page."""
    is_missing = response.status_code == httpx.codes.NOT_FOUND
    return is_missing and "json" not in response.headers.get("content-type", "")


def _version_of(answer: Any) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", str(answer.get("application_version"))) if isinstance(answer, dict) else None
    if found is None:
        raise UpstreamMalformed("MySecret does not say its version: check MYSECRET_API_URL", system=SYSTEM)
    return int(found[1]), int(found[2])


def _retry_after(response: httpx.Response) -> float:
    """Seconds; one where it names none."""
    named = response.headers.get("retry-after", "")
    return float(named) if named.isdecimal() and int(named) else 1.0
