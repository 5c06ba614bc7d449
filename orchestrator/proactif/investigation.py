"""What is looked at when an alert comes: the snapshot that the rules judge, and the question put to Sentinel."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from orchestrator.agent.policy import Grant
from orchestrator.journal import RunTools
from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.diagnosis import DeviceState, PortState, Snapshot
from orchestrator.proactif.texts import clean_model_text
from shared.errors import WidipError
from shared.sites import Site

SENTINEL_TOOLS = frozenset(
    {"observium_get_device_info", "observium_list_device_ports", "observium_get_port_info", "observium_list_alerts"}
)
READ_S = 8.0
MAX_DEVICES = 30


async def take_snapshot(tools: RunTools, alert: Alert, site: Site | None) -> Snapshot:
    """The site's devices and the alerted device's ports, not older than the alert. What cannot be read is left out."""
    fresh = alert.at.timestamp()
    known = [device.id for device in site.device if device.id] if site else []
    wanted = list(dict.fromkeys([alert.device_id, *known]))[:MAX_DEVICES]
    ports_task = _read(tools, "observium_list_device_ports", {"device_id": alert.device_id, "limit": 100}, fresh)
    *devices, ports = await asyncio.gather(
        *(_read(tools, "observium_get_device_info", {"device_id": number}, fresh) for number in wanted), ports_task
    )
    return Snapshot(
        site=site,
        alert=alert,
        devices=[_device(found) for found in devices if found],
        ports=[_port(row) for row in (ports or {}).get("ports", [])],
    )


async def _read(tools: RunTools, name: str, arguments: dict[str, Any], fresh_after: float) -> dict[str, Any] | None:
    try:
        return (await tools.call(name, arguments, deadline_s=READ_S, fresh_after=fresh_after)).data
    except WidipError:
        return None  # journalled by RunTools; the rules say what they could not see


def _device(row: dict[str, Any]) -> DeviceState:
    return DeviceState(
        device_id=row["device_id"],
        hostname=clean_model_text(row["hostname"], 100),
        up=row["status"] == "up",
        status_type=row.get("status_type") or "",
    )


def _port(row: dict[str, Any]) -> PortState:
    return PortState(
        port_id=row["port_id"],
        label=clean_model_text(row["label"], 60),
        alias=clean_model_text(row.get("alias") or "", 100),
        role=row.get("role") or "",
        admin=row.get("admin_status") or "",
        oper=row.get("oper_status") or "",
        stale=bool(row.get("stale")),
    )


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
