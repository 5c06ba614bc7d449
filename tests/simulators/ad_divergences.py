"""Where the simulator and Samba 4.17 are known to differ, one row each: the simulator follows Windows.

A value is what a test asserts on: a result code, a pair of code and Win32 code, or whether something is so.
"""

from __future__ import annotations

from typing import Any

from tests.simulators.ad_lab import Kind

DIVERGENCES: dict[str, tuple[Any, Any]] = {
    # what: (simulator, Samba)
    "data of a bind with an unknown name": ("525", "52e"),
    "enabled without a password": ((53, "0000052D"), (0, "00000000")),
    "the target of a move is missing": (32, 80),
    "more entries than the size limit": (4, 0),
    "compare-and-set that is done already": (16, 0),
    "a password that contains the login": (19, 0),
    "a login of 25 characters": (19, 0),
    "a userAccountControl that is no number": (21, 0),
    "a value beyond the schema's length": (19, 21),
    "the password before the last one still binds": (49, 0),  # for an hour, as Windows does for NTLM
    "not of an unknown attribute finds everything": (False, True),
    "who am I": (0, 2),
    "a member added twice, with the permissive control": (0, 68),
}


def known(what: str, kind: Kind) -> Any:
    """What this directory is known to do."""
    return DIVERGENCES[what][kind == "samba"]
