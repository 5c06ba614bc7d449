"""What may be done for whom. Pure, table-driven; whatever no row allows is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.assist.action import Binding
from orchestrator.assist.codes import Code
from orchestrator.assist.identity import Identity, Known
from orchestrator.assist.plans import Missing, Plan

__all__ = ["FITTING", "Code", "Decision", "Mode", "Situation", "Verdict", "decide"]

FITTING = {
    Binding.SELF: frozenset({Plan.PASSWORD_RESET, Plan.UNLOCK}),
    Binding.COLLEAGUE: frozenset({Plan.PASSWORD_RESET, Plan.UNLOCK, Plan.DISABLE, Plan.ENABLE, Plan.MOVE}),
    Binding.NEW: frozenset({Plan.CREATE_ACCOUNT}),
}
"""The plans that change accounts, by whose account it is."""


class Mode(StrEnum):
    """What a plan may do on a site, strictest first."""

    OFF = "off"
    SUGGEST = "suggest"
    ON = "on"


class Verdict(StrEnum):
    """What policy says."""

    GO = "go"
    ASK = "ask"
    SUGGEST = "suggest"
    CONFIRM = "confirm"
    APPROVE = "approve"
    REFUSE = "refuse"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one situation, and why. quiet: only technicians may be told, by a private followup."""

    verdict: Verdict
    code: Code
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that policy looks at. Codes are set by whoever found the fact out; None when there is nothing against it.

    mode: the strictest of switches and sites.toml. is_referent: the proven author is a referent of the site.
    binding: what the words ask for, also when binding_code says that no account was found; None while it is still to be
    asked whom they mean. same_site: the target account is in the author's site. asked: what is missing was asked
    before. over_cap: a limit that is used up. changed: a fact is no longer what was confirmed or approved. confirmed,
    approved: for exactly this action, and not used up or expired. refused_by: somebody said no, or nobody answered.
    by_model: a model named the plan, or only a title that the desk made: its author confirms it, even when signed in.
    """

    plan: Plan
    mode: Mode
    identity: Identity
    site_known: bool
    is_referent: bool
    missing: tuple[Missing, ...] = ()
    asked: bool = False
    binding: Binding | None = None
    binding_code: Code | None = None
    same_site: bool = False
    protected: bool = False
    recipient_code: Code | None = None
    over_cap: Code | None = None
    changed: bool = False
    confirmed: bool = False
    refused_by: Code | None = None
    approved: bool = False
    by_model: bool = False


Test = Callable[[Situation], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. code: fixed, or taken from the situation. when: `fits` in words, for operators."""

    fits: Test
    verdict: Verdict
    code: Code | Callable[[Situation], Code | None]
    when: str


def _is_colleague(s: Situation) -> bool:
    return s.binding is Binding.COLLEAGUE


def _is_unfit(s: Situation) -> bool:
    return s.binding is not None and s.plan not in FITTING[s.binding]


def _needs_confirmation(s: Situation) -> bool:
    return (s.identity.known is not Known.DESK or s.by_model) and not s.confirmed


def _is_settled(s: Situation) -> bool:
    """All that a change of an account needs, said once more and positively: a row that is lost above opens nothing."""
    bound = s.binding is not None and s.plan in FITTING[s.binding]
    proven = s.identity.known is not Known.NOBODY and not _needs_confirmation(s)
    entitled = s.approved or (s.site_known and (s.binding is Binding.SELF or (not _is_colleague(s) and s.is_referent)))
    against = (s.binding_code, s.recipient_code, s.over_cap, s.refused_by)
    clear = not (any(against) or s.missing or s.changed or s.protected)
    return bound and proven and entitled and clear and s.mode is Mode.ON


