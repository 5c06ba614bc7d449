"""Which ticket a webhook's body is about. The number is all that is taken from it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

MAX_ID = 2**32 - 1
_MAX_DEPTH = 4
_TICKET_KEYS = ("ticket_id", "tickets_id", "ticketid", "id_ticket", "idticket", "ticket")
_IN_TEXT = re.compile(
    r"(?i)(?<![a-z])(?:tickets?_?id|id_?ticket)[\"']?\s*[:=]\s*[\"']?([0-9]{1,10})(?![0-9])"
    r"|/ticket\.form\.php\?id=([0-9]{1,10})(?![0-9])"
)


def find_ticket_id(body: bytes) -> int | None:
    """The ticket to look at; None when the body names none, or names a change or a problem.

    GLPI 11 sends {"item", "event"} with "parent_item" for what hangs on a ticket. A body made from a template, or a
    plugin's, is searched for a key that reads like a ticket's number, whatever its nesting; one that is no JSON (a text
    with quotes breaks a careless template) for such a key in its text. A wrong guess costs one read of a ticket.
    """
    text = body.decode(errors="replace")
    for candidate in (text, html.unescape(text)):
        try:
            parsed = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(parsed, dict | list):
            return _find_in(parsed)
    return _find_in_text(text)


def _find_in(parsed: dict[str, Any] | list[Any]) -> int | None:
    item = parsed.get("item") if isinstance(parsed, dict) else None
    if isinstance(item, dict):
        return _find_in_native(parsed, item)  # type: ignore[arg-type]
    found = next((number for part in _parts(parsed) for number in _named(part)), None)
    if found is not None or not isinstance(parsed, dict):
        return found
    return _find_in_item(_lowered(parsed))


def _find_in_native(parsed: dict[str, Any], item: dict[str, Any]) -> int | None:
    """GLPI's own shape: the parent when there is one, else the item."""
    item = _lowered(item)
    if item.get("itemtype", "Ticket") not in ("Ticket", "", None):
        return None
    parent = parsed.get("parent_item")
    if isinstance(parent, dict):
        return _number(parent.get("id"))
    return next(_named(item), None) or _find_in_item(item)


def _find_in_item(item: dict[str, Any]) -> int | None:
    """A followup names its ticket in items_id, beside an id of its own; a ticket has only an id."""
    itemtype = item.get("itemtype")
    if itemtype == "Ticket" and _number(item.get("items_id")):
        return _number(item["items_id"])
    if itemtype not in ("Ticket", "", None) or "items_id" in item:
        return None
    return _number(item.get("id"))


def _parts(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every object in it, outermost first."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        yield _lowered(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _parts(one, depth + 1)


def _lowered(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in part.items()}


def _named(part: Mapping[str, Any]) -> Iterator[int]:
    for key in _TICKET_KEYS:
        value = part.get(key)
        number = _number(value.get("id") if isinstance(value, dict) else value)
        if number is not None:
            yield number


def _number(value: Any) -> int | None:
    """A whole number that may be a ticket's, as a number or as text."""
    if not isinstance(value, int | str):
        return None
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,10}", text):
        return None
    return int(text) if 1 <= int(text) <= MAX_ID else None


def _find_in_text(text: str) -> int | None:
    found = _IN_TEXT.search(unquote_plus(html.unescape(text)))
    return _number(found[1] or found[2]) if found else None
