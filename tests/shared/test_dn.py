"""Distinguished names, taken apart and compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import escape_rdn

from servers.ad.protection import Scope
from shared.dn import (
    build_dn,
    domain_dn_of,
    domain_of,
    is_at_or_below,
    is_same,
    name_of,
    parent_of,
    parse_dn,
    rdn_of,
)
from shared.errors import InvalidInput, Refused
from shared.mcp_tool import Call

BASE = "OU=Lilas,OU=Clients,DC=widip,DC=local"
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(
    lambda name: name.strip()
)


@pytest.mark.requirement("A-29")
@given(name=NAMES)
def test_any_name_survives_being_written_and_read(name: str) -> None:
    dn = build_dn(name, BASE)

    assert is_at_or_below(dn, BASE)
    assert is_same(parent_of(dn), BASE)
    assert rdn_of(dn) + "," + BASE == dn
    assert name_of(dn) == name
    assert not is_same(dn, BASE)


@pytest.mark.requirement("A-29")
@given(name=NAMES)
def test_a_name_written_in_hexadecimal_is_the_same(name: str) -> None:
    encoded = "".join(f"\\{byte:02x}" for byte in name.encode())

    assert is_same(f"OU={encoded},DC=x", f"ou={escape_rdn(name)}, dc=X")


@pytest.mark.requirement("A-29")
@pytest.mark.parametrize(
    "inner",
    [
        "CN=x,OU=Lilas,OU=Clients,DC=widip,DC=local",
        "cn=x , ou=LILAS , OU=clients,dc=WIDIP,DC=local",
        "CN=x,OU=\\4cilas,OU=Clients,DC=widip,DC=local",
        "CN=a\\,OU=b,OU=Lilas,OU=Clients,DC=widip,DC=local",
        "OU=Lilas,OU=Clients,DC=widip,DC=local",
    ],
)
def test_what_is_inside(inner: str) -> None:
    assert is_at_or_below(inner, BASE)


@pytest.mark.requirement("A-29")
@pytest.mark.parametrize(
    "outer",
    [
        "CN=x,OU=PasLilas,OU=Clients,DC=widip,DC=local",
        "CN=x,OU=Lilas,OU=Clients,DC=widip,DC=local,DC=evil",
        "CN=x\\,OU=Lilas,OU=Clients,DC=widip,DC=local",
        "CN=OU\\=Lilas,OU=Clients,DC=widip,DC=local",
        "OU=Clients,DC=widip,DC=local",
        "CN=x,CN=Lilas,OU=Clients,DC=widip,DC=local",
        "CN=x,OU=Lilas+OU=y,OU=Clients,DC=widip,DC=local",
        "DC=local",
    ],
)
def test_what_only_looks_inside(outer: str) -> None:
    assert not is_at_or_below(outer, BASE)


@pytest.mark.requirement("A-29")
@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "x",
        "OU=",
        "=x",
        "OU=a,,DC=b",
        "OU=a\\",
        'OU="a,b"',
        "OU=a;DC=b",
        "OU=#41",
        "OU=<x>",
        "OU=\\ff",
        "O U=x",
    ],
)
def test_what_is_no_distinguished_name(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_dn(text)


@pytest.mark.requirement("A-29")
def test_the_domain_of_a_name() -> None:
    assert domain_of(BASE) == "widip.local"
    assert domain_dn_of(BASE) == "DC=widip,DC=local"


@pytest.mark.requirement("A-05")
def test_a_scope_is_the_tokens_ous_below_the_base() -> None:
    inner = f"OU=Soins,{BASE}"
    call = Call(ous=frozenset({BASE.upper(), inner, "OU=Autre,DC=ailleurs,DC=local"}))

    scope = Scope(call, "DC=widip,DC=local")

    assert scope.ous == [BASE.upper()]
    assert scope.covers(f"CN=x,{inner}")
    assert not scope.covers("CN=x,OU=Autre,DC=ailleurs,DC=local")
    for ous in (frozenset(), frozenset({"OU=Autre,DC=ailleurs,DC=local"})):
        with pytest.raises(Refused, match="lists no OU"):
            Scope(Call(ous=ous), "DC=widip,DC=local")
    with pytest.raises(Refused, match="no distinguished name"):
        Scope(Call(ous=frozenset({"Lilas"})), "DC=widip,DC=local")


@pytest.mark.requirement("A-34")
@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "Strasse"), ("Kit", "\u212ait"), ("Maſt", "Mast"), ("ﬁn", "fin"), ("\u212bs", "Ås")]
)
def test_names_that_only_look_alike_are_two_places(one: str, other: str) -> None:
    """An OU whose name folds to another's is not the other: who may touch the one may not touch both."""
    assert not is_same(f"OU={one},{BASE}", f"OU={other},{BASE}")
    assert not is_at_or_below(f"CN=x,OU={one},{BASE}", f"OU={other},{BASE}")


@pytest.mark.requirement("A-34")
@pytest.mark.parametrize(("one", "other"), [("ÉCOLE", "école"), ("ΟΔΟΣ", "οδοσ"), ("ŒUVRE", "œuvre"), ("ЯК", "як")])
def test_case_makes_no_difference_in_any_script(one: str, other: str) -> None:
    assert is_same(f"OU={one},{BASE}", f"OU={other},{BASE}")


@pytest.mark.requirement("A-34")
def test_an_ou_that_a_token_lists_twice_counts_once() -> None:
    call = Call(ous=frozenset({BASE, BASE.lower(), BASE.replace("Lilas", "\\4cilas"), f"OU=Soins,{BASE.lower()}"}))

    scope = Scope(call, "DC=widip,DC=local")

    assert len(scope.ous) == 1
    assert scope.covers(f"CN=x,{BASE}")
