"""Who is written to: addresses of the directory, by sites.toml, never a shared or a doubtful one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.assist.action import AccountFacts, Binding, Role
from orchestrator.assist.codes import Code
from orchestrator.assist.plans import Plan
from orchestrator.assist.recipients import Recipients, choose_recipients
from shared.sites import Site
from tests.assist.directory import CLAIRE, THEO, ZOE, account, site

OWN, REFERENT, TECHNICIAN = site(), site(account_news="referent"), site(account_news="technician")
NO_MAIL = account("sansmail", "Sans Mail")
SHARED = account("accueil", "Accueil Lilas", "Accueil@lilas.example")
DOUBLE = account("double", "Double", "double@lilas.example", unique=False)
Told = tuple[tuple[str, Role], tuple[str, Role], tuple[str, Role] | None]


def choose(
    plan: Plan, binding: Binding, where: Site | None, who: AccountFacts | None, by: AccountFacts, **more: Any
) -> Recipients | Code:
    usual: dict[str, Any] = {"referents": (CLAIRE,), "technician": THEO}
    return choose_recipients(plan, binding, site=where, account=who, author=by, **(usual | more))


def told(chosen: Recipients | Code) -> Told | Code:
    """Names and roles of recipient, confirmer, owner."""
    if isinstance(chosen, Code):
        return chosen
    owner = (chosen.owner.name, chosen.owner.role) if chosen.owner else None
    return (chosen.recipient.name, chosen.recipient.role), (chosen.confirmer.name, chosen.confirmer.role), owner


ZOE_OWNER, CLAIRE_REFERENT = ("Zoé O'Brien", Role.OWNER), ("Claire Oria", Role.REFERENT)
CLAIRE_AUTHOR, THEO_TECHNICIAN = ("Claire Oria", Role.AUTHOR), ("Théo Martel", Role.TECHNICIAN)
ZOE_AUTHOR = ("Zoé O'Brien", Role.AUTHOR)
RESET, UNLOCK, NEW = Plan.PASSWORD_RESET, Plan.UNLOCK, Plan.CREATE_ACCOUNT
SELF, COLLEAGUE = Binding.SELF, Binding.COLLEAGUE


@pytest.mark.requirement("Y-25")
@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (choose(RESET, SELF, OWN, ZOE, ZOE), (ZOE_OWNER, ZOE_OWNER, None)),
        (choose(UNLOCK, SELF, OWN, ZOE, ZOE), (ZOE_OWNER, ZOE_OWNER, None)),
        (choose(RESET, SELF, REFERENT, ZOE, ZOE), (CLAIRE_REFERENT, CLAIRE_REFERENT, ZOE_OWNER)),
        (choose(RESET, SELF, TECHNICIAN, ZOE, ZOE), (THEO_TECHNICIAN, THEO_TECHNICIAN, ZOE_OWNER)),
        (choose(RESET, SELF, REFERENT, NO_MAIL, NO_MAIL), (CLAIRE_REFERENT, CLAIRE_REFERENT, None)),
        (choose(RESET, SELF, REFERENT, SHARED, SHARED), (CLAIRE_REFERENT, CLAIRE_REFERENT, None)),
        (choose(RESET, SELF, None, ZOE, ZOE), (THEO_TECHNICIAN, THEO_TECHNICIAN, ZOE_OWNER)),
        (choose(RESET, COLLEAGUE, OWN, ZOE, CLAIRE), (ZOE_OWNER, CLAIRE_AUTHOR, None)),
        (choose(RESET, COLLEAGUE, REFERENT, ZOE, CLAIRE), (CLAIRE_REFERENT, CLAIRE_AUTHOR, ZOE_OWNER)),
        (choose(RESET, COLLEAGUE, TECHNICIAN, ZOE, CLAIRE), (THEO_TECHNICIAN, CLAIRE_AUTHOR, ZOE_OWNER)),
        (choose(Plan.DISABLE, COLLEAGUE, OWN, ZOE, CLAIRE), (CLAIRE_AUTHOR, CLAIRE_AUTHOR, ZOE_OWNER)),
        (choose(UNLOCK, COLLEAGUE, TECHNICIAN, NO_MAIL, CLAIRE), (CLAIRE_AUTHOR, CLAIRE_AUTHOR, None)),
        (choose(NEW, Binding.NEW, OWN, None, CLAIRE), (CLAIRE_REFERENT, CLAIRE_AUTHOR, None)),
        (choose(NEW, Binding.NEW, REFERENT, None, ZOE), (CLAIRE_REFERENT, ZOE_AUTHOR, None)),
        (choose(NEW, Binding.NEW, TECHNICIAN, None, CLAIRE), (THEO_TECHNICIAN, CLAIRE_AUTHOR, None)),
    ],
    ids=[
        "own, own mailbox",
        "own unlock, own mailbox",
        "own, by the referent",
        "own, by the technician",
        "own, no mailbox, by the referent",
        "own, shared mailbox, by the referent",
        "own, unknown site",
        "colleague, own mailbox",
        "colleague, by the referent",
        "colleague, by the technician",
        "colleague disabled",
        "colleague without mail unlocked",
        "new, asked by the referent",
        "new, asked by another",
        "new, by the technician",
    ],
)
def test_news_and_confirmation_go_where_the_site_says(chosen: Recipients | Code, expected: Told) -> None:
    assert told(chosen) == expected


@pytest.mark.requirement("Y-25")
@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        (choose(RESET, SELF, OWN, NO_MAIL, NO_MAIL), Code.NO_ADDRESS),
        (choose(RESET, SELF, OWN, DOUBLE, DOUBLE), Code.ADDRESS_NOT_UNIQUE),
        (choose(RESET, SELF, OWN, SHARED, SHARED), Code.SHARED_MAILBOX),
        (choose(RESET, SELF, REFERENT, CLAIRE, CLAIRE), Code.NO_ADDRESS),
        (choose(RESET, SELF, REFERENT, ZOE, ZOE, referents=(ZOE, NO_MAIL)), Code.NO_ADDRESS),
        (choose(RESET, SELF, TECHNICIAN, ZOE, ZOE, technician=None), Code.NO_ADDRESS),
        (choose(RESET, SELF, TECHNICIAN, ZOE, ZOE, technician=CLAIRE), Code.NO_ADDRESS),
        (choose(RESET, SELF, TECHNICIAN, THEO, THEO), Code.NO_ADDRESS),
        (choose(RESET, SELF, site(account_news="technician", technician=None), ZOE, ZOE), Code.NO_ADDRESS),
        (choose(RESET, SELF, None, ZOE, ZOE, technician=None), Code.NO_ADDRESS),
        (choose(RESET, COLLEAGUE, OWN, SHARED, CLAIRE), Code.SHARED_MAILBOX),
        (choose(RESET, COLLEAGUE, OWN, ZOE, DOUBLE), Code.ADDRESS_NOT_UNIQUE),
        (choose(UNLOCK, COLLEAGUE, OWN, ZOE, SHARED), Code.SHARED_MAILBOX),
        (choose(NEW, Binding.NEW, OWN, None, NO_MAIL), Code.NO_ADDRESS),
        (choose(NEW, Binding.NEW, OWN, None, ZOE, referents=()), Code.NO_ADDRESS),
    ],
    ids=[
        "no address",
        "an address of two",
        "a shared mailbox",
        "a referent's own mailbox, which dies",
        "no real referent",
        "no technician",
        "another than the site's technician",
        "the technician's own account",
        "no technician in sites.toml",
        "unknown site without technician",
        "colleague's shared mailbox",
        "author's address of two",
        "author's shared mailbox",
        "author without address",
        "new, no referent",
    ],
)
def test_without_a_safe_address_nobody_is_written_to(chosen: Recipients | Code, code: Code) -> None:
    assert told(chosen) == code


@pytest.mark.requirement("Y-25")
def test_second_referent_gets_what_concerns_the_first() -> None:
    both = site(
        account_news="referent",
        referents=({"name": "C", "email": "c.oria@lilas.example"}, {"name": "Z", "email": "z.obrien@lilas.example"}),
    )

    chosen = choose(RESET, SELF, both, CLAIRE, CLAIRE, referents=(CLAIRE, ZOE))

    assert told(chosen) == (
        ("Zoé O'Brien", Role.REFERENT),
        ("Zoé O'Brien", Role.REFERENT),
        ("Claire Oria", Role.OWNER),
    )


EVERYBODY = (CLAIRE, ZOE, THEO, NO_MAIL, SHARED, DOUBLE)


@pytest.mark.requirement("Y-25")
@given(
    plan=st.sampled_from(Plan),
    binding=st.sampled_from(Binding),
    where=st.sampled_from([OWN, REFERENT, TECHNICIAN, None]),
    who=st.none() | st.sampled_from(EVERYBODY),
    by=st.sampled_from(EVERYBODY),
    referents=st.lists(st.sampled_from(EVERYBODY), max_size=3),
    technician=st.none() | st.sampled_from(EVERYBODY),
)
def test_whoever_is_written_to_alone_has_that_address_in_the_directory(
    plan: Plan,
    binding: Binding,
    where: Site | None,
    who: AccountFacts | None,
    by: AccountFacts,
    referents: list[AccountFacts],
    technician: AccountFacts | None,
) -> None:
    chosen = choose(plan, binding, where, who, by, referents=referents, technician=technician)

    if isinstance(chosen, Code):
        return
    known = {(one.object_guid, one.mail) for one in (who, by, technician, *referents) if one and one.mail_is_unique}
    for recipient in (chosen.recipient, chosen.confirmer, chosen.owner):
        if recipient is not None:
            assert (recipient.object_guid, recipient.email) in known
            assert where is None or recipient.email.casefold() not in where.shared_mailboxes
    if who and who.mail_is_unique and where and who != SHARED:
        told_people = {chosen.recipient.object_guid} | ({chosen.owner.object_guid} if chosen.owner else set())
        assert who.object_guid in told_people
