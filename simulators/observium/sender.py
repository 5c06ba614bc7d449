"""Posts deliveries as Observium does, and judges the answer as Observium does."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

import httpx

from simulators.observium.deliveries import (
    Flavour,
    build_delivery,
    build_empty_delivery,
    build_syslog_delivery,
    build_unfilled_delivery,
)
from simulators.observium.state import ObserviumState

USER_AGENT = "Observium CE/26.1.14545"
TIMEOUT_S = 15.0

Kind = Literal["ALERT", "ALERT REMINDER", "RECOVER", "SYSLOG", "UNFILLED", "EMPTY"]


def is_success(flavour: Flavour, status_code: int, body: str) -> bool:
    """What the transport counts as delivered.

    `webhook-json` looks at the status only; `webhook` also wants `"status":"successful"` if the body is JSON.
    """
    if not 200 <= status_code < 400:
        return False
    if flavour == "webhook-json":
        return True
    try:
        answer = json.loads(body)
    except ValueError:
        return True
    if not isinstance(answer, dict | list):
        return True
    return isinstance(answer, dict) and answer.get("status") == "successful"


class Sender:
    """One try per call: Observium's own retry seldom comes before the notice expires."""

    def __init__(self, state: ObserviumState, transport: httpx.AsyncBaseTransport | None) -> None:
        self._state = state
        self._transport = transport
        self._queued: dict[tuple[Kind, int, Flavour, datetime], bytes] = {}

    def build_body(self, kind: Kind, *, subject_id: int, flavour: Flavour, at: datetime | None) -> bytes:
        """A body of any kind. subject_id is an alert's id, for SYSLOG a device's. KeyError: no such subject."""
        match kind:
            case "UNFILLED":
                return build_unfilled_delivery()
            case "EMPTY":
                return build_empty_delivery()
            case "SYSLOG":
                at = at or self._state.clock()
                return build_syslog_delivery(self._state, subject_id, flavour=flavour, at=at)
            case _:
                at = at or self._queued_at(kind, subject_id)
                key = (kind, subject_id, flavour, at)
                if key not in self._queued:
                    self._queued[key] = build_delivery(self._state, subject_id, state_name=kind, flavour=flavour, at=at)
                return self._queued[key]

    def _queued_at(self, kind: Kind, alert_id: int) -> datetime:
        """Tags are frozen when queued, so that a second ALERT of one failure repeats the first byte for byte."""
        history = self._state.history[alert_id]
        if kind == "ALERT":
            return history.opened_at
        return (history.recovered_at if kind == "RECOVER" else None) or self._state.clock()

    async def send(self, url: str, body: bytes, *, flavour: Flavour, token: str | None) -> dict[str, Any]:
        """POST once. status_code is null when no answer came within 15 s."""
        headers = {
            "User-Agent": USER_AGENT,
            "Connection": "close",
            "Content-Type": "application/json; charset=utf-8",
        }
        if token and flavour == "webhook-json":
            headers["Authorization"] = token
        outcome: dict[str, Any] = {"status_code": None, "body": "", "success": False}
        try:
            async with httpx.AsyncClient(transport=self._transport, trust_env=False) as client:
                # Built by hand: a client would add headers of its own.
                extensions = {"timeout": httpx.Timeout(TIMEOUT_S).as_dict()}
                request = httpx.Request("POST", url, headers=headers, content=body, extensions=extensions)
                response = await client.send(request)
            success = is_success(flavour, response.status_code, response.text)
            outcome = {"status_code": response.status_code, "body": response.text, "success": success}
        except httpx.TransportError as error:
            outcome["body"] = f"{type(error).__name__}: {error}"
        self._state.deliveries.append({"url": url, "sent": body.decode(), **outcome})
        return outcome
