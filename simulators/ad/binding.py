"""Simple binds: who it is, and the cause in the message when it is nobody."""

from __future__ import annotations

from simulators.ad import errors
from simulators.ad.directory import Directory
from simulators.ad.policy import count_bad_password, is_account_expired, is_locked, is_password_expired
from simulators.ad.store import Entry
from simulators.ad.values import DISABLED, to_filetime


def find_account(directory: Directory, name: str) -> Entry | None:
    """By `DOMAIN\\login`, user principal name or distinguished name."""
    domain, sign, login = name.partition("\\")
    if sign:
        is_ours = domain.casefold() in (directory.netbios.casefold(), directory.dns_name.casefold())
        return directory.find_login(login) if is_ours else None
    if "=" in name:
        try:
            return directory.find(name)
        except errors.RefusedError:
            return None
    return _find_principal(directory, name) if "@" in name else None


def _find_principal(directory: Directory, name: str) -> Entry | None:
    wanted = name.casefold()
    explicit = (entry for entry in directory.walk() if entry.text("userPrincipalName").casefold() == wanted)
    login, _sign, domain = wanted.rpartition("@")
    found = next(explicit, None)
    return found or (directory.find_login(login) if domain == directory.dns_name.casefold() else None)


def bind(directory: Directory, name: str, password: str) -> Entry:
    """The account. Raises RefusedError (49); a wrong password counts towards the lockout."""
    account = find_account(directory, name)
    if account is None or not account.is_user:
        raise errors.bad_credentials("525")
    if is_locked(directory, account):
        raise errors.bad_credentials("775")
    if not account.passwords.fits(password):
        count_bad_password(directory, account)
        raise errors.bad_credentials("52e")
    _check_open(directory, account)
    account.put("badPwdCount", 0)
    if account.number("lockoutTime"):
        account.put("lockoutTime", 0)
    account.put("lastLogon", to_filetime(directory.now()))
    account.put("logonCount", account.number("logonCount") + 1)
    return account


def _check_open(directory: Directory, account: Entry) -> None:
    """The password is right; the account may still be closed."""
    if account.number("userAccountControl") & DISABLED:
        raise errors.bad_credentials("533")
    if is_account_expired(directory, account):
        raise errors.bad_credentials("701")
    if is_password_expired(directory, account):
        raise errors.bad_credentials("773" if account.number("pwdLastSet") == 0 else "532")
