"""What the rules ask of a snapshot, about one alert of one site."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.proactif.alerts import Alert
from orchestrator.proactif.diagnosis import DeviceState, PortState, Snapshot
from shared.sites import Device, Role, Site


class Evidence:
    """The snapshot with the questions that rules ask of it, about one alert."""

    def __init__(self, snapshot: Snapshot, alert: Alert, site: Site, entry: Device, state: DeviceState) -> None:
        self.snapshot = snapshot
        self.alert = alert
        self.site = site
        self.entry = entry
        self.state = state
        self.ports = [p for p in snapshot.ports if p.device_id == state.device_id]
        self.wan = self.labelled(entry.wan_ports)
        self.backup = self.labelled(entry.backup_ports)

    def labelled(self, labels: Sequence[str]) -> list[PortState]:
        """The device's ports with these labels. One that two ports bear says nothing of either."""
        found = [[p for p in self.ports if p.label == label] for label in labels]
        return [ports[0] for ports in found if len(ports) == 1]

    @property
    def ambiguous(self) -> list[str]:
        """Labels of the registry that two ports of the device bear."""
        labels = [*self.entry.wan_ports, *self.entry.backup_ports]
        return [label for label in labels if sum(p.label == label for p in self.ports) > 1]

    @property
    def seen(self) -> list[tuple[Device, DeviceState]]:
        """The site's devices whose state is known, listed by id or by a pattern that fits their name."""
        states = {state.device_id: state for state in reversed(self.snapshot.devices)}.values()
        found = ((self._entry_of(state), state) for state in states)
        return [(entry, state) for entry, state in found if entry is not None]

    def _entry_of(self, state: DeviceState) -> Device | None:
        if state.device_id == self.state.device_id:
            return self.entry
        return self.site.find_device(state.device_id, state.hostname)

    @property
    def edges(self) -> list[DeviceState]:
        """The site's routers whose state is known."""
        return [state for entry, state in self.seen if entry.role is Role.EDGE]

    @property
    def is_unreachable(self) -> bool:
        """Neither ping nor SNMP."""
        return not self.state.up and self.state.status_type == "ping"

    @property
    def uplink(self) -> PortState | None:
        """The port of the parent that the device hangs on, if the parent answers and names one such port."""
        parent = next((d for d in self.site.device if d.hostname == self.entry.parent), None)
        if parent is None or self.entry.parent_port is None:
            return None
        theirs = [p for p in self.snapshot.ports if p.device_id == parent.id and p.label == self.entry.parent_port]
        return theirs[0] if len(theirs) == 1 and not theirs[0].stale else None

    @property
    def behind(self) -> list[DeviceState]:
        """Devices whose way to the edge passes by this one."""
        names, grown = {self.entry.hostname}, True
        while grown:
            more = {d.hostname for d in self.site.device if d.parent in names} - names
            names, grown = names | more, bool(more)
        return [state for entry, state in self.seen if entry.hostname in names and state is not self.state]

    @property
    def alerted_ports(self) -> list[PortState]:
        """The port that the alert names, if it names one."""
        wanted = self.alert.entity_id if self.alert.entity_type == "port" else None
        return [p for p in self.ports if p.port_id == wanted]
