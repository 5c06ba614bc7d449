"""What every program reads from its environment. Each program's settings.py extends these; nothing else reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.redis_helper import RedisHelper

EMAIL = r"^[^@\s<>,;\"]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}$"
"""One address that every program and GLPI accept: what settings take, a mail can be sent to."""

CommaList = Annotated[tuple[str, ...], NoDecode]
"""A setting written `a,b,c`."""


def split_commas(value: object) -> object:
    """`a,b` as ("a", "b"); anything but text stays as it is."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class ProgramSettings(BaseSettings):
    """Logs and Redis: what all programs share. Frozen; a missing variable never prints the others."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$", description="log level")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    redis_host: str = Field(default="127.0.0.1", description="Redis host")
    redis_port: int = Field(default=6379, ge=1, le=65535, description="Redis port")
    redis_password: SecretStr | None = Field(default=None, description="Redis password")

    def open_redis(self) -> RedisHelper:
        """A helper on the configured Redis; connects at first use."""
        password = self.redis_password.get_secret_value() if self.redis_password else None
        return RedisHelper(f"redis://{self.redis_host}:{self.redis_port}/0", password=password)


SEAL_KEY = 32
"""Characters of SEAL_KEY at least: `openssl rand -base64 32` makes 44."""


class ServerSettings(ProgramSettings):
    """What all MCP servers share."""

    tokens_file: Path | None = Field(default=None, description="file of hashed caller tokens (TOML)")
    insecure_dev: bool = Field(default=False, description="start without tokens, on loopback only")
    allowed_hosts: CommaList = Field(
        default=("127.0.0.1:*", "localhost:*"), description="Host headers accepted, `name` or `name:*`"
    )
    allowed_origins: CommaList = Field(default=(), description="browser Origins accepted")
    max_sse_sessions: int = Field(default=200, ge=1, description="open SSE sessions at most; one more gets 503")
    write_settle_s: float = Field(
        default=60.0, ge=0, description="how long a write without an answer may still take effect, seconds"
    )
    read_only: bool = Field(default=False, description="register read tools only")
    tools: CommaList = Field(default=(), description="register only these tools (empty: all)")

    _split = field_validator("allowed_hosts", "allowed_origins", "tools", mode="before")(split_commas)

    @model_validator(mode="after")
    def _is_never_open_by_accident(self) -> Self:
        if self.tokens_file is None and not self.insecure_dev:
            raise ValueError("TOKENS_FILE is not set: anybody could call this server (--insecure-dev starts it anyway)")
        if self.insecure_dev and self.host not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("--insecure-dev listens on 127.0.0.1 only")
        return self
