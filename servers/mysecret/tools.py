"""The MySecret tools, as the model reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, SecretStr

from servers.mysecret.models import SECRET_ID, Address, Ended, Secret, SecretStatus
from servers.mysecret.settings import MAX_DAYS, MAX_VIEWS
from servers.mysecret.vault import NewSecret, Vault
from shared.errors import InvalidInput
from shared.mcp_tool import Call, Risk, Tool

Payload = Annotated[SecretStr, Field(min_length=1, max_length=20_000, description="what the link shows")]
SecretId = Annotated[str, Field(pattern=SECRET_ID)]
SecretUrl = Annotated[SecretStr, Field(max_length=500, description="with the reveal scope only")]


class MySecretTools:
    """One method per tool; the method's name is the tool's name."""

    def __init__(self, vault: Vault, *, max_days: int, max_views: int) -> None:
        self._vault = vault
        self._max_days = max_days
        self._max_views = max_views

    async def create_secret(
        self,
        call: Call,
        payload: Payload,
        expire_days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 7,
        expire_views: Annotated[int, Field(ge=1, le=MAX_VIEWS)] = 5,
        recipient: Annotated[Address, Field(description="who the link is sealed for")] | None = None,
        account_guid: Annotated[UUID, Field(description="whose sealed password is in the payload")] | None = None,
    ) -> Secret:
        """Put a text behind a link that ends after some days or views; a `sealed:password:…` in it is opened.

        Returns `link_ref` for send_email to that recipient, or `secret_url` to tokens with the reveal scope.
        """
        if expire_days > self._max_days or expire_views > self._max_views:
            raise InvalidInput(f"at most {self._max_days} days and {self._max_views} views are allowed here")
        new = NewSecret(
            payload=payload,
            days=expire_days,
            views=expire_views,
            recipient=recipient,
            account_guid=str(account_guid) if account_guid else None,
        )
        return await self._vault.create(call, new)

    async def get_secret_status(
        self, call: Call, secret_id: SecretId | None = None, secret_url: SecretUrl | None = None
    ) -> SecretStatus:
        """Tell whether a secret was opened or is over, without opening it; `unknown` when MySecret does not say."""
        return await self._vault.get_status(call, secret_id, secret_url)

    async def expire_secret(
        self, call: Call, secret_id: SecretId | None = None, secret_url: SecretUrl | None = None
    ) -> Ended:
        """End a secret now: its link shows nothing any more. Cannot be undone."""
        return await self._vault.expire(call, secret_id, secret_url)


def build_tools(vault: Vault, *, max_days: int, max_views: int) -> Sequence[Tool]:
    """Every tool of this server, with its risk."""
    tools = MySecretTools(vault, max_days=max_days, max_views=max_views)
    return (
        Tool(tools.create_secret, Risk.WRITE),
        Tool(tools.get_secret_status, Risk.READ),
        Tool(tools.expire_secret, Risk.DESTRUCTIVE, idempotent=True),
    )
