"""Operators' passwords: argon2id, and the same work for a name that nobody has."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST = 12
"""Characters of a password, at least."""
AT_ONCE = 2
"""Each takes 64 MiB: who asks often must not take all memory."""

_hasher = PasswordHasher()
# Of a password that nobody knows: unknown names cost what known ones do.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$c29tZSBzYWx0IG9mIG5vYm9keQ$cFP0HUZ2D8Ru6kwJc6XCW5n1S2YHYyJ7lSgTR2eDFEY"


def hash_password(password: str) -> str:
    """What the operators file says of a password."""
    return _hasher.hash(password)


class Passwords:
    """Checks passwords, a few at a time, outside of the event loop."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def is_right(self, kept: str | None, presented: str) -> bool:
        """True when it is the password of this hash; without one the same work is done, for nothing."""
        async with self._turns:
            fits = await asyncio.to_thread(_fits, kept or _NOBODYS, presented)
        return fits and kept is not None


def _fits(kept: str, presented: str) -> bool:
    try:
        return _hasher.verify(kept, presented)
    except (VerificationError, InvalidHashError):
        return False
