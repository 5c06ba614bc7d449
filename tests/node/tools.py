"""The official MCP tools of package.json: installed once into var/node, and run on the Node that came with them.

After a change of package.json: `npm install --package-lock-only` in this folder.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

LISTS = ("package.json", "package-lock.json", ".npmrc")
SOURCE = Path(__file__).parent
FOLDER = SOURCE.parent.parent / "var" / "node"
NEEDED_NODE = (22, 19)
INSTALL_S = 300
RUN_S = 60


class ToolsMissing(Exception):
    """The tools cannot be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class NodeTools:
    """The installed programs. `path` is a PATH with their Node first; `home` is where they leave files of a user."""

    programs: Path
    path: str
    home: Path

    async def run(self, program: str, *arguments: str) -> Ran:
        """Run a program of package.json to its end, for RUN_S seconds at most. Raises TimeoutError."""
        process = await asyncio.create_subprocess_exec(
            str(self.programs / program),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": self.path, "HOME": str(self.home), "NO_COLOR": "1"},
        )
        try:
            async with asyncio.timeout(RUN_S):
                out, err = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())


def install_tools(home: Path) -> NodeTools:
    """What package-lock.json names, into var/node unless it is there already; one process at a time.

    Raises ToolsMissing.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in LISTS)).hexdigest()
        done = FOLDER / "installed"
        if not done.is_file() or done.read_text() != wanted:
            done.unlink(missing_ok=True)
            _install()
            done.write_text(wanted)
    modules = FOLDER / "node_modules"
    # Not through .bin: npm 9 makes no link there where two packages, for two kinds of machine, would have the same one.
    path = ":".join([*(str(node.parent) for node in modules.glob("node-*/bin/node")), os.environ["PATH"]])
    _check_node(path)
    return NodeTools(modules / ".bin", path, home)


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise ToolsMissing("no npm on the PATH")
    for name in LISTS:
        shutil.copy(SOURCE / name, FOLDER / name)
    command = [npm, "ci", "--prefer-offline", "--fetch-retries=1"]
    try:
        subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, text=True, timeout=INSTALL_S)
    except subprocess.CalledProcessError as error:
        raise ToolsMissing(f"npm ci ended with {error.returncode}: {error.stderr[-500:]}") from error
    except subprocess.TimeoutExpired as error:
        raise ToolsMissing(f"npm ci took more than {INSTALL_S} s") from error


def _check_node(path: str) -> None:
    """Node comes as a package for Linux on x64 and arm64; elsewhere the PATH's must be new enough."""
    node = shutil.which("node", path=path)
    if node is None:
        raise ToolsMissing("no node on the PATH, and no package of it for this machine")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    if found is None or (int(found[1]), int(found[2])) < NEEDED_NODE:
        raise ToolsMissing(f"node {said.strip()} is too old: the tools need {'.'.join(map(str, NEEDED_NODE))}")
