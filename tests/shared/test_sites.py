"""The registry of sites: whose a device is, and what a wrong file says."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.errors import InvalidInput
from shared.sites import Role, Sites, load_sites

GOOD = """\
[[site]]
code = "LILAS"
name = "Les Lilas"
glpi_entity_id = 3

[site.isp]
name = "FAI"
circuit = "C-1"

[[site.contacts]]
name = "Mme A"
email = "a@lilas.example"

[[site.device]]
id = 11
hostname = "lilas-fw1"
role = "edge"
owner = "WIDIP"

[[site.device]]
hostname = "lilas-ap*"
role = "ap"
owner = "CLIENT"
parent = "lilas-fw1"

[[site]]
code = "ROSES"
name = "Les Roses"
glpi_entity_id = 4

[[site.device]]
id = 21
hostname = "roses-fw1"
role = "edge"
owner = "FAI"

[[site.device]]
hostname = "*-ap9"
role = "ap"
owner = "WIDIP"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "sites.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return load_sites(write(tmp_path, GOOD))


def faults_of(folder: Path, text: str) -> list[str]:
    """The lines of the refusal, without the folder."""
    path = write(folder, text)
    with pytest.raises(InvalidInput) as caught:
        load_sites(path)
    return str(caught.value).replace(str(path), "sites.toml").splitlines()


@pytest.mark.parametrize(
    ("device_id", "hostname", "code"),
    [
        (11, "lilas-fw1", "LILAS"),
        (11, "renamed-since", "LILAS"),
        (99, "lilas-ap3", "LILAS"),
        (99, "LILAS-AP3", "LILAS"),
        (21, "roses-fw1", "ROSES"),
        (99, "other-ap9", "ROSES"),
        (99, "roses-sw1", None),
        (99, "lilas-fw1", None),
        (99, "lilas-ap9", None),
        (11, "lilas-ap9", None),
    ],
    ids=[
        "by id",
        "by id, renamed",
        "by pattern",
        "by pattern, capitals",
        "other site by id",
        "other site by pattern",
        "unknown",
        "name of an entry that has another id",
        "claimed by two patterns",
        "claimed by an id here and a pattern there",
    ],
)
def test_device_has_the_one_site_that_claims_it_or_none(
    sites: Sites, device_id: int, hostname: str, code: str | None
) -> None:
    found = sites.find_site(device_id, hostname)

    assert (found[0].code if found else None) == code


def test_entry_by_id_goes_before_a_pattern_that_fits_too(tmp_path: Path) -> None:
    text = GOOD.replace('hostname = "lilas-ap*"', 'hostname = "lilas-*"')

    found = load_sites(write(tmp_path, text)).find_site(11, "lilas-fw1")

    assert found is not None
    assert found[1].role is Role.EDGE


def test_site_is_found_by_its_code(sites: Sites) -> None:
    lilas = sites.by_code("LILAS")

    assert lilas is not None
    assert (lilas.name, [site.code for site in sites]) == ("Les Lilas", ["LILAS", "ROSES"])
    assert sites.by_code("lilas") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("glpi_entity_id = 3", 'glpi_entity_id = "x"', 4, "glpi_entity_id"),
        ('code = "ROSES"', 'code = "r"', 27, "code"),
        ('name = "Les Roses"\n', "", 26, "name: Field required"),
        ('name = "Les Lilas"\n', "", 1, "name: Field required"),
        ('circuit = "C-1"\n', "", 6, "isp.circuit: Field required"),
        ('email = "a@lilas.example"', 'email = "nobody"', 12, "email"),
        ('role = "edge"\nowner = "FAI"', 'role = "boss"\nowner = "FAI"', 34, "role"),
        ('owner = "CLIENT"', 'owner = "ME"', 23, "owner"),
        ('hostname = "roses-fw1"', 'hostname = "roses-fw1"\ncolour = "red"', 34, "colour"),
        ("id = 21", "id = 11", 32, "device 11 is on LILAS and on ROSES"),
        ('code = "ROSES"', 'code = "LILAS"', 27, "site LILAS is there twice"),
        ('parent = "lilas-fw1"', 'parent = "gone"', 24, "parent gone is no device of LILAS"),
    ],
)
def test_fault_is_told_with_its_line_and_reason(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert GOOD.count(old) == 1

    (fault,) = faults_of(tmp_path, GOOD.replace(old, new))

    assert fault.startswith(f"sites.toml:{line}: ")
    assert says in fault


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, GOOD.replace("glpi_entity_id = 3", "glpi_entity_id = -1").replace("id = 21", "id = 0"))

    assert [fault.split(": ")[0] for fault in faults] == ["sites.toml:4", "sites.toml:32"]


