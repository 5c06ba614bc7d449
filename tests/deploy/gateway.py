"""The gateway as it is deployed: the real Caddyfile in a caddy of this machine, on a free port of loopback."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.processes import ROOT, Children, free_port

CADDYFILE = ROOT / "deploy/gateway/Caddyfile"
START_S = 20.0


def find_caddy() -> str:
    """The caddy binary; without one the test is skipped."""
    found = shutil.which("caddy")
    if found is None:
        pytest.skip("no caddy on the PATH (Debian's package caddy)")
    return found


@dataclass
class Gateway:
    """A running gateway."""

    url: str
    log_file: Path
    children: Children

    def log(self) -> str:
        """What it has written so far."""
        return self.log_file.read_text(encoding="utf-8")

    def requests(self) -> list[dict[str, Any]]:
        """What its access log says of each request that has ended."""
        lines = [json.loads(line) for line in self.log().splitlines()]
        return [line for line in lines if line.get("logger", "").startswith("http.log.access")]

    async def stop(self) -> int:
        """Stop it as an engine does, by SIGTERM; its exit code."""
        process = self.children.started[0][1]
        await asyncio.to_thread(self.children.stop)  # the servers behind it run in this event loop
        return process.returncode


@asynccontextmanager
async def open_gateway(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Gateway]:
    """Run the gateway with `settings` in its environment."""
    caddy = find_caddy()
    for _try in range(3):
        gateway = _start(caddy, folder, settings, port=free_port())
        try:
            if await _answers(gateway):
                yield gateway
                return
        finally:
            await gateway.stop()
    raise RuntimeError(f"the gateway did not start:\n{gateway.children.tail('gateway')}")


def _start(caddy: str, folder: Path, settings: Mapping[str, str], *, port: int) -> Gateway:
    own = {"HOME": str(folder), "GATEWAY_PORT": str(port), "GATEWAY_BIND": "127.0.0.1"}
    children = Children(folder / "logs")
    command = [caddy, "run", "--adapter", "caddyfile", "--config", str(CADDYFILE)]
    children.start("gateway", command, env={"PATH": os.environ["PATH"], **own, **settings})
    return Gateway(f"http://127.0.0.1:{port}", folder / "logs/gateway.log", children)


async def _answers(gateway: Gateway) -> bool:
    """True once it answers; False when it has ended, because another program took the port."""
    async with asyncio.timeout(START_S), httpx.AsyncClient(base_url=gateway.url, trust_env=False) as http:
        while gateway.children.find_dead() is None:
            try:
                return (await http.get("/healthz")).text == "ok"
            except httpx.TransportError:
                await asyncio.sleep(0.02)
    return False
