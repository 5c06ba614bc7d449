"""What the simulated directory does on demand, as ldap3 sees it."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import timedelta

import ldap3
import pytest
from ldap3.core.exceptions import (
    LDAPSessionTerminatedByServerError,
    LDAPSocketReceiveError,
)

from simulators.ad.rights import stamp_protected
from simulators.faults import Faults
from tests.directories import SimulatedDirectory
from tests.simulators.ad_lab import LILAS, OTHER_PASSWORD, PASSWORD, Lab, quoted, replace

ZOE = f"CN=Zoé O'Brien,{LILAS}"
DEADLINE_S = 10.0


def impatient(lab: Lab) -> ldap3.Connection:
    """The service account's connection, which waits one second for an answer."""
    connection = lab.bound(lab.place.service, lab.place.service_password)
    connection.receive_timeout = 1
    connection.strategy.connection.socket.settimeout(1)
    return connection


def wait_for_title(lab: Lab, title: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while lab.text(lab.dn(ZOE), "title") != title:
        assert time.monotonic() < deadline, "the work was never done"


@pytest.mark.requirement("A-55")
def test_a_write_sent_to_a_frozen_server_is_done_when_it_wakes(
    simulated: SimulatedDirectory, simulator_lab: Lab
) -> None:
    lab, connection = simulator_lab, impatient(simulator_lab)
    simulated.call(simulated.server.freeze)

    with pytest.raises(LDAPSocketReceiveError):
        connection.modify(lab.dn(ZOE), {"title": replace("Après le gel")})
    assert simulated.server.directory.get(lab.dn(ZOE)).text("title") == "Agent d'accueil"
    simulated.call(simulated.server.thaw)

    wait_for_title(lab, "Après le gel")


@pytest.mark.requirement("A-55")
def test_a_frozen_server_accepts_and_does_not_shake_hands(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    simulated.call(simulated.server.freeze)

    assert is_mute(simulator_lab)
    simulated.call(simulated.server.thaw)
    assert simulator_lab.bind(simulator_lab.place.service, simulator_lab.place.service_password).code == 0


def is_mute(lab: Lab) -> bool:
    """Connected, and no handshake within half a second."""
    context = ssl.create_default_context(cafile=str(lab.place.ca_file))
    with socket.create_connection((lab.place.host, lab.place.port), 5) as plain:
        plain.settimeout(0.5)
        try:
            with context.wrap_socket(plain, server_hostname=lab.place.host):
                return False
        except TimeoutError:
            return True


@pytest.mark.requirement("A-55")
def test_a_hanging_connection_is_mute_and_the_next_one_is_not(faults: Faults, simulator_lab: Lab) -> None:
    faults.add("hang", "CONNECT")

    assert is_mute(simulator_lab)
    assert not is_mute(simulator_lab)


@pytest.mark.requirement("A-55")
def test_down_refuses_and_comes_back_where_it_was(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    lab = simulator_lab
    simulated.wait_for(simulated.server.stop())

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((lab.place.host, lab.place.port), 5)
    simulated.wait_for(simulated.server.come_back())

    assert lab.bind(lab.place.service, lab.place.service_password).code == 0


@pytest.mark.requirement("A-55")
def test_a_restart_cuts_every_session(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    lab, connection = simulator_lab, impatient(simulator_lab)

    simulated.wait_for(simulated.server.restart())

    with pytest.raises(LDAPSessionTerminatedByServerError):
        connection.search(lab.place.base_dn, "(sn=Oria)")
    assert lab.bind(lab.place.service, lab.place.service_password).code == 0


@pytest.mark.requirement("A-55")
@pytest.mark.parametrize(("kind", "is_done"), [("drop_answer", True), ("down", False)])
def test_a_cut_connection_may_have_done_its_work(faults: Faults, simulator_lab: Lab, kind: str, is_done: bool) -> None:
    lab, connection = simulator_lab, impatient(simulator_lab)
    faults.add(kind, "MODIFY")

    with pytest.raises(LDAPSessionTerminatedByServerError):
        connection.modify(lab.dn(ZOE), {"title": replace("Sans réponse")})

    assert (lab.text(lab.dn(ZOE), "title") == "Sans réponse") is is_done


@pytest.mark.requirement("A-55")
@pytest.mark.parametrize(("kind", "is_done"), [("late", True), ("hang", False)])
def test_a_mute_request_may_be_done_later(faults: Faults, simulator_lab: Lab, kind: str, is_done: bool) -> None:
    lab, connection = simulator_lab, impatient(simulator_lab)
    faults.add(kind, "MODIFY")

    with pytest.raises(LDAPSocketReceiveError):
        connection.modify(lab.dn(ZOE), {"title": replace("Plus tard")})

    if is_done:
        wait_for_title(lab, "Plus tard")
    else:
        assert lab.text(lab.dn(ZOE), "title") == "Agent d'accueil"


@pytest.mark.requirement("A-55")
def test_busy_is_51_as_often_as_told(faults: Faults, simulator_lab: Lab) -> None:
    faults.add("busy", "MODIFY", times=2)
    change = {"title": replace("Enfin")}

    codes = [simulator_lab.modify(simulator_lab.dn(ZOE), change).code for _try in range(3)]

    assert codes == [51, 51, 0]
    assert faults.count(f"MODIFY {simulator_lab.dn(ZOE)} title") == 3


@pytest.mark.requirement("A-55")
def test_any_code_is_answered_on_demand(faults: Faults, simulator_lab: Lab) -> None:
    faults.add("error", "MODIFY", status=52, body="0000000E: SvcErr: unavailable")

    told = simulator_lab.modify(simulator_lab.dn(ZOE), {"title": replace("x")})

    assert (told.code, told.win32) == (52, "0000000E")


@pytest.mark.requirement("A-55")
def test_slow_answers_late(faults: Faults, simulator_lab: Lab) -> None:
    connection = simulator_lab.service
    faults.add("slow", "SEARCH", delay_s=0.3)
    started = time.monotonic()

    connection.search(simulator_lab.place.base_dn, "(sn=Oria)")

    assert time.monotonic() - started >= 0.3


@pytest.mark.requirement("A-55")
@pytest.mark.parametrize("kind", ["garbage", "html"])
def test_what_is_no_ldap_breaks_the_client(faults: Faults, simulator_lab: Lab, kind: str) -> None:
    connection = simulator_lab.service
    faults.add(kind, "SEARCH")

    with pytest.raises(KeyError):  # what ldap3 makes of it, and no exception of its own
        connection.search(simulator_lab.place.base_dn, "(sn=Oria)")


@pytest.mark.requirement("A-59")
@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\n\r\n", b"0\x84\xff\xff\xff\xff", b"0\x03\x02\x01\x01", b"0\x05abcde"]
)
def test_a_client_that_speaks_no_ldap_is_hung_up_on(simulator_lab: Lab, sent: bytes) -> None:
    lab = simulator_lab
    own = lab.service
    context = ssl.create_default_context(cafile=str(lab.place.ca_file))

    with (
        socket.create_connection((lab.place.host, lab.place.port), 5) as plain,
        context.wrap_socket(plain, server_hostname=lab.place.host) as stranger,
    ):
        stranger.sendall(sent)
        told = b""
        while part := stranger.recv(4096):
            told += part

    assert b"1.3.6.1.4.1.1466.20036" in told
    assert own.search(lab.place.base_dn, "(sn=Oria)")[1]["result"] == 0


@pytest.mark.requirement("A-59")
def test_no_password_is_in_the_list_of_requests(faults: Faults, simulator_lab: Lab) -> None:
    lab = simulator_lab
    lab.modify(lab.dn(ZOE), {"unicodePwd": replace(quoted(OTHER_PASSWORD))})

    assert not [line for line in faults.requests if OTHER_PASSWORD in line or lab.place.service_password in line]
    assert faults.count("unicodePwd") == 1


@pytest.mark.requirement("A-41")
def test_a_lockout_ends_with_its_time(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    lab = simulator_lab
    dn = lab.account()
    name = lab.login(dn)
    for _try in range(5):
        lab.bind(name, "Mauvais-2026!")
    locked = lab.bind(name, PASSWORD)

    simulated.server.directory.skew += timedelta(minutes=31)

    assert locked.data == "775"
    assert lab.number(dn, "msDS-User-Account-Control-Computed") & 0x10 == 0
    assert lab.number(dn, "lockoutTime") > 0
    assert lab.bind(name, PASSWORD).code == 0


@pytest.mark.requirement("A-41")
def test_wrong_passwords_of_long_ago_do_not_count(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    name = simulator_lab.login(simulator_lab.account())
    for _try in range(4):
        simulator_lab.bind(name, "Mauvais-2026!")

    simulated.server.directory.skew += timedelta(minutes=31)
    simulator_lab.bind(name, "Mauvais-2026!")

    assert simulator_lab.bind(name, PASSWORD).code == 0


@pytest.mark.requirement("A-40")
def test_a_password_too_old_is_532(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    dn = simulator_lab.account()

    simulated.server.directory.skew += timedelta(days=91)

    assert simulator_lab.bind(simulator_lab.login(dn), PASSWORD).data == "532"
    assert simulator_lab.number(dn, "msDS-User-Account-Control-Computed") == 0x800000


@pytest.mark.requirement("A-50")
def test_the_hourly_stamp_reaches_nested_members(simulated: SimulatedDirectory, simulator_lab: Lab) -> None:
    lab, nested = simulator_lab, simulator_lab.dn(f"CN=Pascal Garnier,{LILAS}")
    before = lab.modify(nested, {"title": replace("x")})

    simulated.call(lambda: stamp_protected(simulated.server.directory))

    assert (before.code, lab.modify(nested, {"title": replace("y")}).code) == (0, 50)
    assert lab.text(nested, "adminCount") == "1"
