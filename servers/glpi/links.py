"""Sealed links in a mail: opened here, for the one recipient that each was sealed for, and seen nowhere else."""

from __future__ import annotations

import contextlib

from pydantic import SecretStr

from servers.glpi.text import looks_like_html
from shared.errors import Refused, UpstreamUnavailable
from shared.mcp_tool import Call
from shared.sealed import REFERENCE, Purpose, Seals, find_references, subject_of

PURPOSE = Purpose.LINK


class SealedLinks:
    """Opens the links of mails. seals: None when the server has no SEAL_KEY."""

    def __init__(self, seals: Seals | None) -> None:
        self._seals = seals

    async def open(self, call: Call, body: str, recipient: str) -> str:
        """The body with its links in clear.

        In plain text and between blanks only: as a part of another address, or in a picture's, a link would be told to
        whoever answers there before its reader opens it. Raises Refused for that, and for a link that is not this
        caller's or this recipient's.
        """
        references = find_references(body, PURPOSE)
        if not references:
            return body
        if self._seals is None:
            raise Refused("this server cannot open sealed links: SEAL_KEY is not set")
        if looks_like_html(body):
            raise Refused("a mail with a sealed link must be plain text")
        words = body.split()
        for reference in references:
            if words.count(reference) != body.count(reference):
                raise Refused("a sealed link must stand between blanks")
        subject = subject_of(call, recipient)
        opened = {one: await self._seals.open(call, one, purpose=PURPOSE, subject=subject) for one in references}
        return REFERENCE.sub(lambda found: _clear(found.group(), opened), body)

    async def mark_used(self, call: Call, body: str) -> None:
        """The mail is queued. Without Redis they stay claimed by this call, and expire."""
        if self._seals is None:
            return
        with contextlib.suppress(UpstreamUnavailable):
            for reference in find_references(body, PURPOSE):
                await self._seals.mark_used(call, reference, purpose=PURPOSE)


def _clear(reference: str, opened: dict[str, SecretStr]) -> str:
    return opened[reference].get_secret_value() if reference in opened else reference
