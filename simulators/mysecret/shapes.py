"""How each version writes a push, its audit and its links as JSON. Source: contracts/mysecret.md, sections 1 and 2."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request

from simulators.mysecret.state import Event, MySecretState, Push

Json = dict[str, Any]
_UNSEEN_BY_OLD = ("creation", "failed_passphrase")


def write_push(state: MySecretState, request: Request, push: Push, *, is_own: bool = False) -> Json:
    """A push without its payload. is_own: its maker sees name and note (create and lists)."""
    shown: Json = {
        "expire_after_views": push.expire_after_views,
        "expired": push.expired,
        "url_token": push.url_token,
        "deletable_by_viewer": push.deletable_by_viewer,
        "retrieval_step": push.retrieval_step,
        "expired_on": _time(push.expired_on),
        "created_at": _time(push.created_at),
        "updated_at": _time(push.updated_at),
        "expire_after_days": push.expire_after_days,
        "days_remaining": push.days_remaining(state.clock()),
        "views_remaining": 0 if push.expired else push.views_remaining,
    }
    if state.is_old:
        return shown | ({"note": push.note} if is_own else {})
    link = find_link(state, request, push)
    shown |= {"passphrase": push.passphrase, "deleted": push.deleted, "html_url": link}
    shown["json_url"] = f"{link}.json"  # wrong with a retrieval step, as upstream's is
    return shown | ({"note": push.note, "name": push.name} if is_own else {})


def write_audit(state: MySecretState, push: Push, *, v2: bool) -> Json:
    """Who did what: `views` in v1, `logs` in v2."""
    if v2:
        return {"logs": [_row(event) | {"kind": event.kind} for event in push.audit]}
    if not state.is_old:
        return {"views": [_row(event) | {"kind": event.kind} for event in push.audit]}
    shown = [event for event in push.audit if event.kind not in _UNSEEN_BY_OLD]
    return {"views": [_old_row(event) for event in shown]}


def find_link(state: MySecretState, request: Request, push: Push) -> str:
    """The URL to give away, with `/r` where the push has a retrieval step."""
    base = state.base_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return f"{base}/p/{push.url_token}" + ("/r" if push.retrieval_step else "")


def _row(event: Event) -> Json:
    at = _time(event.at)
    by = event.by
    return {"ip": by.ip, "user_agent": by.user_agent, "referrer": by.referrer, "created_at": at, "updated_at": at}


def _old_row(event: Event) -> Json:
    return _row(event) | {"successful": event.kind != "failed_view", "kind": 1 if event.kind == "expire" else 0}


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
