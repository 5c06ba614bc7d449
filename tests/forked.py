"""Programs in processes of their own, forked from one that has loaded them: a start costs a part of a second."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from cli.processes import free_socket
from cli.programs import serve

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["cli.programs", "desk.app", "orchestrator.app", "tests.forked"])


def _run(name: str, listener: socket.socket, environment: Mapping[str, str], folder: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    serve(name, fd=listener.detach())


@asynccontextmanager
async def forked(
    name: str, environment: Mapping[str, str], folder: Path, *, door: socket.socket | None = None
) -> AsyncIterator[tuple[BaseProcess, str]]:
    """The program until the block ends, if nobody kills it before, and its URL; it may still be starting.

    door: what it listens on, which is its own from now on; else any free port.
    """
    listener = door or free_socket()
    process = _context.Process(target=_run, args=(name, listener, dict(environment), folder), daemon=True)
    await asyncio.to_thread(process.start)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    try:
        yield process, url
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
