"""What is looked at when an alert comes: the snapshot that the rules judge, and the question put to Sentinel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from orchestrator.agent.cleaning import clean_model_text
from orchestrator.agent.grant import Grant
from orchestrator.journal import RunTools
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.diagnosis import DeviceState, PortState, Snapshot
from shared.errors import UpstreamError, WidipError
from shared.sites import Device, Role, Site

SENTINEL_TOOLS = frozenset(
    {"observium_get_device_info", "observium_list_device_ports", "observium_get_port_info", "observium_list_alerts"}
)
READ_S = 8.0
MAX_ALERTED = 5
MAX_DEVICES = 30
PORT_PAGE = 100
MAX_PORTS = 1000


async def take_snapshot(
    tools: RunTools, alerts: Sequence[Alert], site: Site | None, *, down_sites: Sequence[Site], other_isps: bool
) -> Snapshot:
    """What the rules need, read now and not from a cache. What cannot be read is left out.

    First the alerted devices and their ports; only when one of them is silent the rest of the site.
    """
    reader = _Reader(tools)
    alerted = list(dict.fromkeys(alert.device_id for alert in alerts))[:MAX_ALERTED]
    await asyncio.gather(*map(reader.read_device, alerted), *map(reader.read_ports, alerted))
    if site and not all(reader.devices[number].up for number in alerted if number in reader.devices):
        others = [device.id for device in site.device if device.id and device.id not in alerted][:MAX_DEVICES]
        parents = [number for number in _parents(site, alerts) if number not in alerted]
        await asyncio.gather(*map(reader.read_device, others), *map(reader.read_ports, parents))
    return Snapshot(
        site=site,
        taken_at=datetime.now(UTC),
        devices=list(reader.devices.values()),
        ports=reader.ports,
        down_sites=list(down_sites),
        other_isps=other_isps,
        read=reader.answered,
    )


def _parents(site: Site, alerts: Sequence[Alert]) -> list[int]:
    """The devices on whose ports the alerted ones hang."""
    entries = [site.find_device(alert.device_id, alert.hostname) for alert in alerts]
    names = {entry.parent for entry in entries if entry and entry.parent and entry.parent_port}
    return [device.id for device in site.device if device.id and device.hostname in names]


class _Reader:
    """Reads through the network what one snapshot needs. answered: Observium said something, if only `no such`."""

    def __init__(self, tools: RunTools) -> None:
        self._tools = tools
        self._fresh_after = datetime.now(UTC).timestamp()
        self.devices: dict[int, DeviceState] = {}
        self.ports: list[PortState] = []
        self.answered = False

    async def read_device(self, device_id: int) -> None:
        found = await self._read("observium_get_device_info", {"device_id": device_id})
        if found:
            self.devices[device_id] = _device(found)

    async def read_ports(self, device_id: int) -> None:
        """All of a device's ports or none: a label is only known to be borne once when every port has been read."""
        ports: list[PortState] = []
        start: int | None = 0
        while start is not None and start < MAX_PORTS:
            arguments = {"device_id": device_id, "start": start, "limit": PORT_PAGE}
            found = await self._read("observium_list_device_ports", arguments)
            if found is None:
                return
            ports += [_port(row) for row in found["ports"]]
            start = found.get("next_start")
        self.ports += ports

    def sees_cut(self, edge: Device) -> bool:
        """A router that was read and does not answer, or answers by its backup. Not what SNMP or DNS makes silent."""
        state = self.devices.get(edge.id or 0)
        if state is None or state.muted:
            return False
        if not state.up:
            return state.status_type == "ping"
        wan = [port for port in self.ports if port.device_id == edge.id and port.label in edge.wan_ports]
        return bool(wan) and all(port.is_down for port in wan)

    async def _read(self, name: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        try:
            found = (await self._tools.call(name, arguments, deadline_s=READ_S, fresh_after=self._fresh_after)).data
        except WidipError as error:  # journalled by RunTools; the rules say what they could not see
            self.answered = self.answered or not isinstance(error, UpstreamError)
            return None
        self.answered = True
        return found


def _device(row: dict[str, Any]) -> DeviceState:
    return DeviceState(
        device_id=row["device_id"],
        hostname=clean_model_text(row["hostname"], 100),
        up=row["status"] == "up",
        status_type=row.get("status_type") or "",
        muted=bool(row.get("ignored") or row.get("disabled")),
        polled_at=row.get("last_polled_at"),
        uptime=row.get("uptime_s"),
    )


def _port(row: dict[str, Any]) -> PortState:
    return PortState(
        port_id=row["port_id"],
        device_id=row["device_id"],
        label=clean_model_text(row["label"], 60),
        alias=clean_model_text(row.get("alias") or "", 100),
        role=row.get("role") or "",
        admin=row.get("admin_status") or "",
        oper=row.get("oper_status") or "",
        stale=bool(row.get("stale")),
    )


async def read_uptimes(tools: RunTools, site: Site) -> list[DeviceState]:
    """The site's devices after a recovery, for what restarted meanwhile."""
    reader = _Reader(tools)
    await asyncio.gather(*map(reader.read_device, [device.id for device in site.device if device.id][:MAX_DEVICES]))
    return list(reader.devices.values())


async def list_cut_off(tools: RunTools, sites: Sequence[Site]) -> list[Site]:
    """The sites that are seen to be cut off, read now: their routers do not answer, or have no WAN port that works."""
    reader = _Reader(tools)
    edges = [device for site in sites for device in _edges(site)]
    await asyncio.gather(*(reader.read_device(edge.id) for edge in edges if edge.id))
    alive = [edge.id for edge in edges if edge.wan_ports and (state := reader.devices.get(edge.id or 0)) and state.up]
    await asyncio.gather(*(reader.read_ports(number) for number in alive if number))
    return [site for site in sites if _edges(site) and all(reader.sees_cut(edge) for edge in _edges(site))]


def _edges(site: Site) -> list[Device]:
    return [device for device in site.device if device.role is Role.EDGE]


def sentinel_grant(alert: Alert, site: Site | None) -> Grant:
    """Reads, on the alerted device and on those of its site."""
    entries = [device for device in site.device if device.id] if site else []
    ids = {alert.device_id, *(device.id for device in entries)}
    names = {name.casefold() for name in (alert.hostname, *(device.hostname for device in entries)) if name}
    return Grant(SENTINEL_TOOLS, bound={"device_id": frozenset(ids), "hostname": frozenset(names)})


def notifier_question(alert: Alert, site: Site | None, facts: list[str]) -> str:
    """What Notificateur words: what, where, since when, and what was established."""
    entity = f", {alert.entity_type} {alert.entity_name}" if alert.entity_name and alert.entity_type != "device" else ""
    lines = [
        f"{site.name if site else 'Site inconnu'} : {alert.message or 'alerte'} sur {alert.hostname}{entity}",
        f"Détectée le {alert.at:%d/%m/%Y à %H:%M} UTC",
        *facts,
    ]
    return "<facts>\n" + "\n".join(clean_model_text(line, 300) for line in lines) + "\n</facts>"


def sentinel_question(alert: Alert, site: Site | None) -> str:
    """The alert's facts, fenced: every text in them was written by strangers."""
    facts = {
        "message": alert.message,
        "hostname": alert.hostname,
        "entity": f"{alert.entity_type} {alert.entity_name}".strip(),
        "metrics": alert.metrics,
        "severity": alert.severity,
        "site": site.name if site else "unknown",
    }
    fenced = json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c")
    port = f"\nport_id: {alert.entity_id}" if alert.entity_type == "port" and alert.entity_id else ""
    return f"device_id: {alert.device_id}{port}\n<alert>\n{fenced}\n</alert>"
