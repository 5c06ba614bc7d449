"""What the desk says: who was signed in when a text was written."""

from __future__ import annotations

from typing import Any

from orchestrator.assist.identity import DeskWord
from orchestrator.assist.settings import AssistSettings
from shared.errors import UpstreamMalformed, UpstreamUnauthorized
from shared.http_client import HttpClient

TIMEOUT_S = 5.0
_UNAUTHORIZED = (401, 403)
_NOT_FOUND = 404


class Desk:
    """The desk's internal API."""

    def __init__(self, settings: AssistSettings) -> None:
        token = settings.desk_token.get_secret_value()
        self._http = (
            HttpClient(
                "desk", str(settings.desk_url), timeout_s=TIMEOUT_S, headers={"authorization": f"Bearer {token}"}
            )
            if settings.desk_url
            else None
        )

    async def list_words(self, ticket_id: int) -> list[DeskWord]:
        """The texts of a ticket for which somebody was signed in; none where there is no desk.

        Raises UpstreamUnavailable, UpstreamUnauthorized, UpstreamMalformed.
        """
        if self._http is None:
            return []
        answer = await self._http.read(f"/internal/identity/{ticket_id}")
        if answer.status_code == _NOT_FOUND:
            return []
        if answer.status_code in _UNAUTHORIZED:
            raise UpstreamUnauthorized("the desk refuses our token (DESK_TOKEN)", system="desk")
        return _words_from(self._http.json(answer))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()


def _words_from(body: Any) -> list[DeskWord]:
    try:
        return [DeskWord.model_validate(text) for text in body["texts"]]
    except (KeyError, TypeError, ValueError) as error:
        raise UpstreamMalformed("the desk answered in an unknown shape", system="desk") from error
