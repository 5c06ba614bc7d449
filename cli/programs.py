"""The programs that `widip serve` starts, each from its own environment."""

from __future__ import annotations

import asyncio
import errno
import gc
import importlib
import logging
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from pydantic import ValidationError

from shared.errors import WidipError
from shared.logs import configure_logs
from shared.settings import ProgramSettings

SWITCH_S = 0.0005
"""How long a thread may keep the others waiting: Python's own 5 ms add up for whoever waits for an answer."""
GARBAGE_AT = 10_000
"""New objects after which the youngest are looked through; Python's own 700 suits scripts."""
KEEP_ALIVE_S = 75
"""Longer than any client of ours keeps a connection: a request must not meet a connection that is being closed."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program: the module of its app and the class of its settings."""

    name: str
    app: str
    settings: str
    paths: str = "SSE at /sse, Streamable HTTP at /mcp"
    knows_its_proxies: bool = False
    """It says itself whose X-Forwarded-For counts; for the others that of this machine does."""

    def find_settings(self) -> type[ProgramSettings]:
        """The class of its settings."""
        module, _, name = self.settings.partition(":")
        found: type[ProgramSettings] = getattr(importlib.import_module(module), name)
        return found

    def load_settings(self, **overrides: Any) -> ProgramSettings:
        """Read the environment. Raises pydantic's ValidationError."""
        return self.find_settings()(**overrides)

    @property
    def usual_port(self) -> int:
        """Where it listens unless PORT says otherwise."""
        return int(self.find_settings().model_fields["port"].default)

    def create_app(self, settings: ProgramSettings) -> Any:
        """The ASGI app."""
        create: Callable[[ProgramSettings], Any] = importlib.import_module(self.app).create_app
        return create(settings)


PROGRAMS = {
    program.name: program
    for program in (
        Program("ad", "servers.ad.app", "servers.ad.settings:AdSettings"),
        Program("observium", "servers.observium.app", "servers.observium.settings:ObserviumSettings"),
        Program("glpi", "servers.glpi.app", "servers.glpi.settings:GlpiSettings"),
        Program("ad", "servers.ad.app", "servers.ad.settings:AdSettings"),
        Program("mysecret", "servers.mysecret.app", "servers.mysecret.settings:MySecretSettings"),
        Program(
            "orchestrator",
            "orchestrator.app",
            "orchestrator.settings:OrchestratorSettings",
            "webhooks at /webhooks/observium, journal at /api/runs",
        ),
        Program("desk", "desk.app", "desk.settings:DeskSettings", "API at /api/v1", knows_its_proxies=True),
    )
}


class CannotStart(Exception):
    """The program cannot start; the text says what to set or to mend."""


def serve(name: str, *, insecure_dev: bool = False, fd: int | None = None) -> None:
    """Run one program until SIGTERM or Ctrl-C. With `fd`, on a listening socket that the caller has opened."""
    program = PROGRAMS[name]
    gc.set_threshold(GARBAGE_AT)
    sys.setswitchinterval(SWITCH_S)
    try:
        settings = program.load_settings(**({"insecure_dev": True} if insecure_dev else {}))
        configure_logs(name, level=settings.log_level)
        app = program.create_app(settings)
    except ValidationError as error:
        raise CannotStart(_in_words(name, error)) from None
    except WidipError as error:
        raise CannotStart(str(error)) from None
    port: int = settings.port  # type: ignore[attr-defined]
    listener = socket.socket(fileno=fd) if fd is not None else _listen(name, settings.host, port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE_S,
        proxy_headers=not program.knows_its_proxies,
    )
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = _Server(config, _announcement(program, listener))
    gc.freeze()  # what is loaded by now stays, and need not be looked through again and again
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[listener]))
    if not server.started:
        raise CannotStart(f"{name} did not start: the log above says why")


class _Server(uvicorn.Server):
    """uvicorn, saying in one line when it listens."""

    def __init__(self, config: uvicorn.Config, announcement: str) -> None:
        super().__init__(config)
        self._announcement = announcement

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end. SIGTERM is such an order: uvicorn would drain, and then die of it all the same."""
        signal.signal(signal.SIGTERM, lambda *_: None)
        await super().serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            sys.stderr.write(self._announcement + "\n")
            sys.stderr.flush()


def _announcement(program: Program, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"{program.name} listens on http://{shown}:{port} ({program.paths})"


def _listen(name: str, host: str, port: int) -> socket.socket:
    """Raises CannotStart: uvicorn would end the process with a log line only."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        why = "another program listens there; set PORT" if taken else (error.strerror or str(error))
        raise CannotStart(f"{name} cannot listen on {host}:{port}: {why}") from None
    return listener


def _in_words(name: str, error: ValidationError) -> str:
    lines = [f"{name} cannot start, its environment is not complete:"]
    for item in error.errors(include_input=False, include_url=False):
        variable = ".".join(str(part) for part in item["loc"]).upper()
        said = "is not set" if item["type"] == "missing" else item["msg"].removeprefix("Value error, ")
        lines.append(f"  {variable + ': ' if variable else ''}{said}")
    lines.append("See .env.example for what each variable means.")
    return "\n".join(lines)
