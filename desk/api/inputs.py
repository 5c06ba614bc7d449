"""What clients send, in the shapes that every part can store."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from shared.settings import EMAIL

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _check_printable(value: str) -> str:
    """Raises ValueError for what no address holds and no database stores."""
    if _UNFIT.search(value):
        raise ValueError("control characters are not accepted")
    return value


Address = Annotated[str, Field(pattern=EMAIL, max_length=254), AfterValidator(_check_printable)]
Ours = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""A number that we gave out: of a session, of a challenge."""


def is_address(value: str) -> bool:
    """Whether this is an address, as Address takes it."""
    return len(value) <= 254 and re.fullmatch(EMAIL.strip("^$"), value) is not None and not _UNFIT.search(value)
