"""`/_sim/...`: the switches, for whoever drives the simulator over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.observium.alerts import Severity
from simulators.observium.deliveries import Flavour
from simulators.observium.rows import SNMP_SECRETS, Row
from simulators.observium.sender import Sender
from simulators.observium.state import ObserviumState

Endpoint = Callable[[Request], Awaitable[Response]]


def _answers_mistakes(endpoint: Endpoint) -> Endpoint:
    """404 for an unknown id or a missing key, 409 for what Observium would never do."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except KeyError as error:
            return JSONResponse({"error": f"unknown or missing: {error}"}, 404)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 409)

    return guarded


class Control:
    """The switches of one simulator."""

    def __init__(self, state: ObserviumState, sender: Sender) -> None:
        self._state = state
        self._sender = sender

    async def set_port(self, request: Request) -> Response:
        """{"admin","oper"}: either may be missing."""
        port_id, wanted = int(request.path_params["id"]), await request.json()
        self._state.set_port(port_id, admin=wanted.get("admin"), oper=wanted.get("oper"))
        return JSONResponse(self._state.ports[port_id])

    async def set_device(self, request: Request) -> Response:
        """{"status","status_type","rebooted"}: any may be missing."""
        device_id, wanted = int(request.path_params["id"]), await request.json()
        self._state.set_device(
            device_id,
            status=wanted.get("status"),
            status_type=wanted.get("status_type"),
            rebooted=bool(wanted.get("rebooted")),
        )
        return JSONResponse(_without_secrets(self._state.devices[device_id]))

    async def open_alert(self, request: Request) -> Response:
        """{"device_id","entity_type","entity_id","name","severity"?} -> {"alert_id"}."""
        wanted = await request.json()
        severity: Severity = "warn" if str(wanted.get("severity", "")).lower().startswith("warn") else "crit"
        ids = (int(wanted["device_id"]), wanted["entity_type"], int(wanted["entity_id"]))
        return JSONResponse({"alert_id": self._state.open_alert(*ids, wanted["name"], severity=severity)})

    async def recover(self, request: Request) -> Response:
        """No body."""
        alert_id = int(request.path_params["id"])
        self._state.recover(alert_id)
        return JSONResponse(self._state.alerts[alert_id])

    async def deliver(self, request: Request) -> Response:
        """{"alert_id","url","flavour","state","token"?,"unixtime"?} -> {"status_code","body","success"}."""
        wanted: dict[str, Any] = await request.json()
        flavour, unixtime = wanted.get("flavour", "webhook"), wanted.get("unixtime")
        if flavour not in get_args(Flavour):
            raise ValueError(f"no such flavour: {flavour}")
        body = self._sender.build_body(
            wanted.get("state", "ALERT"),
            subject_id=int(wanted.get("alert_id") or wanted.get("device_id") or 0),
            flavour=flavour,
            at=None if unixtime is None else datetime.fromtimestamp(int(unixtime), UTC),
        )
        outcome = await self._sender.send(wanted["url"], body, flavour=flavour, token=wanted.get("token"))
        return JSONResponse(outcome)

    async def show(self, _request: Request) -> Response:
        """Everything but the SNMP secrets."""
        self._state.poll()
        devices = {device_id: _without_secrets(row) for device_id, row in self._state.devices.items()}
        shown = {"devices": devices, "ports": self._state.ports, "alerts": self._state.alerts}
        return JSONResponse({**shown, "deliveries": self._state.deliveries})


def _without_secrets(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in SNMP_SECRETS}


def control_routes(state: ObserviumState, sender: Sender) -> list[Route]:
    """The routes under /_sim that are Observium's own."""
    control = Control(state, sender)
    posts: dict[str, Endpoint] = {
        "/_sim/port/{id:int}": control.set_port,
        "/_sim/device/{id:int}": control.set_device,
        "/_sim/alert": control.open_alert,
        "/_sim/recover/{id:int}": control.recover,
        "/_sim/deliver": control.deliver,
    }
    routes = [Route(path, _answers_mistakes(endpoint), methods=["POST"]) for path, endpoint in posts.items()]
    return [*routes, Route("/_sim/state", control.show)]
