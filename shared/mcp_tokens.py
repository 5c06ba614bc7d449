"""Who may call a server: a TOML file of hashed tokens.

    [[token]]
    name = "orchestrator"
    sha256 = "…"                    # of the token; `widip tokens create` makes both
    scopes = ["read", "write"]
    tools = ["*"]                   # or the names this token may call
    hourly_calls = 20000
    hourly_writes = 2000
    recipient_domains = ["*"]       # where send_email may write to; sealed links go to listed domains only
    ous = ["OU=Clients,DC=…"]       # whose accounts the AD server may touch; none when it is missing

Tokens are long random strings, so one round of SHA-256 is enough; a password would need a slow hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import CapReached, InvalidInput, UpstreamUnavailable
from shared.mcp_tool import Risk, Tool
from shared.redis_helper import RedisHelper

NAME = r"^[a-z0-9][a-z0-9_-]{0,39}$"


class Token(BaseModel):
    """One caller and what he may do."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=NAME)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    scopes: frozenset[Literal["read", "write", "reveal", "set_password"]]
    tools: frozenset[str] = frozenset({"*"})
    hourly_calls: int = Field(default=20_000, ge=1)
    hourly_writes: int = Field(default=2_000, ge=0)
    recipient_domains: frozenset[str] = frozenset({"*"})
    ous: frozenset[str] = frozenset()

    def may_call(self, tool: Tool) -> bool:
        """True when scopes and the list of tools allow it."""
        needed = "read" if tool.risk is Risk.READ else "write"
        return needed in self.scopes and ("*" in self.tools or tool.name in self.tools)


ANONYMOUS = Token(name="anonymous", sha256="0" * 64, scopes=frozenset({"read", "write"}))
"""The caller of a server started with --insecure-dev."""


class _TokensFile(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: list[Token] = Field(min_length=1)


def hash_token(token: str) -> str:
    """What the file keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    """A fresh token: 256 bits, shown once."""
    return f"widip_{secrets.token_urlsafe(32)}"


def token_entry(
    name: str, token: str, scopes: Sequence[str], *, ous: Sequence[str] = (), recipient_domains: Sequence[str] = ()
) -> str:
    """What a tokens file says of a new token: its hash, never itself."""
    entry = f'[[token]]\nname = "{name}"\nsha256 = "{hash_token(token)}"\nscopes = {json.dumps(list(scopes))}\n'
    lists = {"ous": ous, "recipient_domains": recipient_domains}
    return entry + "".join(f"{key} = {json.dumps(list(values))}\n" for key, values in lists.items() if values)


class TokenBook:
    """The tokens of one server, and their hourly caps."""

    def __init__(self, tokens: list[Token], *, redis: RedisHelper, server: str) -> None:
        self._tokens = {token.name: token for token in tokens}
        self._redis = redis
        self._server = server
        self._local: dict[str, int] = {}

    @classmethod
    def from_file(cls, path: Path, *, redis: RedisHelper, server: str) -> TokenBook:
        """Raises InvalidInput naming the file and what is wrong in it."""
        return cls(load_tokens(path), redis=redis, server=server)

    def by_name(self, name: str) -> Token | None:
        """The token called `name`."""
        return self._tokens.get(name)

    def verify(self, presented: str) -> Token | None:
        """The token whose hash fits; all are compared, in constant time each."""
        digest = hash_token(presented)
        found = None
        for token in self._tokens.values():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    async def charge(self, token: Token, tool: Tool) -> None:
        """Count one call. Raises Refused past the token's hourly cap. Without Redis it counts in this process."""
        await self._charge(token, "calls", token.hourly_calls)
        if tool.risk is not Risk.READ:
            await self._charge(token, "writes", token.hourly_writes)

    async def _charge(self, token: Token, what: str, cap: int) -> None:
        hour = int(time.time() // 3600)
        key = f"widip:cap:{self._server}:{token.name}:{what}:{hour}"
        try:
            used = await self._redis.count(key, ttl_s=3700)
        except UpstreamUnavailable:
            self._local = {k: n for k, n in self._local.items() if k.endswith(f":{hour}")}
            used = self._local[key] = self._local.get(key, 0) + 1
        if used > cap:
            raise CapReached(f"hourly cap reached for caller {token.name}: {cap} {what} an hour")


def load_tokens(path: Path) -> list[Token]:
    """Read a tokens file. Raises InvalidInput saying which file, which entry and why."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        tokens = _TokensFile.model_validate(content).token
    except FileNotFoundError:
        raise InvalidInput(f"tokens file {path} does not exist; `widip tokens create` makes one") from None
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        raise InvalidInput(f"tokens file {path}: {error}") from None
    names = [token.name for token in tokens]
    if len(set(names)) != len(names):
        raise InvalidInput(f"tokens file {path}: two tokens have the same name")
    return tokens
