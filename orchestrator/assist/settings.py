"""What Assist reads from the environment, as a part of the orchestrator's settings."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import EMAIL, CommaList, split_commas


class AssistSettings(BaseSettings):
    """Without the AD and MySecret servers Assist reads tickets and never touches an account."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    ad_mcp_url: HttpUrl | None = Field(default=None, description="the AD MCP server, without path")
    ad_mcp_token: SecretStr = Field(default=SecretStr(""), description="our token there")
    mysecret_mcp_url: HttpUrl | None = Field(default=None, description="the MySecret MCP server, without path")
    mysecret_mcp_token: SecretStr = Field(default=SecretStr(""), description="our token there")
    glpi_webhook_secret: SecretStr | None = Field(
        default=None, min_length=16, description="secret of GLPI 11's webhooks (none: not accepted)"
    )
    glpi_webhook_token: SecretStr | None = Field(
        default=None, min_length=16, description="plain token of a webhook plugin on GLPI 9.5 or 10"
    )
    glpi_poll_s: float = Field(default=60, ge=1, description="how often GLPI is asked what changed, seconds")
    public_url: HttpUrl | None = Field(
        default=None, description="where employees reach the confirmation pages (none: no confirmation is sent)"
    )
    public_port: int = Field(default=8081, ge=0, le=65535, description="port of those pages")
    public_proxies: CommaList = Field(
        default=(), description="addresses or networks of the proxies before them, whose X-Forwarded-For is believed"
    )
    confirmation_key: SecretStr | None = Field(
        default=None, min_length=32, description="confirmation links are derived from it"
    )
    operators_file: Path | None = Field(default=None, description="who may decide on approvals (TOML)")
    desk_url: HttpUrl | None = Field(default=None, description="the desk, which says who was signed in")
    desk_token: SecretStr = Field(default=SecretStr(""), description="our token there")
    desk_glpi_id: int | None = Field(default=None, ge=1, description="the desk's GLPI account")
    assist_technician_email: str | None = Field(
        default=None, pattern=EMAIL, description="who confirms and gets the links of accounts that no site claims"
    )
    assist_per_account: int = Field(default=3, ge=0, description="account changes a day for one account")
    assist_per_site: int = Field(default=20, ge=0, description="account changes an hour on one site")
    assist_per_hour: int = Field(default=60, ge=0, description="account changes an hour in all")
    assist_per_day: int = Field(default=300, ge=0, description="account changes a day in all")
    assist_retry_s: float = Field(
        default=30, gt=0, description="a system that is away is tried again after so long, then less often, seconds"
    )
    assist_patience_s: float = Field(
        default=1800, ge=0, description="away longer than this (GLPI excepted), a technician takes over, seconds"
    )
    secret_days: int = Field(default=1, ge=1, le=7, description="a password's link ends after so many days")
    secret_views: int = Field(default=2, ge=1, le=10, description="and after so many views")

    @property
    def has_accounts(self) -> bool:
        """True where the servers of accounts are configured: Assist is on."""
        return self.ad_mcp_url is not None and self.mysecret_mcp_url is not None

    @property
    def can_confirm(self) -> bool:
        """True where confirmation links can be made and reached."""
        return self.public_url is not None and self.confirmation_key is not None

    _split_proxies = field_validator("public_proxies", mode="before")(split_commas)

    @model_validator(mode="after")
    def _can_make_links(self) -> Self:
        if (self.public_url is None) != (self.confirmation_key is None):
            raise ValueError("PUBLIC_URL and CONFIRMATION_KEY belong together: set both, or none")
        return self
