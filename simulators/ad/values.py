"""How Active Directory writes times, numbers and security identifiers."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

_START = datetime(1601, 1, 1, tzinfo=UTC)
TICKS = 10**7
NEVER = 2**63 - 1
DISABLED, NO_PASSWORD_NEEDED, NORMAL, WORKSTATION, NEVER_EXPIRES = 0x2, 0x20, 0x200, 0x1000, 0x10000
FOR_DELEGATION, TO_AUTH_FOR_DELEGATION = 0x80000, 0x1000000
LOCKED, PASSWORD_EXPIRED = 0x10, 0x800000


def to_filetime(moment: datetime) -> int:
    """100 ns since 1601."""
    return int((moment - _START) / timedelta(microseconds=1)) * 10


def from_filetime(ticks: int) -> datetime:
    """Aware UTC; far futures end at year 9999."""
    try:
        return _START + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def to_generalized(moment: datetime) -> bytes:
    """20260301080000.0Z."""
    return moment.strftime("%Y%m%d%H%M%S.0Z").encode()


def sid_bytes(text: str) -> bytes:
    """S-1-5-21-… as it travels."""
    parts = [int(part) for part in text.split("-")[1:]]
    head = bytes([parts[0], len(parts) - 2]) + parts[1].to_bytes(6, "big")
    return head + b"".join(struct.pack("<I", part) for part in parts[2:])


def sid_text(raw: bytes) -> str:
    """As people write it."""
    subs = struct.unpack(f"<{raw[1]}I", raw[8:])
    return "-".join(["S", str(raw[0]), str(int.from_bytes(raw[2:8], "big")), *map(str, subs)])


def sid_rid(raw: bytes) -> int:
    """The last part."""
    return int(struct.unpack("<I", raw[-4:])[0])
