"""How often one address may ask: for pages that anybody on the Internet can reach."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

PERIOD_S = 60
MAX_ADDRESSES = 10_000
_OTHERS = "others"


class AddressLimit:
    """So many requests a minute from one address; an IPv6 network of 64 bits, which one household has, is one."""

    def __init__(self, limit: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._minute = -1
        self._seen = Counter[str]()

    def admits(self, address: str) -> bool:
        """Count one request; False past the limit. With very many addresses in a minute the newest share one."""
        minute = int(self._clock() // PERIOD_S)
        if minute != self._minute:
            self._minute, self._seen = minute, Counter()
        key = _network_of(address)
        if key not in self._seen and len(self._seen) >= MAX_ADDRESSES:
            key = _OTHERS
        self._seen[key] += 1
        return self._seen[key] <= self._limit


def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return _OTHERS
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or int(parsed) >> 64)
    return str(parsed)
