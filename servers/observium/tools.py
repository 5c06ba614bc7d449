"""The Observium tools, as the model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from servers.observium.client import ObserviumClient
from servers.observium.models import AlertPage, Device, DevicePage, Port, PortPage
from shared.errors import InvalidInput
from shared.mcp_tool import Call, Risk, Tool

DeviceId = Annotated[int, Field(ge=1)]
PortId = Annotated[int, Field(ge=1)]
Hostname = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,253}$", description="exact, or its first part")]
PortLabel = Annotated[str, Field(min_length=1, max_length=200, description="exact, e.g. `wan1`")]
Start = Annotated[int, Field(ge=0)]
Limit = Annotated[int, Field(ge=1, le=100)]


class ObserviumTools:
    """One method per tool; the method's name is the tool's name."""

    def __init__(self, observium: ObserviumClient) -> None:
        self._observium = observium

    async def get_device_info(
        self, call: Call, device_id: DeviceId | None = None, hostname: Hostname | None = None
    ) -> Device:
        """Read one device, by id or name: up or down and why (`ping` no answer, `snmp` only SNMP silent), uptime."""
        return await self._observium.get_device(device_id=device_id, hostname=hostname, fresh_after=call.fresh_after)

    async def get_port_info(
        self, call: Call, device_id: DeviceId, port_id: PortId | None = None, port_label: PortLabel | None = None
    ) -> Port:
        """Read one port of a device, by id or label. `stale`: the device is not polled, so its port's state is old."""
        if (port_id is None) == (port_label is None):
            raise InvalidInput("give either port_id or port_label")
        fresh = call.fresh_after
        device = await self._observium.get_device(device_id=device_id, hostname=None, fresh_after=fresh)
        if port_id is not None:
            return await self._observium.get_port(device, port_id, fresh_after=fresh)
        return await self._observium.find_port(device, port_label or "", fresh_after=fresh)

    async def list_device_ports(
        self,
        call: Call,
        device_id: DeviceId | None = None,
        hostname: Hostname | None = None,
        start: Start = 0,
        limit: Limit = 50,
    ) -> PortPage:
        """List a device's ports with their state; go on with `next_start`."""
        fresh = call.fresh_after
        device = await self._observium.get_device(device_id=device_id, hostname=hostname, fresh_after=fresh)
        return await self._observium.list_ports(device, start=start, limit=limit, fresh_after=fresh)

    async def list_alerts(
        self,
        device_id: DeviceId | None = None,
        status: Literal["failed", "any"] = "failed",
        start: Start = 0,
        limit: Limit = 50,
    ) -> AlertPage:
        """List what is failed now (`any`: each alert in its state), last changed first; go on with `next_start`.
        Ports of a down device never alert.
        """
        only_failed = status == "failed"
        return await self._observium.list_alerts(device_id=device_id, only_failed=only_failed, start=start, limit=limit)

    async def search_devices(
        self,
        text: Annotated[str, Field(min_length=2, max_length=100, description="part of a name or location")],
        limit: Limit = 20,
    ) -> DevicePage:
        """Find devices; narrow the text when `total` exceeds what is listed."""
        return await self._observium.search_devices(text, limit=limit)


def build_tools(observium: ObserviumClient) -> Sequence[Tool]:
    """Every tool of this server, with its risk."""
    tools = ObserviumTools(observium)
    return (
        Tool(tools.get_device_info, Risk.READ),
        Tool(tools.get_port_info, Risk.READ),
        Tool(tools.list_device_ports, Risk.READ),
        Tool(tools.list_alerts, Risk.READ),
        Tool(tools.search_devices, Risk.READ),
    )
