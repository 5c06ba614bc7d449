"""`/_sim/...`: the switches, for whoever drives the simulator over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.ollama.state import OllamaState


def control_routes(state: OllamaState) -> list[Route]:
    """The routes under /_sim that are Ollama's own."""

    async def script(request: Request) -> Response:
        """POST {"outputs": [raw, ...]} queues; DELETE forgets script, remembered failures and requests."""
        if request.method == "DELETE":
            state.reset()
        else:
            state.script.extend((await request.json())["outputs"])
        return JSONResponse({"queued": len(state.script)})

    async def latency(request: Request) -> Response:
        """POST {"latency_s": 2.5}: how long every answer takes."""
        state.latency_s = float((await request.json())["latency_s"])
        return JSONResponse({"latency_s": state.latency_s})

    async def show(_request: Request) -> Response:
        """GET: what a driver may want to look at."""
        counts = {"loads": state.loads, "context_length": state.loaded_num_ctx, "queued": len(state.script)}
        return JSONResponse({**counts, "in_flight_peak": state.in_flight_peak, "requests": state.requests})

    return [
        Route("/_sim/script", script, methods=["POST", "DELETE"]),
        Route("/_sim/latency", latency, methods=["POST"]),
        Route("/_sim/state", show),
    ]
