"""What every request meets first: the throttle by address, and the set-up of an instance without users.

Source: contracts/mysecret.md, section 6.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from simulators.mysecret.state import MySecretState

FIRST_RUN = "/users/first_run"


class Front:
    """ASGI middleware over everything but /_sim."""

    def __init__(self, app: ASGIApp, state: MySecretState) -> None:
        self._app = app
        self._state = state
        self._counts: dict[tuple[str, int, int], int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        answer = None
        if scope["type"] == "http" and not scope["path"].startswith("/_sim"):
            answer = self._throttle(scope) or self._send_to_set_up(scope)
        await (answer or self._app)(scope, receive, send)

    def _throttle(self, scope: Scope) -> Response | None:
        """Windows of a minute and of a second, as Rack::Attack counts them; only 2.11 does here."""
        if not self._state.has_v2:
            return None
        address = (scope.get("client") or ("", 0))[0]
        now = self._state.clock().timestamp()
        for period, most in ((60, self._state.per_minute), (1, self._state.per_second)):
            window = (address, period, int(now // period))
            self._counts = {key: n for key, n in self._counts.items() if key[1] != period or key[2] == window[2]}
            self._counts[window] = self._counts.get(window, 0) + 1
            if self._counts[window] > most:
                left = str(period - int(now % period))
                return PlainTextResponse("Retry later\n", 429, headers={"Retry-After": left})
        return None

    def _send_to_set_up(self, scope: Scope) -> Response | None:
        if not self._state.waits_for_first_run or scope["path"].startswith(FIRST_RUN):
            return None
        return RedirectResponse(str(Request(scope).url.replace(path=FIRST_RUN, query="")), 302)
