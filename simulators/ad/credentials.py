"""unicodePwd: an administrator's reset (REPLACE) and a person's own change (DELETE old, ADD new)."""

from __future__ import annotations

from simulators.ad import errors
from simulators.ad.directory import Directory
from simulators.ad.policy import count_bad_password, is_locked, is_strong, is_too_young
from simulators.ad.rights import Rights
from simulators.ad.store import Entry
from simulators.ad.values import to_filetime

ADD, DELETE, REPLACE = 0, 1, 2
WEAK, WRONG, LOCKED_OUT, NOT_ENCRYPTED, NOT_QUOTED = 0x52D, 0x56, 0x775, 0x1F, 0x2035
Change = tuple[int, list[bytes]]


def read_password(raw: bytes) -> str:
    """A quoted UTF-16LE string. Raises RefusedError (53)."""
    try:
        text = raw.decode("utf-16-le")
    except UnicodeDecodeError:
        text = ""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):
        raise errors.unwilling(NOT_QUOTED)
    return text[1:-1]


def change_password(
    directory: Directory, rights: Rights, entry: Entry, draft: Entry, changes: list[Change], *, is_encrypted: bool
) -> None:
    """All changes of unicodePwd in one modify. Raises RefusedError; a wrong old password counts towards the lockout."""
    if not is_encrypted:
        raise errors.unwilling(NOT_ENCRYPTED)
    by_kind = dict(changes)
    if [kind for kind, _values in changes] == [REPLACE] and len(by_kind[REPLACE]) == 1:
        if not rights.can_reset(entry):
            raise errors.forbidden(0x5)
        set_password(directory, draft, read_password(by_kind[REPLACE][0]))
    elif sorted(kind for kind, _values in changes) == [ADD, DELETE] and all(len(v) == 1 for v in by_kind.values()):
        _change_own(directory, entry, draft, read_password(by_kind[DELETE][0]), read_password(by_kind[ADD][0]))
    else:
        raise errors.unwilling(NOT_QUOTED)


def _change_own(directory: Directory, entry: Entry, draft: Entry, old: str, new: str) -> None:
    if is_locked(directory, entry):
        raise errors.constraint("unicodePwd", LOCKED_OUT)
    if not entry.passwords.fits(old):
        count_bad_password(directory, entry)
        raise errors.constraint("unicodePwd", WRONG)
    if is_too_young(directory, entry) or entry.passwords.was_used(new, last=directory.head.number("pwdHistoryLength")):
        raise errors.constraint("unicodePwd", WEAK)
    set_password(directory, draft, new)


def set_password(directory: Directory, draft: Entry, password: str) -> None:
    """Without history and minimum age, which a reset ignores. Raises RefusedError (19)."""
    if not is_strong(directory.head, draft, password):
        raise errors.constraint("unicodePwd", WEAK)
    draft.passwords = draft.passwords.changed(password)
    draft.put("pwdLastSet", to_filetime(directory.now()))
