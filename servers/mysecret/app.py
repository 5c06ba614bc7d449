"""MySecret MCP server: `widip serve mysecret`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette

from servers.mysecret.api import MySecretApi
from servers.mysecret.client import MySecretClient
from servers.mysecret.handles import Handles
from servers.mysecret.models import SYSTEM
from servers.mysecret.settings import MySecretSettings
from servers.mysecret.tools import build_tools
from servers.mysecret.vault import Vault
from shared.http_client import HttpClient
from shared.mcp_server import ServerSpec, build_app
from shared.sealed import Seals

SPEC = ServerSpec(
    name=SYSTEM,
    historical_prefix="/mcp-test/mcp-mysecret",
    instructions="One-time links of MySecret: made, ended, asked about; never opened.",
    writes_need_redis=True,
)


def create_app(
    settings: MySecretSettings | None = None, *, transport: httpx.AsyncBaseTransport | None = None
) -> Starlette:
    """Wire settings, client, tools and transport; nothing else lives here."""
    settings = settings or MySecretSettings()
    redis = settings.open_redis()
    seals = Seals(redis, settings.seal_key)
    api = MySecretApi(
        _open_http(settings, transport),
        has_token=settings.mysecret_api_token is not None,
        throttle_wait_s=settings.mysecret_throttle_wait_s,
    )
    client = MySecretClient(api, link_base=settings.link_base)
    vault = Vault(client, seals, Handles(redis, settings.seal_key))

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        await client.aclose()

    return build_app(
        SPEC,
        build_tools(vault, max_days=settings.mysecret_max_days, max_views=settings.mysecret_max_views),
        settings=settings,
        redis=redis,
        check_ready=client.check_ready,
        lifespan=lifespan,
        digest=seals.digest,
    )


def _open_http(settings: MySecretSettings, transport: httpx.AsyncBaseTransport | None) -> HttpClient:
    """No header at all without a token: an empty one is refused even where anybody may push."""
    headers = {"Accept": "application/json"}
    if settings.mysecret_api_token is not None:
        token = settings.mysecret_api_token.get_secret_value()
        if settings.mysecret_api_email is not None:
            headers |= {"X-User-Email": settings.mysecret_api_email, "X-User-Token": token}
        else:
            headers["Authorization"] = f"Bearer {token}"
    return HttpClient(
        SYSTEM,
        str(settings.mysecret_api_url),
        timeout_s=settings.mysecret_timeout_s,
        headers=headers,
        transport=transport,
    )
