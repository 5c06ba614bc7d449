"""What the AD server reads from its environment."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from shared.dn import domain_dn_of, parse_dn
from shared.errors import InvalidInput
from shared.settings import SEAL_KEY, CommaList, ServerSettings, split_commas


class AdSettings(ServerSettings):
    """Settings of servers/ad."""

    port: int = Field(default=8003, ge=1, le=65535, description="port to listen on")
    ad_server: str = Field(description="one domain controller, e.g. ldaps://dc1.widip.example; nothing but ldaps")
    ad_username: str = Field(min_length=1, description=r"service account: name@domain, DOMAIN\name or a DN")
    ad_password: SecretStr = Field(min_length=1, description="its password")
    ad_base_dn: str = Field(description="nothing outside is seen or touched, e.g. DC=widip,DC=example")
    ad_ca_file: Path = Field(description="certificate of the authority that signed the domain controller's (PEM)")
    seal_key: SecretStr = Field(min_length=SEAL_KEY, description="key of sealed references")
    ad_upn_suffix: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9.-]{1,200}$", description="after the @ of new accounts (empty: the domain)"
    )
    ad_protected_groups: CommaList = Field(
        default=(), description="more groups whose members are never touched, by sAMAccountName"
    )
    ad_password_length: int = Field(default=16, ge=12, le=64, description="of passwords made here, at least")
    ad_account_hourly_writes: int = Field(default=10, ge=1, description="writes to one account an hour")
    ad_connect_timeout_s: float = Field(default=3.0, gt=0, description="deadline of connection and TLS, seconds")
    ad_timeout_s: int = Field(default=10, ge=1, description="deadline of one answer, whole seconds")

    _split_groups = field_validator("ad_protected_groups", mode="before")(split_commas)

    @field_validator("ad_upn_suffix", mode="before")
    @classmethod
    def _empty_is_missing(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("ad_server")
    @classmethod
    def _is_encrypted(cls, value: str) -> str:
        where = urlsplit(value)
        if where.scheme != "ldaps" or not where.hostname or where.path not in ("", "/") or where.username:
            raise ValueError("write ldaps://name or ldaps://name:port, one domain controller")
        return value

    @field_validator("ad_base_dn")
    @classmethod
    def _is_in_a_domain(cls, value: str) -> str:
        try:
            parse_dn(value)
        except InvalidInput as error:
            raise ValueError(str(error)) from None
        if not domain_dn_of(value):
            raise ValueError("it must end with the domain: …,DC=widip,DC=example")
        return value
