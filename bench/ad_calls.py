"""Tool calls of the AD server as real processes: reads, and writes with what makes each of them safe.

On the simulated directory by default. `BENCH_AD=url,user,password,ca-file,base-dn,login` names a real one and an
account there whose password may be reset; the server is the same.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.load import Call, from_clients, one_by_one
from bench.references import LIMIT_AD_READ_MS, LIMIT_AD_RESET_MS
from bench.rows import Row, latency_row, rate_row
from bench.worlds import Scale, Worlds
from cli.demo_world import DemoFailed
from cli.processes import Children, free_port, free_socket, start_redis
from shared.mcp_client import Endpoint, Toolbox
from shared.mcp_tokens import new_token, token_entry
from simulators.ad.world import load_world

CLIENTS = 8
READY_S = 30.0


@dataclass(frozen=True)
class Place:
    """A directory and an account in it."""

    url: str
    user: str
    password: str
    ca_file: str
    base_dn: str
    login: str


def measure(scale: Scale, worlds: Worlds) -> list[Row]:
    """A directory, a Redis and the server, started for this and stopped."""
    folder = worlds.folder / "ad"
    folder.mkdir(parents=True, exist_ok=True)
    children = Children(folder / "logs")
    try:
        place = _named() or _simulated(children, folder)
        url, token = _serve(children, folder, place)
        return asyncio.run(_measure(Endpoint("ad", url, token), place, scale))
    finally:
        children.stop()


def _named() -> Place | None:
    named = os.environ.get("BENCH_AD")
    if not named:
        return None
    head, _, login = named.rpartition(",")
    url, user, password, ca_file, base_dn = head.split(",", 4)
    return Place(url, user, password, ca_file, base_dn, login)


def _simulated(children: Children, folder: Path) -> Place:
    world, port, ca_file = load_world(), free_port(), folder / "ca.pem"
    command = [sys.executable, "-m", "simulators.ad", "--port", str(port), "--ca-file", str(ca_file)]
    children.start("directory", command)
    base = ",".join(f"DC={label}" for label in world.dns_name.split("."))
    _wait(ca_file.exists)
    user = f"{world.netbios}\\{world.service.login}"
    return Place(f"ldaps://127.0.0.1:{port}", user, world.service.password, str(ca_file), base, "zobrien")


def _serve(children: Children, folder: Path, place: Place) -> tuple[str, str]:
    token, tokens = new_token(), folder / "tokens.toml"
    tokens.write_text(
        f"{token_entry('bench', token, ['read', 'write'])}ous = [{json.dumps(f'OU=Clients,{place.base_dn}')}]\n"
        "hourly_calls = 1000000\nhourly_writes = 1000000\n"
    )
    redis = start_redis(children, folder / "redis", environment={})
    environment: Mapping[str, str] = os.environ | {
        "TOKENS_FILE": str(tokens),
        "REDIS_HOST": redis.host,
        "REDIS_PORT": str(redis.port),
        "AD_SERVER": place.url,
        "AD_USERNAME": place.user,
        "AD_PASSWORD": place.password,
        "AD_CA_FILE": place.ca_file,
        "AD_BASE_DN": place.base_dn,
        "AD_ACCOUNT_HOURLY_WRITES": "1000000",
        "SEAL_KEY": secrets.token_urlsafe(32),
        "LOG_LEVEL": "WARNING",
    }
    listener = free_socket()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    command = [sys.executable, "-m", "cli", "serve", "ad", "--fd", str(listener.fileno())]
    children.start("ad", command, env=environment, fds=[listener.fileno()])
    listener.close()
    _wait(lambda: httpx.get(f"{url}/readyz", timeout=10, trust_env=False).status_code == 200)
    return url, token


def _wait(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            if is_true():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    raise DemoFailed("the AD server or its directory did not start; see var/bench/ad/logs")


async def _measure(endpoint: Endpoint, place: Place, scale: Scale) -> list[Row]:
    who = {"samaccountname": place.login}
    async with AsyncExitStack() as stack:
        boxes = [await stack.enter_async_context(Toolbox([endpoint])) for _ in range(CLIENTS)]

        def call(tool: str, box: Toolbox = boxes[0]) -> Call:
            return lambda: box.call(f"ad_{tool}", who)

        reads, writes = scale.pick(full=500, quick=100), scale.pick(full=100, quick=20)
        state = await one_by_one(call("get_account_status"), reads)
        found = await one_by_one(call("search_user"), reads)
        reset = await one_by_one(call("reset_password"), writes)
        crowd = await from_clients([call("get_account_status", box) for box in boxes], reads * 4)
    return [
        latency_row("AD get_account_status", state, limit=LIMIT_AD_READ_MS, note="two searches"),
        latency_row("AD search_user by login", found, limit=LIMIT_AD_READ_MS, note="one search in the caller's OUs"),
        latency_row(
            "AD reset_password",
            reset,
            limit=LIMIT_AD_RESET_MS,
            note="found, checked twice, sealed, connection probed, set: six requests and three to Redis",
        ),
        rate_row(f"AD get_account_status, {CLIENTS} clients", crowd, note="pool of 8 connections"),
    ]
