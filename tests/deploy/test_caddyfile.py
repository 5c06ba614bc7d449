"""The gateway's configuration as a text: it knows every server, and keeps to what streams need."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from cli.programs import PROGRAMS
from tests.deploy.compose_file import Compose
from tests.deploy.conftest import SERVERS
from tests.deploy.gateway import CADDYFILE, find_caddy

ROUTE = re.compile(r"handle (\S+)/\* \{\s*reverse_proxy \{\$(\w+):([\w.:-]+)\} \{")


def caddy(folder: Path, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of caddy's commands on the Caddyfile, with nothing set."""
    return subprocess.run(
        [find_caddy(), command, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def adapted(tmp_path: Path) -> dict[str, Any]:
    """The configuration as caddy understands it."""
    ended = caddy(tmp_path, "adapt", "--adapter", "caddyfile", "--config", str(CADDYFILE))
    assert ended.returncode == 0, ended.stderr
    understood: dict[str, Any] = json.loads(ended.stdout)
    return understood


def handlers(value: Any) -> list[dict[str, Any]]:
    """Every handler in a configuration, however deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    own = [value] if isinstance(value, dict) and isinstance(value.get("handler"), str) else []
    return own + [found for part in inner for found in handlers(part)]


@pytest.mark.requirement("I-02")
def test_every_server_is_reached_by_its_historical_prefix(compose: Compose) -> None:
    expected = {}
    for name in SERVERS:
        prefix = importlib.import_module(f"servers.{name}.app").SPEC.historical_prefix
        expected[prefix] = (f"{name.upper()}_UPSTREAM", f"{name}:{PROGRAMS[name].usual_port}")

    routes = {prefix: (variable, default) for prefix, variable, default in ROUTE.findall(CADDYFILE.read_text())}

    assert routes == expected
    assert set(SERVERS) <= set(compose.of_profile("real"))


def test_it_listens_where_compose_publishes(adapted: dict[str, Any], compose: Compose) -> None:
    servers = adapted["apps"]["http"]["servers"]

    assert [server["listen"] for server in servers.values()] == [["0.0.0.0:5678"]]
    assert [port.rpartition(":")[2] for port in compose.services["gateway"]["ports"]] == ["5678"]
    assert adapted["admin"] == {"disabled": True}
    assert [server["automatic_https"] for server in servers.values()] == [{"disable": True}]


def test_nothing_on_the_way_holds_or_changes_a_stream(adapted: dict[str, Any]) -> None:
    kinds = {found["handler"] for found in handlers(adapted)}
    proxies = [found for found in handlers(adapted) if found["handler"] == "reverse_proxy"]
    server_keeps_s = uvicorn.Config("app").timeout_keep_alive

    assert kinds == {"subroute", "reverse_proxy", "static_response", "headers", "vars"}
    for proxy in proxies:
        # With -1 Debian's caddy does not tell a server that its client has left.
        assert "flush_interval" not in proxy
        assert proxy["transport"]["compression"] is False
        assert proxy["transport"]["keep_alive"]["idle_timeout"] / 1e9 < server_keeps_s
    assert len(proxies) == len(SERVERS)


def test_caddy_finds_it_valid_and_well_formatted(tmp_path: Path) -> None:
    valid = caddy(tmp_path, "validate", "--adapter", "caddyfile", "--config", str(CADDYFILE))
    formatted = caddy(tmp_path, "fmt", str(CADDYFILE))

    assert valid.returncode == 0, valid.stderr
    assert formatted.stdout == CADDYFILE.read_text()
