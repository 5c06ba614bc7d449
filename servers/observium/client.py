"""Observium's devices, ports and alerts, from the cache where it will do. Knows nothing of MCP.

Source: contracts/observium.md, section 1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from servers.observium.api import ObserviumApi, documented_shape
from servers.observium.cache import Cache
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
    alert_from_observium,
    device_from_observium,
    is_deleted,
    port_from_observium,
    to_summary,
)
from shared.errors import (
    InvalidInput,
    NotFound,
)

MAX_CANDIDATES = 10


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
        with documented_shape("device"):
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
        with documented_shape("device"):
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
        with documented_shape("port"):
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
        with documented_shape("port"):
            found = [port_from_observium(row, zone=self._zone, fetched_at=now) for row in rows if not is_deleted(row)]
        ports = [port for port in found if port.device_id == device.device_id]
        snapshot = PortSnapshot(fetched_at=now, ports=sorted(ports, key=lambda port: port.port_id))
        await self._cache.keep(key, snapshot)
        return snapshot

    async def list_alerts(self, *, device_id: int | None, only_failed: bool, start: int, limit: int) -> AlertPage:
        """What is failed now, or what there is in whatever state, last changed first. Never cached."""
        now = self._clock()
        one_device = {} if device_id is None else {"device_id": str(device_id)}
        status = "failed" if only_failed else "all"
        rows = await self._api.list("alerts", {"status": status, "expand_entities": "1", **one_device})
        with documented_shape("alert"):
            found = [alert_from_observium(row, fetched_at=now) for row in rows]
        alerts = [a for a in found if (a.status == "failed" or not only_failed) and device_id in (None, a.device_id)]
        alerts.sort(key=_last_changed, reverse=True)
        more = start + limit if start + limit < len(alerts) else None
        return AlertPage(total=len(alerts), alerts=alerts[start : start + limit], next_start=more)

    async def check_ready(self) -> list[str]:
        """Warnings. Raises what keeps our account from reading."""
        return [] if await self._api.probe() else ["Observium shows our account no device: check its permissions"]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()


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
