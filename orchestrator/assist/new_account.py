"""What a new account is called and where it goes, by its site's rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from orchestrator.assist.action import NewAccount
from orchestrator.assist.codes import Code
from orchestrator.assist.people import to_ascii
from orchestrator.assist.plans import LOGIN_PATTERN, Request
from orchestrator.assist.reader.lexicon import PRIVILEGED
from orchestrator.assist.reader.naming import is_service_account
from orchestrator.assist.reader.words import word_set
from shared.sites import LoginRule, Site

MAX_LOGIN = 20
_RULES: dict[LoginRule, Callable[[str, str], str]] = {
    "pnom": lambda first, last: first[:1] + last,
    "prenom.nom": lambda first, last: f"{first}.{last}",
    "p.nom": lambda first, last: f"{first[:1]}.{last}",
    "nomp": lambda first, last: last + first[:1],
}
# Names that Windows, a directory or a mail system gives a meaning of its own.
_RESERVED = word_set(
    """
    sa system systeme guest invite everyone nobody anonymous public default test user users support service services
    postmaster hostmaster webmaster abuse noreply mail root con prn aux nul com1 lpt1 helpdesk glpi desk
    """
)


def list_logins(firstname: str, lastname: str, rule: LoginRule) -> tuple[str, ...]:
    """The logins that the rule allows, best first: the plain one, then with 2 to 9. Empty when the name gives none."""
    first, last = to_ascii(firstname), to_ascii(lastname)
    stem = _RULES[rule](first, last)
    if not first or not last or is_reserved(stem) or is_reserved(_cut(stem, "")):
        return ()
    found = [_cut(stem, number) for number in ("", *"23456789")]
    return tuple(login for login in found if re.fullmatch(LOGIN_PATTERN, login))


def is_reserved(login: str) -> bool:
    """True for a login that looks like an administrator's, a machine's or the system's."""
    parts = re.split(r"[._-]", login)
    named = "".join(parts) in PRIVILEGED | _RESERVED or any(part in PRIVILEGED for part in parts)
    return named or is_service_account(login)


def build_new(request: Request, site: Site | None, taken: Collection[str]) -> NewAccount | Code:
    """The account to be made. taken: those of list_logins() that exist already, in any case of letters.

    Its login is ASCII, 20 characters at most. NAME_UNUSABLE when the rule gives no free login, SITE_UNKNOWN and
    PLACE_UNKNOWN when it is not told where the account belongs.
    """
    if site is None:
        return Code.SITE_UNKNOWN
    ou_dn = site.new_account_ou or (site.ad_ous[0] if len(site.ad_ous) == 1 else None)
    if ou_dn is None:
        return Code.PLACE_UNKNOWN
    person = request.person
    if person is None or not person.firstname or not person.lastname or site.login_rule is None:
        return Code.NAME_UNUSABLE
    used = {login.casefold() for login in taken}
    free = (login for login in list_logins(person.firstname, person.lastname, site.login_rule) if login not in used)
    if (username := next(free, None)) is None:
        return Code.NAME_UNUSABLE
    return NewAccount(
        firstname=_titled(person.firstname),
        lastname=_titled(person.lastname),
        username=username,
        ou_dn=ou_dn,
        job=request.job or "",
        glpi_email=f"{username}@{site.mail_domain}" if site.mail_domain else None,
    )


def _cut(stem: str, number: str) -> str:
    return stem[: MAX_LOGIN - len(number)].rstrip(".") + number


def _titled(name: str) -> str:
    """A name that was written without regard for capitals, with them."""
    return name.title() if name.isupper() or name.islower() else name
