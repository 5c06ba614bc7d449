"""One demo owns var/demo; a second one beside it gets a folder of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a demo may write."""

    folder: Path
    json_file: Path
    is_first: bool


@contextlib.contextmanager
def claim_folder(folder: Path) -> Iterator[Claim]:
    """`folder` with demo.json beside it; while another demo holds those, FOLDER-PID with a demo.json inside."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock_file(folder).open("a") as lock:
        if _try_lock(lock):
            yield Claim(folder, folder.parent / "demo.json", is_first=True)
        else:
            own = folder.with_name(f"{folder.name}-{os.getpid()}")
            yield Claim(own, own / "demo.json", is_first=False)


def is_claimed(folder: Path) -> bool:
    """True while a demo runs in `folder`."""
    try:
        with _lock_file(folder).open("r") as lock:
            return not _try_lock(lock, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _try_lock(file: IO[str], kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
