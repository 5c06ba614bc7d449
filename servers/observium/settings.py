"""What the Observium server reads from its environment."""

from __future__ import annotations

from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator

from shared.settings import ServerSettings


class ObserviumSettings(ServerSettings):
    """Settings of servers/observium."""

    port: int = Field(default=8001, ge=1, le=65535, description="port to listen on")
    observium_api_url: HttpUrl = Field(description="Observium's API, e.g. https://observium.example/api/v0")
    observium_api_token: SecretStr | None = Field(default=None, description="API token, sent as Bearer")
    observium_username: str | None = Field(default=None, description="account for Basic, when there is no token")
    observium_password: SecretStr | None = Field(default=None, description="password of that account")
    observium_timezone: str = Field(default="Europe/Paris", description="Observium's time zone: its dates name none")
    observium_timeout_s: float = Field(default=15.0, gt=0, description="deadline of one request, seconds")

    @field_validator("observium_api_token", "observium_username", "observium_password", mode="before")
    @classmethod
    def _empty_is_missing(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("observium_timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except ZoneInfoNotFoundError as error:
            raise ValueError("no such time zone") from error
        return value

    @model_validator(mode="after")
    def _can_sign_in(self) -> Self:
        if self.observium_api_token is None and (self.observium_username is None or self.observium_password is None):
            raise ValueError("set OBSERVIUM_API_TOKEN, or OBSERVIUM_USERNAME and OBSERVIUM_PASSWORD")
        return self
