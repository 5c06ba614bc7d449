"""Observium over its REST API v0, with answers kept in Redis for 300 s. Knows nothing of MCP.

Source: contracts/observium.md, section 1.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
from pydantic import ValidationError

from servers.observium.models import (
    DEVICE_FIELDS,
    PORT_FIELDS,
    Alert,
    AlertPage,
    Device,
    DevicePage,
    Port,
    PortPage,
    PortSnapshot,
    Row,
    alert_from_observium,
    device_from_observium,
    int_from_observium,
    is_deleted,
    port_from_observium,
    to_summary,
)
from shared.errors import (
    InvalidInput,
    NotFound,
    UpstreamMalformed,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)
from shared.http_client import HttpClient
from shared.logs import get_logger
from shared.redis_helper import RedisHelper

SYSTEM = "observium"
CACHE_TTL_S = 300
CACHE_PAUSE_S = 5.0
MAX_CANDIDATES = 10
ALL_ROWS = "50000"
"""Page size sent with lists: the largest there is, should this Observium page by itself."""

logger = get_logger("observium")

Entry = TypeVar("Entry", Device, Port, PortSnapshot)
Result = TypeVar("Result")


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
        with _shape("count"):
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


class Cache:
    """Answers kept in Redis. An outage of it costs time, never an answer: it is then left alone for 5 s."""

    def __init__(self, redis: RedisHelper, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._clock = clock
        self._paused_until: float | None = None
        self._is_away = False

    async def find(self, key: str, model: type[Entry], *, fresh_after: float | None) -> Entry | None:
        """The entry, unless it was fetched before `fresh_after` (epoch seconds)."""
        text = await self.find_text(key)
        try:
            entry = model.model_validate_json(text) if text is not None else None
        except ValidationError:
            return None  # the brief's keys are shared: another program may write its own format there
        if entry is None or (fresh_after is not None and entry.fetched_at.timestamp() < fresh_after):
            return None
        return entry.model_copy(update={"from_cache": True})

    async def find_text(self, key: str) -> str | None:
        """The text under `key`."""
        return await self._ask(lambda: self._redis.get(key))

    async def keep(self, key: str, value: Device | Port | PortSnapshot | str) -> None:
        """Write for 300 s."""
        text = value if isinstance(value, str) else value.model_dump_json(exclude_none=True)
        await self._ask(lambda: self._redis.set(key, text, ttl_s=CACHE_TTL_S))

    async def _ask(self, operation: Callable[[], Awaitable[Result]]) -> Result | None:
        if self._paused_until is not None and self._clock() < self._paused_until:
            return None
        try:
            result = await operation()
        except UpstreamUnavailable:
            self._paused_until = self._clock() + CACHE_PAUSE_S
            if not self._is_away:
                logger.warning("cache_away", system="redis")
            self._is_away = True
            return None
        if self._is_away:
            logger.info("cache_back", system="redis")
        self._is_away, self._paused_until = False, None
        return result


class ObserviumClient:
    """Devices, ports and alerts of one Observium. `fresh_after` (epoch seconds): an older cached answer will not do."""

    def __init__(
        self,
        api: ObserviumApi,
        cache: Cache,
        *,
        zone: ZoneInfo,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._api = api
        self._cache = cache
        self._zone = zone
        self._clock = clock

    async def get_device(
        self, *, device_id: int | None, hostname: str | None, fresh_after: float | None = None
    ) -> Device:
        """One device, by id or by name. Raises NotFound, and InvalidInput for a name that several bear."""
        if device_id is not None and hostname is None:
            return await self._get_by_id(device_id, fresh_after)
        if hostname is not None and device_id is None:
            return await self._get_by_name(hostname, fresh_after)
        raise InvalidInput("give either device_id or hostname")

    async def _get_by_id(self, device_id: int, fresh_after: float | None) -> Device:
        key = f"observium_device_{device_id}"
        if cached := await self._cache.find(key, Device, fresh_after=fresh_after):
            return cached
        now = self._clock()
        row = await self._api.get("device", device_id, DEVICE_FIELDS)
        with _shape("device"):
            device = device_from_observium(row, zone=self._zone, fetched_at=now)
        await self._cache.keep(key, device)
        return device

    async def _get_by_name(self, hostname: str, fresh_after: float | None) -> Device:
        alias = f"widip:observium:host:{hostname.lower()}"
        device_id = await self._cache.find_text(alias)
        if device_id is not None:
            key = f"observium_device_{device_id}"
            if cached := await self._cache.find(key, Device, fresh_after=fresh_after):
                return cached
        device = await self._look_up(hostname)
        await self._cache.keep(f"observium_device_{device.device_id}", device)
        await self._cache.keep(alias, str(device.device_id))
        return device

    async def _look_up(self, hostname: str) -> Device:
        """Names are searched by substring, so `sw1` finds `sw10` too: the choice is made here."""
        by_hostname = await self._list_devices("hostname", hostname)
        exact = [device for device in by_hostname if device.hostname.lower() == hostname.lower()]
        if len(exact) == 1:
            return exact[0]
        by_sysname = await self._list_devices("sysname", hostname)
        return pick_device(_by_id([*by_hostname, *by_sysname]), hostname)

    async def _list_devices(self, column: str, text: str) -> list[Device]:
        now = self._clock()
        rows = await self._api.list("devices", {column: text, "fields": DEVICE_FIELDS})
        with _shape("device"):
            return [device_from_observium(row, zone=self._zone, fetched_at=now) for row in rows]

    async def search_devices(self, text: str, *, limit: int) -> DevicePage:
        """Devices with `text` in their hostname, sysName or location."""
        columns = ("hostname", "sysname", "location_text")
        found = await asyncio.gather(*(self._list_devices(column, text) for column in columns))
        devices = _by_id([device for devices in found for device in devices])
        devices.sort(key=lambda device: device.hostname)
        return DevicePage(total=len(devices), devices=[to_summary(device) for device in devices[:limit]])

    async def list_ports(self, device: Device, *, start: int, limit: int, fresh_after: float | None) -> PortPage:
        """A page of a device's ports, by id."""
        snapshot = await self._get_ports(device, fresh_after)
        total = len(snapshot.ports)
        return PortPage(
            device_id=device.device_id,
            device_status=device.status,
            total=total,
            ports=[_judged(port, device) for port in snapshot.ports[start : start + limit]],
            next_start=start + limit if start + limit < total else None,
            from_cache=snapshot.from_cache,
        )

    async def get_port(self, device: Device, port_id: int, *, fresh_after: float | None) -> Port:
        """One port. Raises NotFound, also when it is on another device."""
        key = f"observium_port_{device.device_id}_{port_id}"
        if cached := await self._cache.find(key, Port, fresh_after=fresh_after):
            return _judged(cached, device)
        now = self._clock()
        row = await self._api.get("port", port_id, PORT_FIELDS)
        with _shape("port"):
            port = port_from_observium(row, zone=self._zone, fetched_at=now)
            gone = is_deleted(row)
        if gone or port.device_id != device.device_id:
            raise NotFound(f"device {device.device_id} has no port {port_id}")
        await self._cache.keep(key, port)
        return _judged(port, device)

    async def find_port(self, device: Device, label: str, *, fresh_after: float | None) -> Port:
        """The port with this label. Raises NotFound, and InvalidInput naming the ports when several have it."""
        snapshot = await self._get_ports(device, fresh_after)
        port = pick_port(snapshot.ports, label)
        return _judged(port, device).model_copy(update={"from_cache": snapshot.from_cache})

    async def _get_ports(self, device: Device, fresh_after: float | None) -> PortSnapshot:
        key = f"observium_ports_{device.device_id}"
        if cached := await self._cache.find(key, PortSnapshot, fresh_after=fresh_after):
            return cached
        now = self._clock()
        rows = await self._api.list("ports", {"device_id": str(device.device_id), "fields": PORT_FIELDS})
        with _shape("port"):
            found = [port_from_observium(row, zone=self._zone, fetched_at=now) for row in rows if not is_deleted(row)]
        ports = [port for port in found if port.device_id == device.device_id]
        snapshot = PortSnapshot(fetched_at=now, ports=sorted(ports, key=lambda port: port.port_id))
        await self._cache.keep(key, snapshot)
        return snapshot

    async def list_alerts(self, *, device_id: int | None, start: int, limit: int) -> AlertPage:
        """What is failed now, last changed first. Never cached."""
        now = self._clock()
        one_device = {} if device_id is None else {"device_id": str(device_id)}
        rows = await self._api.list("alerts", {"status": "failed", "expand_entities": "1", **one_device})
        with _shape("alert"):
            found = [alert_from_observium(row, fetched_at=now) for row in rows]
        alerts = [a for a in found if a.status == "failed" and device_id in (None, a.device_id)]
        alerts.sort(key=_last_changed, reverse=True)
        more = start + limit if start + limit < len(alerts) else None
        return AlertPage(total=len(alerts), alerts=alerts[start : start + limit], next_start=more)

    async def check_ready(self) -> list[str]:
        """Warnings. Raises what keeps our account from reading."""
        return [] if await self._api.probe() else ["Observium shows our account no device: check its permissions"]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()


