"""A desk of the measurements: a process of its own beside the demo's system."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import sqlalchemy as sa

from cli.demo_world import DemoWorld
from cli.environment import children_environment
from cli.processes import ROOT, Children, free_socket
from shared.mcp_tokens import new_token

PROXY_SECRET = new_token()
UNLIMITED = "1000000000"
READY_S = 60.0


@dataclass(frozen=True)
class Desk:
    """Where it is."""

    url: str

    def sign_in(self, email: str) -> str:
        """A token of somebody whom our proxy names."""
        named = {"x-widip-proxy-secret": PROXY_SECRET, "x-widip-user": email}
        answer = httpx.post(f"{self.url}/api/v1/sign-in/proxy", headers=named, timeout=20, trust_env=False)
        return str(answer.raise_for_status().json()["token"])


@contextlib.contextmanager
def running_desk(world: DemoWorld, database: sa.URL) -> Iterator[Desk]:
    """A desk on this database, stopped afterwards."""
    children = Children(world.children.logs)
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    command = [sys.executable, "-m", "cli", "serve", "desk", "--fd", str(listener.fileno())]
    try:
        children.start("desk", command, env=_environment(world, database), fds=[listener.fileno()])
        listener.close()
        _wait_ready(url, children)
        yield Desk(url)
    finally:
        children.stop()


def _environment(world: DemoWorld, database: sa.URL) -> dict[str, str]:
    own = {
        "DESK_DATABASE_URL": database.render_as_string(hide_password=False),
        "DESK_SECRET": new_token(),
        "INTERNAL_TOKEN": new_token(),
        "GLPI_MCP_URL": world.servers["glpi"],
        "GLPI_MCP_TOKEN": world.tokens["glpi"],
        "AD_MCP_URL": world.servers["ad"],
        "AD_MCP_TOKEN": world.tokens["ad"],
        "SITES_FILE": str(ROOT / "deploy/demo/sites.toml"),
        "REDIS_HOST": world.redis.host,
        "REDIS_PORT": str(world.redis.port),
        "PROXY_SECRET": PROXY_SECRET,
        "PROXY_ADDRESSES": "127.0.0.1",
        "HOURLY_MESSAGES": UNLIMITED,
        "HOURLY_SIGN_INS": UNLIMITED,
        "LOG_LEVEL": "WARNING",
        "HOST": "127.0.0.1",
    }
    return children_environment(os.environ) | own


def _wait_ready(url: str, children: Children) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and children.find_dead() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", timeout=READY_S, trust_env=False).is_success:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the desk did not become ready:\n{children.tail('desk')}")
