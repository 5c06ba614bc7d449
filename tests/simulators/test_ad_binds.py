"""Who may bind, and what a refused bind says: the simulator and Samba alike."""

from __future__ import annotations

import socket
import ssl

import ldap3
import pytest
from ldap3.core.exceptions import LDAPSocketOpenError

from tests.simulators.ad_divergences import known
from tests.simulators.ad_lab import LILAS, OTHER_PASSWORD, PASSWORD, Lab, quoted, replace, swap


@pytest.mark.requirement("A-40")
@pytest.mark.parametrize("form", ["netbios", "upn", "dn"])
def test_every_form_of_a_name_binds(lab: Lab, form: str) -> None:
    dn = lab.account()
    login = lab.text(dn, "sAMAccountName")
    name = {"netbios": f"WIDIP\\{login}", "upn": f"{login}@widip.local", "dn": dn}[form]

    assert lab.bind(name, PASSWORD).code == 0
    assert lab.bind(name.upper(), PASSWORD).code == 0


@pytest.mark.requirement("A-40")
def test_in_clear_nobody_binds(lab: Lab) -> None:
    refused = lab.bind(lab.place.service, lab.place.service_password, connection=lab.connect(is_plain=True))

    assert refused.code == 8


@pytest.mark.requirement("A-40")
def test_start_tls_makes_a_plain_connection_good_for_a_bind(lab: Lab) -> None:
    connection = lab.connect(is_plain=True)

    connection.start_tls()

    assert lab.bind(lab.place.service, lab.place.service_password, connection=connection).code == 0


@pytest.mark.requirement("A-40")
def test_a_wrong_password_is_52e(lab: Lab) -> None:
    refused = lab.bind(lab.login(lab.account()), "Mauvais-2026!")

    assert (refused.code, refused.data) == (49, "52e")


@pytest.mark.requirement("A-40")
def test_an_unknown_name_is_refused(lab: Lab) -> None:
    refused = lab.bind("WIDIP\\personne", PASSWORD)

    assert (refused.code, refused.data) == (49, known("data of a bind with an unknown name", lab.kind))


@pytest.mark.requirement("A-40")
@pytest.mark.parametrize(
    ("changes", "data"),
    [
        ({"userAccountControl": replace(514)}, "533"),
        ({"pwdLastSet": replace(0)}, "773"),
        ({"accountExpires": replace(133000000000000000)}, "701"),
    ],
)
def test_a_closed_account_says_why_to_who_has_its_password(lab: Lab, changes: object, data: str) -> None:
    dn = lab.account()
    name = lab.login(dn)
    before = lab.bind(name, PASSWORD)

    lab.modify(dn, changes)  # type: ignore[arg-type]

    assert before.code == 0
    refused = lab.bind(name, PASSWORD)
    assert (refused.code, refused.data) == (49, data)


def lock_out(lab: Lab, dn: str) -> None:
    """As many wrong passwords as the policy allows."""
    name = lab.login(dn)
    for _try in range(5):
        assert lab.bind(name, "Mauvais-2026!").data == "52e"


@pytest.mark.requirement("A-41")
def test_wrong_passwords_lock_an_account_even_for_the_right_one(lab: Lab) -> None:
    dn = lab.account()

    lock_out(lab, dn)

    assert lab.bind(lab.login(dn), PASSWORD).data == "775"
    assert lab.number(dn, "lockoutTime") > 0
    assert lab.number(dn, "badPwdCount") == 5
    assert lab.number(dn, "msDS-User-Account-Control-Computed") & 0x10


@pytest.mark.requirement("A-41")
def test_an_unlock_opens_it_and_forgets_the_wrong_passwords(lab: Lab) -> None:
    dn = lab.account()
    lock_out(lab, dn)

    unlocked = lab.modify(dn, {"lockoutTime": replace(0)})

    assert unlocked.code == 0
    assert lab.number(dn, "badPwdCount") == 0
    assert not lab.number(dn, "msDS-User-Account-Control-Computed") & 0x10
    assert lab.bind(lab.login(dn), PASSWORD).code == 0