def test_fault_does_not_repeat_the_values_of_the_file(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, GOOD.replace("a@lilas.example", "not an address"))

    assert "not an address" not in fault


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "site"),
        (b"[[site]\n", "line 1"),
        (b'[[site]]\nname = "\xff"\n', "utf-8"),
    ],
    ids=["empty", "no TOML", "no UTF-8"],
)
def test_file_that_cannot_be_read_is_refused_naming_it(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "sites.toml"
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=r"sites\.toml") as caught:
        load_sites(path)

    assert says in str(caught.value)


def test_missing_file_is_told_with_the_setting_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"absent\.toml: the sites file does not exist \(SITES_FILE\)"):
        load_sites(tmp_path / "absent.toml")


@pytest.mark.requirement("P-74")
@pytest.mark.parametrize("address", ["a@lilas", "Mme A <a@lilas.example>", "a@lilas.example,b@lilas.example", "a@-.x"])
def test_an_address_that_no_mail_can_be_sent_to_is_refused_with_its_line(tmp_path: Path, address: str) -> None:
    path = write(tmp_path, GOOD.replace("a@lilas.example", address))

    with pytest.raises(InvalidInput, match=r"sites.toml:1[0-9]: .*email"):
        load_sites(path)


ACCOUNTS = """\
[[site]]
code = "LILAS"
name = "Les Lilas"
glpi_entity_id = 3
ad_ous = ["OU=Lilas,OU=Clients,DC=widip,DC=local"]
login_rule = "pnom"
new_account_ou = "ou=soins, ou=lilas, ou=clients, dc=widip, dc=local"
account_news = "technician"
technician = { name = "Théo Martel", email = "t.martel@widip.example" }
autonomy = { password_reset = "on", create_account = "suggest", disable = "off" }
"""


@pytest.mark.requirement("Y-30")
def test_site_says_how_its_accounts_are_named_placed_and_told_of(tmp_path: Path) -> None:
    lilas = load_sites(write(tmp_path, ACCOUNTS)).by_code("LILAS")

    assert lilas is not None
    assert (lilas.login_rule, lilas.technician and lilas.technician.email) == ("pnom", "t.martel@widip.example")
    assert lilas.autonomy == {"password_reset": "on", "create_account": "suggest", "disable": "off"}


@pytest.mark.requirement("Y-30")
@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('login_rule = "pnom"', 'login_rule = "nom"', 6, "login_rule"),
        ("ou=soins, ou=lilas,", "ou=soins, ou=roses,", 7, "not in one of ad_ous"),
        ("ou=soins, ou=lilas,", "soins, ou=lilas,", 7, "new_account_ou"),
        ("ou=soins, ou=lilas, ou=clients, dc=widip, dc=local", "OU=Clients,DC=widip,DC=local", 7, "not in one of"),
        ('["OU=Lilas,', '["Lilas,', 5, "ad_ous"),
        ('"t.martel@widip.example"', '"t.martel"', 9, "technician.email"),
        ("password_reset = ", "reset_password = ", 10, "autonomy"),
        ('"suggest"', '"ask"', 10, "autonomy.create_account"),
    ],
)
def test_fault_in_what_is_said_of_accounts_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert ACCOUNTS.count(old) == 1

    (fault,) = faults_of(tmp_path, ACCOUNTS.replace(old, new))

    assert fault.startswith(f"sites.toml:{line}: ")
    assert says in fault
