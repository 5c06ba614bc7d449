"""What the MySecret server reads from its environment."""

from __future__ import annotations

from typing import Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator

from shared.settings import EMAIL, SEAL_KEY, ServerSettings

MAX_DAYS, MAX_VIEWS = 90, 100
"""Password Pusher's own limits, unless the site has others; beyond, it takes its defaults without a word."""


class MySecretSettings(ServerSettings):
    """Settings of servers/mysecret."""

    port: int = Field(default=8004, ge=1, le=65535, description="port to listen on")
    mysecret_api_url: HttpUrl = Field(description="MySecret's address for us, e.g. https://mysecret.example")
    mysecret_public_url: HttpUrl | None = Field(
        default=None, description="MySecret's address in links, where people reach it by another one"
    )
    mysecret_api_token: SecretStr | None = Field(default=None, description="API token of the integration account")
    mysecret_api_email: str | None = Field(
        default=None, pattern=EMAIL, description="e-mail of that account, for Password Pusher before 1.51"
    )
    mysecret_max_days: int = Field(default=MAX_DAYS, ge=1, le=MAX_DAYS, description="days a secret may live at most")
    mysecret_max_views: int = Field(default=MAX_VIEWS, ge=1, le=MAX_VIEWS, description="views it may have at most")
    mysecret_timeout_s: float = Field(default=10.0, gt=0, description="deadline of one request, seconds")
    mysecret_throttle_wait_s: float = Field(
        default=10.0, ge=0, description="how long a call may wait when MySecret throttles us, seconds"
    )
    seal_key: SecretStr = Field(min_length=SEAL_KEY, description="key of sealed references")

    @field_validator("mysecret_public_url", "mysecret_api_token", "mysecret_api_email", mode="before")
    @classmethod
    def _empty_is_missing(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _has_a_token_for_its_account(self) -> Self:
        if self.mysecret_api_email is not None and self.mysecret_api_token is None:
            raise ValueError("MYSECRET_API_EMAIL needs MYSECRET_API_TOKEN")
        return self

    @property
    def link_base(self) -> str:
        """What links begin with, without a slash at the end."""
        return str(self.mysecret_public_url or self.mysecret_api_url).rstrip("/")