@contextlib.contextmanager
def _shape(what: str) -> Iterator[None]:
    """A row that does not read as documented fails the call: half a row would be taken for the truth."""
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UpstreamMalformed(f"Observium sent a {what} of an unknown shape", system=SYSTEM) from error


def _judged(port: Port, device: Device) -> Port:
    """Observium polls nothing of a device that is down or disabled: its ports keep their last values."""
    return port.model_copy(update={"stale": device.status == "down" or device.disabled})


def _by_id(devices: Sequence[Device]) -> list[Device]:
    return list({device.device_id: device for device in devices}.values())


def _last_changed(alert: Alert) -> tuple[float, int]:
    return (alert.changed_at.timestamp() if alert.changed_at else 0.0, alert.alert_id)


def pick_device(devices: Sequence[Device], name: str) -> Device:
    """The device of this name: its hostname, else its sysName, else the first part of one of them."""
    wanted = name.lower()
    for same in (
        [device for device in devices if device.hostname.lower() == wanted],
        [device for device in devices if (device.sysname or "").lower() == wanted],
        [device for device in devices if wanted in _short_names(device)],
    ):
        if len(same) == 1:
            return same[0]
        if same:
            raise InvalidInput(f"{name} names several devices, give device_id: {_candidates(same)}")
    near = f"; near it: {_candidates(devices)}" if devices else ""
    raise NotFound(f"Observium has no device named {name}{near}")


def _short_names(device: Device) -> set[str]:
    """What stands before the first dot; an address has no short name."""
    short = (name.lower().split(".")[0] for name in (device.hostname, device.sysname or ""))
    return {name for name in short if name and not name.isdigit()}


def _candidates(devices: Sequence[Device]) -> str:
    shown = [f"{device.device_id} {device.hostname} ({device.location})" for device in devices[:MAX_CANDIDATES]]
    return ", ".join(shown) + (", ..." if len(devices) > MAX_CANDIDATES else "")


def pick_port(ports: Sequence[Port], label: str) -> Port:
    """The port of this label or short label; case does not count."""
    wanted = label.lower()
    same = [port for port in ports if wanted in (port.label.lower(), (port.short_label or "").lower())]
    if not same:
        raise NotFound(f"this device has no port labelled {label}; list_device_ports shows them")
    if len(same) > 1:
        shown = ", ".join(f"{port.port_id} {port.alias or port.label}" for port in same[:MAX_CANDIDATES])
        raise InvalidInput(f"{len(same)} ports are labelled {label}, give port_id: {shown}")
    return same[0]
