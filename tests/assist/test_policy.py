"""What may be done for whom: the table, example by example, and what holds for every situation there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.agent.policy import FITTING, Decision, Mode, Situation, Verdict, decide
from orchestrator.assist.action import Binding
from orchestrator.assist.codes import Code
from orchestrator.assist.identity import Identity, Known
from orchestrator.assist.plans import Missing, Plan

GUID = UUID("94049d94-4613-57ea-bb01-e5a222a04d43")
NOBODY = Identity(known=Known.NOBODY, author_id=20, code=Code.BY_MAIL)
LINKED = Identity(known=Known.DIRECTORY, author_id=20, object_guid=GUID)
SIGNED_IN = Identity(known=Known.DESK, author_id=6, object_guid=GUID)

OWN = Situation(
    plan=Plan.PASSWORD_RESET, mode=Mode.ON, identity=SIGNED_IN, site_known=True, is_referent=False, binding=Binding.SELF
)
OTHERS = replace(OWN, plan=Plan.DISABLE, binding=Binding.COLLEAGUE, is_referent=True, same_site=True)
NEW = replace(OWN, plan=Plan.CREATE_ACCOUNT, binding=Binding.NEW)

TOLD: dict[str, tuple[Situation, dict[str, Any], Verdict, Code]] = {
    "own account, signed in": (OWN, {}, Verdict.GO, Code.ALLOWED),
    "own unlock, signed in": (OWN, {"plan": Plan.UNLOCK}, Verdict.GO, Code.ALLOWED),
    "switched off": (OWN, {"mode": Mode.OFF}, Verdict.LEAVE, Code.SWITCHED_OFF),
    "switched off, by nobody": (OWN, {"mode": Mode.OFF, "identity": NOBODY}, Verdict.LEAVE, Code.SWITCHED_OFF),
    "switched off, a question": (OWN, {"mode": Mode.OFF, "plan": Plan.QUESTION}, Verdict.LEAVE, Code.SWITCHED_OFF),
    "not ours": (OWN, {"plan": Plan.NOT_OURS}, Verdict.LEAVE, Code.NOT_OURS),
    "not ours, by nobody": (OWN, {"plan": Plan.NOT_OURS, "identity": NOBODY}, Verdict.LEAVE, Code.NOT_OURS),
    "question by nobody": (OWN, {"plan": Plan.QUESTION, "identity": NOBODY}, Verdict.GO, Code.ALLOWED),
    "question, suggested": (OWN, {"plan": Plan.QUESTION, "mode": Mode.SUGGEST}, Verdict.GO, Code.ALLOWED),
    "by nobody": (OWN, {"identity": NOBODY}, Verdict.REFUSE, Code.BY_MAIL),
    "by nobody, without reason": (OWN, {"identity": Identity(known=Known.NOBODY)}, Verdict.REFUSE, Code.AUTHOR_UNKNOWN),
    "by nobody, confirmed": (OWN, {"identity": NOBODY, "confirmed": True}, Verdict.REFUSE, Code.BY_MAIL),
    "by nobody, approved": (OTHERS, {"identity": NOBODY, "approved": True}, Verdict.REFUSE, Code.BY_MAIL),
    "by nobody, details missing": (
        OWN,
        {"identity": NOBODY, "missing": (Missing.PERSON,)},
        Verdict.REFUSE,
        Code.BY_MAIL,
    ),
    "by nobody, protected": (OWN, {"identity": NOBODY, "protected": True}, Verdict.REFUSE, Code.BY_MAIL),
    "denied": (
        OWN,
        {"refused_by": Code.CONFIRMATION_DENIED},
        Verdict.REFUSE,
        Code.CONFIRMATION_DENIED,
    ),
    "denied, then confirmed and approved": (
        OTHERS,
        {"refused_by": Code.APPROVAL_REJECTED, "confirmed": True, "approved": True},
        Verdict.REFUSE,
        Code.APPROVAL_REJECTED,
    ),
    "changed": (OTHERS, {"changed": True, "approved": True}, Verdict.REFUSE, Code.CHANGED),
    "own name is another": (OWN, {"binding_code": Code.NAME_MISMATCH}, Verdict.REFUSE, Code.NAME_MISMATCH),
    "own account disabled": (OWN, {"plan": Plan.DISABLE}, Verdict.REFUSE, Code.NOT_FOR_SELF),
    "own account moved": (OWN, {"plan": Plan.MOVE}, Verdict.REFUSE, Code.NOT_FOR_SELF),
    "own account enabled": (OWN, {"plan": Plan.ENABLE}, Verdict.REFUSE, Code.NOT_FOR_SELF),
    "a colleague created": (OTHERS, {"plan": Plan.CREATE_ACCOUNT}, Verdict.REFUSE, Code.NO_RULE),
    "a new account reset": (NEW, {"plan": Plan.PASSWORD_RESET}, Verdict.REFUSE, Code.NO_RULE),
    "protected": (OWN, {"protected": True}, Verdict.REFUSE, Code.PROTECTED),
    "protected, suggested": (OWN, {"protected": True, "mode": Mode.SUGGEST}, Verdict.REFUSE, Code.PROTECTED),
    "protected, all said yes": (
        OTHERS,
        {"protected": True, "confirmed": True, "approved": True},
        Verdict.REFUSE,
        Code.PROTECTED,
    ),
    "colleague, no referent": (OTHERS, {"is_referent": False}, Verdict.REFUSE, Code.NOT_REFERENT),
    "colleague, no referent, protected": (
        OTHERS,
        {"is_referent": False, "protected": True},
        Verdict.REFUSE,
        Code.NOT_REFERENT,
    ),
    "colleague, no referent, nobody of that name": (
        OTHERS,
        {"is_referent": False, "binding_code": Code.NO_MATCH},
        Verdict.REFUSE,
        Code.NOT_REFERENT,
    ),
    "colleague, no referent, approved": (
        OTHERS,
        {"is_referent": False, "approved": True},
        Verdict.REFUSE,
        Code.NOT_REFERENT,
    ),
    "colleague, homonyms": (OTHERS, {"binding_code": Code.AMBIGUOUS}, Verdict.REFUSE, Code.AMBIGUOUS),
    "colleague elsewhere": (OTHERS, {"same_site": False}, Verdict.REFUSE, Code.OTHER_SITE),
    "colleague elsewhere, protected": (
        OTHERS,
        {"same_site": False, "protected": True},
        Verdict.REFUSE,
        Code.OTHER_SITE,
    ),
    "cap used up": (OWN, {"over_cap": Code.CAP_ACCOUNT}, Verdict.REFUSE, Code.CAP_ACCOUNT),
    "cap used up, not confirmed": (
        OWN,
        {"over_cap": Code.CAP_SITE, "identity": LINKED},
        Verdict.REFUSE,
        Code.CAP_SITE,
    ),
    "cap used up, details missing": (
        OWN,
        {"over_cap": Code.CAP_TOTAL, "missing": (Missing.PERSON,), "binding": None},
        Verdict.REFUSE,
        Code.CAP_TOTAL,
    ),
    "details missing": (
        OWN,
        {"missing": (Missing.PERSON,), "binding": None},
        Verdict.ASK,
        Code.DETAILS_MISSING,
    ),
    "details missing, not confirmed": (
        NEW,
        {"missing": (Missing.ARRIVAL,), "identity": LINKED},
        Verdict.ASK,
        Code.DETAILS_MISSING,
    ),
    "details missing, no address known yet": (
        OWN,
        {"missing": (Missing.PERSON,), "binding": None, "recipient_code": Code.NO_ADDRESS},
        Verdict.ASK,
        Code.DETAILS_MISSING,
    ),
    "details missing, suggested": (
        OWN,
        {"missing": (Missing.PERSON,), "binding": None, "mode": Mode.SUGGEST},
        Verdict.SUGGEST,
        Code.DETAILS_MISSING,
    ),
    "details missing, asked": (
        NEW,
        {"missing": (Missing.ARRIVAL,), "asked": True},
        Verdict.REFUSE,
        Code.DETAILS_NOT_GIVEN,
    ),
    "details given": (OWN, {"asked": True}, Verdict.GO, Code.ALLOWED),
    "nobody is meant": (OWN, {"binding": None}, Verdict.REFUSE, Code.NO_RULE),
    "no address": (OWN, {"recipient_code": Code.NO_ADDRESS}, Verdict.REFUSE, Code.NO_ADDRESS),
    "shared mailbox, suggested": (
        OWN,
        {"recipient_code": Code.SHARED_MAILBOX, "mode": Mode.SUGGEST},
        Verdict.REFUSE,
        Code.SHARED_MAILBOX,
    ),
    "suggested": (OWN, {"mode": Mode.SUGGEST}, Verdict.SUGGEST, Code.SUGGEST_ONLY),
    "suggested, not confirmed": (
        OWN,
        {"mode": Mode.SUGGEST, "identity": LINKED},
        Verdict.SUGGEST,
        Code.SUGGEST_ONLY,
    ),
    "suggested, approved": (OTHERS, {"mode": Mode.SUGGEST, "approved": True}, Verdict.SUGGEST, Code.SUGGEST_ONLY),
    "own account, not signed in": (OWN, {"identity": LINKED}, Verdict.CONFIRM, Code.CONFIRMATION_NEEDED),
    "own account, confirmed": (OWN, {"identity": LINKED, "confirmed": True}, Verdict.GO, Code.ALLOWED),
    "colleague, not signed in": (OTHERS, {"identity": LINKED}, Verdict.CONFIRM, Code.CONFIRMATION_NEEDED),
    "colleague, not signed in, approved": (
        OTHERS,
        {"identity": LINKED, "approved": True},
        Verdict.CONFIRM,
        Code.CONFIRMATION_NEEDED,
    ),
    "colleague": (OTHERS, {}, Verdict.APPROVE, Code.COLLEAGUE_APPROVAL),
    "colleague, confirmed": (
        OTHERS,
        {"identity": LINKED, "confirmed": True},
        Verdict.APPROVE,
        Code.COLLEAGUE_APPROVAL,
    ),
    "colleague, approved": (OTHERS, {"approved": True}, Verdict.GO, Code.ALLOWED),
    "own account, unknown site": (OWN, {"site_known": False}, Verdict.APPROVE, Code.SITE_APPROVAL),
    "own account, unknown site, approved": (OWN, {"site_known": False, "approved": True}, Verdict.GO, Code.ALLOWED),
    "new account": (NEW, {}, Verdict.APPROVE, Code.NEW_APPROVAL),
    "new account, approved": (NEW, {"approved": True}, Verdict.GO, Code.ALLOWED),
    "new account, by a referent": (NEW, {"is_referent": True}, Verdict.GO, Code.ALLOWED),
    "new account, by a referent, unknown site": (
        NEW,
        {"is_referent": True, "site_known": False},
        Verdict.APPROVE,
        Code.SITE_APPROVAL,
    ),
    "new account, not confirmed": (
        NEW,
        {"is_referent": True, "identity": LINKED},
        Verdict.CONFIRM,
        Code.CONFIRMATION_NEEDED,
    ),
}


@pytest.mark.requirement("Y-01")
@pytest.mark.parametrize(("usual", "but", "verdict", "code"), TOLD.values(), ids=list(TOLD))
def test_situation_is_decided_as_the_table_says(
    usual: Situation, but: dict[str, Any], verdict: Verdict, code: Code
) -> None:
    decision = decide(replace(usual, **but))

    assert (decision.verdict, decision.code) == (verdict, code)


IDENTITIES = st.sampled_from([NOBODY, Identity(known=Known.NOBODY), LINKED, LINKED, SIGNED_IN, SIGNED_IN])
# What refuses is seldom there: else the first rows would decide nearly every situation, and the last ones none.
SELDOM = st.sampled_from([None] * 5 * len(Code) + [*Code])
SITUATIONS = st.builds(
    Situation,
    plan=st.sampled_from(Plan),
    mode=st.sampled_from([Mode.OFF, Mode.SUGGEST, Mode.ON, Mode.ON, Mode.ON]),
    identity=IDENTITIES,
    site_known=st.booleans(),
    is_referent=st.booleans(),
    missing=st.sampled_from([(), (), (), (Missing.PERSON,), (Missing.ARRIVAL, Missing.PLACE)]),
    asked=st.booleans(),
    binding=st.none() | st.sampled_from(Binding),
    binding_code=SELDOM,
    same_site=st.booleans(),
    protected=st.sampled_from([False, False, False, True]),
    recipient_code=SELDOM,
    over_cap=SELDOM,
    changed=st.sampled_from([False, False, False, True]),
    confirmed=st.booleans(),
    refused_by=SELDOM,
    approved=st.booleans(),
)
ACCOUNT_WORK = frozenset().union(*FITTING.values())
THOROUGH = settings(max_examples=500, deadline=None)


def work(situation: Situation) -> tuple[Situation, Decision]:
    """The situation and its decision, when it is about an account."""
    plan = situation.plan if situation.plan in ACCOUNT_WORK else Plan.UNLOCK
    about = replace(situation, plan=plan)
    return about, decide(about)


def is_proven(situation: Situation) -> bool:
    return situation.identity.known in (Known.DESK, Known.DIRECTORY)


@pytest.mark.requirement("Y-02")
@THOROUGH
@given(SITUATIONS)
def test_every_situation_has_one_verdict_with_its_reason(situation: Situation) -> None:
    decision = decide(situation)

    assert isinstance(decision.verdict, Verdict)
    assert isinstance(decision.code, Code)
    assert decision == decide(situation)


@pytest.mark.requirement("Y-03")
@THOROUGH
@given(SITUATIONS)
def test_nothing_is_done_asked_or_sent_for_an_author_who_is_not_proven(situation: Situation) -> None:
    about, decision = work(situation)

    assert is_proven(about) or decision.verdict in (Verdict.REFUSE, Verdict.LEAVE)


@pytest.mark.requirement("Y-04")
@THOROUGH
@given(SITUATIONS)
def test_nothing_is_done_or_approved_unconfirmed_unless_the_desk_knows_him(situation: Situation) -> None:
    about, decision = work(situation)

    if decision.verdict in (Verdict.GO, Verdict.APPROVE):
        assert about.identity.known is Known.DESK or about.confirmed
    if decision.verdict is Verdict.CONFIRM:
        assert about.identity.known is Known.DIRECTORY


@pytest.mark.requirement("Y-05")
@THOROUGH
@given(SITUATIONS)
def test_a_colleague_is_touched_for_a_referent_of_his_site_with_approval_only(situation: Situation) -> None:
    about, decision = work(situation)

    if about.binding is Binding.COLLEAGUE and decision.verdict in (Verdict.GO, Verdict.APPROVE, Verdict.CONFIRM):
        assert about.is_referent
        assert about.same_site
        assert about.approved or decision.verdict is not Verdict.GO


@pytest.mark.requirement("Y-06")
@THOROUGH
@given(SITUATIONS)
def test_a_protected_account_is_refused_or_left(situation: Situation) -> None:
    _, decision = work(replace(situation, protected=True))

    assert decision.verdict in (Verdict.REFUSE, Verdict.LEAVE)


@pytest.mark.requirement("Y-07")
@THOROUGH
@given(SITUATIONS)
def test_a_plan_that_is_not_on_does_nothing_and_writes_to_nobody(situation: Situation) -> None:
    about, decision = work(situation)

    if about.mode is not Mode.ON:
        assert decision.quiet
        assert decision.verdict in (Verdict.LEAVE, Verdict.REFUSE, Verdict.SUGGEST)
    else:
        assert not decision.quiet
        assert decision.verdict is not Verdict.SUGGEST
    assert about.mode is not Mode.OFF or decision.verdict is Verdict.LEAVE


@pytest.mark.requirement("Y-08")
@THOROUGH
@given(SITUATIONS)
def test_a_no_a_cap_a_change_or_a_doubt_is_never_overruled(situation: Situation) -> None:
    about, decision = work(situation)

    if about.refused_by or about.over_cap or about.changed or about.binding_code:
        assert decision.verdict in (Verdict.REFUSE, Verdict.LEAVE)
    if about.recipient_code and not about.missing:
        assert decision.verdict in (Verdict.REFUSE, Verdict.LEAVE)


@pytest.mark.requirement("Y-09")
@THOROUGH
@given(SITUATIONS)
def test_a_new_account_or_an_unknown_site_needs_its_referent_or_an_approval(situation: Situation) -> None:
    about, decision = work(situation)

    if decision.verdict is Verdict.GO and not about.approved:
        assert about.site_known
        assert about.is_referent or about.binding is Binding.SELF


@pytest.mark.requirement("Y-10")
@THOROUGH
@given(SITUATIONS)
def test_what_is_missing_is_asked_once_and_nothing_is_done_without_it(situation: Situation) -> None:
    about, decision = work(replace(situation, missing=(Missing.PERSON,)))

    assert decision.verdict in (Verdict.LEAVE, Verdict.REFUSE, Verdict.SUGGEST, Verdict.ASK)
    assert not about.asked or decision.verdict in (Verdict.LEAVE, Verdict.REFUSE)


@pytest.mark.requirement("Y-11")
@THOROUGH
@given(SITUATIONS)
def test_each_plan_is_done_for_its_kind_of_account_only(situation: Situation) -> None:
    about, decision = work(situation)

    if decision.verdict in (Verdict.GO, Verdict.APPROVE, Verdict.CONFIRM):
        assert about.binding is not None
        assert about.plan in FITTING[about.binding]


@pytest.mark.requirement("Y-12")
@THOROUGH
@given(SITUATIONS)
def test_who_is_no_referent_learns_nothing_of_other_accounts(situation: Situation) -> None:
    about = replace(situation, binding=Binding.COLLEAGUE, is_referent=False)
    asked, _ = work(about)
    found = replace(asked, binding_code=None, same_site=True, protected=False, recipient_code=None, over_cap=None)

    assert decide(asked) == decide(found)
