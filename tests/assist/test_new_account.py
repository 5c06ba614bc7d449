"""What a new account is called and where it goes: by the site's rules, or nowhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.assist.action import NewAccount
from orchestrator.assist.codes import Code
from orchestrator.assist.new_account import build_new, is_reserved, list_logins
from orchestrator.assist.plans import NAME_PATTERN, Plan
from shared.sites import LoginRule, Site
from tests.assist.directory import LILAS_OU, TILLEULS_OU, asking, named, site

RULES: tuple[LoginRule, ...] = ("pnom", "prenom.nom", "p.nom", "nomp")
SOINS = f"OU=Soins,{LILAS_OU}"


def build(first: str | None, last: str | None, where: Site | None, taken: tuple[str, ...] = ()) -> NewAccount | Code:
    return build_new(asking(Plan.CREATE_ACCOUNT, person=named(first, last), job="Infirmière"), where, taken)


@pytest.mark.requirement("Y-24")
@pytest.mark.parametrize(
    ("first", "last", "rule", "login"),
    [
        ("Paul", "Le Goff", "pnom", "plegoff"),
        ("Paul", "Le Goff", "prenom.nom", "paul.legoff"),
        ("Paul", "Le Goff", "p.nom", "p.legoff"),
        ("Paul", "Le Goff", "nomp", "legoffp"),
        ("Zoé", "O'Brien-Lefèvre", "pnom", "zobrienlefevre"),
        ("Œdipe", "Maître", "prenom.nom", "oedipe.maitre"),
        ("Maximilien", "Charpentier", "prenom.nom", "maximilien.charpenti"),
        ("Marie-Antoinette-Rose", "Roy", "prenom.nom", "marieantoinetterose"),
    ],
)
def test_login_is_made_by_the_sites_rule(first: str, last: str, rule: LoginRule, login: str) -> None:
    new = build(first, last, site(login_rule=rule))

    assert isinstance(new, NewAccount)
    assert (new.username, new.glpi_email) == (login, f"{login}@lilas.example")


@pytest.mark.requirement("Y-24")
@pytest.mark.parametrize(
    ("taken", "login"),
    [
        ((), "jmarsac"),
        (("JMarsac",), "jmarsac2"),
        (("jmarsac", "jmarsac2", "jmarsac4"), "jmarsac3"),
        (("jmarsac", *(f"jmarsac{number}" for number in range(2, 10))), None),
    ],
)
def test_taken_login_gets_the_next_free_number_up_to_nine(taken: tuple[str, ...], login: str | None) -> None:
    new = build("Julie", "Marsac", site(), taken)

    assert (new.username if isinstance(new, NewAccount) else new) == (login or Code.NAME_UNUSABLE)


@pytest.mark.requirement("Y-24")
@pytest.mark.parametrize(
    ("first", "last", "rule"),
    [
        ("Admin", "Istrateur", "prenom.nom"),
        ("Ad", "Min", "prenom.nom"),
        ("A", "Dmin", "pnom"),
        ("R", "Oot", "pnom"),
        ("Ro", "Admin", "p.nom"),
        ("Svc", "Backup", "prenom.nom"),
        ("S", "Vcglpi", "pnom"),
        ("G", "Uest", "pnom"),
        ("Krb", "Tgt", "prenom.nom"),
        ("Julie", None, "pnom"),
        (None, "Marsac", "pnom"),
    ],
)
def test_name_that_makes_no_login_or_one_of_an_administrator_is_refused(
    first: str | None, last: str | None, rule: LoginRule
) -> None:
    assert build(first, last, site(login_rule=rule)) == Code.NAME_UNUSABLE


@pytest.mark.requirement("Y-24")
@pytest.mark.parametrize(
    ("where", "found"),
    [
        (site(), LILAS_OU),
        (site(new_account_ou=SOINS), SOINS),
        (site(ad_ous=(LILAS_OU, TILLEULS_OU), new_account_ou=SOINS), SOINS),
        (site(ad_ous=(LILAS_OU, TILLEULS_OU)), Code.PLACE_UNKNOWN),
        (site(ad_ous=()), Code.PLACE_UNKNOWN),
        (site(login_rule=None), Code.NAME_UNUSABLE),
        (None, Code.SITE_UNKNOWN),
    ],
)
def test_account_is_made_in_the_ou_of_its_site_or_not_at_all(where: Site | None, found: str | Code) -> None:
    new = build("Julie", "Marsac", where)

    assert (new.ou_dn if isinstance(new, NewAccount) else new) == found


def test_name_keeps_its_letters_and_gets_its_capitals() -> None:
    shouted, small, own = (
        build(first, last, site()) for first, last in (("JULIE", "D'ARCY"), ("julie", "le goff"), ("Zoé", "McDermott"))
    )

    names = [(new.firstname, new.lastname, new.job) for new in (shouted, small, own) if isinstance(new, NewAccount)]
    assert names == [
        ("Julie", "D'Arcy", "Infirmière"),
        ("Julie", "Le Goff", "Infirmière"),
        ("Zoé", "McDermott", "Infirmière"),
    ]


def test_site_without_mail_domain_gives_no_address() -> None:
    new = build("Julie", "Marsac", site(mail_domain=None))

    assert isinstance(new, NewAccount)
    assert new.glpi_email is None


NAMES = st.from_regex(NAME_PATTERN, fullmatch=True).filter(lambda name: len(name) <= 60)


@pytest.mark.requirement("Y-24")
@given(first=NAMES, last=NAMES, rule=st.sampled_from(RULES))
def test_every_login_is_ascii_short_distinct_and_nobodys_title(first: str, last: str, rule: LoginRule) -> None:
    logins = list_logins(first, last, rule)

    assert len(set(logins)) == len(logins)
    for login in logins:
        assert re.fullmatch(r"[a-z][a-z.]{0,18}[a-z2-9]", login)
        assert not is_reserved(login)
