"""What the operator console reads from the environment, as a part of the orchestrator's settings."""

from __future__ import annotations

from typing import Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.oidc import ISSUER, OidcConfig
from shared.settings import CommaList, split_commas

CALLBACK = ISSUER + r"\S*/api/sign-in/oidc/callback$"


class ConsoleSettings(BaseSettings):
    """Who comes in, for how long, and where the console's links lead."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    console_origins: CommaList = Field(default=(), description="browser Origins accepted beside the console's own")
    console_session_hours: float = Field(default=12, gt=0, le=168, description="a sign-in ends after so long, hours")
    console_idle_minutes: float = Field(default=60, gt=0, description="and when nothing was done so long, minutes")
    console_tries: int = Field(default=5, ge=1, description="wrong passwords in a row before a name is locked")
    console_lock_minutes: float = Field(default=15, gt=0, description="how long it stays locked, minutes")
    console_streams: int = Field(default=50, ge=1, description="live streams open at once; one more gets 503")
    console_oidc_issuer: str | None = Field(
        default=None, pattern=ISSUER, description="OpenID Connect provider of operators (empty: none)"
    )
    console_oidc_client_id: str | None = Field(default=None, description="our name there")
    console_oidc_client_secret: SecretStr | None = Field(default=None, description="our secret there")
    console_oidc_redirect_url: str | None = Field(
        default=None, pattern=CALLBACK, description="our /api/sign-in/oidc/callback, as browsers reach it"
    )
    console_secret: SecretStr | None = Field(
        default=None, min_length=32, description="key of tries to sign in at that provider, the same for all replicas"
    )
    glpi_web_url: HttpUrl | None = Field(default=None, description="GLPI's own pages, for links (empty: no links)")
    observium_web_url: HttpUrl | None = Field(default=None, description="Observium's own pages, for links")
    audit_days: int = Field(default=1100, ge=90, description="what operators did is kept so long, days")

    _split_origins = field_validator("console_origins", mode="before")(split_commas)

    @property
    def console_oidc(self) -> OidcConfig | None:
        """The provider; None where none is configured."""
        issuer, client_id, redirect_url = (
            self.console_oidc_issuer,
            self.console_oidc_client_id,
            self.console_oidc_redirect_url,
        )
        secret, key = self.console_oidc_client_secret, self.console_secret
        if issuer is None or client_id is None or redirect_url is None or secret is None or key is None:
            return None
        return OidcConfig(issuer, client_id, secret, redirect_url, key)

    @model_validator(mode="after")
    def _console_provider_is_whole(self) -> Self:
        names = ("issuer", "client_id", "client_secret", "redirect_url")
        told = [getattr(self, f"console_oidc_{name}") for name in names]
        if any(told) and not (all(told) and self.console_secret):
            needed = ", ".join(f"CONSOLE_OIDC_{name.upper()}" for name in names)
            raise ValueError(f"{needed} and CONSOLE_SECRET go together")
        return self
