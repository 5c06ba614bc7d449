"""The automatic action `queuedwebhook`: what leaves, and what is tried again (sheet, section 9)."""

from __future__ import annotations

import asyncio
import hmac

import httpx

from simulators.glpi.state import GlpiState, Row
from simulators.glpi.webhooks import hmac_hex

PER_RUN = 50
_USER_AGENT = {"User-Agent": "GuzzleHttp/7"}


async def run_webhook_queue(state: GlpiState) -> int:
    """One run: try the first 50 that are due; how many were taken. There is no back-off: every run tries again."""
    async with state.webhook_lock:
        due = [row for row in state.queued_webhooks.values() if _is_due(state, row)][:PER_RUN]
        return sum([await _try_row(state, row) for row in due])


def _is_due(state: GlpiState, row: Row) -> bool:
    """`sent_try` is compared with <=, so a webhook of three tries makes four."""
    webhook = state.webhooks.get(row["webhooks_id"])
    if webhook is None or row["sent_try"] > webhook["sent_try"]:
        return False
    return row["last_status_code"] is None or row["last_status_code"] >= 400


async def _try_row(state: GlpiState, row: Row) -> bool:
    webhook = state.webhooks[row["webhooks_id"]]
    if webhook["use_cra_challenge"] and not await _is_challenge_met(state, webhook):
        return False
    response = await _answer(state, httpx.Request("POST", row["url"], headers=_headers(row), content=row["body"]))
    row |= {"sent_try": row["sent_try"] + 1, "sent_time": state.now()}
    if response is not None:
        row["last_status_code"] = response.status_code
    return response is not None and response.status_code < 400


def _headers(row: Row) -> dict[str, str]:
    return _USER_AGENT | {name: str(value) for name, value in row["headers"].items() if value}


async def _is_challenge_met(state: GlpiState, webhook: Row) -> bool:
    """Nothing is sent to who does not know the secret, and no try is counted."""
    challenge = hmac_hex(webhook["secret"], "validate_cra_challenge")
    url = httpx.URL(webhook["url"]).copy_merge_params({"crc_token": challenge})
    response = await _answer(state, httpx.Request("GET", url, headers=_USER_AGENT))
    if response is None or response.status_code != 200:
        return False
    return hmac.compare_digest(response.content, hmac_hex(webhook["secret"], challenge).encode())


async def _answer(state: GlpiState, request: httpx.Request) -> httpx.Response | None:
    """The answer within the time allowed for all of it; None without one.

    The request is built by hand: a client would add headers of its own.
    """
    try:
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(state.webhook_timeout_s):
            return await client.send(request)
    except (httpx.TransportError, TimeoutError):
        return None
