"""Observium's REST API v0: one request, and what its answers mean. Source: contracts/observium.md, section 1."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import httpx

from servers.observium.models import (
    Row,
    int_from_observium,
)
from shared.errors import (
    NotFound,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.http_client import HttpClient

SYSTEM = "observium"
ALL_ROWS = "50000"
"""Page size sent with lists: the largest there is, should this Observium page by itself."""


class ObserviumApi:
    """Reads of one Observium, and what its answers mean."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def get(self, entity: str, entity_id: int, fields: str) -> Row:
        """One `device` or `port`, answered under that name. Raises NotFound."""
        missing = f"Observium has no {entity} {entity_id}"
        response = await self._http.read(f"/{entity}s/{entity_id}/", params={"fields": fields})
        row = self._parse(response, missing=missing).get(entity)
        if row == []:
            raise NotFound(missing)
        if not isinstance(row, dict):
            raise UpstreamMalformed(f"Observium answered without the {entity}", system=SYSTEM)
        return row

    async def list(self, entity: str, params: dict[str, str]) -> Sequence[Row]:
        """Every row that matches. Unknown filters are ignored in silence: check what comes back."""
        response = await self._http.read(f"/{entity}/", params={**params, "pagesize": ALL_ROWS, "pageno": "1"})
        rows, count = self._rows(entity, response)
        if count > len(rows):
            # An absent row would read as a device that does not exist or an alert that is over.
            raise UpstreamMalformed(f"Observium counts {count} {entity} and sent {len(rows)}", system=SYSTEM)
        return rows

    async def probe(self) -> Sequence[Row]:
        """At most a few devices, by id only, asked once."""
        response = await self._http.read_once("/devices/", params={"pagesize": "1", "fields": "device_id"})
        return self._rows("devices", response)[0]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def _rows(self, entity: str, response: httpx.Response) -> tuple[Sequence[Row], int]:
        """Rows of an object keyed by id, or of `[]` (PHP's empty map), and their count (a number or text)."""
        missing = f"Observium has no list of {entity} (HTTP 404): check OBSERVIUM_API_URL"
        body = self._parse(response, missing=missing)
        found = body.get(entity)
        rows = list(found.values()) if isinstance(found, dict) else found
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UpstreamMalformed(f"Observium's list of {entity} has an unknown shape", system=SYSTEM)
        with documented_shape("count"):
            return rows, int_from_observium(body.get("count")) or 0

    def _parse(self, response: httpx.Response, *, missing: str) -> dict[str, Any]:
        """The body of a success. A refusal is known by its status, whatever page comes with it."""
        refusal = _refusal(response.status_code)
        if refusal is not None:
            raise refusal
        body = self._http.json(response)
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFound(missing)
        if not isinstance(body, dict) or "status" not in body:
            raise UpstreamMalformed("Observium's answer has an unknown shape", system=SYSTEM)
        if body["status"] != "ok":
            raise UpstreamUnavailable("Observium failed: its answer is not `ok`", system=SYSTEM)
        return body


def _refusal(status: int) -> WidipError | None:
    match status:
        case 200 | 404:
            return None
        case 401:
            text = "Observium refuses our credentials: check OBSERVIUM_API_TOKEN, or the account and its password"
            return UpstreamUnauthorized(text, system=SYSTEM)
        case 403:
            return UpstreamRejected("Observium does not let our account read this", system=SYSTEM, upstream_code="403")
        case 429:
            return UpstreamUnavailable("Observium throttles us (refused sign-ins do that); wait", system=SYSTEM)
        case _:
            text = f"Observium answered HTTP {status}: check OBSERVIUM_API_URL"
            return UpstreamRejected(text, system=SYSTEM, upstream_code=str(status))


@contextlib.contextmanager
def documented_shape(what: str) -> Iterator[None]:
    """A row that does not read as documented fails the call: half a row would be taken for the truth."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UpstreamMalformed(f"Observium sent a {what} of an unknown shape", system=SYSTEM) from error
