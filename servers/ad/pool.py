"""LDAPS connections, used one thread at a time each. ldap3 lives here and in session.py.

Source: contracts/ad.md, sections 2 and 7.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ldap3 import AUTO_BIND_NONE, BASE, NONE, SAFE_SYNC, SIMPLE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from pydantic import SecretStr

from servers.ad.codes import (
    INVALID_CREDENTIALS,
    SUCCESS,
    SYSTEM,
    Operation,
    bind_refusal,
    error_from_result,
    find_bind_data,
)
from shared.errors import InvalidInput, UpstreamUnauthorized, UpstreamUnavailable

LDAPS_PORT = 636
IDLE_S = 240.0
MENDED_S = 60.0
"""After a refusal that somebody may mend in the directory: how long until the next try."""
WRONG_PASSWORD_S = 3600.0
"""After a wrong password: longer than AD's window for counting them (10 to 30 minutes), so that trying never locks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the directory is and how we sign in. There is no way in without a checked certificate.

    timeout_s: of one answer; ldap3 takes whole seconds only.
    """

    url: str
    username: str
    password: SecretStr
    ca_file: Path
    connect_timeout_s: float = 3.0
    timeout_s: int = 10


class Pool:
    """Bound connections to one domain controller. Every method blocks: call it in a worker thread."""

    def __init__(self, door: Door, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._door = door
        self._clock = clock
        self._tls = _open_tls(door)
        self._idle: list[tuple[Connection, float]] = []
        self._lock = threading.Lock()
        self._binding = threading.Lock()
        self._is_closed = False
        self._refused: tuple[float, str] | None = None

    @contextlib.contextmanager
    def connection(self, *, probe: bool) -> Iterator[Connection]:
        """A bound connection; dropped when the work raises, since nobody knows what is left on its wire.

        probe: make sure that it is alive, for a write. Raises UpstreamUnavailable, UpstreamUnauthorized.
        """
        connection = self._take(probe=probe)
        try:
            yield connection
        except BaseException:
            _drop(connection)
            self._drop_idle()  # its neighbours died with it, most likely: one failure, not eight
            raise
        with self._lock:
            if not self._is_closed:
                self._idle.append((connection, self._clock()))
                return
        _drop(connection)

    def try_bind(self, user: str, password: SecretStr) -> str:
        """Sign in as somebody else, once, on a connection of its own; "" or the sub-code of the refusal.

        A wrong password counts against that account.
        """
        connection = self._connect(user, password)
        try:
            result, message = _bind(connection)
        finally:
            _drop(connection)
        return "" if result == SUCCESS else find_bind_data(message)

    def close(self) -> None:
        """For good: drop what is idle, and later what threads still work with."""
        self._is_closed = True
        self._drop_idle()

    def _drop_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection, _since in idle:
            _drop(connection)

    def _take(self, *, probe: bool) -> Connection:
        while True:
            with self._lock:
                found = self._idle.pop() if self._idle else None
            if found is None:
                return self._open()
            connection, since = found
            if self._clock() - since <= IDLE_S and (not probe or _is_alive(connection)):
                return connection
            _drop(connection)

    def _open(self) -> Connection:
        self._check_not_refused()
        connection = self._connect(self._door.username, self._door.password)
        try:
            self._sign_in(connection)
        except BaseException:
            _drop(connection)
            raise
        return connection

    def _connect(self, user: str, password: SecretStr) -> Connection:
        connection = Connection(
            self._server(),
            user,
            password.get_secret_value(),
            client_strategy=SAFE_SYNC,
            authentication=SIMPLE,
            auto_bind=AUTO_BIND_NONE,
            receive_timeout=self._door.timeout_s,
            auto_referrals=False,
            check_names=False,
        )
        try:
            connection.open(read_server_info=False)
        except Exception as error:  # ldap3 lets decoders' and sockets' own errors through
            _drop(connection)
            raise UpstreamUnavailable(
                "Active Directory cannot be reached over TLS: check AD_SERVER, its name in its certificate, AD_CA_FILE",
                system=SYSTEM,
            ) from error
        return connection

    def _server(self) -> Server:
        """A fresh one each time: ldap3's remembers for 5 s that an address did not answer, and asks it no more."""
        where = urlsplit(self._door.url)
        return Server(
            where.hostname or "",
            where.port or LDAPS_PORT,
            use_ssl=True,
            tls=self._tls,
            get_info=NONE,
            connect_timeout=self._door.connect_timeout_s,
        )

    def _sign_in(self, connection: Connection) -> None:
        """One at a time: were a password wrong, eight threads at once would lock the account."""
        if not self._binding.acquire(timeout=self._door.timeout_s):
            raise UpstreamUnavailable("Active Directory does not answer our sign-in", system=SYSTEM)
        try:
            self._check_not_refused()
            result, message = _bind(connection)
            if result == INVALID_CREDENTIALS:
                self._refuse(find_bind_data(message))
                self._check_not_refused()
            if error := error_from_result(Operation.READ, result, message):
                raise error
        finally:
            self._binding.release()

    def _refuse(self, data: str) -> None:
        refusal = bind_refusal(data)
        wait_s = MENDED_S if refusal.mended else WRONG_PASSWORD_S
        text = f"Active Directory refuses our account ({data}): {refusal.text}. Not tried again for {wait_s:.0f} s"
        self._refused = (self._clock() + wait_s, text)

    def _check_not_refused(self) -> None:
        if self._refused and self._clock() < self._refused[0]:
            raise UpstreamUnauthorized(self._refused[1], system=SYSTEM)


class _CheckedTls(Tls):  # type: ignore[misc] # ldap3 has no types
    """TLS as Python checks it: certificate and name, by one context that is loaded once."""

    def __init__(self, ca_file: Path) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED, ca_certs_file=str(ca_file))
        self._context = ssl.create_default_context(cafile=str(ca_file))

    def wrap_socket(self, connection: Connection, do_handshake: bool = False) -> None:
        """ldap3's seam. The socket is the connection's before the handshake, so that it is closed when that fails."""
        plain, host = connection.socket, connection.server.host
        connection.socket = self._context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        connection.socket.do_handshake()


def _open_tls(door: Door) -> Tls:
    try:
        return _CheckedTls(door.ca_file)
    except (LDAPException, OSError):
        raise InvalidInput(f"AD_CA_FILE {door.ca_file} cannot be read, or holds no certificate") from None


def _bind(connection: Connection) -> tuple[int, str]:
    try:
        _ok, result, _response, _request = connection.bind()
    except Exception as error:  # bytes that are no LDAP raise KeyError and others
        raise UpstreamUnavailable("Active Directory does not answer our sign-in", system=SYSTEM) from error
    return int(result["result"]), str(result["message"])


def _is_alive(connection: Connection) -> bool:
    """The rootDSE, which answers in under a millisecond: a write must not go down a dead socket."""
    try:
        _ok, result, _response, _request = connection.search("", "(objectClass=*)", BASE, attributes=["currentTime"])
    except Exception:  # noqa: BLE001 - whatever it is, the connection is of no use
        return False
    return bool(result["result"] == SUCCESS)


def _drop(connection: Connection) -> None:
    with contextlib.suppress(Exception):  # it may be broken in any way
        connection.unbind()
    if connection.socket is not None:  # ldap3 leaves it open when the handshake fails
        connection.socket.close()
