"""A PostgreSQL server of the tests' own: made in a temporary folder, fast instead of safe, reached by a socket file."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import psycopg

UNPRIVILEGED = ("postgres", "nobody")
START_S = 30.0
_PR_SET_PDEATHSIG = 1

# A zone that is not UTC: what forgets zones shows. Nothing is synced: what is in here may be lost with the machine.
SETTINGS = {
    "listen_addresses": "",
    "timezone": "Asia/Tokyo",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "deadlock_timeout": "100ms",
}


def find_binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: on the PATH, or where Debian puts them (not on the PATH), newest first."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    places += sorted(debian, key=lambda place: int(place.parent.name) if place.parent.name.isdecimal() else 0)[::-1]
    return next((place for place in places if all((place / name).is_file() for name in ("initdb", "postgres"))), None)


@dataclass
class Postgres:
    """A running server. Each database is made for one test."""

    folder: Path
    template: str = "template1"
    """What new databases are copies of."""
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        """As DATABASE_URL."""
        return f"postgresql://widip@/{database}?host={self.folder}"

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a new database, dropped at the end with whoever is still connected."""
        name = f"test_{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {'template1' if empty else self.template}")
        yield self.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def with_template(self, name: str, prepare: Callable[[str], None]) -> Postgres:
        """The same server; here databases begin as `prepare` leaves one: copied faster than made."""
        template = f"prepared_{name}"
        self.run(f"CREATE DATABASE {template}")
        prepare(self.url(template))
        return replace(self, template=template)

    def run(self, statement: str) -> None:
        """One statement outside of any transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(binaries: Path) -> Iterator[Postgres]:
    """A server that ends with the block, and with this process whatever ends it."""
    user = next((name for name in UNPRIVILEGED if _exists(name)), None) if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="widip-pg-"))  # not pytest's own: another user cannot pass through that
    if user is not None:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    own = ["--username=widip", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    try:
        _start([str(binaries / "initdb"), f"--pgdata={folder}/data", *own], user, folder).wait(START_S)
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        server = _start([str(binaries / "postgres"), "-D", f"{folder}/data", "-k", str(folder), *options], user, folder)
        try:
            postgres = Postgres(folder)
            _wait(postgres, server)
            yield postgres
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(START_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exists(user: str) -> bool:
    try:
        return bool(pwd.getpwnam(user))
    except KeyError:
        return False


def _start(command: list[str], user: str | None, folder: Path) -> subprocess.Popen[bytes]:
    """PostgreSQL refuses to run as root."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # noqa: PLW1509 - it calls nothing that takes a lock
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _die_with_parent() -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _wait(postgres: Postgres, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(postgres.url("postgres"), connect_timeout=2).close()
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not start: {(postgres.folder / 'log').read_text(errors='replace')[-2000:]}")
