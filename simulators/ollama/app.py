"""The simulated Ollama as an ASGI application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.faults import FaultMiddleware, Faults, fault_routes
from simulators.ollama.control import control_routes
from simulators.ollama.engine import ApiError
from simulators.ollama.native import NativeApi
from simulators.ollama.openai import OpenAiApi, build_error
from simulators.ollama.state import OllamaState

MODEL = "qwen3-coder:30b"
DIGEST = "51d0" * 16


def create_app(
    *, model: str = MODEL, digest: str = DIGEST, num_ctx_default: int = 4096, latency_s: float = 0.0
) -> Starlette:
    """Build one Ollama; its state is `app.state.ollama`, its faults `app.state.faults`.

    num_ctx_default 4096 is what a machine with less than 24 GiB of video memory gets.
    """
    state = OllamaState(model=model, digest=digest, num_ctx_default=num_ctx_default, latency_s=latency_s)
    faults = Faults()
    routes = [
        *NativeApi(state).routes(),
        *OpenAiApi(state).routes(),
        *control_routes(state),
        *fault_routes(faults),
    ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(FaultMiddleware, faults=faults)],
        exception_handlers={ApiError: _answer_error},
    )
    app.state.ollama = state
    app.state.faults = faults
    return app


async def _answer_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    is_openai = request.url.path.startswith("/v1/")
    return JSONResponse(build_error(error) if is_openai else {"error": error.message}, error.status)
