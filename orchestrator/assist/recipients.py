"""Who confirms a request, who gets its secret link or news, and who is told afterwards. Pure.

Addresses are those of the directory's accounts, never of a text; a shared or doubtful one is never written to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.assist.action import AccountFacts, Binding, Recipient, Role
from orchestrator.assist.binding import is_referent
from orchestrator.assist.codes import Code
from orchestrator.assist.plans import Plan
from shared.sites import Site


@dataclass(frozen=True, slots=True)
class Recipients:
    """recipient: who gets the secret link, or the news. owner: the account's owner, when that is somebody else."""

    recipient: Recipient
    confirmer: Recipient
    owner: Recipient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Circle:
    """Everybody who may come into question."""

    site: Site | None
    account: AccountFacts | None
    author: AccountFacts
    referents: Sequence[AccountFacts]
    technician: AccountFacts | None


def choose_recipients(
    plan: Plan,
    binding: Binding,
    *,
    site: Site | None,
    account: AccountFacts | None,
    author: AccountFacts,
    referents: Sequence[AccountFacts],
    technician: AccountFacts | None,
) -> Recipients | Code:
    """Who is written to; the code says why nobody can be.

    account: whose account it is, None for a new one. referents, technician: their accounts in the directory. Where the
    mailbox dies with the password, one's own request is confirmed by whom sites.toml names, who gets the link too.
    """
    circle = _Circle(site=site, account=account, author=author, referents=referents, technician=technician)
    news = _find_news(plan, binding, circle)
    confirmer = news if binding is Binding.SELF else _write_to(author, Role.AUTHOR, site)
    if isinstance(news, Code):
        return news
    if isinstance(confirmer, Code):
        return confirmer
    return Recipients(recipient=news, confirmer=confirmer, owner=_find_owner(circle, news))


def _find_news(plan: Plan, binding: Binding, circle: _Circle) -> Recipient | Code:
    """A colleague's news without a secret go to who asked; the rest goes as sites.toml says."""
    if binding is Binding.COLLEAGUE and plan is not Plan.PASSWORD_RESET:
        return _write_to(circle.author, Role.AUTHOR, circle.site)
    way = circle.site.account_news if circle.site else "technician"
    if way == "technician":
        return _find_technician(circle)
    # A new account has no mailbox that its owner could open yet.
    if way == "own_mailbox" and circle.account is not None:
        return _write_to(circle.account, Role.OWNER, circle.site)
    return _find_referent(circle)


def _find_technician(circle: _Circle) -> Recipient | Code:
    """The one of sites.toml; on an unknown site, the one that we are given: an operator approves there anyway."""
    technician, site = circle.technician, circle.site
    if technician is None or _is_owner(technician, circle):
        return Code.NO_ADDRESS
    named = site.technician.email if site and site.technician else None
    if site and (named is None or named.casefold() != (technician.mail or "").casefold()):
        return Code.NO_ADDRESS
    return _write_to(technician, Role.TECHNICIAN, circle.site)


def _find_referent(circle: _Circle) -> Recipient | Code:
    """The author himself when he is one; never the owner, whose mailbox dies."""
    for candidate in (circle.author, *circle.referents):
        if circle.site and is_referent(candidate, circle.site) and not _is_owner(candidate, circle):
            return _write_to(candidate, Role.REFERENT, circle.site)
    return Code.NO_ADDRESS


def _find_owner(circle: _Circle, news: Recipient) -> Recipient | None:
    """None when he gets the news himself, or has no address of his own."""
    if circle.account is None or circle.account.object_guid == news.object_guid:
        return None
    owner = _write_to(circle.account, Role.OWNER, circle.site)
    return owner if isinstance(owner, Recipient) else None


def _is_owner(candidate: AccountFacts, circle: _Circle) -> bool:
    return circle.account is not None and candidate.object_guid == circle.account.object_guid


def _write_to(account: AccountFacts, role: Role, site: Site | None) -> Recipient | Code:
    if not account.mail:
        return Code.NO_ADDRESS
    if not account.mail_is_unique:
        return Code.ADDRESS_NOT_UNIQUE
    if site and account.mail.casefold() in {mailbox.casefold() for mailbox in site.shared_mailboxes}:
        return Code.SHARED_MAILBOX
    return Recipient(
        email=account.mail,
        object_guid=account.object_guid,
        name=account.display_name or account.samaccountname,
        role=role,
    )
