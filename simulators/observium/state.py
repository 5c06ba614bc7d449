"""What the simulated Observium knows, and the switches that change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from simulators.observium.alerts import (
    FIRST_ALERT_ID,
    FIRST_CHECKER_ID,
    POLL_PERIOD,
    AlertHistory,
    Checker,
    Metrics,
    Severity,
    build_alert_row,
    fail_row,
    read_metrics,
    recheck_row,
    recover_row,
)
from simulators.observium.rows import Row, build_device_row, build_port_row, to_epoch, to_local
from simulators.world import load_world

Clock = Callable[[], datetime]


class ObserviumState:
    """Rows by integer id, as the poller last wrote them.

    Ports of a down device are not polled: a switch thrown meanwhile shows only once the device is up again.
    """

    def __init__(self, *, base_url: str, clock: Clock, zone: tzinfo, more_sites: int = 0) -> None:
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self.zone = zone
        self.devices: dict[int, Row] = {}
        self.ports: dict[int, Row] = {}
        self.alerts: dict[int, Row] = {}
        self.alert_log: dict[int, Row] = {}
        self.history: dict[int, AlertHistory] = {}
        self.checkers: dict[str, Checker] = {}
        self.device_groups: dict[int, dict[str, str]] = {}
        self.down_since: dict[int, datetime] = {}
        self.deliveries: list[dict[str, Any]] = []
        self.rounds_pagesize = False
        self._port_ids: dict[int, list[int]] = {}
        self._polled_at: dict[int, datetime] = {}
        self._unseen: dict[int, tuple[str, str]] = {}
        self._fill(load_world(more_sites=more_sites))

    def _fill(self, world: dict[str, list[dict[str, Any]]]) -> None:
        now = self.clock()
        groups = {site["code"]: (str(rank), site["name"]) for rank, site in enumerate(world["sites"], start=1)}
        for device in world["devices"]:
            device_id = int(device["device_id"])
            self.devices[device_id] = build_device_row(device, now=now, zone=self.zone)
            group_id, name = groups[device["site"]]
            self.device_groups[device_id] = {group_id: name}
            for port in device["ports"]:
                row = build_port_row(port, device_id=device_id, now=now, zone=self.zone)
                self.ports[int(port["port_id"])] = row
                self._port_ids.setdefault(device_id, []).append(int(port["port_id"]))
            self._stamp(device_id, now - timedelta(seconds=device_id * 37 % 300))
            if self.devices[device_id]["status"] == "0":
                self.down_since[device_id] = now

    def ports_of(self, device_id: int) -> dict[int, Row]:
        """The ports of one device, by id."""
        return {port: self.ports[port] for port in self._port_ids.get(device_id, []) if port in self.ports}

    def poll(self) -> None:
        """Write the polls that fell due since the last look. Down and disabled devices get none."""
        now = self.clock()
        for device_id, polled_at in self._polled_at.items():
            missed = (now - polled_at) // POLL_PERIOD
            if missed >= 1 and self._is_polled(device_id):
                self._stamp(device_id, polled_at + missed * POLL_PERIOD)
        for row in self.alerts.values():
            if row["alert_status"] != "-1" and self._is_checked(row):
                recheck_row(row, at=now)

    def _is_polled(self, device_id: int) -> bool:
        row = self.devices[device_id]
        return row["status"] == "1" and row["disabled"] != "1"

    def _is_checked(self, alert: Row) -> bool:
        return alert["entity_type"] == "device" or self._is_polled(int(alert["device_id"] or 0))

    def _stamp(self, device_id: int, at: datetime) -> None:
        self._polled_at[device_id] = at
        device = self.devices[device_id]
        device["last_polled"] = to_local(at, self.zone)
        device["uptime"] = str(int(at.timestamp()) - int(device["last_rebooted"] or 0))
        for row in self.ports_of(device_id).values():
            row["poll_time"] = to_epoch(at)

    def set_port(self, port_id: int, *, admin: str | None = None, oper: str | None = None) -> None:
        """Change a port and poll its device at once, unless the device is down. KeyError: no such port."""
        row = self.ports[port_id]
        seen = (str(row["ifAdminStatus"]), str(row["ifOperStatus"]))
        old_admin, old_oper = self._unseen.get(port_id, seen)
        self._unseen[port_id] = (admin or old_admin, oper or old_oper)
        device_id = int(row["device_id"] or 0)
        if self._is_polled(device_id):
            self._see_ports(device_id)

    def _see_ports(self, device_id: int) -> None:
        now = self.clock()
        for port_id in self._unseen.keys() & self.ports_of(device_id).keys():
            row = self.ports[port_id]
            admin, oper = self._unseen.pop(port_id)
            if oper != row["ifOperStatus"]:
                row["ifLastChange"] = to_local(now, self.zone)
            rate = "125000" if oper == "up" else "0"
            row.update(ifAdminStatus=admin, ifOperStatus=oper, ifInOctets_rate=rate, ifOutOctets_rate=rate)
        self._stamp(device_id, now)

    def set_device(
        self, device_id: int, *, status: int | str | None = None, status_type: str | None = None, rebooted: bool = False
    ) -> None:
        """Take a device down (its ports freeze) or up. KeyError: no such device.

        status alone implies its usual type (0: ping, 1: ok); status_type alone implies its status.
        rebooted: it restarted meanwhile, so that its uptime begins again.
        """
        row = self.devices[device_id]
        if status is None:
            status = row["status"] if status_type is None else int(status_type == "ok")
        is_up = str(status) == "1"
        now = self.clock()
        self.poll()
        row.update(status="1" if is_up else "0", status_type=status_type or ("ok" if is_up else "ping"))
        if rebooted:
            row["last_rebooted"] = to_epoch(now)
        if is_up:
            self.down_since.pop(device_id, None)
            self._see_ports(device_id)
        else:
            self.down_since.setdefault(device_id, now)

    def open_alert(
        self, device_id: int, entity_type: str, entity_id: int, checker: str, *, severity: Severity = "crit"
    ) -> int:
        """Make a checker fail; an alert already failed keeps its instants. Returns the alert_table_id.

        ValueError for a port of a down device: the poller skips it, so that its checkers do not run.
        KeyError: no such entity.
        """
        metrics = self._metrics(entity_type, entity_id)
        if entity_type != "device" and not self._is_polled(device_id):
            raise ValueError(f"device {device_id} is down: its {entity_type} checkers do not run")
        test = self._checker(checker, severity)
        alert_id = self._alert_id(test, device_id, entity_type, entity_id)
        row = self.alerts[alert_id]
        if row["alert_status"] != "0":
            now = self.clock()
            fail_row(row, metrics, at=now)
            self.history[alert_id] = AlertHistory(test, now, metrics)
            self._log(row, "FAIL", now)
        return alert_id

    def recover(self, alert_id: int) -> None:
        """Make a failed alert OK again. KeyError: no such alert."""
        row = self.alerts[alert_id]
        if row["alert_status"] == "0":
            now = self.clock()
            metrics = self._metrics(str(row["entity_type"]), int(row["entity_id"] or 0))
            recover_row(row, metrics, at=now)
            self.history[alert_id].recovered_at = now
            self.history[alert_id].ok_metrics = metrics
            self._log(row, "OK", now)

    def find_entity(self, entity_type: str, entity_id: int) -> Row | None:
        """A device's or a port's row."""
        return (self.devices if entity_type == "device" else self.ports).get(entity_id)

    def _metrics(self, entity_type: str, entity_id: int) -> Metrics:
        row = self.find_entity(entity_type, entity_id)
        if row is None:
            raise KeyError(entity_id)
        return read_metrics(entity_type, row)

    def _checker(self, name: str, severity: Severity) -> Checker:
        test_id = FIRST_CHECKER_ID + len(self.checkers)
        return self.checkers.setdefault(name, Checker(test_id, name, severity))

    def _alert_id(self, checker: Checker, device_id: int, entity_type: str, entity_id: int) -> int:
        for alert_id, row in self.alerts.items():
            key = (row["alert_test_id"], row["entity_type"], row["entity_id"])
            if key == (str(checker.alert_test_id), entity_type, str(entity_id)):
                return alert_id
        alert_id = FIRST_ALERT_ID + len(self.alerts)
        self.alerts[alert_id] = build_alert_row(
            alert_id, checker, device_id=device_id, entity_type=entity_type, entity_id=entity_id
        )
        return alert_id

    def _log(self, alert: Row, log_type: str, at: datetime) -> None:
        event_id = len(self.alert_log) + 1
        kept = {name: alert[name] for name in ("alert_test_id", "device_id", "entity_type", "entity_id")}
        instant = to_local(at, self.zone)
        rest: Row = {"timestamp": instant, "log_type": log_type, "message": alert["last_message"]}
        self.alert_log[event_id] = {"event_id": str(event_id), **kept, **rest}
