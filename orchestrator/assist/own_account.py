"""Which GLPI account is ours: what it does is no news to us."""

from __future__ import annotations

import time
from collections.abc import Callable

from shared.mcp_client import Toolbox

TTL_S = 60.0
"""Asked again so often: with another token the GLPI server is another account, and would read its own texts."""
DEADLINE_S = 20.0


class OwnAccount:
    """The accounts under which the GLPI server has written for us since this process began."""

    def __init__(self, toolbox: Toolbox, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._toolbox = toolbox
        self._clock = clock
        self._asked_at = -TTL_S
        self._ids: frozenset[int] = frozenset()

    async def ids(self) -> frozenset[int]:
        """Their numbers. Raises what the GLPI server raises."""
        if self._clock() - self._asked_at >= TTL_S:
            health = (await self._toolbox.call("glpi_check_health", {}, deadline_s=DEADLINE_S)).data
            self._ids |= {int(health["user_id"])}
            self._asked_at = self._clock()
        return self._ids
