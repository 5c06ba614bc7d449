"""Webhooks: what was configured, and what is queued when something happens (sheet, section 9).

GLPI 11 sends by itself and signs; on 9.5 and 10 only a plugin sends, with a plain token in a header or in its URL.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from simulators.glpi.state import GlpiState, Row
from simulators.glpi.webhook_items import TABLES, build_native_body, build_plugin_body, parent_ticket

EVENTS = ("new", "update", "delete")
_DEFAULTS: Row = {
    "kind": "native",
    "name": "",
    "itemtype": "",
    "event": "",
    "url": "",
    "secret": "",
    "use_cra_challenge": False,
    "sent_try": 3,
    "entities_id": 0,
    "is_recursive": True,
    "headers": {},
    "payload": None,
}


def add_webhook(state: GlpiState, given: Row) -> Row:
    """Configure one. A plugin's may leave itemtype and event empty: all of them. Raises ValueError with the reason."""
    row = _DEFAULTS | given
    is_native = row["kind"] == "native"
    if given.keys() - _DEFAULTS.keys():
        raise ValueError(f"fields: {', '.join(_DEFAULTS)}")
    if row["kind"] not in ("native", "plugin") or is_native != (state.version == "11.0"):
        raise ValueError("GLPI 11 has native webhooks, GLPI 9.5 and 10 those of a plugin")
    if row["itemtype"] not in ({*TABLES} if is_native else {*TABLES, ""}):
        raise ValueError(f"itemtype: {', '.join(TABLES)}")
    if row["event"] not in (EVENTS if is_native else (*EVENTS, "")):
        raise ValueError(f"event: {', '.join(EVENTS)}")
    if not str(row["url"]).startswith(("http://", "https://")):
        raise ValueError("url: http:// or https://")
    return state.insert("webhooks", row | {"id": None})


def hmac_hex(secret: str, message: str) -> str:
    """PHP's hash_hmac("sha256", message, secret)."""
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def raise_event(state: GlpiState, event: str, itemtype: str, row: Row) -> None:
    """Queue a delivery for each webhook that wants it. Body and signature are made now, not when it leaves."""
    for webhook in [*state.webhooks.values()]:
        wanted = (webhook["itemtype"] in ("", itemtype), webhook["event"] in ("", event))
        if all(wanted) and _is_in_scope(state, webhook, itemtype, row):
            state.insert("queued_webhooks", _delivery(state, webhook, event, itemtype, row))


def _is_in_scope(state: GlpiState, webhook: Row, itemtype: str, row: Row) -> bool:
    ticket = row if itemtype == "Ticket" else parent_ticket(state, itemtype, row)
    entity_id = ticket["entities_id"] if ticket else 0
    reached = state.subtree(webhook["entities_id"]) if webhook["is_recursive"] else {webhook["entities_id"]}
    return entity_id in reached


def _delivery(state: GlpiState, webhook: Row, event: str, itemtype: str, row: Row) -> Row:
    build = build_native_body if webhook["kind"] == "native" else build_plugin_body
    body = build(state, event, itemtype, row, webhook["payload"])
    headers: dict[str, Any] = {"Content-Type": "application/json"}
    if webhook["kind"] == "native":
        timestamp = str(int(state.unix_clock()))
        headers = {"X-GLPI-signature": hmac_hex(webhook["secret"], body + timestamp), "X-GLPI-timestamp": timestamp}
    return {
        "id": None,
        "webhooks_id": webhook["id"],
        "itemtype": itemtype,
        "items_id": row["id"],
        "event": event,
        "url": webhook["url"],
        "headers": headers | webhook["headers"],
        "body": body,
        "create_time": state.now(),
        "sent_time": None,
        "sent_try": 0,
        "last_status_code": None,
    }
