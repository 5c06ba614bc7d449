"""What the GLPI server reads from its environment."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import Field, HttpUrl, SecretStr, field_validator

from shared.settings import SEAL_KEY, ServerSettings


class GlpiSettings(ServerSettings):
    """Settings of servers/glpi."""

    port: int = Field(default=8002, ge=1, le=65535, description="port to listen on")
    glpi_api_url: HttpUrl = Field(description="GLPI's API, e.g. https://glpi.example/apirest.php")
    glpi_user_token: SecretStr = Field(min_length=1, description="API token of the integration account")
    glpi_app_token: SecretStr = Field(description="token of the API client")
    glpi_mail_sender: str = Field(pattern=r"^[^@\s<>,]+@[^@\s<>,]+$", description="From address of send_email")
    glpi_mail_sender_name: str = Field(default="WIDIP", description="From name of send_email")
    seal_key: SecretStr | None = Field(
        default=None, min_length=SEAL_KEY, description="key of sealed references; without it mails hold no sealed links"
    )
    glpi_timezone: str = Field(default="Europe/Paris", description="GLPI's time zone: its dates name none")
    glpi_timeout_s: float = Field(default=15.0, gt=0, description="deadline of one request, seconds")

    @field_validator("seal_key", mode="before")
    @classmethod
    def _empty_is_missing(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("glpi_timezone")
    @classmethod
    def _exists(cls, value: str) -> str:
        ZoneInfo(value)
        return value
