"""Database rows as Observium holds them: every value is text or null, whatever its meaning.

Source: contracts/observium.md, section 1, "Response shape".
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any

Row = dict[str, str | None]

SNMP_SECRETS = {
    "snmp_community": "sim-snmp-secret",
    "snmp_authname": "sim-snmp-user",
    "snmp_authpass": "sim-snmp-authpass-secret",
    "snmp_cryptopass": "sim-snmp-cryptopass-secret",
}
VENDORS = {"fortigate": "Fortinet", "procurve": "HPE"}
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def to_local(at: datetime, zone: tzinfo) -> str:
    """The server's local time without a zone, as Observium stores it."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def to_epoch(at: datetime) -> str:
    """Whole seconds since 1970, as text."""
    return str(int(at.timestamp()))


def format_duration(seconds: float) -> str:
    """`4m 29s` or `6d 20h 30m`: the three largest units."""
    left = max(int(seconds), 0)
    parts: list[str] = []
    for unit, size in _UNITS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return " ".join(parts[:3]) or "0s"


def build_device_row(device: dict[str, Any], *, now: datetime, zone: tzinfo) -> Row:
    """One row of `devices`, without its poll times."""
    rebooted = now - timedelta(days=int(device["device_id"]), hours=5)
    status = str(device["status"])
    return {
        "device_id": str(device["device_id"]),
        "hostname": device["hostname"],
        "sysName": device["sysname"],
        "sysDescr": f"{device['hardware']} {device['os']}",
        "sysContact": "supervision@widip.example",
        "ip": f"192.0.2.{device['device_id']}",
        "os": device["os"],
        "version": "1.0",
        "hardware": device["hardware"],
        "vendor": VENDORS.get(device["os"]),
        "features": None,
        "location": device["location"],
        "type": device["type"],
        "status": status,
        "status_type": "ok" if status == "1" else "ping",
        "ignore": "0",
        "ignore_until": None,
        "disabled": "0",
        "uptime": str(int((now - rebooted).total_seconds())),
        "last_rebooted": to_epoch(rebooted),
        "last_polled": to_local(now, zone),
        "last_polled_timetaken": "22.11",
        "serial": f"SIM{device['device_id']:05d}",
        "purpose": None,
        "snmp_version": "v2c",
        **SNMP_SECRETS,
        "poller_id": "0",
    }


def build_port_row(port: dict[str, Any], *, device_id: int, now: datetime, zone: tzinfo) -> Row:
    """One row of `ports`, without its poll time."""
    rate = "125000" if port["oper"] == "up" else "0"
    return {
        "port_id": str(port["port_id"]),
        "device_id": str(device_id),
        "ifIndex": str(port["ifIndex"]),
        "ifName": port["label"],
        "ifDescr": port["label"],
        "ifAlias": port["alias"],
        "port_label": port["label"],
        "port_label_short": port["label"],
        "port_descr_type": port["descr_type"] or None,
        "ifType": "ethernetCsmacd",
        "ifSpeed": str(port["speed"]),
        "ifHighSpeed": str(port["speed"] // 1_000_000),
        "ifVlan": None,
        "ifPhysAddress": f"0200{port['port_id']:08x}",
        "ifAdminStatus": port["admin"],
        "ifOperStatus": port["oper"],
        "ifLastChange": to_local(now - timedelta(days=3), zone),
        "ifInErrors_rate": "0",
        "ifOutErrors_rate": "0",
        "ifInOctets_rate": rate,
        "ifOutOctets_rate": rate,
        "ifInOctets_perc": "0" if rate == "0" else "1",
        "poll_time": to_epoch(now),
        "poll_period": "300",
        "ignore": "0",
        "disabled": "0",
        "deleted": "0",
    }
