"""Driving the simulated directory from another process: over HTTP, and as a program."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.processes import Children, free_port, listening_socket
from simulators.ad.app import ActiveDirectory, running_directory
from simulators.ad.control import create_app
from simulators.ad.world import PASSWORD, load_world
from tests.directories import place_of
from tests.simulators.ad_lab import Lab

READY_S = 20.0


@dataclass
class Driven:
    """A directory, a client of its switches, and a lab on its LDAPS port whose calls belong in threads."""

    server: ActiveDirectory
    http: httpx.AsyncClient
    lab: Lab

    async def post(self, path: str, **given: Any) -> Any:
        """POST /_sim/path, which must be done."""
        answer = await self.http.post(f"/_sim/{path}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def bind(self, login: str, password: str = PASSWORD) -> str:
        """The cause of a refusal, empty when it is let in."""
        return (await asyncio.to_thread(self.lab.bind, f"WIDIP\\{login}", password)).data


@pytest.fixture
async def driven(tmp_path: Path) -> AsyncIterator[Driven]:
    async with running_directory() as (server, port):
        server.write_ca(tmp_path / "ca.pem")
        lab = Lab("simulator", place_of(load_world(), "127.0.0.1", port, 0, tmp_path / "ca.pem"))
        transport = httpx.ASGITransport(create_app(server))
        async with httpx.AsyncClient(transport=transport, base_url="http://directory.test") as http:
            yield Driven(server, http, lab)
        await asyncio.to_thread(lab.close)


@pytest.mark.requirement("A-56")
@pytest.mark.parametrize(
    ("changes", "data"),
    [
        ({"locked": True}, "775"),
        ({"disabled": True}, "533"),
        ({"must_change": True}, "773"),
        ({"password_age_days": 200}, "532"),
        ({"expired": True}, "701"),
        ({"password": "Autre-2026!"}, "52e"),
    ],
)
async def test_an_account_is_put_into_any_state(driven: Driven, changes: dict[str, Any], data: str) -> None:
    assert await driven.bind("zobrien") == ""

    shown = await driven.post("account/zobrien", **changes)

    assert shown["login"] == "zobrien"
    assert await driven.bind("zobrien") == data


@pytest.mark.requirement("A-56")
async def test_people_are_added_changed_back_and_removed(driven: Driven) -> None:
    ou = "OU=Lilas,OU=Clients"

    made = await driven.post("account", login="nouveau", ou=ou, first="Noé", last="Veau", locked=True)
    locked = await driven.bind("nouveau")
    await driven.post("account/nouveau", locked=False)
    open_again = await driven.bind("nouveau")
    await driven.http.delete("/_sim/account/nouveau")

    assert made["dn"] == "CN=Noé Veau,OU=Lilas,OU=Clients,DC=widip,DC=local"
    assert (locked, open_again, await driven.bind("nouveau")) == ("775", "", "525")


@pytest.mark.requirement("A-56")
async def test_groups_are_changed(driven: Driven) -> None:
    await driven.post("group/Lilas-Planning", add=["zobrien"], remove=["coria"])

    shown = (await driven.http.get("/_sim/account/zobrien")).json()
    assert set(shown["groups"]) == {"Lilas-Tous", "Lilas-Planning"}
    assert (await driven.http.get("/_sim/account/coria")).json()["groups"] == ["Lilas-Tous"]


@pytest.mark.requirement("A-56")
async def test_no_password_is_shown(driven: Driven) -> None:
    shown = await driven.http.get("/_sim/state")

    world = load_world()
    assert {account.login for account in world.accounts} <= {row["login"] for row in shown.json()["accounts"]}
    assert not [account for account in world.accounts if account.password in shown.text]


@pytest.mark.requirement("A-56")
async def test_what_does_not_exist_is_404(driven: Driven) -> None:
    assert (await driven.http.post("/_sim/account/personne", json={"locked": True})).status_code == 404
    assert (await driven.http.post("/_sim/account/coria", json={"plume": True})).status_code == 404
    assert (await driven.http.post("/_sim/nothing", json={})).status_code == 404
    lost = {"login": "x", "ou": "OU=Absente", "first": "A", "last": "B"}
    assert (await driven.http.post("/_sim/account", json=lost)).status_code == 404


@pytest.mark.requirement("A-56")
async def test_faults_are_planted_and_the_world_starts_afresh(driven: Driven) -> None:
    await driven.post("faults", kind="busy", match="BIND", times=-1)
    await driven.post("account/coria", disabled=True)
    busy = await asyncio.to_thread(driven.lab.bind, "WIDIP\\coria", PASSWORD)

    await driven.post("reset")

    assert (busy.code, await driven.bind("coria")) == (51, "")


@pytest.mark.requirement("A-56")
async def test_time_passes_on_demand(driven: Driven) -> None:
    await driven.post("account/coria", locked=True)
    before = await driven.bind("coria")

    await driven.post("clock", advance_s=31 * 60)

    assert (before, await driven.bind("coria")) == ("775", "")


@pytest.mark.requirement("A-55")
async def test_down_and_up_over_http(driven: Driven) -> None:
    await driven.post("down")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", driven.lab.place.port), 5)

    await driven.post("up")

    assert await driven.bind("coria") == ""


@pytest.mark.requirement("A-58")
@pytest.mark.parametrize("together", [False, True])
def test_as_a_program_it_writes_the_authority_that_its_clients_trust(tmp_path: Path, *, together: bool) -> None:
    children, ca_file = Children(tmp_path / "logs"), tmp_path / "ca.pem"
    command = [sys.executable, "-m"]
    if together:
        listeners = {
            name: listening_socket("127.0.0.1", 0) for name in ("observium", "glpi", "mail", "ad", "ad-control")
        }
        port = listeners["ad"].getsockname()[1]
        command += ["simulators", *(part for name, s in listeners.items() for part in (f"--{name}", str(s.fileno())))]
        children.start("all", [*command, "--ca-file", str(ca_file)], fds=[s.fileno() for s in listeners.values()])
        for listener in listeners.values():
            listener.close()
    else:
        port = free_port()
        children.start("ad", [*command, "simulators.ad", "--port", str(port), "--ca-file", str(ca_file)])
    lab = Lab("simulator", place_of(load_world(), "127.0.0.1", port, 0, ca_file))
    try:
        wait_for_handshake(lab)

        assert lab.bind(lab.place.service, lab.place.service_password).code == 0
    finally:
        lab.close()
        children.stop()


def wait_for_handshake(lab: Lab) -> None:
    """Until it answers."""

    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        with contextlib.suppress(Exception):
            lab.connect()
            return
        time.sleep(0.05)
    raise AssertionError("it does not answer")
