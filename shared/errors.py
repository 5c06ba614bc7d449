"""What can go wrong on purpose, sorted by who can act.

WidipError                    raised on purpose; its text is safe to show
├─ UpstreamError(system)
│  ├─ UpstreamUnavailable     no answer, timeout, 5xx, HTML where JSON was due     retryable
│  ├─ OutcomeUnknown          a write was sent and no answer came                  look, never repeat blindly
│  ├─ UpstreamRejected        4xx that another try will not fix
│  ├─ UpstreamUnauthorized    our credentials are refused                          a human must act
│  ├─ UpstreamMalformed       answered, but not in its documented shape
│  └─ NoSuchTool              the MCP server does not offer this tool        a human must act
├─ NotFound · InvalidInput    the caller can correct it
├─ Refused(reason)            policy said no
├─ BudgetExceeded · LockLost  the run stops and writes nothing more
"""

from __future__ import annotations


class WidipError(Exception):
    """Base of every error raised on purpose; `code` is what machines read, the text is for people and models."""

    code = "error"
    retryable = False


class UpstreamError(WidipError):
    """An outside system failed; `system` says which."""

    code = "upstream_error"

    def __init__(self, message: str, *, system: str) -> None:
        super().__init__(message)
        self.system = system


class UpstreamUnavailable(UpstreamError):
    """No usable answer. Nothing is known to have been done, and a later try may work."""

    code = "upstream_unavailable"
    retryable = True


class OutcomeUnknown(UpstreamError):
    """A write was sent and its answer was lost: look whether it was done before repeating it.

    may_come_late: nothing at all came back, so the write may still be done in a moment; looking now proves nothing.
    """

    code = "outcome_unknown"

    def __init__(self, message: str, *, system: str, may_come_late: bool = False) -> None:
        super().__init__(message, system=system)
        self.may_come_late = may_come_late


class UpstreamRejected(UpstreamError):
    """The system understood and said no; `upstream_code` is its own word for why."""

    code = "upstream_rejected"

    def __init__(self, message: str, *, system: str, upstream_code: str = "") -> None:
        super().__init__(message, system=system)
        self.upstream_code = upstream_code


class UpstreamUnauthorized(UpstreamError):
    """Our own credentials are refused: only a person can mend that."""

    code = "upstream_unauthorized"


class UpstreamMalformed(UpstreamError):
    """An answer that does not have its documented shape."""

    code = "upstream_malformed"


class NoSuchTool(UpstreamError):
    """The server does not offer this tool, to us or to anybody. It says nothing of the thing that was asked for."""

    code = "no_such_tool"


class NotFound(WidipError):
    """The thing named does not exist."""

    code = "not_found"


class InvalidInput(WidipError):
    """The caller can correct this; the text says how."""

    code = "invalid_input"


class Refused(WidipError):
    """Policy said no."""

    code = "refused"


class CapReached(Refused):
    """An hourly cap is used up: the same call may work later."""

    code = "cap_reached"
    retryable = True


class BudgetExceeded(WidipError):
    """The run has used what it was given: calls, tokens or time."""

    code = "budget_exceeded"


class LockLost(WidipError):
    """The lock went to somebody else; nothing more may be written under it."""

    code = "lock_lost"


_BY_CODE: dict[str, type[WidipError]] = {
    cls.code: cls for cls in (NotFound, InvalidInput, Refused, CapReached, BudgetExceeded, LockLost)
}
_UPSTREAM_BY_CODE: dict[str, type[UpstreamError]] = {
    cls.code: cls
    for cls in (
        UpstreamUnavailable,
        OutcomeUnknown,
        UpstreamRejected,
        UpstreamUnauthorized,
        UpstreamMalformed,
        NoSuchTool,
        UpstreamError,
    )
}


def error_from_code(code: str, message: str, *, system: str) -> WidipError:
    """The error that a server reported as `code`, on the client's side of the network."""
    if code in _UPSTREAM_BY_CODE:
        return _UPSTREAM_BY_CODE[code](message, system=system)
    return _BY_CODE.get(code, WidipError)(message)