# The order is part of the rule.
# 1. What is switched off or not ours is left alone before anything is said about it.
# 2. Who wrote it comes before all that his words lead to: to nobody nothing is told of accounts, and no confirmation
#    goes out in his name. A no that was said (denied, rejected, expired, changed) is not outweighed by a later yes.
# 3. Whether he may ask for somebody else comes before what was found: NO_MATCH, AMBIGUOUS, OTHER_SITE and PROTECTED
#    would let any employee find out who has an account, and which one is worth having.
# 4. What can never be done is refused before details are asked for, and before the address that would get them, and
#    caps are looked at before anybody is written to: nobody is flooded with questions or confirmations.
# 5. "suggest" stands before the first row that writes to people, behind the refusals: nothing is suggested to a
#    technician that would be refused.
# 6. An operator is asked last: he decides on what its author has confirmed, and on nothing else.
TABLE = (
    Row(lambda s: s.mode is Mode.OFF, Verdict.LEAVE, Code.SWITCHED_OFF, "the plan is switched off here"),
    Row(lambda s: s.plan is Plan.NOT_OURS, Verdict.LEAVE, Code.NOT_OURS, "nothing that we do is asked"),
    Row(lambda s: s.plan is Plan.QUESTION, Verdict.GO, Code.ALLOWED, "a question: it is answered with what is known"),
    Row(
        lambda s: s.identity.known is Known.NOBODY,
        Verdict.REFUSE,
        lambda s: s.identity.code or Code.AUTHOR_UNKNOWN,
        "who wrote it is not proven",
    ),
    Row(
        lambda s: s.refused_by is not None,
        Verdict.REFUSE,
        lambda s: s.refused_by,
        "somebody said no, or nobody answered in time",
    ),
    Row(lambda s: s.changed, Verdict.REFUSE, Code.CHANGED, "a fact is no longer what was confirmed or approved"),
    Row(
        lambda s: _is_colleague(s) and not s.is_referent,
        Verdict.REFUSE,
        Code.NOT_REFERENT,
        "about a colleague, and not asked by a referent of the site",
    ),
    Row(
        lambda s: s.binding_code is not None,
        Verdict.REFUSE,
        lambda s: s.binding_code,
        "no account was found that it can be about",
    ),
    Row(
        lambda s: s.binding is Binding.SELF and _is_unfit(s),
        Verdict.REFUSE,
        Code.NOT_FOR_SELF,
        "not for one's own account",
    ),
    Row(_is_unfit, Verdict.REFUSE, Code.NO_RULE, "this plan does not fit what it is about"),
    Row(
        lambda s: _is_colleague(s) and not s.same_site,
        Verdict.REFUSE,
        Code.OTHER_SITE,
        "the colleague is of another site",
    ),
    Row(lambda s: s.protected, Verdict.REFUSE, Code.PROTECTED, "the account is protected"),
    Row(lambda s: s.over_cap is not None, Verdict.REFUSE, lambda s: s.over_cap, "a limit is used up"),
    Row(
        lambda s: bool(s.missing) and s.asked,
        Verdict.REFUSE,
        Code.DETAILS_NOT_GIVEN,
        "details were asked for once, and are still missing",
    ),
    Row(
        lambda s: bool(s.missing) and s.mode is Mode.SUGGEST,
        Verdict.SUGGEST,
        Code.DETAILS_MISSING,
        "details are missing, and the plan may only be suggested",
    ),
    Row(lambda s: bool(s.missing), Verdict.ASK, Code.DETAILS_MISSING, "details are missing"),
    Row(lambda s: s.binding is None, Verdict.REFUSE, Code.NO_RULE, "nobody is known whom it is about"),
    Row(
        lambda s: s.recipient_code is not None,
        Verdict.REFUSE,
        lambda s: s.recipient_code,
        "nobody can safely be written to",
    ),
    Row(lambda s: s.mode is Mode.SUGGEST, Verdict.SUGGEST, Code.SUGGEST_ONLY, "the plan may only be suggested"),
    Row(_needs_confirmation, Verdict.CONFIRM, Code.CONFIRMATION_NEEDED, "the author has not confirmed it"),
    Row(
        lambda s: _is_colleague(s) and not s.approved,
        Verdict.APPROVE,
        Code.COLLEAGUE_APPROVAL,
        "about a colleague, and no operator has approved",
    ),
    Row(
        lambda s: not s.site_known and not s.approved,
        Verdict.APPROVE,
        Code.SITE_APPROVAL,
        "the site is not known, and no operator has approved",
    ),
    Row(
        lambda s: s.binding is Binding.NEW and not s.is_referent and not s.approved,
        Verdict.APPROVE,
        Code.NEW_APPROVAL,
        "a new account that no referent asks for, and no operator has approved",
    ),
    Row(_is_settled, Verdict.GO, Code.ALLOWED, "everything that a change of an account needs is there"),
)


def decide(situation: Situation) -> Decision:
    """The first row of the table that fits; refuse when none does."""
    quiet = situation.mode is not Mode.ON
    for row in TABLE:
        if row.fits(situation):
            code = row.code if isinstance(row.code, Code) else row.code(situation)
            return Decision(row.verdict, code or Code.NO_RULE, quiet=quiet)
    return Decision(Verdict.REFUSE, Code.NO_RULE, quiet=quiet)
