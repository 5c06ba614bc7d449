"""Finding people and groups: the simulator and Samba alike."""

from __future__ import annotations

from uuid import UUID

import ldap3
import pytest
from ldap3.utils.conv import escape_filter_chars

from tests.simulators.ad_divergences import known
from tests.simulators.ad_lab import LILAS, Lab, first, replace

PERSON = "(objectCategory=person)(objectClass=user)"
CHAIN, BIT_AND, BIT_OR = "1.2.840.113556.1.4.1941", "1.2.840.113556.1.4.803", "1.2.840.113556.1.4.804"


@pytest.mark.requirement("A-57")
def test_both_directories_hold_the_same_people(lab: Lab) -> None:
    found = lab.logins(f"(&{PERSON})", base=lab.dn("OU=Clients"))

    assert {"coria", "zobrien", "zlefevre", "mdupont", "jdupont", "vroche", "pgarnier", "plegoff"} <= found
    assert lab.text("CN=Zoé O'Brien," + lab.dn(LILAS), "mail") == "z.obrien@lilas.example"


@pytest.mark.requirement("A-45")
@pytest.mark.parametrize(
    ("text", "logins"),
    [
        ("(sAMAccountName=ZOBRIEN)", {"zobrien"}),
        ("(displayName=*Brien)", {"zobrien"}),
        ("(displayName=*Zoé)", set()),
        ("(displayName=Oria*)", set()),
        ("(displayName=zoé*)", {"zobrien", "zlefevre"}),
        ("(mail=p.legoff@*)", {"plegoff"}),
        ("(displayName=P*Le*ff)", {"plegoff"}),
        ("(sn=o'brien)", {"zobrien"}),
        ("(|(sn=Oria)(sn=Petit))", {"coria", "rpetit"}),
        ("(&(sn=Dupont)(!(givenName=Jean)))", {"mdupont"}),
        ("(anr=legoff)", set()),
        ("(anr=plegoff)", {"plegoff"}),
        ("(anr=le go)", {"plegoff"}),
        ("(anr=Marie Dup)", {"mdupont"}),
        ("(anr=Dup Marie)", {"mdupont"}),
        ("(sn=*nobody*)", set()),
        ("(&(sn=Dupont)(telephoneNumber=*))", set()),
        ("(&(sn=Oria)(telephoneNumber=*))", {"coria"}),
        ("(distinguishedName=cn=claire oria,ou=lilas,ou=clients,dc=widip,dc=local)", {"coria"}),
    ],
)
def test_a_filter_finds_exactly(lab: Lab, text: str, logins: set[str]) -> None:
    assert lab.logins(f"(&{PERSON}{text})", base=lab.dn("OU=Clients")) == logins


@pytest.mark.requirement("A-45")
def test_what_people_type_is_no_filter(lab: Lab) -> None:
    typed = escape_filter_chars("*)(objectClass=*")

    assert lab.logins(f"(&{PERSON}(displayName=*{typed}*))") == set()


@pytest.mark.requirement("A-45")
def test_bits_of_a_number_are_matched(lab: Lab) -> None:
    base = lab.dn("OU=Clients")

    assert lab.logins(f"(userAccountControl:{BIT_AND}:=2)", base=base) == {"jmartin"}
    assert "coria" in lab.logins(f"(userAccountControl:{BIT_OR}:=514)", base=base)
    assert "coria" not in lab.logins(f"(userAccountControl:{BIT_AND}:=514)", base=base)


@pytest.mark.requirement("A-45")
def test_nested_groups_are_followed_both_ways(lab: Lab) -> None:
    person = lab.account()
    inner = lab.group(person)
    outer = lab.group(inner)
    escaped = escape_filter_chars(person)

    groups = lab.search(f"(member:{CHAIN}:={escaped})", "cn")
    direct = lab.search(f"(member={escaped})", "cn")
    members = lab.logins(f"(&{PERSON}(memberOf:{CHAIN}:={outer}))")

    assert {entry["dn"] for entry in groups} == {inner, outer}
    assert {entry["dn"] for entry in direct} == {inner}
    assert members == {lab.text(person, "sAMAccountName")}


@pytest.mark.requirement("A-45")
def test_a_locked_account_is_found_by_its_lockout_time(lab: Lab) -> None:
    dn = lab.account()
    login = lab.text(dn, "sAMAccountName")
    for _try in range(5):
        lab.bind(lab.login(dn), "Mauvais-2026!")

    assert login in lab.logins("(lockoutTime>=1)")
    lab.modify(dn, {"lockoutTime": replace(0)})
    assert login not in lab.logins("(lockoutTime>=1)")


