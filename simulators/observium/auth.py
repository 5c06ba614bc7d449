"""Who may read: HTTP Basic, or a Bearer token. Ten refusals in 300 s close the door to a client.

`X-API-Token` and a token in the query stay off, as they are by default.
Source: contracts/observium.md, section 1, "Enable, auth".
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

FAILURE_LIMIT = 10
FAILURE_WINDOW = timedelta(seconds=300)


def refuse(status: int, message: str) -> JSONResponse:
    """An error answer. Its keys are our guess: the sheet knows only the statuses."""
    headers = {"WWW-Authenticate": 'Basic realm="Observium API"'} if status == 401 else None
    return JSONResponse({"status": "error", "message": message}, status, headers=headers)


class Gate:
    """Checks credentials and counts refusals by client address."""

    def __init__(self, *, tokens: tuple[str, ...], basic: tuple[str, str], clock: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._basic = ":".join(basic)
        self._clock = clock
        self._failed_at: defaultdict[str, list[datetime]] = defaultdict(list)

    def find_refusal(self, request: Request) -> Response | None:
        """The answer that ends this request, or None when it may go on."""
        address = request.client.host if request.client else ""
        now = self._clock()
        recent = [at for at in self._failed_at[address] if now - at < FAILURE_WINDOW]
        self._failed_at[address] = recent
        if len(recent) >= FAILURE_LIMIT:
            return refuse(429, "Too many failed authentication attempts")
        if not self._is_known(request.headers.get("authorization", "")):
            recent.append(now)
            return refuse(401, "Authentication required")
        if request.method != "GET":
            return refuse(403, "Token is read-only")
        return None

    def _is_known(self, header: str) -> bool:
        scheme, _, credentials = header.partition(" ")
        match scheme.lower():
            case "bearer":
                return any(_is_same(credentials.strip(), token) for token in self._tokens)
            case "basic":
                return _is_same(_from_base64(credentials), self._basic)
            case _:
                return False


def _is_same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
