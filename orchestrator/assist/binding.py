"""Whose account a request is about: found among the directory's accounts, never guessed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orchestrator.assist.action import AccountFacts
from orchestrator.assist.codes import Code
from orchestrator.assist.people import has_name
from orchestrator.assist.plans import Person
from shared.dn import is_at_or_below
from shared.errors import InvalidInput
from shared.sites import Site


def find_site(account: AccountFacts, sites: Iterable[Site]) -> Site | None:
    """The one site in whose OUs the account is; None when no site has it, or several."""
    found = [site for site in sites if is_on_site(account, site)]
    return found[0] if len(found) == 1 else None


def find_entity_site(entity_id: int, sites: Iterable[Site]) -> Site | None:
    """The site of a ticket's entity. Whoever writes a ticket may choose it: it may restrict, and never allows."""
    found = [site for site in sites if site.glpi_entity_id == entity_id]
    return found[0] if len(found) == 1 else None


def is_on_site(account: AccountFacts, site: Site) -> bool:
    """True when the account is in one of the site's OUs. A name that cannot be read is nowhere."""
    try:
        return any(is_at_or_below(account.dn, ou) for ou in site.ad_ous)
    except InvalidInput:
        return False


def is_referent(account: AccountFacts, site: Site) -> bool:
    """True when the account's address is that of a referent of the site, and nobody else's."""
    if account.mail is None or not account.mail_is_unique:
        return False
    mail = account.mail.casefold()
    shared = {mailbox.casefold() for mailbox in site.shared_mailboxes}
    return mail not in shared and mail in {referent.email.casefold() for referent in site.referents}


def check_self(person: Person | None, author: AccountFacts) -> Code | None:
    """NAME_MISMATCH when the author introduces himself by a name that his account has not: somebody else's session."""
    if person is None or not (person.login or person.firstname or person.lastname):
        return None
    return None if has_name(author, person) else Code.NAME_MISMATCH


def match_colleague(person: Person, candidates: Sequence[AccountFacts], *, site: Site) -> AccountFacts | Code:
    """The one account of the site that has this name, or this login.

    candidates: all accounts that the directory finds by it, on whatever site; a list that was cut must not come here.
    OTHER_SITE when the name fits elsewhere only, AMBIGUOUS when it fits two people of the site, else NO_MATCH.
    """
    distinct = {account.object_guid: account for account in candidates if has_name(account, person)}
    here = [account for account in distinct.values() if is_on_site(account, site)]
    if len(here) == 1:
        return here[0]
    if here:
        return Code.AMBIGUOUS
    return Code.OTHER_SITE if distinct else Code.NO_MATCH
