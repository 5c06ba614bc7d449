"""One Samba for all processes of a pytest run: the first that needs it starts it, and ends it when nobody uses it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.directories import DirectoryPlace
from tests.samba.dc import running_samba


@contextlib.contextmanager
def shared_samba(folder: Path) -> Iterator[DirectoryPlace]:
    """folder is the same for all processes of the run."""
    note, users = folder / "samba.json", folder / "samba.users"
    with contextlib.ExitStack() as stack:
        with (folder / "samba.start").open("w") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            if not note.exists():
                place = stack.enter_context(running_samba(Path(tempfile.mkdtemp(prefix="samba-", dir=folder))))
                note.write_text(json.dumps(asdict(place) | {"ca_file": str(place.ca_file)}), encoding="utf-8")
                stack.callback(_wait_for_users, users, note)
            using = stack.enter_context(users.open("a"))
            fcntl.flock(using, fcntl.LOCK_SH)
            stack.callback(fcntl.flock, using, fcntl.LOCK_UN)
        told = json.loads(note.read_text(encoding="utf-8"))
        yield DirectoryPlace(**(told | {"ca_file": Path(told["ca_file"])}))


def _wait_for_users(users: Path, note: Path) -> None:
    """Until no other process has it in use. Who comes later starts one again."""
    with users.open("a") as using:
        fcntl.flock(using, fcntl.LOCK_EX)
        note.unlink()


def run_folder(own: Path) -> Path:
    """The folder that all processes of this pytest run share; `own` is this process's base folder."""
    return own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
