"""The second port of the orchestrator's process: its own server and app, started and ended with the lifespan."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from orchestrator.settings import OrchestratorSettings
from shared.errors import WidipError
from shared.logs import get_logger

logger = get_logger("public")

AT_ONCE = 100
DRAIN_S = 5


class PortUnusable(WidipError):
    """The public port cannot be listened on."""

    code = "port_unusable"


@asynccontextmanager
async def public_port(app: Starlette, settings: OrchestratorSettings) -> AsyncIterator[int]:
    """Serve `app` on settings.public_port, any free one when that is 0, until the block ends; yields the port.

    Raises PortUnusable. uvicorn's own `serve` would take the process's signals, which are the main server's.
    """
    listener = _listen(settings.host, settings.public_port)
    port = int(listener.getsockname()[1])
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=DRAIN_S,
        proxy_headers=bool(settings.public_proxies),
        forwarded_allow_ips=list(settings.public_proxies),
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    logger.info("public_pages_listen", host=settings.host, port=port)
    serving = asyncio.create_task(server.main_loop())
    try:
        yield port
    finally:
        server.should_exit = True
        await serving
        await server.shutdown(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        logger.error("cannot_start", reason=f"PUBLIC_PORT: cannot listen on {host}:{port}: {error.strerror}")
        raise PortUnusable(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener
