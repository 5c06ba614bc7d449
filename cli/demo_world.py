"""The demo's system: every program as a process of its own, on free or usual ports, with tokens made for this run."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from cli.environment import children_environment
from cli.processes import ROOT, Children, RedisFailed, RedisPlace, free_port, listening_socket, start_redis
from orchestrator.operators import operator_entry
from shared.mcp_tokens import new_token, token_entry

PREFIXES = {
    "observium": "/mcp-test/mcp-observium",
    "glpi": "/mcp-test/mcp-glpi-server",
    "ad": "/mcp-test/mcp-ad",
    "mysecret": "/mcp-test/mcp-mysecret",
}
SIMULATED = {"observium": 9001, "glpi": 9002, "ollama": 9003, "mail": 9004, "mysecret": 9005}
"""The simulators, with the port of each where ports are not free ones."""
CLIENTS_OU = "OU=Clients,DC=widip,DC=local"
"""Where the employees of the simulated directory are."""
RECIPIENT_DOMAINS = ["lilas.example", "tilleuls.example", "genets.example", "widip.example"]
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - a name for what --listen may say
OPERATORS_GUID = UUID("0d9f5a6e-5a3c-4c0e-9f0a-2b1c7d8e9f00")
OPERATORS_ROLES = ("viewer", "operator", "approver", "admin")
DESK_GLPI_ID = 7
"""The desk's account in the simulated GLPI."""
READY_S = 60.0
SETTLE_S, SOLVE_AFTER_S = 20, 10
"""Minutes in real life."""


class DemoFailed(Exception):
    """The demo cannot go on; the text says why."""


def _url(listener: socket.socket) -> str:
    address, port = listener.getsockname()
    return f"http://{_as_seen_from_here(address)}:{port}"


def _as_seen_from_here(address: str) -> str:
    return "127.0.0.1" if address == ANY_ADDRESS else address


@dataclass
class DemoWorld:
    """What runs: URLs and tokens of all programs."""

    folder: Path
    children: Children
    redis: RedisPlace
    json_file: Path
    listen: str | None = None
    log_level: str = "INFO"
    servers: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    orchestrator: str = ""
    api_token: str = field(default_factory=new_token)
    webhook_token: str = field(default_factory=new_token)
    glpi_webhook_token: str = field(default_factory=new_token)
    operator_token: str = field(default_factory=new_token)
    seal_key: str = field(default_factory=new_token)
    directory: str = ""
    desk: str = ""
    relay_port: int = 0
    internal_token: str = field(default_factory=new_token)
    simulators: dict[str, str] = field(default_factory=dict)
    model: str = ""

    def as_json(self) -> dict[str, Any]:
        """What an inspector or a script needs to connect."""
        servers = {
            name: {"sse": f"{url}/sse", "sse_historical": f"{url}{PREFIXES[name]}/sse", "mcp": f"{url}/mcp"}
            | {"token": self.tokens[name], "url": url}
            for name, url in self.servers.items()
        }
        orchestrator = {
            "url": self.orchestrator,
            "token": self.api_token,
            "webhook_token": self.webhook_token,
            "glpi_webhook_token": self.glpi_webhook_token,
            "operator_token": self.operator_token,
        }
        directory = {"url": self.directory, "ca_file": str(self.ca_file)}
        simulators: dict[str, Any] = {**self.simulators, "directory": directory}
        known: dict[str, Any] = {"servers": servers, "orchestrator": orchestrator, "simulators": simulators}
        return known | (
            {"desk": {"url": self.desk, "glpi_webhook_token": self.glpi_webhook_token}} if self.desk else {}
        )

    @property
    def ca_file(self) -> Path:
        """What clients of the simulated directory trust."""
        return self.folder / "directory-ca.pem"


def start_world(
    folder: Path,
    *,
    environment: Mapping[str, str] | None = None,
    json_file: Path | None = None,
    listen: str | None = None,
    more_sites: int = 0,
    with_desk: bool = False,
    settings: Mapping[str, str] | None = None,
    log_level: str = "INFO",
) -> DemoWorld:
    """Start everything and wait until it is ready. Raises DemoFailed with the log of what did not start.

    json_file gets the URLs and tokens; demo.json beside the folder unless it is given. Programs listen on free ports of
    127.0.0.1; with `listen` on that address, each at its usual port. more_sites: so many are simulated beside the
    demo's. with_desk: the desk too, with a GLPI server of its own. settings: the orchestrator's, over the demo's own.
    """
    environment = children_environment(os.environ if environment is None else environment)
    folder.mkdir(parents=True, exist_ok=True)
    children = Children(folder / "logs")
    try:
        redis = start_redis(children, folder / "redis", environment=environment)
        world = DemoWorld(folder, children, redis, json_file or folder.parent / "demo.json", listen, log_level)
        _start_simulators(world, environment, more_sites)
        for name in PREFIXES:
            _start_server(world, name, environment)
        if with_desk:
            _start_desk(world, environment)
        _start_orchestrator(world, environment, settings or {})
        _wait_ready(world)
        _write_json(world)
    except RedisFailed as error:
        children.stop()
        raise DemoFailed(str(error)) from error
    except BaseException:
        children.stop()
        raise
    return world


def _start_simulators(world: DemoWorld, environment: Mapping[str, str], more_sites: int) -> None:
    real_model = environment.get("OLLAMA_BASE_URL")
    listeners = {
        name: _listen(world, f"simulated {name}", port if world.listen else 0)
        for name, port in SIMULATED.items()
        if not (name == "ollama" and real_model)
    }
    # Its certificate is for this machine by its usual names, so it listens nowhere else.
    listeners["ad"] = listening_socket("127.0.0.1", 0)
    listeners["smtp"] = listening_socket("127.0.0.1", 0)
    world.relay_port = listeners["smtp"].getsockname()[1]
    command = [sys.executable, "-m", "simulators", "--more-sites", str(more_sites), "--ca-file", str(world.ca_file)]
    for name, listener in listeners.items():
        command += [f"--{name}", str(listener.fileno())]
        if name not in ("ad", "smtp"):
            world.simulators[name] = _url(listener)
    world.directory = _url(listeners["ad"]).replace("http", "ldaps")
    world.children.start("simulators", command, env=environment, fds=[s.fileno() for s in listeners.values()])
    world.model = real_model or world.simulators["ollama"]
    for listener in listeners.values():
        listener.close()


def _start_server(world: DemoWorld, name: str, environment: Mapping[str, str]) -> None:
    world.tokens[name] = new_token()
    tokens_file = _write_token(world, name, world.tokens[name])
    upstream = _upstream(world)
    world.servers[name] = _start_program(
        world, name, {**environment, **_shared(world), **upstream, "TOKENS_FILE": str(tokens_file)}
    )


def _write_token(world: DemoWorld, name: str, token: str) -> Path:
    tokens_file = world.folder / f"tokens-{name}.toml"
    limits = {"ous": [CLIENTS_OU]} if name == "ad" else {"recipient_domains": RECIPIENT_DOMAINS}
    tokens_file.write_text(token_entry("demo", token, ["read", "write"], **limits), encoding="utf-8")
    return tokens_file


def _upstream(world: DemoWorld) -> dict[str, str]:
    """The simulated systems, for the servers before them."""
    return {
        "OBSERVIUM_API_URL": f"{world.simulators['observium']}/api/v0",
        "OBSERVIUM_API_TOKEN": "obs_sim-token",
        "OBSERVIUM_TIMEZONE": "UTC",
        "GLPI_API_URL": f"{world.simulators['glpi']}/apirest.php",
        "GLPI_USER_TOKEN": "sim-orchestrator-token",
        "GLPI_APP_TOKEN": "sim-app-token",
        "GLPI_MAIL_SENDER": "supervision@widip.example",
        "GLPI_TIMEZONE": "UTC",
        "AD_SERVER": world.directory,
        "AD_USERNAME": "WIDIP\\svc-widip",
        "AD_PASSWORD": "Delegue-4-les-comptes",
        "AD_BASE_DN": "DC=widip,DC=local",
        "AD_CA_FILE": str(world.ca_file),
        "MYSECRET_API_URL": world.simulators["mysecret"],
        "MYSECRET_API_TOKEN": "pwp_sim-token",
        "SEAL_KEY": world.seal_key,
        "ALLOWED_HOSTS": f"127.0.0.1:*,localhost:*,{_as_seen_from_here(world.listen or '127.0.0.1')}:*",
    }


def _start_desk(world: DemoWorld, environment: Mapping[str, str]) -> None:
    """The desk, and a GLPI server with the desk's own account: what it writes can be told from the orchestrator's."""
    token = new_token()
    tokens_file = _write_token(world, "desk-glpi", token)
    account = {**_upstream(world), "GLPI_USER_TOKEN": "sim-desk-token", "TOKENS_FILE": str(tokens_file)}
    door = listening_socket("127.0.0.1", 0)
    glpi_server = _serve(world, "glpi", {**environment, **_shared(world), **account}, door, log="desk-glpi")
    database = _fresh_database(world, "desk")
    own = {
        "DESK_DATABASE_URL": f"sqlite:///{database}",
        "DESK_SECRET": new_token(),
        "INTERNAL_TOKEN": world.internal_token,
        "GLPI_MCP_URL": glpi_server,
        "GLPI_MCP_TOKEN": token,
        "AD_MCP_URL": world.servers["ad"],
        "AD_MCP_TOKEN": world.tokens["ad"],
        "GLPI_WEBHOOK_TOKEN": world.glpi_webhook_token,
        "SITES_FILE": str(ROOT / "deploy/demo/sites.toml"),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(world.relay_port),
        "SMTP_SENDER": "accueil@widip.example",
        "SUPPORT_PHONE": "01 99 00 12 34",
        "SUPPORT_HOURS": "24 h/24, 7 j/7",
        "SUPPORT_DELAYS_H": "72,48,24,8,1",
        "OLLAMA_BASE_URL": world.model,
    }
    world.desk = _start_program(world, "desk", {**environment, **_shared(world), **own})


def _fresh_database(world: DemoWorld, name: str) -> Path:
    database = world.folder / f"{name}.sqlite"
    for leftover in world.folder.glob(f"{database.name}*"):
        leftover.unlink()
    return database


def _start_orchestrator(world: DemoWorld, environment: Mapping[str, str], settings: Mapping[str, str]) -> None:
    database = _fresh_database(world, "orchestrator")
    public_port = free_port()
    own = {
        "DATABASE_URL": f"sqlite:///{database}",
        "API_TOKEN": world.api_token,
        "OBSERVIUM_WEBHOOK_TOKEN": world.webhook_token,
        "OBSERVIUM_MCP_URL": world.servers["observium"],
        "OBSERVIUM_MCP_TOKEN": world.tokens["observium"],
        "GLPI_MCP_URL": world.servers["glpi"],
        "GLPI_MCP_TOKEN": world.tokens["glpi"],
        "AD_MCP_URL": world.servers["ad"],
        "AD_MCP_TOKEN": world.tokens["ad"],
        "MYSECRET_MCP_URL": world.servers["mysecret"],
        "MYSECRET_MCP_TOKEN": world.tokens["mysecret"],
        "GLPI_WEBHOOK_TOKEN": world.glpi_webhook_token,
        "OPERATORS_FILE": str(_write_operators(world)),
        "PUBLIC_PORT": str(public_port),
        "PUBLIC_URL": f"http://127.0.0.1:{public_port}",
        "CONFIRMATION_KEY": new_token(),
        "SITES_FILE": str(ROOT / "deploy/demo/sites.toml"),
        "NOC_EMAIL": "noc@widip.example",
        "PROACTIF_CATEGORY": "Réseau > WAN",
        "SETTLE_S": str(SETTLE_S),
        "HOLD_DOWN_S": str(SETTLE_S // 2),
        "SOLVE_AFTER_S": str(SOLVE_AFTER_S),
        "OLLAMA_BASE_URL": world.model,
    }
    if world.desk:
        own |= {"DESK_URL": world.desk, "DESK_TOKEN": world.internal_token, "DESK_GLPI_ID": str(DESK_GLPI_ID)}
    world.orchestrator = _start_program(world, "orchestrator", {**environment, **_shared(world), **own, **settings})


def _write_operators(world: DemoWorld) -> Path:
    """One operator, who has a part in nothing that the demo's people ask for."""
    file = world.folder / "operators.toml"
    entry = operator_entry("amelie", world.operator_token, OPERATORS_ROLES, glpi_id=2, object_guid=OPERATORS_GUID)
    file.write_text(entry, encoding="utf-8")
    return file


def _shared(world: DemoWorld) -> dict[str, str]:
    redis = {"REDIS_HOST": world.redis.host, "REDIS_PORT": str(world.redis.port)}
    return {**redis, "HOST": "127.0.0.1", "LOG_LEVEL": world.log_level}


def _start_program(world: DemoWorld, name: str, env: Mapping[str, str]) -> str:
    return _serve(world, name, env, _listen(world, name, _usual_port(name) if world.listen else 0), log=name)


def _serve(world: DemoWorld, name: str, env: Mapping[str, str], listener: socket.socket, *, log: str) -> str:
    command = [sys.executable, "-m", "cli", "serve", name, "--fd", str(listener.fileno())]
    world.children.start(log, command, env=env, fds=[listener.fileno()])
    url = _url(listener)
    listener.close()
    return url


def _usual_port(name: str) -> int:
    from cli.programs import PROGRAMS  # noqa: PLC0415 - it imports the program's settings: half a second

    return PROGRAMS[name].usual_port


def _listen(world: DemoWorld, name: str, port: int) -> socket.socket:
    """A socket on `port`, on any free one when that is 0."""
    address = world.listen or "127.0.0.1"
    try:
        return listening_socket(address, port)
    except OSError as error:
        raise DemoFailed(f"{name} cannot listen on {address}:{port}: {error.strerror}") from error


def _wait_ready(world: DemoWorld) -> None:
    deadline = time.monotonic() + READY_S
    waiting = {**world.servers, "orchestrator": world.orchestrator, **({"desk": world.desk} if world.desk else {})}
    last = dict.fromkeys(waiting, "not asked yet")
    with httpx.Client(trust_env=False, timeout=5) as http:
        while waiting:
            dead = world.children.find_dead()
            if dead is not None:
                raise DemoFailed(f"{dead} did not start:\n{world.children.tail(dead)}")
            if time.monotonic() > deadline:
                reasons = "; ".join(f"{name} ({last[name]})" for name in waiting)
                raise DemoFailed(f"not ready within {READY_S:.0f} s: {reasons}. Logs: {world.children.logs}")
            for name, url in list(waiting.items()):
                is_ready, last[name] = _ask_ready(http, url)
                if is_ready:
                    del waiting[name]
            time.sleep(0.05)


def _ask_ready(http: httpx.Client, url: str) -> tuple[bool, str]:
    """Whether the program is ready, and what it said."""
    try:
        answer = http.get(f"{url}/readyz")
        return answer.is_success and answer.json()["status"] == "ok", f"HTTP {answer.status_code}: {answer.text[:300]}"
    except (httpx.HTTPError, ValueError) as error:
        return False, f"{type(error).__name__}: {error}"


def _write_json(world: DemoWorld) -> None:
    world.json_file.touch(mode=0o600)
    world.json_file.chmod(0o600)
    world.json_file.write_text(json.dumps(world.as_json(), indent=2) + "\n", encoding="utf-8")
