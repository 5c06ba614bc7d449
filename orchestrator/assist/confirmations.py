"""Confirmations: the person at the directory's address says whether it was they who asked.

A link works for 30 minutes, once, and only while the request is still about exactly what the link was sent for. The
database holds no link: it is derived from the row's id and CONFIRMATION_KEY, so reading the database confirms nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from orchestrator.assist.action import Action
from orchestrator.assist.rows import load_request, parse_action, run_id_of, start_request
from orchestrator.assist.settings import AssistSettings
from orchestrator.assist.tables import confirmation, request
from orchestrator.journal import add_line
from shared.engine import Engine
from shared.errors import InvalidInput

CONFIRMATION_LIFE = timedelta(minutes=30)
PUBLIC_PATH = "/confirmer/"
_ID_CHARS = 32
_MAC_CHARS = 32
"""128 bits of HMAC-SHA256, hexadecimal: mail programs break no such link and change no letter of it."""


class Answer(StrEnum):
    """Where a confirmation stands."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Question:
    """What the holder of a link is asked now."""

    confirmation_id: str
    request_key: str
    action: Action


def open_confirmation(connection: sa.Connection, action: Action, *, now: datetime) -> str:
    """The id of this action's confirmation, made at the first call. The same action is never asked twice.

    The request must hold this action as its own by the same commit: a link to any other asks nothing.
    """
    if action.confirmer is None:
        raise InvalidInput(f"request {action.request_key} has nobody who could confirm it")
    load_request(connection, action.request_key)
    mine = (confirmation.c.request_key == action.request_key) & (confirmation.c.digest == action.digest)
    found = connection.execute(sa.select(confirmation.c.id).where(mine)).scalar()
    if found is not None:
        return str(found)
    new_id = secrets.token_hex(_ID_CHARS // 2)
    row = {
        "id": new_id,
        "request_key": action.request_key,
        "digest": action.digest,
        "account_guid": str(action.confirmer.object_guid),
        "recipient": action.confirmer.email,
        "expires_at": now + CONFIRMATION_LIFE,
    }
    connection.execute(confirmation.insert().values(row))
    return new_id


def link_of(settings: AssistSettings, confirmation_id: str) -> str:
    """The page where it is answered. Whoever has this link can answer: it goes into one mail and nowhere else."""
    if settings.public_url is None or settings.confirmation_key is None:
        raise InvalidInput("no confirmation can be sent: PUBLIC_URL and CONFIRMATION_KEY are not set")
    key = settings.confirmation_key.get_secret_value()
    return f"{str(settings.public_url).rstrip('/')}{PUBLIC_PATH}{confirmation_id}{_mac(key, confirmation_id)}"


def find_confirmation(connection: sa.Connection, request_key: str, digest: str, now: datetime) -> Answer | None:
    """How the confirmation of exactly this action stands; None when none was asked."""
    mine = (confirmation.c.request_key == request_key) & (confirmation.c.digest == digest)
    row = connection.execute(sa.select(confirmation).where(mine)).mappings().first()
    if row is None:
        return None
    if row["refused_at"] is not None:
        return Answer.DENIED
    if row["confirmed_at"] is not None:
        return Answer.CONFIRMED
    return Answer.WAITING if now < row["expires_at"] else Answer.EXPIRED


def find_question(connection: sa.Connection, key: str, token: str, *, now: datetime) -> Question | None:
    """What the link's holder is asked; None when the link is forged, used, too old or about what is no longer asked.

    A forged link is looked up all the same: it costs what a true one costs.
    """
    confirmation_id, mac = _split(token)
    is_ours = hmac.compare_digest(_mac(key, confirmation_id).encode(), mac.encode())
    columns = (confirmation, request.c.action, request.c.closed_at)
    joined = sa.select(*columns).join(request, request.c.key == confirmation.c.request_key)
    row = connection.execute(joined.where(confirmation.c.id == confirmation_id)).mappings().first()
    if row is None or not is_ours or now >= row["expires_at"] or row["closed_at"] is not None:
        return None
    if row["confirmed_at"] is not None or row["refused_at"] is not None:
        return None
    action = parse_action(row["action"])
    if action is None or action.digest != row["digest"]:
        return None
    return Question(confirmation_id, str(row["request_key"]), action)


def answer_confirmation(
    connection: sa.Connection, engine: Engine, key: str, token: str, *, yes: bool, now: datetime
) -> tuple[Question, str | None] | None:
    """Keep the answer and have the request looked at: what was answered, and the queue to nudge after the commit.

    None when the link asks nothing any more; then nothing changes.
    """
    asked = find_question(connection, key, token, now=now)
    if asked is None:
        return None
    load_request(connection, asked.request_key)  # from here on nobody else answers, or changes what is asked
    question = find_question(connection, key, token, now=now)
    if question is None:
        return None
    answered = {"confirmed_at": now} if yes else {"refused_at": now}
    mine = confirmation.c.id == question.confirmation_id
    connection.execute(confirmation.update().where(mine).values(answered))
    detail = {"answer": Answer.CONFIRMED if yes else Answer.DENIED, "digest": question.action.digest}
    add_line(connection, run_id_of(question.request_key), "confirmation", detail, now=now)
    return question, start_request(connection, engine, question.request_key, now=now)


def _split(token: str) -> tuple[str, str]:
    """Id and proof. What cannot be a link is looked up as one that was never sent: databases refuse some letters."""
    chars = _ID_CHARS + _MAC_CHARS
    plain = token if re.fullmatch(rf"[0-9a-f]{{{chars}}}", token) else "0" * chars
    return plain[:_ID_CHARS], plain[_ID_CHARS:]


def _mac(key: str, confirmation_id: str) -> str:
    text = f"widip confirmation {confirmation_id}".encode()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()[:_MAC_CHARS]