@pytest.mark.requirement("A-46")
def test_pages_give_every_entry_once(lab: Lab) -> None:
    before = set(lab.logins(f"(&{PERSON})"))
    found, cookie = [], b""

    while True:
        page = lab.service.search(
            lab.place.base_dn, f"(&{PERSON})", attributes=["sAMAccountName"], paged_size=5, paged_cookie=cookie
        )
        entries = [entry for entry in page[2] if entry["type"] == "searchResEntry"]
        assert len(entries) <= 5
        found += [first(entry, "sAMAccountName") for entry in entries]
        cookie = page[1]["controls"]["1.2.840.113556.1.4.319"]["value"]["cookie"]
        if not cookie:
            break

    after = set(lab.logins(f"(&{PERSON})"))  # other tests make accounts of their own meanwhile
    assert len(found) == len(set(found))
    assert before & after <= set(found) <= before | after


@pytest.mark.requirement("A-46")
def test_more_than_the_size_limit(lab: Lab) -> None:
    told = lab.service.search(lab.place.base_dn, f"(&{PERSON})", attributes=["cn"], size_limit=5)

    assert told[1]["result"] == known("more entries than the size limit", lab.kind)
    assert len([entry for entry in told[2] if entry["type"] == "searchResEntry"]) >= 5


@pytest.mark.requirement("A-46")
def test_a_search_of_the_whole_domain_names_other_partitions(lab: Lab) -> None:
    whole = lab.service.search(lab.place.base_dn, "(sn=Oria)", attributes=["cn"])[2]
    below = lab.service.search(lab.dn("OU=Clients"), "(sn=Oria)", attributes=["cn"])[2]

    references = [entry["uri"][0] for entry in whole if entry["type"] == "searchResRef"]
    assert any("CN=Configuration,DC=widip,DC=local" in url for url in references)
    assert [entry["type"] for entry in below] == ["searchResEntry"]


@pytest.mark.requirement("A-46")
def test_a_missing_base_is_32_and_no_match_is_0(lab: Lab) -> None:
    missing = lab.service.search(lab.dn("OU=Absente,OU=Clients"), "(objectClass=*)", attributes=["cn"])
    nothing = lab.service.search(lab.dn("OU=Clients"), "(sn=Absente)", attributes=["cn"])

    assert (missing[1]["result"], nothing[1]["result"], nothing[2]) == (32, 0, [])


@pytest.mark.requirement("A-46")
def test_scopes(lab: Lab) -> None:
    level = lab.search("(objectClass=organizationalUnit)", "ou", base=lab.dn(LILAS), search_scope=ldap3.LEVEL)
    itself = lab.search("(objectClass=*)", "ou", base=lab.dn(LILAS), search_scope=ldap3.BASE)

    assert {first(entry, "ou") for entry in level} == {"Soins", "Partis"}
    assert [first(entry, "ou") for entry in itself] == ["Lilas"]


@pytest.mark.requirement("A-48")
def test_a_guid_is_a_name(lab: Lab) -> None:
    dn = lab.account()
    guid = UUID(bytes_le=lab.read(dn, "objectGUID")["objectGUID"][0])

    found = lab.read(f"<GUID={guid}>", "distinguishedName")

    assert found["distinguishedName"] == [dn.encode()]
    assert lab.modify(f"<GUID={guid}>", {"title": replace("Veilleur")}).code == 0
    assert lab.text(dn, "title") == "Veilleur"


@pytest.mark.requirement("A-52")
def test_member_of_is_read_from_the_groups_and_cannot_be_written(lab: Lab) -> None:
    dn = lab.account()
    group = lab.group(dn)

    assert lab.read(dn, "memberOf")["memberOf"] == [group.encode()]
    assert lab.modify(dn, {"memberOf": replace(group)}).code == 50


@pytest.mark.requirement("A-52")
def test_token_groups_hold_the_nested_and_the_primary_group(lab: Lab) -> None:
    dn = lab.account()
    inner = lab.group(dn)
    outer = lab.group(inner)

    sids = set(lab.read(dn, "tokenGroups")["tokenGroups"])

    wanted = [lab.read(group, "objectSid")["objectSid"][0] for group in (inner, outer)]
    assert set(wanted) <= sids
    assert any(int.from_bytes(sid[-4:], "little") == 513 for sid in sids)


@pytest.mark.requirement("A-52")
def test_a_change_moves_the_update_number(lab: Lab) -> None:
    dn = lab.account()
    before = lab.number(dn, "uSNChanged")

    lab.modify(dn, {"title": replace("Veilleur")})

    assert lab.number(dn, "uSNChanged") > before


@pytest.mark.requirement("A-52")
def test_constructed_attributes_come_only_by_name(lab: Lab) -> None:
    dn = lab.account()

    everything = lab.read(dn, "*")

    assert b"512" in everything["userAccountControl"]
    assert "msDS-User-Account-Control-Computed" not in everything
    assert "unicodePwd" not in everything
    assert lab.read(dn, "msDS-User-Account-Control-Computed")["msDS-User-Account-Control-Computed"] == [b"0"]


@pytest.mark.requirement("A-45")
def test_a_filter_on_an_unknown_attribute_finds_nobody(lab: Lab) -> None:
    assert lab.logins("(pointure=42)") == set()
    is_found = bool(lab.logins("(!(pointure=42))", base=lab.dn(LILAS)))
    assert is_found == known("not of an unknown attribute finds everything", lab.kind)
