"""The programs that `widip serve` starts, each from its own environment."""

from __future__ import annotations

import asyncio
import importlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from pydantic import ValidationError

from shared.errors import WidipError
from shared.logs import configure_logs
from shared.settings import ProgramSettings


@dataclass(frozen=True, slots=True)
class Program:
    """A program: the module of its app and the class of its settings."""

    name: str
    app: str
    settings: str

    def load_settings(self, **overrides: Any) -> ProgramSettings:
        """Read the environment. Raises pydantic's ValidationError."""
        module, _, cls = self.settings.partition(":")
        loaded: ProgramSettings = getattr(importlib.import_module(module), cls)(**overrides)
        return loaded

    def create_app(self, settings: ProgramSettings) -> Any:
        """The ASGI app."""
        create: Callable[[ProgramSettings], Any] = importlib.import_module(self.app).create_app
        return create(settings)


PROGRAMS = {
    program.name: program
    for program in (
        Program("observium", "servers.observium.app", "servers.observium.settings:ObserviumSettings"),
        Program("glpi", "servers.glpi.app", "servers.glpi.settings:GlpiSettings"),
        Program("orchestrator", "orchestrator.app", "orchestrator.settings:OrchestratorSettings"),
    )
}


class CannotStart(Exception):
    """The program cannot start; the text says what to set or to mend."""


def serve(name: str, *, insecure_dev: bool = False, fd: int | None = None) -> None:
    """Run one program until SIGTERM or Ctrl-C. With `fd`, on a listening socket that the caller has opened."""
    program = PROGRAMS[name]
    try:
        settings = program.load_settings(**({"insecure_dev": True} if insecure_dev else {}))
        configure_logs(name, level=settings.log_level)
        app = program.create_app(settings)
    except ValidationError as error:
        raise CannotStart(_in_words(name, error)) from None
    except WidipError as error:
        raise CannotStart(str(error)) from None
    port: int = settings.port  # type: ignore[attr-defined]
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    sockets = [socket.socket(fileno=fd)] if fd is not None else None
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = uvicorn.Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=sockets))
    if not server.started:
        raise CannotStart(f"{name} could not listen on {settings.host}:{port}")


def _in_words(name: str, error: ValidationError) -> str:
    lines = [f"{name} cannot start, its environment is not complete:"]
    for item in error.errors(include_input=False, include_url=False):
        variable = ".".join(str(part) for part in item["loc"]).upper()
        missing = item["type"] == "missing"
        lines.append(f"  {variable + ': ' if variable else ''}{'is not set' if missing else item['msg']}")
    lines.append("See .env.example for what each variable means.")
    return "\n".join(lines)
