"""The domain's password and lockout policy, kept on its head as Active Directory does."""

from __future__ import annotations

import re
from datetime import timedelta

from simulators.ad.directory import Directory
from simulators.ad.store import Entry
from simulators.ad.values import (
    LOCKED,
    NEVER,
    NEVER_EXPIRES,
    NORMAL,
    PASSWORD_EXPIRED,
    TICKS,
    WORKSTATION,
    from_filetime,
    to_filetime,
)

COMPLEX = 1
_SEPARATORS = re.compile(r"[,.\-_ #\t]+")


def interval(head: Entry, name: str) -> timedelta | None:
    """One of the policy's negative intervals; None for "never" and for 0."""
    ticks = -head.number(name)
    return timedelta(microseconds=ticks // 10) if 0 < ticks < NEVER else None


def is_strong(head: Entry, account: Entry, password: str) -> bool:
    """Length, and with complexity three kinds of characters and neither login nor a part of the display name."""
    if len(password) < head.number("minPwdLength"):
        return False
    if not head.number("pwdProperties") & COMPLEX:
        return True
    return _kinds(password) >= 3 and not contains_name(account, password)


def _kinds(password: str) -> int:
    kinds = {_kind(sign) for sign in password}
    return len(kinds)


def _kind(sign: str) -> str:
    if sign.isupper():
        return "upper"
    if sign.islower():
        return "lower"
    if sign.isdigit():
        return "digit"
    return "letter" if sign.isalpha() else "special"


def contains_name(account: Entry, password: str) -> bool:
    """Windows: the whole login, or any part of the display name, of three characters or more."""
    parts = [account.text("sAMAccountName"), *_SEPARATORS.split(account.text("displayName"))]
    return any(part.casefold() in password.casefold() for part in parts if len(part) >= 3)


def is_too_young(directory: Directory, account: Entry) -> bool:
    """Whether the minimum age forbids its owner to change the password now."""
    age, set_at = interval(directory.head, "minPwdAge"), from_filetime(account.number("pwdLastSet"))
    return age is not None and directory.now() - set_at < age


def is_locked(directory: Directory, account: Entry) -> bool:
    """Locked out now: a lockoutTime that is not over yet."""
    locked_at = account.number("lockoutTime")
    if not locked_at:
        return False
    lasts = interval(directory.head, "lockoutDuration")
    return lasts is None or directory.now() - from_filetime(locked_at) < lasts


def expires_at(directory: Directory, account: Entry) -> int:
    """When the password expires, as FILETIME: 0 when it must change, NEVER when it does not expire."""
    lasts, set_at = interval(directory.head, "maxPwdAge"), account.number("pwdLastSet")
    if account.number("userAccountControl") & NEVER_EXPIRES:
        return NEVER
    if set_at == 0:
        return 0
    return NEVER if lasts is None else to_filetime(from_filetime(set_at) + lasts)


def is_password_expired(directory: Directory, account: Entry) -> bool:
    """Too old, or must change."""
    return expires_at(directory, account) <= to_filetime(directory.now())


def is_account_expired(directory: Directory, account: Entry) -> bool:
    """accountExpires is over."""
    ends = account.number("accountExpires")
    return ends not in (0, NEVER) and ends <= to_filetime(directory.now())


def computed_control(directory: Directory, account: Entry) -> int:
    """msDS-User-Account-Control-Computed."""
    locked = LOCKED if is_locked(directory, account) else 0
    may_expire = account.number("userAccountControl") & (NORMAL | WORKSTATION)
    return locked | (PASSWORD_EXPIRED if may_expire and is_password_expired(directory, account) else 0)


def count_bad_password(directory: Directory, account: Entry) -> None:
    """One more wrong password: at the threshold the account is locked out."""
    now, head = directory.now(), directory.head
    last, window = account.number("badPasswordTime"), interval(head, "lockOutObservationWindow")
    is_old = window is not None and last > 0 and now - from_filetime(last) >= window
    bad = 1 if is_old else account.number("badPwdCount") + 1
    account.put("badPwdCount", bad)
    account.put("badPasswordTime", to_filetime(now))
    threshold = head.number("lockoutThreshold")
    if threshold and bad >= threshold:
        account.put("lockoutTime", to_filetime(now))


def ticks(span: timedelta) -> int:
    """As the policy stores it."""
    return -int(span.total_seconds() * TICKS)
