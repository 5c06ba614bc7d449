"""What a server that deals in secrets leaves behind in Redis, and what it refuses without it."""

from __future__ import annotations

import hashlib
import json
from contextlib import asynccontextmanager
from typing import Any, Self

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from shared.mcp_calls import KEY_META
from shared.mcp_server import ServerSpec, build_app
from shared.mcp_tool import Confidential, Risk, Tool
from shared.redis_helper import RedisHelper
from shared.sealed import Seals
from shared.settings import ServerSettings
from tests.shared.conftest import MakeSettings
from tests.shared.test_mcp_calls import code_of
from tests.shared.toy import connect, without_socket

SECRET = "Tulipe-47"
SPEC = ServerSpec(name="vault", historical_prefix="/mcp-test/mcp-vault", instructions=".", writes_need_redis=True)
KEY = SecretStr("seal-key-of-the-tests-0123456789abcdef")


class Opened(Confidential):
    """A result with a secret in it."""

    value: str | None = None
    number: int

    def for_record(self) -> Self:
        return self.model_copy(update={"value": None})


class Vault:
    """A server with one tool."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    async def put(self, value: SecretStr) -> Opened:
        """Keep a secret and show it once."""
        self.kept.append(value.get_secret_value())
        return Opened(value=value.get_secret_value(), number=len(self.kept))

    def app(self, settings: ServerSettings) -> Starlette:
        redis = settings.open_redis()

        async def ready() -> list[str]:
            return []

        @asynccontextmanager
        async def lifespan() -> Any:
            yield

        tools = [Tool(self.put, Risk.WRITE)]
        seals = Seals(redis, KEY)
        return build_app(
            SPEC, tools, settings=settings, redis=redis, check_ready=ready, lifespan=lifespan, digest=seals.digest
        )

    async def call(self, settings: ServerSettings, value: str, key: str | None = "k") -> Any:
        async with (
            without_socket(self.app(settings)) as way,
            connect("http://vault", way=way) as client,
        ):
            meta: Any = {KEY_META: key} if key else None
            return await client.call_tool("put", {"value": value}, meta=meta)


@pytest.mark.requirement("S-04")
async def test_neither_arguments_nor_results_with_secrets_are_recorded(
    make_settings: MakeSettings, redis: RedisHelper
) -> None:
    vault, settings = Vault(), make_settings(allowed_hosts="vault")

    first = await vault.call(settings, SECRET)
    again = await vault.call(settings, SECRET)
    other = await vault.call(settings, "another")

    assert first.structured_content == {"value": SECRET, "number": 1}
    assert again.structured_content == {"number": 1}
    assert code_of(other) == "invalid_input"  # masked alike, they would have been taken for the same
    keys = await redis.run("return redis.call('keys', '*')", [], [])
    held = "".join([f"{await redis.get(key)}" for key in keys])
    plain = hashlib.sha256(json.dumps({"value": SECRET}, sort_keys=True).encode()).hexdigest()
    assert '"state": "done"' in held
    assert SECRET not in held
    assert plain not in held


@pytest.mark.requirement("S-05")
@pytest.mark.parametrize("key", ["k", None])
async def test_without_redis_nothing_is_written(make_settings: MakeSettings, key: str | None) -> None:
    vault = Vault()

    result = await vault.call(make_settings(allowed_hosts="vault", redis_port=1), SECRET, key)

    assert code_of(result) == "upstream_unavailable"
    assert vault.kept == []
