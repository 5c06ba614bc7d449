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
from pathlib import Path

import httpx
import ldap3
import psutil
import pytest

from cli.programs import PROGRAMS

DEADLINE_S = 60.0


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


@pytest.mark.requirement("N-01")
def test_once_shows_the_alerts_way_and_ends_with_0(root: Path, tmp_path: Path) -> None:
    with demo(root, tmp_path, "--once") as process:
        shown, _ = process.communicate(timeout=DEADLINE_S)

    assert process.returncode == 0, shown
    order = ["received", "stored", "GLPI ticket #", "breaker", "ollama_lock by", "model_call", "lock_released"]
    positions = [shown.index(word) for word in order]
    assert positions == sorted(positions)
    for word in ("noc@widip.example", "FAI at 85% by rule F2", "webhook to e-mail in", "left by SMTP"):
        assert word in shown
    assert "Read the ticket" not in shown
    assert not (tmp_path / "var" / "demo.json").exists()


def test_proxies_and_settings_of_the_user_do_not_reach_the_demo(root: Path, tmp_path: Path) -> None:
    hostile = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    leaks = {"READ_ONLY": "true", "TOOLS": "nothing", "DATABASE_URL": "none://", "MCP_TRANSPORT": "x", "PORT": "y"}

    with demo(root, tmp_path, "--once", **hostile, **leaks, REDIS_PASSWORD="p") as process:
        shown, _ = process.communicate(timeout=DEADLINE_S)

    assert process.returncode == 0, shown


def test_a_second_demo_has_a_folder_of_its_own_and_leaves_the_first_ones_file(root: Path, tmp_path: Path) -> None:
    with demo(root, tmp_path) as first:
        read_until(first, "Ctrl-C")
        before = (tmp_path / "var" / "demo.json").read_text()
        with demo(root, tmp_path, "--once") as second:
            shown, _ = second.communicate(timeout=DEADLINE_S)
        after = (tmp_path / "var" / "demo.json").read_text()
        first.send_signal(signal.SIGINT)
        first.wait(timeout=DEADLINE_S)

    assert second.returncode == 0, shown
    assert f"Another demo is running: this one uses {tmp_path / 'var'}/demo-{second.pid}" in shown
    assert after == before
    assert not (tmp_path / "var" / "demo.json").exists()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has more than one loopback address")
def test_on_an_address_of_its_own_each_program_listens_at_its_usual_port(root: Path, tmp_path: Path) -> None:
    # An address that no other test run uses.
    address = f"127.{os.getpid() % 250 + 1}.{os.getpid() // 250 % 250 + 1}.7"
    with demo(root, tmp_path, "--listen", address) as first:
        read_until(first, "Ctrl-C")
        known = json.loads((tmp_path / "var" / "demo.json").read_text())
        with demo(root, tmp_path, "--once", "--listen", address) as second:
            shown, _ = second.communicate(timeout=DEADLINE_S)
        first.send_signal(signal.SIGINT)
        first.wait(timeout=DEADLINE_S)

    urls = {name: server["url"] for name, server in known["servers"].items()}
    assert urls == {name: f"http://{address}:{PROGRAMS[name].usual_port}" for name in urls}
    assert known["orchestrator"]["url"] == f"http://{address}:8080"
    assert known["simulators"]["glpi"] == f"http://{address}:9002"
    assert first.returncode == 0
    assert second.returncode == 1
    assert f"cannot listen on {address}:9001: Address already in use" in shown


@pytest.mark.requirement("N-03")
def test_the_file_of_urls_and_tokens_lets_a_script_connect_and_ctrl_c_leaves_nothing(
    root: Path, tmp_path: Path
) -> None:
    with demo(root, tmp_path) as process:
        read_until(process, "Ctrl-C")
        children = psutil.Process(process.pid).children(recursive=True)
        path = tmp_path / "var" / "demo.json"
        known, mode = json.loads(path.read_text()), stat.S_IMODE(path.stat().st_mode)
        healths = [httpx.get(f"{s['url']}/readyz").status_code for s in known["servers"].values()]
        refused = httpx.post(known["servers"]["glpi"]["mcp"], json={}).status_code
        runs = httpx.get(
            f"{known['orchestrator']['url']}/api/runs",
            headers={"authorization": f"Bearer {known['orchestrator']['token']}"},
        ).json()["runs"]
        listed = subprocess.run(
            [sys.executable, "-m", "cli", "tools", "list", "glpi", "--transport", "sse"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_S,
        )
        process.send_signal(signal.SIGINT)
        process.wait(timeout=DEADLINE_S)

    assert set(known) == {"servers", "orchestrator", "simulators"}
    assert {"sse", "mcp", "token"} <= set(known["servers"]["glpi"])
    assert mode == 0o600
    assert healths == [200, 200, 200, 200]
    assert refused == 401
    assert runs[0]["state"] == "done"
    assert "create_ticket" in listed.stdout, listed.stderr
    assert process.returncode == 0
    assert len(children) >= 5
    assert wait_gone(children) == []


@pytest.mark.requirement("N-05")
def test_the_link_in_the_demos_mail_opens_and_its_password_signs_in(root: Path, tmp_path: Path) -> None:
    with demo(root, tmp_path) as process:
        shown = read_until(process, "Ctrl-C")
        known = json.loads((tmp_path / "var" / "demo.json").read_text())["simulators"]
        mails = httpx.get(f"{known['mail']}/_sim/mails").json()
        text = next(mail["text"] for mail in mails if "Mot de passe de" in mail["subject"])
        link = re.findall(r"https?://\S+/p/\S+", text)[0]
        step = httpx.get(link).text
        page = httpx.get(httpx.URL(link).join(re.findall(r'href="([^"]+)"', step)[0])).text
        password = re.findall(r"première connexion\) : (\S+)</pre>", html.unescape(page))[0]
        directory = known["directory"]
        right, wrong = (sign_in(directory, text) for text in (password, "n'importe quoi"))

    assert password not in shown + text + step
    assert "data 773" in right  # the right one, to be changed at the first logon
    assert "data 52e" in wrong


def sign_in(directory: dict[str, str], password: str) -> str:
    """What the directory says to the employee of the demo."""
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=directory["ca_file"])
    server = ldap3.Server(directory["url"], tls=tls, get_info=ldap3.NONE)
    connection = ldap3.Connection(server, "WIDIP\\zobrien", password)
    connection.bind()
    said = str(connection.result["message"])
    connection.unbind()
    return said


@pytest.mark.requirement("N-02")
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parent")
def test_even_kill_9_leaves_no_process_behind(root: Path, tmp_path: Path) -> None:
    with demo(root, tmp_path) as process:
        read_until(process, "Ctrl-C")
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()

    assert len(children) >= 5
    assert wait_gone(children) == []
