"""Who counts as protected, by identifiers and flags alone."""

from __future__ import annotations

import pytest

from servers.ad.entry import Entry
from servers.ad.protection import PRIVILEGED_BUILTIN_RIDS, PRIVILEGED_RIDS, check_unprotected, find_privileged
from shared.errors import Refused


def sid(rid: int, *, builtin: bool = False) -> bytes:
    """A security identifier, in bytes."""
    parts = (32, rid) if builtin else (21, 1, 2, 3, rid)
    return bytes([1, len(parts), 0, 0, 0, 0, 0, 5]) + b"".join(part.to_bytes(4, "little") for part in parts)


def entry(*groups: bytes, **changes: list[bytes]) -> Entry:
    """An ordinary account with these groups."""
    raw = {
        "samaccountname": [b"zoe"],
        "userprincipalname": [b"zoe@widip.local"],
        "objectsid": [sid(1103)],
        "useraccountcontrol": [b"512"],
        "tokengroups": [sid(513), sid(545, builtin=True), *groups],
    }
    return Entry("CN=Zoe,OU=Lilas,DC=widip,DC=local", raw | changes)


@pytest.mark.requirement("A-16")
def test_every_privileged_group_is_known_by_its_identifier() -> None:
    check_unprotected(entry(), service_account="WIDIP\\svc")
    for rid in PRIVILEGED_RIDS:
        with pytest.raises(Refused, match=PRIVILEGED_RIDS[rid]):
            check_unprotected(entry(sid(rid)), service_account="WIDIP\\svc")
    for rid in PRIVILEGED_BUILTIN_RIDS:
        with pytest.raises(Refused, match=PRIVILEGED_BUILTIN_RIDS[rid]):
            check_unprotected(entry(sid(rid, builtin=True)), service_account="WIDIP\\svc")
    assert find_privileged({"S-1-5-21-1-2-3-1512", "S-1-5-32-545", "S-1-1-0"}) is None


@pytest.mark.requirement("A-16")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tokengroups": []}, "cannot be read"),
        ({"objectsid": []}, "cannot be read"),
        ({"objectsid": [sid(500)]}, "built into"),
        ({"objectsid": [sid(502)]}, "built into"),
        ({"samaccountname": [b"krbtgt_4711"]}, "not a person"),
        ({"samaccountname": [b"PARTNER$"]}, "not a person"),
        ({"useraccountcontrol": [b"2080"]}, "not a person"),
        ({"useraccountcontrol": [b"524800"]}, "trusted"),
        ({"useraccountcontrol": [b"16777728"]}, "trusted"),
        ({"admincount": [b"1"]}, "adminCount"),
    ],
)
def test_what_is_protected_and_why(changes: dict[str, list[bytes]], why: str) -> None:
    with pytest.raises(Refused, match=why):
        check_unprotected(entry(**changes), service_account="WIDIP\\svc")


@pytest.mark.requirement("A-16")
@pytest.mark.parametrize(
    "login",
    ["WIDIP\\ZOE", "zoe", "zoe@widip.local", "ZOE@other.example", "cn=zoe, ou=Lilas,DC=WIDIP,dc=local"],
)
def test_the_service_account_knows_itself_under_every_name(login: str) -> None:
    with pytest.raises(Refused, match="service account itself"):
        check_unprotected(entry(), service_account=login)
