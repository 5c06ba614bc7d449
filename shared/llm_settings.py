"""Which model, and where: Ollama, or any endpoint that speaks OpenAI's chat completions."""

from __future__ import annotations

import ipaddress
from typing import Literal, Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LlmBackend = Literal["ollama", "openai"]

_ON_SITE = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 169.254.0.0/16 ::1/128 fc00::/7 fe80::/10"
_ON_SITE_NETWORKS = tuple(ipaddress.ip_network(network) for network in _ON_SITE.split())
_ON_SITE_SUFFIXES = (".localhost", ".local", ".lan", ".internal", ".intranet", ".home.arpa")


class ModelSettings(BaseSettings):
    """Which model, and how; whether there must be one is the program's to say."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")

    llm_backend: LlmBackend = Field(default="ollama", description="`ollama`, or `openai`: any compatible endpoint")
    ollama_base_url: HttpUrl | None = Field(default=None, description="Ollama, e.g. http://127.0.0.1:11434")
    ollama_model: str = Field(default="qwen3-coder:30b", description="model name")
    ollama_num_ctx: int = Field(
        default=16_384, ge=2048, description="context, tokens; the same for all who share the box"
    )
    ollama_num_predict: int = Field(default=1024, ge=64, description="answer length at most, tokens")
    ollama_timeout_s: float = Field(default=30.0, gt=0, description="deadline of one model call, seconds")
    openai_base_url: HttpUrl | None = Field(
        default=None, description="the OpenAI-compatible endpoint, with its path, e.g. http://127.0.0.1:8000/v1"
    )
    openai_model: str | None = Field(default=None, description="model name there")
    openai_api_key: SecretStr | None = Field(default=None, description="key there (empty: none is asked for)")
    llm_allow_offsite: bool = Field(default=False, description="let texts leave the site for a model elsewhere")

    @field_validator("ollama_base_url", "openai_base_url", "openai_model", "openai_api_key", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _endpoint_may_be_used(self) -> Self:
        if self.llm_backend != "openai":
            return self
        if self.openai_base_url is None or self.openai_model is None:
            raise ValueError("LLM_BACKEND=openai needs OPENAI_BASE_URL and OPENAI_MODEL")
        if is_on_site(self.openai_base_url.host or ""):
            return self
        if not self.llm_allow_offsite:
            raise ValueError(
                "OPENAI_BASE_URL is off-site: what people write would leave the house. "
                "LLM_ALLOW_OFFSITE=true allows it; an own server goes by a private address or a local name"
            )
        if self.openai_base_url.scheme != "https":
            raise ValueError("OPENAI_BASE_URL is off-site and must be https")
        return self


class LlmSettings(ModelSettings):
    """For programs that need a model."""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if self.llm_backend == "ollama" and self.ollama_base_url is None:
            raise ValueError("OLLAMA_BASE_URL is not set")
        return self


def is_on_site(host: str) -> bool:
    """Whether a URL's host surely is of the house: a private address, a name without dots, or one of a local suffix.

    No name is looked up: what a name server says today is no promise about tomorrow.
    """
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        name = host.lower().rstrip(".")
        return bool(name) and ("." not in name or name.endswith(_ON_SITE_SUFFIXES))
    return any(address in network for network in _ON_SITE_NETWORKS if network.version == address.version)
