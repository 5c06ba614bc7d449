"""What Active Directory's refusals mean: one table from (operation, result code, Win32 code) to our errors.

Decided on codes only. The prose beside them differs between Windows and Samba, and may quote values: it is shown to
nobody. Source: contracts/ad.md, section 5; the rows of docs/ad-delegation.md name the test of each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import (
    InvalidInput,
    NotFound,
    UpstreamError,
    UpstreamRejected,
    UpstreamUnauthorized,
    UpstreamUnavailable,
    WidipError,
)

SYSTEM = "ad"
SUCCESS = 0
INVALID_CREDENTIALS = 49

_WIN32 = re.compile(r"^[0-9A-F]{8}")
_DATA = re.compile(r"\bdata ([0-9a-f]{1,8})\b")


class Operation(StrEnum):
    """What was asked of the directory."""

    READ = "read"
    CREATE = "create"
    RESET = "reset"
    FLAGS = "enable or disable"
    UNLOCK = "unlock"
    MOVE = "move"
    MEMBER = "add to a group"


class Stale(UpstreamRejected):
    """The value that we meant to replace has changed meanwhile: read again."""


class AlreadyThere(UpstreamRejected):
    """The name is taken, or the member in already: which of them the caller must look at."""


@dataclass(frozen=True, slots=True)
class Row:
    """None stands for any."""

    operation: Operation | None
    result: int
    win32: str | None
    error: type[WidipError]
    text: str


_POLICY = "the domain's password policy refuses this password"
_RIGHTS = "the service account lacks the right for this here (docs/ad-delegation.md)"

ROWS = (
    Row(Operation.RESET, 19, "0000052D", InvalidInput, _POLICY),
    Row(Operation.RESET, 53, "0000052D", InvalidInput, _POLICY),
    Row(Operation.RESET, 53, "0000001F", UpstreamRejected, "it takes passwords over an encrypted connection only"),
    Row(
        Operation.CREATE, 19, None, InvalidInput, "it refuses the values; most likely the user principal name is taken"
    ),
    Row(Operation.CREATE, 68, None, AlreadyThere, "the name is taken"),
    Row(Operation.CREATE, 32, None, NotFound, "the OU is gone"),
    Row(Operation.FLAGS, 16, None, Stale, "the account changed meanwhile"),
    Row(Operation.FLAGS, 53, "0000052D", InvalidInput, "the account has no password yet: reset_password first"),
    Row(Operation.MOVE, 68, None, InvalidInput, "the target OU holds an account of this name already"),
    Row(Operation.MOVE, 80, "00002095", NotFound, "the target OU is gone"),
    Row(Operation.MEMBER, 68, None, AlreadyThere, "it is a member already"),
    Row(Operation.MEMBER, 32, None, NotFound, "the group or the account is gone"),
    Row(None, 8, None, UpstreamUnauthorized, "it wants a stronger sign-in"),
    Row(None, 10, None, UpstreamRejected, "it is not in charge of this part of the tree: check AD_BASE_DN"),
    Row(None, 3, None, UpstreamUnavailable, "it ran out of time"),
    Row(None, 11, None, UpstreamRejected, "the search is larger than it allows"),
    Row(None, 32, None, NotFound, "there is no such object"),
    Row(None, INVALID_CREDENTIALS, None, UpstreamUnauthorized, "it refuses our account"),
    Row(None, 50, None, UpstreamRejected, _RIGHTS),
    Row(None, 51, None, UpstreamUnavailable, "it is busy"),
    Row(None, 52, None, UpstreamUnavailable, "it is not available"),
)
"""The first row that fits counts. What fits none is UpstreamRejected with its codes."""


def error_from_result(operation: Operation, result: int, message: str) -> WidipError | None:
    """None for success. The text holds codes, never the directory's prose."""
    if result == SUCCESS:
        return None
    win32 = find_win32(message)
    code = f"{result} {win32}".rstrip()
    for row in ROWS:
        if row.operation in (None, operation) and row.result == result and row.win32 in (None, win32):
            return _build(row.error, f"Active Directory, {operation}: {row.text} (code {code})", code)
    return _build(UpstreamRejected, f"Active Directory refused to {operation} (code {code})", code)


def find_win32(message: str) -> str:
    """The Win32 code that a message begins with, as 8 hexadecimal digits; empty when there is none."""
    match = _WIN32.match(message)
    return match.group() if match else ""


def _build(error: type[WidipError], text: str, code: str) -> WidipError:
    if issubclass(error, UpstreamRejected):
        return error(text, system=SYSTEM, upstream_code=code)
    return error(text, system=SYSTEM) if issubclass(error, UpstreamError) else error(text)


@dataclass(frozen=True, slots=True)
class BindRefusal:
    """Why a bind is refused. mended: in the directory, so that the same password may work later."""

    text: str
    mended: bool = True


_BIND = {
    "52e": BindRefusal("the password is wrong or the account unknown: set AD_USERNAME, AD_PASSWORD, restart", False),
    "525": BindRefusal("the account is unknown: set AD_USERNAME and restart", mended=False),
    "530": BindRefusal("the account may not sign in at this hour"),
    "531": BindRefusal("the account may not sign in from here"),
    "532": BindRefusal("the password has expired: set it to never expire, or renew it and AD_PASSWORD"),
    "533": BindRefusal("the account is disabled: enable it"),
    "701": BindRefusal("the account has expired: extend it"),
    "773": BindRefusal("the account must change its password first: clear that flag"),
    "775": BindRefusal("the account is locked out: unlock it"),
}
_RIGHT_PASSWORD = frozenset({"", "530", "531", "532", "533", "701", "773"})
"""What AD says only to whoever knows the password (Windows: documented; Samba: seen for 533 and 773)."""


def find_bind_data(message: str) -> str:
    """The sub-code of a refused bind: `52e` in `… AcceptSecurityContext error, data 52e, v1db1`."""
    match = _DATA.search(message)
    return match[1] if match else "unknown"


def bind_refusal(data: str) -> BindRefusal:
    """What it means for the service account."""
    return _BIND.get(data, BindRefusal("the sign-in is refused: check AD_USERNAME and AD_PASSWORD", mended=False))


def proves_password(data: str) -> bool:
    """True when a bind that ended so had the right password."""
    return data in _RIGHT_PASSWORD
