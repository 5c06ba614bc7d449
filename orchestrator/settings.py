"""What the orchestrator reads from its environment."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr, field_validator
from pydantic_settings import NoDecode

from orchestrator.assist.settings import AssistSettings
from orchestrator.console.settings import ConsoleSettings
from shared.llm import LlmSettings
from shared.mcp_client import Endpoint, Transport
from shared.settings import EMAIL, ProgramSettings, split_commas

SENDER = r"^[^@\s<>,]+@[^@\s<>,]+$"


class OrchestratorSettings(ProgramSettings, LlmSettings, AssistSettings, ConsoleSettings):
    """Settings of the orchestrator."""

    port: int = Field(default=8080, ge=1, le=65535, description="port to listen on")
    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///var/orchestrator.sqlite"), description="SQLite file or PostgreSQL"
    )
    executor_id: str = Field(
        default="local", pattern=r"^[A-Za-z0-9._-]{1,40}$", description="name of this process, unique among replicas"
    )
    api_token: SecretStr = Field(min_length=16, description="token of /api and /redis")
    observium_webhook_token: SecretStr = Field(min_length=16, description="token that Observium's webhook sends")
    observium_source_addresses: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), description="addresses or networks that deliveries must come from (empty: any)"
    )
    observium_instance: str = Field(
        default="main", min_length=1, max_length=64, description="name of the Observium that sends here"
    )
    observium_mcp_url: HttpUrl = Field(description="the Observium MCP server, without path")
    observium_mcp_token: SecretStr = Field(description="our token there")
    glpi_mcp_url: HttpUrl = Field(description="the GLPI MCP server, without path")
    glpi_mcp_token: SecretStr = Field(description="our token there")
    mcp_transport: Transport = Field(default="http", description="`http` or `sse`")
    sites_file: Path = Field(description="the registry of sites (TOML)")
    noc_email: str = Field(pattern=EMAIL, description="where the team reads about incidents")
    admin_email: str | None = Field(default=None, pattern=EMAIL, description="who is told that GLPI does not work")
    smtp_host: str | None = Field(default=None, description="mail relay for that one mail")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="its port")
    smtp_sender: str = Field(default="widip@localhost", pattern=SENDER, description="From address of that mail")
    proactif_category: str | None = Field(default=None, description="GLPI category of alert tickets")
    runs_at_once: int = Field(default=2, ge=1, le=16, description="investigations at once: model slots + 1")
    model_turn_s: float = Field(default=20, gt=0, description="without the model so long after receipt: rules alone")
    settle_s: float = Field(
        default=180, ge=0, le=900, description="a verdict is provisional for so long, and for the hold-down, seconds"
    )
    hold_down_s: float = Field(default=300, ge=0, le=3600, description="what is over sooner was no outage, seconds")
    solve_after_s: float = Field(default=600, ge=0, description="a ticket is solved so long after recovery, seconds")
    note_gap_s: float = Field(default=30, ge=0, description="changes are gathered into one followup, seconds")
    storm_size: int = Field(default=20, ge=2, description="more new incidents in five minutes get one parent ticket")
    reconcile_s: float = Field(default=60, ge=1, description="how often lost webhooks are looked for, seconds")

    retention_days: int = Field(
        default=90, ge=1, description="journal, runs, closed incidents, unusable deliveries are kept so long, days"
    )
    dedup_days: int = Field(
        default=14, ge=2, description="a delivery is known so long, days, even when retention is shorter"
    )

    _split = field_validator("observium_source_addresses", mode="before")(split_commas)

    def endpoints(self) -> list[Endpoint]:
        """The MCP servers; those of accounts only where they are configured."""
        known = (
            ("observium", self.observium_mcp_url, self.observium_mcp_token),
            ("glpi", self.glpi_mcp_url, self.glpi_mcp_token),
            ("ad", self.ad_mcp_url, self.ad_mcp_token),
            ("mysecret", self.mysecret_mcp_url, self.mysecret_mcp_token),
        )
        return [Endpoint(name, str(url), token.get_secret_value()) for name, url, token in known if url is not None]
