"""`widip demo`, as a newcomer starts it: processes, ports, files, and nothing left behind."""

from __future__ import annotations

import html
import json
import os
import re
import signal
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import ldap3
import psutil
import pytest

from cli.programs import PROGRAMS

DEADLINE_S = 120.0

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has more loopback addresses, and ends children"
)


@contextmanager
def demo(root: Path, folder: Path, *arguments: str, **more: str) -> Iterator[subprocess.Popen[str]]:
    env = {name: value for name, value in os.environ.items() if name not in ("REDIS_HOST", "OLLAMA_BASE_URL")}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "demo", *arguments],
        cwd=folder,
        env={**env, "PYTHONPATH": str(root), "COLUMNS": "200", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    seen, deadline = "", time.monotonic() + DEADLINE_S
    for line in process.stdout:
        seen += line
        if words in seen or time.monotonic() > deadline:
            break
    assert words in seen, seen
    return seen


def wait_gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    _gone, alive = psutil.wait_procs(processes, timeout=20)
    return list(alive)


@dataclass
class Running:
    """A demo that waits for Ctrl-C, on an address of its own. shown: what it has printed by then."""

    process: subprocess.Popen[str]
    address: str
    folder: Path
    shown: str

    @property
    def file(self) -> Path:
        return self.folder / "var" / "demo.json"

    @cached_property
    def known(self) -> dict[str, Any]:
        known: dict[str, Any] = json.loads(self.file.read_text())
        return known

    @cached_property
    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def running(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("demo")
    # An address that no other test run uses.
    address = f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250 + 1}.7"
    with demo(root, folder, "--listen", address) as process:
        yield Running(process, address, folder, read_until(process, "Ctrl-C"))


@pytest.mark.requirement("N-01")
@pytest.mark.requirement("D-66")
def test_once_shows_the_alerts_way_and_a_chat_whatever_the_users_proxies_and_settings(
    root: Path, tmp_path: Path
) -> None:
    hostile = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    leaks = {"READ_ONLY": "true", "TOOLS": "nothing", "DATABASE_URL": "none://", "MCP_TRANSPORT": "x", "PORT": "y"}

    with demo(root, tmp_path, "--once", **hostile, **leaks, REDIS_PASSWORD="p") as process:
        shown, _ = process.communicate(timeout=DEADLINE_S)

    assert process.returncode == 0, shown
    order = ["received", "stored", "GLPI ticket #", "breaker", "ollama_lock by", "model_call", "lock_released"]
    positions = [shown.index(word) for word in order]
    assert positions == sorted(positions)
    for word in ("noc@widip.example", "FAI at 85% by rule F2", "webhook to e-mail in", "left by SMTP"):
        assert word in shown
    desk = ["signed in", "understood", "second look", "TKT-", "pending"]
    positions = [shown.index(word, shown.index("at the desk")) for word in desk]
    assert positions == sorted(positions)
    assert "Mme Aubrac" not in shown[positions[2] : positions[3]]
    assert "Read the ticket" not in shown
    assert not (tmp_path / "var" / "demo.json").exists()


def test_each_program_listens_at_its_usual_port_and_a_second_demo_there_says_what_is_in_its_way(
    running: Running, root: Path
) -> None:
    with demo(root, running.folder, "--once", "--listen", running.address) as second:
        shown, _ = second.communicate(timeout=DEADLINE_S)

    urls = {name: server["url"] for name, server in running.known["servers"].items()}
    assert urls == {name: f"http://{running.address}:{PROGRAMS[name].usual_port}" for name in urls}
    assert running.known["orchestrator"]["url"] == f"http://{running.address}:8080"
    assert running.known["simulators"]["glpi"] == f"http://{running.address}:9002"
    assert second.returncode == 1
    assert f"cannot listen on {running.address}:9001: Address already in use" in shown


@pytest.mark.requirement("N-03")
def test_the_file_of_urls_and_tokens_lets_a_script_connect(running: Running, root: Path) -> None:
    known = running.known
    healths = [httpx.get(f"{s['url']}/readyz").status_code for s in known["servers"].values()]
    refused = httpx.post(known["servers"]["glpi"]["mcp"], json={}).status_code
    runs = httpx.get(
        f"{known['orchestrator']['url']}/api/runs",
        headers={"authorization": f"Bearer {known['orchestrator']['token']}"},
    ).json()["runs"]
    listed = subprocess.run(
        [sys.executable, "-m", "cli", "tools", "list", "glpi", "--transport", "sse"],
        cwd=running.folder,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )

    assert set(known) == {"servers", "orchestrator", "desk", "simulators"}
    assert {"sse", "mcp", "token"} <= set(known["servers"]["glpi"])
    assert stat.S_IMODE(running.file.stat().st_mode) == 0o600
    assert healths == [200, 200, 200, 200]
    assert refused == 401
    assert "done" in {run["state"] for run in runs}
    assert "create_ticket" in listed.stdout, listed.stderr


@pytest.mark.requirement("N-05")
def test_the_link_in_the_demos_mail_opens_and_its_password_signs_in(running: Running) -> None:
    simulators = running.known["simulators"]
    mails = httpx.get(f"{simulators['mail']}/_sim/mails").json()
    text = next(mail["text"] for mail in mails if mail["subject"].startswith("Mot de passe réinitialisé"))
    link = re.findall(r"https?://\S+/p/\S+", text)[0]
    step = httpx.get(link).text
    page = httpx.get(httpx.URL(link).join(re.findall(r'href="([^"]+)"', step)[0])).text
    password = re.findall(r"première connexion : (\S+)</pre>", html.unescape(page))[0]
    right, wrong = (sign_in(simulators["directory"], text) for text in (password, "n'importe quoi"))

    assert password not in running.shown + text + step
    assert "data 773" in right  # the right one, to be changed at the first logon
    assert "data 52e" in wrong


@pytest.mark.requirement("N-02")
def test_a_second_demo_has_a_folder_of_its_own_and_even_kill_9_leaves_nothing_of_it(
    running: Running, root: Path
) -> None:
    before = running.file.read_text()

    with demo(root, running.folder) as second:
        shown = read_until(second, "Ctrl-C")
        children = psutil.Process(second.pid).children(recursive=True)
        second.kill()
        second.wait()

    assert f"Another demo is running: this one uses {running.folder / 'var'}/demo-{second.pid}" in shown
    assert running.file.read_text() == before
    assert len(children) >= 5
    assert wait_gone(children) == []


@pytest.mark.requirement("N-03")
def test_ctrl_c_leaves_no_process_and_no_file(running: Running) -> None:
    children = running.children

    running.process.send_signal(signal.SIGINT)
    running.process.wait(timeout=DEADLINE_S)

    assert running.process.returncode == 0
    assert len(children) >= 5
    assert wait_gone(children) == []
    assert not running.file.exists()


def sign_in(directory: dict[str, str], password: str) -> str:
    """What the directory says to the employee of the demo."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=directory["ca_file"])
    server = ldap3.Server(directory["url"], tls=tls, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, "WIDIP\\zobrien", password)
    connection.bind()
    said = str(connection.result["message"])
    connection.unbind()
    return said
