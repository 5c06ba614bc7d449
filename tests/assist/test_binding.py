"""Whose account a request is about: the one that fits, or nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.assist.action import AccountFacts
from orchestrator.assist.binding import check_self, find_site, is_referent, match_colleague
from orchestrator.assist.codes import Code
from orchestrator.assist.places import find_target_ou
from orchestrator.assist.plans import Person, Plan
from shared.sites import Site
from tests.assist.directory import CLAIRE, LILAS_OU, PAUL, TILLEULS_OU, ZOE, account, asking, named, site

LILAS, TILLEULS = site(), site(code="TILLEULS", ad_ous=(TILLEULS_OU,))
SITES = (LILAS, TILLEULS)


@pytest.mark.requirement("Y-20")
@pytest.mark.parametrize(
    ("dn", "code"),
    [
        (f"CN=Claire Oria,{LILAS_OU}", "LILAS"),
        ("cn=x, ou=Soins, ou=LILAS, ou=clients, dc=widip, dc=local", "LILAS"),
        (f"CN=x\\,{LILAS_OU}", None),
        ("CN=x,OU=Roses,OU=Clients,DC=widip,DC=local", None),
        ("CN=x,OU=FauxLilas,OU=Clients,DC=widip,DC=local", None),
        ("CN=x,OU=Lilas,OU=Clients,DC=widip,DC=local,DC=evil", None),
        ("Claire Oria", None),
        ("", None),
    ],
)
def test_account_is_of_the_site_whose_ou_holds_it(dn: str, code: str | None) -> None:
    found = find_site(CLAIRE.model_copy(update={"dn": dn}), SITES)

    assert (found and found.code) == code


@pytest.mark.requirement("Y-20")
def test_account_that_two_sites_claim_is_of_none() -> None:
    both = site(code="CLIENTS", ad_ous=("OU=Clients,DC=widip,DC=local",))

    assert find_site(CLAIRE, (LILAS, both)) is None


@pytest.mark.requirement("Y-21")
@pytest.mark.parametrize(
    ("who", "where", "expected"),
    [
        (CLAIRE, LILAS, True),
        (ZOE, LILAS, False),
        (CLAIRE.model_copy(update={"mail_is_unique": False}), LILAS, False),
        (CLAIRE.model_copy(update={"mail": None}), LILAS, False),
        (CLAIRE, site(shared_mailboxes=("C.ORIA@LILAS.EXAMPLE",)), False),
        (CLAIRE, site(referents=()), False),
        (account("faux", "Claire Oria", "z@lilas.example"), LILAS, False),
    ],
    ids=["hers", "another's", "of several", "none", "shared", "no referent", "by name only"],
)
def test_referent_is_who_alone_has_the_address_of_one(who: AccountFacts, where: Site, expected: bool) -> None:
    assert is_referent(who, where) is expected


@pytest.mark.requirement("Y-22")
@pytest.mark.parametrize(
    ("person", "code"),
    [
        (None, None),
        (Person(is_author=True), None),
        (named("Zoe", "OBRIEN"), None),
        (named("O'Brien", "Zoé"), None),
        (named("Zoé"), None),
        (named(None, "O'Brien"), None),
        (named(login="ZOBRIEN"), None),
        (named("Claire", "Oria"), Code.NAME_MISMATCH),
        (named("Zoé", "Lefèvre"), Code.NAME_MISMATCH),
        (named(None, "Zoé"), Code.NAME_MISMATCH),
        (named(login="coria"), Code.NAME_MISMATCH),
        (named("Zoé", "O'Brien", "coria"), Code.NAME_MISMATCH),
    ],
)
def test_author_who_gives_another_name_than_his_accounts_is_noticed(person: Person | None, code: Code | None) -> None:
    assert check_self(person, ZOE) == code


@pytest.mark.requirement("Y-22")
def test_account_without_a_name_confirms_none() -> None:
    assert check_self(named("Zoé"), account("zobrien", "")) == Code.NAME_MISMATCH


PEOPLE = (
    CLAIRE,
    ZOE,
    PAUL,
    account("zlefevre", "LEFÈVRE Zoé", ou=f"OU=Soins,{LILAS_OU}"),
    account("jpmorel", "Jean-Pierre Morel"),
    account("jmorel", "Jean Morel"),
    account("mdupont", "Dupont, Marie"),
    account("mdupont2", "Marie Dupont", ou=TILLEULS_OU),
    account("abernard", "Alain Bernard"),
    account("abernard2", "Alain Bernard", ou=f"OU=Soins,{LILAS_OU}"),
    account("dlegoff", "Denis Le Goff"),
    account("rbenali", "Rachid Ben Ali", ou=TILLEULS_OU),
)


@pytest.mark.requirement("Y-23")
@pytest.mark.parametrize(
    ("person", "found"),
    [
        (named("claire", "ORIA"), "coria"),
        (named("Oria", "Claire"), "coria"),
        (named("Zoe", "O Brien"), "zobrien"),
        (named("Zoé", "Obrien"), "zobrien"),
        (named("Zoé", "Lefevre"), "zlefevre"),
        (named("Jean Pierre", "Morel"), "jpmorel"),
        (named("Jean", "Morel"), "jmorel"),
        (named("Marie", "Dupont"), "mdupont"),
        (named(None, "Dupont"), "mdupont"),
        (named("Claire"), "coria"),
        (named(None, "Le Goff"), "dlegoff"),
        (named(login="MDupont"), "mdupont"),
        (named("Alain", "Bernard", "abernard2"), "abernard2"),
        (named("Alain", "Bernard"), Code.AMBIGUOUS),
        (named("Zoé"), Code.AMBIGUOUS),
        (named(None, "Morel"), Code.AMBIGUOUS),
        (named("Paul", "Le Goff"), Code.OTHER_SITE),
        (named("Rachid"), Code.OTHER_SITE),
        (named(login="mdupont2"), Code.OTHER_SITE),
        (named("Clair", "Oria"), Code.NO_MATCH),
        (named(None, "Lefe"), Code.NO_MATCH),
        (named("Dupont"), Code.NO_MATCH),
        (named("Jean", "Dupont"), Code.NO_MATCH),
        (named("Claire", "Oria", "zobrien"), Code.NO_MATCH),
        (named(login="cori"), Code.NO_MATCH),
        (Person(), Code.NO_MATCH),
    ],
)
def test_colleague_is_the_one_account_of_the_site_with_that_name(person: Person, found: str | Code) -> None:
    match = match_colleague(person, PEOPLE, site=LILAS)

    assert (match.samaccountname if isinstance(match, AccountFacts) else match) == found


@pytest.mark.requirement("Y-23")
def test_same_account_found_twice_is_one() -> None:
    assert match_colleague(named("Claire", "Oria"), (CLAIRE, CLAIRE), site=LILAS) == CLAIRE


WORDS = st.sampled_from(["Claire", "Oria", "Zoé", "Marie", "Dupont", "Le Goff", "Alain", "Bernard", "Jean", "Morel"])


@pytest.mark.requirement("Y-23")
@given(first=st.none() | WORDS, last=st.none() | WORDS, people=st.lists(st.sampled_from(PEOPLE), max_size=8))
def test_whoever_is_matched_is_of_the_site_and_the_only_one_who_fits(
    first: str | None, last: str | None, people: list[AccountFacts]
) -> None:
    match = match_colleague(named(first, last), people, site=LILAS)

    if isinstance(match, AccountFacts):
        others = [one for one in people if one != match and find_site(one, SITES) == LILAS]
        assert find_site(match, SITES) == LILAS
        assert not any(
            isinstance(match_colleague(named(first, last), [one], site=LILAS), AccountFacts) for one in others
        )


OUS = (
    LILAS_OU,
    f"OU=Soins,{LILAS_OU}",
    f"OU=Accueil et secrétariat,{LILAS_OU}",
    f"OU=Nuit,OU=Soins,{LILAS_OU}",
    f"OU=Nuit,{LILAS_OU}",
    f"OU=Cuisine,{TILLEULS_OU}",
    f"OU=Service,{LILAS_OU}",
)


@pytest.mark.requirement("Y-26")
@pytest.mark.parametrize(
    ("place", "service", "found"),
    [
        ("Soins", None, OUS[1]),
        ("au service des soins", None, OUS[1]),
        (None, "SOINS", OUS[1]),
        ("l'accueil et secretariat", None, OUS[2]),
        ("Soins", "Accueil et secrétariat", Code.PLACE_UNKNOWN),
        ("Nuit", None, Code.PLACE_UNKNOWN),
        ("Cuisine", None, Code.PLACE_UNKNOWN),
        ("Soin", None, Code.PLACE_UNKNOWN),
        ("service", None, Code.PLACE_UNKNOWN),
        (None, None, Code.PLACE_UNKNOWN),
    ],
)
def test_account_goes_to_the_one_unit_of_its_site_with_that_name(
    place: str | None, service: str | None, found: str | Code
) -> None:
    assert find_target_ou(asking(Plan.MOVE, place=place, service=service), OUS, LILAS) == found


@pytest.mark.requirement("Y-26")
def test_account_of_an_unknown_site_goes_nowhere() -> None:
    assert find_target_ou(asking(Plan.MOVE, place="Soins"), OUS, None) == Code.SITE_UNKNOWN