@pytest.mark.requirement("A-41")
def test_a_right_password_forgets_the_wrong_ones(lab: Lab) -> None:
    dn = lab.account()
    name = lab.login(dn)
    for _try in range(4):
        lab.bind(name, "Mauvais-2026!")

    assert lab.bind(name, PASSWORD).code == 0
    lab.bind(name, "Mauvais-2026!")

    assert lab.bind(name, PASSWORD).code == 0


@pytest.mark.requirement("A-43")
def test_a_reset_alone_does_not_unlock(lab: Lab) -> None:
    dn = lab.account()
    lock_out(lab, dn)

    assert lab.modify(dn, {"unicodePwd": replace(quoted(OTHER_PASSWORD))}).code == 0

    assert lab.bind(lab.login(dn), OTHER_PASSWORD).data == "775"


@pytest.mark.requirement("A-43")
def test_reset_unlock_and_must_change_are_one_request(lab: Lab) -> None:
    dn = lab.account()
    lock_out(lab, dn)
    changes = {"unicodePwd": replace(quoted(OTHER_PASSWORD)), "lockoutTime": replace(0), "pwdLastSet": replace(0)}

    assert lab.modify(dn, changes).code == 0

    assert lab.bind(lab.login(dn), OTHER_PASSWORD).data == "773"
    assert lab.number(dn, "msDS-User-Account-Control-Computed") & 0x800010 == 0x800000


@pytest.mark.requirement("A-58")
def test_who_does_not_know_the_authority_does_not_connect(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> None:
    from simulators.ad.certificates import make_certificates

    stranger = tmp_path_factory.mktemp("stranger") / "ca.pem"
    stranger.write_bytes(make_certificates().ca)

    with pytest.raises(LDAPSocketOpenError):
        lab.connect(ca_file=str(stranger))
    assert lab.bind(lab.place.service, lab.place.service_password).code == 0


@pytest.mark.requirement("A-58")
def test_the_certificate_is_good_for_its_names_and_address_only(lab: Lab) -> None:
    context = ssl.create_default_context(cafile=str(lab.place.ca_file))

    def connect(name: str) -> str | None:
        with (
            socket.create_connection((lab.place.host, lab.place.port), 5) as plain,
            context.wrap_socket(plain, server_hostname=name) as encrypted,
        ):
            return encrypted.version()

    assert [connect(name) for name in (lab.place.host, "localhost", "dc1.widip.local")] == ["TLSv1.3"] * 3
    with pytest.raises(ssl.SSLCertVerificationError):
        connect("dc9.widip.local")


@pytest.mark.requirement("A-40")
def test_the_root_is_read_by_anybody_and_nothing_else(lab: Lab) -> None:
    connection = lab.connect()

    root = connection.search("", "(objectClass=*)", ldap3.BASE, attributes=["currentTime", "defaultNamingContext"])
    rest = connection.search(lab.place.base_dn, "(objectClass=user)", attributes=["cn"])

    assert root[2][0]["attributes"]["defaultNamingContext"] == [lab.place.base_dn]
    assert len(root[2][0]["attributes"]["currentTime"][0]) == len("20260301080000.0Z")
    assert rest[1]["result"] == 1


@pytest.mark.requirement("A-54")
def test_who_am_i_is_known_to_windows_only(lab: Lab) -> None:
    told = lab.service.extended("1.3.6.1.4.1.4203.1.11.3")

    assert told[1]["result"] == known("who am I", lab.kind)


@pytest.mark.requirement("A-44")
def test_an_account_opens_and_closes_by_compare_and_set(lab: Lab) -> None:
    dn = lab.account(ou=LILAS)

    closed = lab.modify(dn, {"userAccountControl": swap(512, 514)})
    stale = lab.modify(dn, {"userAccountControl": swap(66048, 66050)})
    opened = lab.modify(dn, {"userAccountControl": swap(514, 512)})

    assert (closed.code, stale.code, opened.code) == (0, 16, 0)
    assert lab.number(dn, "userAccountControl") == 512
