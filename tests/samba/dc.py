"""A Samba domain controller of our own: provisioned, filled with the simulator's world, ended by its process id.

Source of every option: contracts/ad.md, section 1. Its ports, 389 and 636, cannot be moved, so it has an address of its
own. All processes of one pytest run share one.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from cli.processes import Children
from simulators.ad.certificates import make_certificates
from simulators.ad.world import ADMIN_PASSWORD, World, load_world
from tests.directories import DirectoryPlace, place_of

LDAPS, LDAP = 636, 389
ADDRESSES = tuple(f"127.0.0.{number}" for number in range(10, 30))
SYSTEM_PYTHON = "/usr/bin/python3"
START_S = 60.0


def why_not() -> str | None:
    """Why no Samba can run here; None when it can."""
    if os.geteuid() != 0:
        return "Samba listens on ports below 1024: not root here"
    missing = [name for name in ("samba", "samba-tool") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


@contextlib.contextmanager
def running_samba(folder: Path) -> Iterator[DirectoryPlace]:
    """A domain controller that runs as long as the block lasts. Raises RuntimeError with what it said."""
    world = load_world()
    with _claimed_address() as address:
        state = folder / "dc"
        _provision(folder, state, world, address)
        ca_file = _write_certificates(state, address)
        children = Children(folder / "logs")
        samba = shutil.which("samba") or "samba"
        config = state / "etc/smb.conf"
        command = [samba, "-F", "--no-process-group", "-s", str(config), "-M", "single", "-d", "1", "--debug-stdout"]
        process = children.start("samba", command)
        try:
            _wait_ready(address, process, children)
            yield place_of(world, address, LDAPS, LDAP, ca_file)
        finally:
            children.stop()


@contextlib.contextmanager
def _claimed_address() -> Iterator[str]:
    """A loopback address that no other test process has: two of them would fight for its ports."""
    for address in ADDRESSES:
        path = Path(tempfile.gettempdir()) / f"widip-samba-{address}.lock"
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if _is_free(address):
                yield address
                return
    raise RuntimeError("no loopback address is free for a Samba")


def _is_free(address: str) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, LDAPS))
        except OSError:
            return False
        return True


def _provision(folder: Path, state: Path, world: World, address: str) -> None:
    empty = folder / "empty.conf"
    empty.write_text("[global]\n")
    for name in ("run", "ncalrpc", "log"):
        (state / name).mkdir(parents=True, exist_ok=True)
    options = {
        "interfaces": f"{address}/8",
        "bind interfaces only": "yes",
        "pid directory": f"{state}/run",
        "ncalrpc dir": f"{state}/ncalrpc",
        "log file": f"{state}/log/log.samba",
        "winbindd socket directory": f"{state}/run/winbindd",
        "server services": "ldap",
    }
    _run(
        ["samba-tool", "domain", "provision", f"--configfile={empty}", f"--targetdir={state}"]
        + [f"--realm={world.dns_name.upper()}", f"--domain={world.netbios}", f"--domain-sid={world.sid}"]
        + ["--server-role=dc", "--dns-backend=NONE", f"--adminpass={ADMIN_PASSWORD}", "--host-name=dc1"]
        + [f"--host-ip={address}", "--use-rfc2307"]
        + [f"--option={name}={value}" for name, value in options.items()]
    )
    told = folder / "world.json"
    told.write_text(json.dumps(asdict(world)), encoding="utf-8")
    script = Path(__file__).with_name("fill.py")
    _run([SYSTEM_PYTHON, str(script), str(state / "etc/smb.conf"), str(told)])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed:\n{done.stderr[-3000:]}")


def _write_certificates(state: Path, address: str) -> Path:
    """Our own authority, under the names that Samba looks for; without them it makes one without subjectAltName."""
    made = make_certificates(addresses=(address,))
    folder = state / "private/tls"
    folder.mkdir(exist_ok=True)
    for name, content in (("ca.pem", made.ca), ("cert.pem", made.server), ("key.pem", made.key)):
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(content)
    return folder / "ca.pem"


def _wait_ready(address: str, process: subprocess.Popen[bytes], children: Children) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((address, LDAPS), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"Samba did not start:\n{children.tail('samba')}")
