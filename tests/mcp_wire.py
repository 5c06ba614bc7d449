"""MCP as it is on the wire: JSON-RPC over /mcp without a client's help."""

from __future__ import annotations

from typing import Any

import httpx

from tests.system import TOKEN


def headers(token: str | None = TOKEN) -> dict[str, str]:
    """What a client of /mcp sends."""
    accepted = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    return accepted | ({"authorization": f"Bearer {token}"} if token else {})


async def ask(base_url: str, method: str, *, token: str | None = TOKEN, **params: Any) -> dict[str, Any]:
    """The result of one request."""
    async with httpx.AsyncClient(base_url=base_url, headers=headers(token)) as http:
        answer = await http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    result: dict[str, Any] = answer.raise_for_status().json()["result"]
    return result
