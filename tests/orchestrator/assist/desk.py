"""A stand-in of the desk's internal API: who was signed in for which text."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

DESK_TOKEN = "widip_test-token-of-the-desks-api"
DESK = 7
"""The desk's GLPI account."""


class StandInDesk:
    """Answers `GET /internal/identity/{ticket}`; `app` serves it."""

    def __init__(self) -> None:
        self._texts: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.is_down = False
        self.app = Starlette(routes=[Route("/internal/identity/{ticket_id:int}", self._answer)])

    def signed_in(self, ticket_id: int, text: str, object_guid: str) -> None:
        """Somebody who was signed in wrote this."""
        digest = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
        word = {"sha256": digest, "object_guid": object_guid, "method": "code"}
        self._texts[ticket_id].append(word | {"signed_in_at": "2026-01-02T03:04:05Z", "email": "x@lilas.example"})

    async def _answer(self, request: Request) -> Response:
        if self.is_down:
            return Response("", 503)
        if request.headers.get("authorization") != f"Bearer {DESK_TOKEN}":
            return Response("", 401)
        return JSONResponse({"texts": self._texts[request.path_params["ticket_id"]]})
