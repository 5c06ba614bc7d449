"""What the desk reads from its environment."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, HttpUrl, PositiveFloat, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.llm import LlmSettings, ModelSettings
from shared.mcp_client import Endpoint, Transport
from shared.oidc import ISSUER
from shared.settings import CommaList, ProgramSettings, split_commas

CALLBACK = ISSUER + r"\S*/api/v1/sign-in/oidc/callback$"
SENDER = r"^[^@\s<>,]+@[^@\s<>,]+$"


class DeskSettings(ProgramSettings, ModelSettings):
    """Settings of the desk."""

    port: int = Field(default=8000, ge=1, le=65535, description="port to listen on")
    desk_database_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/desk.sqlite"), description="SQLite file or PostgreSQL"
    )
    executor_id: str = Field(
        default="local", pattern=r"^[A-Za-z0-9._-]{1,40}$", description="name of this process, unique among replicas"
    )
    desk_secret: SecretStr = Field(min_length=32, description="key of sign-ins and codes, the same for all replicas")
    desk_timezone: str = Field(default="Europe/Paris", description="the zone in which a ticket number's year begins")
    internal_token: SecretStr = Field(min_length=16, description="token of /internal, which the orchestrator presents")
    glpi_mcp_url: HttpUrl = Field(description="the GLPI MCP server, with the desk's own GLPI account")
    glpi_mcp_token: SecretStr = Field(description="our token there")
    ad_mcp_url: HttpUrl = Field(description="the AD MCP server, without path")
    ad_mcp_token: SecretStr = Field(description="our token there; to read is enough")
    mcp_transport: Transport = Field(default="http", description="`http` or `sse`")
    sites_file: Path = Field(description="the registry of sites (TOML)")
    smtp_host: str | None = Field(default=None, description="mail relay for sign-in codes (empty: no codes)")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="its port")
    smtp_sender: str = Field(default="widip@localhost", pattern=SENDER, description="From address of those mails")
    desk_origins: CommaList = Field(default=(), description="browser Origins accepted beside the desk's own address")
    desk_proxies: CommaList = Field(
        default=(),
        description="addresses or networks of the proxies before the desk, whose X-Forwarded-For is believed",
    )
    sign_in_hours: float = Field(default=12, gt=0, le=168, description="how long a sign-in lasts, hours")
    code_minutes: float = Field(default=10, gt=0, description="how long a sign-in code is good, minutes")
    code_tries: int = Field(default=5, ge=1, description="wrong answers to one code, at most")
    proxy_secret: SecretStr | None = Field(
        default=None, min_length=32, description="secret of the proxy that names people in a header (empty: none does)"
    )
    proxy_addresses: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), description="addresses or networks of that proxy; without one no header counts"
    )
    oidc_issuer: str | None = Field(
        default=None, pattern=ISSUER, description="OpenID Connect provider, exactly as it names itself (empty: none)"
    )
    oidc_client_id: str | None = Field(default=None, description="our name there")
    oidc_client_secret: SecretStr | None = Field(default=None, description="our secret there")
    oidc_redirect_url: str | None = Field(
        default=None, pattern=CALLBACK, description="the desk's /api/v1/sign-in/oidc/callback, as browsers reach it"
    )
    hourly_codes: int = Field(default=10, ge=1, description="sign-in codes to one person an hour")
    hourly_sign_ins: int = Field(default=120, ge=1, description="tries to sign in from one address an hour")
    hourly_messages: int = Field(default=60, ge=1, description="problems and answers of one person an hour")
    session_minutes: float = Field(default=30, gt=0, description="how long an analysis waits for its answer, minutes")
    auto_validate_from: float = Field(default=0.8, ge=0, le=1, description="surer than this: a yes is enough")
    confirm_from: float = Field(default=0.38, ge=0, le=1, description="surer than this: the person picks or corrects")
    refine_s: float = Field(default=8, gt=0, le=60, description="how long the model's second look may take, seconds")
    support_phone: str | None = Field(
        default=None, pattern=r"^\+?[\d .()-]{3,30}$", description="telephone of the support, as people read it"
    )
    support_hours: str = Field(default="", max_length=200, description="when somebody answers there, in words")
    support_delays_h: Annotated[tuple[PositiveFloat, ...], NoDecode] = Field(
        default=(), description="hours within which a technician usually answers, for priorities 1 to 5"
    )
    anonymous_reports: bool = Field(default=False, description="take problems of people who have not signed in")
    glpi_webhook_secret: SecretStr | None = Field(
        default=None, min_length=16, description="secret of GLPI 11's webhooks (none: not accepted)"
    )
    glpi_webhook_token: SecretStr | None = Field(
        default=None, min_length=16, description="plain token of a webhook plugin on GLPI 9.5 or 10"
    )
    glpi_poll_s: float = Field(default=60, ge=1, description="how often GLPI is asked what changed, seconds")
    hourly_syncs: int = Field(default=60, ge=1, description="looks at GLPI that one person may ask for an hour")
    retention_days: int = Field(
        default=90, ge=1, description="closed tickets and conversations without a ticket are kept so long, days"
    )
    orchestrator_url: HttpUrl | None = Field(
        default=None, description="the orchestrator, which `widip desk export|forget` covers too"
    )
    orchestrator_token: SecretStr | None = Field(default=None, description="an administrator's own token there")
    reply_wait_s: float = Field(default=3, ge=0, description="how long an answer waits for GLPI's ticket number")

    @field_validator(
        "support_phone",
        "smtp_host",
        "proxy_secret",
        "glpi_webhook_secret",
        "glpi_webhook_token",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        "oidc_redirect_url",
        "orchestrator_url",
        "orchestrator_token",
        mode="before",
    )
    @classmethod
    def _empty_is_missing(cls, value: object) -> object:
        return None if value == "" else value

    _split = field_validator("proxy_addresses", "desk_origins", "desk_proxies", "support_delays_h", mode="before")(
        split_commas
    )

    @field_validator("desk_timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"no time zone {value!r}") from error
        return value

    @field_validator("support_delays_h")
    @classmethod
    def _one_for_each_priority(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) not in (0, 5):
            raise ValueError("five numbers, for priorities 1 to 5")
        return value

    def find_llm(self) -> LlmSettings | None:
        """The model's settings, if there is one."""
        if self.llm_backend == "ollama" and self.ollama_base_url is None:
            return None
        return LlmSettings.model_validate(self.model_dump(include=set(ModelSettings.model_fields)))

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        told = (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_redirect_url)
        if any(told) and not all(told):
            raise ValueError("OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET and OIDC_REDIRECT_URL go together")
        return self

    def endpoints(self) -> list[Endpoint]:
        """The MCP servers."""
        return [
            Endpoint("glpi", str(self.glpi_mcp_url), self.glpi_mcp_token.get_secret_value()),
            Endpoint("ad", str(self.ad_mcp_url), self.ad_mcp_token.get_secret_value()),
        ]
