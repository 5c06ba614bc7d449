"""What an account may look like: checked on a draft, before it becomes true."""

from __future__ import annotations

from collections.abc import Callable

from simulators.ad import errors
from simulators.ad.directory import Directory
from simulators.ad.rights import Rights
from simulators.ad.schema import find_attribute
from simulators.ad.store import Entry
from simulators.ad.values import (
    DISABLED,
    FOR_DELEGATION,
    LOCKED,
    NEVER,
    NO_PASSWORD_NEEDED,
    NORMAL,
    PASSWORD_EXPIRED,
    TO_AUTH_FOR_DELEGATION,
    WORKSTATION,
    to_filetime,
)

LONGEST_LOGIN = 20
DOMAIN_USERS = 513
_NOT_IN_LOGINS = frozenset('"/\\[]:;|=,+*?<>@')
NO_RIGHT_TO_TRUST = 0x522
NOT_A_MEMBER = 0x529
WEAK, TOO_LONG = 0x52D, 0x2082


def check_draft(directory: Directory, rights: Rights, entry: Entry | None, draft: Entry, changed: set[str]) -> None:
    """Apply the rules of every changed attribute; entry is None for a new account. Raises RefusedError."""
    for name in sorted(changed):
        _check_values(draft, name)
    for name, rule in _RULES.items():
        if name in changed:
            rule(directory, rights, entry, draft)


def _check_values(draft: Entry, name: str) -> None:
    attribute, values = find_attribute(name), draft.values.get(name, [])
    if attribute is None:
        return
    if attribute.is_single and len(values) > 1:
        raise errors.value_exists(attribute.name)
    if attribute.syntax == "number" and not all(value.lstrip(b"-").isdigit() for value in values):
        raise errors.bad_syntax(attribute.name)
    if any(not value for value in values):
        raise errors.bad_syntax(attribute.name)
    if attribute.longest and any(len(value.decode(errors="replace")) > attribute.longest for value in values):
        raise errors.constraint(attribute.name, TOO_LONG)


def _check_login(directory: Directory, _rights: Rights, entry: Entry | None, draft: Entry) -> None:
    login = draft.text("sAMAccountName")
    if not login or _NOT_IN_LOGINS & set(login):
        raise errors.constraint("sAMAccountName", 0x523)
    if draft.is_user and len(login) > LONGEST_LOGIN:
        raise errors.constraint("sAMAccountName", 0x523)
    holder = directory.find_login(login)
    if holder is not None and holder is not entry:
        raise errors.exists()


def _check_principal(directory: Directory, _rights: Rights, entry: Entry | None, draft: Entry) -> None:
    wanted = draft.text("userPrincipalName").casefold()
    others = (other for other in directory.walk() if other is not entry)
    if wanted and any(other.text("userPrincipalName").casefold() == wanted for other in others):
        raise errors.constraint("userPrincipalName", 0x21C8)


def _check_control(directory: Directory, rights: Rights, entry: Entry | None, draft: Entry) -> None:
    """userAccountControl: what is computed is not stored, and an account without a password stays closed."""
    wanted = draft.number("userAccountControl") & ~(LOCKED | PASSWORD_EXPIRED)
    before = entry.number("userAccountControl") if entry else 0
    if not wanted & (NORMAL | WORKSTATION):
        wanted |= NORMAL
    if (wanted & ~before) & (FOR_DELEGATION | TO_AUTH_FOR_DELEGATION) and not rights.is_admin:
        raise errors.forbidden(NO_RIGHT_TO_TRUST)
    draft.put("userAccountControl", wanted)
    _check_has_password(directory, draft)


def _check_has_password(directory: Directory, draft: Entry) -> None:
    """Windows: no open account without a password, unless it is said to need none."""
    control = draft.number("userAccountControl")
    may_lack = control & (DISABLED | NO_PASSWORD_NEEDED | WORKSTATION) or not directory.head.number("minPwdLength")
    if not may_lack and not draft.passwords.hashes:
        raise errors.unwilling(WEAK)


def _check_last_set(directory: Directory, _rights: Rights, _entry: Entry | None, draft: Entry) -> None:
    """pwdLastSet: 0 (must change) or -1 (now)."""
    wanted = draft.number("pwdLastSet")
    if wanted not in (0, -1):
        raise errors.unwilling(0x57)
    draft.put("pwdLastSet", to_filetime(directory.now()) if wanted else 0)


def _check_lockout(_directory: Directory, _rights: Rights, _entry: Entry | None, draft: Entry) -> None:
    """lockoutTime: nobody but the directory locks; 0 unlocks and forgets the wrong passwords."""
    if draft.number("lockoutTime") != 0:
        raise errors.unwilling(0x57)
    draft.put("badPwdCount", 0)


def _check_end(_directory: Directory, _rights: Rights, _entry: Entry | None, draft: Entry) -> None:
    if not 0 <= draft.number("accountExpires") <= NEVER:
        raise errors.bad_syntax("accountExpires")


def _check_primary_group(directory: Directory, _rights: Rights, entry: Entry | None, draft: Entry) -> None:
    """primaryGroupID: a group that it is a member of; the two change places."""
    before = directory.find_rid(entry.number("primaryGroupID") if entry else DOMAIN_USERS)
    wanted = directory.find_rid(draft.number("primaryGroupID"))
    if wanted is None or (wanted is not before and draft.guid not in wanted.members):
        raise errors.unwilling(NOT_A_MEMBER)
    if wanted is not before:
        wanted.members.pop(draft.guid)
        if before is not None:
            before.members[draft.guid] = None


Rule = Callable[[Directory, Rights, Entry | None, Entry], None]
_RULES: dict[str, Rule] = {
    "samaccountname": _check_login,
    "userprincipalname": _check_principal,
    "pwdlastset": _check_last_set,
    "lockouttime": _check_lockout,
    "accountexpires": _check_end,
    "useraccountcontrol": _check_control,
    # The last one: it touches other entries, and nothing may be refused after it.
    "primarygroupid": _check_primary_group,
}
