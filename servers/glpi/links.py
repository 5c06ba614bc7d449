"""Sealed links in a mail: opened here, for the one recipient that each was sealed for, and seen nowhere else."""

from __future__ import annotations

import contextlib

from servers.glpi.text import escape, looks_like_html
from shared.errors import Refused, UpstreamUnavailable
from shared.mcp_tool import Call
from shared.sealed import Purpose, Seals, find_references

PURPOSE = Purpose.LINK


class SealedLinks:
    """Opens the links of mails. seals: None when the server has no SEAL_KEY."""

    def __init__(self, seals: Seals | None) -> None:
        self._seals = seals

    async def open(self, call: Call, body: str, recipient: str) -> str:
        """The body with its links in clear. Raises Refused for one that is not this caller's or this recipient's."""
        references = find_references(body, PURPOSE)
        if not references:
            return body
        if self._seals is None:
            raise Refused("this server cannot open sealed links: SEAL_KEY is not set")
        markup = looks_like_html(body)
        for reference in references:
            sealed = await self._seals.open(call, reference, purpose=PURPOSE, subject=recipient.casefold())
            link = sealed.get_secret_value()
            body = body.replace(reference, escape(link) if markup else link)
        return body

    async def mark_used(self, call: Call, body: str) -> None:
        """The mail is queued. Without Redis they stay claimed by this call, and expire."""
        if self._seals is None:
            return
        with contextlib.suppress(UpstreamUnavailable):
            for reference in find_references(body, PURPOSE):
                await self._seals.mark_used(call, reference, purpose=PURPOSE)
