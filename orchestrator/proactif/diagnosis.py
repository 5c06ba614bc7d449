"""What is known of a site when its alerts are judged, and the verdict. The rules are in rules.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.sites import Site

DOWN_STATES = frozenset({"down", "lowerLayerDown"})


class Responsible(StrEnum):
    """Whose outage it is. NONE: no outage."""

    WIDIP = "WIDIP"
    FAI = "FAI"
    CLIENT = "CLIENT"
    UNKNOWN = "UNKNOWN"
    NONE = "NONE"


class Rule(StrEnum):
    """The sheet's rule ids, in the order in which they are tried."""

    M0 = "M0"
    M1 = "M1"
    R1 = "R1"
    F1 = "F1"
    C1 = "C1"
    F2 = "F2"
    S1 = "S1"
    X1 = "X1"
    E1 = "E1"
    W2 = "W2"
    L1 = "L1"
    L2 = "L2"
    L4 = "L4"
    L3 = "L3"
    U1 = "U1"
    X4 = "X4"
    X5 = "X5"


class Verdict(BaseModel):
    """What the rules say. confidence is 0 to 1; facts are short sentences in French, with what was read."""

    model_config = ConfigDict(frozen=True)

    responsible: Responsible
    confidence: float = Field(ge=0, le=1)
    rule: Rule
    facts: list[str]


class PortState(BaseModel):
    """A port as Observium last saw it; stale when its device no longer answers."""

    model_config = ConfigDict(frozen=True)

    port_id: int
    device_id: int
    label: str
    alias: str = ""
    role: str = ""
    admin: str
    oper: str
    stale: bool = False

    @property
    def is_down(self) -> bool:
        """Enabled and not working, by fresh knowledge."""
        return not self.stale and self.admin == "up" and self.oper in DOWN_STATES


class DeviceState(BaseModel):
    """A device as Observium last saw it. status_type says why it is down: ping, snmp, dns. muted: ignored, disabled."""

    model_config = ConfigDict(frozen=True)

    device_id: int
    hostname: str
    up: bool
    status_type: str = ""
    muted: bool = False
    polled_at: datetime | None = None
    uptime: timedelta | None = None


class Snapshot(BaseModel):
    """What is known of a site at one moment. ports: those of the devices that the alerts name, if they could be read.

    down_sites: sites whose edge went down within minutes of this, this one included. read: False when Observium could
    not be asked at all.
    """

    model_config = ConfigDict(frozen=True)

    site: Site | None
    taken_at: datetime
    devices: list[DeviceState]
    ports: list[PortState]
    down_sites: list[Site] = Field(default_factory=list)
    other_isps: bool = Field(default=False, description="the registry has sites on other operators")
    read: bool = True

    def find_state(self, device_id: int) -> DeviceState | None:
        """The state of one device."""
        return next((d for d in self.devices if d.device_id == device_id), None)
